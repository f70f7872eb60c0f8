"""Runs and judgments as files: back as they were, and read alike by the field's own tools."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import fmean

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from eval.measures import MEASURES, scores_of
from eval.trec import read_qrels, read_run, write_qrels, write_run
from indexer.errors import BadSuite, InputError

# What no strategy of hypothesis is likely to draw by itself: half a character, marks and ends of columns and lines.
_ODD = st.text(st.sampled_from("%: 2a0\t\n\r\0\x1c\x85\xa0\u2028\ufeff\ud800\udc00é日🙂\\\"'"), max_size=6)
IDS = st.text(max_size=8) | _ODD | _ODD.map("%:".__add__)
RUNS = st.dictionaries(IDS, st.lists(IDS, unique=True, min_size=1, max_size=6), max_size=4)
QRELS = st.dictionaries(IDS, st.dictionaries(IDS, st.integers(-2, 4), min_size=1, max_size=6), min_size=1, max_size=4)


@given(RUNS)
def test_a_run_comes_back_as_it_was_written(run: dict[str, list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_run(Path(folder) / "a.run", run)
        assert read_run(Path(folder) / "a.run") == run


@given(QRELS)
def test_judgments_come_back_as_they_were_written(qrels: dict[str, dict[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_qrels(Path(folder) / "a.qrels", qrels)
        assert read_qrels(Path(folder) / "a.qrels") == qrels


@given(RUNS, IDS)
def test_every_written_line_has_six_columns_for_every_tool(run: dict[str, list[str]], tag: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "a.run"
        write_run(place, run, tag)
        lines = place.read_text(encoding="utf-8").splitlines()
        assert len(lines) == sum(map(len, run.values()))
        assert {len(line.split()) for line in lines} | {len(line.encode().split()) for line in lines} <= {6}


def test_the_columns_of_a_run(tmp_path: Path) -> None:
    write_run(tmp_path / "a.run", {"q1": ["news/a b.txt", "example.org/50%20off"], "q2": [], "q3": ["c"]})
    assert (tmp_path / "a.run").read_text() == (
        "q1 Q0 %:news/a%20b.txt 1 2 pressmark\nq1 Q0 example.org/50%20off 2 1 pressmark\nq3 Q0 c 1 1 pressmark\n"
    )


def test_the_columns_of_judgments(tmp_path: Path) -> None:
    write_qrels(tmp_path / "a.qrels", {"q1": {"a\u00a0b 5%": 2, "c": 0}, "q2": {}})
    assert (tmp_path / "a.qrels").read_text() == "q1 0 %:a%C2%A0b%205%25 2\nq1 0 c 0\n"


@pytest.mark.parametrize(
    "name", ["a%20b", "100%", "%:a", "%:a%2Fb", "%:%20%2", "%:%ff", "%:a%20b%c3", "%%20", "a\u00a0b"]
)
def test_ids_of_a_file_from_elsewhere_stay_as_they_are(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.run").write_text(f"q Q0 {name} 1 2.5 other\n", encoding="utf-8")
    (tmp_path / "a.qrels").write_text(f"q 0 {name} 1\n", encoding="utf-8")
    assert read_run(tmp_path / "a.run") == {"q": [name]}
    assert read_qrels(tmp_path / "a.qrels") == {"q": {name: 1}}


def test_a_run_is_ordered_by_score_and_not_by_its_rank_column(tmp_path: Path) -> None:
    (tmp_path / "a.run").write_text("q Q0 a 1 0.5 t\np Q0 z 9 1 t\nq\tQ0\tb\t2\t1e1\tt\r\n\nq Q0 c x -3 t\n")
    assert read_run(tmp_path / "a.run") == {"q": ["b", "a", "c"], "p": ["z"]}
    assert list(read_run(tmp_path / "a.run")) == ["q", "p"]


@given(
    st.lists(
        st.sampled_from(["a", "B", "b", "é", "日", "🙂", "%:a%20b", "\uffff", "10", "9"]), unique=True, min_size=1
    ),
    st.lists(st.sampled_from([1.0, 1.0 + 1e-9, 1.0 - 1e-9, 0.3, 0.1 + 0.2, 16777217.0, 16777216.0]), min_size=10),
)
def test_ties_are_broken_as_trec_eval_breaks_them(names: list[str], scores: list[float]) -> None:
    """One relevant id at a time: trec_eval's reciprocal rank gives its place away."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "a.run"
        lines = [f"q Q0 {name} 0 {score!r} t\n" for name, score in zip(names, scores, strict=False)]
        place.write_text("".join(lines), encoding="utf-8")
        ranking = read_run(place)["q"]
        parsed = pytrec_eval.parse_run(lines)
    for name in names:
        found = pytrec_eval.RelevanceEvaluator({"q": {name: 1}}, {"recip_rank"}).evaluate(parsed)["q"]["recip_rank"]
        assert ranking[round(1 / found) - 1] == ("a b" if name == "%:a%20b" else name)


def test_beir_judgments_are_read_below_their_header(tmp_path: Path) -> None:
    place = tmp_path / "test.tsv"
    place.write_text(
        "\ufeffquery-id\tcorpus-id\tscore\r\nq 1\tnews/a b.txt\t2\r\nq 1\t%:a%20b\t0\r\n", encoding="utf-8"
    )
    assert read_qrels(place) == {"q 1": {"news/a b.txt": 2, "%:a%20b": 0}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("q 0 a 1\nq 0 b\n", r"line 2: expected 4 columns \(query 0 id grade\), found 'q 0 b'"),
        ("q 0 a 1\n\nq 0 b 1.5\n", "line 3: expected a whole number as grade, the last column, found 'q 0 b 1.5'"),
        ("q 0 a 1\nq 0 a 2\n", "line 2: 'a' stands there a second time for query 'q'"),
        ("query-id\tcorpus-id\tscore\nq\ta b\t1\nq a 1\n", r"line 3: expected 3 columns .*, found 'q a 1'"),
        ("q\ta\t1\n", r"line 1: expected 4 columns .*, found 'q\\ta\\t1'"),
        ("q\ta\t1.5\n", r"line 1: expected 4 columns .*, found 'q\\ta\\t1.5'"),
        ("", "holds no judgments"),
        ("query-id\tcorpus-id\tscore\n", "holds no judgments"),
    ],
)
def test_judgments_that_cannot_be_read_name_file_and_line(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "a.qrels").write_text(content)
    with pytest.raises(BadSuite, match=r"a\.qrels.*" + said):
        read_qrels(tmp_path / "a.qrels")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"q Q0 a 1 2 t\nq Q0 b 2 1\n",
            r"line 2: expected 6 columns \(query Q0 id rank score tag\), found 'q Q0 b 2 1'",
        ),
        (b"q Q0 a b 1 2 t\n", "line 1: expected 6 columns"),
        (b"q Q0 a 1 high t\n", "line 1: expected a number as score, the fifth column"),
        (b"q Q0 a 1 nan t\n", "line 1: expected a finite number as score"),
        (b"q Q0 a 1 2 t\nq Q0 a 2 1 t\n", "line 2: 'a' stands there a second time for query 'q'"),
        (b"q Q0 a 1 2 t\nq Q0 \xff 2 1 t\n", r"line 2: expected UTF-8 \(byte 6 is none\)"),
    ],
)
def test_a_run_that_cannot_be_read_names_file_and_line(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.run").write_bytes(content)
    with pytest.raises(BadSuite, match=r"a\.run.*" + said):
        read_run(tmp_path / "a.run")


def test_a_long_line_is_shown_in_part(tmp_path: Path) -> None:
    (tmp_path / "a.run").write_text("x" * 1000)
    with pytest.raises(BadSuite) as caught:
        read_run(tmp_path / "a.run")
    assert len(str(caught.value)) - len(str(tmp_path)) < 250


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    with pytest.raises(BadSuite, match=r"no\.run cannot be read: No such file"):
        read_run(tmp_path / "no.run")
    with pytest.raises(BadSuite, match="cannot be read"):
        read_qrels(tmp_path)


def test_a_byte_order_mark_is_no_part_of_the_first_query(tmp_path: Path) -> None:
    (tmp_path / "a.run").write_text("\ufeffq Q0 a 1 2 t\n", encoding="utf-8")
    assert read_run(tmp_path / "a.run") == {"q": ["a"]}


def test_an_empty_run_is_one_that_found_nothing(tmp_path: Path) -> None:
    write_run(tmp_path / "a.run", {"q": []})
    assert read_run(tmp_path / "a.run") == {}


def test_what_cannot_be_written_leaves_the_file_before_it_and_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "new folder" / "a.run"
    write_run(place, {"q": ["a"]})
    before = place.read_bytes()
    with pytest.raises(BadSuite, match="twice"):
        write_run(place, {"p": ["x"], "q": ["a", "a"]})
    (tmp_path / "taken" / "inside").mkdir(parents=True)
    with pytest.raises(InputError, match="taken cannot be written"):
        write_qrels(tmp_path / "taken", {"q": {"a": 1}})
    assert place.read_bytes() == before
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.run", "inside", "new folder", "taken"]


@pytest.fixture
def collection() -> tuple[dict[str, list[str]], dict[str, dict[str, int]]]:
    """Rankings of up to 150, graded judgments of found and missing ids; some queries only in one of the two."""
    drawn = random.Random(20)
    names = [f"news/{n:03d} é%20{'' if n % 3 else ' '}.txt" for n in range(300)]
    run = {f"q{n}": drawn.sample(names, drawn.randrange(1, 150)) for n in range(40)}
    qrels = {f"q{n}": {name: drawn.randrange(4) for name in drawn.sample(names, 12)} for n in range(5, 50)}
    qrels["q7"] = dict.fromkeys(qrels["q7"], 0)
    return run, qrels


def test_the_fields_own_tools_agree_on_the_files(
    tmp_path: Path, collection: tuple[dict[str, list[str]], dict[str, dict[str, int]]]
) -> None:
    run, qrels = collection
    write_run(tmp_path / "a.run", run)
    write_qrels(tmp_path / "a.qrels", qrels)
    scores = scores_of(run, qrels)
    assert scores_of(read_run(tmp_path / "a.run"), read_qrels(tmp_path / "a.qrels")) == scores
    assert _by_command(tmp_path) == {
        **{query: pytest.approx(values, abs=1e-6) for query, values in scores.items()},
        "all": pytest.approx({m: fmean(values[m] for values in scores.values()) for m in MEASURES}, abs=1e-6),
    }
    by_trec_eval = _by_trec_eval(tmp_path)
    assert by_trec_eval.keys() == run.keys() & qrels.keys()
    for query, values in scores.items():
        assert values == pytest.approx(by_trec_eval.get(query, dict.fromkeys(MEASURES, 0.0)), abs=1e-6)


def _by_command(folder: Path) -> dict[str, dict[str, float]]:
    """What the command line of ir_measures prints: query id, and "all" -> measure -> value."""
    command = [sys.executable, "-m", "ir_measures", "a.qrels", "a.run", *MEASURES, "--by_query", "-o", "jsonl"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    values: dict[str, dict[str, float]] = {}
    for line in map(json.loads, done.stdout.splitlines()):
        values.setdefault(line["query_id"], {})[line["measure"]] = line["value"]
    return values


def _by_trec_eval(folder: Path) -> dict[str, dict[str, float]]:
    """What trec_eval's code computes by itself: query id, for those with results only -> measure -> value."""
    trec_names = {
        "nDCG@10": "ndcg_cut_10",
        "R@5": "recall_5",
        "R@100": "recall_100",
        "RR@10": "recip_rank",
        "AP": "map",
        "Success@1": "success_1",
        "Success@3": "success_3",
        "Success@5": "success_5",
    }
    with (folder / "a.qrels").open(encoding="utf-8") as judgments, (folder / "a.run").open(encoding="utf-8") as ranked:
        evaluator = pytrec_eval.RelevanceEvaluator(pytrec_eval.parse_qrel(judgments), trec_names.values())
        values = evaluator.evaluate(pytrec_eval.parse_run(ranked))
    found = {query: {name: of[trec] for name, trec in trec_names.items()} for query, of in values.items()}
    for of in found.values():
        of["RR@10"] *= of["RR@10"] >= 1 / 10  # trec_eval has no cutoff for it
    return found
