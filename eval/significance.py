"""How far a mean over queries could be off, and whether two runs differ by more than chance.

Both answers come from resampling, which asks nothing of how scores are distributed: most are exactly 0 or 1. For means
they are scipy's; here is only what to ask it. Numbers of a whole set of questions, such as an area under a curve, are
resampled here: a set that happens to lack what such a number is of would leave scipy without any answer. Resampling
begins at one fixed seed, so the same scores give the same numbers.

Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13, for the interval; Smucker, Allan
and Carterette, A Comparison of Statistical Significance Tests for Information Retrieval Evaluation (CIKM 2007), for
the test.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import stats

from eval.interval import Interval
from indexer.errors import BadSuite, NotComparable

CONFIDENCE = 0.95
RESAMPLES = 9_999
SET_RESAMPLES = 999
"""Of a number that is worked out anew for each set drawn, which takes 0.1 to 2 ms."""
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


def set_intervals(
    rows: Scores, statistic: Callable[[Scores], Scores], *, resamples: int = SET_RESAMPLES
) -> tuple[Interval | None, ...]:
    """Each number that ``statistic`` makes of all rows, and its 95% interval over sets of rows drawn with replacement.

    ``statistic`` gives NaN for a number that a set does not have. One that the whole set lacks is None here; sets drawn
    that lack it say nothing about it.

    Raises:
        BadSuite: there are no rows, or they hold what is not a number.
    """
    _require_scores(rows)
    found = statistic(rows)
    rng = np.random.default_rng(SEED)
    drawn = np.array([statistic(rows[rng.integers(len(rows), size=len(rows))]) for _ in range(resamples)])
    return tuple(
        None if np.isnan(value) else _middle(float(value), sets) for value, sets in zip(found, drawn.T, strict=True)
    )


def set_paired(
    before: Scores, after: Scores, statistic: Callable[[Scores], Scores], *, resamples: int = SET_RESAMPLES
) -> tuple[tuple[Interval, float] | None, ...]:
    """After minus before, its interval, and the p of no difference, of each number that ``statistic`` makes of rows.

    A row is of the same question in both: they are drawn together for the interval, and for the p they are swapped,
    question by question. None where one of the two lacks the number.

    Raises:
        NotComparable: the two have different shapes.
        BadSuite: there are no rows, or they hold what is not a number.
    """
    if before.shape != after.shape:
        raise NotComparable(f"{before.shape} rows before and {after.shape} after. Ask both the same questions")
    _require_scores(before)
    _require_scores(after)
    found = statistic(after) - statistic(before)
    rng = np.random.default_rng(SEED)
    drawn, swapped = np.empty((resamples, len(found))), np.empty((resamples, len(found)))
    for number in range(resamples):
        chosen = rng.integers(len(before), size=len(before))
        drawn[number] = statistic(after[chosen]) - statistic(before[chosen])
        swap = rng.integers(2, size=(len(before), 1), dtype=np.int8) == 1
        swapped[number] = statistic(np.where(swap, before, after)) - statistic(np.where(swap, after, before))
    # What cannot be worked out counts as no less far from nothing: the p is never too small.
    as_far = ~(np.abs(swapped) < np.abs(found) - 10.0**-_DECIMALS)
    p_values = (1 + as_far.sum(axis=0)) / (resamples + 1)
    return tuple(
        None if np.isnan(value) else (_middle(float(value), sets), float(p))
        for value, sets, p in zip(found, drawn.T, p_values, strict=True)
    )


def _middle(value: float, drawn: Scores) -> Interval:
    """The value and what lies around it in 95% of the sets drawn, of those that have it at all."""
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return Interval(value, value, value)
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(known, (tail, 100 - tail))
    return Interval(value, float(low), float(high))


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
