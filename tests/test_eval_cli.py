"""``pressmark eval`` as a person or a script meets it: real processes, the real model."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PRESSMARK = Path(sys.executable).parent / "pressmark"

pytestmark = pytest.mark.model

NOTES = {
    "harbour.txt": "The harbour master of Lund closed both quays on Friday.\n\nTwo tugs had collided in the fog.",
    "wheat.txt": "Wheat prices fell by nine percent in the spring.\n\nFarmers blamed the mild winter for it.",
    "bridge.txt": "The bridge over the Arn will be painted green.\n\nThe council voted for it by eleven to four.",
}
QUESTIONS: list[dict[str, Any]] = [
    {"question": "Who shut the quays?", "evidence": [{"article": "harbour.txt", "quote": "harbour master of Lund"}]},
    {"question": "Why did wheat get cheaper?", "evidence": [{"article": "wheat.txt", "quote": "the mild winter"}]},
    {"question": "What colour will the bridge be?", "evidence": [{"article": "bridge.txt", "quote": "painted green"}]},
    {"question": "Who built the lighthouse?", "evidence": []},
]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "HF_HUB_OFFLINE": "1", "COLUMNS": "110", **more}


def pressmark(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PRESSMARK, *arguments], capture_output=True, text=True, env=environment(**more), cwd=ROOT, timeout=300
    )


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of somebody's own: articles, an archive of them, and questions about them."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "articles").mkdir()
    for name, text in NOTES.items():
        (folder / "articles" / name).write_text(text)
    (folder / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in QUESTIONS))
    done = pressmark("index", folder / "articles", "--archive", folder / "archive")
    assert done.returncode == 0, done.stderr
    return folder


def evaluate(own: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return pressmark("eval", own / "questions.jsonl", "--archive", own / "archive", *arguments)


def test_ones_own_questions_bring_a_table_a_result_a_page_and_trec_files(own: Path) -> None:
    done = evaluate(own, "--out", own / "now.json", "--report", own / "report.html", "--trec", own / "trec")
    assert done.returncode == 0, done.stderr
    assert "3 judged of 4" in done.stdout
    result = json.loads((own / "now.json").read_text())
    assert result["measures"]["Success@3"]["mean"] == 1.0
    assert len(result["per_query"]) == 4
    assert {"total", "embed", "dense", "lexical", "fuse", "cite"} <= set(result["latency_ms"])
    page = (own / "report.html").read_text()
    assert "3 judged questions of 4" in page
    assert page.count("<svg") >= 3
    assert not re.search(r"(?:src|href)=[\"']?https?:", page)
    assert sorted(path.name for path in (own / "trec").iterdir()) == [
        "article.qrels",
        "article.run",
        "passage.qrels",
        "passage.run",
    ]


def test_the_same_search_is_not_worse_than_itself_and_a_worse_one_is() -> None:
    baseline = ROOT / "eval" / "results" / "seeds.json"
    same = pressmark("eval", "seeds", "--against", baseline, "--no-answers")
    assert same.returncode == 0, same.stdout + same.stderr
    worse = pressmark("eval", "seeds", "--against", baseline, "--no-answers", "--mode", "dense", "--json")
    assert worse.returncode == 1, worse.stderr
    changes = json.loads(worse.stdout)["comparison"]["changes"]
    assert {change["verdict"] for change in changes if change["measure"] == "passage nDCG@10"} == {"worse"}


ASKED: list[dict[str, Any]] = [
    {**QUESTIONS[0], "answers": ["The harbour master of Lund", "the harbour master"]},
    {**QUESTIONS[1], "answers": ["the mild winter"]},
    {**QUESTIONS[2], "answers": ["green"]},
    QUESTIONS[3],
]


def test_questions_with_answers_are_asked_and_their_answers_gated(own: Path) -> None:
    (own / "asked.jsonl").write_text("".join(json.dumps(line) + "\n" for line in ASKED))
    asking = ("eval", own / "asked.jsonl", "--archive", own / "archive")
    done = pressmark(*asking, "--out", own / "asked.json", "--report", own / "asked.html")
    assert done.returncode == 0, done.stderr
    assert "4 asked of 4; 3 answerable, 1 not" in " ".join(done.stdout.split())
    answers = json.loads((own / "asked.json").read_text())["answers"]
    assert list(answers["per_query"]) == ["1", "2", "3", "4"]
    assert 0 <= answers["measures"]["answer F1"]["mean"] <= 1
    assert answers["latency_ms"]["total"]["p50"] > 0
    assert 'id="answers"' in (own / "asked.html").read_text()
    again = pressmark(*asking, "--against", own / "asked.json", "--json")
    assert again.returncode == 0, again.stderr
    changes = json.loads(again.stdout)["comparison"]["changes"]
    assert {change["p"] for change in changes if change["measure"] in ("answer F1", "AURC", "overall right")} == {1.0}


def test_a_sample_must_be_that_of_the_baseline_and_no_answers_need_none(own: Path) -> None:
    other = pressmark(
        "eval", own / "asked.jsonl", "--archive", own / "archive", "--against", own / "asked.json", "--sample", "2"
    )
    assert other.returncode == 2
    assert "Ask the same ones: --sample 4" in other.stderr
    none = pressmark("eval", own / "asked.jsonl", "--archive", own / "archive", "--no-answers", "--json")
    assert "answers" not in json.loads(none.stdout)
    idle = pressmark("eval", own / "asked.jsonl", "--archive", own / "archive", "--no-answers", "--sample", "2")
    assert idle.returncode == 2
    assert "--no-answers does nothing with --sample" in idle.stderr


def test_json_is_the_result(own: Path) -> None:
    done = evaluate(own, "--json")
    shape = json.loads(done.stdout)
    assert {"suite", "manifest", "measures", "by_kind", "latency_ms", "per_query"} <= set(shape)
    assert set(shape["measures"]["nDCG@10"]) == {"mean", "low", "high"}


def test_a_check_searches_nothing(own: Path) -> None:
    done = evaluate(own, "--check")
    assert done.returncode == 0
    assert "4 queries, 3 of them judged; every one of 3 quotes stands once" in done.stdout


def test_a_sweep_prints_a_row_for_each_setting_and_saves_them(own: Path) -> None:
    done = evaluate(own, "--sweep", "weight=0.2,0.8", "--sweep", "passage-size=30", "--out", own / "sweep.json")
    assert done.returncode == 0, done.stderr
    assert "weight=0.2 passage-size=30" in done.stdout
    shape = json.loads((own / "sweep.json").read_text())
    assert list(shape["settings"]) == ["weight=0.2 passage-size=30", "weight=0.8 passage-size=30"]


def test_a_sweep_refuses_what_it_would_pass_over(own: Path) -> None:
    done = evaluate(own, "--sweep", "weight=0.2", "--against", own / "before.json", "--report", own / "sweep.html")
    assert done.returncode == 2
    assert "--sweep does nothing with --against and --report" in done.stderr


def test_a_run_of_another_system_is_scored(own: Path) -> None:
    (own / "other.run").write_text("1 Q0 wheat.txt 1 2.0 them\n1 Q0 harbour.txt 2 1.0 them\n")
    done = evaluate(own, "--run", own / "other.run", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["measures"]["RR@10"]["mean"] == pytest.approx((1 / 2 + 0 + 0) / 3, abs=1e-6)


def test_judgments_may_come_from_a_qrels_file(own: Path) -> None:
    (own / "mine.qrels").write_text("1 0 wheat.txt 1\n")
    done = evaluate(own, "--qrels", own / "mine.qrels", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["judged"] == 1


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "holds no question"),
        ('{"question": "Who?"}\n', "line 1: it has no 'evidence'"),
        ('{"question": "Who?", "evidence": [{"article": "harbor.txt", "quote": "x"}]}\n', "nearest: 'harbour.txt'"),
        ('{"question": "Who?", "evidence": [{"article": "harbour.txt", "quote": "whales"}]}\n', "does not stand in"),
        ('{"question": "Who?", "evidence": [{"article": "harbour.txt", "quote": "t"}]}\n', "Make the quote longer"),
    ],
)
def test_questions_that_cannot_be_scored_are_refused_in_a_line(own: Path, lines: str, said: str) -> None:
    (own / "bad.jsonl").write_text(lines)
    done = pressmark("eval", own / "bad.jsonl", "--archive", own / "archive")
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_baseline_of_other_questions_is_refused_before_anything_is_searched(own: Path) -> None:
    done = evaluate(own, "--against", ROOT / "eval" / "results" / "seeds.json")
    assert done.returncode == 2
    assert "answer different questions" in done.stderr


def test_a_baseline_of_another_model_is_refused(own: Path) -> None:
    assert evaluate(own, "--out", own / "before.json").returncode == 0
    shape = json.loads((own / "before.json").read_text())
    shape["manifest"]["weights_sha256"] = "0" * 64
    (own / "before.json").write_text(json.dumps(shape))
    done = evaluate(own, "--against", own / "before.json")
    assert done.returncode == 2
    assert "--across-models" in done.stderr
    assert evaluate(own, "--against", own / "before.json", "--across-models").returncode == 0


@pytest.mark.parametrize("folder", ["nothing", "half"])
def test_a_folder_that_is_no_suite_says_what_it_lacks(own: Path, folder: str) -> None:
    (own / folder).mkdir(exist_ok=True)
    if folder == "half":
        (own / folder / "corpus.jsonl").write_text('{"_id": "1", "text": "Ships."}\n')
    done = pressmark("eval", own / folder)
    assert done.returncode == 2
    assert "lacks" in done.stderr
    assert "queries.jsonl" in done.stderr


def test_a_beir_folder_is_indexed_once_and_searched(tmp_path: Path) -> None:
    folder, cache = tmp_path / "tiny", tmp_path / "cache"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(
        "".join(json.dumps({"_id": f"d{n}", "title": "", "text": t}) + "\n" for n, t in enumerate(NOTES.values()))
    )
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "collision of tugs in fog"}\n')
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td0\t1\n")
    for _ in range(2):
        done = pressmark("eval", folder, "--json", PRESSMARK_CACHE=str(cache))
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["measures"]["nDCG@10"]["mean"] == 1.0
    assert len(list((cache / "eval").iterdir())) == 1


def test_an_interrupted_run_says_that_it_starts_over() -> None:
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        [PRESSMARK, "eval", "seeds"], stdout=subprocess.DEVNULL, stderr=end, env=environment(TERM="xterm"), cwd=ROOT
    )
    os.close(end)
    said = b""
    while b"queries" not in said:  # the bar over the questions, which only a terminal gets
        said += os.read(terminal, 4096)
    process.send_signal(signal.SIGINT)
    with suppress(OSError):  # how a terminal ends
        while more := os.read(terminal, 4096):
            said += more
    os.close(terminal)
    assert process.wait(timeout=60) == 130
    assert b"the next one starts over" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--out", "questions.jsonl"], "would overwrite the suite"),
        (["--against", "before.json", "--out", "before.json"], "would overwrite the baseline"),
        (["--report", "archive/archive.sqlite"], "would overwrite the archive"),
        (["--out", "x", "--report", "x"], "Name two places"),
        (["--check", "--json"], "--check does nothing with --json"),
        (["--check", "--mode", "dense"], "--check does nothing with --mode"),
        (["--sweep", "depth=50", "--sample", "3"], "--sweep does nothing with --sample"),
        (["--run", "x.run", "--weight", "0", "--seed", "0"], "--run does nothing with --seed and --weight"),
        (["--level", "passage"], "--level does nothing with no --run"),
    ],
)
def test_what_would_be_lost_or_passed_over_is_refused(own: Path, options: list[str], said: str) -> None:
    assert evaluate(own, "--out", own / "before.json").returncode == 0
    paths = [own / word if "." in word or word == "x" else word for word in options]
    done = evaluate(own, *paths)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Who shut the quays?" in (own / "questions.jsonl").read_text()


def test_a_query_that_found_nothing_is_named(own: Path) -> None:
    asked = [{"question": "quays publisher:nobody", "evidence": QUESTIONS[0]["evidence"]}, QUESTIONS[1]]
    (own / "operators.jsonl").write_text("".join(json.dumps(line) + "\n" for line in asked))
    done = pressmark("eval", own / "operators.jsonl", "--archive", own / "archive")
    assert done.returncode == 0
    assert "1 of 2 judged queries found nothing and score 0: 1." in done.stderr


def test_an_output_that_is_full_is_an_error_and_no_regression(own: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [PRESSMARK, "eval", own / "questions.jsonl", "--archive", own / "archive"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            cwd=ROOT,
        )
    assert done.returncode == 2
    assert "No space left" in done.stderr
