"""How many articles state which publisher, authors, language and date: what facets are made of."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from weakref import WeakMethod

from indexer.filters import Filter
from indexer.rows import Query

Groups = Mapping[tuple[str, ...], int]
"""What articles state -> how many state just that; ``()`` is nothing."""
_KEPT = 16
"""Filters whose tallies are kept; each costs some hundred bytes for every author."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A set of articles by what they state: all authors of an article together, a date to its month or its year."""

    articles: int
    publishers: Groups
    authors: Groups
    languages: Groups
    dates: Groups


class Tallies:
    """Tallies of one generation's articles, made by what holds this. Safe to use from several threads."""

    def __init__(self, query: Query) -> None:
        # Weak: each holding the other, a generation that nobody uses any more would stay open, and a writer's log long.
        self._query = WeakMethod(query)
        self._kept: dict[Filter, Tally] = {}
        self._lock = threading.Lock()

    def of(self, wanted: Filter) -> Tally:
        """All articles that meet a filter."""
        with self._lock:
            tally = self._kept.get(wanted)
        if tally is None:
            tally = self._counted(*wanted.where())
            with self._lock:
                if len(self._kept) >= _KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[wanted] = tally
        return tally

    def among(self, wanted: Filter, column: Literal["id", "content_id"], values: Iterable[str | int]) -> Tally:
        """The articles that meet a filter and are of these ids, or carry these contents."""
        where, limits = wanted.where()
        return self._counted(
            f"{column} IN (SELECT value FROM json_each(?)) AND ({where})", [json.dumps(list(values)), *limits]
        )

    def _counted(self, where: str, values: list[object]) -> Tally:
        # SQLite would sort the rows for each column, which takes three times as long as to hand over all of them.
        query = self._query()
        assert query is not None
        rows = query(f"SELECT publisher, authors, language, published FROM articles WHERE {where}", values)
        publishers, authors, languages, dates = map(Counter, zip(*rows, strict=True)) if rows else ({}, {}, {}, {})
        return Tally(
            len(rows),
            publishers=_groups(publishers, lambda name: (name,)),
            authors=_groups(authors, lambda names: tuple(json.loads(names))),
            languages=_groups(languages, lambda name: (name,)),
            dates=_groups(dates, lambda date: (date[: len("2015-10")],)),
        )


def _groups(counts: Mapping[str | None, int], stated: Callable[[str], tuple[str, ...]]) -> Groups:
    groups: Counter[tuple[str, ...]] = Counter()
    for value, count in counts.items():
        groups[() if value is None else stated(value)] += count
    return dict(groups)
