"""Where a sentence has something else in the place of what a question names: it answers another question.

"Who was Iran's ambassador to Turkey?" is not answered by a sentence about its ambassador to Russia, though the two
share every other word, and Turkey stands in the next one. A name's place is beside the word that it stands beside in
the question. English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from service.answer.commonwords import TITLES
from service.answer.countries import country_of
from service.answer.moments import moments
from service.answer.names import fold, names, stands_in
from service.answer.stems import empty_stems, stems_of

_WORD = re.compile(r"[^\W_]+(?:[-'’/][^\W_]+)*")
_LINKS = {
    *("to", "of", "in", "with", "from", "for", "by", "on", "at", "into", "against", "over", "between"),
    *("the", "a", "an", "its", "their", "his", "her"),
}
_TITLES = frozenset(TITLES.split())
_MOST_LINKS = 3
_AROUND = 4
"""Words on either side of a word in which a name may stand and still be beside it."""


@dataclass(frozen=True, slots=True)
class Supplanted:
    """How many of a question's names a sentence has another one for: ``gone`` are nowhere in it, ``moved`` elsewhere.

    ``date``: it speaks of times, and they all contradict those that the question speaks of.
    """

    gone: int
    moved: int
    date: bool


@dataclass(frozen=True, slots=True)
class _Word:
    """``name`` is the number of the name that it is part of, -1 for none. A country is a name of its own."""

    text: str
    stem: str
    name: int

    @property
    def links(self) -> bool:
        return self.text.lower() in _LINKS

    @property
    def tells(self) -> bool:
        return self.stem not in empty_stems() and not self.links


@dataclass(frozen=True, slots=True)
class _Beside:
    """A name of the question by its words, and the word that it stands right ``side`` of."""

    name: tuple[str, ...]
    word: str
    side: Literal["before", "after"]


def supplanted(question: str, sentence: str) -> Supplanted:
    """What the sentence has in the place of what the question names.

    >>> supplanted("When will Putin visit Qatar?", "Putin will visit Oman in October.").gone
    1
    >>> supplanted("When will Putin visit Oman?", "Putin will visit Oman in October.").gone
    0
    """
    said = _words(sentence)
    gone: set[tuple[str, ...]] = set()
    moved: set[tuple[str, ...]] = set()
    for beside in _besides(_words(question)):
        places = [place for place, word in enumerate(said) if word.stem == beside.word]
        if any(_keeps(said, place, beside.name) for place in places):
            continue
        if any(_has_another(said, place, beside.side) for place in places):
            (moved if _stands(beside.name, sentence) else gone).add(beside.name)
    asked, told = moments(question), moments(sentence)
    other_time = bool(asked and told) and not any(one.agrees_with(other) for one in told for other in asked)
    return Supplanted(len(gone), len(moved), other_time)


@lru_cache(maxsize=512)
def _words(text: str) -> tuple[_Word, ...]:
    spans = [(name.start, name.end) for name in names(text)]
    found: list[_Word] = []
    for match in _WORD.finditer(text):
        plain = re.sub(r"['’]s$", "", match[0])
        named = next((n for n, (start, end) in enumerate(spans) if start <= match.start() < end), -1)
        if country_of(fold(plain)) is not None:
            named = len(spans) + len(found)
        found.append(_Word(plain, (stems_of(plain) or (plain.lower(),))[0], named))
    return tuple(found)


def _besides(question: Sequence[_Word]) -> Iterator[_Beside]:
    """Each name with the word right behind it, and with the one before it, over what links the two."""
    for number in dict.fromkeys(word.name for word in question if word.name >= 0):
        places = [place for place, word in enumerate(question) if word.name == number]
        name = tuple(question[place].text for place in places if question[place].text.lower() not in _TITLES)
        after = places[-1] + 1
        if after < len(question) and question[after].tells:
            yield _Beside(name, question[after].stem, "before")
        before = _over_links(question, places[0], -1)
        if before >= 0 and question[before].tells and question[before].name < 0:
            yield _Beside(name, question[before].stem, "after")


def _over_links(words: Sequence[_Word], place: int, step: int) -> int:
    """The place next to a place, beyond the few words that only link; it may lie outside."""
    place += step
    for _ in range(_MOST_LINKS):
        if 0 <= place < len(words) and words[place].links:
            place += step
    return place


def _keeps(said: Sequence[_Word], place: int, name: Sequence[str]) -> bool:
    return _stands(name, " ".join(word.text for word in said[max(0, place - _AROUND) : place + _AROUND + 1]))


def _stands(name: Sequence[str], text: str) -> bool:
    """Whether a word of the name does: people are called by a part of theirs."""
    return any(stands_in(word, text) for word in name)


def _has_another(said: Sequence[_Word], place: int, side: Literal["before", "after"]) -> bool:
    other = place - 1 if side == "before" else _over_links(said, place, 1)
    while side == "before" and other > 0 and said[other].text.lower() in _TITLES:
        other -= 1
    return 0 <= other < len(said) and said[other].name >= 0 and said[other].text.lower() not in _TITLES
