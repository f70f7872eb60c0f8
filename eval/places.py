"""The questions that a report shows, each with the first places of its ranking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eval.change import Moved
from eval.result import QueryResult, Result
from eval.suite import Query, Suite
from eval.tables import SHOWN
from indexer.errors import BadQuery
from service.locator import parse_locator


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a ranking; ``gold`` when its article is judged relevant."""

    name: str
    gold: bool


@dataclass(frozen=True, slots=True)
class Hard:
    """A question that was answered badly, and what came first instead."""

    query: Query
    score: float
    first: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A question that moved, with both rankings."""

    query: Query
    moved: Moved
    before: tuple[Place, ...]
    after: tuple[Place, ...]


def hardest(result: Result, suite: Suite, measure: str) -> Iterable[Hard]:
    """Judged questions that fell short, worst first; of equal ones, whose ranking was worse by the other measures."""
    asked = [(query, result.per_query[query.id]) for query in suite.judged if query.id in result.per_query]
    short = [(query, brought) for query, brought in asked if brought.scores[measure] < 1]
    short.sort(key=lambda pair: (pair[1].scores[measure], sum(pair[1].scores.values())))
    for query, brought in short:
        yield Hard(query, brought.scores[measure], _places(_ranking(brought), query))


def _ranking(brought: QueryResult) -> tuple[str, ...]:
    return brought.passages or brought.articles


def side_by_side(all_moved: Iterable[Moved], suite: Suite) -> Iterable[SideBySide]:
    asked = {query.id: query for query in suite.queries}
    for moved in all_moved:
        query = asked[moved.query_id]
        yield SideBySide(query, moved, _places(moved.ranking_before, query), _places(moved.ranking_after, query))


def _places(ranking: Iterable[str], query: Query) -> tuple[Place, ...]:
    relevant = {name for name, grade in query.articles.items() if grade > 0}
    return tuple(Place(name, name in relevant or _article_of(name) in relevant) for name in list(ranking)[:SHOWN])


def _article_of(name: str) -> str:
    try:
        return parse_locator(name).article_id
    except BadQuery:  # an article's id that only looks like a locator
        return name
