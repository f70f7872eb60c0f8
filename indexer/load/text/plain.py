"""Plain text files. The canonical text is the whole file: what is not the article's own is marked, never removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from indexer.errors import NotAnArticle
from indexer.load.encoding import decode
from indexer.load.identity import article_id
from indexer.load.language import detect_language
from indexer.load.text.paragraphs import paragraph_spans
from indexer.load.text.web import is_line_of_its_own, read_page
from indexer.records import Article, canonical_text


def load(path: Path, name: str) -> Iterator[Article | NotAnArticle]:
    """The one article that the file is.

    Raises:
        NotAnArticle: the file is empty or no text.
    """
    text = canonical_text(decode(path.read_bytes(), name))
    if not text.strip():
        raise NotAnArticle(f"{name} holds no text. Remove it, or fill it")
    page = read_page(text, paragraph_spans(text, is_line_of_its_own))
    prose = "\n".join(text[block.start : block.end] for block in page.blocks if block.kind == "paragraph")
    language = detect_language(prose)
    yield Article(
        id=article_id(name),
        text=text,
        blocks=page.blocks,
        title=page.title,
        authors=page.authors,
        publisher=page.publisher,
        published=page.published,
        language=language,
        original=page.original,
        provenance=page.provenance | ({"language": "detected"} if language else {}),
    )
