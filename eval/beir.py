"""A folder in the layout of BEIR, whose judgments are grades of articles.

    corpus.jsonl     {"_id", "title", "text"} a line: what to index; here only its ids are read
    queries.jsonl    {"_id", "text"} a line; "metadata" may hold "answers" (a list of strings) and "unanswerable"
    qrels/test.tsv   query id, corpus id and grade, parted by tabs; a first line of names may stand above

The first two may be compressed (``.jsonl.gz``). TREC's form of judgments, in four columns, is read too.

Source: Thakur et al., "BEIR: A Heterogenous Benchmark for Zero-shot Evaluation of Information Retrieval Models" (2021).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path

from eval.lines import Problems, as_written, json_lines, text_lines
from eval.suite import Query, Suite
from indexer.errors import BadQuery, BadSuite
from service.citation import shown
from service.query import parse_query

_GRADE = re.compile(r"-?[0-9]{1,9}")
_NAMES_OF_QUERIES = {"query-id", "query_id", "queryid", "qid", "query", "topic"}
_FEW = 5


@dataclass(slots=True)
class _Judgments:
    """Grades by query and article, and the line on which each id is first named."""

    grades: dict[str, dict[str, int]] = field(default_factory=dict)
    query_lines: dict[str, int] = field(default_factory=dict)
    article_lines: dict[str, int] = field(default_factory=dict)

    def add(self, query: str, article: str, grade: int, line: int) -> None:
        known = self.grades.setdefault(query, {}).setdefault(article, grade)
        if known != grade:
            raise BadSuite(f"article {article!r} has the grade {grade} for query {query!r} and had {known}. Keep one")
        self.query_lines.setdefault(query, line)
        self.article_lines.setdefault(article, line)


def load_beir(folder: Path, split: str = "test") -> Suite:
    """The queries that a split judges, in the order of the queries file; the suite is named after the folder.

    A query whose grades are all 0 stays: it counts, and nothing scores on it. One that is not judged stays only if its
    metadata calls it unanswerable.

    Raises:
        BadSuite: a file is missing or has bad lines, or an id is judged that the queries or the corpus do not have.
    """
    corpus, queries, qrels = _files(folder, split)
    problems = Problems(folder)
    judgments = _judgments(qrels, problems)
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


def _judgments(qrels: Path, problems: Problems) -> _Judgments:
    judgments, where = _Judgments(), f"qrels/{qrels.name} line"
    for number, line in text_lines(qrels, where, problems):
        columns = [_one_line(column) for column in (line.split("\t") if "\t" in line else line.split())]
        named = columns[0].lower() in _NAMES_OF_QUERIES
        if not judgments.grades and named and not _GRADE.fullmatch(columns[-1]):
            continue
        try:
            judgments.add(*_judgment(columns, "\t" in line), number)
        except BadSuite as problem:
            problems.add(f"{where} {number}: {problem}")
    return judgments


def _judgment(columns: list[str], tabs: bool) -> tuple[str, str, int]:
    """Query, article and grade of BEIR's three columns or TREC's four, whose second says nothing."""
    if len(columns) != 4 and not (tabs and len(columns) == 3):
        raise BadSuite(
            f"{shown(' '.join(columns))} is {len(columns)} columns. Write query id, corpus id, grade, parted by tabs"
        )
    query, article, grade = columns[0], *columns[-2:]
    if not query or not article:
        raise BadSuite("an id is empty. Write query id, corpus id and grade, parted by tabs")
    if not _GRADE.fullmatch(grade):
        raise BadSuite(f"the grade {shown(grade)} is no whole number. Write 0, 1, 2 and so on")
    return query, article, int(grade)


def _queries(path: Path, judgments: _Judgments, problems: Problems) -> list[Query]:
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
    return _one_line(name)


def _one_line(name: str) -> str:
    """An id as an archive has it: runs of white space are one space."""
    return " ".join(name.split())


def _require_articles(corpus: Path, judgments: _Judgments, problems: Problems) -> None:
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
