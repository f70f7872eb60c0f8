"""Where a text names a time, and which: a day, a month, a year, a decade, a season, a span of years.

What it leaves open stays open: "January 20" has no year and is never given one. Words that say a time only beside
another ("three years later", "last week") are found by ``hints_at_a_time`` and have no value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from service.answer.taken import Taken

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH_NUMBER = {name[:3]: number for number, name in enumerate(_MONTHS, 1)}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SEASONS = {"spring": "spring", "summer": "summer", "autumn": "autumn", "fall": "autumn", "winter": "winter"}
_SEASON_MONTHS = {
    "spring": frozenset({3, 4, 5, 6}),
    "summer": frozenset({6, 7, 8, 9}),
    "autumn": frozenset({9, 10, 11, 12}),
    "winter": frozenset({12, 1, 2, 3}),
}
_DECADE_WORDS = {
    **{"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50},
    **{"sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90},
}

_LONG = "|".join(_MONTHS)
_SHORT = "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
_MONTH = rf"(?P<month>(?:{_LONG})\b|(?:{_SHORT})\b\.?)"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?\b(?![.,]\d{3})"
_YEAR = r"(?P<year>1\d{3}|20\d{2}|21\d{2})"
_PART = r"(?:mid|early|late)[-\s]|(?:the\s+)?(?:beginning|start|middle|end)\s+of\s+"
_ERA = r"\s*(?:B\.?C\.?(?:E\.?)?|A\.?D\.?|C\.?E\.?)\b"

_FORMS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_YEAR}-(?P<month_number>0[1-9]|1[0-2])(?:-(?P<day>0[1-9]|[12]\d|3[01]))?(?!\d|-\d)",
        rf"(?<![\d.]){_DAY}\.(?P<month_number>0?[1-9]|1[0-2])\.{_YEAR}(?!\d)",
        rf"(?<![\d.,]){_DAY}(?:\s+of)?[\s-]+{_MONTH}(?:[\s,-]+(?:of\s+)?{_YEAR}(?!\d))?",
        rf"\b{_MONTH}\s*(?:the\s+)?{_DAY}(?!\s*(?:%|per\s?cent))(?:\s*,?\s*(?:of\s+)?{_YEAR}(?!\d))?",
        rf"(?:{_PART})?\b{_MONTH}(?:\s*,?\s*(?:of\s+)?{_YEAR}(?!\d))",
        rf"\b(?:{_PART})?(?P<season>spring|summer|autumn|fall|winter)(?:\s*,?\s*(?:of\s+)?{_YEAR}(?!\d))",
        r"(?<!\w)(?P<decade>1\d|20)(?P<tens>\d)0[’']?s\b",
        rf"\b(?P<tens_word>{'|'.join(_DECADE_WORDS)})\b",
        rf"(?<![\w.,$£€-]){_YEAR}\s?[-–—/]\s?(?P<until>\d{{2}}|\d{{4}})(?![\d-])",
        rf"(?<![\w.,$£€-]){_YEAR}\s+(?:to|until|till|through)\s+(?P<until>\d{{4}})(?![\d-])",
        rf"(?<=\bbetween\s){_YEAR}\s+and\s+(?P<until>\d{{4}})(?![\d-])",
        r"(?<![\w-])(?P<century>\d{1,2})(?:st|nd|rd|th)[\s-]+century\b",
        rf"(?<![\w$£€¥.,+/-]){_YEAR}(?P<era>{_ERA})?(?![\w%+/]|[.,]\d|-\w|\s*(?:per\s?cent|%|million|billion|thousand)\b)",
    )
]
# "may", "march" and "fall" are also other words: alone, they are times only where one is spoken of.
_LONE = re.compile(
    rf"""(?:(?<=\bin\s)|(?<=\bby\s)|(?<=\bof\s)|(?<=\bsince\s)|(?<=\buntil\s)|(?<=\blast\s)|(?<=\bnext\s)
           |(?<=\bthis\s)|(?<=\bearly\s)|(?<=\blate\s)|(?<=\bmid[-\s])|(?<=\bthe\s)|(?<=\band\s)|(?<=\bto\s)
           |(?<=\bfrom\s)|(?<=\bduring\s)|(?<=\bafter\s)|(?<=\bbefore\s))
        (?:(?P<month>march|may)|(?P<season>spring|summer|autumn|fall|winter))\b
      | \b(?P<month_sure>january|february|april|june|july|august|september|october|november|december)\b
      | \b(?P<weekday>{"|".join(_WEEKDAYS)})s?\b""",
    re.VERBOSE | re.IGNORECASE,
)
_HINT = re.compile(
    r"""\b(?:yesterday|today|tomorrow|tonight|nowadays|currently|recently|soon|shortly|now|then|once|later|earlier
      |before|after|afterwards?|ago|since|until|when|during|morning|afternoon|evening|night|noon|midnight|dawn
      |(?:last|next|this|that|same|previous|following|coming|first|every|each)\s+(?:\w+\s+)?
        (?:day|week|weekend|month|year|decade|century|time|quarter|season)s?
      |seconds?|minutes?|hours?|days?|weeks?|weekends?|months?|years?|decades?|century|centuries|era|period|age
      |christmas|easter|ramadan|nowruz|eve|war|annually|daily|weekly|monthly|yearly)\b""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """``text[start:end]`` as a time. ``until`` is the last year of a span; a weekday counts from Monday, 0."""

    start: int
    end: int
    year: int | None = None
    until: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    season: str | None = None

    def agrees_with(self, other: Moment) -> bool:
        """Whether both may be one time: no part that both name differs. A year within a span agrees with it."""
        if self.year is not None and other.year is not None:
            first, last = self.year, self.until or self.year
            if last < other.year or (other.until or other.year) < first:
                return False
        if self._season_months.isdisjoint(other._season_months):
            return False
        return not any(
            mine is not None and theirs is not None and mine != theirs
            for mine, theirs in ((self.month, other.month), (self.day, other.day), (self.weekday, other.weekday))
        )

    def names_all_of(self, other: Moment) -> bool:
        """Whether every part that the other names is named here too."""
        return all(
            mine is not None or theirs is None
            for mine, theirs in (
                (self.year, other.year),
                (self.month, other.month),
                (self.day, other.day),
                (self.weekday, other.weekday),
                (self.season or self.month, other.season),
            )
        )

    @property
    def _season_months(self) -> frozenset[int]:
        """The months that it may lie in, as far as a season or a month says."""
        if self.month is not None:
            return frozenset({self.month})
        return _SEASON_MONTHS[self.season] if self.season is not None else frozenset(range(1, 13))


@lru_cache(maxsize=256)
def moments(text: str) -> tuple[Moment, ...]:
    """Every time that the text names, in order and without overlap.

    >>> [(m.year, m.month, m.day) for m in moments("On Jan. 20 and in June 2010; since the summer of 2019")]
    [(None, 1, 20), (2010, 6, None), (2019, None, None)]
    """
    taken = Taken(text)
    matches = (match for form in (*_FORMS, _LONE) for match in form.finditer(text))
    found = [_moment(match) for match in matches if taken.take(match.start(), match.end())]
    return tuple(sorted(found, key=lambda moment: moment.start))


def bears_out(moment: Moment, there: tuple[Moment, ...]) -> bool:
    """Whether one of these times is the moment, or two are that complete each other ("January 20" and 2015)."""
    matching = [other for other in there if other.agrees_with(moment)]
    if any(other.names_all_of(moment) for other in matching):
        return True
    rest = replace(moment, year=None, until=None)
    if not (rest.month or rest.season) or not any(_same_year(other, moment) for other in there):
        return False
    return any(other.year is None and other.names_all_of(rest) for other in matching)


def _same_year(one: Moment, other: Moment) -> bool:
    return one.year is not None and Moment(0, 0, one.year, one.until).agrees_with(Moment(0, 0, other.year, other.until))


def hints_at_a_time(text: str) -> bool:
    """Whether the text says a time in any way, one without a value ("three years later") too."""
    return bool(moments(text)) or bool(_HINT.search(text))


def _moment(match: re.Match[str]) -> Moment:
    named = {name: value for name, value in match.groupdict().items() if value}
    year, until = _years(named)
    month = named.get("month") or named.get("month_sure")
    number = named.get("month_number")
    weekday, season = named.get("weekday"), named.get("season")
    return Moment(
        match.start(),
        match.end(),
        year=year,
        until=until,
        month=_MONTH_NUMBER[month[:3].lower()] if month else int(number) if number else None,
        day=int(named["day"]) if "day" in named else None,
        weekday=_WEEKDAYS.index(weekday.lower()) if weekday else None,
        season=_SEASONS[season.lower()] if season else None,
    )


def _years(named: dict[str, str]) -> tuple[int | None, int | None]:
    if "decade" in named:
        first = int(f"{named['decade']}{named['tens']}0")
        return first, first + (99 if named["tens"] == "0" else 9)
    if "tens_word" in named:
        first = 1900 + _DECADE_WORDS[named["tens_word"].lower()]
        return first, first + 9
    if "century" in named:
        last = int(named["century"]) * 100
        return last - 99, last
    if "year" not in named:
        return None, None
    year = int(named["year"])
    if "era" in named and named["era"].strip().lower().startswith("b"):
        return -year, None
    if "until" not in named:
        return year, None
    until = int(named["until"])
    until += year - year % 100 if len(named["until"]) == 2 else 0
    return year, until if until > year else None
