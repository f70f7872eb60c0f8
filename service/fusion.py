"""Two rankings into one.

The default is a convex combination of min-max normalised scores; reciprocal rank fusion is the alternative. Both look
at the same two lists, cut at the same depth, so what is asked for (k) changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Fusion = Literal["convex", "rrf"]
Scores = Mapping[int, float]


def min_max(scores: Scores) -> dict[int, float]:
    """Scores on a scale from 0 (the lowest here) to 1 (the highest); all 1 when they are all the same.

    >>> min_max({7: 4.0, 8: 2.0, 9: 3.0})
    {7: 1.0, 8: 0.0, 9: 0.5}
    """
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    spread = high - low
    return {key: (score - low) / spread if spread else 1.0 for key, score in scores.items()}


def convex(dense: Scores, lexical: Scores, weight: float) -> dict[int, float]:
    """``weight`` parts of the normalised dense score and ``1 - weight`` of the lexical one; absent counts 0.

    Source: Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2022), TM2C2 with the
    list's own minimum.
    """
    near, said = min_max(dense), min_max(lexical)
    return {key: weight * near.get(key, 0.0) + (1 - weight) * said.get(key, 0.0) for key in near.keys() | said.keys()}


def rrf(dense: Scores, lexical: Scores, constant: float = 60.0) -> dict[int, float]:
    """The sum over both lists of ``1 / (constant + rank)``, ranks from 1; the mappings are in rank order.

    Source: Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion Outperforms Condorcet" (2009).
    """
    fused: dict[int, float] = {}
    for ranking in (dense, lexical):
        for rank, key in enumerate(ranking, 1):
            fused[key] = fused.get(key, 0.0) + 1 / (constant + rank)
    return fused
