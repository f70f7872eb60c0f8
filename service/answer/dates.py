"""What the date words of a question limit it to.

A date in a question is nearly always when something happened, which the text speaks of, and not when it was published:
"in 2015" is no filter. Only words about publishing ("articles from 2015", "as reported in March 2020") are about that.
An event ("before the sanctions ended") is no date and is never turned into one: ``note`` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from indexer.records import PartialDate
from service.answer.days import day_after, day_before, days_of, year_of_the_other
from service.answer.moments import Moment, moments
from service.answer.times import Time, times

_PUBLISHED = re.compile(
    r"\b(?:articles?|reports?|pieces?|stor(?:y|ies)|news|coverage|texts?|sources?|publications?|commentar(?:y|ies))\s+"
    r"(?:(?:published|written|dated|that\s+appeared)\s+)?(?:from|of|in|since|before|after|between|during|until|by|on)\W*$"
    r"|\b(?:published|written|printed|dated|reported|as\s+of|appeared)\s+(?:(?:in|on|since|before|after|between|during"
    r"|until|by|from)\s+)?(?:the\s+)?(?:early\s+|late\s+|mid-?\s*)?$",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\b(?:before|prior\s+to|earlier\s+than)\s+(?:the\s+)?(?:\w+\s+of\s+)?$", re.I)
_AFTER = re.compile(r"\b(?:after|later\s+than)\s+(?:the\s+)?(?:\w+\s+of\s+)?$", re.I)
_SINCE = re.compile(r"\b(?:since|from)\s+(?:the\s+)?(?:\w+\s+of\s+)?$", re.I)
_UNTIL = re.compile(r"\b(?:until|till|up\s+to)\s+(?:the\s+)?(?:\w+\s+of\s+)?$", re.I)
_BY = re.compile(r"\bby\s+(?:the\s+)?(?:(?:end|beginning|start|middle)\s+of\s+)?$", re.I)
_IN = re.compile(
    r"\b(?:in|on|during|throughout)\s+(?:the\s+)?(?:(?:year|month|summer|early|late)\s+)?(?:of\s+)?$", re.I
)
_RELATIONS = (_BEFORE, _AFTER, _SINCE, _UNTIL, _BY, _IN)
_TO = re.compile(r"\s*(?:to|until|till|through|and|-|–)\s+(?:the\s+)?(?:\w+\s+of\s+)?$", re.I)
_BETWEEN = re.compile(r"\b(?:between|from)\s+(?:the\s+)?(?:\w+\s+of\s+)?$", re.I)
_FIRST_DAY = re.compile(
    r"\b(?:between|from)\s+(?:the\s+)?(?P<day>[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
    r"\s*(?:to|until|till|through|and|-|–)\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"\b(?:before|after|since|until)\s+(?!or\b|long\b|which\b|what\b|when\b|whom?\b|then\b|now\b"
    r"|the\s+(?:\w+\s+)?(?:court|tribunal|council|committee|commission|parliament|judge|congress|senate)\b)"
    r"(?:(?!or\b)[^\s,;?.]+\s*){1,8}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in a question. ``words`` are the question's; an end that is None is open.

    ``of_publication`` is whether it limits when an article was published. A window without either end names a time
    without a year ("January 20"), which is in ``moment``.
    """

    first: date | None
    last: date | None
    words: str
    of_publication: bool = False
    moment: Moment | None = None


@dataclass(frozen=True, slots=True)
class DateWords:
    """The windows that a question's date words open, and notes on those words that no date can be made of."""

    windows: tuple[Window, ...]
    notes: tuple[str, ...] = ()


def date_words(question: str, today: date | None = None) -> DateWords:
    """What the date words of the question limit.

    Args:
        question: as it was asked.
        today: what "last year" counts from; such words stay unresolved without it, and a note says so.

    >>> window = date_words("What was sold after June 2010?").windows[0]
    >>> window.words, str(window.first), window.last
    ('after June 2010', '2010-07-01', None)
    """
    windows: list[Window] = []
    rest, notes = times(question, today)
    while rest:
        time, *rest = rest
        if rest and _pairs(question, time, rest[0]):
            windows.append(_between(question, time, rest.pop(0)))
        else:
            windows.append(_two_days(question, time) or _window(question, time))
    return DateWords(tuple(windows), (*notes, *_events(question, windows)))


def mentions(window: Window, text: str, published: PartialDate | None = None) -> bool | None:
    """Whether a text is of the window: by what it says or, for a window of publication, by when it was published.

    None where it names no time that could be compared: then its date of publication says that it may be (True when it
    was published within the window) or nothing.

    >>> mentions(date_words("in 2010?").windows[0], "In June 2010 it was banned.")
    True
    """
    within = None if published is None else _overlaps(window, published.first_day, published.last_day)
    if window.of_publication:
        return within
    times = moments(text)
    if window.first is None and window.last is None:
        named = [m for m in times if window.moment is not None and m.names_all_of(window.moment)]
        return any(window.moment is not None and m.agrees_with(window.moment) for m in named) if named else None
    dated = [span for moment in times if (span := days_of(moment)) is not None]
    if any(_overlaps(window, first, last) for first, last in dated):
        return True
    if within:
        return True
    return False if dated else None


def _overlaps(window: Window, first: date, last: date) -> bool:
    return (window.first is None or window.first <= last) and (window.last is None or first <= window.last)


def _window(question: str, time: Time) -> Window:
    before = question[: time.start]
    published = _PUBLISHED.search(before) is not None
    if time.days is None:
        return Window(None, None, question[time.start : time.end], published, time.moment)
    relation = next((form for form in _relations(time) if form.search(before)), None)
    opening = relation.search(before) if relation else None
    words = question[opening.start() if opening else time.start : time.end]
    first, last = time.days
    if relation is _BEFORE:
        return Window(None, day_before(first), words, published, time.moment)
    if relation is _AFTER:
        return Window(day_after(last), None, words, published, time.moment)
    open_start = relation in {_UNTIL, _BY}
    open_end = relation is _SINCE and (not published or words.lower().startswith("since"))
    return Window(None if open_start else first, None if open_end else last, words, published, time.moment)


def _relations(time: Time) -> tuple[re.Pattern[str], ...]:
    """What may stand before a time; "from" before several years is the start of them ("from 2014 to 2016")."""
    spans_years = time.moment is not None and time.moment.until is not None
    return (_BETWEEN, *_RELATIONS[:-1]) if spans_years else _RELATIONS


def _pairs(question: str, one: Time, other: Time) -> bool:
    joined = question[one.end : other.start]
    return _TO.fullmatch(joined) is not None and _BETWEEN.search(question[: one.start]) is not None


def _between(question: str, one: Time, other: Time) -> Window:
    before = question[: one.start]
    opening = _BETWEEN.search(before)
    start = opening.start() if opening else one.start
    first, last = one.days, other.days
    if one.moment is not None and other.moment is not None:
        first = days_of(year_of_the_other(one.moment, other.moment))
        last = days_of(year_of_the_other(other.moment, one.moment))
    return Window(
        first[0] if first else None,
        last[1] if last else None,
        question[start : other.end],
        _PUBLISHED.search(before) is not None,
        one.moment,
    )


def _two_days(question: str, time: Time) -> Window | None:
    """The window of two days of one month, where the first is a bare number: "between 3 and 5 March 2015"."""
    opening = _FIRST_DAY.search(question[: time.start])
    if opening is None or time.moment is None or time.days is None or time.moment.day is None:
        return None
    first = days_of(replace(time.moment, day=int(opening["day"])))
    if first is None or first[0] >= time.days[0]:
        return None
    published = _PUBLISHED.search(question[: opening.start("day")]) is not None
    return Window(first[0], time.days[1], question[opening.start() : time.end], published, time.moment)


def _events(question: str, windows: list[Window]) -> list[str]:
    """Notes on clauses that limit the time by an event: such words have no date."""
    notes = []
    for match in _EVENT.finditer(question):
        words = match[0].strip()
        dated = any(window.words in words or words in window.words for window in windows)
        if not dated:
            notes.append(f'"{words}" is an event and no date: it is searched as words')
    return notes
