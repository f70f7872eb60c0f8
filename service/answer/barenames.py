"""A name without the office, and the country, that stand before it; what of a name is not a person's."""

from __future__ import annotations

from service.answer.commonwords import BODY_WORDS, TITLES
from service.answer.countries import country_of
from service.answer.names import fold

Span = tuple[int, int]

_BODIES = frozenset(BODY_WORDS.split())


def shortest(name: str, start: int) -> Span:
    """The span of a name without the office, and the country, before it.

    >>> shortest("Armenian President Robert Kocharian", 0), shortest("General Staff", 0)
    ((19, 35), (0, 13))
    """
    words = name.split(" ")
    for cut_of in (_office_before, _country_before):
        rest = words[cut_of(words) :]
        if not any(is_office(word) or is_of_body(word) for word in rest):
            words = rest
    return start + len(name) - len(" ".join(words)), start + len(name)


def is_office(word: str) -> bool:
    return word.lower().rstrip(".") in TITLES.split() or word.lower().endswith("-general")


def is_of_body(word: str) -> bool:
    """Whether a word of a name says that it is a body's, a place's or a paper's."""
    return fold(word) in _BODIES


def _office_before(words: list[str]) -> int:
    return max((position + 1 for position, word in enumerate(words[:-1]) if is_office(word)), default=0)


def _country_before(words: list[str]) -> int:
    """How many words name a country before a name of two words or more."""
    return next((cut for cut in (2, 1) if len(words) >= cut + 2 and country_of(" ".join(words[:cut])) is not None), 0)
