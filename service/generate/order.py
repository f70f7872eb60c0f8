"""Whether a sentence keeps the order of its source's words, whatever it leaves out: who did what to whom, and when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.lexical import words_of
from service.answer.countries import country_of, is_capital
from service.answer.moments import moments
from service.answer.quantities import quantities
from service.generate.telling import silent

_FRONTED = re.compile(
    r"(?:in|on|at|after|before|during|since|until|under|for|with|when|while|as|according|from|by)\b", re.IGNORECASE
)
_DENIAL = re.compile(r"\b(?:not|no|never|neither|nor|none|nobody|nothing|without|cannot)\b|n[’']t\b", re.IGNORECASE)


def reordered(claim: str, source: str) -> Iterator[str]:
    """Whether the claim has the source's words in another order, which is how one thing is said of another.

    What stands first in the claim for emphasis ("In Tehran, ...") may stand anywhere in the source.
    """
    own, there = _in_order(claim, source), _in_order(source, source)
    places: list[list[_Token]] = [own]
    comma = claim.find(",")
    if comma > 0 and _FRONTED.match(claim):
        front = [token for token in own if token.start < comma]
        places.append([*own[len(front) :], *front])
    values = [token.value for token in there]
    followed = [_follow([token.value for token in order], values) for order in places]
    whole = next((number for number, found in enumerate(followed) if len(found) == len(own)), None)
    if whole is None:
        word = own[len(followed[0])]
        before = own[max(0, len(followed[0]) - 1)]
        yield f'the source does not say "{claim[word.start : word.end]}" after "{claim[before.start : before.end]}"'
    elif (time := _of_another_time(followed[whole], values)) is not None:
        word = places[whole][time]
        yield f'the source says "{claim[word.start : word.end]}" of something else'


def _follow(wanted: Sequence[str], there: Sequence[str]) -> list[int]:
    """Where each of the wanted stands behind the ones before it, as far as they do."""
    positions: list[int] = []
    for value in wanted:
        try:
            positions.append(there.index(value, positions[-1] + 1 if positions else 0))
        except ValueError:
            break
    return positions


def _of_another_time(positions: Sequence[int], there: Sequence[str]) -> int | None:
    """The first time that another time parts from the words at both its sides."""
    for number, position in enumerate(positions):
        if there[position].startswith("@"):
            sides = [sorted((position, side)) for side in (*positions[:number][-1:], *positions[number + 1 :][:1])]
            parted = [any(there[at].startswith("@") for at in range(first + 1, last)) for first, last in sides]
            if parted and all(parted):
                return number
    return None


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, an amount, a time or a denial, by what two texts that say the same have in common."""

    value: str
    start: int
    end: int


def _in_order(text: str, source: str) -> list[_Token]:
    """What the text tells, in order. Times count where the source has several; one may stand anywhere."""
    timed = moments(text)
    taken = [(moment.start, moment.end) for moment in timed]
    found = [_Token("not", match.start(), match.end()) for match in _DENIAL.finditer(text)]
    if len(moments(source)) > 1:
        found += [_Token(f"@{m.year or m.month or m.weekday}", m.start, m.end) for m in timed]
    for amount in quantities(text):
        if not any(start < amount.end and amount.start < end for start, end in taken):
            found.append(_Token(f"#{amount.value:g}", amount.start, amount.end))
            taken.append((amount.start, amount.end))
    for word in words_of(text):
        if word.stem not in silent() and not any(start < word.end and word.start < end for start, end in taken):
            written = text[word.start : word.end]
            country = None if is_capital(written) else country_of(written)
            found.append(_Token(country or word.stem, word.start, word.end))
    return sorted(found, key=lambda token: token.start)
