"""Word files (DOCX): the body, its text boxes and its notes. Headers, footers and comments are not the article's text.

Read ``body`` for how the document's XML becomes parts.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.errors import NotAnArticle
from indexer.load.identity import article_id
from indexer.load.language import stated_or_detected
from indexer.load.layout import Part, lay_out
from indexer.load.placeholders import stated_authors, stated_language, stated_title
from indexer.load.zipguard import check_zip
from indexer.records import Article

if TYPE_CHECKING:
    from docx.document import Document


def load(path: Path, name: str) -> Iterator[Article | NotAnArticle]:
    """The file's one article.

    Raises:
        NotAnArticle: the file is no DOCX, is damaged, needs a password or holds no text.
    """
    from indexer.load.docx.body import body_parts

    check_zip(path, name, "a DOCX file")
    document = _open(path, name)
    parts = body_parts(document)
    if not any(part.text.strip() for part in parts):
        raise NotAnArticle(f"{name}: holds no text. If its text is in a picture, write it out, or leave the file out")
    yield _article(document, name, parts)


def _open(path: Path, name: str) -> Document:
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import XMLSyntaxError

    try:
        return docx.Document(str(path))
    except (KeyError, ValueError, PackageNotFoundError, XMLSyntaxError, zipfile.BadZipFile) as error:
        raise NotAnArticle(f"{name}: a zip, but not a readable DOCX file: {error}. Save it again from Word") from error


def _article(document: Document, name: str, parts: list[Part]) -> Article:
    properties = document.core_properties
    title, title_from = stated_title(properties.title, name), "core property title"
    styled = next((part.text for part in parts if part.kind == "title"), None)
    if styled:
        title, title_from = " ".join(styled.split()), "paragraph in style Title"
    first = next(part for part in parts if part.text.strip())
    if title is None and first.kind == "heading":  # further down, the first heading is that of a section
        title, title_from = " ".join(first.text.split()), "first heading"
    text, blocks = lay_out(_with_one_title(parts, title))
    authors = stated_authors(properties.author)
    language, language_from = stated_or_detected(stated_language(properties.language), "core property language", text)
    sources = {
        "title": title and title_from,
        "authors": authors and "core property author",
        "language": language and language_from,
    }
    return Article(
        id=article_id(name),
        text=text,
        blocks=blocks,
        title=title,
        authors=authors,
        language=language,
        provenance={field: str(source) for field, source in sources.items() if source},
    )


def _with_one_title(parts: list[Part], title: str | None) -> list[Part]:
    """The parts with the first that says the title as the title, and any other in its style as a heading."""
    shown: list[Part] = []
    for part in parts:
        if part.kind in {"title", "heading"}:
            first = " ".join(part.text.split()) == title and all(other.kind != "title" for other in shown)
            part = (
                replace(part, kind="title", level=0) if first else replace(part, kind="heading", level=part.level or 1)
            )
        shown.append(part)
    return shown
