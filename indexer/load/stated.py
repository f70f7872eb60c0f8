"""Metadata as a record states it, whoever wrote the record: YAML front matter and JSON lines share these fields.

Fields, with their other names: ``id`` (``_id``), ``title``, ``authors`` (``author``), ``publisher`` (``source``,
``site``), ``published`` (``date``), ``url`` (``canonical_url``), ``language`` (``lang``) and ``original``, which holds
``publisher``, ``published`` and ``url``. Any other field is ignored; a known one with a value of the wrong type
is named, and the article goes without it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from indexer.errors import BadDate
from indexer.load.dates import parse_date
from indexer.load.text.masthead import read_names
from indexer.records import Original, PartialDate, canonical_text

_NAMES = {
    "id": ("id", "_id"),
    "title": ("title",),
    "authors": ("authors", "author"),
    "publisher": ("publisher", "source", "site"),
    "published": ("published", "date"),
    "url": ("url", "canonical_url"),
    "language": ("language", "lang"),
    "original": ("original",),
}
_ORIGINAL_FIELDS = {"publisher", "published", "url"}
_SHOWN = 80  # characters of a wrong value in a message
_CLOCK = re.compile(r"(\S.*?)[\sT]\d+:\d{2}")  # newswires mistype the hour; the day is still said
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*")


class BadField(Exception):
    """A field whose value cannot be used; never leaves the loaders, which add file and line.

    ``key`` is the field's name as the record spells it.
    """

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(problem)
        self.key = key


@dataclass(slots=True)
class Stated:
    """What a record states; ``keys`` says under which name each field stood, ``problems`` what could not be used."""

    id: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published: PartialDate | None = None
    url: str | None = None
    language: str | None = None
    original: Original | None = None
    keys: dict[str, str] = field(default_factory=dict)
    problems: list[BadField] = field(default_factory=list)

    def provenance(self, source: str) -> dict[str, str]:
        """The source of each field that has a value, but for the id."""
        return {name: source for name in self.keys if name != "id"}


def read_stated(record: Mapping[str, object]) -> Stated:
    """The known fields of a record; empty and null ones count as not stated, as do those listed in ``problems``.

    Raises:
        BadField: the id has a value that is none.
    """
    stated = Stated()
    for name, spellings in _NAMES.items():
        for key in spellings:
            value = record.get(key)
            if value is None or value == "" or value == [] or value == {}:
                continue
            try:
                _set(stated, name, key, value)
            except BadField as problem:
                if name == "id":
                    raise
                stated.problems.append(problem)
                continue
            stated.keys[name] = key
            break
    return stated


def _set(stated: Stated, name: str, key: str, value: object) -> None:
    if name == "authors":
        stated.authors = _authors(key, value)
    elif name == "published":
        stated.published = _date(key, value)
    elif name == "original":
        stated.original = _original(key, value)
    elif name == "language":
        stated.language = _language(key, value)
    elif name == "id":
        stated.id = str(value) if isinstance(value, int) and not isinstance(value, bool) else _line(key, value)
    elif name == "title":
        stated.title = _line(key, value)
    elif name == "publisher":
        stated.publisher = _line(key, value)
    else:
        stated.url = _url(key, value)


def _wrong(key: str, value: object, wanted: str) -> BadField:
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "..."
    return BadField(key, f"field {key!r} is {shown}, which is not {wanted}")


def _line(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(key, value, "text")
    return " ".join(canonical_text(value).split())


def _url(key: str, value: object) -> str:
    url = _line(key, value)
    try:
        urlsplit(url)
    except ValueError as error:  # a bracket that none closes
        raise _wrong(key, value, f"a URL: {error}") from error
    return url


def _authors(key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(dict.fromkeys(_line(key, author) for author in value))
    names = _line(key, value)
    return read_names(names) or (names,)


def _date(key: str, value: object) -> PartialDate:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise _wrong(key, value, "a date. Write it as YYYY, YYYY-MM or YYYY-MM-DD")
    try:
        return _read_date(str(value))
    except BadDate as error:
        raise _wrong(
            key, value, "a date that can be read in one way. Write it as YYYY, YYYY-MM or YYYY-MM-DD"
        ) from error


@lru_cache(maxsize=4096)  # the lines of one file share their days
def _read_date(text: str) -> PartialDate:
    before_clock = _CLOCK.match(text)  # newswires write marks of their own after the time of day
    return parse_date(text) or (parse_date(before_clock[1]) if before_clock else None) or PartialDate.parse(text)


def _language(key: str, value: object) -> str:
    match = _LANGUAGE.fullmatch(_line(key, value))
    if match is None:
        raise _wrong(key, value, "a language code such as 'en'")
    return match[1].lower()


def _original(key: str, value: object) -> Original:
    if not isinstance(value, dict) or not set(value) <= _ORIGINAL_FIELDS:
        raise _wrong(key, value, "an object of publisher, published and url")
    stated = read_stated(value)
    if stated.problems:
        raise BadField(key, str(stated.problems[0]))
    return Original(stated.publisher, stated.published, stated.url)
