"""How likely a candidate is right: what speaks for it in numbers, and a fitted model of what these are worth.

``Asking`` gives the numbers, ``Calibration`` makes a probability of them, ``eval.calibrate`` fitted it. A logistic
model over a dozen numbers that mean something was chosen over a larger one: it is fitted on a few thousand questions
and must hold for other archives.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelError
from indexer.records import PartialDate
from service.answer.agreement import same_answer
from service.answer.candidates import Candidate
from service.answer.coverage import Coverage, coverage
from service.answer.dates import Window, mentions
from service.answer.expected import fits
from service.answer.question import Asked, Given, GivenKind
from service.answer.secondlook import UNREAD, SecondLook
from service.answer.stems import stems_of

_EXACT: tuple[GivenKind, ...] = ("number", "date", "phrase")

NUMBERS = (
    "span",
    "passage",
    "span_again",
    "passage_again",
    "same_again",
    "not_again",
    "lead",
    "rank",
    "cosine",
    "cosine_lag",
    "sentence_cosine",
    "sentence_lag",
    "words",
    "fits",
    "misfits",
    "echo",
    "names_in_sentence",
    "names_in_passage",
    "exact_in_sentence",
    "exact_in_passage",
    "words_in_sentence",
    "words_in_passage",
    "in_window",
    "out_of_window",
    "agreeing",
    "yes_no",
    "list",
    "keywords",
    "parts",
    "length",
)
"""What ``Asking.numbers`` measures, in order."""
_NOT_UNLIKELY = -2.0
"""Log-odds from which a span that says the same counts as agreeing."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A question and all of its candidates: what each of them is measured against."""

    asked: Asked
    windows: Sequence[Window]
    candidates: Sequence[Candidate]
    cosines: Sequence[float]
    """Of the question and each candidate's sentence."""
    looks: Sequence[SecondLook]
    """Of each candidate."""

    def numbers(self) -> NDArray[np.float64]:
        """What speaks for each candidate and against it: (n, ``NUMBERS``)."""
        agree = self._agreement()
        each = zip(self.candidates, self.cosines, self.looks, agree, strict=True)
        rows = [self._of(candidate, cosine, look, same) for candidate, cosine, look, same in each]
        return np.array([[row[name] for name in NUMBERS] for row in rows], np.float64).reshape(len(rows), len(NUMBERS))

    def _agreement(self) -> NDArray[np.bool_]:
        """Which candidates say the same: (n, n), symmetric. Every pair is compared once: it takes half of the time."""
        agree = np.eye(len(self.candidates), dtype=np.bool_)
        for one, other in combinations(range(len(self.candidates)), 2):
            same = same_answer(self.candidates[one].text, self.candidates[other].text)
            agree[one, other] = agree[other, one] = same
        return agree

    def _of(self, candidate: Candidate, cosine: float, look: SecondLook, agree: NDArray[np.bool_]) -> dict[str, float]:
        asked, cited = self.asked, candidate.hit.citation
        heading = ". ".join(
            part for part in (cited.title, *cited.authors, candidate.hit.heading, cited.published) if part
        )
        sentence, passage = (_coverage(asked.given, f"{heading}. {text}") for text in (candidate.context, cited.quote))
        fitting = fits(candidate.text, candidate.context, asked.expects)
        published = PartialDate.parse(cited.published) if cited.published else None
        timely = [mentions(window, cited.quote, published) for window in self.windows if not window.of_publication]
        elsewhere = [o.span.score for o, same in zip(self.candidates, agree, strict=True) if not same]
        agreeing = {
            o.article_id
            for o, same in zip(self.candidates, agree, strict=True)
            if same and o.span.score > _NOT_UNLIKELY
        }
        dense = candidate.hit.dense.score if candidate.hit.dense else 0.0
        return {
            "span": candidate.span.score,
            "passage": candidate.reading.score,
            "span_again": look.span,
            "passage_again": look.passage,
            "same_again": look.same,
            "not_again": look is UNREAD,
            "lead": candidate.span.score - max(elsewhere, default=-10.0),
            "rank": 1 / candidate.hit.rank,
            "cosine": dense,
            "cosine_lag": dense - max((c.hit.dense.score for c in self.candidates if c.hit.dense), default=0.0),
            "sentence_cosine": cosine,
            "sentence_lag": cosine - max(self.cosines),
            "words": candidate.hit.lexical.normalised if candidate.hit.lexical else 0.0,
            "fits": fitting is True,
            "misfits": fitting is False,
            "echo": _echo(candidate.text, asked.asking),
            "names_in_sentence": sentence.share("name"),
            "names_in_passage": passage.share("name"),
            "exact_in_sentence": sentence.share(*_EXACT),
            "exact_in_passage": passage.share(*_EXACT),
            "words_in_sentence": sentence.share("word"),
            "words_in_passage": passage.share("word"),
            "in_window": bool(timely) and all(timely),
            "out_of_window": any(in_time is False for in_time in timely),
            "agreeing": len(agreeing - {candidate.article_id}),
            "yes_no": asked.kind == "yes-no",
            "list": asked.kind == "list",
            "keywords": not asked.is_question,
            "parts": asked.parts > 1,
            "length": float(np.log(len(candidate.text))),
        }


@lru_cache(maxsize=256)
def _coverage(given: tuple[Given, ...], text: str) -> Coverage:
    """Candidates of one passage share theirs."""
    return coverage(given, text)


def _echo(words: str, question: str) -> float:
    """The share of the words that only repeat the question."""
    said = set(stems_of(words))
    return len(said & set(stems_of(question))) / len(said) if said else 1.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate and the probability that it is right."""

    candidate: Candidate
    confidence: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted model: standardise, weigh, add up, and read the probability off.

    ``p = 1 / (1 + exp(-(intercept + sum of weights * (numbers - mean) / scale)))``. From ``threshold`` on an answer is
    given: there, of the answers given to the questions it was fitted on, ``risk`` were wrong. ``reader`` is the SHA-256
    of the reader's weights that the numbers came from.

    Raises:
        ModelError: it was fitted on other numbers than these, or does not fit together.
    """

    numbers: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    threshold: float
    risk: float
    reader: str
    fitted_on: Mapping[str, int]

    def __post_init__(self) -> None:
        if tuple(self.numbers) != NUMBERS:
            raise ModelError(
                f"the calibration was fitted on {', '.join(self.numbers)}; this version measures {', '.join(NUMBERS)}. "
                "Fit it again: python -m eval.calibrate"
            )
        sizes = [len(self.mean), len(self.scale), len(self.weights)]
        held = (*self.mean, *self.scale, *self.weights, self.intercept, self.threshold)
        if sizes != [len(NUMBERS)] * 3 or not all(map(math.isfinite, held)) or min(self.scale) <= 0:
            raise ModelError(
                f"the calibration has {sizes[0]} means, {sizes[1]} scales and {sizes[2]} weights for {len(NUMBERS)} "
                "numbers, or a scale that is not above 0, or an infinite number. Fit it again: python -m eval.calibrate"
            )

    def judge(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probability that each candidate is right: (n,) from (n, numbers)."""
        standard = (rows - np.array(self.mean)) / np.array(self.scale)
        logits = self.intercept + standard @ np.array(self.weights)
        probabilities: NDArray[np.float64] = 0.5 * (1 + np.tanh(logits / 2))
        return probabilities

    def require_reader(self, weights_sha256: str) -> None:
        """Refuse a reader other than the one it was fitted with: its scores would mean something else.

        Raises:
            ModelError: names both.
        """
        if weights_sha256 != self.reader:
            raise ModelError(
                f"the reader has weights {weights_sha256[:12]} and the calibration was fitted with {self.reader[:12]}. "
                "Install Pressmark again, or fit it to this reader: python -m eval.calibrate"
            )


@cache
def shipped_calibration() -> Calibration:
    """The calibration that comes with the shipped reader.

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
        lists = {key: tuple(found[key]) for key in ("numbers", "mean", "scale", "weights")}
        return Calibration(**(found | lists))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{file} holds no calibration ({type(error).__name__}: {error}). "
            "Install Pressmark again, or fit one: python -m eval.calibrate"
        ) from error
