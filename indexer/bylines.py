"""Who wrote the articles of one generation, found by the words of a name."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable
from weakref import WeakMethod

from indexer.rows import Query

_WORD = re.compile(r"\w+")


def words_of_name(text: str) -> list[str]:
    """The words of a name, or of a text that may hold one, case aside.

    >>> words_of_name("Mahdi Nazemroaya's book")
    ['mahdi', 'nazemroaya', 's', 'book']
    """
    return _WORD.findall(text.casefold())


class Bylines:
    """The authors of one generation's articles, read when first asked. Safe to use from several threads."""

    def __init__(self, query: Query) -> None:
        self._query = WeakMethod(query)  # as in ``tallies``: each holding the other, an old generation would stay open
        self._by_last_word: dict[str, list[tuple[frozenset[str], str]]] | None = None
        self._lock = threading.Lock()

    def within(self, words: Iterable[str]) -> list[str]:
        """What articles state of their authors, as JSON, where all words of one's name are among these, in order.

        A name is two words at least: a text that has one word of it may speak of anybody.
        """
        with self._lock:
            if self._by_last_word is None:
                self._by_last_word = self._read()
        among = {*words}
        found = {
            stated
            for word in among
            for name, stated in self._by_last_word.get(word, ())
            if len(name) > 1 and name <= among
        }
        return sorted(found)

    def _read(self) -> dict[str, list[tuple[frozenset[str], str]]]:
        query = self._query()
        assert query is not None
        names: dict[str, list[tuple[frozenset[str], str]]] = {}
        for (stated,) in query("SELECT DISTINCT authors FROM articles WHERE authors != '[]'", ()):
            for author in json.loads(stated):
                if words := words_of_name(author):
                    names.setdefault(words[-1], []).append((frozenset(words), stated))
        return names
