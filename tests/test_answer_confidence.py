"""What a calibration makes of the numbers of candidates, by the formula."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.errors import ModelError
from service.answer.confidence import VERDICT, Calibration, Fitted, read_calibration, verdict_numbers
from service.answer.weighing import NUMBERS
from tests.hand_calibration import as_it_is, of_one

SIZE = len(NUMBERS)
SPAN, PASSAGE, LEAD = (NUMBERS.index(name) for name in ("span", "passage", "lead"))
RNG = np.random.default_rng(4)


def made(names: tuple[str, ...], intercept: float) -> Fitted:
    mean, scale, weights = RNG.normal(size=len(names)), RNG.uniform(0.5, 2.0, len(names)), RNG.normal(size=len(names))
    return Fitted(names, tuple(mean.tolist()), tuple(scale.tolist()), tuple(weights.tolist()), intercept)


FITTED = Calibration(made(NUMBERS, -0.75), made(VERDICT, 0.25), 0.4, 0.2, "ab" * 32, "ef" * 32, {"seeds": 12})


def by_hand(fitted: Fitted, row: list[float]) -> float:
    logit = fitted.intercept
    for number, mean, scale, weight in zip(row, fitted.mean, fitted.scale, fitted.weights, strict=True):
        logit += weight * (number - mean) / scale
    return logit


def test_the_surest_has_the_verdicts_probability_and_the_others_keep_their_distance() -> None:
    rows = RNG.normal(size=(5, SIZE))
    log_odds = [by_hand(FITTED.candidates, row) for row in rows.tolist()]
    first = max(log_odds)
    row = rows[log_odds.index(first)]
    share = math.exp(first) / sum(math.exp(one) for one in log_odds)
    ahead = min(first - sorted(log_odds)[-2], 5.0)
    numbers = [first, share, ahead, max(rows[:, PASSAGE]), max(rows[:, SPAN])]
    numbers += [row[NUMBERS.index(name)] for name in VERDICT[5:]]
    verdict = by_hand(FITTED.verdict, numbers)
    wanted = [1 / (1 + math.exp(-(one - first + verdict))) for one in log_odds]
    assert FITTED.judge(rows).tolist() == pytest.approx(wanted)


def test_the_order_is_the_first_models() -> None:
    rows = RNG.normal(size=(7, SIZE))
    assert np.argsort(FITTED.judge(rows)).tolist() == np.argsort(FITTED.candidates.log_odds(rows)).tolist()


def test_the_verdict_goes_by_the_surest_and_by_the_best_of_all() -> None:
    rows = np.zeros((3, SIZE))
    rows[:, SPAN], rows[:, PASSAGE], rows[:, LEAD] = [1, 5, 2], [7, 3, 4], [10, 20, 30]
    numbers = dict(zip(VERDICT, verdict_numbers(rows, np.array([0.5, -1.0, 2.5])).tolist(), strict=True))
    assert (numbers["log_odds"], numbers["best_span"], numbers["best_passage"]) == (2.5, 5, 7)
    assert (numbers["span"], numbers["passage"], numbers["lead"]) == (2, 4, 30)
    assert (numbers["share"], numbers["ahead"]) == pytest.approx((1 / (1 + math.exp(-2) + math.exp(-3.5)), 2.0))


@pytest.mark.parametrize("others", [[], [-30.0]])
def test_a_lead_has_an_end(others: list[float]) -> None:
    numbers = verdict_numbers(np.zeros((1 + len(others), SIZE)), np.array([1.0, *others]))
    found = dict(zip(VERDICT, numbers.tolist(), strict=True))
    assert (found["share"], found["ahead"]) == (pytest.approx(1), 5.0)


def test_one_number_of_one_weight_can_be_followed_by_eye() -> None:
    spans = Calibration(of_one("span"), as_it_is(), 0.5, 0.2, "ab" * 32, "ef" * 32, {})
    rows = np.zeros((3, SIZE))
    rows[:, SPAN] = 0.0, math.log(3), -math.log(3)
    assert spans.judge(rows).tolist() == pytest.approx([1 / 2, 3 / 4, 1 / 4])
    rows[:, SPAN] = 0.0, 1e6, -1e6
    assert spans.judge(rows).tolist() == [0.5, 1.0, 0.0]
    assert spans.judge(np.zeros((0, SIZE))).tolist() == []


def test_a_calibration_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    file.write_text(json.dumps(asdict(FITTED)))
    assert read_calibration(file) == FITTED


def test_another_reader_is_refused_and_both_are_named() -> None:
    FITTED.require_readers("ab" * 32, "ef" * 32)
    with pytest.raises(ModelError, match=r"the reader .* cdcdcdcdcdcd and .* abababababab.*python -m eval.calibrate"):
        FITTED.require_readers("cd" * 32, "ef" * 32)
    with pytest.raises(ModelError, match=r"the second reader .* abababababab and .* efefefefefef"):
        FITTED.require_readers("ab" * 32, "ab" * 32)


CANDIDATES = FITTED.candidates


@pytest.mark.parametrize(
    "changed",
    [
        {"mean": CANDIDATES.mean[:-1]},
        {"scale": (*CANDIDATES.scale, 1.0)},
        {"weights": ()},
        {"scale": (0.0, *CANDIDATES.scale[1:])},
        {"weights": (math.nan, *CANDIDATES.weights[1:])},
        {"intercept": math.inf},
    ],
    ids=repr,
)
def test_a_model_that_does_not_fit_together_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=r"Fit it again: python -m eval\.calibrate"):
        replace(CANDIDATES, **changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"candidates": FITTED.verdict},
        {"verdict": CANDIDATES},
        {"candidates": made((*NUMBERS[1:], NUMBERS[0]), 0.0)},
        {"verdict": made((*VERDICT, "more"), 0.0)},
        {"threshold": math.nan},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_calibration_of_other_numbers_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=r"Fit it again: python -m eval\.calibrate"):
        replace(FITTED, **changed)


def test_a_calibration_on_other_numbers_names_both() -> None:
    with pytest.raises(ModelError, match="was fitted on sound, fury; this version measures span, passage"):
        replace(FITTED, candidates=made(("sound", "fury"), 0.0))


def written(**changed: object) -> str:
    return json.dumps(asdict(FITTED) | changed)


@pytest.mark.parametrize(
    "content",
    [
        lambda: None,
        lambda: "",
        lambda: "[1, 2]",
        lambda: "{}",
        lambda: written()[:-9],
        lambda: written(candidates=None),
        lambda: written(verdict=asdict(FITTED.verdict) | {"mean": None}),
        lambda: written(verdict=asdict(FITTED.verdict) | {"mean": ["a"] * len(VERDICT)}),
        lambda: written(more=1),
        lambda: written(threshold="high"),
    ],
)
def test_a_missing_or_damaged_file_is_named_with_the_mend(tmp_path: Path, content: Callable[[], str | None]) -> None:
    file = tmp_path / "calibration.json"
    if (text := content()) is not None:
        file.write_text(text)
    with pytest.raises(
        ModelError, match=r"calibration\.json holds no calibration.*Install Pressmark again, or fit one"
    ):
        read_calibration(file)
