"""The likeliest candidates read again, each with no more than the sentences next to its own.

A passage of ten sentences says many things that are like an answer. What is still read as the answer when they are out
of sight is more often right, and what is not is more often wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.sentences import split_sentences
from service.answer.candidates import Candidate
from service.reader.reading import Readable, Reader

LOOKED_AT = 6
"""Candidates that are read again, the likeliest by their span. It takes a quarter of the time of the first reading."""


@dataclass(frozen=True, slots=True)
class SecondLook:
    """``span`` and ``passage`` are log-odds, as the first reading's: of the best span that overlaps the candidate's
    words, and that the sentences answer at all. ``same`` says that it is the best span of all.
    """

    span: float
    passage: float
    same: bool


UNREAD = SecondLook(span=-12.0, passage=-8.0, same=False)
"""Of a candidate that was not read again, and of one whose words the second reading does not find."""


def second_looks(question: str, candidates: Sequence[Candidate], reader: Reader) -> list[SecondLook]:
    """One of each candidate, in their order."""
    likeliest = sorted(range(len(candidates)), key=lambda place: -candidates[place].span.score)[:LOOKED_AT]
    if not likeliest:
        return []
    windows = [_window(candidates[place]) for place in likeliest]
    shown = [
        Readable(candidates[place].hit.citation.title or "", candidates[place].hit.citation.quote[start:end])
        for place, (start, end) in zip(likeliest, windows, strict=True)
    ]
    looks = [UNREAD] * len(candidates)
    for place, (start, _), reading in zip(likeliest, windows, reader.read(question, shown), strict=True):
        first = candidates[place].hit.citation.start + start
        words = tuple(at - first for at in candidates[place].words)
        over = [span for span in reading.spans if span.start < words[1] and words[0] < span.end]
        looks[place] = SecondLook(
            span=max((span.score for span in over), default=UNREAD.span),
            passage=reading.score,
            same=bool(over) and over[0] is reading.spans[0],
        )
    return looks


def _window(candidate: Candidate) -> tuple[int, int]:
    """The candidate's sentences with the one before and the one after, ``[start, end)`` in the passage's quote."""
    quote, first = candidate.hit.citation.quote, candidate.hit.citation.start
    start, end = candidate.sentence[0] - first, candidate.sentence[1] - first
    sentences = split_sentences(quote)
    own = [place for place, (s, e) in enumerate(sentences) if s < end and start < e]
    if not own:
        return start, end
    before, after = sentences[max(own[0] - 1, 0)], sentences[min(own[-1] + 1, len(sentences) - 1)]
    return min(before[0], start), max(after[1], end)
