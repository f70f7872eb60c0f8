"""When a page says that its article was published, and only that: not when it was changed, copied or saved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import escape
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from indexer.load.dates import parse_date
from indexer.load.html.blocks import text_of
from indexer.load.html.jsonld import JsonLd
from indexer.records import PartialDate

_META = (
    *("article:published_time", "og:article:published_time", "article:published", "og:published_time"),
    *("datepublished", "citation_publication_date", "citation_date", "citation_online_date", "dc.date.issued"),
    *("dcterms.issued", "dcterms.created", "dc.date.created", "parsely-pub-date", "sailthru.date", "pubdate"),
    *("publish_date", "publish-date", "publication_date", "date.issued", "originalpublicationdate", "dc.date"),
)
_CHANGED = re.compile(r"modif|updat|chang|revis|expir|copyright|crawl", re.IGNORECASE)
_PUBLISHED = re.compile(r"publish|pubdate|posted|entry-date|dateline", re.IGNORECASE)
_DATE_MARK = re.compile(
    r"(?:^|[\W_])(?:date|dates|datum|time|timestamp|publish\w*|pubdate|posted|dateline)(?:$|[\W_])", re.I
)
_LABEL = re.compile(r"^\W*(?:(?:first\s+)?(?:published|posted|date))?\W*(?:(?:on|at)\b)?\W*", re.IGNORECASE)
_IN_PATH = re.compile(r"/((?:19|20)\d\d)/(\d{1,2}|[a-z]{3})/(\d{1,2})/", re.IGNORECASE)
_ELSEWHERE = {"aside", "nav", "footer", "li", "figure"}
_LONGEST = 80  # characters of an element that states a date and little else


def published(
    root: HtmlElement, metas: dict[str, list[str]], json_ld: JsonLd, address: str = ""
) -> tuple[PartialDate, str] | None:
    """The day, month or year of publication and where the page states it; None where it does not, or not clearly."""
    for value, source in _stated(root, metas, json_ld):
        if (found := parse_date(value)) is not None:
            return found, source
    if (found := _from_elements(root)) is not None:
        return found, "html date element"
    if (match := _IN_PATH.search(urlsplit(address).path)) and (found := parse_date("-".join(match.groups()))):
        return found, "address"
    return None


def _stated(root: HtmlElement, metas: dict[str, list[str]], json_ld: JsonLd) -> Iterator[tuple[str, str]]:
    if value := json_ld.text("datePublished"):
        yield value, "JSON-LD datePublished"
    for name in _META:
        for value in metas.get(name, []):
            yield value, f"html meta {name}"
    marked, times = _times(root)
    for value in [*marked, *times[:1]]:
        yield value, "html time element"


def _times(root: HtmlElement) -> tuple[list[str], list[str]]:
    """What ``<time datetime>`` elements state: those marked as the publication, then others beside the heading."""
    heading = next(iter(root.iter("h1")), None)
    home = root
    if heading is not None:
        home = next(heading.iterancestors("article", "main"), root)
    marked, beside = [], []
    for element in root.iter("time"):
        value, names = element.get("datetime"), _names(element)
        if not value or _CHANGED.search(names):
            continue
        if _PUBLISHED.search(names) or "pubdate" in element.attrib:
            marked.append(value)
        elif home in element.iterancestors() and _at_home(element, home):
            beside.append(value)
    days = {parse_date(value) for value in beside}
    return marked, beside if home is not root or len(days) == 1 else []


def _from_elements(root: HtmlElement) -> PartialDate | None:
    """What the first element that is marked as a date states.

    htmldate reads other languages' months. It sees this text alone: given the page, it would also try the article's
    text, the images' addresses and the year of the copyright notice.
    """
    for element in root.iter("span", "div", "p", "time", "abbr", "li", "small"):
        text = " ".join(text_of(element).split())
        names = _names(element)
        if text and len(text) <= _LONGEST and _DATE_MARK.search(names) and not _CHANGED.search(names + text):
            return parse_date(_LABEL.sub("", text)) or _other_languages(text)
    return None


def _other_languages(text: str) -> PartialDate | None:
    from htmldate import find_date

    page = f'<html><body><span class="date">{escape(text)}</span></body></html>'
    day = find_date(page, original_date=True, extensive_search=False)
    return PartialDate.parse(day) if day is not None and _states_in_full(text, date.fromisoformat(day)) else None


def _states_in_full(text: str, day: date) -> bool:
    """Whether the year and the day of the month stand there beside a month that is a word.

    htmldate makes the first of the month of a month, and one of two readings of 03/04/2015.
    """
    year, number = str(day.year), rf"0?{day.day}"
    worded = rf"\b{number}\b\W*\s(?:\w+\W+){{0,2}}?[^\W\d]{{3,}}\W+(?:\w+\W+)?{year}|[^\W\d]{{3,}}\W+{number}\W+{year}"
    return re.search(worded, text) is not None


def _names(element: HtmlElement) -> str:
    return " ".join(element.get(name) or "" for name in ("class", "id", "itemprop", "property"))


def _at_home(element: HtmlElement, home: HtmlElement) -> bool:
    for ancestor in element.iterancestors():
        if ancestor is home:
            return True
        if ancestor.tag in _ELSEWHERE or ancestor.tag == "article":
            return False
    return False
