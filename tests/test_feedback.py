"""How far the first results move the others: by hand, and what must never happen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.dense import Floats
from service.feedback import widened


def at(*degrees: float) -> Floats:
    """Unit rows at these angles."""
    return np.array([(math.cos(math.radians(d)), math.sin(math.radians(d))) for d in degrees], np.float32)


def cosine(degrees: float) -> float:
    return math.cos(math.radians(degrees))


NEAR = np.array([cosine(d) for d in (0, 40, 80)])


def test_candidates_move_towards_the_centre_as_far_as_the_leading_agree() -> None:
    share = 0.5 * cosine(40)  # of the leading, at 0 and 40 degrees, the centre is at 20
    moved = widened(NEAR, at(0, 40, 80), [0, 1], 0.5)
    expected = [(1 - share) * cosine(d) + share * cosine(d - 20) for d in (0, 40, 80)]
    assert moved == pytest.approx(expected, abs=1e-6)


def test_agreement_is_the_mean_cosine_of_all_pairs_of_the_leading() -> None:
    share = 0.8 * (cosine(40) + cosine(80) + cosine(40)) / 3
    moved = widened(NEAR, at(0, 40, 80), [2, 0, 1], 0.8)
    expected = [(1 - share) * cosine(d) + share * cosine(d - 40) for d in (0, 40, 80)]
    assert moved == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("leading", "rows", "feedback"),
    [([], at(0, 40, 80), 0.5), ([0], at(0, 40, 80), 0.5), ([0, 1], at(0, 40, 80), 0), ([0, 1], at(0, 180, 80), 0.5)],
    ids=["none", "one", "switched off", "opposite"],
)
def test_nothing_moves_without_two_that_agree(leading: list[int], rows: Floats, feedback: float) -> None:
    assert widened(NEAR, rows, leading, feedback).tolist() == NEAR.tolist()


def test_leading_that_are_one_and_the_same_count_in_full() -> None:
    assert widened(NEAR, at(30, 30, 90), [0, 1], 1.0) == pytest.approx([1, 1, cosine(60)], abs=1e-6)


@given(st.lists(st.floats(0, 360), min_size=3, max_size=12), st.floats(0, 1), st.floats(0, 360))
def test_a_moved_cosine_is_a_cosine_and_equal_candidates_stay_equal(
    degrees: list[float], feedback: float, query: float
) -> None:
    rows = at(*degrees, *degrees)
    near = np.tile([cosine(d - query) for d in degrees], 2)
    moved = widened(near, rows, [0, 1, 2], feedback)
    assert (np.abs(moved) <= 1 + 1e-6).all()
    assert moved[: len(degrees)].tolist() == moved[len(degrees) :].tolist()
