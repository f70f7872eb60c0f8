"""How far a mean over queries could be off, and whether two runs differ by more than chance.

Both answers come from resampling, which asks nothing of how scores are distributed: most are exactly 0 or 1. They are
scipy's; here is only what to ask it. Resampling begins at one fixed seed, so the same scores give the same numbers.

Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13, for the interval; Smucker, Allan
and Carterette, A Comparison of Statistical Significance Tests for Information Retrieval Evaluation (CIKM 2007), for
the test.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

from eval.result import Interval
from indexer.errors import BadSuite, NotComparable

CONFIDENCE = 0.95
RESAMPLES = 9_999
SEED = 2007

_DECIMALS = 9  # 0.3 - 0.1 and 0.2 differ in the 17th: not a change
_BATCH = 32  # a batch copies all scores this many times: 51 MB for 10,000 queries and 20 measures
_SIGN_BATCH = 256  # scipy spends 10 us a query on each batch: 64 at once took 2.5 times as long

Scores = npt.NDArray[np.float64]


def intervals(values: Scores, *, resamples: int = RESAMPLES) -> tuple[Interval, ...]:
    """The mean and its 95% interval of each column of ``(queries, measures)`` scores, the same queries drawn for all.

    One query is its own interval.

    >>> intervals(np.array([[0.5], [0.5], [0.5]]))
    (Interval(mean=0.5, low=0.5, high=0.5),)

    The percentile method. BCa was tried on 1,000 samples each of skewed scores: from 50 queries on both held the true
    mean equally often, to a point (nDCG, 200 queries: 94.5% and 94.8%), and BCa has no answer where nearly all scores
    are equal, which is common. An interval of a few queries is too narrow by either method (20 queries: 92%).

    Raises:
        BadSuite: there are no scores, or one is not a number.
    """
    _require_scores(values)
    columns = np.ascontiguousarray(values.T)  # summed in the same order however many there are
    means = columns.mean(axis=1)
    varied = np.ptp(columns, axis=1) > 0
    means[~varied] = columns[~varied, 0]  # a mean of thirds is a bit off a third
    low, high = means.copy(), means.copy()
    if varied.any():
        found = stats.bootstrap(
            (columns[varied],),
            np.mean,
            axis=1,
            n_resamples=resamples,
            batch=_BATCH,
            confidence_level=CONFIDENCE,
            method="percentile",
            rng=np.random.default_rng(SEED),
        ).confidence_interval
        low[varied], high[varied] = found.low, found.high
    return tuple(Interval(*map(float, row)) for row in zip(means, low, high, strict=True))


def paired(before: Scores, after: Scores, *, resamples: int = RESAMPLES) -> tuple[tuple[Interval, float], ...]:
    """The mean of after minus before, its interval, and the p of no difference, of each column.

    Both arrays are ``(queries, measures)``; a query has one row in both.

    >>> paired(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]]))
    ((Interval(mean=0.0, low=0.0, high=0.0), 1.0),)

    Raises:
        NotComparable: the two have different shapes.
        BadSuite: there are no scores, or one is not a number.
    """
    if before.shape != after.shape:
        raise NotComparable(
            f"{before.shape} scores before and {after.shape} after: queries and measures must be the same. Compare "
            "what both have"
        )
    _require_scores(before)
    _require_scores(after)
    differences = np.round(after - before, _DECIMALS)
    return tuple(zip(intervals(differences, resamples=resamples), _p_values(differences, resamples), strict=True))


def _p_values(differences: Scores, resamples: int) -> list[float]:
    """Two-sided p of each column, when before and after could as well be swapped, query by query.

    scipy draws the signs once for all columns, and tries all of them where that is no more work than drawing.
    """
    # A query that changed in no measure adds nothing to any sum, whatever its sign: most queries, as a rule.
    changed = differences[differences.any(axis=1)]
    if len(changed) < 2:  # both signs of one difference are equally far from nothing; and scipy refuses one
        return [1.0] * differences.shape[1]
    # Whole numbers have exact sums, so that a sum that ties with the one observed is seen to tie.
    steps = np.rint(changed * 10**_DECIMALS)

    def sums(signs: npt.NDArray[np.int8], axis: int) -> Scores:
        return np.asarray(signs @ steps)  # axis: scipy puts the queries last

    found = stats.permutation_test(
        (np.ones(len(steps), dtype=np.int8),),
        sums,
        permutation_type="samples",
        vectorized=True,
        n_resamples=resamples,
        batch=_SIGN_BATCH,
        rng=np.random.default_rng(SEED),
    )
    return [float(p) for p in found.pvalue]


def _require_scores(values: Scores) -> None:
    if values.shape[0] == 0:
        raise BadSuite("no query is judged, so there is no mean. Give the suite's queries judgments")
    wrong = int((~np.isfinite(values)).sum())
    if wrong:
        raise BadSuite(f"{wrong} of {values.size} scores are no numbers. Run the suite again")
