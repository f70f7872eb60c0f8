"""From which day to which a time lasts: one with a year, or one that is told from today ("last week")."""

from __future__ import annotations

import calendar
import re
from dataclasses import replace
from datetime import date, timedelta

from indexer.errors import BadDate
from indexer.records import PartialDate
from service.answer.moments import Moment

Days = tuple[date, date]
"""The first and the last day."""

RELATIVE = re.compile(
    r"\b(?P<which>last|this|next|past)\s+(?P<unit>week|month|year|decade|century)\b"
    r"|\b(?P<twice>(?:the\s+)?day\s+(?:before\s+|after\s+))?(?P<day>yesterday|today|tomorrow)\b",
    re.IGNORECASE,
)
_SEASON_STARTS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}


def days_of(moment: Moment) -> Days | None:
    """The first and last day of a time that has a year."""
    if moment.year is None or not 1 <= moment.year <= 9000:
        return None
    last_year = moment.until or moment.year
    if moment.season is not None:
        start = _SEASON_STARTS[moment.season]
        end = date(moment.year + start // 12, (start + 2) % 12 or 12, 1)
        return date(moment.year, start, 1), end.replace(day=calendar.monthrange(end.year, end.month)[1])
    try:
        partial = PartialDate(moment.year, moment.month, moment.day)
    except BadDate:  # February 30
        return None
    return partial.first_day, partial.last_day if moment.until is None else date(last_year, 12, 31)


def year_of_the_other(one: Moment, other: Moment) -> Moment:
    """A month or season without a year, with the year of the time that it stands in one span with, before or after it.

    >>> from service.answer.moments import moments
    >>> november, february = moments("from November to February 2015")
    >>> year_of_the_other(november, february).year
    2014
    """
    if one.year is not None or other.year is None or other.until is not None or not (one.month or one.season):
        return one
    turn = 0
    if one.month and other.month and (one.month > other.month) is (one.start < other.start):
        turn = 0 if one.month == other.month else -1 if one.start < other.start else 1
    return replace(one, year=other.year + turn)


def day_before(day: date) -> date:
    """The day before, or the first day that there is."""
    return day if day == date.min else day - timedelta(days=1)


def day_after(day: date) -> date:
    """The day after, or the last day that there is."""
    return day if day == date.max else day + timedelta(days=1)


def days_from_today(match: re.Match[str], today: date) -> Days:
    """The first and last day of words that ``RELATIVE`` matched.

    >>> [str(day) for day in days_from_today(RELATIVE.search("sold last month"), date(2020, 3, 31))]
    ['2020-02-01', '2020-02-29']
    """
    if match["day"]:
        steps = {"yesterday": -1, "today": 0, "tomorrow": 1}[match["day"].lower()]
        if match["twice"]:
            steps += -1 if "before" in match["twice"].lower() else 1
        day = today + timedelta(days=steps)
        return day, day
    steps = {"last": -1, "past": -1, "this": 0, "next": 1}[match["which"].lower()]
    unit = match["unit"].lower()
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=steps)
        return monday, monday + timedelta(days=6)
    if unit == "month":
        months = today.year * 12 + today.month - 1 + steps
        partial = PartialDate(months // 12, months % 12 + 1)
        return partial.first_day, partial.last_day
    years = {"year": 1, "decade": 10, "century": 100}[unit]
    first = today.year - today.year % years + steps * years
    return date(first, 1, 1), date(first + years - 1, 12, 31)
