"""Run files in and out: what other systems found, scored as ours is, and what ours found, for other tools to score."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from eval.gold import Gold, Span, gold_of
from eval.rankings import Rankings
from eval.result import Result
from eval.run import article_qrels, locators, score
from eval.suite import Suite
from eval.trec import read_run, write_qrels, write_run
from indexer.errors import BadSuite
from indexer.snapshot import Snapshot
from service.locator import parse_locator


def score_file(suite: Suite, snapshot: Snapshot, place: Path, level: str) -> tuple[Result, Gold, Rankings]:
    """Score a run file of any system, by ``article`` or by ``passage`` (ids are then locators, ``ID#START-END``).

    Raises:
        BadSuite: the file is no run, ranks none of the suite's judged queries, or names no id that the archive holds.
    """
    if level not in ("article", "passage"):
        raise BadSuite(f"a run ranks by article or passage, not by {level!r}. Write --level article or --level passage")
    if level == "passage" and not suite.has_evidence:
        raise BadSuite(f"{suite.source} judges articles only. Score the run by article: --level article")
    started = time.perf_counter()
    gold = gold_of(suite, snapshot)
    ranked = read_run(place)
    judged = {query.id for query in suite.judged}
    ranked = {name: ids for name, ids in ranked.items() if name in judged}
    known = set(snapshot.article_ids())
    named = {name for ids in ranked.values() for name in ids}
    if level == "passage":
        named = {span.article_id for span in spans_of(named)}
    if not named & known:
        few = ", ".join(map(repr, sorted(named)[:3])) or "none"
        raise BadSuite(
            f"{place} ranks {len(ranked):,} of {len(judged):,} judged queries of {suite.source} and no {level} that "
            f"the archive holds; its ids begin with {few}. Give it the ids of this suite and archive"
        )
    rankings = Rankings()
    if level == "article":
        rankings.articles = dict(ranked)
    else:
        rankings.passages = {name: spans_of(ids) for name, ids in ranked.items()}
    return score(suite, gold, rankings, snapshot, {"run": place.name, "level": level}, started), gold, rankings


def write_trec(folder: Path, suite: Suite, gold: Gold, rankings: Rankings) -> None:
    """Write ``article.run``, ``article.qrels`` and, where passages were ranked, ``passage.run``, ``passage.qrels``."""
    if rankings.articles:
        write_run(folder / "article.run", rankings.articles)
        write_qrels(folder / "article.qrels", article_qrels(suite, gold))
    if rankings.passages:
        write_run(folder / "passage.run", {name: locators(spans) for name, spans in rankings.passages.items()})
        write_qrels(folder / "passage.qrels", gold.passages)


def spans_of(ranking: Iterable[str]) -> list[Span]:
    """The spans that locators name.

    Raises:
        BadSuite: one names a whole article.
    """
    found = []
    for text in ranking:
        named = parse_locator(text)
        if named.start is None or named.end is None:
            raise BadSuite(f"{text!r} names an article, not a passage. Write ID#START-END, or score the run by article")
        found.append(Span(named.article_id, named.start, named.end))
    return found
