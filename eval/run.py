r"""A suite and a searcher in, a result out: read this first.

    suite --gold--> what counts as found        searcher --rank--> rankings
                               \__________ score __________/
                                             |
                         Result: means with intervals, by kind, by query, times

``score`` is apart from ``rank``, so that a run file of another system is scored in the same way (``runfile``).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from eval import provenance
from eval.gold import Gold, Span, gold_of
from eval.interval import Interval
from eval.latency import percentiles
from eval.measures import scores_of
from eval.rankings import Rankings, Tell, rank
from eval.result import QueryResult, Result
from eval.significance import intervals
from eval.spans import span_scores
from eval.suite import Suite, digest_of
from indexer.errors import BadSuite
from indexer.snapshot import Snapshot
from service.locator import Locator
from service.search import Searcher, SearchOptions

Scores = dict[str, dict[str, float]]
_KEPT = 10  # places of a ranking that a result keeps


def run(
    suite: Suite,
    searcher: Searcher,
    options: SearchOptions | None = None,
    tell: Tell = lambda done, total: None,
) -> tuple[Result, Gold, Rankings]:
    """Search every query of a suite and score what is found.

    Raises:
        BadSuite: the suite does not fit the archive, or the archive changed meanwhile.
    """
    started = time.perf_counter()
    options = options or SearchOptions()
    snapshot = searcher.archive.snapshot()
    gold = gold_of(suite, snapshot)
    rankings = rank(suite, searcher, options, tell)
    _require_unchanged(searcher, snapshot)
    result = score(suite, gold, rankings, snapshot, asdict(searcher.recipe(options)), started)
    return result, gold, rankings


def _require_unchanged(searcher: Searcher, snapshot: Snapshot) -> None:
    """What was searched must be what the evidence was looked up in: a search always takes the newest generation."""
    now = searcher.archive.snapshot().generation
    if now != snapshot.generation:
        raise BadSuite(
            f"the archive went from generation {snapshot.generation} to {now} while it was measured, so that questions "
            "were asked of different ones. Run eval again when nothing writes to it"
        )


def score(
    suite: Suite,
    gold: Gold,
    rankings: Rankings,
    snapshot: Snapshot,
    config: Mapping[str, Any],
    started: float,
) -> Result:
    """What the rankings are worth. ``started`` is when the run began (``time.perf_counter``).

    Raises:
        BadSuite: no query of the suite is ranked.
    """
    judged = [query.id for query in suite.judged]
    scores = _scores(suite, gold, rankings)
    names = list(next(iter(scores.values())))
    by_kind: dict[str, list[str]] = {}
    for query in suite.judged:
        by_kind.setdefault(query.kind, []).append(query.id)
    counts = snapshot.counts()
    return Result(
        suite=suite.name,
        digest=suite.digest,
        manifest=_manifest(snapshot),
        corpus=digest_of([name, snapshot.article(name).edition] for name in snapshot.article_ids()),
        articles=counts["articles"],
        passages=counts["passages"],
        config=config,
        queries=len(suite.queries),
        judged=len(judged),
        measures=_means(scores, judged, names),
        by_kind={kind: _means(scores, ids, names) for kind, ids in by_kind.items()} if any(by_kind) else {},
        latency_ms=percentiles(rankings.times_ms.values()),
        per_query={query.id: _query(query.id, query.kind, query.judged, scores, rankings) for query in suite.queries},
        seconds=round(time.perf_counter() - started, 1),
        commit=provenance.commit(),
        machine=provenance.machine(),
        versions=provenance.versions(),
    )


def article_qrels(suite: Suite, gold: Gold) -> dict[str, Mapping[str, int]]:
    """The judgments of articles, of judged queries only; a copy that carries the evidence is as good as any."""
    return {query.id: {**query.articles, **gold.articles.get(query.id, {})} for query in suite.judged}


def locators(spans: Iterable[Span]) -> list[str]:
    return [Locator(span.article_id, span.start, span.end).text for span in spans]


def _scores(suite: Suite, gold: Gold, rankings: Rankings) -> Scores:
    """Query id -> measure -> value, for each judged query: articles where they are ranked, passages where they are."""
    scores: Scores = {query.id: {} for query in suite.judged}
    if rankings.articles:
        for name, values in scores_of(rankings.articles, article_qrels(suite, gold)).items():
            scores[name] |= values
    if rankings.passages:
        ranked = {name: locators(spans) for name, spans in rankings.passages.items()}
        for name, values in scores_of(ranked, gold.passages).items():
            scores[name] |= {f"passage {measure}": value for measure, value in values.items()}
            scores[name] |= span_scores(rankings.passages.get(name, ()), gold.spans[name])
    if not any(scores.values()):
        raise BadSuite(f"no query of {suite.source} is ranked. Check that the run names its queries' ids")
    return scores


def _means(scores: Scores, ids: Sequence[str], names: Sequence[str]) -> dict[str, Interval]:
    rows = np.array([[scores[name][measure] for measure in names] for name in ids], np.float64)
    return dict(zip(names, (_rounded(interval) for interval in intervals(rows)), strict=True))


def _rounded(interval: Interval) -> Interval:
    return Interval(round(interval.mean, 6), round(interval.low, 6), round(interval.high, 6))


def _query(name: str, kind: str, judged: bool, scores: Scores, rankings: Rankings) -> QueryResult:
    cosine, words = rankings.best.get(name, (None, None))
    times = rankings.times_ms.get(name)
    return QueryResult(
        kind=kind,
        judged=judged,
        scores=scores.get(name, {}),
        articles=tuple(rankings.articles.get(name, ())[:_KEPT]),
        passages=tuple(locators(rankings.passages.get(name, ())[:_KEPT])),
        cosine=None if cosine is None else round(cosine, 5),
        bm25=None if words is None else round(words, 4),
        took_ms=times["total"] if times else None,
    )


def _manifest(snapshot: Snapshot) -> dict[str, Any]:
    shape: dict[str, Any] = json.loads(snapshot.manifest.to_json())
    return shape
