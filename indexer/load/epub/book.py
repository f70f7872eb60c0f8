"""EPUB books: the chapters of the spine in order, as one article.

Read with ``zipfile`` and lxml: a book is a zip that names one list of chapters, and a reader of our own can say what
is wrong with a file. ``package`` reads that list; ``html`` reads the HTML of a chapter.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from indexer.errors import NotAnArticle
from indexer.load.encoding import decode
from indexer.load.epub.package import Package, read_package
from indexer.load.identity import article_id
from indexer.load.language import stated_or_detected
from indexer.load.layout import Part, lay_out
from indexer.load.zipguard import check_zip
from indexer.records import Article

_DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([\w.-]+)["']""")


def load(path: Path, name: str) -> Iterator[Article | NotAnArticle]:
    """The book as one article, after an error for each chapter that cannot be read.

    Raises:
        NotAnArticle: the file is no EPUB, is damaged, is locked to a reader (DRM) or holds no text.
    """
    check_zip(path, name, "an EPUB book")
    parts: list[Part] = []
    with zipfile.ZipFile(path) as book:
        package = read_package(book, name)
        for chapter in package.chapters:
            try:
                parts += _chapter(book, chapter, name, contents=chapter in package.contents)
            except NotAnArticle as error:
                yield error
    if not any(part.text.strip() for part in parts):
        raise NotAnArticle(f"{name}: its {len(package.chapters)} chapters hold no text. If they are pictures, OCR them")
    yield _article(package, name, parts)


def _chapter(book: zipfile.ZipFile, chapter: str, name: str, *, contents: bool) -> list[Part]:
    """The chapter's parts; those of a table of contents are not for search."""
    from indexer.load.html.page import parts_from_html

    try:
        raw = book.read(chapter)
    except KeyError as error:
        raise NotAnArticle(f"{name}: lists the chapter {chapter!r} but does not hold it. Get a fresh copy") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise NotAnArticle(f"{name}: its chapter {chapter!r} is damaged: {error}. Get a fresh copy") from error
    parts = parts_from_html(_decoded(raw, f"{name}: {chapter}"))
    if contents:
        return [replace(part, kind="boilerplate", level=0) for part in parts]
    # a chapter's title is a heading of the book
    return [replace(part, kind="heading", level=1) if part.kind == "title" else part for part in parts]


def _decoded(raw: bytes, name: str) -> str:
    declared = _DECLARED.match(raw[:200])
    if declared:
        try:
            return raw.decode(declared.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass  # the declaration is wrong; the bytes may still be text
    return decode(raw, name)


def _article(package: Package, name: str, parts: list[Part]) -> Article:
    title, title_from = package.title, "dc:title"
    if title is None:
        title = next((part.text for part in parts if part.kind == "heading"), None)
        title_from = "first heading"
    first = next((i for i, part in enumerate(parts) if part.kind == "heading" and part.text == title), None)
    if first is not None:
        parts[first] = replace(parts[first], kind="title", level=0)
    text, blocks = lay_out(parts)
    language, language_from = stated_or_detected(package.language, "dc:language", text)
    sources = {
        "title": title and title_from,
        "authors": package.authors and "dc:creator",
        "publisher": package.publisher and "dc:publisher",
        "published": package.published and "dc:date",
        "url": package.url and "dc:identifier",
        "language": language and language_from,
    }
    return Article(
        id=article_id(name, explicit=package.identifier, url=package.url),
        text=text,
        blocks=blocks,
        title=title,
        authors=package.authors,
        publisher=package.publisher,
        published=package.published,
        url=package.url,
        language=language,
        provenance={field: str(source) for field, source in sources.items() if source},
    )
