"""A folder in the layout of BEIR, whose judgments are grades of articles.

    corpus.jsonl     {"_id", "title", "text"} a line: what to index; here only its ids are read
    queries.jsonl    {"_id", "text"} a line; "metadata" may hold "answers" (a list of strings) and "unanswerable"
    qrels/test.tsv   query id, corpus id and grade, parted by tabs; a first line of names may stand above

The first two may be compressed (``.jsonl.gz``). TREC's form of judgments, in four columns, is read too.

Source: Thakur et al., "BEIR: A Heterogenous Benchmark for Zero-shot Evaluation of Information Retrieval Models" (2021).
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import Path

from eval.judgments import Judgments, one_line, read_judgments
from eval.lines import Problems, as_written, json_lines
from eval.suite import Query, Suite
from indexer.errors import BadQuery, BadSuite
from service.query import parse_query

_FEW = 5


def load_beir(folder: Path, split: str = "test") -> Suite:
    """The queries that a split judges, in the order of the queries file; the suite is named after the folder.

    A query whose grades are all 0 stays: it counts, and nothing scores on it. One that is not judged stays only if its
    metadata calls it unanswerable.

    Raises:
        BadSuite: a file is missing or has bad lines, or an id is judged that the queries or the corpus do not have.
    """
    corpus, queries, qrels = _files(folder, split)
    problems = Problems(folder)
    judgments = read_judgments(qrels, problems)
    if not judgments.grades and not problems:
        raise BadSuite(f"{qrels} judges no query. Write query id, corpus id and grade on a line, parted by tabs")
    found = _queries(queries, judgments, problems)
    _require_articles(corpus, judgments, problems)
    problems.refuse()
    return Suite(folder.resolve().name, folder, tuple(found), corpus)


def textless(corpus: Path, articles: Set[str]) -> set[str]:
    """Those of the articles that have neither text nor title in the corpus; no archive can hold them.

    Raises:
        BadSuite: the corpus cannot be read.
    """
    problems = Problems(corpus)
    found = set()
    for _, record in json_lines(corpus, "line", problems):
        said = f"{record.get('title') or ''}{record.get('text') or ''}"
        if not said.strip() and (name := _id_of(record)) in articles:
            found.add(name)
    problems.refuse()
    return found


def _files(folder: Path, split: str) -> tuple[Path, Path, Path]:
    corpus, queries = (_plain_or_packed(folder / name) for name in ("corpus.jsonl", "queries.jsonl"))
    qrels = folder / "qrels" / f"{split}.tsv"
    missing = [path.relative_to(folder).as_posix() for path in (corpus, queries, qrels) if not path.is_file()]
    if not missing:
        return corpus, queries, qrels
    others = sorted(path.stem for path in qrels.parent.glob("*.tsv"))
    if missing == [f"qrels/{split}.tsv"] and others:
        raise BadSuite(f"{folder} has no split {split!r}. Choose one that it has: {', '.join(others)}")
    raise BadSuite(
        f"{folder} lacks {', '.join(missing)}. A folder of BEIR's layout holds corpus.jsonl, queries.jsonl "
        f"(each may end in .gz) and qrels/{split}.tsv"
    )


def _plain_or_packed(path: Path) -> Path:
    packed = path.with_name(f"{path.name}.gz")
    return packed if packed.is_file() and not path.is_file() else path


def _queries(path: Path, judgments: Judgments, problems: Problems) -> list[Query]:
    lines: dict[str, int] = {}
    found = []
    where = f"{path.name} line"
    for number, record in json_lines(path, where, problems):
        try:
            name = _id_of(record)
            if lines.setdefault(name, number) != number:
                raise BadSuite(f"its _id {name!r} is that of line {lines[name]}. Give each query its own")
            answers, unanswerable = _answers_of(record)
            if name in judgments.grades or unanswerable:
                articles = judgments.grades.get(name, {})
                text = _text_of(record)
                found.append(
                    Query(name, text, answers=answers, articles=articles, unanswerable=unanswerable, line=number)
                )
        except (BadSuite, BadQuery) as problem:
            problems.add(f"{where} {number}: {problem}")
    unknown = {name: line for name, line in judgments.query_lines.items() if name not in lines}
    _report(unknown, "queries", path, problems)
    return found


def _text_of(record: Mapping[str, object]) -> str:
    text = record.get("text")
    if not isinstance(text, str):
        raise BadSuite(f"its text is {as_written(text)}. Write the query as a string")
    parse_query(text)
    return text


def _answers_of(record: Mapping[str, object]) -> tuple[tuple[str, ...], bool]:
    """The answers, and whether it is said that there are none; metadata of any other form says nothing."""
    metadata = record.get("metadata")
    if not isinstance(metadata, dict):
        return (), False
    if metadata.get("unanswerable") is True:
        return (), True
    answers = metadata.get("answers")
    if not isinstance(answers, list):
        return (), False
    return tuple(answer for answer in answers if isinstance(answer, str) and answer.strip()), False


def _id_of(record: Mapping[str, object]) -> str:
    name = record.get("_id")
    if not isinstance(name, str) or not name.strip():
        raise BadSuite(f"its _id is {as_written(name)}. Write a string")
    return one_line(name)


def _require_articles(corpus: Path, judgments: Judgments, problems: Problems) -> None:
    """Report judged articles that the corpus does not have; it is read no further than to the last of them."""
    unknown = dict(judgments.article_lines)
    where = f"{corpus.name} line"
    for number, record in json_lines(corpus, where, problems):
        try:
            unknown.pop(_id_of(record), None)
        except BadSuite as problem:
            problems.add(f"{where} {number}: {problem}")
        if not unknown:
            return
    _report(unknown, "articles", corpus, problems)


def _report(unknown: Mapping[str, int], what: str, path: Path, problems: Problems) -> None:
    if unknown:
        few = ", ".join(f"{name!r} (line {line})" for name, line in list(unknown.items())[:_FEW])
        problems.add(
            f"{path.name} lacks {len(unknown):,} of the {what} that the judgments name, first {few}. "
            f"Add them to {path.name}, or take those lines out of the judgments"
        )
