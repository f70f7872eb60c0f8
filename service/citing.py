"""Citations out of an archive's snapshot: references to spans, and texts to verify against."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.errors import BadQuery, UnknownArticle
from indexer.snapshot import Snapshot
from service.citation import Citation, Locator, cite_span, parse_locator
from service.cite import format_citation, format_citations

_CONTEXT = 32


class ArchiveTexts:
    """An archive's generation as the source that citations are verified against."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def text_of(self, article_id: str) -> tuple[str, str] | None:
        try:
            article = self._snapshot.article(article_id)
        except UnknownArticle:
            return None
        return article.edition, article.text


def citation_at(snapshot: Snapshot, locator: Locator) -> Citation:
    """The citation of a span.

    Raises:
        UnknownArticle: no such article, or the span lies outside its text.
        BadQuery: the locator names no span.
    """
    if locator.start is None or locator.end is None:
        raise BadQuery(f"{locator.article_id} names no span. Write ID#START-END, as pressmark search prints it")
    article = snapshot.article(locator.article_id)
    return cite_span(article, article.text, locator.start, locator.end)


def cite_locators(snapshot: Snapshot, locators: Sequence[str], style: str) -> str:
    """One document in ``style`` that cites every span, in the order given."""
    citations = [citation_at(snapshot, parse_locator(locator)) for locator in locators]
    if len(citations) != 1:
        return format_citations(citations, style)
    (citation,) = citations
    article = snapshot.article(citation.article_id)
    before = article.text[max(0, citation.start - _CONTEXT) : citation.start]
    after = article.text[citation.end : citation.end + _CONTEXT]
    return format_citation(citation, style, language=article.language, context=(before, after))
