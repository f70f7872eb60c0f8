"""How many articles state which publisher, authors, language and date: what facets are made of."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from indexer.filters import Filter
from indexer.rows import Query

Groups = Mapping[tuple[str, ...], int]
"""What articles state -> how many state just that; ``()`` is nothing."""
_KEPT = 16
"""Filters whose tallies are kept; each costs some hundred bytes for every author."""
_COLUMNS = ("publisher", "authors", "language", "month")


@dataclass(frozen=True, slots=True)
class Tally:
    """A set of articles by what they state: all authors of an article together, a date to its month or its year."""

    articles: int
    publishers: Groups
    authors: Groups
    languages: Groups
    dates: Groups


class Tallies:
    """Tallies of one generation's articles. Safe to use from several threads."""

    def __init__(self, query: Query) -> None:
        self._query = query
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
        # One pass over the articles, whose rows are wide, and four over what is kept of them.
        counts = " UNION ALL ".join(f"SELECT '{name}', {name}, count(*) FROM kept GROUP BY {name}" for name in _COLUMNS)
        found: dict[str, dict[tuple[str, ...], int]] = {name: {} for name in _COLUMNS}
        for name, value, count in self._query(
            "WITH kept AS MATERIALIZED (SELECT publisher, authors, language, substr(published, 1, 7) AS month "
            f"FROM articles WHERE {where}) {counts}",
            values,
        ):
            key = () if value is None else tuple(json.loads(value)) if name == "authors" else (str(value),)
            found[name][key] = found[name].get(key, 0) + count
        return Tally(sum(found["language"].values()), *(found[name] for name in _COLUMNS))
