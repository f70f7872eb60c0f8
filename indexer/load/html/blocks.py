"""The blocks of text that a parsed HTML page shows, in order, exactly as a browser would let a reader copy them.

Which of them are the article is not decided here: see ``body``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from indexer.load.layout import Part

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CELLS = {"td", "th"}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div"),
    *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "legend"),
    *("li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr"),
    *("ul", *_CELLS, *_HEADINGS),
}
_UNSHOWN = {
    *("script", "style", "noscript", "template", "head", "svg", "canvas", "iframe", "object", "embed", "applet"),
    *("audio", "video", "map", "select", "datalist", "textarea", "input", "progress", "meter", "annotation"),
    *("annotation-xml", "rp", "rt"),
}
_METADATA = {"title", "meta", "link", "base", "script", "style", "noscript", "template", "basefont"}
# HTML collapses only these; a no-break space was put there on purpose and stays.
_SPACES = re.compile(r"[ \t\r\n\f]+")
_PARAGRAPH_BREAK = re.compile(r"\n[ \n]*\n")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HALF = re.compile("[\ud800-\udfff]")
# Invisible places where a line may break: they would split a word for everyone who searches for it.
_INVISIBLE = re.compile("[\u00ad\u200b]")
_NO_DISPLAY = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# What style sheets do not show where it stands; such a span would come out in the middle of a sentence. The span
# around it, named "tooltip" alone, holds the sentence's own word as well and stays.
_POPUP = re.compile(
    r"(?:^|[\s_-])(?:(?:tooltip|rollover|popover|popup)[\w-]*(?:text|content|block|body)"
    r"|sr-only|visually-?hidden|screen-reader)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class HtmlBlock:
    """A part of the page, the element whose text it is, and how many of its characters are links."""

    part: Part
    element: HtmlElement
    linked: int


def parse_page(html: str) -> HtmlElement | None:
    """The root of the page as lxml repairs it, or None when there is no element in it."""
    # lxml refuses a str that declares its own encoding, and stops reading at half a character or a NUL.
    source = _HALF.sub("\ufffd", _XML_DECLARATION.sub("", html).replace("\0", ""))
    if not source.strip():
        return None
    try:
        root = document_fromstring(source, parser=HTMLParser(huge_tree=True, remove_pis=True, remove_comments=True))
    except etree.ParserError:
        return None
    _end_head(root)
    return root


def _end_head(root: HtmlElement) -> None:
    """Move what is no metadata from ``<head>`` to the body, where a page may leave both tags out.

    libxml2 knows the elements of HTML 4 alone, so that to it an ``<article>`` does not end the head.
    """
    head = root.find("head")
    first = next((e for e in head if e.tag not in _METADATA), None) if head is not None else None
    if head is None or first is None:
        return
    body = root.find("body")
    if body is None:
        body = etree.SubElement(root, "body")
    moved = list(head)[head.index(first) :]
    for position, element in enumerate(moved):
        body.insert(position, element)  # with its tail
    moved[-1].tail = (moved[-1].tail or "") + (body.text or "")
    body.text = None


def text_of(element: HtmlElement) -> str:
    """All text inside the element, shown or not, in one string."""
    return "".join(str(piece) for piece in element.itertext())


def blocks_of(root: HtmlElement) -> list[HtmlBlock]:
    """Every block of text under ``root`` that a reader is shown; a table row is one block, its cells split by tabs."""
    walk = _Walk()
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        tag = element.tag
        unshown = tag in _UNSHOWN or _hidden(element) or (tag == "button" and not walk.level)
        if event == "start":
            if unshown:
                events.skip_subtree()
            else:
                walk.enter(element)
        else:
            if not unshown:
                walk.leave(element)
            walk.add(element.tail)
    walk.flush()
    return walk.blocks


def _hidden(element: HtmlElement) -> bool:
    if "hidden" in element.attrib or _NO_DISPLAY.search(element.get("style") or ""):
        return True
    return element.tag == "span" and _POPUP.search(element.get("class") or "") is not None


class _Walk:
    """What has been read of the page so far, and the block that is being read."""

    def __init__(self) -> None:
        self.blocks: list[HtmlBlock] = []
        self.level = 0  # of the heading being read; 0 outside headings
        self._open: list[HtmlElement] = []
        self._pieces: list[str] = []
        self._links = 0
        self._pre = 0
        self._linked = 0
        self._rows: list[list[int]] = []  # for each open row, where in ``blocks`` each of its cells starts

    def enter(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self.flush()
            self._open.append(element)
        if tag == "br":
            self._pieces.append("\n")
        elif tag == "a":
            self._links += 1
        elif tag == "pre":
            self._pre += 1
        elif tag == "tr":
            self._rows.append([])
        elif tag in _CELLS and self._rows:
            self._rows[-1].append(len(self.blocks))
        self.level = _HEADINGS.get(tag, self.level)
        self.add(element.text)

    def leave(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self.flush()
            self._open.pop()
        if tag == "a":
            self._links -= 1
        elif tag == "pre":
            self._pre -= 1
        elif tag == "tr":
            self._join_row(element, self._rows.pop())
        elif tag in _HEADINGS:
            self.level = 0

    def add(self, text: str | None) -> None:
        if text:
            shown = _INVISIBLE.sub("", text)
            self._pieces.append(shown if self._pre else _SPACES.sub(" ", shown))
            self._linked += len(shown.strip()) if self._links else 0

    def flush(self) -> None:
        text, linked = "".join(self._pieces), self._linked
        self._pieces, self._linked = [], 0
        for piece in [text] if self._pre else _paragraphs(text):
            if piece.strip() and self._open:
                part = Part("heading" if self.level else "paragraph", piece.strip(), self.level)
                self.blocks.append(HtmlBlock(part, self._open[-1], min(linked, len(part.text))))

    def _join_row(self, row: HtmlElement, starts: list[int]) -> None:
        if not starts:
            return
        cells = [self.blocks[a:b] for a, b in zip(starts, [*starts[1:], len(self.blocks)], strict=True)]
        if any(len(cell) > 1 for cell in cells):
            return  # a table that only arranges the page: its cells are read one after the other
        filled = [block for cell in cells for block in cell]
        if len(filled) > 1:
            text = "\t".join(cell[0].part.text if cell else "" for cell in cells).strip()
            joined = replace(filled[0].part, kind="paragraph", level=0, text=text)
            self.blocks[starts[0] :] = [HtmlBlock(joined, row, sum(block.linked for block in filled))]


def _paragraphs(text: str) -> Iterator[str]:
    """The text between empty lines: two ``<br>`` in a row are how old pages end a paragraph."""
    for piece in _PARAGRAPH_BREAK.split(text):
        yield re.sub(r" ?\n ?", "\n", re.sub(" +", " ", piece))
