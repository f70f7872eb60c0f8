"""The words that a source must have if it is to bear a sentence out, and those that say nothing to be borne out."""

from __future__ import annotations

from functools import lru_cache

from indexer.emptywords import EMPTY_WORDS
from indexer.lexical import words_of

MODALS = frozenset(["can", "could", "may", "might", "must", "shall", "should", "will", "would"])
_BLAND = (
    "accord also answer article describe include indicate locate mention name namely note occur question report say "
    "said specifically state take took taken tell text passage source date day year called known stand stood"
)


@lru_cache(maxsize=1)
def silent() -> frozenset[str]:
    """The stems that say nothing. What only may or will be is something else than what is, so modals say something."""
    return frozenset(word.stem for word in words_of(f"{EMPTY_WORDS} {_BLAND}")) - MODALS


def telling(text: str) -> tuple[str, ...]:
    """The stems of a text, in order, that a source must have if it is to bear the text out."""
    return tuple(word.stem for word in words_of(text) if word.stem not in silent())
