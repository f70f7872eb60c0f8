"""PDF files: their text page by page, in reading order.

Read ``glyphs``, ``order``, ``edges`` and ``paragraphs`` for how a page of placed letters becomes
paragraphs. Not here: recognising letters in pictures. A page that is one is named as an error.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer.errors import NotAnArticle
from indexer.load.identity import article_id
from indexer.load.language import stated_or_detected
from indexer.load.layout import Part, lay_out
from indexer.load.pdf.edges import running_lines, without
from indexer.load.pdf.glyphs import Fragment, read_fragments
from indexer.load.pdf.order import Line, regions
from indexer.load.pdf.paragraphs import body_size, page_parts
from indexer.load.pdf.xmp import read_xmp
from indexer.load.placeholders import stated_authors, stated_language, stated_title
from indexer.records import Article

_PDFIUM = threading.Lock()  # PDFium is not safe to call from two threads
_TAIL = 4096  # bytes; where a complete file says that it ends
_DEEPEST_HEADING = 6
_ANY_DOCUMENT = {"contents", "table of contents", "abstract", "summary", "introduction", "preface", "index"}

_OCR = "Make one with text: ocrmypdf in.pdf out.pdf"


def load(path: Path, name: str) -> Iterator[Article | NotAnArticle]:
    """The file's one article, after an error for each page that cannot be read.

    Raises:
        NotAnArticle: the file is no PDF, is damaged, needs a password or holds no text.
    """
    content = path.read_bytes()
    with _PDFIUM:
        pages, errors, metadata = _read(content, name)
    if not any(pages):
        raise NotAnArticle(f"{name}: its {len(pages)} pages hold no text, only pictures or drawings. {_OCR}")
    yield from errors
    yield _article(content, name, pages, metadata)


def _read(content: bytes, name: str) -> tuple[list[list[Fragment]], list[NotAnArticle], dict[str, str]]:
    """The fragments of every page, an error for each page that has none though it should, and the metadata."""
    from pypdfium2 import PdfiumError

    pages: list[list[Fragment]] = []
    errors: list[NotAnArticle] = []
    with closing(_open(content, name)) as document:
        for number in range(len(document)):
            try:
                fragments, pictured = _read_page(document, number)
            except PdfiumError as error:
                fragments, pictured = [], False
                errors.append(NotAnArticle(f"{name}: page {number + 1} is damaged ({error}). Get a fresh copy"))
            if pictured and not fragments:
                errors.append(NotAnArticle(f"{name}: page {number + 1} is a picture without text. {_OCR}"))
            pages.append(fragments)
        metadata = document.get_metadata_dict(skip_empty=True)
        metadata["Language"] = _catalog_language(document)
    return pages, errors, metadata


def _open(content: bytes, name: str) -> Any:  # noqa: ANN401 - pypdfium2 ships no types
    from pypdfium2 import PdfDocument, PdfiumError, raw

    if b"%PDF-" not in content[:1024]:
        raise NotAnArticle(f"{name}: not a PDF, it begins with {content[:8]!r}. Rename it after what it is")
    if b"%%EOF" not in content.rstrip(b"\0")[-_TAIL:]:
        raise NotAnArticle(f"{name}: cut short, no end mark within its {len(content)} bytes. Get a complete copy")
    try:
        document = PdfDocument(content)
    except PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            mend = "Save a copy without it: qpdf --decrypt --password=PASSWORD in.pdf out.pdf"
            raise NotAnArticle(f"{name}: needs a password to be opened. {mend}") from error
        if error.err_code == raw.FPDF_ERR_SECURITY:
            raise NotAnArticle(f"{name}: its encryption is not supported. Save a copy without encryption") from error
        raise NotAnArticle(f"{name}: damaged, none of its pages can be found ({error}). Get a fresh copy") from error
    if not len(document):
        document.close()
        raise NotAnArticle(f"{name}: damaged, it has no pages. Get a fresh copy")
    return document


def _read_page(document: Any, number: int) -> tuple[list[Fragment], bool]:  # noqa: ANN401
    """The page's fragments, and whether it shows a picture."""
    from pypdfium2 import raw

    with closing(document[number]) as page:
        with closing(page.get_textpage()) as textpage:
            fragments = read_fragments(textpage)
        pictured = not fragments and any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4))
    return fragments, pictured


def _catalog_language(document: Any) -> str:  # noqa: ANN401
    """The language that the file states for itself, such as ``en-GB``, or nothing."""
    from pypdfium2 import raw

    units = (ctypes.c_ushort * 32)()
    size = raw.FPDFCatalog_GetLanguage(document, units, ctypes.sizeof(units))
    return bytes(units)[: min(size, ctypes.sizeof(units))].decode("utf-16-le", "ignore").strip("\0 ")


def _article(content: bytes, name: str, pages: list[list[Fragment]], metadata: dict[str, str]) -> Article:
    sized = _parts(pages)
    title, title_from = stated_title(metadata.get("Title"), name), "PDF metadata Title"
    if title is None:
        title, title_from = _largest_heading(sized), "largest heading on page 1"
    text, blocks = lay_out(_with_levels(sized, title))
    authors, xmp = stated_authors(metadata.get("Author")), read_xmp(content)
    language, language_from = stated_or_detected(stated_language(metadata["Language"]), "PDF catalog Lang", text)
    sources = {
        "title": title and title_from,
        "authors": authors and "PDF metadata Author",
        "publisher": xmp.publisher and "XMP dc:publisher",
        "published": xmp.published and "XMP prism:publicationDate",
        "language": language and language_from,
    }
    return Article(
        id=article_id(name),
        text=text,
        blocks=blocks,
        title=title,
        authors=authors,
        publisher=xmp.publisher,
        published=xmp.published,
        language=language,
        provenance={field: str(source) for field, source in sources.items() if source},
    )


def _parts(pages: list[list[Fragment]]) -> list[tuple[Part, float]]:
    """Every page's parts, each with its font size."""
    body = body_size(pages)
    upright = [[f for f in page if not f.aside] for page in pages]
    found: list[tuple[Part, float]] = []
    for number, (page, (header, footer)) in enumerate(zip(upright, running_lines(upright), strict=True), 1):
        found += _boilerplate(header, number)
        found += page_parts(regions(without(page, [*header, *footer])), number, body)
        found += [(Part("paragraph", f.text, page=number), f.size) for f in pages[number - 1] if f.aside]
        found += _boilerplate(footer, number)
    return found


def _boilerplate(lines: list[Line], page: int) -> list[tuple[Part, float]]:
    return [(Part("boilerplate", line.text, page=page), line.size) for line in lines]


def _largest_heading(sized: list[tuple[Part, float]]) -> str | None:
    """The first of the largest headings on page 1; None when that is one that any document could have."""
    headings = [(size, part.text) for part, size in sized if part.kind == "heading" and part.page == 1]
    largest = max(headings, key=lambda heading: heading[0])[1] if headings else None
    return None if largest and largest.casefold() in _ANY_DOCUMENT else largest


def _with_levels(sized: list[tuple[Part, float]], title: str | None) -> list[Part]:
    """The parts, the title's first heading marked as such and the others ranked by size."""
    sizes = sorted({round(size) for part, size in sized if part.kind == "heading" and part.text != title}, reverse=True)
    parts: list[Part] = []
    titled = False
    for part, size in sized:
        if part.kind == "heading" and part.text == title and not titled:
            part, titled = replace(part, kind="title", level=0), True
        elif part.kind == "heading":
            level = sizes.index(round(size)) + 1 if round(size) in sizes else 1
            part = replace(part, level=min(level, _DEEPEST_HEADING))
        parts.append(part)
    return parts
