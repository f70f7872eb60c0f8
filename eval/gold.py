"""What a suite's evidence is in one archive: the spans that its quotes are, and the passages that hold them.

An archive shows a text once, however many articles carry it. So a quote counts wherever its very words stand among the
copies of its article, and a place is named by the article under which a search shows it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from eval.beir import textless
from eval.lines import Problems
from eval.quotes import require_once, standing
from eval.suite import Evidence, Suite
from indexer.errors import BadSuite
from indexer.snapshot import Snapshot
from indexer.stored import PassageRow
from service.citation import shown
from service.locator import Locator

_HALF = 5
_FEW = 5
_MOST_COMPARED = 50_000
"""Once so many ids were compared with unknown ones, no nearest are looked for: among 230,000 each search takes 8 s."""


@dataclass(frozen=True, slots=True)
class Span:
    """``text[start:end]`` of an article."""

    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Gold:
    """What a run on one archive is judged by; queries without evidence are in none of them.

    Attributes:
        spans: by query id, for each of its evidence the places where the quote stands, that of the suite first.
        passages: by query id, locators of passages and their grades: tenths of a quote that a passage holds.
        articles: by query id, every article that carries a quote, in copies too, with grade 1.
    """

    spans: Mapping[str, tuple[tuple[Span, ...], ...]]
    passages: Mapping[str, Mapping[str, int]]
    articles: Mapping[str, Mapping[str, int]]


def gold_of(suite: Suite, snapshot: Snapshot) -> Gold:
    """The suite's evidence as spans and graded passages of an archive.

    A passage that holds less than half of a quote, in rounded tenths (up to 45%), has grade 0, and is left out, unless
    none holds half: measures that know only relevant and not relevant would take a few words for the answer. A passage
    that no search shows, because an earlier copy says the same, is left out too.

    Raises:
        BadSuite: the archive lacks judged articles, or a quote does not stand in its article exactly once, or where no
            search can find it. All such problems are named.
    """
    if not suite.has_evidence:
        _require_articles(suite, snapshot)
        return Gold({}, {}, {})
    problems = Problems(suite.source)
    archive = _Quoted(snapshot)
    spans: dict[str, tuple[tuple[Span, ...], ...]] = {}
    passages: dict[str, dict[str, int]] = {}
    articles: dict[str, dict[str, int]] = {}
    for query in suite.queries:
        found: list[tuple[Span, ...]] = []
        grades: dict[str, int] = {}
        carrying: dict[str, int] = {}
        for evidence in query.evidence:
            try:
                places = archive.places(evidence)
                graded = archive.graded(evidence, places)
            except BadSuite as problem:
                problems.add(f"line {query.line} (query {query.id!r}): {problem}")
                continue
            found.append(tuple(place.span for place in places))
            carrying |= {name: 1 for place in places for name in place.articles}
            grades |= {locator: max(grade, grades.get(locator, 0)) for locator, grade in graded.items()}
        if query.evidence:
            spans[query.id], passages[query.id], articles[query.id] = tuple(found), grades, carrying
    problems.refuse()
    return Gold(spans, passages, articles)


def _require_articles(suite: Suite, snapshot: Snapshot) -> None:
    """An article that is empty in the corpus is not required: it is relevant all the same, and nobody finds it."""
    relevant = {name for query in suite.queries for name, grade in query.articles.items() if grade > 0}
    missing = relevant - set(snapshot.article_ids())
    if missing and suite.corpus is not None and suite.corpus.is_file():
        missing -= textless(suite.corpus, missing)
    if missing:
        few = ", ".join(map(repr, sorted(missing)[:_FEW]))
        raise BadSuite(
            f"{suite.source}: this archive lacks {len(missing):,} of {len(relevant):,} relevant articles, first {few}. "
            f"Mend what of {suite.corpus or 'the articles'} could not be indexed, or name an archive that has them all"
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a quote stands, the passages of the text around it, and all articles that carry that text."""

    span: Span
    rows: Sequence[PassageRow]
    articles: tuple[str, ...]


class _Quoted:
    """Finds quotes in one generation of an archive."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._compared = 0

    @cached_property
    def _ids(self) -> dict[str, None]:
        return dict.fromkeys(self._snapshot.article_ids())

    def places(self, evidence: Evidence) -> list[_Place]:
        """Everywhere the quote stands: in its own article, then in the copies of it."""
        if evidence.article not in self._ids:
            raise BadSuite(self._unknown(evidence.article))
        require_once(evidence, self._snapshot.article(evidence.article).text)
        rows = self._snapshot.passages_of(evidence.article)
        if not rows:
            raise BadSuite(_never_searched(evidence))
        own = rows[0].content_id
        group = self._snapshot.copies_of([own]).get(own, [own])
        carriers = self._snapshot.articles_of(group)
        places = []
        for content_id in sorted(group, key=lambda member: (member != own, member)):
            carrier = carriers[content_id][0].id
            rows = self._snapshot.passages_of(carrier)
            spans = standing(evidence.quote, self._snapshot.content(content_id)[1])
            names = tuple(line.id for line in carriers[content_id])
            places += [_Place(Span(carrier, start, end), rows, names) for start, end in spans]
        return places

    def _unknown(self, article: str) -> str:
        like = ""
        if self._compared < _MOST_COMPARED:
            self._compared += len(self._ids)
            near = get_close_matches(article, self._ids, n=3)
            like = f" (nearest: {', '.join(map(repr, near))})" if near else ""
        return f"this archive holds no article {article!r}{like}. List what it holds: pressmark status --articles"

    def graded(self, evidence: Evidence, places: Iterable[_Place]) -> dict[str, int]:
        """The locators of the passages that hold the quote, and their grades."""
        grades: dict[str, int] = {}
        hidden: set[str] = set()
        for place in places:
            for row, grade in _grades(place):
                if self._snapshot.shows([row.id]):
                    locator = Locator(place.span.article_id, row.start, row.end).text
                    grades[locator] = max(grade, grades.get(locator, 0))
                else:
                    hidden.add(place.span.article_id)
        if not grades:
            raise BadSuite(self._repeated(evidence, hidden) if hidden else _never_searched(evidence))
        return grades

    def _repeated(self, evidence: Evidence, hidden: set[str]) -> str:
        own = self._snapshot.passages_of(evidence.article)[0].content_id
        carriers = self._snapshot.articles_of(self._snapshot.copies_of([own])[own]).values()
        others = ", ".join(repr(lines[0].id) for lines in carriers if lines[0].id not in hidden)
        return (
            f"what {shown(evidence.quote)} says in article {evidence.article!r}, an earlier copy says in nearly the "
            f"same words, and a search shows only that. Quote the copy: {others}"
        )


def _grades(place: _Place) -> list[tuple[PassageRow, int]]:
    """The passages that overlap a place, with tenths of it that they cover; those below half only if all are."""
    span = place.span
    shares = [(row, min(row.end, span.end) - max(row.start, span.start)) for row in place.rows]
    length = span.end - span.start
    graded = [(row, round(10 * covered / length)) for row, covered in shares if covered > 0]
    if any(grade >= _HALF for _, grade in graded):
        return [(row, grade) for row, grade in graded if grade >= _HALF]
    most = max((covered for _, covered in shares), default=0)
    return [(row, max(1, round(10 * covered / length))) for row, covered in shares if covered == most > 0]


def _never_searched(evidence: Evidence) -> str:
    return (
        f"{shown(evidence.quote)} can never be found: no passage of article {evidence.article!r} holds it, as it is "
        "boilerplate or front matter. Quote what the article itself says: "
        f"pressmark show {shlex.quote(evidence.article)}"
    )
