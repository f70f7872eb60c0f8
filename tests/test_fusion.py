"""What two scores make together, in hand arithmetic."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fusion import convex, min_max, of_highest, ranks, rrf

PAIRS = st.lists(st.tuples(st.floats(-1, 1, width=32), st.floats(0, 100, width=32)), max_size=20)


def test_convex_is_the_weighted_sum_of_normalised_scores() -> None:
    fused = convex(np.array([0.9, 0.5, 0.1]), np.array([0.0, 12.0, 4.0]), 0.3)
    assert fused == pytest.approx([0.3 * 1 + 0, 0.3 * (0.5 - 0.1) / (0.9 - 0.1) + 0.7 * 1, 0 + 0.7 * 4 / 12])


def test_weight_one_is_dense_alone_and_zero_lexical_alone() -> None:
    dense, lexical = np.array([0.9, 0.1]), np.array([1.0, 4.0])
    assert convex(dense, lexical, 1.0).tolist() == [1.0, 0.0]
    assert convex(dense, lexical, 0.0).tolist() == [0.25, 1.0]


def test_words_that_nobody_holds_count_nothing() -> None:
    assert convex(np.array([0.9, 0.1]), np.zeros(2), 0.4).tolist() == [0.4, 0.0]


def test_rrf_sums_reciprocal_ranks() -> None:
    fused = rrf(np.array([0.9, 0.8, 0.1]), np.array([0.0, 5.0, 1.0]))
    assert fused == pytest.approx([1 / 61, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62])


def test_equal_scores_are_all_best_and_share_a_rank() -> None:
    assert min_max(np.array([2.0, 2.0])).tolist() == [1.0, 1.0]
    assert ranks(np.array([0.1, 0.7, 0.1, 0.1 + 1e-12, 0.05])).tolist() == [2, 1, 2, 2, 5]
    for scale in (min_max, of_highest, ranks):
        assert scale(np.empty(0)).tolist() == []


@given(PAIRS, st.floats(0, 1))
def test_fused_scores_lie_between_nought_and_one(pairs: list[tuple[float, float]], weight: float) -> None:
    dense, lexical = np.array(pairs).reshape(-1, 2).T
    fused = convex(dense, lexical, weight)
    assert fused.shape == dense.shape
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in fused)


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_changes_no_score(pairs: list[tuple[float, float]], chance: random.Random) -> None:
    order = list(range(len(pairs)))
    chance.shuffle(order)
    dense, lexical = np.array(pairs).reshape(-1, 2).T
    for fused, shuffled in (
        (convex(dense, lexical, 0.5), convex(dense[order], lexical[order], 0.5)),
        (rrf(dense, lexical), rrf(dense[order], lexical[order])),
    ):
        assert shuffled.tolist() == fused[order].tolist()
