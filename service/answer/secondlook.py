"""The likeliest candidates read again, by the second reader, each with no more than the sentences next to its own.

A passage of ten sentences says many things that are like an answer. What is still read as the answer when they are out
of sight, and by a reader that is larger, is more often right, and what is not is more often wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.sentences import split_sentences
from service.answer.candidates import Candidate
from service.reader.reading import Readable, Reader, Reading

LOOKED_AT = 3
"""Stretches of sentences that are read again: those of the likeliest candidates, by their span. It takes as long as the
first reading of all passages; a fourth stretch makes it a third longer, and answers no better."""
_SPANS = 8
"""Of one reading: each of the candidates that share a stretch has to find its own in it."""


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
    """One of each candidate, in their order. Candidates with the same sentences around them share a reading."""
    stretches: dict[tuple[str, int, int], list[int]] = {}
    for place in sorted(range(len(candidates)), key=lambda place: -candidates[place].span.score):
        stretch = candidates[place].article_id, *_window(candidates[place])
        if stretch in stretches or len(stretches) < LOOKED_AT:
            stretches.setdefault(stretch, []).append(place)
    looks = [UNREAD] * len(candidates)
    if not stretches:
        return looks
    shown = [_readable(candidates[places[0]], start, end) for (_, start, end), places in stretches.items()]
    readings = reader.read(question, shown, _SPANS)
    for ((_, start, _), places), reading in zip(stretches.items(), readings, strict=True):
        for place in places:
            looks[place] = _look(candidates[place], reading, start)
    return looks


def _readable(candidate: Candidate, start: int, end: int) -> Readable:
    cited = candidate.hit.citation
    return Readable(cited.title or "", cited.quote[start - cited.start : end - cited.start])


def _look(candidate: Candidate, reading: Reading, start: int) -> SecondLook:
    """What the reading of the article's text from ``start`` on says of the candidate's words."""
    first, last = (at - start for at in candidate.words)
    over = [span for span in reading.spans if span.start < last and first < span.end]
    return SecondLook(
        span=max((span.score for span in over), default=UNREAD.span),
        passage=reading.score,
        same=bool(over) and over[0] is reading.spans[0],
    )


def _window(candidate: Candidate) -> tuple[int, int]:
    """The candidate's sentences with the one before and the one after, ``[start, end)`` in the article's text."""
    quote, first = candidate.hit.citation.quote, candidate.hit.citation.start
    start, end = candidate.sentence[0] - first, candidate.sentence[1] - first
    sentences = split_sentences(quote)
    own = [place for place, (s, e) in enumerate(sentences) if s < end and start < e]
    if own:
        before, after = sentences[max(own[0] - 1, 0)], sentences[min(own[-1] + 1, len(sentences) - 1)]
        start, end = min(before[0], start), max(after[1], end)
    return first + start, first + end
