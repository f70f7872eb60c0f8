"""References to spans of an archive's articles, by their locators."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.errors import BadQuery
from indexer.snapshot import Snapshot
from service.citation import Citation, cite_span
from service.cite.formats import format_citation, format_citations
from service.locator import Locator, parse_locator

_CONTEXT = 32
"""Characters before and after a quote that tell it from places that read alike."""


def cite_locators(snapshot: Snapshot, locators: Sequence[str], style: str) -> str:
    """One document in ``style`` that cites every span, in the order given.

    Raises:
        BadQuery: no such style, a locator that names no span, or a link to an article that has no web address.
        UnknownArticle: no such article, or the span lies outside its text.
    """
    citations = [_citation_at(snapshot, parse_locator(locator)) for locator in locators]
    if len(citations) != 1:
        return format_citations(citations, style)
    (citation,) = citations
    article = snapshot.article(citation.article_id)
    before = article.text[max(0, citation.start - _CONTEXT) : citation.start]
    after = article.text[citation.end : citation.end + _CONTEXT]
    return format_citation(citation, style, language=article.language, context=(before, after))


def _citation_at(snapshot: Snapshot, locator: Locator) -> Citation:
    if locator.start is None or locator.end is None:
        raise BadQuery(f"{locator.article_id} names no span. Write ID#START-END, as pressmark search prints it")
    article = snapshot.article(locator.article_id)
    return cite_span(article, article.text, locator.start, locator.end)
