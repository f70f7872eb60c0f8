"""One order for one query: every passage in scope has a place in it, whatever part of it is asked for.

First come the candidates, the best ``depth`` of each retriever, in the order of their fused score; behind them, only
when somebody asks that far, all other passages by their cosine. So the first 5 of 10 results are the 5 results, pages
join without a seam, and the total is exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.dense import Floats
from indexer.filters import Filter
from indexer.snapshot import Scope, Snapshot
from indexer.stored import ArticleLine, PassageRow
from service.fusion import Fusion, convex, min_max, rrf

Found = list[tuple[int, float]]
_AT_ONCE = 24  # passages looked up together: a usual page in one go


@dataclass(frozen=True, slots=True)
class Leg:
    """What one retriever says of a passage: its rank from 1, its own score, and that score from 0 to 1."""

    rank: int
    score: float
    normalised: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage in its place."""

    passage: PassageRow
    score: float
    dense: Leg | None
    lexical: Leg | None
    articles: tuple[ArticleLine, ...]
    """The articles in scope that carry it, the earliest published first."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How two rankings become one. ``weight`` is the dense part of a convex combination."""

    mode: str = "hybrid"
    fusion: Fusion = "convex"
    weight: float = 0.45
    depth: int = 100


class Ranking:
    """The order of one query's passages, worked out as far as it is read."""

    def __init__(
        self, snapshot: Snapshot, scope: Scope, limits: Filter, recipe: Recipe, text: str, vector: Floats | None
    ) -> None:
        self._snapshot = snapshot
        self._scope = scope
        self._limits = limits
        self._recipe = recipe
        self._text = text
        self._vector = vector

    def __iter__(self) -> Iterator[Ranked]:
        dense = self._nearest(self._recipe.depth) if self._vector is not None else []
        lexical = self._saying(self._recipe.depth) if self._recipe.mode != "dense" else []
        placed: set[int] = set()
        for ranked in self._fused(dense, lexical):
            placed.add(ranked.passage.id)
            yield ranked
        yield from self._rest(placed, len(dense), len(lexical))

    def _fused(self, dense: Found, lexical: Found) -> Iterator[Ranked]:
        match self._recipe.mode:
            case "dense":
                scores = dict(dense)
            case "lexical":
                scores = dict(lexical)
            case _ if self._recipe.fusion == "rrf":
                scores = rrf(dict(dense), dict(lexical))
            case _:
                scores = convex(dict(dense), dict(lexical), self._recipe.weight)
        return self._described(self._in_order(list(scores.items())), _legs(dense), _legs(lexical))

    def _rest(self, placed: set[int], dense_depth: int, lexical_depth: int) -> Iterator[Ranked]:
        fetch = self._saying if self._recipe.mode == "lexical" else self._nearest
        reached = lexical_depth if self._recipe.mode == "lexical" else dense_depth
        depth = self._recipe.depth
        if reached < depth:
            return  # the retriever has given all that it has
        while depth < self._scope.passages:
            depth = min(depth * 4, self._scope.passages)
            found = fetch(depth)
            fresh = [(key, score) for key, score in found if key not in placed]
            legs = {key: Leg(rank, score, 0.0) for rank, (key, score) in enumerate(found, 1)}
            shown = [(key, score if self._recipe.mode != "hybrid" else 0.0) for key, score in fresh]
            lexical_mode = self._recipe.mode == "lexical"
            # Already in the order of the only score that tells them apart.
            yield from self._described(shown, {} if lexical_mode else legs, legs if lexical_mode else {})
            placed.update(key for key, _ in fresh)
            if len(found) < depth:
                return

    # -- the retrievers -----------------------------------------------------------------------------------------

    def _nearest(self, depth: int) -> Found:
        assert self._vector is not None
        return self._cut(self._snapshot.search_dense(self._vector, depth, self._scope), depth)

    def _saying(self, depth: int) -> Found:
        return self._cut(self._snapshot.search_lexical(self._text, depth, self._scope), depth)

    def _cut(self, found: Found, depth: int) -> Found:
        return self._in_order(found)[:depth]

    def _in_order(self, found: Found) -> Found:
        """Best first; scores equal in float32 are ties, and go by article id, then offset."""
        rounded = {key: float(np.float32(score)) for key, score in found}
        shared = Counter(rounded.values())
        order = self._tie_order([key for key, score in rounded.items() if shared[score] > 1])
        return sorted(found, key=lambda hit: (-rounded[hit[0]], order.get(hit[0], ("", 0))))

    def _tie_order(self, passage_ids: Sequence[int]) -> dict[int, tuple[str, int]]:
        if not passage_ids:
            return {}
        passages = self._snapshot.passages(passage_ids)
        carriers = self._snapshot.articles_of((row.content_id for row in passages.values()), self._limits)
        return {key: (carriers[row.content_id][0].id, row.start) for key, row in passages.items()}

    def _described(self, found: Found, near: dict[int, Leg], said: dict[int, Leg]) -> Iterator[Ranked]:
        """The passages behind the scores, looked up as far as somebody reads."""
        for first in range(0, len(found), _AT_ONCE):
            part = found[first : first + _AT_ONCE]
            passages = self._snapshot.passages(key for key, _ in part)
            carriers = self._snapshot.articles_of((row.content_id for row in passages.values()), self._limits)
            for key, score in part:
                row = passages[key]
                yield Ranked(row, score, near.get(key), said.get(key), tuple(carriers[row.content_id]))


def _legs(found: Found) -> dict[int, Leg]:
    normalised = min_max(dict(found))
    return {key: Leg(rank, score, normalised[key]) for rank, (key, score) in enumerate(found, 1)}


def one_per_article(ranking: Iterator[Ranked]) -> Iterator[Ranked]:
    """Each content's best passage only: an article scores as its best passage does, never as the sum of them."""
    seen: set[int] = set()
    for ranked in ranking:
        if ranked.passage.content_id not in seen:
            seen.add(ranked.passage.content_id)
            yield ranked
