"""What is said of an answer in words, the same in the terminal, in Markdown and on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.stored import ArticleLine
    from service.answer.records import Answer, Side, Support
    from service.citation import Citation

NOT_FOUND = "Not found in this archive"
NEAREST = "The nearest passages, none of which answers it"
DISAGREE = "The sources disagree"
DROPPED = "Left out, because nothing cited bears it out"
_SURE = ((0.9, "very likely right"), (0.7, "likely right"), (0.5, "more likely right than not"), (0.0, "doubtful"))


def how_sure(confidence: float) -> str:
    """The confidence in words and as a number, never rounded up.

    >>> how_sure(0.839), how_sure(0.8999)
    ('likely right (0.83)', 'likely right (0.89)')
    """
    shown = int(confidence * 100 + 1e-9) / 100
    return f"{next(words for least, words in _SURE if shown >= least)} ({shown:.2f})"


@dataclass(frozen=True, slots=True)
class Quoted:
    """A citation as a reader is shown it: once, its number from 1, with every stretch of it that answers.

    ``marks`` are ``[start, end)`` in the quote, in order and apart.
    """

    number: int
    citation: Citation
    marks: tuple[tuple[int, int], ...]
    said_by: tuple[str, ...]
    also_published_by: tuple[ArticleLine, ...]


def quoted(supports: Sequence[Support]) -> dict[Citation, Quoted]:
    """What supports cite, each citation once and in their order; several may stand in one sentence."""
    together: dict[Citation, list[Support]] = {}
    for support in supports:
        together.setdefault(support.citation, []).append(support)
    return {
        citation: Quoted(
            number,
            citation,
            tuple(_joined(citation, group)),
            tuple(dict.fromkeys(support.said_by for support in group if support.said_by)),
            tuple(dict.fromkeys(line for support in group for line in support.also_published_by)),
        )
        for number, (citation, group) in enumerate(together.items(), 1)
    }


def beside_sides(answer: Answer, quotes: Mapping[Citation, Quoted]) -> list[Quoted]:
    """What is cited for no side: everything where nobody disagrees."""
    of_sides = {support.citation for side in answer.sides for support in side.supports}
    return [one for citation, one in quotes.items() if citation not in of_sides]


def _joined(citation: Citation, supports: Sequence[Support]) -> list[tuple[int, int]]:
    """The answering words as spans of the quote; what overlaps or touches is one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(support.words for support in supports):
        start, end = start - citation.start, end - citation.start
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def according_to(supports: Sequence[Support]) -> str:
    """``according to X`` where what answers is somebody's word, nothing where it is the article's own.

    Where one source reports it as somebody's and another as its own, it is not only somebody's word.
    """
    speakers = dict.fromkeys(support.said_by for support in supports)
    if not speakers or None in speakers:
        return ""
    return f"according to {' and '.join(name for name in speakers if name)}"


def sure_of(answer: Answer | Side) -> str:
    """Whose word it is, if somebody's, and how sure it is."""
    return "; ".join(part for part in (according_to(answer.supports), how_sure(answer.confidence)) if part)


def published_in(side: Side) -> str:
    """Who says it and when, each source once: ``The Span, 2015-10; The Arch, 2014``."""
    sources = (
        ", ".join(part for part in (support.citation.publisher or support.citation.article_id, _day(support)) if part)
        for support in side.supports
    )
    return "; ".join(dict.fromkeys(sources))


def source_of(line: ArticleLine) -> str:
    """A copy's publisher, or its id where none is known, and its date."""
    return f"{line.publisher or line.id}{f' ({line.published})' if line.published else ''}"


def _day(support: Support) -> str:
    return support.citation.published or ""
