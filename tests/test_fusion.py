from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fusion import convex, min_max, rrf

SCORES = st.dictionaries(st.integers(0, 50), st.floats(-100, 100), max_size=20)


def test_convex_is_the_weighted_sum_of_normalised_scores() -> None:
    dense, lexical = {1: 0.9, 2: 0.5, 3: 0.1}, {2: 12.0, 4: 4.0}
    assert convex(dense, lexical, 0.5) == pytest.approx(
        {1: 0.5 * 1 + 0.5 * 0, 2: 0.5 * (0.5 - 0.1) / (0.9 - 0.1) + 0.5 * 1, 3: 0.0, 4: 0.0}
    )


def test_weight_one_is_dense_alone_and_zero_lexical_alone() -> None:
    dense, lexical = {1: 0.9, 2: 0.1}, {2: 3.0, 1: 1.0}
    assert convex(dense, lexical, 1.0) == {1: 1.0, 2: 0.0}
    assert convex(dense, lexical, 0.0) == {1: 0.0, 2: 1.0}


def test_rrf_sums_reciprocal_ranks() -> None:
    assert rrf({7: 0.9, 8: 0.8}, {8: 5.0, 9: 1.0}) == pytest.approx({7: 1 / 61, 8: 1 / 62 + 1 / 61, 9: 1 / 62})


def test_equal_scores_are_all_best() -> None:
    assert min_max({1: 2.0, 2: 2.0}) == {1: 1.0, 2: 1.0}
    assert min_max({}) == {}


@given(SCORES, SCORES, st.floats(0, 1))
def test_fused_scores_lie_between_nought_and_one_for_every_candidate(
    dense: dict[int, float], lexical: dict[int, float], weight: float
) -> None:
    fused = convex(dense, lexical, weight)
    assert fused.keys() == dense.keys() | lexical.keys()
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in fused.values())
