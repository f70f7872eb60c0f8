"""How the candidates of a search are scored: each of them by all that can be said of it, whoever found it.

Which passages are candidates, what stands behind them and how ties go is in ``ranking``; the arithmetic is in
``fusion`` and ``feedback``. An array here holds one number a candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.dense import Floats, cosines
from indexer.snapshot import Snapshot
from service.feedback import LEADING, widened
from service.fusion import Fusion, Scores, convex, min_max, of_highest, ranks, rrf
from service.stopwatch import Stopwatch

Found = list[tuple[int, float]]

FULL = 0.75
"""The part of a query's words, weighed by how rare they are, that a lexical score must bring to count in full."""


@dataclass(frozen=True, slots=True)
class Leg:
    """What one retriever says of a passage: its rank from 1, its own score, and what that counts, from 0 to 1.

    Ranks are among the candidates, equals sharing theirs; behind the candidates, in all that the retriever found.
    """

    rank: int
    score: float
    normalised: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """How passages are scored: what of ``SearchOptions``, which explains them, changes a ranking."""

    mode: str
    fusion: Fusion
    weight: float
    depth: int
    proximity: float
    feedback: float
    rerank: float = 0.0


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage that has its score, and is not looked up yet."""

    passage_id: int
    score: float
    dense: Leg | None = None
    lexical: Leg | None = None


class Scoring:
    """Scores candidates of one query by one recipe. ``in_order`` puts the best first and decides between equals."""

    def __init__(
        self, snapshot: Snapshot, recipe: Recipe, text: str, in_order: Callable[[Found], Found], watch: Stopwatch
    ) -> None:
        self._snapshot = snapshot
        self._recipe = recipe
        self._text = text
        self._in_order = in_order
        self._watch = watch

    def by_meaning(self, near: Found) -> list[Scored]:
        """What dense search found, as it is."""
        scores = np.array([score for _, score in near])
        return [Scored(key, leg.score, leg) for (key, _), leg in zip(near, _legs(scores, min_max(scores)), strict=True)]

    def by_words(self, passage_ids: Sequence[int]) -> list[Scored]:
        """In the order of their closer score. It is never below BM25, which those behind the candidates keep."""
        scores = self._lexical(passage_ids)
        legs = dict(zip(passage_ids, _legs(scores, of_highest(scores)), strict=True))
        found = self._in_order(list(zip(passage_ids, scores.tolist(), strict=True)))
        return [Scored(key, score, lexical=legs[key]) for key, score in found]

    def by_both(self, passage_ids: Sequence[int], vector: Floats) -> list[Scored]:
        """By cosine and words together, then again with what the first of them say."""
        with self._watch.phase("dense"):
            rows = self._snapshot.vectors_of(passage_ids)
            dense = cosines(rows, vector).astype(np.float64)
        lexical = self._lexical(passage_ids)
        # Where the best passage by words holds few of them, as of a question asked in words of its own, the highest
        # lexical score says little, and must not stand for everything.
        least = FULL * self._snapshot.worth(self._text)
        leading = self._leading(passage_ids, self._combined(dense, lexical, least))
        moved = widened(dense, rows, leading, self._recipe.feedback)
        fused = self._combined(moved, lexical, least)
        near = dict(zip(passage_ids, _legs(dense, min_max(moved)), strict=True))
        said = dict(zip(passage_ids, _legs(lexical, of_highest(lexical, least)), strict=True))
        found = self._in_order(list(zip(passage_ids, fused.tolist(), strict=True)))
        return [Scored(key, score, near[key], said[key] if said[key].score > 0 else None) for key, score in found]

    def _combined(self, dense: Scores, lexical: Scores, least: float) -> Scores:
        if self._recipe.fusion == "rrf":
            return rrf(dense, lexical)
        return convex(dense, lexical, self._recipe.weight, least)

    def _leading(self, passage_ids: Sequence[int], scores: Scores) -> list[int]:
        """The places of the first candidates, in the order that they would be shown in."""
        rounded = scores.astype(np.float32)
        best = np.flatnonzero(rounded >= np.sort(rounded)[-LEADING:].min(initial=np.inf)).tolist()
        places = {passage_ids[place]: place for place in best}
        first = self._in_order([(key, float(scores[place])) for key, place in places.items()])
        return [places[key] for key, _ in first[:LEADING]]

    def _lexical(self, passage_ids: Sequence[int]) -> Scores:
        with self._watch.phase("lexical"):
            return np.array(self._snapshot.score_lexical(self._text, passage_ids, self._recipe.proximity))


def _legs(scores: Scores, normalised: Scores) -> list[Leg]:
    return list(map(Leg, ranks(scores).tolist(), scores.tolist(), normalised.tolist()))
