"""What a PDF's XMP packet states about publication; the packet is read where the file holds it in the clear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.load.dates import parse_date
from indexer.records import PartialDate

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_PUBLISHED = ("publicationDate", "coverDate")  # of PRISM, the publishers' vocabulary, in any of its versions


@dataclass(frozen=True, slots=True)
class Xmp:
    publisher: str | None = None
    published: PartialDate | None = None


def read_xmp(pdf: bytes) -> Xmp:
    """The publisher and publication date that the last packet in the file states; empty when there is none."""
    from lxml import etree

    end = pdf.rfind(b"</x:xmpmeta>")
    start = pdf.rfind(b"<x:xmpmeta", 0, max(end, 0))
    if start < 0 or end < 0:
        return Xmp()
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(pdf[start : end + len(b"</x:xmpmeta>")], parser)
    except etree.XMLSyntaxError:
        return Xmp()  # the packet is optional and its damage says nothing about the text
    publisher = next((words for e in root.iter(f"{{{_DUBLIN_CORE}}}publisher") if (words := _words(e))), None)
    return Xmp(publisher, next((day for text in _dates(root) if (day := parse_date(text))), None))


def _words(element: Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _dates(root: Element) -> list[str]:
    """Every publication date, as an element or as an attribute: the format allows both."""
    found: list[str] = []
    for element in root.iter("*"):
        for name, value in [(element.tag, _words(element)), *element.attrib.items()]:
            space, _, local = str(name).rpartition("}")
            if "prism" in space and local in _PUBLISHED:
                found.append(str(value))
    return found
