"""The times that a question names, in order: by a date, or from today ("last year")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from service.answer.days import RELATIVE, Days, days_from_today, days_of
from service.answer.moments import Moment, moments
from service.answer.names import names


@dataclass(frozen=True, slots=True)
class Time:
    """A time at ``question[start:end]``: named by its parts (``moment``), or told from today and known by its days."""

    start: int
    end: int
    days: Days | None
    moment: Moment | None = None


def times(question: str, today: date | None) -> tuple[list[Time], list[str]]:
    """The times of a question in order, and notes on those that are told from a day that is not known."""
    in_names = [(name.start, name.end) for name in names(question)]
    found = [
        Time(moment.start, moment.end, days_of(moment), moment)
        for moment in moments(question)
        if not any(start < moment.start and moment.end <= end for start, end in in_names)
    ]
    notes: list[str] = []
    for match in RELATIVE.finditer(question):
        if today is None:
            notes.append(f'"{match[0]}" is not looked for by date: what day it counts from is not known')
        else:
            found.append(Time(match.start(), match.end(), days_from_today(match, today)))
    return sorted(found, key=lambda time: time.start), notes
