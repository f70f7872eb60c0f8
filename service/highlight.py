"""Where the words of a query stand in a passage, in whatever form."""

from __future__ import annotations

import re
from functools import lru_cache

from indexer.lexical import words_of

_WORD = re.compile(r"[^\W_]+")
_EMPTY_WORDS = (
    "a about after all also an and any are as at be been before but by can could did do does for from had has have he "
    "her his how i if in into is it its may more most no not of on or our over s she should so some such t than that "
    "the their them then there these they this those to under up was we were what when where which while who whom "
    "whose why will with would you your"
)


def highlights_of(query: str, quote: str, start: int) -> list[tuple[int, int]]:
    """Spans of the text that the quote begins at ``start`` of; words that mean nothing alone are never marked.

    >>> highlights_of("the port visits", "A visit to the port.", 100)
    [(102, 107), (115, 119)]
    """
    wanted = {word.stem for word in words_of(query)} - _empty_stems()
    return [(start + m.start(), start + m.end()) for m in _WORD.finditer(quote) if _stem(m[0]) in wanted]


@lru_cache(maxsize=1)
def _empty_stems() -> frozenset[str]:
    return frozenset(word.stem for word in words_of(_EMPTY_WORDS))


@lru_cache(maxsize=65_536)  # the analyzer hands over objects a word; a page of hits has some two thousand words
def _stem(word: str) -> str:
    return " ".join(part.stem for part in words_of(word))
