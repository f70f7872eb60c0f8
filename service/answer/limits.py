"""Which articles a question's date words limit the search to, where they speak of when articles were published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from indexer.filters import Filter
from indexer.records import PartialDate
from service.answer.dates import Window


def limited(limits: Filter, windows: Sequence[Window]) -> tuple[Filter, tuple[str, ...]]:
    """The filter with what the question says of when articles were published, and a note on each such limit."""
    notes = []
    for window in windows:
        if not window.of_publication:
            notes.append(f'"{window.words}": passages that speak of that time count more')
        elif (published := _published(window)) is None:
            notes.append(f'"{window.words}" names no time without a doubt: articles of any date are searched')
        else:
            limits = replace(published, also=limits or None)
            notes.append(f'"{window.words}": only articles published then are searched')
    return limits, tuple(notes)


def _published(window: Window) -> Filter | None:
    """The articles published within it; None where it has no year ("January 20") or ends before it begins."""
    first, last = window.first, window.last
    if (first is None and last is None) or (first and last and last < first):
        return None
    after = _partial(first) if first else None
    before = _partial(last + timedelta(days=1)) if last and last < date.max else None
    return Filter(after=after, before=before)


def _partial(day: date) -> PartialDate:
    return PartialDate(day.year, day.month, day.day)
