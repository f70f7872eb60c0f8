"""One order for one query: every passage in scope has a place in it, whatever part of it is asked for.

First come the candidates, the best ``depth`` of each retriever, by a score that looks at each of them more closely;
behind them, only when somebody asks that far, all other passages as their retriever has them. So the first 5 of 10
results are the 5 results, pages join without a seam, and the total is exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.dense import Floats
from indexer.filters import Filter
from indexer.reading import cosines
from indexer.snapshot import Scope, Snapshot
from indexer.stored import ArticleLine, PassageRow
from service.feedback import LEADING, widened
from service.fusion import Fusion, Scores, convex, min_max, of_highest, ranks, rrf

Found = list[tuple[int, float]]
_AT_ONCE = 24  # passages looked up together: a usual page in one go


@dataclass(frozen=True, slots=True)
class Leg:
    """What one retriever says of a passage: its rank from 1, its own score, and what that counts, from 0 to 1.

    Ranks are among the candidates, equals sharing theirs; behind the candidates, in all that the retriever found.
    """

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
    """How passages are scored.

    ``weight`` is the dense part of a convex combination; ``proximity`` what neighbouring words of the query that stand
    together count beside the words themselves; ``feedback`` how far a hybrid search's first candidates move the others.
    """

    mode: str = "hybrid"
    fusion: Fusion = "convex"
    weight: float = 0.5
    depth: int = 100
    proximity: float = 0.3
    feedback: float = 0.5


@dataclass(frozen=True, slots=True)
class _Scored:
    """A passage that has its score, and is not looked up yet."""

    passage_id: int
    score: float
    dense: Leg | None = None
    lexical: Leg | None = None


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
        lexical = self._recipe.mode == "lexical"
        found = self._saying(self._recipe.depth) if lexical else self._nearest(self._recipe.depth)
        match self._recipe.mode:
            case "lexical":
                first = self._rescored(found)
            case "dense":
                first = self._plain(found)
            case _:
                first = self._fused(found)
        yield from self._described(first)
        if len(found) == self._recipe.depth:  # else the retriever has given all that it has
            yield from self._behind({scored.passage_id for scored in first})

    def _plain(self, near: Found) -> list[_Scored]:
        scores = np.array([score for _, score in near])
        return [
            _Scored(key, leg.score, leg) for (key, _), leg in zip(near, _legs(scores, min_max(scores)), strict=True)
        ]

    def _rescored(self, said: Found) -> list[_Scored]:
        """The candidates in the order of their closer score. It is never below BM25, which those behind them keep."""
        ids = [key for key, _ in said]
        scores = self._lexical_scores(ids)
        legs = dict(zip(ids, _legs(scores, of_highest(scores)), strict=True))
        found = self._in_order(list(zip(ids, scores.tolist(), strict=True)))
        return [_Scored(key, score, lexical=legs[key]) for key, score in found]

    def _fused(self, near: Found) -> list[_Scored]:
        """Whatever either retriever found, by what both say of it, and by what the first of them say."""
        assert self._vector is not None
        ids = sorted({key for key, _ in near} | {key for key, _ in self._saying(self._recipe.depth)})
        rows = self._snapshot.vectors_of(ids)
        dense = cosines(rows, self._vector).astype(np.float64)
        lexical = self._lexical_scores(ids)
        leading = self._leading(ids, self._combined(dense, lexical))
        moved = widened(dense, rows, leading, self._recipe.feedback)
        fused = self._combined(moved, lexical)
        near_legs = dict(zip(ids, _legs(dense, min_max(moved)), strict=True))
        said_legs = dict(zip(ids, _legs(lexical, of_highest(lexical)), strict=True))
        found = self._in_order(list(zip(ids, fused.tolist(), strict=True)))
        return [
            _Scored(key, score, near_legs[key], said_legs[key] if said_legs[key].score > 0 else None)
            for key, score in found
        ]

    def _combined(self, dense: Scores, lexical: Scores) -> Scores:
        if self._recipe.fusion == "rrf":
            return rrf(dense, lexical)
        return convex(dense, lexical, self._recipe.weight)

    def _leading(self, ids: list[int], scores: Scores) -> list[int]:
        """The places of the first candidates, in the order that they would be shown in."""
        low = np.sort(scores.astype(np.float32))[-LEADING:].min(initial=np.inf)
        best = np.flatnonzero(scores.astype(np.float32) >= low)
        return [ids.index(key) for key, _ in self._in_order([(ids[i], float(scores[i])) for i in best])[:LEADING]]

    def _lexical_scores(self, passage_ids: list[int]) -> Scores:
        return np.array(self._snapshot.score_lexical(self._text, passage_ids, self._recipe.proximity))

    def _behind(self, placed: set[int]) -> Iterator[Ranked]:
        """All other passages, in the order of the only score that tells them apart."""
        mode, depth = self._recipe.mode, self._recipe.depth
        while depth < self._scope.passages:
            depth = min(depth * 4, self._scope.passages)
            found = self._saying(depth) if mode == "lexical" else self._nearest(depth)
            fresh = [(key, Leg(rank, score, 0.0)) for rank, (key, score) in enumerate(found, 1) if key not in placed]
            yield from self._described([self._later(key, leg) for key, leg in fresh])
            placed.update(key for key, _ in fresh)
            if len(found) < depth:
                return

    def _later(self, key: int, leg: Leg) -> _Scored:
        match self._recipe.mode:
            case "lexical":
                return _Scored(key, leg.score, lexical=leg)
            case "dense":
                return _Scored(key, leg.score, leg)
            case _:
                return _Scored(key, 0.0, leg)

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

    def _described(self, found: Sequence[_Scored]) -> Iterator[Ranked]:
        """The passages behind the scores, looked up as far as somebody reads."""
        for first in range(0, len(found), _AT_ONCE):
            part = found[first : first + _AT_ONCE]
            passages = self._snapshot.passages(scored.passage_id for scored in part)
            carriers = self._snapshot.articles_of((row.content_id for row in passages.values()), self._limits)
            for scored in part:
                row = passages[scored.passage_id]
                yield Ranked(row, scored.score, scored.dense, scored.lexical, tuple(carriers[row.content_id]))


def _legs(scores: Scores, normalised: Scores) -> list[Leg]:
    return list(map(Leg, ranks(scores).tolist(), scores.tolist(), normalised.tolist()))


def one_per_article(ranking: Iterator[Ranked]) -> Iterator[Ranked]:
    """Each content's best passage only: an article scores as its best passage does, never as the sum of them."""
    seen: set[int] = set()
    for ranked in ranking:
        if ranked.passage.content_id not in seen:
            seen.add(ranked.passage.content_id)
            yield ranked
