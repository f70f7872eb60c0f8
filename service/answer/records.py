"""What is asked and what is answered: options, the answer, what supports it, and where sources part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from indexer.errors import BadQuery
from indexer.filters import Filter
from indexer.stored import ArticleLine
from service.citation import Citation
from service.search import Hit

Kind = Literal["words", "list", "yes-no"]
"""``words``: a span answers. ``list``: several do. ``yes-no``: the sentence that says so does."""


@dataclass(frozen=True, slots=True)
class AskOptions:
    """How to answer. The defaults are what every caller gets who says nothing.

    ``passages`` is how many of the best are read, ``nearest`` how many are shown when there is no answer. ``rerank``
    is whether the reader also decides which are the best.

    Raises:
        BadQuery: a value that cannot be.
    """

    filter: Filter = field(default_factory=Filter)
    passages: int = 10
    nearest: int = 3
    rerank: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.passages <= 100:
            raise BadQuery(f"passages is {self.passages}; 1 to 100 can be read for one answer")
        if not 0 <= self.nearest <= 100:
            raise BadQuery(f"nearest is {self.nearest}; 0 to 100 passages can be shown")


@dataclass(frozen=True, slots=True)
class Support:
    """One place that says it. ``citation`` is the sentence; ``words`` are the answering words within it.

    ``words`` is ``[start, end)`` in the article's text, as the citation's own offsets are.
    ``said_by`` is whose words or claim it is, when the article reports it as somebody's and not as its own.
    ``also_published_by`` carries the same text and is not another source.
    """

    citation: Citation
    words: tuple[int, int]
    confidence: float
    said_by: str | None = None
    also_published_by: tuple[ArticleLine, ...] = ()

    @property
    def quote(self) -> str:
        """The answering words, as they stand in the article."""
        start, end = self.words
        return self.citation.quote[start - self.citation.start : end - self.citation.start]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the answers that sources give who disagree."""

    answer: str
    confidence: float
    supports: tuple[Support, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that a language model wrote and that the supports at these positions bear out."""

    text: str
    supports: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that a language model wrote and nothing here bears out. It is no part of the answer."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a language model made of the passages: the sentences that hold, and those that were dropped."""

    model: str
    sentences: tuple[Sentence, ...]
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose every word is cited, or none and why.

    ``answer`` is None exactly when ``abstained``; then ``supports`` is empty, ``reason`` says why and ``nearest`` are
    the best passages, shown as such. ``confidence`` is the estimated probability that the answer is right (of the best
    candidate, when abstaining). ``items`` are the parts of a list. ``sides`` are two or more where sources disagree;
    ``supports`` then holds those of all sides, in their order. ``written`` is there when a language model wrote it.
    ``candidate`` is what would have been said, had it not abstained: it is there to be measured, and shown nowhere.
    """

    question: str
    kind: Kind
    answer: str | None
    abstained: bool
    reason: str | None
    confidence: float
    supports: tuple[Support, ...]
    nearest: tuple[Hit, ...]
    generation: int
    items: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()
    written: Written | None = None
    candidate: Side | None = None
    notes: tuple[str, ...] = ()
    took_ms: float = 0.0
    phases_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(support.citation for support in self.supports)
