"""The names in a text, and whether another text has them too.

A name is a run of capitalised words ("Organization for Security and Cooperation in Europe"), or a word with a digit
or a second capital in it (S-300, GLONASS). A word that begins a sentence is a name only where something besides its
place says so. English only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from service.answer.commonwords import COMMON_WORDS, TITLES
from service.answer.countries import countries_in, country_of

_SHORTEST_ALIKE = 5
"""Letters of a name that may be misspelt by one; shorter ones are near to too many others (Iran, Iraq)."""
_LONG = 8
"""Letters from which two slips are forgiven, and not only one."""
_LOOK_BACK = 8
"""Characters before a word among which the end of the sentence before it would be."""
_ENDINGS = frozenset({"s", "n", "an", "ian", "ians", "ern", "ic", "ist", "ists", "ish", "ese", "i", "is", "al"})

_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+(?:[’'](?!s\b)[^\W_]+)*(?:[-/+&][^\W_]+)*(?![\w$])")
_PARTICLES = frozenset({"of", "de", "la", "von", "van", "bin", "ibn", "al", "el", "da", "di", "der", "du", "&"})
_JOINS = _PARTICLES | {"for", "and", "in", "the", "on"}
_BODY = re.compile(
    "(?:Organi[sz]ation|Ministry|Department|Court|Cent(?:er|re)|Committee|Council|Institute|Office|Agency|Commission"
    "|Bank|Fund|Association|Union|School|College|University|Conference|Treaty|Convention)$"
)
"""What begins a name that goes on over "for", "and", "in": elsewhere these words part two names."""
_CAPITAL_NEXT = re.compile(r" [A-Z]")
_JOIN_OR_CAPITAL_NEXT = re.compile(r" (?:(?:the|of|for|and|in) )?[A-Z]")
_TITLES = frozenset(TITLES.split())
_NOT_NAMES = frozenset(COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Name:
    """``text[start:end]`` as a name. ``sure`` is False for one capitalised word that begins a sentence."""

    text: str
    start: int
    end: int
    sure: bool = True

    @property
    def words(self) -> tuple[str, ...]:
        """Its words folded, without those that only join and without titles; all of them if nothing else is left."""
        every = tuple(fold(token) for token in _TOKEN.findall(self.text))
        telling = tuple(word for word in every if word not in _JOINS and word not in _TITLES)
        return telling or every


def fold(word: str) -> str:
    """The word in lower case, without accents, full stops and a possessive ending.

    >>> fold("Erdoğan's"), fold("U.S.")
    ('erdogan', 'us')
    """
    plain = unicodedata.normalize("NFKD", word.casefold().replace("ı", "i"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("’", "'").replace(".", "")
    return plain.removesuffix("'s").removesuffix("'")


@lru_cache(maxsize=256)
def names(text: str) -> tuple[Name, ...]:
    """Every name in the text, in order.

    >>> [name.text for name in names("On Monday the General Staff told Khazdadi of the S-300.")]
    ['General Staff', 'Khazdadi', 'S-300']
    """
    found: list[Name] = []
    run: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        if run and not _continues(text, run, token):
            found += _close(text, run)
            run = []
        if run or _is_capital(token[0]):
            run.append(token)
    return tuple(found + _close(text, run))


def _is_capital(word: str) -> bool:
    return (word[0].isupper() or any(c.isupper() for c in word[1:]) or _is_designation(word)) and not (
        word.lower() in _NOT_NAMES and not (len(word) > 1 and word.isupper())
    )


def _is_designation(word: str) -> bool:
    """S-300, A2/AD, 4+1: letters and digits in one word, or digits around a plus."""
    has_digit = any(c.isdigit() for c in word)
    return has_digit and (
        re.fullmatch(r"\w*\d\+\d", word) is not None or (word[0].isupper() and any(c.isupper() for c in word))
    )


def _continues(text: str, run: list[re.Match[str]], token: re.Match[str]) -> bool:
    between = text[run[-1].end() : token.start()]
    initial = between == ". " and len(run[-1][0]) <= 2
    if between != " " and not initial:
        return False
    word = token[0]
    if _is_capital(word) or (word.isdigit() and len(word) <= 4):
        return True
    if _BODY.match(run[0][0]) is not None:
        return word in _JOINS and _JOIN_OR_CAPITAL_NEXT.match(text, token.end()) is not None
    return word in _PARTICLES and _CAPITAL_NEXT.match(text, token.end()) is not None


def _close(text: str, run: list[re.Match[str]]) -> list[Name]:
    name = _name(text, run)
    return [] if name is None else [name]


def _name(text: str, piece: list[re.Match[str]]) -> Name | None:
    if not piece:
        return None
    start, end = piece[0].start(), piece[-1].end()
    before = text[max(0, start - _LOOK_BACK) : start].rstrip("\"“”‘'( ")
    begins = not before or before[-1] in ".!?:;\n"
    word = text[start:end]
    plain = len(piece) == 1 and word[1:].islower() and word.isalpha()
    return Name(word, start, end, sure=not (begins and plain and country_of(word) is None))


@lru_cache(maxsize=256)
def _words(text: str) -> frozenset[str]:
    """The folded words of a text, those joined by hyphens also taken apart, and the initials of its long names."""
    found: set[str] = set()
    for token in _TOKEN.findall(text):
        folded = fold(token)
        found.add(folded)
        found.update(part for part in re.split(r"[-/+&]", folded) if part)
    for name in names(text):
        capitals = [word for word in _TOKEN.findall(name.text) if word[0].isupper()]
        if len(capitals) > 1:
            found.add("".join(word[0] for word in capitals).lower())
    return frozenset(found)


@lru_cache(maxsize=256)
def _countries(text: str) -> frozenset[str]:
    return countries_in(text)


def stands_in(word: str, text: str) -> bool:
    """Whether a word of a name stands in the text: as it is, as a spelling much like it, or as its country.

    >>> stands_in("Ivashof", "Leonid Ivashov went"), stands_in("OSCE", "the Organization for Security and Cooperation \
in Europe"), stands_in("Kremlin", "Russian ships"), stands_in("Iraq", "Iran")
    (True, True, True, False)
    """
    folded, known = fold(word), _words(text)
    if folded in known:
        return True
    country = country_of(folded)
    if country is not None:
        return country in _countries(text)
    if any(c.isdigit() for c in folded):
        return any(other.startswith(folded.removesuffix("s")) for other in known)  # S-300 is there with S-300PMU-1
    parts = [part for part in re.split(r"[-/+&]", folded) if part]
    if len(parts) > 1:
        return all(stands_in(part, text) for part in parts)
    return any(_is_form_of(folded, other) for other in known) or is_spelt_like(folded, known)


def _is_form_of(one: str, other: str) -> bool:
    """Whether one is the other with an ending that makes a people or an adjective of it: West, Western."""
    short, long = sorted((one, other), key=len)
    return len(short) > 3 and long.startswith(short) and long[len(short) :] in _ENDINGS


def is_spelt_like(word: str, known: Collection[str]) -> bool:
    """Whether one of the words is this one but for a slip: a letter too many, too few, changed or swapped."""
    if len(word) < _SHORTEST_ALIKE:
        return False
    most = 1 if len(word) < _LONG else 2
    return process.extractOne(word, known, scorer=OSA.distance, score_cutoff=most) is not None


def missing_words(name: Name, text: str) -> tuple[str, ...]:
    """The words of the name that the text has in no form. A text with only the name's initials has all of them.

    >>> missing_words(Name("Mehdi Safari", 0, 12), "Safari, the ambassador")
    ('mehdi',)
    """
    initials = "".join(token[0] for token in _TOKEN.findall(name.text) if token[0].isupper()).lower()
    if len(initials) > 2 and initials in _words(text):
        return ()
    country = country_of(name.text)
    if country is not None:
        return () if country in _countries(text) else name.words
    return tuple(word for word in name.words if not stands_in(word, text))
