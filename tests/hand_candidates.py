"""Candidates made by hand: words of an article that a reader might have found, with the score that it gave them."""

from __future__ import annotations

from dataclasses import replace

from indexer.records import Article
from service.answer.candidates import Around, Candidate, candidates_of
from service.answer.confidence import Judged
from service.candidates import Leg
from service.citation import cite_span
from service.reader.reading import Reading, Span
from service.search import Hit


def passage(
    article: Article,
    start: int = 0,
    end: int | None = None,
    *,
    rank: int = 1,
    dense: float | None = None,
    lexical: float | None = None,
) -> Hit:
    """``article.text[start:end]`` as a passage found; the whole text by default."""
    citation = cite_span(article, article.text, start, len(article.text) if end is None else end)
    legs = [None if score is None else Leg(rank, score, score) for score in (dense, lexical)]
    return Hit(rank, 1.0, legs[0], legs[1], citation, (), None, None, ())


def spans_of(hit: Hit, *found: tuple[str, float], score: float = 0.0) -> Reading:
    """A reading of the passage: the first place of each of these words, with its score."""
    quote = hit.citation.quote
    return Reading(score, tuple(Span(quote.index(w), quote.index(w) + len(w), s) for w, s in found))


def candidate(article: Article, words: str, score: float = 0.0, hit: Hit | None = None) -> Candidate:
    """The words as the only candidate of the passage (the whole article by default), with the article at hand."""
    hit = hit or passage(article)
    (found,) = candidates_of([hit], [spans_of(hit, (words, score), score=score)])
    return replace(found, article=Around(article.text))


def judged(article: Article, words: str, confidence: float, hit: Hit | None = None) -> Judged:
    return Judged(candidate(article, words, hit=hit), confidence)
