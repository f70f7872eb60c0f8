"""The package document of an EPUB book: its metadata and the list of its chapters."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from indexer.errors import NotAnArticle
from indexer.load.dates import parse_date
from indexer.load.identity import url_id
from indexer.load.placeholders import stated_authors, stated_language, stated_title
from indexer.records import PartialDate

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_ENCRYPTION = "{http://www.w3.org/2001/04/xmlenc#}"
_FONT_ALGORITHMS = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
_CHAPTER_TYPES = {"application/xhtml+xml", "text/html", "application/xml", "text/x-oeb1-document"}
_NOT_PUBLICATION = {"modification", "creation", "conversion", "scan"}
_GLOBAL_IDENTIFIER = re.compile(r"urn:\S+|(?:97[89][\d -]{10,14})|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


@dataclass(frozen=True, slots=True)
class Package:
    """What the book says about itself; ``chapters`` are members of the zip in spine order, ``contents`` those of them
    that are a table of contents.
    """

    chapters: tuple[str, ...]
    contents: frozenset[str]
    title: str | None
    authors: tuple[str, ...]
    publisher: str | None
    published: PartialDate | None
    language: str | None
    identifier: str | None
    url: str | None


def read_package(book: zipfile.ZipFile, name: str) -> Package:
    """The book's package.

    Raises:
        NotAnArticle: there is none, it lists no chapters, or its text is locked to a reader.
    """
    _refuse_locked(book, name)
    rootfile = _xml(book, "META-INF/container.xml", name).find(f".//{_CONTAINER}rootfile")
    if rootfile is None or not rootfile.get("full-path"):
        raise NotAnArticle(
            f"{name}: its container.xml names no package. Get a fresh copy, or repair it in an EPUB editor"
        )
    path = str(rootfile.get("full-path"))
    root = _xml(book, path, name)
    chapters, contents = _spine(root, posixpath.dirname(path))
    if not chapters:
        raise NotAnArticle(f"{name}: its spine lists no chapter. Get a fresh copy, or repair it in an EPUB editor")
    identifiers = _identifiers(root)
    return Package(
        chapters=chapters,
        contents=contents,
        title=next((title for text in _values(root, "title") if (title := stated_title(text, name))), None),
        authors=stated_authors(*_creators(root)),
        publisher=next(iter(_values(root, "publisher")), None),
        published=_published(root),
        language=next((code for tag in _values(root, "language") if (code := stated_language(tag))), None),
        identifier=next((text for text in identifiers if _GLOBAL_IDENTIFIER.fullmatch(text)), None),
        url=next((text for text in identifiers if url_id(text)), None),
    )


def _refuse_locked(book: zipfile.ZipFile, name: str) -> None:
    if "META-INF/encryption.xml" not in book.namelist():
        return
    for entry in _xml(book, "META-INF/encryption.xml", name).iter(f"{_ENCRYPTION}EncryptedData"):
        method = entry.find(f"{_ENCRYPTION}EncryptionMethod")
        algorithm = "unnamed" if method is None else str(method.get("Algorithm"))
        if algorithm not in _FONT_ALGORITHMS:
            raise NotAnArticle(
                f"{name}: its text is encrypted for one reading device or account (DRM, {algorithm})."
                " Get a copy without DRM from its publisher"
            )


def _xml(book: zipfile.ZipFile, member: str, name: str) -> Element:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(book.read(member), parser)
    except KeyError as error:
        raise NotAnArticle(f"{name}: not an EPUB book, it holds no {member}. Rename it after what it is") from error
    except (etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise NotAnArticle(f"{name}: its {member} is damaged: {error}. Get a fresh copy") from error


def _spine(root: Element, folder: str) -> tuple[tuple[str, ...], frozenset[str]]:
    chapters: dict[str, str] = {}
    navigation: set[str] = set()
    for item in root.iter(f"{_OPF}item"):
        if item.get("media-type") in _CHAPTER_TYPES:
            member = posixpath.normpath(posixpath.join(folder, unquote(str(item.get("href", "")))))
            chapters[str(item.get("id"))] = member
            if "nav" in str(item.get("properties", "")).split():
                navigation.add(member)
    order = [str(reference.get("idref")) for reference in root.iter(f"{_OPF}itemref")]
    members = tuple(dict.fromkeys(chapters[idref] for idref in order if idref in chapters))
    return members, frozenset(navigation)


def _said(element: Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _values(root: Element, field: str) -> list[str]:
    return [text for element in root.iter(f"{_DC}{field}") if (text := _said(element))]


def _creators(root: Element) -> list[str]:
    """The creators whose role, where one is stated, is that of an author."""
    roles = {
        str(meta.get("refines", "")).lstrip("#"): str(meta.text or "").strip()
        for meta in root.iter(f"{_OPF}meta")
        if meta.get("property") == "role"
    }
    creators = []
    for element in root.iter(f"{_DC}creator"):
        role = element.get(f"{_OPF}role") or roles.get(str(element.get("id")), "aut")
        if role == "aut":
            creators.append(_said(element))
    return creators


def _published(root: Element) -> PartialDate | None:
    """The date of publication: the one that is said to be that, else the first that is not said to be another."""
    dates = [(str(e.get(f"{_OPF}event", "")), e.text or "") for e in root.iter(f"{_DC}date")]
    ranked = sorted((d for d in dates if d[0] not in _NOT_PUBLICATION), key=lambda d: d[0] != "publication")
    return next((day for _, text in ranked if (day := parse_date(text))), None)


def _identifiers(root: Element) -> list[str]:
    """The identifiers, the one that the book calls its own first."""
    own = root.get("unique-identifier")
    found = sorted(root.iter(f"{_DC}identifier"), key=lambda element: element.get("id") != own)
    return [text for element in found if (text := _said(element))]
