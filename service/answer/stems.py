"""The stems of the words that tell what a text is about, as lexical search stems them."""

from __future__ import annotations

from functools import lru_cache

from indexer.emptywords import EMPTY_WORDS
from indexer.lexical import words_of

_MORE = "not no nor never neither none without very more most much many some any each other same own one s t re ve ll"


@lru_cache(maxsize=1024)
def stems_of(text: str) -> tuple[str, ...]:
    """The telling stems in order.

    >>> stems_of("What do the warships of others not do?")
    ('warship',)
    """
    return tuple(word.stem for word in words_of(text) if word.stem not in empty_stems())


@lru_cache(maxsize=1)
def empty_stems() -> frozenset[str]:
    """The stems of words that tell nothing alone, those that deny among them."""
    return frozenset(word.stem for word in words_of(f"{EMPTY_WORDS} {_MORE}"))
