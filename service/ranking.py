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
from indexer.snapshot import Scope, Snapshot
from indexer.stored import ArticleLine, PassageRow
from service.candidates import Found, Leg, Recipe, Scored, Scoring
from service.reader.reading import Reading
from service.stopwatch import Stopwatch

_AT_ONCE = 24  # passages looked up together: a usual page in one go


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage in its place."""

    passage: PassageRow
    score: float
    dense: Leg | None
    lexical: Leg | None
    articles: tuple[ArticleLine, ...]
    """The articles in scope that carry it, the earliest published first."""
    reader: Leg | None = None
    reading: Reading | None = None


class Ranking:
    """The order of one query's passages, worked out as far as it is read."""

    def __init__(
        self,
        snapshot: Snapshot,
        scope: Scope,
        limits: Filter,
        recipe: Recipe,
        text: str,
        vector: Floats | None,
        watch: Stopwatch,
    ) -> None:
        self._snapshot = snapshot
        self._scope = scope
        self._limits = limits
        self._recipe = recipe
        self._text = text
        self._vector = vector
        self._watch = watch

    def __iter__(self) -> Iterator[Ranked]:
        depth, vector = self._recipe.depth, self._vector
        scoring = Scoring(self._snapshot, self._recipe, self._text, self._in_order, self._watch)
        if vector is None:
            found = self._saying(depth)
            first = scoring.by_words([key for key, _ in found])
        elif self._recipe.mode == "dense":
            found = self._nearest(vector, depth)
            first = scoring.by_meaning(self._in_order(found))
        else:
            found = self._nearest(vector, depth)
            first = scoring.by_both(sorted({key for key, _ in [*found, *self._saying(depth)]}), vector)
        yield from self._described(first)
        if len(found) == depth:  # else the retriever has given all that it has
            yield from self._behind({scored.passage_id for scored in first})

    def _behind(self, placed: set[int]) -> Iterator[Ranked]:
        """All other passages, in the order of the only score that tells them apart."""
        depth, vector = self._recipe.depth, self._vector
        while depth < self._scope.passages:
            depth = min(depth * 4, self._scope.passages)
            found = self._saying(depth) if vector is None else self._nearest(vector, depth)
            ranked = enumerate(self._in_order(found), 1)
            fresh = [(key, Leg(rank, score, 0.0)) for rank, (key, score) in ranked if key not in placed]
            yield from self._described([self._later(key, leg) for key, leg in fresh])
            placed.update(key for key, _ in fresh)
            if len(found) < depth:
                return

    def _later(self, key: int, leg: Leg) -> Scored:
        match self._recipe.mode:
            case "lexical":
                return Scored(key, leg.score, lexical=leg)
            case "dense":
                return Scored(key, leg.score, leg)
            case _:
                return Scored(key, 0.0, leg)

    # -- the retrievers -----------------------------------------------------------------------------------------

    def _nearest(self, vector: Floats, depth: int) -> Found:
        with self._watch.phase("dense"):
            found = self._snapshot.search_dense(vector, depth, self._scope)
        return self._cut(found, depth)

    def _saying(self, depth: int) -> Found:
        with self._watch.phase("lexical"):
            found = self._snapshot.search_lexical(self._text, depth, self._scope)
        return self._cut(found, depth)

    def _cut(self, found: Found, depth: int) -> Found:
        """The best ``depth``, in the order found. Equals are told apart only where they would be cut, as that costs."""
        if len(found) <= depth:
            return found
        scores = np.array([score for _, score in found], np.float32)
        least = np.sort(scores)[-depth]
        tied = [hit for hit, score in zip(found, scores, strict=True) if score == least]
        room = depth - int((scores > least).sum())
        kept = {key for key, _ in (tied if len(tied) == room else self._in_order(tied)[:room])}
        return [hit for hit, score in zip(found, scores, strict=True) if score > least or hit[0] in kept]

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

    def _described(self, found: Sequence[Scored]) -> Iterator[Ranked]:
        """The passages behind the scores, looked up as far as somebody reads."""
        for first in range(0, len(found), _AT_ONCE):
            part = found[first : first + _AT_ONCE]
            passages = self._snapshot.passages(scored.passage_id for scored in part)
            carriers = self._snapshot.articles_of((row.content_id for row in passages.values()), self._limits)
            for scored in part:
                row = passages[scored.passage_id]
                yield Ranked(row, scored.score, scored.dense, scored.lexical, tuple(carriers[row.content_id]))


def one_per_article(ranking: Iterator[Ranked]) -> Iterator[Ranked]:
    """Each content's best passage only: an article scores as its best passage does, never as the sum of them."""
    seen: set[int] = set()
    for ranked in ranking:
        if ranked.passage.content_id not in seen:
            seen.add(ranked.passage.content_id)
            yield ranked
