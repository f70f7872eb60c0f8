"""What a searcher finds for every query of a suite, before anything is scored.

Each query is searched as a user would, for ten passages, and that search is timed; then a hundred deep, by article and,
where the suite quotes evidence, by passage. All of it goes through the ``search`` of a ``Searcher`` or a service: what
is measured is what ships.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from eval.gold import Span
from eval.suite import Query, Suite
from service.search import Hit, Results, SearchOptions
from service.searches import Searches

DEPTH = 100
"""How deep a ranking is judged: what R@100 and AP look at."""
SHOWN = 10
"""What the timed search asks for."""

Tell = Callable[[int, int], None]


@dataclass(slots=True)
class Rankings:
    """By query id, in the suite's order.

    Attributes:
        articles: ids of articles, best first, at most ``DEPTH``; of judged queries only.
        passages: spans of passages, alike; empty for a suite that judges articles only.
        best: the highest cosine and the highest lexical score among the first ten passages.
        times_ms: phase -> milliseconds of the search for ten passages, one for each query; "total" is all of it.
    """

    articles: dict[str, Sequence[str]] = field(default_factory=dict)
    passages: dict[str, Sequence[Span]] = field(default_factory=dict)
    best: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    times_ms: dict[str, Mapping[str, float]] = field(default_factory=dict)


def rank(suite: Suite, searcher: Searches, options: SearchOptions, tell: Tell = lambda done, total: None) -> Rankings:
    """Search every query of the suite.

    Raises:
        ArchiveError: the archive changed into another one meanwhile, or is damaged.
    """
    found = Rankings()
    if suite.queries:
        searcher.search(suite.queries[0].text, options)  # the first search of a process loads what all others use
    for done, query in enumerate(suite.queries):
        tell(done, len(suite.queries))
        _rank(query, suite.has_evidence, searcher, options, found)
    tell(len(suite.queries), len(suite.queries))
    return found


def _rank(query: Query, passages: bool, searcher: Searches, options: SearchOptions, found: Rankings) -> None:
    usual = searcher.search(query.text, replace(options, k=SHOWN))
    found.times_ms[query.id] = {"total": usual.took_ms, **usual.phases_ms}
    found.best[query.id] = _best(usual)
    if not query.judged:
        return
    deep = searcher.search(query.text, replace(options, k=DEPTH, group="article"))
    found.articles[query.id] = _articles(deep.hits)
    if passages:
        deep = searcher.search(query.text, replace(options, k=DEPTH, group="passage"))
        found.passages[query.id] = [span_of(hit) for hit in deep.hits]


def span_of(hit: Hit) -> Span:
    return Span(hit.citation.article_id, hit.citation.start, hit.citation.end)


def _best(results: Results) -> tuple[float | None, float | None]:
    cosines = [hit.dense.score for hit in results.hits if hit.dense]
    words = [hit.lexical.score for hit in results.hits if hit.lexical]
    return max(cosines, default=None), max(words, default=None)


def _articles(hits: Iterable[Hit]) -> list[str]:
    """The articles in order; those named as having published the same stand right behind the one that is shown."""
    ids: dict[str, None] = {}
    for hit in hits:
        ids.setdefault(hit.citation.article_id)
        for line in hit.also_published_by:
            ids.setdefault(line.id)
    return list(ids)[:DEPTH]
