"""What people type: plain words, and the operators they already know.

Anything that is not an operator is words, so no input is a syntax error; an operator whose value makes no sense is
searched as words, and ``notes`` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from indexer.errors import BadDate, BadQuery
from indexer.filters import Filter
from indexer.records import PartialDate

LONGEST = 10_000
"""Characters. Longer input is an article, not a query: ``similar`` takes articles."""
_MOST_OPERATORS = 64

_QUOTED = r'["“”„]([^"“”„]*)["“”]'
_TOKEN = re.compile(
    rf"""(?P<field>publisher|author|language|article|after|before):(?:{_QUOTED}|(?P<value>\S+))
       | (?P<minus>(?<!\S)-)(?={_QUOTED}|\w)(?:{_QUOTED}|(?P<without>\S+))
       | {_QUOTED}""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query taken apart.

    ``text`` is what is ranked by: the words and the words of the phrases. ``asks`` says whether there are words beside
    the phrases: a question that quotes something, not a search for the quotation.
    """

    text: str
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    filter: Filter = field(default_factory=Filter)
    notes: tuple[str, ...] = ()
    asks: bool = False


def parse_query(raw: str, base: Filter | None = None) -> ParsedQuery:
    """Take a query apart; the operators' conditions are added to those of ``base``.

    >>> parse_query('port visits "naval bases" -Syria publisher:"Global Research" after:2015').phrases
    ('naval bases',)

    Raises:
        BadQuery: nothing is left to rank by, or the query is longer than ``LONGEST`` characters.
    """
    if len(raw) > LONGEST:
        raise BadQuery(
            f"a query of {len(raw):,} characters; {LONGEST:,} are the most. To search by a whole text, index it and "
            "run: pressmark similar ID"
        )
    if any("\ud800" <= character <= "\udfff" for character in raw):
        raise BadQuery(f"{raw[:80]!r} holds half a character. Type it again, or send it as UTF-8")
    found = _Found()
    rest = _TOKEN.sub(lambda match: found.take(match), raw)
    text = " ".join(rest.split())
    if not any(character.isalnum() for character in text):
        raise BadQuery(_nothing_to_rank(raw, bool(found.fields or found.without)))
    if found.count > _MOST_OPERATORS:
        raise BadQuery(f"{found.count:,} operators in one query; {_MOST_OPERATORS} are the most. Leave some out")
    limits = _merged(base or Filter(), found)
    asks = bool(found.phrases) and any(character.isalnum() for character in _TOKEN.sub(" ", raw))
    return ParsedQuery(text, tuple(found.phrases), tuple(found.without), limits, tuple(found.notes), asks)


def _nothing_to_rank(raw: str, operators: bool) -> str:
    if operators:
        return f"{raw!r} only filters. Add words to search for, or list articles: pressmark status --articles"
    return f"{raw!r} holds no word to search for. Type some: pressmark search 'naval exercise'"


class _Found:
    """The operators seen so far, in order."""

    def __init__(self) -> None:
        self.phrases: list[str] = []
        self.without: list[str] = []
        self.fields: dict[str, list[str]] = {}
        self.dates: dict[str, PartialDate] = {}
        self.notes: list[str] = []

    @property
    def count(self) -> int:
        return len(self.phrases) + len(self.without) + sum(map(len, self.fields.values()))

    def take(self, match: re.Match[str]) -> str:
        """Record an operator; what is returned stays in the text that is ranked by."""
        # Three alternatives quote something: a field's value, what is excluded, a phrase.
        field_quoted, minus_quoted, phrase = match.group(2), match.group(6), match.group(8)
        if match["field"]:
            return self._field(match["field"].lower(), (field_quoted or match["value"] or "").strip(), match[0])
        if match["minus"]:
            excluded = minus_quoted if minus_quoted is not None else match["without"]
            if any(c.isalnum() for c in excluded):
                self.without.append(excluded)
            return " "
        if any(c.isalnum() for c in phrase):
            self.phrases.append(phrase.strip())
        return f" {phrase} "

    def _field(self, name: str, value: str, whole: str) -> str:
        if not any(c.isalnum() for c in value):
            return f" {whole} "
        if name not in {"after", "before"}:
            self.fields.setdefault(name, []).append(value)
            return " "
        try:
            self.dates[name] = PartialDate.parse(value)
        except BadDate as error:
            self.notes.append(f"{whole} is searched as words: {error}")
            return f" {whole} "
        return " "


def _merged(base: Filter, found: _Found) -> Filter:
    if not found.fields and not found.dates:
        return base
    fields = found.fields
    return Filter(
        publishers=tuple(fields.get("publisher", ())),
        authors=tuple(fields.get("author", ())),
        languages=tuple(fields.get("language", ())),
        articles=tuple(fields.get("article", ())),
        after=found.dates.get("after"),
        before=found.dates.get("before"),
        also=base or None,
    )
