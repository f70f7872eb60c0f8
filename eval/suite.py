"""What is asked, and what counts as found.

A suite is a list of queries with judgments. Two things come in this form: a questions file (``questions``), whose
evidence is quotes, and a folder in the layout of BEIR (``beir``), whose judgments are article ids. Everything behind
this module sees a ``Suite`` and does not know which it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of an article that answer a question, as they stand there."""

    article: str
    quote: str


@dataclass(frozen=True, slots=True)
class Query:
    """One query and its judgments.

    Attributes:
        kind: what sort of question it is, for tables by kind; "" where a suite does not say.
        answers: short answers that would be right; empty where a suite has none.
        evidence: the quotes that answer it, none for an article-level suite or a question that is not answered.
        articles: grade of each judged article, above 0 for a relevant one; empty when the archive does not answer it.
        unanswerable: whether the suite says that the archive does not answer it. Where answers were looked for in one
            paragraph only, as SQuAD's were, another article may answer it all the same.
        line: the line of the suite's file that it comes from.
    """

    id: str
    text: str
    kind: str = ""
    answers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    articles: Mapping[str, int] = field(default_factory=dict)
    unanswerable: bool = False
    line: int = 0

    @property
    def judged(self) -> bool:
        """Whether it counts in the means: an unanswerable question has nothing to be found."""
        return bool(self.articles)


@dataclass(frozen=True, slots=True)
class Suite:
    """Queries with judgments, in the order of their file; ids are unique.

    Attributes:
        name: what tables call it.
        source: the questions file or the folder.
        corpus: the articles that it is about; None when it asks about an archive that the user names.
    """

    name: str
    source: Path
    queries: tuple[Query, ...]
    corpus: Path | None = None

    @property
    def judged(self) -> tuple[Query, ...]:
        return tuple(query for query in self.queries if query.judged)

    @property
    def asked(self) -> tuple[Query, ...]:
        """The queries whose answers can be scored; none at all when the suite has no answers."""
        if not any(query.answers for query in self.queries):
            return ()
        return tuple(query for query in self.queries if query.answers or query.unanswerable)

    @property
    def has_evidence(self) -> bool:
        """Whether passages are judged too, and not only articles."""
        return any(query.evidence for query in self.queries)

    @property
    def digest(self) -> str:
        """SHA-256 of everything that is asked and judged: results with the same one can be compared."""
        return digest_of(
            [q.id, q.text, q.kind, [[e.article, e.quote] for e in q.evidence], sorted(q.articles.items())]
            for q in sorted(self.queries, key=lambda query: query.id)
        )


def digest_of(rows: Iterable[object]) -> str:
    """SHA-256 over the JSON of each row, in order."""
    sha = hashlib.sha256()
    for row in rows:
        sha.update(json.dumps(row, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
    return sha.hexdigest()
