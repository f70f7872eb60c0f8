"""Articles made by hand out of their blocks."""

from __future__ import annotations

from indexer.load.layout import Part, lay_out
from indexer.records import Article


def article_of(name: str, title: str, *parts: tuple[str, str], **stated: object) -> Article:
    """An English article of a title and parts, each its kind and its words; ``stated`` is the rest of its record."""
    text, blocks = lay_out([Part("title", title), *(Part(kind, words) for kind, words in parts)])  # type: ignore[arg-type]
    return Article(name, text, blocks, title=title, language="en", **stated)  # type: ignore[arg-type]
