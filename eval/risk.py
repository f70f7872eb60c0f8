"""What a confidence is worth: what to answer and what to refuse, over all questions at once.

A table of outcomes is ``(questions, 4)`` float64, a row a question: 1 or 0 for answerable, for abstained and for right
(after an abstention: of what would have been answered), then the confidence, from 0 to 1. An answer to a question that
the archive does not answer is never right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from eval.answer_result import AskedQuery
from eval.significance import Scores

SET_MEASURES = (
    "refusal precision",
    "refusal F1",
    "answer precision",
    "AUROC answerable",
    "AUROC right",
    "AURC",
    "calibration error",
    "Brier",
)
LOWER_IS_BETTER = frozenset({"AURC", "calibration error", "Brier"})
BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence lies above ``low`` (the first: at or above) and not above ``high``."""

    low: float
    high: float
    questions: int
    confidence: float
    right: float


def outcomes(asked: Iterable[AskedQuery]) -> Scores:
    rows = [(query.answerable, query.abstained, query.right, query.confidence) for query in asked]
    return np.array(rows, np.float64).reshape(-1, 4)


def set_measures(table: Scores) -> Scores:
    """The values of ``SET_MEASURES``, NaN where a table has none.

    - Refusals: precision is the share of unanswerable questions among those refused, F1 its harmonic mean with the
      share of refused ones among those that are unanswerable. Neither is there without unanswerable questions.
    - Answer precision: the share of right answers among those given.
    - AUROC: the chance that of two questions the answerable one, or the one answered rightly, has the higher
      confidence; equal ones count half.
    - AURC: the mean of ``risk_coverage``'s risks (Geifman and El-Yaniv, "Selective Classification for Deep Neural
      Networks", NeurIPS 2017, name the curve).
    - Calibration error: over ``reliability``'s bins, the mean distance of confidence and share of right answers, a bin
      counting by its questions (Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML
      2017).
    - Brier: the mean of ``(confidence - right) ** 2``.
    """
    answerable, abstained, right, confidence = table.T
    unanswerable = 1 - answerable
    refused_well = (abstained * unanswerable).sum()
    ranks = rankdata(confidence)
    return np.array(
        [
            _ratio(refused_well, abstained.sum() if unanswerable.any() else 0),
            _ratio(2 * refused_well, abstained.sum() + unanswerable.sum() if unanswerable.any() else 0),
            _ratio((right * (1 - abstained)).sum(), (1 - abstained).sum()),
            _auroc(ranks, answerable),
            _auroc(ranks, right),
            risk_coverage(table)[1].mean(),
            _calibration_error(right, confidence),
            ((confidence - right) ** 2).mean(),
        ]
    )


def risk_coverage(table: Scores) -> tuple[Scores, Scores]:
    """If the most confident n questions were answered, for each n from 1: their share, and the share of wrong answers.

    Questions of equal confidence could come in any order, and the risk is the mean over all of them.

    >>> risk_coverage(np.array([[1, 0, 1, 0.9], [1, 0, 0, 0.8]]))
    (array([0.5, 1. ]), array([0. , 0.5]))
    """
    right, confidence = table[:, 2], table[:, 3]
    _, level, count = np.unique(-confidence, return_inverse=True, return_counts=True)
    expected = np.repeat(np.bincount(level, weights=right) / count, count)
    answered = np.arange(1, len(table) + 1)
    return answered / len(table), 1 - np.cumsum(expected) / answered


def operating_point(table: Scores) -> tuple[float, float] | None:
    """Coverage and risk of what was answered; None when all was refused."""
    answered = table[table[:, 1] == 0]
    return (len(answered) / len(table), float(1 - answered[:, 2].mean())) if len(answered) else None


def reliability(table: Scores) -> list[Bin]:
    """Ten bins of equal width, without those that hold no question."""
    right, confidence = table[:, 2], table[:, 3]
    bins = _bins(confidence)
    found = []
    for number in np.unique(bins):
        inside = bins == number
        means = float(confidence[inside].mean()), float(right[inside].mean())
        found.append(Bin(number / BINS, (number + 1) / BINS, int(inside.sum()), *means))
    return found


def _bins(confidence: Scores) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    return np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], confidence)


def _calibration_error(right: Scores, confidence: Scores) -> float:
    # The mean distance, weighted: the bins' counts cancel out.
    return float(np.abs(np.bincount(_bins(confidence), weights=confidence - right)).sum() / len(right))


def _auroc(ranks: Scores, positive: Scores) -> float:
    """From the sum of ranks, as in the test of Mann and Whitney."""
    ones = positive.sum()
    zeros = len(positive) - ones
    return _ratio(float(ranks @ positive - ones * (ones + 1) / 2), ones * zeros)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")
