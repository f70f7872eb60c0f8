"""What a confidence is worth, against hand arithmetic, scikit-learn and brute force."""

from __future__ import annotations

import math
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    brier_score_loss,
    f1_score,
    precision_score,
    roc_auc_score,
)

from eval.answer_result import AskedQuery
from eval.risk import SET_MEASURES, operating_point, outcomes, reliability, risk_coverage, set_measures
from eval.significance import Scores

#                 answerable, abstained, right, confidence
ROWS = [
    (1, 0, 1, 0.9),
    (1, 0, 0, 0.8),
    (1, 0, 1, 0.8),
    (0, 0, 0, 0.6),
    (1, 1, 1, 0.4),
    (0, 1, 0, 0.3),
    (0, 1, 0, 0.1),
]
TABLE = np.array(ROWS, np.float64)


def measured(table: Scores) -> dict[str, float]:
    return dict(zip(SET_MEASURES, map(float, set_measures(table)), strict=True))


def test_each_measure_of_a_small_set_is_what_the_hand_computes() -> None:
    found = measured(TABLE)
    # three were refused, two of them well; three are unanswerable
    assert found["refusal precision"] == pytest.approx(2 / 3)
    assert found["refusal F1"] == pytest.approx(2 * (2 / 3) * (2 / 3) / (2 / 3 + 2 / 3))
    # four answers given, two right
    assert found["answer precision"] == 2 / 4
    # 4 answerable x 3 unanswerable: all pairs are in order but 0.4 and 0.6
    assert found["AUROC answerable"] == pytest.approx(11 / 12)
    # right 0.9, 0.8, 0.4 against wrong 0.8, 0.6, 0.3, 0.1: 4 + (3 + 1/2) + 2 of 12
    assert found["AUROC right"] == pytest.approx(9.5 / 12)
    # wrong among the first n: the two of 0.8 are half wrong each
    risks = [0 / 1, 0.5 / 2, 1 / 3, 2 / 4, 2 / 5, 3 / 6, 4 / 7]
    assert risk_coverage(TABLE)[1] == pytest.approx(risks)
    assert risk_coverage(TABLE)[0] == pytest.approx([n / 7 for n in range(1, 8)])
    assert found["AURC"] == pytest.approx(sum(risks) / 7)
    # bins 0-0.1, 0.2-0.3, 0.3-0.4, 0.5-0.6, 0.7-0.8 and 0.8-0.9, the upper end inside
    assert found["calibration error"] == pytest.approx((0.1 + 0.3 + 0.6 + 0.6 + (1.6 - 1) + 0.1) / 7)
    assert found["Brier"] == pytest.approx((0.1**2 + 0.8**2 + 0.2**2 + 0.6**2 + 0.6**2 + 0.3**2 + 0.1**2) / 7)
    assert operating_point(TABLE) == (4 / 7, 1 - 2 / 4)


def test_bins_hold_their_upper_end_and_empty_ones_are_left_out() -> None:
    assert [(round(b.low, 1), round(b.high, 1), b.questions) for b in reliability(TABLE)] == [
        (0.0, 0.1, 1),
        (0.2, 0.3, 1),
        (0.3, 0.4, 1),
        (0.5, 0.6, 1),
        (0.7, 0.8, 2),
        (0.8, 0.9, 1),
    ]
    assert [(b.confidence, b.right) for b in reliability(TABLE)][-2:] == [(0.8, 0.5), (0.9, 1.0)]


rows = st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 20)).map(
    lambda row: (row[0], row[1], row[0] and row[2], row[3] / 20)
)


@given(st.lists(rows, min_size=1, max_size=40))
def test_the_reference_tools_agree(found: list[tuple[bool, bool, bool, float]]) -> None:
    table = np.array(found, np.float64)
    answerable, abstained, right, confidence = table.T
    ours = measured(table)
    for name, truth in (("AUROC answerable", answerable), ("AUROC right", right)):
        if 0 < truth.sum() < len(truth):
            assert ours[name] == pytest.approx(roc_auc_score(truth, confidence))
        else:
            assert math.isnan(ours[name])
    assert ours["Brier"] == pytest.approx(brier_score_loss(right, confidence, pos_label=1))
    if not answerable.all():
        assert ours["refusal F1"] == pytest.approx(f1_score(1 - answerable, abstained))
        if abstained.any():
            assert ours["refusal precision"] == pytest.approx(precision_score(1 - answerable, abstained))
    shares, confidences = calibration_curve(right, confidence, n_bins=10)
    bins = reliability(table)
    assert [b.right for b in bins] == pytest.approx(shares.tolist())
    assert [b.confidence for b in bins] == pytest.approx(confidences.tolist())
    expected = sum(b.questions * abs(b.right - b.confidence) for b in bins) / len(table)
    assert ours["calibration error"] == pytest.approx(expected)


@given(st.lists(rows, min_size=1, max_size=5))
@settings(max_examples=30)
def test_equal_confidences_stand_for_every_order_of_them(found: list[tuple[bool, bool, bool, float]]) -> None:
    table = np.array(found, np.float64)
    curves = [
        [1 - np.mean([row[2] for row in order[: n + 1]]) for n in range(len(found))]
        for order in permutations(found)
        if all(a[3] >= b[3] for a, b in pairwise(order))
    ]
    assert risk_coverage(table)[1] == pytest.approx(np.mean(curves, axis=0))


def test_what_a_set_does_not_have_is_not_measured() -> None:
    all_answerable = measured(np.array([(1, 1, 1, 0.5), (1, 0, 1, 0.7)], np.float64))
    lacking = {"refusal precision", "refusal F1", "AUROC answerable", "AUROC right"}
    assert {name for name, value in all_answerable.items() if math.isnan(value)} == lacking
    nothing_answered = measured(np.array([(1, 1, 1, 0.5), (0, 1, 0, 0.3)], np.float64))
    assert {name for name, value in nothing_answered.items() if math.isnan(value)} == {"answer precision"}
    assert operating_point(np.array([(1, 1, 1, 0.5)], np.float64)) is None


def test_outcomes_are_rows_in_the_order_of_the_questions() -> None:
    asked = [AskedQuery("fact", True, False, 0.75, True, {}), AskedQuery("absent", False, True, 0.25, False, {})]
    assert outcomes(asked).tolist() == [[1, 0, 1, 0.75], [0, 1, 0, 0.25]]
    assert outcomes([]).shape == (0, 4)
