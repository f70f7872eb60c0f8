"""The judgments of a folder in BEIR's layout, with the lines on which they stand: grades of articles.

``eval.trec`` reads judgments that are named alone, without queries or a corpus that a bad line could be held against.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from eval.lines import Problems, text_lines
from indexer.errors import BadSuite
from service.citation import shown

_GRADE = re.compile(r"-?[0-9]{1,9}")
_NAMES_OF_QUERIES = {"query-id", "query_id", "queryid", "qid", "query", "topic"}


@dataclass(slots=True)
class Judgments:
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


def read_judgments(qrels: Path, problems: Problems) -> Judgments:
    """The grades of a file of three columns between tabs, under a header or none, or of TREC's four."""
    judgments, where = Judgments(), f"qrels/{qrels.name} line"
    for number, line in text_lines(qrels, where, problems):
        columns = [one_line(column) for column in (line.split("\t") if "\t" in line else line.split())]
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


def one_line(name: str) -> str:
    """An id as an archive has it: runs of white space are one space."""
    return " ".join(name.split())
