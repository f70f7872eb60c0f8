"""Which articles a search is limited to, as one SQL condition over the table ``articles``."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass

from indexer.errors import BadQuery
from indexer.records import PartialDate

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that an article must all meet; within one field, any of the values will do.

    ``after`` is inclusive and ``before`` exclusive, so ``after=2015, before=2016`` is the year 2015. An article dated
    only to a month or a year is in when any of its days is; an undated one is out as soon as a date is asked for.

    Raises:
        BadQuery: the range of dates is empty.
    """

    publishers: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    after: PartialDate | None = None
    before: PartialDate | None = None
    also: Filter | None = None
    """Another filter that must be met as well."""

    def __post_init__(self) -> None:
        if self.after and self.before and self.after.first_day >= self.before.first_day:
            raise BadQuery(
                f"no day is on or after {self.after} and before {self.before}. --before is exclusive: name a later day"
            )

    def __bool__(self) -> bool:
        return self != Filter()

    def where(self) -> tuple[str, list[object]]:
        """An SQL condition and its parameters; ``1`` when there is nothing to filter."""
        conditions: list[str] = []
        values: list[object] = []
        for column, matches, names in (
            ("publisher", "name_matches", self.publishers),
            ("authors", "author_matches", self.authors),
        ):
            if names:
                any_of = " OR ".join([f"{matches}(value, ?)"] * len(names))
                # Materialised: else SQLite asks for every article what it need ask once for every name.
                conditions.append(
                    f"{column} IN (WITH names (value) AS MATERIALIZED (SELECT DISTINCT {column} FROM articles) "
                    f"SELECT value FROM names WHERE {any_of})"
                )
                values += names
        for column, exact in (("language", tuple(v.lower() for v in self.languages)), ("id", self.articles)):
            if exact:
                conditions.append(f"{column} IN ({','.join('?' * len(exact))})")
                values += exact
        if self.after:
            conditions.append("last_day >= ?")
            values.append(self.after.first_day.toordinal())
        if self.before:
            conditions.append("first_day < ?")
            values.append(self.before.first_day.toordinal())
        if self.also:
            condition, more = self.also.where()
            conditions.append(f"({condition})")
            values += more
        return " AND ".join(conditions) or "1", values


def name_matches(value: str | None, wanted: str) -> bool:
    """Whether a publisher's or author's name is the one meant: all wanted words, in any order, case and accents aside.

    >>> name_matches("Mahdi Darius Nazemroaya", "nazemroaya"), name_matches("Global Research", "globalresearch")
    (True, True)
    """
    if value is None:
        return False
    have, want = words_of_name(value), words_of_name(wanted)
    return bool(want) and (set(want) <= set(have) or "".join(want) == "".join(have))


def author_matches(names: str, wanted: str) -> bool:
    """Whether one of an article's authors, as JSON, is the one meant; words of two of them do not make a third.

    >>> author_matches('["John Doe", "Jane Smith"]', "Jane"), author_matches('["John Doe", "Jane Smith"]', "John Smith")
    (True, False)
    """
    return any(name_matches(name, wanted) for name in json.loads(names))


def words_of_name(text: str) -> list[str]:
    """The words of a name, or of a text that may hold one, case and accents aside.

    >>> words_of_name("José Pérez's book")
    ['jose', 'perez', 's', 'book']
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))
