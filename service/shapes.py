"""The JSON that leaves: one shape for the command line, HTTP and agents alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from indexer.records import Original
from indexer.stored import ArticleLine, StoredArticle
from service.candidates import Leg
from service.citation import as_json, cite_span
from service.locator import Locator
from service.search import Hit, Results

if TYPE_CHECKING:
    from service.answer.records import Answer, Dropped, Sentence, Support, Written
    from service.facets import Count, Facets

Json = dict[str, Any]


def results_json(results: Results, *, explain: bool = False) -> Json:
    """SEARCH: a page of hits, with its query, generation and total; explained, with where the time went."""
    shape: Json = {
        "query": results.query,
        "mode": results.mode,
        "generation": results.generation,
        "total": results.total,
        "took_ms": results.took_ms,
        "hits": [hit_json(hit, explain=explain) for hit in results.hits],
        "next": results.next,
        "notes": list(results.notes),
    }
    return shape | {"phases_ms": dict(results.phases_ms)} if explain else shape


def hit_json(hit: Hit, *, explain: bool = False) -> Json:
    """HIT: ``scores`` are the retrievers' own and the reader's; None when it was not asked, or has nothing to say."""
    shape: Json = {
        "rank": hit.rank,
        "score": hit.score,
        "scores": {
            "dense": hit.dense.score if hit.dense else None,
            "lexical": hit.lexical.score if hit.lexical else None,
            "reader": hit.reader.score if hit.reader else None,
        },
        "citation": as_json(hit.citation),
        "highlights": [list(span) for span in hit.highlights],
        "heading": hit.heading,
        "page": hit.page,
        "also_published_by": [line_json(line) for line in hit.also_published_by],
    }
    if explain:
        legs = {"dense": hit.dense, "lexical": hit.lexical, "reader": hit.reader}
        shape["explanation"] = {name: _leg_json(leg) for name, leg in legs.items()}
    return shape


def _leg_json(leg: Leg | None) -> Json | None:
    return {"rank": leg.rank, "raw": leg.score, "normalised": leg.normalised} if leg else None


def answer_json(answer: Answer, *, explain: bool = False) -> Json:
    """ASK: the answer and its citations; explained, with where the time went.

    ``support`` says of each citation, in the same order, which words of it answer. What cites, in ``sides`` and
    ``written``, does so by places in that list, from 0.
    """
    shape: Json = {
        "question": answer.question,
        "answer": answer.answer,
        "abstained": answer.abstained,
        "reason": answer.reason,
        "confidence": answer.confidence,
        "citations": [as_json(citation) for citation in answer.citations],
        "nearest": [hit_json(hit, explain=explain) for hit in answer.nearest],
        "kind": answer.kind,
        "items": list(answer.items),
        "support": [support_json(support) for support in answer.supports],
        "sides": [
            {
                "answer": side.answer,
                "confidence": side.confidence,
                "citations": [answer.supports.index(support) for support in side.supports],
            }
            for side in answer.sides
        ],
        "written": _written_json(answer.written) if answer.written else None,
        "notes": list(answer.notes),
        "generation": answer.generation,
        "took_ms": answer.took_ms,
    }
    return shape | {"phases_ms": dict(answer.phases_ms)} if explain else shape


def support_json(support: Support) -> Json:
    """The answering words: their locator, their span of the article's text, and they themselves."""
    return {
        "locator": Locator(support.citation.article_id, *support.words).text,
        "words": list(support.words),
        "quote": support.quote,
        "confidence": support.confidence,
        "said_by": support.said_by,
        "also_published_by": [line_json(line) for line in support.also_published_by],
    }


def _written_json(written: Written) -> Json:
    return {
        "model": written.model,
        "sentences": [sentence_json(sentence) for sentence in written.sentences],
        "dropped": [dropped_json(dropped) for dropped in written.dropped],
    }


def sentence_json(sentence: Sentence) -> Json:
    return {"text": sentence.text, "citations": list(sentence.supports)}


def accepted_json(text: str, supports: Sequence[Support]) -> Json:
    """A sentence as it leaves before the answer that it is part of, with all that it cites."""
    citations = [as_json(support.citation) for support in supports]
    return {"text": text, "citations": citations, "support": [support_json(support) for support in supports]}


def dropped_json(dropped: Dropped) -> Json:
    return {"text": dropped.text, "why": dropped.why}


def line_json(line: ArticleLine) -> Json:
    """An article's metadata, without its text."""
    return {
        "article_id": line.id,
        "title": line.title,
        "authors": list(line.authors),
        "publisher": line.publisher,
        "published": str(line.published) if line.published else None,
        "url": line.url,
        "language": line.language,
    }


def facets_json(facets: Facets) -> Json:
    """FACETS: counts of articles by what they state, and of which articles."""
    named = {"publishers": facets.publishers, "authors": facets.authors, "languages": facets.languages}
    return {
        "query": facets.query,
        "generation": facets.generation,
        "of": {"articles": facets.of.articles, "candidates": facets.of.candidates, "limit": facets.of.limit},
        **{name: _counts_json(facet.counts) for name, facet in named.items()},
        "years": _counts_json(facets.years),
        "months": _counts_json(facets.months),
        "undated": facets.undated,
        "unstated": {name: facet.unstated for name, facet in named.items()},
        "other": {name: {"values": f.other_values, "articles": f.other_articles} for name, f in named.items()},
        "notes": list(facets.notes),
    }


def _counts_json(counts: Sequence[Count]) -> list[Json]:
    return [{"value": one.value, "count": one.count} for one in counts]


def article_json(article: StoredArticle, span: tuple[int, int] | None = None) -> Json:
    """SHOW: the article with its whole canonical text, and the span cited when one was asked for."""
    shape: Json = {
        "article_id": article.id,
        "edition": article.edition,
        "title": article.title,
        "authors": list(article.authors),
        "publisher": article.publisher,
        "published": str(article.published) if article.published else None,
        "published_precision": article.published.precision if article.published else None,
        "url": article.url,
        "language": article.language,
        "original": _original_json(article.original),
        "provenance": article.provenance,
        "blocks": [
            {"start": b.start, "end": b.end, "kind": b.kind, "level": b.level, "page": b.page} for b in article.blocks
        ],
        "text": article.text,
    }
    if span is not None:
        citation = as_json(cite_span(article, article.text, *span))
        shape |= {key: citation[key] for key in ("start", "end", "quote", "locator")}
    return shape


def _original_json(original: Original | None) -> Json | None:
    if original is None:
        return None
    published = str(original.published) if original.published else None
    return {"publisher": original.publisher, "published": published, "url": original.url}
