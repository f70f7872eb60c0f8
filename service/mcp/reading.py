"""A page of an article: a stretch of its canonical text that is small enough to read at once, and citable as it is."""

from __future__ import annotations

from indexer.errors import BadQuery
from indexer.snapshot import Snapshot
from service.citation import as_json, check, cite_span
from service.locator import Locator
from service.shapes import Json, article_json

MOST_CHARACTERS = 20_000
USUAL = 8_000
"""Characters of a page when no end is asked for: some 2,000 tokens."""
_BREAKS = ("\n\n", "\n", " ")


def page_json(snapshot: Snapshot, where: Locator, start: int | None = None, end: int | None = None) -> Json:
    """PAGE: the span that the locator names; or from ``start`` (0) to ``end`` (a page on) where either is given.

    Pages that begin where the one before says, in ``next``, are together the whole text.

    Raises:
        BadQuery: the end is not after the start.
        UnknownArticle: no such article, or the text has no such span.
    """
    article = snapshot.article(where.article_id)
    length = len(article.text)
    if start is None and end is None and where.start is not None and where.end is not None:
        start, end = where.start, where.end
        cite_span(article, article.text, start, end)  # refused where it lies outside: somebody cited it
    first = start or 0
    if end is not None and end <= first:
        raise BadQuery(f"characters {first}-{end} are none. Give an end after the start, or leave it out")
    last = _page_end(article.text, first, end)
    citation = cite_span(article, article.text, first, last)
    check(citation, article.text)
    shown = article_json(article)
    return {
        "generation": snapshot.generation,
        "citation": as_json(citation),
        "length": length,
        "next": last if last < length else None,
        "language": shown["language"],
        "original": shown["original"],
    }


def _page_end(text: str, first: int, end: int | None) -> int:
    """The end asked for where that is not too far, else that of the last paragraph, line or word that fits."""
    most = USUAL if end is None else MOST_CHARACTERS
    wanted = len(text) if end is None else min(end, len(text))
    if wanted - first <= most:
        return max(wanted, first + 1)  # beyond the text: what cites the span then says how long the text is
    for separator in _BREAKS:
        at = text.rfind(separator, first + most // 2, first + most)
        if at >= 0:
            return at + len(separator)
    return first + most
