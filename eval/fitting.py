"""The models of a calibration, fitted to labelled candidates: see ``confidence`` for what they are.

The threshold is the lowest confidence from which, of the answers that would be given, no more than the stated risk are
wrong. It and the report are of questions that had no part in the fit: five folds, whole questions apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

from indexer.errors import BadSuite
from service.answer.confidence import VERDICT, Calibration, Fitted, Numbers, verdict_numbers
from service.answer.weighing import NUMBERS

FOLDS = 5
_PENALTY = 10.0
"""On half of the squared weights of the candidates' model."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One question's candidates: their numbers (n, ``NUMBERS``), and which of them are right."""

    suite: str
    answerable: bool
    numbers: Numbers
    right: NDArray[np.bool_]


def fit(labelled: Sequence[Labelled], readers: tuple[str, str], risk: float) -> Calibration:
    """Both models, and the threshold over the surest candidate of each question; ``readers``: SHA-256 of either."""
    chosen = _out_of_fold(labelled)
    candidates, verdict = _models(labelled)
    sizes: dict[str, int] = {}
    for one in labelled:
        sizes[one.suite] = sizes.get(one.suite, 0) + 1
    return Calibration(
        candidates=candidates,
        verdict=verdict,
        threshold=round(threshold_of(chosen[:, 0], chosen[:, 1] > 0, risk), 4),
        risk=risk,
        reader=readers[0],
        second=readers[1],
        fitted_on=sizes,
    )


def threshold_of(surest: Numbers, right: NDArray[np.bool_], risk: float) -> float:
    """The lowest confidence from which on at most ``risk`` of the answers are wrong; 1 where there is none."""
    order = np.argsort(-surest, kind="stable")
    sure = surest[order]
    wrong = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    last_of_equals = np.append(sure[1:] < sure[:-1], True)[: len(sure)]  # what is as sure is answered as well
    within = np.flatnonzero((wrong <= risk) & last_of_equals)
    return float(sure[within[-1]]) if len(within) else 1.0


def _models(labelled: Sequence[Labelled]) -> tuple[Fitted, Fitted]:
    """The model of candidates; and the verdict on the surest, as candidates' models that did not see it chose it."""
    asked = [one for one in labelled if len(one.right)]
    rows, right, suites = [], [], []
    for learned, kept in _folds(len(asked)):
        model = _candidates_model([asked[place] for place in learned])
        for one in (asked[place] for place in kept):
            log_odds = model.log_odds(one.numbers)
            rows.append(verdict_numbers(one.numbers, log_odds))
            right.append(one.right[log_odds.argmax()])
            suites.append(one.suite)
    return _candidates_model(asked), _verdict_model(np.array(rows), np.array(right, np.bool_), suites)


def _candidates_model(labelled: Sequence[Labelled]) -> Fitted:
    rows = np.concatenate([one.numbers for one in labelled]) if labelled else np.zeros((0, len(NUMBERS)))
    right = _concatenated(labelled)
    if len(set(right)) < 2:
        raise BadSuite(
            f"{right.sum():,} of {len(right):,} candidates for {len(labelled):,} questions are right: nothing can be "
            "learned from that. Ask more questions: --most"
        )
    return _choice([one for one in labelled if one.right.any()], StandardScaler().fit(rows))


def _concatenated(labelled: Sequence[Labelled]) -> NDArray[np.bool_]:
    return np.concatenate([np.zeros(0, np.bool_), *(one.right for one in labelled)])


def _choice(labelled: Sequence[Labelled], scaler: StandardScaler) -> Fitted:
    """Of a question's candidates the right one: the weights under which, over all questions, it is likeliest.

    A conditional logit (McFadden, "Conditional logit analysis of qualitative choice behavior", 1974): the probability
    of a candidate is the softmax of the weighed numbers over its question's candidates, that of a right answer the sum
    over all that are right. What is the same for all candidates of a question has no part in it.
    """
    rows, right = scaler.transform(np.concatenate([one.numbers for one in labelled])), _concatenated(labelled)
    starts = np.cumsum([0, *(len(one.right) for one in labelled[:-1])])
    sizes = Counter(one.suite for one in labelled)
    counts = np.array([len(labelled) / len(sizes) / sizes[one.suite] for one in labelled])  # suites weigh the same
    of = np.repeat(np.arange(len(labelled)), [len(one.right) for one in labelled])

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        """What is to be small, and its gradient."""
        odds = rows @ weights
        likely = np.exp(odds - np.maximum.reduceat(odds, starts)[of])
        share, wanted = (each / np.add.reduceat(each, starts)[of] for each in (likely, np.where(right, likely, 0)))
        found = np.add.reduceat(np.where(right, share, 0), starts)
        slope = rows.T @ (counts[of] * (share - wanted)) + _PENALTY * weights
        return float(_PENALTY / 2 * weights @ weights - counts @ np.log(found)), slope

    weights = minimize(loss, np.zeros(len(NUMBERS)), jac=True, method="L-BFGS-B").x
    return _fitted(NUMBERS, scaler, weights, 0.0)


def _verdict_model(rows: Numbers, right: NDArray[np.bool_], suites: Sequence[str]) -> Fitted:
    if len(set(right)) < 2:  # every surest candidate is right, or none: the candidates' model is the verdict
        weights = tuple(float(name == "log_odds") for name in VERDICT)
        return Fitted(VERDICT, (0.0,) * len(VERDICT), (1.0,) * len(VERDICT), weights, 0.0)
    return _logistic(VERDICT, rows, right, suites, 0.1)


def _logistic(
    names: tuple[str, ...], rows: Numbers, right: NDArray[np.bool_], suites: Sequence[str], freedom: float
) -> Fitted:
    """A logistic regression in which every suite counts the same; ``freedom`` is the inverse of its L2 penalty."""
    of = np.array(suites)
    weights = np.array([1 / (of == suite).sum() for suite in suites]) * len(suites)
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=freedom, max_iter=2000).fit(scaler.transform(rows), right, sample_weight=weights)
    return _fitted(names, scaler, model.coef_[0], float(model.intercept_[0]))


def _fitted(names: tuple[str, ...], scaler: StandardScaler, weights: Numbers, intercept: float) -> Fitted:
    mean, scale, weighed = (tuple(np.round(v, 6).tolist()) for v in (scaler.mean_, scaler.scale_, weights))
    return Fitted(names, mean, scale, weighed, round(intercept, 6))


def _folds(count: int) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    if count < FOLDS:
        raise BadSuite(f"{count} questions cannot be parted into {FOLDS} folds. Ask more questions: --most")
    yield from KFold(FOLDS, shuffle=True, random_state=20).split(np.arange(count))


def _out_of_fold(labelled: Sequence[Labelled]) -> Numbers:
    """Of each question its surest candidate's confidence, and whether it is right (1) or not: (n, 2)."""
    found = np.zeros((len(labelled), 2))
    for learned, kept in _folds(len(labelled)):
        candidates, verdict = _models([labelled[place] for place in learned])
        model = Calibration(candidates, verdict, 1.0, 0.0, "", "", {})
        for place in kept:
            sure = model.judge(labelled[place].numbers)
            if len(sure):
                found[place] = sure.max(), labelled[place].right[sure.argmax()]
    return found


def report(labelled: Sequence[Labelled], risk: float) -> Iterator[str]:
    """What a fit would do on questions that it did not see, by suite."""
    chosen = _out_of_fold(labelled)
    threshold = threshold_of(chosen[:, 0], chosen[:, 1] > 0, risk)
    for suite in dict.fromkeys(one.suite for one in labelled):
        of = np.array([one.suite == suite for one in labelled])
        can = np.array([one.answerable for one in labelled])
        given = chosen[:, 0] >= threshold
        right = chosen[:, 1] > 0
        parts = [f"{suite}: answered right {right[of & can & given].sum() / max((of & can).sum(), 1):.3f}"]
        if (of & ~can).any():
            parts.append(f"refused {(~given)[of & ~can].mean():.3f}")
        if len(set(can[of])) == 2:
            parts.append(f"AUC {roc_auc_score(can[of], chosen[of, 0]):.3f}")
        if len(set(right[of])) == 2:
            parts.append(f"right or wrong AUC {roc_auc_score(right[of], chosen[of, 0]):.3f}")
        yield ", ".join(parts)
