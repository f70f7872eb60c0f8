"""Who wrote the articles of one generation, found by the words of a name."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from weakref import WeakMethod

from indexer.filters import words_of_name
from indexer.rows import Query

_ADDED = "mr mrs ms dr prof professor sir lord lady jr sr phd md ii iii"
"""What stands beside a name and is no part of it."""
_BODIES = (
    "staff editor editors editorial board team desk correspondent correspondents reporter reporters writer writers "
    "contributor contributors newsroom agency agencies news press media times post institute center centre university "
    "department ministry council court office service group company organisation organization committee commission "
    "association foundation society union"
)
"""Words of bylines that make them nobody's in particular."""
_ADDITIONS, _NO_NAMES = frozenset(_ADDED.split()), frozenset(_BODIES.split())


def first_and_last(author: str) -> tuple[str, str] | None:
    """A person's first and last word, titles and the like aside; None of a body, and of whom one word alone names.

    >>> first_and_last("Dr. Martin L. King Jr."), first_and_last("Reuters Staff"), first_and_last("Editor")
    (('martin', 'king'), None, None)
    """
    words = [word for word in words_of_name(author) if word not in _ADDITIONS]
    if len(words) < 2 or len(words[-1]) < 3 or not _NO_NAMES.isdisjoint(words):
        return None
    return words[0], words[-1]


class Bylines:
    """The authors of one generation's articles, read when first asked. Safe to use from several threads."""

    def __init__(self, query: Query) -> None:
        self._query = WeakMethod(query)  # as in ``tallies``: each holding the other, an old generation would stay open
        self._by_last_word: dict[str, list[tuple[str, str]]] | None = None
        self._lock = threading.Lock()

    def within(self, words: Iterable[str]) -> list[str]:
        """What articles state of their authors, as JSON, sorted, where the first and the last word of one's name are
        among these. One word of a name alone may be anybody's.
        """
        with self._lock:
            if self._by_last_word is None:
                self._by_last_word = self._read()
        among = {*words}
        known = self._by_last_word
        return sorted({stated for word in among for first, stated in known.get(word, ()) if first in among})

    def _read(self) -> dict[str, list[tuple[str, str]]]:
        query = self._query()
        assert query is not None
        names: dict[str, list[tuple[str, str]]] = {}
        for (stated,) in query("SELECT DISTINCT authors FROM articles WHERE authors != '[]'", ()):
            for author in json.loads(stated):
                if found := first_and_last(author):
                    names.setdefault(found[1], []).append((found[0], stated))
        return names
