"""Dates as articles write them, read without guessing.

Here is only the reading of a string that is a date as a whole. Where in a page or a file such a string is looked for is
each loader's business.
"""

from __future__ import annotations

import re
from typing import Literal

from indexer.errors import BadDate
from indexer.records import PartialDate

Order = Literal["dmy", "mdy", "ymd"]

_LONGEST = 80  # characters; a longer string is a sentence, not a date
_EARLIEST = 1000  # programs write year 1 where they have no date
_PIVOT = 69  # as POSIX strptime reads two-digit years: 69 is 1969, 68 is 2068

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH_NUMBER = {name[:3]: number for number, name in enumerate(_MONTHS, 1)}

_ZONE = r"""(?:\s*(?: z | \(?(?:utc|gmt|[ecmp]s?d?t|cest|wes?t|eest|bst|msk|ist|jst|kst|ae[sd]t)\b\)? ))?
            (?:\s*[+-]\d{2}(?::?\d{2})?)? (?:\s*(?:\[[\w/+-]+\]|\([\w/+\ -]+\)))?"""
_CLOCK = re.compile(
    rf"""(?: (?<=\d)t | \s*(?:[,|·–-]\s*)?(?:at\s+)?(?<![\d:.]) )
         (?: (?:[01]?\d|2[0-4]) : [0-5]\d (?: :[0-6]\d (?:[.,]\d+)? )? (?:\s*[ap]\.?m\b\.?)?
           | (?:0?[1-9]|1[0-2]) (?:\.[0-5]\d)? \s*[ap]\.?m\b\.? )
         {_ZONE} (?![\w:])""",
    re.VERBOSE,
)
_WEEKDAY = re.compile(r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?")

_MONTH = "(?P<month>" + "|".join([*_MONTHS, "sept", *_MONTH_NUMBER]) + r")(?![a-z])\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\d)"
_YEAR = r"(?P<year>\d{4})"
_WORDED = [
    re.compile(pattern)
    for pattern in (
        rf"{_DAY}(?:\s+of\b)?[\s,./-]*{_MONTH}[\s,/-]*(?P<year>\d{{4}}|\d{{2}})",
        rf"{_MONTH}[\s/-]*{_DAY}[\s,/-]+{_YEAR}",
        rf"{_YEAR}[\s,./-]*{_MONTH}(?:[\s/-]*{_DAY})?",
        rf"{_MONTH}(?:\s+of\b)?[\s,/-]*{_YEAR}",
    )
]
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4}) (?: ([-/.])(?P<month>\d{1,2}) (?: \2(?P<day>\d{1,2}) )? )?"
    r"|(?P<year8>\d{4})(?P<month8>\d{2})(?P<day8>\d{2})(?:t\d{4,6}z?)?"
    r"|(?P<year_cjk>\d{4})\s*年 (?:\s*(?P<month_cjk>\d{1,2})\s*月 (?:\s*(?P<day_cjk>\d{1,2})\s*日)? )?",
    re.VERBOSE,
)
_NUMBERS = re.compile(r"(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d{2})")


def parse_date(text: str, *, order: Order | None = None) -> PartialDate | None:
    """The date that the whole string states, or None when it is not a date, impossible or can be read in two ways.

    White space, a weekday and a time of day around it are passed over; the day is the one written, in the time zone
    it was written in. Numbers with dots are day first. ``order`` says how numbers with slashes or hyphens run where
    the source is known to write them so. Month names are English.

    >>> str(parse_date("26-FEB-1987 15:01:01.79")), str(parse_date("Oct. 2015")), parse_date("03/04/2015")
    ('1987-02-26', '2015-10', None)
    """
    if len(text) > _LONGEST:
        return None
    plain = _WEEKDAY.sub("", _CLOCK.sub(" ", " ".join(text.casefold().split()), count=1), count=1).strip(" ,|·–-")
    return _year_first(plain) or _worded(plain) or _numbers(plain, order)


def _year_first(text: str) -> PartialDate | None:
    match = _YEAR_FIRST.fullmatch(text)
    if match is None:
        return None
    found = {name.rstrip("8").removesuffix("_cjk"): value for name, value in match.groupdict().items() if value}
    return _date(found["year"], found.get("month"), found.get("day"))


def _worded(text: str) -> PartialDate | None:
    for pattern in _WORDED:
        if match := pattern.fullmatch(text):
            found = match.groupdict()
            return _date(found["year"], str(_MONTH_NUMBER[found["month"][:3]]), found.get("day"))
    return None


def _numbers(text: str, order: Order | None) -> PartialDate | None:
    match = _NUMBERS.fullmatch(text)
    if match is None:
        return None
    first, separator, second, third = match.groups()
    if separator == ".":
        return _date(third, second, first)
    readings = {"dmy": _date(third, second, first), "mdy": _date(third, first, second)}
    if len(third) == 2:
        readings["ymd"] = _date(first, second, third)
    if order is not None:
        return readings.get(order)
    dates = {reading for reading in readings.values() if reading is not None}
    return dates.pop() if len(dates) == 1 else None


def _date(year: str, month: str | None, day: str | None) -> PartialDate | None:
    full_year = int(year)
    if len(year) < 4:
        full_year += 1900 if full_year >= _PIVOT else 2000
    if full_year < _EARLIEST:
        return None
    try:
        return PartialDate(full_year, int(month) if month else None, int(day) if day else None)
    except BadDate:
        return None
