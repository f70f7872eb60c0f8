"""How a calibration is fitted: the threshold by hand, the models on made-up candidates, the report line by line."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from eval.fitting import FOLDS, Labelled, fit, report, threshold_of
from indexer.errors import BadSuite
from service.answer.confidence import VERDICT
from service.answer.weighing import NUMBERS

READERS = ("ab" * 32, "cd" * 32)
SPAN, WORDS = NUMBERS.index("span"), NUMBERS.index("words")


def threshold(risk: float, *answers: tuple[float, bool]) -> float:
    return threshold_of(np.array([sure for sure, _ in answers]), np.array([right for _, right in answers]), risk)


# --- the threshold ----------------------------------------------------------------------------------------------------

ANSWERS = [(0.6, False), (0.9, True), (0.5, True), (0.8, True), (0.7, True), (0.4, False)]
"""From the surest on, wrong are 0/1, 0/2, 0/3, 1/4, 1/5, 2/6."""


@pytest.mark.parametrize(
    ("risk", "expected"), [(0.0, 0.7), (1 / 5, 0.5), (0.24, 0.5), (1 / 4, 0.5), (2 / 6, 0.4), (1.0, 0.4)]
)
def test_the_threshold_is_the_lowest_confidence_of_no_more_than_the_risk(risk: float, expected: float) -> None:
    assert threshold(risk, *ANSWERS) == expected


def test_where_the_surest_are_wrong_only_what_is_as_sure_as_certain_is_answered() -> None:
    assert threshold(0.2, (0.9, False), (0.8, True)) == 1.0
    assert threshold_of(np.zeros(0), np.zeros(0, np.bool_), 0.2) == 1.0


def test_a_bad_start_can_be_made_up_for() -> None:
    assert threshold(0.25, (0.9, False), (0.8, True), (0.7, True), (0.6, True)) == 0.6


@pytest.mark.parametrize("wrong_at", [0, 1, 2])
def test_what_is_equally_sure_is_answered_together(wrong_at: int) -> None:
    equals = [(0.5, place != wrong_at) for place in range(3)]
    assert threshold(0.2, (0.9, True), *equals) == 0.9  # all four would be 1/4 wrong
    assert threshold(0.25, (0.9, True), *equals) == 0.5


def test_at_the_threshold_the_risk_is_kept_on_any_answers() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        surest, right = rng.integers(0, 20, 60) / 20, rng.random(60) < 0.7
        at = threshold_of(surest, right, 0.2)
        given = surest >= at
        assert not given.any() or (~right[given]).mean() <= 0.2 or at == 1.0
        lower = [t for t in set(surest.tolist()) if t < at]
        assert all((~right[surest >= t]).mean() > 0.2 for t in lower)


# --- the fit ----------------------------------------------------------------------------------------------------------


def questions(count: int, suite: str = "made up", seed: int = 3, candidates: int = 3) -> list[Labelled]:
    """Every other question has an answer: its first candidate. The reader scores it 3 and all others -3, about."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        rows = rng.normal(scale=0.5, size=(candidates, len(NUMBERS)))
        right = np.zeros(candidates, np.bool_)
        right[0] = number % 2 == 0
        rows[:, SPAN] += np.where(right, 3.0, -3.0)
        found.append(Labelled(suite, bool(right[0]), rows, right))
    return found


def test_what_is_easily_told_apart_is_told_apart() -> None:
    made = questions(300)
    fitted = fit(made, READERS, 0.2)
    for one in made:
        probabilities = fitted.judge(one.numbers)
        assert (probabilities.max() > 0.5) == one.answerable
        assert not one.answerable or probabilities.argmax() == 0
    assert int(np.argmax(np.abs(fitted.candidates.weights))) == SPAN
    assert fitted.candidates.weights[SPAN] > 0


def test_the_choice_is_of_what_sets_the_candidates_of_a_question_apart() -> None:
    """``WORDS`` is high wherever a question has an answer, for all of its candidates: no reason to prefer one."""
    made = questions(60)
    for one in made:
        one.numbers[:, WORDS] = 3.0 if one.answerable else -3.0
    weights = fit(made, READERS, 0.2).candidates.weights
    assert weights[WORDS] == pytest.approx(0, abs=1e-4)
    assert weights[SPAN] > 0.1


def test_of_several_right_candidates_any_may_be_chosen() -> None:
    """Two of three are right and alike; only what tells the third from them has a weight."""
    rng = np.random.default_rng(2)
    made = []
    for _ in range(40):
        rows = np.zeros((3, len(NUMBERS)))
        rows[:, SPAN], rows[:2, WORDS] = [2.0, 2.0, -2.0], rng.normal(size=2)
        made.append(Labelled("made up", True, rows, np.array([True, True, False])))
    fitted = fit([*made, *(one for one in questions(20) if not one.answerable)], READERS, 0.2)
    assert abs(fitted.candidates.weights[WORDS]) < fitted.candidates.weights[SPAN] / 5


def test_a_fit_says_what_it_is_of() -> None:
    fitted = fit([*questions(10, "a"), *questions(14, "b")], READERS, 0.2)
    assert (fitted.candidates.numbers, fitted.verdict.numbers, (fitted.reader, fitted.second), fitted.risk) == (
        NUMBERS,
        VERDICT,
        READERS,
        0.2,
    )
    assert fitted.fitted_on == {"a": 10, "b": 14}
    assert 0 < fitted.threshold < 1
    assert fitted.candidates.mean[SPAN] == pytest.approx(
        np.mean([one.numbers[:, SPAN].mean() for one in _both()]), abs=1e-6
    )


def _both() -> list[Labelled]:
    return [*questions(10, "a"), *questions(14, "b")]


def test_the_same_questions_give_the_same_fit() -> None:
    assert fit(questions(20), READERS, 0.2) == fit(questions(20), READERS, 0.2)


def test_probabilities_are_as_often_right_as_they_say_on_questions_not_seen() -> None:
    """Made by a known law: right with the probability 1 / (1 + exp(-span))."""
    rng = np.random.default_rng(11)

    def drawn(count: int) -> list[Labelled]:
        made = []
        for _ in range(count):
            rows = np.zeros((1, len(NUMBERS)))
            rows[0, SPAN] = rng.uniform(-4, 4)
            right = rng.random(1) < 1 / (1 + math.exp(-rows[0, SPAN]))
            made.append(Labelled("law", bool(right[0]), rows, right))
        return made

    fitted = fit(drawn(3000), READERS, 0.2)
    rows = np.zeros((3, len(NUMBERS)))
    rows[:, SPAN] = -2.0, 0.0, 2.0
    found = [fitted.judge(row[np.newaxis])[0] for row in rows]  # each the only candidate of its question
    assert found == pytest.approx([1 / (1 + math.exp(-span)) for span in (-2, 0, 2)], abs=0.05)


def test_a_small_suite_counts_as_much_as_a_large_one() -> None:
    """In one all is right and in the other nothing, with the same numbers: half of it is, whatever their sizes."""
    same = np.ones((1, len(NUMBERS)))
    small = [Labelled("small", True, same, np.array([True]))] * 10
    large = [Labelled("large", False, same, np.array([False]))] * 90
    assert fit([*small, *large], READERS, 0.2).judge(same).tolist() == pytest.approx([0.5], abs=0.01)


def test_questions_without_candidates_are_no_obstacle() -> None:
    empty = Labelled("made up", False, np.zeros((0, len(NUMBERS))), np.zeros(0, np.bool_))
    with_empty, without = fit([*questions(20), empty], READERS, 0.2), fit(questions(20), READERS, 0.2)
    assert with_empty.candidates.weights == without.candidates.weights


@pytest.mark.parametrize("made", [[], questions(FOLDS - 1), [questions(2)[1]] * 20])
def test_what_nothing_can_be_learned_from_is_named(made: list[Labelled]) -> None:
    with pytest.raises(BadSuite, match="Ask more questions: --most"):
        fit(made, READERS, 0.2)


# --- the report -------------------------------------------------------------------------------------------------------


def test_the_report_has_a_line_a_suite() -> None:
    lines = list(report([*questions(30, "a"), *questions(30, "b", seed=5)], 0.0))
    assert [line.split(":")[0] for line in lines] == ["a", "b"]
    for line in lines:
        number = r"(\d\.\d{3})"
        found = re.fullmatch(
            rf"\w: answered right {number}, refused {number}, AUC {number}, right or wrong AUC {number}", line
        )
        assert found is not None, line
        assert [float(value) for value in found.groups()] == [1.0] * 4


def test_where_all_can_be_answered_nothing_is_refused_rightly() -> None:
    answerable = [one for one in questions(300, "a") if one.answerable]
    (line,) = report(answerable, 0.2)
    assert re.fullmatch(r"a: answered right 1\.000", line)


def test_where_nothing_can_be_answered_only_refusals_are_reported() -> None:
    none = [one for one in questions(40, "none") if not one.answerable]
    lines = list(report([*questions(40, "a"), *none], 0.2))
    assert re.fullmatch(r"none: answered right 0\.000, refused \d\.\d{3}", lines[1])
