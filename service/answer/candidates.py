"""What might be the answer: spans that the reader found, each with the sentence that a citation would show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexer.sentences import split_sentences
from service.citation import Citation
from service.reader.reading import Reading, Span
from service.search import Hit


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a candidate, from ``start`` of its article's text on: the whole text where it is at hand."""

    text: str
    start: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One span of one passage. ``words`` and ``sentence`` are ``[start, end)`` in the article's text."""

    hit: Hit
    reading: Reading
    span: Span
    words: tuple[int, int]
    sentence: tuple[int, int]
    article: Around | None = None

    @property
    def around(self) -> Around:
        """The article, or the passage alone."""
        return self.article or Around(self.hit.citation.quote, self.hit.citation.start)

    @property
    def article_id(self) -> str:
        return self.hit.citation.article_id

    @property
    def text(self) -> str:
        """The words themselves."""
        return self._cut(self.words)

    @property
    def context(self) -> str:
        """The sentence, or the sentences where the words go over an end."""
        return self._cut(self.sentence)

    def citation(self) -> Citation:
        """The sentence, cited. Its quote is cut from the hit's, which was checked against the stored text."""
        start, end = self.sentence
        return replace(self.hit.citation, start=start, end=end, quote=self.context)

    def _cut(self, span: tuple[int, int]) -> str:
        first = self.hit.citation.start
        return self.hit.citation.quote[span[0] - first : span[1] - first]


def candidates_of(hits: Sequence[Hit], readings: Sequence[Reading]) -> list[Candidate]:
    """The spans of all passages, the likeliest first; of two over the same place (passages overlap) the likelier.

    Ties go by article id, then offset.
    """
    found = [c for hit, reading in zip(hits, readings, strict=True) for c in _of_one(hit, reading)]
    found.sort(key=lambda c: (-c.span.score, c.article_id, c.words))
    kept: list[Candidate] = []
    for candidate in found:
        if not any(_same_place(candidate, other) for other in kept):
            kept.append(candidate)
    return kept


def _of_one(hit: Hit, reading: Reading) -> Iterator[Candidate]:
    quote, first = hit.citation.quote, hit.citation.start
    sentences = split_sentences(quote)
    for span in reading.spans:
        touched = [(s, e) for s, e in sentences if s < span.end and span.start < e] or [(0, len(quote))]
        sentence = (min(touched[0][0], span.start), max(touched[-1][1], span.end))
        yield Candidate(
            hit=hit,
            reading=reading,
            span=span,
            words=(first + span.start, first + span.end),
            sentence=(first + sentence[0], first + sentence[1]),
        )


def _same_place(one: Candidate, other: Candidate) -> bool:
    if one.article_id != other.article_id or one.hit is other.hit:
        return False
    return one.words[0] < other.words[1] and other.words[0] < one.words[1]
