"""What a web page says about its article: who wrote it, who published it, when, where and in which language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from indexer.load.authors import author_names
from indexer.load.html.blocks import text_of
from indexer.load.html.jsonld import JsonLd
from indexer.load.html.published import published
from indexer.records import PartialDate

_TITLE_METAS = ("og:title", "citation_title", "dc.title", "dcterms.title", "twitter:title", "parsely-title")
_AUTHOR_METAS = (
    *("author", "article:author", "citation_author", "dc.creator", "dcterms.creator", "parsely-author"),
    *("sailthru.author", "byl", "og:article:author", "article:author_name"),
)
_PUBLISHER_METAS = ("publisher", "dc.publisher", "dcterms.publisher", "citation_publisher", "article:publisher")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]+)?")
_SITE_SUFFIX = re.compile(r"\s+[|–—·»:-]+\s+")

Stated = tuple[str, str]  # a value and, in words, where the page states it


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """Named as in ``Article``; ``provenance`` says for each field with a value where on the page it stands."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published: PartialDate | None = None
    url: str | None = None
    language: str | None = None
    provenance: Mapping[str, str] = field(default_factory=dict)


def read_metadata(root: HtmlElement, *, url: str | None = None) -> PageMetadata:
    """What the page states about its article; ``url`` is where it was found, for a page that does not say."""
    metas, json_ld = _metas(root), JsonLd(root)
    address = _address(root, metas, url)
    host = (urlsplit(address[0]).hostname or "").removeprefix("www.") if address else ""
    publisher = _publisher(metas, json_ld, host)
    title = _title(root, metas, json_ld, [publisher[0] if publisher else "", host, host.split(".")[0]])
    authors, author_source = _authors(root, metas, json_ld, [publisher[0] if publisher else "", host])
    when = published(root, metas, json_ld, address[0] if address else "")
    language = _language(root, metas)
    sources = {
        "title": title and title[1],
        "authors": author_source,
        "publisher": publisher and publisher[1],
        "published": when and when[1],
        "url": address and address[1],
        "language": language and language[1],
    }
    return PageMetadata(
        title=title[0] if title else None,
        authors=authors,
        publisher=publisher[0] if publisher else None,
        published=when[0] if when else None,
        url=address[0] if address else None,
        language=language[0] if language else None,
        provenance={name: source for name, source in sources.items() if source},
    )


def _metas(root: HtmlElement) -> dict[str, list[str]]:
    """Each ``<meta>`` name, property or itemprop in lower case, and its contents in order."""
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        content = " ".join(unescape(meta.get("content") or "").split())
        for attribute in ("name", "property", "itemprop", "http-equiv"):
            for name in (meta.get(attribute) or "").lower().split():
                if content:
                    found.setdefault(name, []).append(content)
    return found


def _first(metas: dict[str, list[str]], names: Iterable[str]) -> Iterable[Stated]:
    return ((value, f"html meta {name}") for name in names for value in metas.get(name, []))


def _address(root: HtmlElement, metas: dict[str, list[str]], url: str | None) -> Stated | None:
    links = [
        link.get("href") or "" for link in root.iter("link") if "canonical" in (link.get("rel") or "").lower().split()
    ]
    base = next(iter(metas.get("og:url", [])), url or "")
    candidates = [(urljoin(base, href.strip()), "html link canonical") for href in links]
    candidates += [*_first(metas, ["og:url"]), (url or "", "address of the source")]
    for address, source in candidates:
        parts = urlsplit(address) if not any(c.isspace() for c in address) else urlsplit("")
        # Sites that name their front page on every page would make all of their articles one.
        if parts.scheme in {"http", "https"} and parts.netloc and (parts.path.strip("/") or parts.query):
            return address, source
    return None


def _publisher(metas: dict[str, list[str]], json_ld: JsonLd, host: str) -> Stated | None:
    candidates = [
        *_first(metas, ["og:site_name"]),
        *((name, "JSON-LD publisher") for name in json_ld.names("publisher")),
        *_first(metas, _PUBLISHER_METAS),
        (host, "host name of the address"),
    ]
    shown = [(_SITE_SUFFIX.split(name)[0] if " | " in name else name, source) for name, source in candidates]
    return next(((name, source) for name, source in shown if name and "://" not in name and name[0] != "@"), None)


def _title(root: HtmlElement, metas: dict[str, list[str]], json_ld: JsonLd, sites: list[str]) -> Stated | None:
    headings = [" ".join(text_of(heading).split()) for heading in root.iter("h1")]
    page_titles = [" ".join(text_of(element).split()) for element in root.iterfind("./head/title")]
    candidates: list[Stated] = [
        *((headline, "JSON-LD headline") for headline in [json_ld.text("headline")] if headline),
        *_first(metas, _TITLE_METAS),
        *((heading, "html h1") for heading in headings[:1] if len(headings) == 1),
        *((title, "html title") for title in page_titles[:1]),
        *((heading, "html h1") for heading in headings[:1]),
    ]
    named = [(_without_site(text, sites), source) for text, source in candidates]
    named = [(text, source) for text, source in named if text and text.casefold() not in map(str.casefold, sites)]
    whole = [(text, source) for text, source in named if not text.endswith(("…", "..."))]
    return next(iter(whole or named), None)  # a headline that was cut to a length comes second


def _without_site(title: str, sites: list[str]) -> str:
    pieces = _SITE_SUFFIX.split(title)
    known = {_letters(site) for site in sites if site}
    if len(pieces) > 1 and _letters(pieces[-1]) in known:
        return title[: title.rindex(pieces[-1])].rstrip(" |–—·»:-")
    return title


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+|^the\s", "", text.casefold())


def _authors(
    root: HtmlElement, metas: dict[str, list[str]], json_ld: JsonLd, not_people: list[str]
) -> tuple[tuple[str, ...], str | None]:
    not_people = [*not_people, *json_ld.names("publisher")]
    sources = [(json_ld.names("author", people_only=True), "JSON-LD author")]
    sources += [(metas.get(name, []), f"html meta {name}") for name in _AUTHOR_METAS]
    sources += [(_elements(root, "itemprop", "author"), "html itemprop author")]
    sources += [(_elements(root, "rel", "author"), "html rel author")]
    for stated, source in sources:
        if names := author_names(stated, not_people=not_people):
            return names, source
    return (), None


def _elements(root: HtmlElement, attribute: str, value: str) -> list[str]:
    """The short texts of the elements that carry the mark; of a marked person, the name."""
    found = []
    for element in root.iter("a", "span", "div", "p", "address", "cite", "li"):
        if value in (element.get(attribute) or "").lower().split():
            named = next((e for e in element.iter() if e.get("itemprop") == "name"), element)
            text = " ".join((named.get("content") or text_of(named)).split())
            found += [text] if len(text) <= 100 else []
    return found


def _language(root: HtmlElement, metas: dict[str, list[str]]) -> Stated | None:
    html = next(iter(root.iter("html")), root)
    candidates = [
        (
            html.get("lang") or html.get("{http://www.w3.org/XML/1998/namespace}lang") or html.get("xml:lang") or "",
            "html lang",
        ),
        *_first(metas, ["og:locale", "content-language", "language", "dc.language", "inlanguage"]),
    ]
    for tag, source in candidates:
        if match := _LANGUAGE.fullmatch(tag.strip()):
            return match[1].lower(), source
    return None
