"""RSS and Atom feeds, from a file: one article an entry. Nothing that a feed links to is fetched."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import NotAnArticle
from indexer.load.dates import parse_date
from indexer.load.identity import article_id, url_id
from indexer.load.language import stated_or_detected
from indexer.load.layout import Part, lay_out
from indexer.load.placeholders import stated_authors, stated_language
from indexer.records import Article


@dataclass(frozen=True, slots=True)
class _Channel:
    """What the feed says that holds for all of its entries."""

    title: str | None
    authors: tuple[str, ...]
    language: str | None
    date_field: str  # feedparser's name for the field of an entry that states its publication


def load(path: Path, name: str) -> Iterator[Article | NotAnArticle]:
    """One article an entry, or the error that names an entry without text.

    Raises:
        NotAnArticle: the file is no feed, or a feed without entries.
    """
    import feedparser

    content = path.read_bytes()
    feed = feedparser.parse(io.BytesIO(content))  # in a stream: it takes a bare string for an address or a path
    version = feed.get("version")  # feedparser leaves it out of an empty file
    if not version:
        why = f" ({feed.bozo_exception})" if feed.bozo else ""
        raise NotAnArticle(f"{name}: not an RSS or Atom feed{why}. Leave it out, or rename it after what it is")
    if not feed.entries:
        raise NotAnArticle(f"{name}: a feed without entries. Save it again when it has some, or leave it out")
    channel = _Channel(
        title=_plain(feed.feed.get("title_detail", {})),
        authors=_authors(feed.feed),
        language=stated_language(feed.feed.get("language")),
        date_field=_date_field(version, content),
    )
    taken: set[str] = set()
    for number, entry in enumerate(feed.entries, 1):
        try:
            identifier = _identifier(entry, number, name, taken)
            yield _article(entry, identifier, f"{name}: entry {number} ({_label(entry)})", channel)
        except NotAnArticle as error:
            yield error
        else:
            taken.add(identifier)


def _date_field(version: str, content: bytes) -> str:
    """``published``, but for RSS that dates its items with ``dc:date``, which feedparser files under ``updated``."""
    only_dc = b"dc:date" in content and not re.search(rb"<pubDate|<(?:\w+:)?updated", content)
    return "updated" if version.startswith("rss") and only_dc else "published"


def _article(entry: Mapping[str, Any], identifier: str, label: str, channel: _Channel) -> Article:
    body = _body(entry)
    if not any(part.text.strip() for part in body):
        raise NotAnArticle(f"{label}: no content and no summary. Index the page that it links to instead")
    title = _plain(entry.get("title_detail", {}))
    text, blocks = lay_out([Part("title", title), *body] if title else body)
    authors, authors_from = _authors(entry), "entry author"
    if not authors:
        authors, authors_from = channel.authors, "feed author"
    language, language_from = stated_or_detected(channel.language, "feed language", text)
    url = entry.get("link") if url_id(entry.get("link")) else None
    published = parse_date(entry.get(channel.date_field, ""))
    sources = {
        "title": title and "entry title",
        "authors": authors and authors_from,
        "publisher": channel.title and "feed title",
        "published": published and ("dc:date" if channel.date_field == "updated" else "entry published"),
        "url": url and "entry link",
        "language": language and language_from,
    }
    return Article(
        id=identifier,
        text=text,
        blocks=blocks,
        title=title,
        authors=authors,
        publisher=channel.title,
        published=published,
        url=url,
        language=language,
        provenance={field: str(source) for field, source in sources.items() if source},
    )


def _identifier(entry: Mapping[str, Any], number: int, name: str, taken: set[str]) -> str:
    """The id by the entry's link; by its own id where the link is none or that of an entry before it."""
    own = " ".join(str(entry.get("id") or entry.get("title") or number).split())
    for identifier in (article_id(f"{name}#{own}", url=entry.get("link")), f"{name}#{own}"):
        if identifier not in taken:
            return identifier
    raise NotAnArticle(f"{name}: entry {number} ({_label(entry)}): the same id as one before it. Remove one of the two")


def _label(entry: Mapping[str, Any]) -> str:
    return str(entry.get("title") or entry.get("link") or entry.get("id") or "no title")


def _body(entry: Mapping[str, Any]) -> list[Part]:
    """The parts of the longer of content and summary: a summary is often the content's beginning."""
    texts = [*entry.get("content", ()), entry.get("summary_detail", {})]
    fullest = max(texts, key=lambda text: len(text.get("value", "")))
    value = str(fullest.get("value", ""))
    if fullest.get("type") == "text/plain":
        return [Part("paragraph", " ".join(paragraph.split())) for paragraph in re.split(r"\n\s*\n", value)]
    from indexer.load.html.page import parts_from_html

    return parts_from_html(value) if value.strip() else []


def _plain(detail: Mapping[str, Any]) -> str | None:
    """A title as one line of text, from the HTML or text that the feed gives it in."""
    value = str(detail.get("value", ""))
    if "html" in str(detail.get("type")) and value.strip():
        from lxml.html import fragment_fromstring

        value = str(fragment_fromstring(value, create_parent="div").text_content())
    return " ".join(value.split()) or None


def _authors(stated: Mapping[str, Any]) -> tuple[str, ...]:
    return stated_authors(*(author.get("name") for author in stated.get("authors", ())))
