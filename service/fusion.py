"""Two scores into one, for candidates that have both.

The default is a convex combination of scores brought to a scale from 0 to 1; reciprocal rank fusion is the alternative.
Both look at the same candidates, whoever found them and however many are shown. An array here holds one number a
candidate, all in the same order.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Fusion = Literal["convex", "rrf"]
Scores = npt.NDArray[np.float64]


def min_max(scores: Scores) -> Scores:
    """Scores on a scale from 0 (the lowest here) to 1 (the highest); all 1 when they are all the same.

    >>> min_max(np.array([4.0, 2.0, 3.0])).tolist()
    [1.0, 0.0, 0.5]
    """
    low, high = scores.min(initial=np.inf), scores.max(initial=-np.inf)
    return (scores - low) / (high - low) if high > low else np.ones(len(scores))


def of_highest(scores: Scores, least: float = 0.0) -> Scores:
    """Scores as parts of the highest here, or of ``least`` where that is more; all 0 when both are.

    >>> of_highest(np.array([4.0, 2.0, 0.0])).tolist()
    [1.0, 0.5, 0.0]
    >>> of_highest(np.array([4.0, 2.0, 0.0]), least=8.0).tolist()
    [0.5, 0.25, 0.0]
    """
    high = scores.max(initial=least)
    return scores / high if high > 0 else np.zeros(len(scores))


def ranks(scores: Scores) -> npt.NDArray[np.int64]:
    """Each score's rank from 1, one more than there are higher ones: equals (in float32) share theirs.

    >>> ranks(np.array([2.0, 4.0, 2.0, 1.0])).tolist()
    [2, 1, 2, 4]
    """
    negated = -scores.astype(np.float32)
    return np.searchsorted(np.sort(negated), negated, side="left") + 1


def convex(dense: Scores, lexical: Scores, weight: float, least: float = 0.0) -> Scores:
    """``weight`` parts of the dense score, by ``min_max``, and ``1 - weight`` of the lexical one, by ``of_highest``.

    ``least`` is a lexical score that counts in full even if none is as high.

    Source: Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2022): a lexical score has a
    least value, 0, that means something; a cosine's is that of the candidates.
    """
    return weight * min_max(dense) + (1 - weight) * of_highest(lexical, least)


def rrf(dense: Scores, lexical: Scores, constant: float = 60.0) -> Scores:
    """The sum over both of ``1 / (constant + rank)``; a lexical score of 0 is no rank, and counts nothing.

    Source: Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion Outperforms Condorcet" (2009).
    """
    return 1 / (constant + ranks(dense)) + (lexical > 0) / (constant + ranks(lexical))
