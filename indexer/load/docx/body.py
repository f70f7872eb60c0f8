"""The XML of a Word document as parts in the order in which it is read.

Tracked insertions are text and deletions are not. A text box follows the paragraph that it is anchored in; notes stand
at the end. Not here: list numbers, which the file does not hold, and headers, footers and comments.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from indexer.load.layout import Part

if TYPE_CHECKING:
    from docx.document import Document

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_NOTES = ("footnotes", "endnotes")
_LEAVES = {f"{_W}t", _MATH_TEXT}
_SAYS = {f"{_W}tab": "\t", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "\u2011"}
_SILENT = {  # what is deleted, moved away, an instruction to Word, or read aloud beside its word
    *(f"{_W}{name}" for name in ("del", "moveFrom", "delText", "instrText", "delInstrText", "pPr", "rPr", "rt")),
}
_BOX = f"{_W}txbxContent"
_DEEPEST_HEADING = 9


def body_parts(document: Document) -> list[Part]:
    """Every part of the body, then those of its footnotes and endnotes."""
    levels = _style_levels(document)
    parts = list(_parts(document.element.body, levels))
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.rsplit("/", 1)[-1] in _NOTES:
            parts += _notes(relation.target_part.blob, levels)
    return parts


def _style_levels(document: Document) -> dict[str, int]:
    """The heading level of each paragraph style that has one; 0 is the style of titles."""
    levels: dict[str, int] = {}
    for style in document.styles.element.iter(f"{_W}style"):
        name = _attribute(style.find(f"{_W}name")).casefold()
        if name == "title":
            level: int | None = 0
        elif name.startswith("heading ") and name[8:].isdigit():
            level = int(name[8:])
        else:
            level = _outline(style)
        identifier = style.get(f"{_W}styleId")
        if level is not None and identifier:
            levels[identifier] = min(level, _DEEPEST_HEADING)
    based = {
        s.get(f"{_W}styleId"): _attribute(s.find(f"{_W}basedOn")) for s in document.styles.element.iter(f"{_W}style")
    }
    for identifier in based:
        ancestor, seen = identifier, set[str]()
        while ancestor and ancestor not in levels and ancestor not in seen:
            seen.add(ancestor)
            ancestor = based.get(ancestor, "")
        if identifier and ancestor in levels:
            levels[identifier] = levels[ancestor]
    return levels


def _outline(element: etree._Element) -> int | None:
    """The heading level that a style's or paragraph's own outline level gives it; Word counts from 0, 9 is none."""
    outline = element.find(f"{_W}pPr/{_W}outlineLvl") if element.tag != f"{_W}pPr" else element.find(f"{_W}outlineLvl")
    stated = _attribute(outline)
    return int(stated) + 1 if stated.isdigit() and int(stated) < _DEEPEST_HEADING else None


def _attribute(element: etree._Element | None) -> str:
    return "" if element is None else str(element.get(f"{_W}val") or "")


def _parts(container: etree._Element, levels: dict[str, int]) -> Iterator[Part]:
    """The parts of a body, cell, text box or note."""
    for child in _children(container):
        if child.tag == f"{_W}p":
            yield from _paragraph(child, levels)
        elif child.tag == f"{_W}tbl":
            yield from _table(child, levels)
        elif isinstance(child.tag, str) and child.tag not in _SILENT and child.tag != f"{_W}sectPr":
            yield from _parts(child, levels)  # a content control, a tracked insertion, a custom wrapper


def _children(element: etree._Element) -> Iterator[etree._Element]:
    """The children, where the file offers the same content twice only the first that this reader can use."""
    for child in element:
        if child.tag == _ALTERNATE:
            chosen = next((option for option in child if any(e.tag in _LEAVES for e in option.iter())), None)
            if chosen is not None:
                yield from _children(chosen)
        else:
            yield child


def _paragraph(paragraph: etree._Element, levels: dict[str, int]) -> Iterator[Part]:
    boxes: list[etree._Element] = []
    text = "".join(_text(paragraph, boxes))
    style = _attribute(paragraph.find(f"{_W}pPr/{_W}pStyle"))
    level = _outline(paragraph) or levels.get(style)
    if level is None:
        yield Part("paragraph", text)
    elif level == 0:
        yield Part("title", text)
    else:
        yield Part("heading", text, level=level)
    for box in boxes:
        yield from _parts(box, levels)


def _text(element: etree._Element, boxes: list[etree._Element]) -> Iterator[str]:
    """The characters of a paragraph; text boxes that are anchored in it are put on ``boxes`` instead."""
    for child in _children(element):
        if child.tag == _BOX:
            boxes.append(child)
        elif child.tag in _LEAVES:
            yield child.text or ""
        elif child.tag in _SAYS:
            yield _SAYS[str(child.tag)]
        elif child.tag == f"{_W}br" and child.get(f"{_W}type") in {None, "textWrapping"}:
            yield "\n"
        elif child.tag not in _SILENT:
            yield from _text(child, boxes)


def _table(table: etree._Element, levels: dict[str, int]) -> Iterator[Part]:
    """One paragraph a row, its cells parted by bars; a row of one filled cell is read as if it were no table."""
    for row in _descend(table, f"{_W}tr"):
        cells = [list(_parts(cell, levels)) for cell in _descend(row, f"{_W}tc")]
        filled = [cell for cell in cells if any(part.text.strip() for part in cell)]
        if len(filled) == 1:
            yield from filled[0]
        elif filled:
            said = (" ".join(part.text.strip() for part in cell if part.text.strip()) for cell in filled)
            yield Part("paragraph", " | ".join(said))


def _descend(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The nearest elements of that tag below, through wrappers such as content controls."""
    for child in _children(element):
        if child.tag == tag:
            yield child
        elif child.tag not in _SILENT and isinstance(child.tag, str):
            yield from _descend(child, tag)


def _notes(xml: bytes, levels: dict[str, int]) -> list[Part]:
    """The parts of a notes file, without the lines that separate notes from the page."""
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    parts: list[Part] = []
    for note in root:
        if note.get(f"{_W}type") in {None, "normal"}:
            parts += _parts(note, levels)
    return parts
