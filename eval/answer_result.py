"""What a suite's questions were answered with, as the section ``answers`` of a result's file.

Questions and answers are kept without their words, as in the rest of the file: by id, and by the places cited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from eval.interval import Interval


@dataclass(frozen=True, slots=True)
class AskedQuery:
    """What one question brought.

    Attributes:
        answerable: whether the suite has answers to it; if not, to abstain is right.
        right: whether the answer is right, or, after an abstention, what would have been answered.
        scores: measure -> value from 0 to 1; only of measures that the question has a part in.
        cited: locators of the citations, in the answer's order; none when it abstained.
    """

    kind: str
    answerable: bool
    abstained: bool
    confidence: float
    right: bool
    scores: Mapping[str, float]
    cited: tuple[str, ...] = ()
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """How the questions that were asked were answered.

    Attributes:
        digest: SHA-256 of these questions and what is right: answers with the same one can be compared.
        asked: questions asked, of ``of`` that the suite could ask.
        answerable: those of them that have answers.
        seed: what the sample was drawn with; None when all were asked.
        config: how they were answered, by the names of ``AskOptions``.
        measures: measure -> mean over the questions with a part in it, or value over all of them, and its interval.
        by_kind: kind -> the same, of what is measured question by question.
        latency_ms: phase -> {"p50", "p95", "p99"} of one ``ask``; the phase ``total`` is all of it.
        per_query: by query id, in the suite's order.
    """

    digest: str
    asked: int
    of: int
    answerable: int
    seed: int | None
    config: Mapping[str, Any]
    measures: Mapping[str, Interval]
    by_kind: Mapping[str, Mapping[str, Interval]]
    latency_ms: Mapping[str, Mapping[str, float]]
    per_query: Mapping[str, AskedQuery]


def short(query: AskedQuery) -> dict[str, Any]:
    """One question as the file has it."""
    shape = asdict(query) | {"scores": {name: round(value, 4) for name, value in query.scores.items()}}
    return {name: value for name, value in shape.items() if value not in ("", (), [])}


def answers_of(shape: Mapping[str, Any]) -> AnswerResult:
    """The section that a file holds.

    Raises:
        KeyError, TypeError, AttributeError, ValueError: a part is missing, unknown or of another type.
    """
    if not all(isinstance(shape[name], dict) for name in ("config", "latency_ms")):
        raise TypeError("config and latency_ms of answers are objects")
    parts = {
        "measures": intervals_of(shape["measures"]),
        "by_kind": {kind: intervals_of(measures) for kind, measures in shape["by_kind"].items()},
        "per_query": {name: _query(query) for name, query in shape["per_query"].items()},
    }
    return AnswerResult(**{**shape, **parts})


def intervals_of(measures: Mapping[str, Mapping[str, float]]) -> dict[str, Interval]:
    return {name: Interval(**value) for name, value in measures.items()}


def _query(shape: Mapping[str, Any]) -> AskedQuery:
    scores = {name: float(value) for name, value in shape["scores"].items()}
    if not all(0 <= value <= 1 for value in (*scores.values(), float(shape["confidence"]))):
        raise ValueError(f"scores and confidence from 0 to 1, not {scores} and {shape['confidence']}")
    return AskedQuery(**{"kind": "", **shape, "scores": scores, "cited": tuple(shape.get("cited", ()))})
