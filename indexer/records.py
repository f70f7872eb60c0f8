"""The records that everything passes around: an article, its blocks, a passage of it, a citation's span.

Offsets are Unicode code points into an article's canonical text, everywhere. What is deliberately not here: storage,
embeddings and scores.
"""

from __future__ import annotations

import calendar
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from indexer.errors import BadDate, BadRecord

Precision = Literal["day", "month", "year"]
BlockKind = Literal["title", "heading", "paragraph", "boilerplate"]

_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_LINE_ENDS = re.compile("\r\n|\r|\u0085|\u2028|\u2029")


def canonical_text(raw: str) -> str:
    r"""The one form in which an article's text is stored, hashed and cited: NFC, with ``\n`` for every line end.

    NUL and the byte order mark are dropped (neither can be shown or typed); nothing else changes, so that a
    plain-text article reads as its file does. Idempotent.

    >>> canonical_text("a\r\nb\u2028c")
    'a\nb\nc'
    """
    return unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", raw.replace("\0", "").replace("\ufeff", "")))


def edition_of(text: str) -> str:
    """The SHA-256 (64 hex digits) of the canonical text's UTF-8 bytes: the name of this content for ever."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A publication date as exactly as its source states it: a year, a month or a day.

    >>> str(PartialDate.parse("2015-10")), PartialDate.parse("2015-10").precision
    ('2015-10', 'month')
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise BadDate(f"a date with a day needs a month, got year {self.year}, day {self.day}")
        try:
            date(self.year, self.month or 1, self.day or 1)
        except ValueError as error:
            raise BadDate(f"no such date: year {self.year}, month {self.month}, day {self.day} ({error})") from error

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """The date that an ISO 8601 string of one of the forms ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` names.

        Raises:
            BadDate: the text has another form, or names a day that does not exist.
        """
        match = _PARTIAL_DATE.fullmatch(text.strip())
        if match is None:
            raise BadDate(f"not a date: {text!r}. Write it as YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = match.groups()
        return cls(int(year), int(month) if month else None, int(day) if day else None)

    @property
    def precision(self) -> Precision:
        return "day" if self.day else "month" if self.month else "year"

    @property
    def first_day(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last_day(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        return "-".join([f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None)])


@dataclass(frozen=True, slots=True)
class Block:
    """One span of an article's canonical text and its role.

    ``title`` is the article's own title where it stands in the text. ``boilerplate`` (navigation, share links,
    author biographies, disclaimers) stays in the canonical text and is never searched; questions that name an author
    are answered out of biographies. ``level`` is a heading's depth from 1 (0 for other kinds); ``page`` counts from 1
    where the source has pages.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """Where and when an article first appeared, when the page that was read is a republication."""

    publisher: str | None = None
    published: PartialDate | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One source document, as a loader reads it.

    ``blocks`` are in order, do not overlap and together hold every character of ``text`` that is not white space.
    ``provenance`` says for each metadata field that has a value where the value came from, in words that a reader
    understands (``"front matter"``, ``"byline"``, ``"html meta article:author"``, ``"detected"``).

    Raises:
        BadRecord: the id is empty, the text is not canonical or holds nothing, or a block breaks the rules above.
    """

    id: str
    text: str
    blocks: tuple[Block, ...]
    title: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published: PartialDate | None = None
    url: str | None = None
    language: str | None = None
    original: Original | None = None
    provenance: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.id or self.id != self.id.strip() or any(c in self.id for c in "\n\r\t\0"):
            raise BadRecord(f"an article id is one line without spaces at its ends, got {self.id!r}")
        if not self.text.strip():
            raise BadRecord(f"article {self.id!r} has no text")
        try:
            self.text.encode()
        except UnicodeEncodeError as error:
            raise BadRecord(f"the text of article {self.id!r} holds half a character at {error.start}") from error
        if self.text != canonical_text(self.text):
            raise BadRecord(f"the text of article {self.id!r} is not canonical: pass it through canonical_text first")
        cursor = 0
        for block in self.blocks:
            if not cursor <= block.start < block.end <= len(self.text):
                raise BadRecord(f"article {self.id!r}: {block} overlaps the one before it or lies outside the text")
            if self.text[cursor : block.start].strip():
                raise BadRecord(f"article {self.id!r}: characters {cursor}-{block.start} belong to no block")
            cursor = block.end
        if self.text[cursor:].strip():
            raise BadRecord(f"article {self.id!r}: characters {cursor}-{len(self.text)} belong to no block")

    @property
    def edition(self) -> str:
        return edition_of(self.text)


@dataclass(frozen=True, slots=True)
class Passage:
    """A searched span of an article's canonical text: ``article.text[start:end]``, never empty, never padded."""

    start: int
    end: int
    heading: str | None = None
    page: int | None = None
