"""What the reader is shown and what it says of it. How it comes to say so is in ``spans`` and ``served``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Readable:
    """A passage as the reader is shown it. ``title`` is its article's, or empty; answers come from ``text`` alone."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """``text[start:end]`` of a passage as an answer. ``score``: natural log of its odds against "no answer here"."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What one passage says to a question.

    ``score`` is the natural log of the odds that it answers the question at all, over every span: what passages are
    compared by. ``spans`` are the best first, without two that overlap; there is always one if the passage has a word.
    """

    score: float
    spans: tuple[Span, ...]


class Reader(Protocol):
    """Any number of threads may read at once. The same question and passages give the same readings."""

    def read(self, question: str, passages: Sequence[Readable], spans: int = 5) -> list[Reading]:
        """One reading a passage, in their order; at most ``spans`` spans each."""
        ...
