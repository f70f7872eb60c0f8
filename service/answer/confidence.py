"""How likely a candidate is right: a fitted model of what its numbers are worth.

Two models, one after the other: the first says which candidate of a question is right, from what speaks for each (a
conditional logit: only what sets candidates of one question apart counts); the second how sure that is, from what
speaks for the surest one and how it compares with all that was found (a logistic regression). What tells a right answer
from another candidate is not what tells a question with an answer from one without: fitted as one, the second task
drowned in the first, which has twelve examples a question. Models of a dozen numbers that mean something were chosen
over larger ones: they are fitted on two thousand questions and must hold for other archives.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelError
from service.answer.candidates import Candidate
from service.answer.weighing import NUMBERS

_OF_SUREST = (
    *("span", "passage", "span_again", "passage_again", "lead"),
    *("names_in_sentence", "names_in_passage", "words_in_sentence", "words_in_passage"),
    *("another_name", "name_elsewhere", "another_time"),
    *("sentence_cosine", "cosine", "fits", "misfits", "keywords", "yes_no"),
)
VERDICT = ("log_odds", "share", "ahead", "best_passage", "best_span", *_OF_SUREST)
"""What the second model goes by: the log-odds of the first model's surest candidate, its share of all candidates'
odds and its lead over the next; the best scores of all; the surest one's numbers."""
_FAR_AHEAD = 5.0
"""The largest lead, in log-odds, and that of an only candidate."""
_PLACES = [NUMBERS.index(name) for name in _OF_SUREST]
_PASSAGE, _SPAN = NUMBERS.index("passage"), NUMBERS.index("span")
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate and the probability that it is right."""

    candidate: Candidate
    confidence: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """A linear model: standardise, weigh, add up.

    Raises:
        ModelError: it does not fit together.
    """

    numbers: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float

    def __post_init__(self) -> None:
        sizes = [len(self.mean), len(self.scale), len(self.weights)]
        held = (*self.mean, *self.scale, *self.weights, self.intercept)
        if sizes != [len(self.numbers)] * 3 or not all(map(math.isfinite, held)) or min(self.scale, default=1) <= 0:
            raise ModelError(
                f"the calibration has {sizes[0]} means, {sizes[1]} scales and {sizes[2]} weights for "
                f"{len(self.numbers)} numbers, or a scale that is not above 0, or an infinite number. Fit it again: "
                "python -m eval.calibrate"
            )

    def log_odds(self, rows: Numbers) -> Numbers:
        """``intercept + sum of weights * (numbers - mean) / scale``: (n,) from (n, numbers)."""
        found: Numbers = self.intercept + (rows - np.array(self.mean)) / np.array(self.scale) @ np.array(self.weights)
        return found


def verdict_numbers(rows: Numbers, log_odds: Numbers) -> Numbers:
    """What the second model goes by, (``VERDICT``,), from a question's candidates, at least one, and their log-odds."""
    surest = int(log_odds.argmax())
    behind = log_odds[surest] - np.delete(log_odds, surest)
    share, ahead = 1 / (1 + np.exp(-behind).sum()), behind.min(initial=_FAR_AHEAD)
    best = rows[:, _PASSAGE].max(), rows[:, _SPAN].max()
    return np.array([log_odds[surest], share, ahead, *best, *rows[surest, _PLACES]])


@dataclass(frozen=True, slots=True)
class Calibration:
    """Both models, and the bar: from ``threshold`` on an answer is given.

    There, of the answers given to the questions it was fitted on, ``risk`` were wrong. ``reader`` and ``second`` are
    the SHA-256 of the weights of the two readers that the numbers came from.

    Raises:
        ModelError: it was fitted on other numbers than these, or does not fit together.
    """

    candidates: Fitted
    verdict: Fitted
    threshold: float
    risk: float
    reader: str
    second: str
    fitted_on: Mapping[str, int]

    def __post_init__(self) -> None:
        for fitted, measured in ((self.candidates, NUMBERS), (self.verdict, VERDICT)):
            if fitted.numbers != measured:
                raise ModelError(
                    f"the calibration was fitted on {', '.join(fitted.numbers)}; this version measures "
                    f"{', '.join(measured)}. Fit it again: python -m eval.calibrate"
                )
        if not math.isfinite(self.threshold):
            raise ModelError(f"the threshold is {self.threshold}. Fit it again: python -m eval.calibrate")

    def judge(self, rows: Numbers) -> Numbers:
        """The probability that each candidate is right: (n,) from (n, ``NUMBERS``).

        The order is that of the first model; the surest has the probability that the second gives it, and the others
        keep their distance in log-odds.
        """
        if not len(rows):
            return np.zeros(0)
        log_odds = self.candidates.log_odds(rows)
        sure = self.verdict.log_odds(verdict_numbers(rows, log_odds)[np.newaxis])[0]
        probabilities: Numbers = 0.5 * (1 + np.tanh((log_odds - log_odds.max() + sure) / 2))
        return probabilities

    def require_readers(self, reader: str, second: str) -> None:
        """Refuse readers other than those it was fitted with, by their weights' SHA-256.

        Scores of others would mean something else.

        Raises:
            ModelError: names what is here and what it was fitted with.
        """
        for name, here, fitted in (("reader", reader, self.reader), ("second reader", second, self.second)):
            if here != fitted:
                raise ModelError(
                    f"the {name} has weights {here[:12]} and the calibration was fitted with {fitted[:12]}. "
                    "Install Pressmark again, or fit it to these readers: python -m eval.calibrate"
                )


@cache
def shipped_calibration() -> Calibration:
    """The calibration that comes with the shipped readers.

    Raises:
        ModelError: it is missing or damaged.
    """
    return read_calibration(Path(__file__).parent / "calibration.json")


def read_calibration(file: Path) -> Calibration:
    """A calibration as ``calibrate`` wrote it.

    Raises:
        ModelError: the file is missing, or no calibration of this version.
    """
    try:
        found = json.loads(file.read_text("utf-8"))
        return Calibration(**(found | {name: _fitted(found[name]) for name in ("candidates", "verdict")}))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{file} holds no calibration ({type(error).__name__}: {error}). "
            "Install Pressmark again, or fit one: python -m eval.calibrate"
        ) from error


def _fitted(found: Mapping[str, Any]) -> Fitted:
    return Fitted(**{**found, **{key: tuple(found[key]) for key in ("numbers", "mean", "scale", "weights")}})
