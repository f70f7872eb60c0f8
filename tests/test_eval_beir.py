"""Folders of BEIR's layout."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from eval.beir import load_beir
from eval.suite import Query
from eval.suites import load_suite
from indexer.errors import BadSuite

HEADER = "query-id\tcorpus-id\tscore"


def folder_of(
    place: Path,
    *judgments: str,
    queries: tuple[object, ...] = ("q1", "q2", "q3"),
    articles: tuple[object, ...] = ("d1", "d2", "d3"),
) -> Path:
    """A folder; where only a name is given for a line, it is the id."""
    folder = place / "ports"
    (folder / "qrels").mkdir(parents=True)
    for name, lines in (("queries", queries), ("corpus", articles)):
        records = [
            {"_id": line, "title": "", "text": f"About {line}", "metadata": {}} if isinstance(line, str) else line
            for line in lines
        ]
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    (folder / "qrels" / "test.tsv").write_text("".join(line + "\n" for line in judgments))
    return folder


def refusal(folder: Path, split: str = "test") -> str:
    with pytest.raises(BadSuite) as caught:
        load_beir(folder, split)
    return str(caught.value).removeprefix(f"{folder}: ")


def test_the_queries_that_a_split_judges_come_in_the_order_of_their_file(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, HEADER, "q3\td1\t1", "q1\td1\t2", "q1\td2\t0", "q3\td3\t-1")
    suite = load_beir(folder)
    assert (suite.name, suite.source, suite.corpus) == ("ports", folder, folder / "corpus.jsonl")
    assert suite.queries == (
        Query("q1", "About q1", articles={"d1": 2, "d2": 0}, line=1),
        Query("q3", "About q3", articles={"d1": 1, "d3": -1}, line=3),
    )
    assert not suite.has_evidence
    assert load_suite(str(folder)) == suite


@pytest.mark.parametrize(
    "judgments",
    [
        ["q1\td1\t1", "q2\td2\t2"],
        [HEADER, "q1\td1\t1", "", "q2\td2\t2"],
        ["query_id\tdoc_id\trelevance", "q1\td1\t1", "q2\td2\t2\r"],
        ["\ufeffquery-id\tcorpus-id\tscore", "q1\td1\t1", "q2\td2\t2", "q2\td2\t2"],
        ["q1 0 d1 1", "q2  0  d2  2"],
        ["q1\t0\td1\t1", "q2\tQ0\td2\t2"],
    ],
)
def test_judgments_have_three_columns_with_or_without_names_or_four(tmp_path: Path, judgments: list[str]) -> None:
    suite = load_beir(folder_of(tmp_path, *judgments))
    assert {query.id: query.articles for query in suite.queries} == {"q1": {"d1": 1}, "q2": {"d2": 2}}


def test_a_query_called_query_is_a_query(tmp_path: Path) -> None:
    suite = load_beir(folder_of(tmp_path, "query\td1\t1", queries=("query",)))
    assert [query.id for query in suite.queries] == ["query"]


def test_a_query_without_a_relevant_article_stays_and_counts(tmp_path: Path) -> None:
    suite = load_beir(folder_of(tmp_path, "q1\td1\t0", "q2\td2\t1"))
    assert [(query.id, query.judged) for query in suite.queries] == [("q1", True), ("q2", True)]


def test_compressed_files_are_read_in_place_of_plain_ones(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "q1\td1\t1")
    plain = load_beir(folder)
    for name in ("corpus.jsonl", "queries.jsonl"):
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
        (folder / name).unlink()
    packed = load_beir(folder)
    assert packed.corpus == folder / "corpus.jsonl.gz"
    assert packed.queries == plain.queries
    damaged = (folder / "queries.jsonl.gz").read_bytes()[:-12]
    (folder / "queries.jsonl.gz").write_bytes(damaged)
    assert "queries.jsonl.gz is damaged" in refusal(folder)


def test_ids_are_compared_as_an_archive_has_them(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "q1\tport of  Bandar\t1", articles=(" port  of Bandar",))
    assert load_beir(folder).queries[0].articles == {"port of Bandar": 1}


def test_a_folder_of_another_layout_is_told_what_is_missing(tmp_path: Path) -> None:
    message = refusal(tmp_path)
    assert "lacks corpus.jsonl, queries.jsonl, qrels/test.tsv. A folder of BEIR's layout holds" in message
    folder = folder_of(tmp_path, "q1\td1\t1")
    (folder / "corpus.jsonl").unlink()
    assert f"{folder} lacks corpus.jsonl. A folder" in refusal(folder)


def test_a_split_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "q1\td1\t1")
    (folder / "qrels" / "dev.tsv").write_text("q2\td1\t1\n")
    assert [query.id for query in load_beir(folder, "dev").queries] == ["q2"]
    assert refusal(folder, "train") == f"{folder} has no split 'train'. Choose one that it has: dev, test"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("q1\td1\t1.5", "the grade '1.5' is no whole number. Write 0, 1, 2 and so on"),
        ("q1\td1\thigh", "the grade 'high' is no whole number"),
        ("q1\td1\t", "the grade '' is no whole number"),
        ("q1\td1", "'q1 d1' is 2 columns. Write query id, corpus id, grade, parted by tabs"),
        ("q1 d1 1", "'q1 d1 1' is 3 columns"),
        ("q1\t0\td1\t1\trun", "is 5 columns"),
        ("q1\t\t1", "an id is empty"),
        (HEADER, "the grade 'score' is no whole number"),
        ("q2\td2\t2", "article 'd2' has the grade 2 for query 'q2' and had 1. Keep one"),
    ],
)
def test_a_bad_judgment_is_refused_by_its_line(tmp_path: Path, line: str, said: str) -> None:
    message = refusal(folder_of(tmp_path, HEADER, "q2\td2\t1", line))
    assert message.startswith("qrels/test.tsv line 3: ")
    assert said in message


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"text": "Which port?"}, "its _id is null. Write a string"),
        ({"_id": 3, "text": "Which port?"}, "its _id is 3. Write a string"),
        ({"_id": "q2"}, "its text is null. Write the query as a string"),
        ({"_id": "q2", "text": "..."}, "'...' holds no word to search for"),
        ({"_id": "q1", "text": "Which port?"}, "its _id 'q1' is that of line 1. Give each query its own"),
    ],
)
def test_a_bad_query_is_refused_by_its_line(tmp_path: Path, query: dict[str, object], said: str) -> None:
    message = refusal(folder_of(tmp_path, "q1\td1\t1", "q2\td1\t1", queries=("q1", query)))
    assert message.startswith(f"queries.jsonl line 2: {said}")


def test_a_query_that_the_split_does_not_judge_need_not_be_searchable(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "q1\td1\t1", queries=("q1", {"_id": "q2", "text": "..."}))
    assert [query.id for query in load_beir(folder).queries] == ["q1"]


def test_judged_ids_that_nothing_has_are_refused_with_their_lines(tmp_path: Path) -> None:
    lines = [HEADER, "q1\td1\t1", "q9\td1\t1", *(f"q1\tx{number}\t0" for number in range(7))]
    assert refusal(folder_of(tmp_path, *lines)).split("; ") == [
        "queries.jsonl lacks 1 of the queries that the judgments name, first 'q9' (line 3). "
        "Add them to queries.jsonl, or take those lines out of the judgments",
        "corpus.jsonl lacks 7 of the articles that the judgments name, first 'x0' (line 4), 'x1' (line 5), "
        "'x2' (line 6), 'x3' (line 7), 'x4' (line 8). "
        "Add them to corpus.jsonl, or take those lines out of the judgments",
    ]


def test_a_bad_line_of_the_corpus_is_refused(tmp_path: Path) -> None:
    message = refusal(folder_of(tmp_path, "q1\td2\t1", articles=("d1", {"text": "x"}, "d2")))
    assert message == "corpus.jsonl line 2: its _id is null. Write a string"


def test_a_split_that_judges_nothing_is_refused(tmp_path: Path) -> None:
    assert "judges no query" in refusal(folder_of(tmp_path, HEADER))
