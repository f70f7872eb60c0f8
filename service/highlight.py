"""Where the words of a query stand in a passage, in whatever form."""

from __future__ import annotations

import re
from functools import lru_cache

from indexer.lexical import telling_words, words_of

_WORD = re.compile(r"[^\W_]+")


def highlights_of(query: str, quote: str, start: int) -> list[tuple[int, int]]:
    """Spans of the text that the quote begins at ``start`` of, wherever a word stands that lexical search looked for.

    >>> highlights_of("the port visits", "A visit to the port.", 100)
    [(102, 107), (115, 119)]
    """
    wanted = set(telling_words(query))
    return [(start + m.start(), start + m.end()) for m in _WORD.finditer(quote) if _stem(m[0]) in wanted]


@lru_cache(maxsize=65_536)  # the analyzer hands over objects a word; a page of hits has some two thousand words
def _stem(word: str) -> str:
    return " ".join(part.stem for part in words_of(word))
