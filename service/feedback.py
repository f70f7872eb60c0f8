"""What the first results say of a query, used to look at the others again (pseudo-relevance feedback).

A question of a topic is answered by many passages that say it in many ways; what the first of them have in common is
nearer to the rest than the question's own few words are. A question of one fact has one right passage, and what stands
beside it by chance must not move it. Which of the two a question is shows in its first results: how far they agree with
each other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.dense import Floats, cosines
from service.fusion import Scores

LEADING = 3
"""First results that are taken for right."""


def widened(near: Scores, rows: Floats, leading: Sequence[int], feedback: float) -> Scores:
    """Each candidate's cosine to the query, moved towards that to the centre of the leading candidates.

    By ``feedback`` where these are one and the same, by nothing where they are at right angles, or only one.

    Args:
        near: each candidate's cosine to the query.
        rows: ``(n, dim)`` unit rows, the candidates' own.
        leading: the numbers of the rows that lead, the best first.
        feedback: from 0 (leave all as it is) to 1.

    Source: Rocchio (1971) for the centre of what is relevant; how much of it counts is by the mean cosine among the
    leading, our own.
    """
    count = len(leading)
    if count < 2:
        return near
    first = rows[list(leading)].astype(np.float64)
    together = first.sum(axis=0)
    # The squared length of a sum of unit rows is their number and twice the cosine of each pair.
    cohesion = (float(together @ together) - count) / (count * (count - 1))
    share = feedback * min(max(cohesion, 0.0), 1.0)
    if share == 0:
        return near
    centre = (together / np.linalg.norm(together)).astype(np.float32)
    return (1 - share) * near + share * cosines(rows, centre)
