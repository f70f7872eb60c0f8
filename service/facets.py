"""What a set of articles is made of: how many are of which publisher, author, language, year and month.

Counted are articles, each copy as one of its own, and never passages. Which articles is part of the answer:

- without a query, all that the filter leaves;
- of a query of phrases alone, all with a passage that holds every phrase and nothing that is excluded;
- of any other query, those of the best results: a search by meaning ranks every article that the filter leaves, so that
  a count of all that it can show would say nothing of the query.

So the counts are exact, and depend on neither a page nor ``k``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from indexer.errors import BadQuery
from indexer.filters import Filter
from indexer.snapshot import Snapshot
from indexer.tallies import Groups, Tally
from service.query import parse_query
from service.search import MOST_AT_ONCE, Searcher, SearchOptions

Candidates = Literal["all", "best"]
MOST_VALUES = 1_000


@dataclass(frozen=True, slots=True)
class FacetOptions:
    """What to count: ``limit`` values of each facet, and with a query the articles of its ``best`` first results.

    Raises:
        BadQuery: a value that cannot be.
    """

    filter: Filter = field(default_factory=Filter)
    limit: int = 50
    best: int = 200

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MOST_VALUES:
            raise BadQuery(f"limit is {self.limit:,}; ask for 1 to {MOST_VALUES:,} values of each facet")
        if not 1 <= self.best <= MOST_AT_ONCE:
            raise BadQuery(f"best is {self.best:,}; choose 1 to {MOST_AT_ONCE:,} results whose articles are counted")


@dataclass(frozen=True, slots=True)
class CandidateSet:
    """Which articles are counted: all of a kind, or those of the best ``limit`` results."""

    articles: int
    candidates: Candidates
    limit: int | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many articles state a value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """Values by how many articles state them, most first, then by value.

    Attributes:
        other_values: how many values are left out, the rarest.
        other_articles: how many articles state one of those.
        unstated: how many articles state none at all.
    """

    counts: tuple[Count, ...]
    other_values: int
    other_articles: int
    unstated: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts of one set of articles. Years and months are complete and in order of time.

    An article of several authors counts for each of them; one that is dated to a year only counts in no month.
    ``undated`` ones count in neither. ``notes`` are the search's own.
    """

    query: str | None
    generation: int
    of: CandidateSet
    publishers: Facet
    authors: Facet
    languages: Facet
    years: tuple[Count, ...]
    months: tuple[Count, ...]
    undated: int
    notes: tuple[str, ...] = ()


def facets_of(searcher: Searcher, query: str | None = None, options: FacetOptions | None = None) -> Facets:
    """What the articles that a query finds are made of; without one, or with an empty one, all that the filter leaves.

    Raises:
        BadQuery: the query filters or excludes only, as in ``Searcher.search``, or is too long.
    """
    options = options or FacetOptions()
    if query is None or not query.strip():
        snapshot = searcher.archive.snapshot()
        return _facets(None, snapshot, snapshot.tally(options.filter), "all", options)
    parsed = parse_query(query, options.filter)
    if parsed.phrases and not parsed.asks:
        snapshot = searcher.archive.snapshot()
        contents = snapshot.carrying(parsed.filter, parsed.phrases, parsed.without)
        tally = snapshot.tally_among(parsed.filter, "content_id", contents)
        return _facets(query, snapshot, tally, "all", options, parsed.notes)
    while True:
        results = searcher.search(query, SearchOptions(options.best, filter=options.filter, group="article"))
        snapshot = searcher.archive.snapshot()
        if snapshot.generation == results.generation:  # else a writer came between, and what was found may be gone
            break
    found = {hit.citation.article_id: None for hit in results.hits}
    found |= {line.id: None for hit in results.hits for line in hit.also_published_by}
    tally = snapshot.tally_among(parsed.filter, "id", found)
    return _facets(query, snapshot, tally, "best", options, results.notes)


def _facets(
    query: str | None,
    snapshot: Snapshot,
    tally: Tally,
    candidates: Candidates,
    options: FacetOptions,
    notes: tuple[str, ...] = (),
) -> Facets:
    return Facets(
        query=query,
        generation=snapshot.generation,
        of=CandidateSet(tally.articles, candidates, options.best if candidates == "best" else None),
        publishers=_facet(tally.publishers, options.limit),
        authors=_facet(tally.authors, options.limit),
        languages=_facet(tally.languages, options.limit),
        years=_times(tally.dates, len("2015")),
        months=_times(tally.dates, len("2015-10")),
        undated=tally.dates.get((), 0),
        notes=notes,
    )


def _facet(groups: Groups, limit: int) -> Facet:
    counts: Counter[str] = Counter()
    for values, articles in groups.items():
        counts.update(dict.fromkeys(values, articles))
    order = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    left_out = {value for value, _ in order[limit:]}
    return Facet(
        counts=tuple(Count(*pair) for pair in order[:limit]),
        other_values=len(left_out),
        other_articles=sum(articles for values, articles in groups.items() if not left_out.isdisjoint(values)),
        unstated=groups.get((), 0),
    )


def _times(dates: Groups, length: int) -> tuple[Count, ...]:
    counts: Counter[str] = Counter()
    for stated, articles in dates.items():
        counts.update({date[:length]: articles for date in stated if len(date) >= length})
    return tuple(Count(*pair) for pair in sorted(counts.items()))
