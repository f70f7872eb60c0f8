"""A citation: one span of one edition of one article, with the very characters that stand there.

Here: the record, its JSON and the check that a response must pass before it leaves. Not here: how a reference is
written (``cite``) and how a citation is re-checked later (``verify``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol

from indexer.errors import ArchiveDamaged, BadDate, BadRecord, UnknownArticle
from indexer.records import PartialDate
from service.locator import Locator

_EDITION = re.compile(r"[0-9a-f]{64}")
_SHOWN = 60


class Citable(Protocol):
    """The metadata that a citation repeats; a loaded ``Article`` and a stored one both have it."""

    @property
    def id(self) -> str: ...
    @property
    def edition(self) -> str: ...
    @property
    def title(self) -> str | None: ...
    @property
    def authors(self) -> tuple[str, ...]: ...
    @property
    def publisher(self) -> str | None: ...
    @property
    def published(self) -> PartialDate | None: ...
    @property
    def url(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Citation:
    """``text[start:end] == quote`` in the edition named, offsets being Unicode code points.

    ``published`` is ISO 8601 with the precision that the source states (``2015``, ``2015-10``, ``2015-10-02``).
    ``locator`` is derived: what a person types to see the span again.

    Raises:
        BadRecord: no such span, a quote of another length, an edition that is no SHA-256, a date that is none.
    """

    article_id: str
    edition: str
    title: str | None
    authors: tuple[str, ...]
    publisher: str | None
    published: str | None
    url: str | None
    start: int
    end: int
    quote: str
    locator: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "locator", Locator(self.article_id, self.start, self.end).text)
        if not self.article_id or self.article_id != self.article_id.strip():
            raise BadRecord(f"a citation names its article without spaces at the ends, got {self.article_id!r}")
        if not _EDITION.fullmatch(self.edition):
            raise BadRecord(f"an edition is 64 hexadecimal digits (0-9, a-f), got {self.edition!r} for {self.locator}")
        if not 0 <= self.start < self.end:
            raise BadRecord(f"no such span: {self.locator}. A span starts at 0 or later and ends after its start")
        if len(self.quote) != self.end - self.start:
            raise BadRecord(
                f"the quote of {self.locator} has {len(self.quote)} characters and its span {self.end - self.start}: "
                f"one of the two was altered. The quote is {shown(self.quote)}"
            )
        if self.published is not None and not _is_date(self.published):
            raise BadRecord(
                f"{self.locator} was published at {self.published!r}, which is no date. "
                "Write it as YYYY, YYYY-MM or YYYY-MM-DD"
            )


def cite_span(article: Citable, text: str, start: int, end: int) -> Citation:
    """The citation of ``text[start:end]``, ``text`` being the article's canonical text.

    Raises:
        UnknownArticle: the text has no such span.
    """
    if not 0 <= start < end <= len(text):
        raise UnknownArticle(
            f"article {article.id!r} has characters 0-{len(text)}, not {start}-{end}. "
            f"Ask for a span within them, or for the whole text: pressmark show {article.id}"
        )
    return Citation(
        article_id=article.id,
        edition=article.edition,
        title=article.title,
        authors=article.authors,
        publisher=article.publisher,
        published=str(article.published) if article.published else None,
        url=article.url,
        start=start,
        end=end,
        quote=text[start:end],
    )


def check(citation: Citation, text: str) -> None:
    """Let a citation leave only if the stored text holds its quote at its span.

    The edition is not hashed again: it is the key under which the text was stored, and ``verify`` recomputes it.

    Raises:
        ArchiveDamaged: other characters stand there.
    """
    there = text[citation.start : citation.end]
    if there != citation.quote:
        raise ArchiveDamaged(
            f"{citation.locator} should read {shown(citation.quote)}, and the stored text of edition "
            f"{citation.edition[:12]} reads {shown(there)}. Find what is damaged: pressmark doctor"
        )


def as_json(citation: Citation) -> dict[str, object]:
    """The citation as every interface writes it, keys in the documented order."""
    shape: dict[str, object] = {key: getattr(citation, key) for key in _KEYS}
    return shape | {"authors": list(citation.authors)}


def citation_from_json(found: object) -> Citation:
    """The citation that a JSON object holds, nothing guessed and nothing dropped.

    Raises:
        BadRecord: no object, a missing or unknown key, a value of another type, or no valid citation.
    """
    if not isinstance(found, dict):
        raise BadRecord(f"a citation is a JSON object, got {shown(repr(found))}")
    if missing := [key for key in _KEYS if key not in found]:
        raise BadRecord(f"a citation lacks {', '.join(missing)}. Export it again: pressmark search --json")
    if unknown := [str(key) for key in found if key not in _KEYS]:
        raise BadRecord(f"a citation has no {', '.join(sorted(unknown))}. Its keys are {', '.join(_KEYS)}")
    authors = found["authors"]
    if not isinstance(authors, list):
        raise BadRecord(f"authors is a list of strings, got {shown(repr(authors))}")
    citation = Citation(
        article_id=_string("article_id", found["article_id"]),
        edition=_string("edition", found["edition"]),
        title=_optional("title", found["title"]),
        authors=tuple(_string("authors", author) for author in authors),
        publisher=_optional("publisher", found["publisher"]),
        published=_optional("published", found["published"]),
        url=_optional("url", found["url"]),
        start=_offset("start", found["start"]),
        end=_offset("end", found["end"]),
        quote=_string("quote", found["quote"]),
    )
    if found["locator"] != citation.locator:
        raise BadRecord(f"the locator {found['locator']!r} contradicts the other keys, which name {citation.locator!r}")
    return citation


def shown(text: str) -> str:
    """The text as an error message quotes it: escaped, and cut where it is long."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


_KEYS = tuple(Citation.__dataclass_fields__)


def _string(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadRecord(f"{key} is a string, got {shown(repr(value))}")
    # JSON can spell half of a surrogate pair, which no text holds and which could be neither printed nor hashed.
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise BadRecord(f"{key} holds half of a surrogate pair: {shown(value)}. Export the citation again")
    return value


def _optional(key: str, value: object) -> str | None:
    return None if value is None else _string(key, value)


def _offset(key: str, value: object) -> int:
    if type(value) is not int:  # True is an int to isinstance
        raise BadRecord(f"{key} is a whole number, got {shown(repr(value))}")
    return value


def _is_date(text: str) -> bool:
    try:
        return str(PartialDate.parse(text)) == text
    except BadDate:
        return False
