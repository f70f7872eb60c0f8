"""What a question asks, what it takes as given, and what would answer it.

Everything is read off the words: wrong spelling, lower case and a missing question mark are what people type. What a
question takes as given is what a passage must speak of to answer it and no other: whether one does is for ``support``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from indexer.lexical import words_of
from service.answer.asking import QUESTION_WORD, asking_sentence, asks_for_several, is_yes_no
from service.answer.commonwords import AUXILIARIES
from service.answer.countries import country_of
from service.answer.expected import Expects, expected
from service.answer.moments import moments
from service.answer.names import Name, names
from service.answer.quantities import own_amounts, quantities
from service.answer.records import Kind
from service.answer.stems import empty_stems

GivenKind = Literal["name", "number", "date", "phrase", "word"]

_AUX = "|".join(AUXILIARIES.split())
_TELLS = re.compile(r"^\W*(?:please\s+)?(?:name|list|tell|give|explain|describe|compare|contrast|summari[sz]e)\b", re.I)
_LISTS = re.compile(
    r"^\W*(?:please\s+)?(?:name\s+(?:the|all|two|three|four|five|some)|list|enumerate|what\s+all)\b", re.I
)
_BEGINS_WITH_VERB = re.compile(rf"\W*(?:{_AUX})\s", re.IGNORECASE)
_JOINED = re.compile(
    rf"(?:[,;?]\s*|\s)(?:and|or)\s+(?:\w+\s+)?{QUESTION_WORD.pattern}(?!\s+(?:is|was)\s+not\b)", re.IGNORECASE
)
_COUNT_ASKED = re.compile(r"\b(?:which|what|name|list)\s+(?:the\s+)?$", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“„]([^\"“”„]{2,}?)[\"”]")
_AMBIGUOUS = frozenset({"us", "un", "turkey", "pole", "poles", "english", "jordan", "georgia", "oman"})
"""Lower-case words that are a country's only beside another country's."""
_FOCUS = frozenset(
    word.stem
    for word in words_of(
        "year day date month week decade percentage percent share proportion number many much kind sort type name long "
        "far list tell give explain describe compare people person exact weekday according account view say said call "
        "mean purpose reason word happen article text piece author two"
    )
)


@dataclass(frozen=True, slots=True)
class Given:
    """One thing that a question takes as given, as the question writes it, at ``question[start:end]``."""

    kind: GivenKind
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question understood.

    ``asking`` is the sentence of it that asks, ``parts`` says how many questions there are in it. ``is_question`` is
    False for keywords.
    """

    asking: str
    kind: Kind
    expects: Expects | None
    given: tuple[Given, ...]
    parts: int = 1
    is_question: bool = True


@lru_cache(maxsize=1024)
def asked(question: str, quoted: tuple[str, ...] = ()) -> Asked:
    """What the question asks. ``quoted`` are phrases of it that stood in quotation marks, where these are gone.

    >>> asked("Which ships trained at Anzaili in 2015?").kind, asked("anzaili drill ships").is_question
    ('list', False)
    """
    asking = asking_sentence(question)
    yes_no = is_yes_no(asking)
    several = not yes_no and asks_for_several(asking)
    return Asked(
        asking=asking,
        kind="yes-no" if yes_no else "list" if several or _LISTS.match(asking) else "words",
        expects=None if yes_no or _BEGINS_WITH_VERB.match(asking) else expected(asking),
        given=tuple(sorted(_given(question, quoted), key=lambda given: (given.start, given.kind))),
        parts=1 + len(_JOINED.findall(asking)),
        is_question=bool(QUESTION_WORD.search(question) or "?" in question or _TELLS.match(question) or yes_no),
    )


def _given(question: str, quoted: tuple[str, ...]) -> list[Given]:
    found = [Given("phrase", m[1], m.start(1), m.end(1)) for m in _QUOTED.finditer(question)]
    for phrase in quoted:
        start = question.find(phrase)
        if start >= 0:
            found.append(Given("phrase", phrase, start, start + len(phrase)))
    taken = [(given.start, given.end) for given in found]
    for kind, start, end in (*_dates(question), *_names(question), *_numbers(question)):
        if not any(s < end and start < e for s, e in taken):
            found.append(Given(kind, question[start:end], start, end))
            taken.append((start, end))
    taken += [(amount.start, amount.end) for amount in quantities(question)]
    return found + [word for word in _words(question) if not any(s < word.end and word.start < e for s, e in taken)]


def _dates(question: str) -> list[tuple[GivenKind, int, int]]:
    in_names = [(name.start, name.end) for name in names(question)]
    return [
        ("date", m.start, m.end)
        for m in moments(question)
        if not any(start < m.start and m.end <= end for start, end in in_names)  # Kavkaz 2020
    ]


def _names(question: str) -> list[tuple[GivenKind, int, int]]:
    return [("name", name.start, name.end) for name in names_asked_about(question)]


def names_asked_about(question: str) -> list[Name]:
    """The names in a question; where everything or nothing is in capitals, those known by more than capitals."""
    found = [name for name in names(question) if name.sure]
    words = [word for word in re.findall(r"[^\W\d_]+", question) if len(word) > 1]
    if len(words) > 3 and sum(word[0].isupper() for word in words) >= 0.8 * len(words):
        found = []
    taken = [(name.start, name.end) for name in found]
    known = [m for m in re.finditer(r"[^\W_]+(?:[-/+][^\W_]+)*", question) if _is_known(m[0])]
    for match in known:
        alone = match[0] in _AMBIGUOUS and len(known) < 2
        if not alone and not any(start < match.end() and match.start() < end for start, end in taken):
            found.append(Name(match[0], match.start(), match.end()))
    return found


def _is_known(word: str) -> bool:
    """Whether a word is a name however it is written: a country's, or a designation (s-300, 4+1)."""
    return country_of(word) is not None or re.fullmatch(r"[^\W\d_]+-\d+\w*|\d\+\d", word) is not None


def _numbers(question: str) -> list[tuple[GivenKind, int, int]]:
    """Amounts, less the one that says how many answers there are ("which two institutions")."""
    return [
        ("number", amount.start, amount.end)
        for amount in own_amounts(question)
        if not _COUNT_ASKED.search(question[: amount.start]) and not amount.ordinal and amount.value != 2
    ]  # "the two countries" says nothing


def _words(question: str) -> list[Given]:
    return [
        Given("word", question[word.start : word.end], word.start, word.end)
        for word in words_of(question)
        if word.stem not in _FOCUS and word.stem not in empty_stems() and len(word.stem) > 1
    ]
