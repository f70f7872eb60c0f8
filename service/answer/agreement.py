"""Whether two answers say the same, and whether they cannot both be right.

Two wordings of one answer are one answer; two years, two sums or two people are two sides. Where neither can be shown
they are just different answers.
"""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz import fuzz

from service.answer.countries import countries_in
from service.answer.expected import Expects
from service.answer.moments import moments
from service.answer.names import Name, fold, missing_words, names
from service.answer.quantities import Quantity, own_amounts, quantities
from service.answer.stems import stems_of

_ALIKE = 85.0
"""Least likeness of two answers that are one with a slip, in percent."""
_YES_NO = {"yes": True, "no": False, "not necessarily": False}


@lru_cache(maxsize=8192)  # candidates are compared when they are weighed, grouped and composed
def same_answer(one: str, other: str) -> bool:
    """Whether two answers say the same in whatever words.

    >>> same_answer("Jan. 20", "January 20"), same_answer("five", "5 SAM systems"), same_answer("2000", "2010")
    (True, True, False)
    """
    if _plain(one) == _plain(other):
        return True
    if _times_differ(one, other) or _amounts_differ(one, other):
        return False
    if _one_time(one, other) or _one_amount(one, other):
        return True
    if names(one) and names(other):
        return _names_within(one, other) or _names_within(other, one)
    first, second = set(stems_of(one)), set(stems_of(other))
    if not first or not second:
        return False
    return first <= second or second <= first or fuzz.ratio(_plain(one), _plain(other)) >= _ALIKE


def conflict(one: str, other: str, expects: Expects | None) -> bool:
    """Whether both are what was asked for and they differ in value, so that only one can be right.

    >>> conflict("in 2007", "2008", "year"), conflict("$4 billion", "$800 million", "money"), conflict("a", "b", None)
    (True, True, False)
    """
    if same_answer(one, other):
        return False
    first, second = _YES_NO.get(_plain(one)), _YES_NO.get(_plain(other))
    if first is not None and second is not None:
        return first is not second
    if expects in {"date", "year", "month", "day"}:
        return _times_differ(one, other)
    if expects in {"number", "money", "percent", "duration"}:
        return _amounts_differ(one, other)
    if expects in {"who", "person", "organisation", "place"}:
        return _are_names_apart(one, other)
    return False


def _plain(text: str) -> str:
    words = [fold(word) for word in text.replace(",", "").split()]
    words = [word.strip("\"“”'‘’().;:!?") for word in words]
    return " ".join(word for word in words if word not in {"the", "a", "an", "in", "on", "at", "by", "around", "about"})


def _times_differ(one: str, other: str) -> bool:
    first, second = moments(one), moments(other)
    return bool(first and second) and not any(a.agrees_with(b) for a in first for b in second)


def _one_time(one: str, other: str) -> bool:
    """Whether there is a time in each, and one says all that the other does."""
    first, second = moments(one), moments(other)
    return len(first) == len(second) > 0 and all(
        a.agrees_with(b) and (a.names_all_of(b) or b.names_all_of(a)) for a, b in zip(first, second, strict=True)
    )


def _amounts(text: str) -> list[Quantity]:
    return own_amounts(text) or [quantity for quantity in quantities(text) if not moments(text)]


def _amounts_differ(one: str, other: str) -> bool:
    """Whether both state amounts that can be compared, and none of one is among the other's."""
    first, second = _amounts(one), _amounts(other)
    differ = any(a.differs_from(b) for a in first for b in second)
    return differ and not any(a.same_as(b) for a in first for b in second)


def _one_amount(one: str, other: str) -> bool:
    first, second = _amounts(one), _amounts(other)
    if len(first) != len(second) or not all(a.same_as(b) for a, b in zip(first, second, strict=True)):
        return False
    left = [set(stems_of(_without(text, amounts))) for text, amounts in ((one, first), (other, second))]
    return bool(first) and (left[0] <= left[1] or left[1] <= left[0])


def _without(text: str, amounts: list[Quantity]) -> str:
    for amount in reversed(amounts):
        text = text[: amount.start] + " " + text[amount.end :]
    return text


def _names_within(small: str, large: str) -> bool:
    """Whether every name of one is in the other, and nothing else that tells something is left."""
    if any(missing_words(name, large) for name in names(small)):
        return False
    rest = small
    for name in reversed(names(small)):
        rest = rest[: name.start] + " " + rest[name.end :]
    return set(stems_of(rest)) <= set(stems_of(large))


def _are_names_apart(one: str, other: str) -> bool:
    """Whether both are names and no more, of one kind, without a word in common."""
    if not (_is_bare_name(one) and _is_bare_name(other)):
        return False
    first, second = countries_in(one), countries_in(other)
    if bool(first) != bool(second) or first & second:
        return False
    return not any(_shares_a_word(name, other) for name in names(one))


def _is_bare_name(text: str) -> bool:
    rest = text
    found = names(text)
    for name in reversed(found):
        rest = rest[: name.start] + " " + rest[name.end :]
    return bool(found) and not stems_of(rest)


def _shares_a_word(name: Name, text: str) -> bool:
    return len(missing_words(name, text)) < len(name.words)
