"""Whether a cited passage bears a sentence out, and by which of its words exactly.

It must be one sentence of a passage that it cites which bears it out: no objection in words (``objections``), and no
other answer in the eyes of the reader. Two sentences together say who did what only to those who know whom "it" means,
and a writer that mixes them up uses the words of both; so what takes two is refused. Paragraphs that speak to a
language model, and sentences that order something to be said, bear nothing out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexer.lexical import words_of
from indexer.sentences import split_sentences
from service.answer.attribution import said_by
from service.answer.records import Dropped, Support
from service.generate.instructions import is_an_order, speaks_to_a_model
from service.generate.objections import objections
from service.generate.prompt import NOT_FOUND
from service.generate.sentences import Claim
from service.generate.telling import telling
from service.reader.reading import Readable, Reader, Reading
from service.search import Hit

_FEW = 3
"""Telling words below which a sentence says too little for words alone to bear it out."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A sentence that holds, and what bears it out: never empty."""

    text: str
    supports: tuple[Support, ...]


def check_claim(claim: Claim, question: str, hits: Sequence[Hit], reader: Reader) -> Accepted | Dropped:
    """The sentence with the places that bear it out, or why there is none.

    Args:
        claim: what the model wrote.
        question: what was asked.
        hits: the passages in the prompt; ``claim`` cites the first as 1.
        reader: reads the question in the sentence and in what is to bear it out.
    """
    if why := _refused_unread(claim, len(hits)):
        return Dropped(claim.text, why)
    supports: list[Support] = []
    reasons: list[str] = []
    for number in claim.cites:
        found = _support(claim.text, question, hits[number - 1], reader)
        if isinstance(found, Support):
            supports.append(found)
        else:
            reasons.append(f"[{number}] does not bear it out: {found}")
    return Accepted(claim.text, tuple(supports)) if supports else Dropped(claim.text, "; ".join(reasons))


def _refused_unread(claim: Claim, passages: int) -> str | None:
    if NOT_FOUND.lower() in claim.text.lower():
        return "the model found no answer in the passages"
    if not claim.cites:
        return "it cites no passage"
    if absent := [number for number in claim.cites if not 1 <= number <= passages]:
        return f"it cites [{absent[0]}], and there {'is 1 passage' if passages == 1 else f'are {passages} passages'}"
    if claim.text.rstrip("\"”’') ").endswith("?"):
        return "it is a question"
    if speaks_to_a_model(claim.text):
        return "it speaks to a language model"
    if not telling(claim.text):
        return "it says nothing that a passage could bear out"
    return None


def _support(claim: str, question: str, hit: Hit, reader: Reader) -> Support | str:
    """The first sentence of the passage that bears the claim out, or what is said against the nearest."""
    said = set(telling(claim))
    against: tuple[float, str] = (-1.0, "it holds no statement")
    for start, end in _statements(hit.citation.quote):
        source = hit.citation.quote[start:end]
        if reasons := objections(claim, source):
            shared = len(said & {word.stem for word in words_of(source)}) / (1 + len(reasons))
            against = max(against, (shared, reasons[0]), key=lambda one: one[0])
            continue
        mine, theirs = reader.read(question, [Readable("", claim), Readable(hit.citation.title or "", source)])
        if why := _read_apart(claim, source, mine, theirs):
            return why
        words = _answering_words(claim, source, theirs)
        speaker = said_by(hit.citation.quote, start + words[0], start + words[1])
        citation = replace(hit.citation, start=hit.citation.start + start, end=hit.citation.start + end, quote=source)
        return Support(
            citation=citation,
            words=(citation.start + words[0], citation.start + words[1]),
            confidence=1 / (1 + math.exp(-max(-50.0, min(50.0, theirs.score)))),
            said_by=hit.citation.quote[speaker[0] : speaker[1]] if speaker else None,
            also_published_by=hit.also_published_by,
        )
    return against[1]


def _statements(quote: str) -> Iterator[tuple[int, int]]:
    """The sentences that may bear something out, as spans of the quote."""
    offset = 0
    for paragraph in quote.split("\n\n"):
        if not speaks_to_a_model(paragraph):
            for start, end in split_sentences(paragraph):
                if not is_an_order(paragraph[start:end]):
                    yield offset + start, offset + end
        offset += len(paragraph) + 2


def _read_apart(claim: str, source: str, mine: Reading, theirs: Reading) -> str | None:
    """What the reader says against it: that it answers the question with other words than the source does.

    A claim that the reader takes for no answer may still be true beside one, unless it is so short that only an answer
    could give it a sense.
    """
    if not mine.spans or not theirs.spans:
        return "the reader finds no words in it"
    spoken = {word.stem for word in words_of(claim)}
    if len(telling(claim)) < _FEW:
        best = theirs.spans[0]
        if theirs.score > 0 and {word.stem for word in words_of(source[best.start : best.end])} & spoken:
            return None
        return "it says too little for the reader to find it there"
    if mine.score <= 0:
        return None
    answer = claim[mine.spans[0].start : mine.spans[0].end]
    stems = {word.stem for word in words_of(answer)}
    likely = [span for span in theirs.spans if span.score >= theirs.spans[0].score - math.log(10)]
    if any(stems & {word.stem for word in words_of(source[span.start : span.end])} for span in likely):
        return None
    best = theirs.spans[0]
    return f'it answers with "{answer}", where the passage answers with "{source[best.start : best.end]}"'


def _answering_words(claim: str, source: str, theirs: Reading) -> tuple[int, int]:
    """The reader's words where the claim has all of them, else the source's words from the first shared to the last."""
    said = {word.stem for word in words_of(claim)}
    for span in theirs.spans[:1]:
        if {word.stem for word in words_of(source[span.start : span.end])} <= said:
            return span.start, span.end
    wanted = set(telling(claim))
    shared = [word for word in words_of(source) if word.stem in wanted]
    return (shared[0].start, shared[-1].end) if shared else (0, len(source))
