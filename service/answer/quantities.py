"""The amounts that a text states, in digits or in words, by value and unit.

Names that hold digits (S-300, A2/AD, P5+1) are names, and no amounts. Years are amounts for ``quantities`` and none for
``own_amounts``. Number words are read by text2num.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from text_to_num import find_numbers

from service.answer.moments import moments
from service.answer.names import names
from service.answer.taken import Taken

_SCALES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12, "trn": 1e12}
_SCALES |= {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_CURRENCIES = {"$": "USD", "us$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY", "₽": "RUB", "₹": "INR"}
_UNITS = {
    "percent": r"%|per\s?cents?\b|percentage\s+points?\b|pct\b",
    "USD": r"(?:US|U\.S\.|American)?\s*dollars?\b|USD\b|bucks\b",
    "EUR": r"euros?\b|EUR\b",
    "GBP": r"(?:British\s+)?pounds?\b|GBP\b|sterling\b",
    "RUB": r"(?:Russian\s+)?rou?bles?\b|RUB\b",
    "CNY": r"(?:Chinese\s+)?yuan\b|CNY\b|renminbi\b",
    "IRR": r"(?:Iranian\s+)?rials?\b|tomans?\b",
    "JPY": r"(?:Japanese\s+)?yen\b",
    "second": r"seconds?\b",
    "minute": r"minutes?\b|mins?\b",
    "hour": r"hours?\b|hrs?\b",
    "day": r"days?\b",
    "week": r"weeks?\b",
    "month": r"months?\b",
    "year": r"years?\b|yrs?\b",
    "decade": r"decades?\b",
    "century": r"century\b|centuries\b",
    "kilometre": r"kilomet(?:re|er)s?\b|kms?\b",
    "metre": r"met(?:re|er)s?\b",
    "mile": r"miles?\b",
    "foot": r"feet\b|foot\b|ft\b",
    "tonne": r"tonnes?\b|(?:metric\s+)?tons?\b",
    "kilogram": r"kilograms?\b|kilos?\b|kg\b",
    "barrel": r"barrels?\b",
}
MONEY = frozenset({"USD", "EUR", "GBP", "RUB", "CNY", "IRR", "JPY", "INR"})
_DAYS = {"second": 1 / 86_400, "minute": 1 / 1_440, "hour": 1 / 24, "day": 1.0, "week": 7.0}
_DAYS |= {"month": 365.25 / 12, "year": 365.25, "decade": 3_652.5, "century": 36_525.0}
_UNIT = re.compile(
    r"[\s-]*(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items()) + ")", re.IGNORECASE
)
_SCALE_WORD = r"(?:thousand|million|billion|trillion)s?\b"
_DIGITS = re.compile(
    rf"""(?<![\w+/.:])(?<![A-Za-z]-)                       # not inside S-300, P5+1, A2/AD, 10:30
        (?:(?P<currency>(?:US)?\$|[£€¥₽₹])\s?)?
        (?P<number>\d{{1,3}}(?:[,\u00a0\u202f]\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)
        (?: (?P<ordinal>st|nd|rd|th)\b
          | (?P<short>k|mn?|bn?|trn|tn)(?![A-Za-z])
          | [\s-]?(?P<scale>{_SCALE_WORD})
        )?
        (?! [:+/]?\d | [+/]\w | (?!km|kg|mins?\b|hrs?\b|ft\b|pct\b)[A-Za-z] )""",
    re.VERBOSE | re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]+|[^A-Za-z\s]+|\s+")
_LOOSE = re.compile(
    r"\b(?:(?:a|one|half\s+a|several)\s+)?(?:dozens?|scores|tens|hundreds|thousands|millions|billions)\b", re.I
)
_ROUNDING = 0.05
_DOZEN = re.compile(r"\b(?:a|one|half\s+a|two|three)\s+dozen\b", re.IGNORECASE)
_DOZENS = {"a": 12.0, "one": 12.0, "half a": 6.0, "two": 24.0, "three": 36.0}


@dataclass(frozen=True, slots=True)
class Quantity:
    """``text[start:end]`` as an amount. ``unit`` is singular, a currency's ISO code, ``percent``, or empty."""

    value: float
    unit: str
    start: int
    end: int
    ordinal: bool = False

    def same_as(self, other: Quantity) -> bool:
        """Whether both state one amount: a unit that only one of them names does not part them."""
        return self.value == other.value and (not self.unit or not other.unit or self.unit == other.unit)

    def differs_from(self, other: Quantity) -> bool:
        """Whether the two can be compared and are not one amount; lengths of time may name different units."""
        if self.unit in _DAYS and other.unit in _DAYS and self.unit != other.unit:
            mine, theirs = self.value * _DAYS[self.unit], other.value * _DAYS[other.unit]
            return abs(mine - theirs) > _ROUNDING * max(mine, theirs)  # 30 days are a month
        return not self.same_as(other) and (not self.unit or not other.unit or self.unit == other.unit)


@lru_cache(maxsize=256)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Every amount in the text, in order.

    >>> [(q.value, q.unit) for q in quantities("five S-300 systems for $800 million, or 6.1 per cent")]
    [(5.0, ''), (800000000.0, 'USD'), (6.1, 'percent')]
    """
    found = [_of_digits(match, text) for match in _DIGITS.finditer(text)]
    taken = Taken(text, ((quantity.start, quantity.end) for quantity in found))
    found += [quantity for quantity in (*_dozens(text), *_of_words(text)) if taken.take(quantity.start, quantity.end)]
    return tuple(sorted(found, key=lambda quantity: quantity.start))


def own_amounts(text: str) -> list[Quantity]:
    """The amounts that are no part of a date or a name. A bare "one" is left out: it is mostly a pronoun."""
    taken = Taken(text, ((spot.start, spot.end) for spots in (moments(text), names(text)) for spot in spots))
    return [
        quantity
        for quantity in quantities(text)
        if taken.take(quantity.start, quantity.end) and not (quantity.value == 1 and not quantity.unit)
    ]


def states_an_amount(text: str) -> bool:
    """Whether the text holds an amount of any kind, a vague one ("dozens of") too."""
    return bool(quantities(text)) or bool(_LOOSE.search(text))


def _of_digits(match: re.Match[str], text: str) -> Quantity:
    value = float(re.sub(r"[^\d.]", "", match["number"]))
    value *= _SCALES[(match["short"] or "").lower()] if match["short"] else 1
    value *= _SCALES[match["scale"].lower().rstrip("s")] if match["scale"] else 1
    unit, end = _unit_after(text, match.end())
    currency = (match["currency"] or "").lower()
    return Quantity(
        round(value, 6), _CURRENCIES.get(currency, unit), match.start(), end, ordinal=match["ordinal"] is not None
    )


def _dozens(text: str) -> list[Quantity]:
    return [
        Quantity(_DOZENS[" ".join(m[0].lower().split()[:-1])], "", m.start(), m.end()) for m in _DOZEN.finditer(text)
    ]


def _of_words(text: str) -> list[Quantity]:
    tokens = [_Token(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]
    found = []
    for number in find_numbers(tokens, "en", threshold=0.0):
        unit, end = _unit_after(text, tokens[number.end - 1].end)
        words = "".join(token.written for token in tokens[number.start : number.end])
        if words.lower() not in {"hundreds", "thousands", "millions", "billions"}:
            start = tokens[number.start].start
            found.append(Quantity(round(number.value, 6), unit, start, end, ordinal=number.is_ordinal))
    return found


def _unit_after(text: str, position: int) -> tuple[str, int]:
    match = _UNIT.match(text, position)
    return (match.lastgroup or "", match.end()) if match else ("", position)


@dataclass(frozen=True, slots=True)
class _Token:
    """A token as text2num reads one."""

    written: str
    start: int
    end: int

    def text(self) -> str:
        return self.written

    def nt_separated(self, previous: _Token) -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False
