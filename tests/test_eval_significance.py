from itertools import product

import numpy as np
import pytest
from scipy import stats

from eval.interval import Interval
from eval.significance import RESAMPLES, Scores, intervals, paired
from indexer.errors import BadSuite, NotComparable


def scores(seed: int, *shape: int) -> Scores:
    """Like nDCG of single answers: many 0, many 1, some between."""
    rng = np.random.default_rng(seed)
    ranks = rng.integers(1, 11, shape)
    return np.select([rng.random(shape) < 0.2, rng.random(shape) < 0.5], [0.0, 1.0], 1 / np.log2(1 + ranks))


def interval(values: Scores) -> Interval:
    """Of one measure."""
    return intervals(np.asarray(values).reshape(-1, 1))[0]


def paired_one(before: Scores, after: Scores, resamples: int = RESAMPLES) -> tuple[Interval, float]:
    """Of one measure."""
    return paired(before.reshape(-1, 1), after.reshape(-1, 1), resamples=resamples)[0]


def enumerated(differences: list[float]) -> float:
    """The p of the paired randomisation test by its definition: the share of all sign changes that are as extreme."""
    observed = round(sum(differences), 9)
    sums = [
        round(sum(s * d for s, d in zip(signs, differences, strict=True)), 9)
        for signs in product((1, -1), repeat=len(differences))
    ]
    tails = sum(total >= observed for total in sums), sum(total <= observed for total in sums)
    return min(1.0, 2 * min(tails) / len(sums))


def test_interval_of_a_mean_is_that_of_normal_theory_when_there_are_many_queries() -> None:
    values = scores(1, 2_000)
    found = interval(values)
    error = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
    assert found.mean == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx((values.mean() - error, values.mean() + error), abs=0.1 * error)


def test_interval_holds_the_true_mean_about_95_times_in_100() -> None:
    truth = scores(0, 1_000_000).mean()
    found = intervals(scores(2, 100, 400), resamples=999)
    held = sum(one.low <= truth <= one.high for one in found) / len(found)
    assert 0.91 <= held <= 0.98


def test_measures_together_have_the_intervals_that_they_have_alone() -> None:
    values = scores(3, 60, 3)
    for together, alone in zip(intervals(values), map(interval, values.T), strict=True):
        assert (together.mean, together.low, together.high) == pytest.approx((alone.mean, alone.low, alone.high))


@pytest.mark.parametrize("value", [0.0, 1.0, 1 / 3, 0.1])
def test_equal_scores_have_an_interval_without_width(value: float) -> None:
    assert interval(np.full(49, value)) == Interval(value, value, value)


def test_equal_scores_of_one_measure_do_not_disturb_another() -> None:
    values = np.column_stack([scores(4, 50), np.full(50, 1 / 3)])
    found = intervals(values)
    assert found[0] == interval(values[:, 0])
    assert found[1] == Interval(1 / 3, 1 / 3, 1 / 3)


def test_one_query_is_its_own_interval_and_proves_nothing() -> None:
    assert interval(np.array([0.25])) == Interval(0.25, 0.25, 0.25)
    assert paired_one(np.array([0.25]), np.array([0.75])) == (Interval(0.5, 0.5, 0.5), 1.0)


@pytest.mark.parametrize("seed", range(6))
def test_p_of_few_queries_is_that_of_every_possible_swap(seed: int) -> None:
    before, after = scores(seed, 2 + 2 * seed), scores(seed + 50, 2 + 2 * seed)
    assert paired_one(before, after)[1] == pytest.approx(enumerated(list(after - before)), abs=1e-12)


def test_sums_that_tie_count_as_ties_although_floats_would_tell_them_apart() -> None:
    # 0.1 + 0.2 - 0.3 is 5.6e-17. Sums of the signs' 8 choices: -.6 -.4 -.2 0 0 .2 .4 .6, so 5 of 8 reach 0.
    assert paired_one(np.zeros(3), np.array([0.1, 0.2, -0.3]))[1] == 1.0
    # With 0.3 - 0.2 and 0.1 + 0.3 for the last two, .1 +- .1 +- .4: 0.6 is reached by one of 8, and so is -0.6.
    assert paired_one(np.array([0.0, 0.2, 0.0]), np.array([0.1, 0.3, 0.1 + 0.3]))[1] == 2 * 1 / 8


def test_p_of_many_queries_is_near_that_of_a_t_test() -> None:
    before = scores(5, 400)
    after = np.clip(before + np.random.default_rng(6).normal(0.012, 0.15, 400), 0, 1)
    assert paired_one(before, after)[1] == pytest.approx(float(stats.ttest_rel(after, before).pvalue), abs=0.015)


def test_queries_that_did_not_change_leave_p_as_it_is() -> None:
    before, after = scores(7, 9), scores(8, 9)
    same = scores(9, 500)
    alone, among = paired_one(before, after), paired_one(np.append(before, same), np.append(after, same))
    assert among[1] == alone[1]
    assert among[0].mean == pytest.approx(alone[0].mean * 9 / 509)


@pytest.mark.parametrize("noise", [0.0, 1e-17, -3e-16, 1e-12])
def test_equal_scores_differ_by_nothing_at_p_1(noise: float) -> None:
    before = scores(10, 80)
    assert paired_one(before, before + noise) == (Interval(0.0, 0.0, 0.0), 1.0)


def test_a_measure_that_did_not_change_has_p_1_beside_one_that_did() -> None:
    before = scores(11, 80, 2)
    after = before * [1.0, 0.5]
    (nothing, p_nothing), (loss, p_loss) = paired(before, after)
    assert (nothing, p_nothing) == (Interval(0.0, 0.0, 0.0), 1.0)
    assert loss.high < 0
    assert p_loss == 2 / 10_000  # (0 + 1) / (9,999 + 1) in each tail: as small as it gets


def test_the_other_way_round_signs_flip_and_p_stays() -> None:
    before, after = scores(12, 70), scores(13, 70)
    (there, p_there), (back, p_back) = paired_one(before, after), paired_one(after, before)
    assert p_there == p_back
    assert (there.mean, there.low, there.high) == pytest.approx((-back.mean, -back.high, -back.low))


def test_the_same_scores_give_the_same_numbers() -> None:
    before, after = scores(14, 90, 2), scores(15, 90, 2)
    assert paired(before, after) == paired(before, after)


def test_runs_that_differ_by_chance_are_called_different_in_about_5_of_100() -> None:
    alarms = 0
    for seed in range(200):
        before, after = scores(100 + seed, 100), scores(900 + seed, 100)
        alarms += paired_one(before, after, resamples=499)[1] < 0.05
    assert 0.02 <= alarms / 200 <= 0.09


def test_scores_that_are_none_are_refused() -> None:
    with pytest.raises(BadSuite, match="no query is judged"):
        interval(np.array([]))
    with pytest.raises(BadSuite, match="1 of 2 scores are no numbers"):
        interval(np.array([0.5, np.nan]))


def test_scores_that_do_not_pair_are_refused() -> None:
    with pytest.raises(NotComparable, match=r"\(3, 1\) scores before and \(1, 1\) after"):
        paired_one(np.zeros(3), np.zeros(1))
