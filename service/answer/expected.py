"""What kind of thing would answer a question, and whether some words are of that kind.

``fits`` is there to turn down what cannot be an answer ("in the Gulf" to "how many"), so it says no only where it is
sure: False is measured to be rare on right answers, None means that it cannot say.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz, process

from service.answer.commonwords import AFTER_A_NOUN, AUXILIARIES
from service.answer.countries import country_of
from service.answer.moments import hints_at_a_time, moments
from service.answer.names import names
from service.answer.quantities import MONEY, quantities, states_an_amount

Expects = Literal[
    "number", "money", "percent", "duration", "date", "year", "month", "day", "who", "person", "organisation", "place"
]
"""``date`` is a time of any kind, ``day`` a date or a day of the week, ``who`` a person or a body of persons."""

_HEADS: dict[Expects, str] = {
    "percent": "percentage percent proportion share",
    "number": "number population total amount size temperature",
    "year": "year years",
    "month": "month months",
    "day": "day date days dates weekday",
    "date": "decade century",
    "place": "city country port ocean sea river region state town village waterway island location district "
    "province continent capital coast mountain lake border nation strait gulf area countries cities base bases "
    "airport hotel",
    "organisation": "organisation organization company agency newspaper institution institutions ministry "
    "department university party court outlet firm",
    "person": "politician president general minister author person man woman leader commander ambassador "
    "official actor singer scientist officer diplomat analyst commentator journalist king queen",
}
_HEAD: dict[str, Expects] = {word: kind for kind, words in _HEADS.items() for word in words.split()}
_MISSPELT = 88.0
_STOPS = frozenset(f"{AUXILIARIES} the a an of in on at to for that who kind sort type piece part side".split())
_AFTER_NOUN = _STOPS | frozenset(AFTER_A_NOUN.split())

_MONEY = (
    r"\b(?:money|pa(?:y|ys|id|ying)|cost(?:s|ing)?|spen[dt]|spending|worth|price|compensation|damages|salary|wages?"
    r"|earn(?:s|ed)?|charge[ds]?|dollars|fee|fine[ds]?|donat\w+|revenue|budget|funding|invest\w*|debt|owe[sd]?)\b"
)
_RULES: tuple[tuple[str, Expects], ...] = (
    (rf"\bhow much\b(?!\s+(?:time|longer|later|earlier)).*{_MONEY}", "money"),
    (r"^\W*what\s+(?:is|was|were|are)\b.*\b(?:worth|price)\b(?!\s+of\b)", "money"),
    (r"\bhow much (?:time|longer|later|earlier)\b|\b(?:for )?how long\b(?! ago)", "duration"),
    (r"\bhow (?:long ago|far back|recently|soon)\b", "date"),
    (r"\bhow many\b", "number"),
    (r"\bhow much\b", "number"),
    (r"\bhow (?:old|tall|high|large|big|deep|wide|heavy|fast)\b", "number"),
    (r"\b(?:which|what)\s+(?:\w+\s+)?(?:day of the week|weekday)\b", "day"),
    (r"^\W*(?:what|which)\s+(?:is|was|are|were)\s+the\s+(?:percentage|proportion|share)\b", "percent"),
    (r"^\W*(?:what|which)\s+(?:is|was|are|were)\s+the\s+(?:total\s+)?(?:number|population)\b", "number"),
    (r"^\W*(?:what|which)\s+(?:is|was)\s+the\s+(?:year)\b", "year"),
    (r"^\W*(?:what|which)\s+(?:is|was)\s+the\s+(?:exact\s+)?(?:date)\b", "day"),
)
_ASKED = re.compile(r"\b(?P<word>which|what|when|where|whose|whom|who|why|how)\b(?P<rest>.*)", re.I | re.DOTALL)
_AUXILIARY = rf"(?:\s+(?:\w+ly|else|in\s+\w+))?\s+(?:{'|'.join(AUXILIARIES.split())})\b"
_SUBORDINATE = re.compile(rf"\W*when(?!{_AUXILIARY})\s+(?:\S+\s+){{4}}", re.IGNORECASE)
_DESCRIBED = re.compile(r"^\W*who\s+(?:is|was|are|were)\s+(?!the\b|an?\b)(?:[\w.-]+\s*){1,4}\W*$", re.IGNORECASE)
_VAGUE_NUMBER = re.compile(
    r"\b(?:I|II|III|IV|V|VI|VII|VIII|IX|X)\b|\b(?i:no|none|zero|both|half|third|quarter|pair|couple|several|many|few|some|most|all|majority|minority|single"
    r"|once|twice|thrice|double|triple|twin|an?|multiple|various|numerous|every|each|vast"
    r"|more|less|fewer|nothing|countless|much|little|lots?|entire|fully|unlimited|equal\w*|twofold|tenfold|free)\b"
)
_VAGUE_TIME = re.compile(
    r"\b(?:when|once|if|as soon as|after|before|until|while|upon|during|following|since|through\w*|always|never|forever"
    r"|long|short|brief\w*|permanent\w*|indefinite\w*|immediate\w*|already|beginning|end|middle|start|event|reign"
    r"|time|past|future|present|modern|ancient|medieval|early|late|pre\w*|post\w*|ever|prior|birth|death|annual\w*"
    r"|age|phase|stage|term|half|quarter|instant\w*|moment\w*|simultaneous\w*|dynasty|millennium|hundreds|independence)\b",
    re.IGNORECASE,
)
_NO_MONEY = frozenset({"percent", "year", "month", "day", "week", "hour", "kilometre", "metre", "mile"})
_FILLERS = frozenset({"on", "in", "the", "about", "around", "of", "a"})
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def expected(question: str) -> Expects | None:
    """What the answer to a question must be; None where anything may be.

    >>> expected("in which year did it sail"), expected("How many launchers?"), expected("Why did it sail?")
    ('year', 'number', None)
    """
    for rule, kind in _RULES:
        if re.search(rule, question, re.IGNORECASE):
            return kind
    match = _interrogative(question)
    if match is None:
        return None
    word = match["word"].lower()
    if word in {"who", "whom", "whose"}:
        return None if _DESCRIBED.match(question) else "who"
    if word == "when":
        return None if _SUBORDINATE.match(question) else "date"
    if word == "where":
        return "place"
    return _of_head(match["rest"]) if word in {"which", "what"} else None


def _interrogative(question: str) -> re.Match[str] | None:
    """The first word that asks; a "when" or "where" that begins a subordinate clause gives way to one after it."""
    first = _ASKED.search(question)
    if first is None or first["word"].lower() not in {"when", "where"} or re.match(_AUXILIARY, first["rest"], re.I):
        return first
    return _ASKED.search(question, first.end("word")) or first


def _of_head(rest: str) -> Expects | None:
    """What the noun after "which" or "what" is, misspelt or not: the last word before what can follow a noun."""
    words = re.findall(r"[^\W_]+", rest)[:6]
    for position, word in enumerate(words[:5]):
        following = words[position + 1].lower() if position + 1 < len(words) else ""
        if word.lower() in _STOPS:
            return None
        if position == 0 or not following or following in _AFTER_NOUN or following.endswith("ed"):
            kind = _HEAD.get(word.lower()) or _HEAD.get(_meant(word.lower()))
            if kind is not None and (position > 0 or following not in _HEAD):
                return kind
    return None


def _meant(word: str) -> str:
    if len(word) < 5:
        return ""
    near = process.extractOne(word, list(_HEAD), scorer=fuzz.ratio, score_cutoff=_MISSPELT)
    return near[0] if near is not None else ""


@lru_cache(maxsize=1024)
def fits(words: str, sentence: str, expects: Expects | None) -> bool | None:
    """Whether the words of a sentence are such as are expected; None where that cannot be said.

    >>> fits("five", "It has five.", "number"), fits("the port", "In the port.", "year"), fits("it", "It is.", None)
    (True, False, None)
    """
    if expects is None or not words.strip():
        return None
    if expects in {"number", "money", "percent"}:
        return _fits_number(words, expects)
    if expects in {"date", "year", "month", "day", "duration"}:
        return _fits_time(words, sentence, expects)
    return _fits_name(words, expects)


def _fits_number(words: str, expects: Expects) -> bool | None:
    amounts = quantities(words)
    if not amounts and not any(c.isdigit() for c in words) and not states_an_amount(words):
        return None if _VAGUE_NUMBER.search(words) else False
    if amounts and all(any(m.start <= a.start < m.end for m in moments(words)) for a in amounts):
        return False if expects == "money" else None  # "2011" may count something; it is no price
    units = {amount.unit for amount in amounts}
    wrong = _NO_MONEY if expects == "money" else MONEY if expects == "percent" else frozenset()
    return not (units and units <= wrong)


def _fits_time(words: str, sentence: str, expects: Expects) -> bool | None:
    has_digit = any(c.isdigit() for c in words)
    if expects == "year":
        if re.search(r"\d{3}|\d0s|[’']\d\d\b|\d\d?\s*(?:BC|AD|CE)", words) or any(m.year for m in moments(words)):
            return True
        near = any(m.year for m in moments(sentence)) or has_digit or hints_at_a_time(words)
        return None if near or _VAGUE_TIME.search(words) else False
    if expects == "duration" and states_an_amount(words):
        return True
    if has_digit or hints_at_a_time(words) or re.fullmatch(r"\W*(?:March|May)\W*", words):
        return True
    if states_an_amount(words):
        return None
    return None if _VAGUE_TIME.search(words) or len(words.split()) > 4 else False


def _fits_name(words: str, expects: Expects) -> bool | None:
    if any(quantity.ordinal for quantity in quantities(words)):
        return None
    if not _WORD.search(words):
        return False
    rest = words
    spots = [(q.start, q.end) for q in quantities(words)] + [(m.start, m.end) for m in moments(words)]
    for start, end in sorted(spots, reverse=True):
        rest = rest[:start] + rest[end:]
    left = [word for word in _WORD.findall(rest) if word.lower() not in _FILLERS]
    if not left:
        return False
    if expects == "person" and country_of(" ".join(left)) is not None:
        return False
    return True if names(words) else None
