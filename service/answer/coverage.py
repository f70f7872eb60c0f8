"""Which of the things that a question takes as given a text speaks of.

A passage about 2000 does not answer a question about 2010, however well it reads: what a question gives and its
passage and article never mention is the strongest sign that it is another question that they answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from service.answer.moments import bears_out, moments
from service.answer.names import Name, fold, is_spelt_like, missing_words
from service.answer.quantities import own_amounts, quantities
from service.answer.question import Given, GivenKind
from service.answer.stems import stems_of

_ALIKE = 85.0
"""Least likeness of two spellings of a quoted phrase, in percent."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of the given a text has, and what it has not, both in the question's order."""

    present: tuple[Given, ...]
    missing: tuple[Given, ...]

    def share(self, *kinds: GivenKind) -> float:
        """The share of the given of these kinds (of all, where none is named) that is there; 1 where none is given."""
        present = sum(not kinds or given.kind in kinds for given in self.present)
        missing = sum(not kinds or given.kind in kinds for given in self.missing)
        return present / (present + missing) if present + missing else 1.0

    def missing_of(self, *kinds: GivenKind) -> tuple[Given, ...]:
        return tuple(given for given in self.missing if given.kind in kinds)


def coverage(given: Iterable[Given], text: str) -> Coverage:
    """What of the given the text speaks of: in any inflection, near spelling, or form of a date or an amount.

    Args:
        given: from ``question.asked``.
        text: a sentence, a passage or an article; with its title, heading and date of publication before it, each a
            sentence of its own, if they may speak for it.
    """
    present: list[Given] = []
    missing: list[Given] = []
    for one in given:
        (present if _is_in(one, text) else missing).append(one)
    return Coverage(tuple(present), tuple(missing))


def missing(given: Iterable[Given], text: str) -> tuple[Given, ...]:
    """What of the given, other than plain words, the text never mentions.

    >>> from service.answer.question import asked
    >>> [g.text for g in missing(asked("What did Iran buy in 2010?").given, "In 2000 Iran bought arms.")]
    ['2010']
    """
    return coverage((one for one in given if one.kind != "word"), text).missing


def _is_in(given: Given, text: str) -> bool:
    if given.kind == "name":
        return not missing_words(Name(given.text, 0, len(given.text)), text)
    if given.kind == "date":
        return any(bears_out(moment, moments(text)) for moment in moments(given.text))
    if given.kind == "number":
        return any(one.same_as(other) for one in quantities(given.text) for other in own_amounts(text))
    if given.kind == "phrase":
        return _plain(given.text) in _plain(text) or fuzz.partial_ratio(_plain(given.text), _plain(text)) >= _ALIKE
    return _has_word(given.text, text)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _has_word(word: str, text: str) -> bool:
    if set(stems_of(word)) <= set(stems_of(text)):
        return True
    if not missing_words(Name(word, 0, len(word)), text):  # a name in lower case, or a country's people
        return True
    return is_spelt_like(fold(word), _spellings(text))


@lru_cache(maxsize=256)
def _spellings(text: str) -> tuple[str, ...]:
    return tuple(sorted({fold(word) for word in re.findall(r"[^\W\d_]{4,}", text)}))
