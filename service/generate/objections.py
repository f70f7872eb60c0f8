"""Why a text does not bear out a sentence that a language model wrote about it.

``contradictions`` compares what has a value: numbers, dates, names, quotations, negation. A writer that makes things up
also adds a word ("illegal"), turns two names around, or gives one thing the number of another. So here a sentence must
be made of the text's own words in their order, in any inflection and with anything left out, and keep who does what to
whom. That refuses honest paraphrase too: a reader who is shown fewer sentences loses less than one who is shown a false
one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.lexical import words_of
from service.answer.countries import country_of, is_capital
from service.answer.moments import moments
from service.answer.names import Name, fold, names
from service.answer.quantities import own_amounts, quantities
from service.answer.support import contradictions
from service.generate.order import reordered
from service.generate.telling import MODALS, silent, telling

_DIRECTIONS = frozenset({"to", "from", "by", "against", "for", "with"})
_NEAR = 6
"""Words after an amount among which what it counts is looked for."""
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")


def objections(claim: str, source: str) -> tuple[str, ...]:
    """Reasons why the source does not bear the claim out; none where it does.

    >>> objections("Iran secretly signed it.", "Iran signed it in 2015.")
    ('"secretly" is not in the source', 'the source does not say "secretly" after "Iran"')
    >>> objections("Russia sold missiles to Iran.", "Iran sold missiles to Russia.")
    ('the source does not say "sold" after "Russia"',)
    """
    return (
        *contradictions(claim, source),
        *_added_words(claim, source),
        *_possibilities(claim, source),
        *reordered(claim, source),
        *_directions(claim, source),
        *_other_things_counted(claim, source),
    )


def _added_words(claim: str, source: str) -> Iterator[str]:
    there = {word.stem for word in words_of(source)}
    folded = {fold(match[0]) for match in _WORD.finditer(source)}
    valued = [(q.start, q.end) for q in quantities(claim)] + [(m.start, m.end) for m in moments(claim)]
    for word in words_of(claim):
        if word.stem in there or word.stem in silent():
            continue
        written = claim[word.start : word.end]
        if any(start < word.end and word.start < end for start, end in valued) or fold(written) in folded:
            continue
        if not _is_a_people_of(written, source):
            yield f'"{written}" is not in the source'


def _is_a_people_of(word: str, source: str) -> bool:
    """Whether the word names a country that the source names in another form, as Russian does Russia."""
    country = country_of(word)
    return (
        country is not None
        and not is_capital(word)
        and any(country_of(other) == country for other in _WORD.findall(source) if not is_capital(other))
    )


def _possibilities(claim: str, source: str) -> Iterator[str]:
    """What the source says will or may be, and the claim says is."""
    if MODALS & {match[0].lower() for match in _WORD.finditer(claim)}:
        return
    said = frozenset(telling(claim))
    words = words_of(source)
    for position, word in enumerate(words):
        written = source[word.start : word.end]
        if written.lower() in MODALS and not (written == "May" or written == "Will"):
            following = [other.stem for other in words[position + 1 : position + 4] if other.stem not in silent()]
            if following and following[0] in said:
                yield f'the source only says so with "{written}"'
                return


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a name stands, and the preposition before it."""

    start: int
    direction: str | None


def _places(name: Name, text: str) -> list[_Place]:
    wanted = {fold(word) for word in _WORD.findall(name.text)}
    country = country_of(name.text)
    places = []
    matches = list(_WORD.finditer(text))
    for position, match in enumerate(matches):
        if fold(match[0]) not in wanted and (country is None or country_of(match[0]) != country):
            continue
        before = [other[0].lower() for other in matches[max(0, position - 3) : position]]
        direction = next((word for word in reversed(before) if word in _DIRECTIONS), None)
        places.append(_Place(match.start(), direction))
    return places


def _directions(claim: str, source: str) -> Iterator[str]:
    """Whether a name has another preposition than in the source: from or to it, by it or not."""
    own = [(name, _places(name, source)) for name in names(claim)]
    for name, there in own:
        here = next((place.direction for place in _places(name, claim) if place.start >= name.start), None)
        directions = {place.direction for place in there}
        if there and here is not None and here not in directions and (here == "by" or directions != {None}):
            yield f'the source does not say "{here} {name.text}"'
    if "by" not in claim.split():
        for name, there in own:
            if {place.direction for place in there} == {"by"}:
                yield f'the source says "by {name.text}"'


def _other_things_counted(claim: str, source: str) -> Iterator[str]:
    """Amounts that the source has, of something else."""
    for amount in own_amounts(claim):
        counted = [word.stem for word in words_of(claim[amount.end :])[:3] if word.stem not in silent()][:1]
        if not counted or claim[amount.end :].lstrip()[:1] in {",", ".", ";", ")"}:
            continue
        there = quantities(source)
        same = [other for other in there if other.same_as(amount)]
        ends = [min((next_.start for next_ in there if next_.start > one.start), default=len(source)) for one in same]
        things = {stem for one, end in zip(same, ends, strict=True) for stem in _first_words(source[one.end : end])}
        if same and counted[0] not in things:
            yield f'the source does not say "{claim[amount.start : amount.end]}" of the same'


def _first_words(text: str) -> list[str]:
    return [word.stem for word in words_of(text)][:_NEAR]
