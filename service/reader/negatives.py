"""Hard negatives: a passage that lost its answer, a question that asks for something else than the passage says.

The kinds of change are those by which people wrote unanswerable questions for SQuAD 2.0 (Rajpurkar et al., 2018, table
1: negation, antonyms, entities and numbers swapped). Easy negatives, another passage at random, teach a reader nothing.
"""

from __future__ import annotations

import random
import re

from indexer.sentences import split_sentences

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_NAME = re.compile(r"(?:[A-Z][\w’'-]*)(?:\s+(?:of|the|de|van|von|al)?\s?[A-Z][\w’'-]*)*")
_WORD = re.compile(r"[A-Za-z]+")
_AUXILIARY = re.compile(r"\b(did|does|do|was|were|is|are|has|have|had|could|would|should)\b(?!n)", re.I)
_OPPOSITES = """
first last|most least|more less|more fewer|largest smallest|larger smaller|biggest smallest|highest lowest|higher lower
before after|begin end|began ended|beginning end|start stop|started stopped|increase decrease|increased decreased
north south|northern southern|northeast southwest|east west|eastern western|early late|earlier later|earliest latest
win lose|won lost|open close|opened closed|good bad|best worst|better worse|long short|longest shortest|old new
oldest newest|older younger|male female|men women|man woman|husband wife|father mother|brother sister|son daughter
king queen|import export|imports exports|rise fall|rose fell|strong weak|stronger weaker|strongest weakest
support oppose|supported opposed|support reject|accepted rejected|allow forbid|allowed forbidden|include exclude
included excluded|internal external|public private|legal illegal|likely unlikely|possible impossible|same different
similar different|always never|all none|many few|majority minority|maximum minimum|success failure|successful failed
positive negative|buy sell|bought sold|create destroy|created destroyed|built demolished|join leave|joined left
love hate|like dislike|liked disliked|easy hard|easier harder|fast slow|faster slower|cheap expensive|light heavy
hot cold|warm cool|war peace|rich poor|upper lower|inside outside|above below|left right|positive negative
gain lose|gained lost|grow shrink|grew shrank|ally enemy|allies enemies|victory defeat|enter leave|entered left
arrive leave|arrived left|born died|birth death|ancient modern|primary secondary|major minor|urban rural|wet dry
required optional|voluntary mandatory|popular unpopular|common rare|present absent|true false|guilty innocent
attack defend|attacked defended|advantage disadvantage|advantages disadvantages|minimal maximal|fixed broken
recommend avoid|happy unhappy|soft hard|clean dirty|tight loose|simple complex|raise lower|raised lowered
"""


def _both_ways() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for pair in re.split(r"[|\n]", _OPPOSITES.strip()):
        one, other = pair.split()
        table.setdefault(one, []).append(other)
        table.setdefault(other, []).append(one)
    return table


_OPPOSITE = _both_ways()


def without_answers(text: str, spans: tuple[tuple[int, int], ...]) -> str | None:
    """The text without the sentences that touch a span or repeat what stands in one; None when nothing would be left.

    >>> without_answers("It rained. Ann won. Bob left.", ((11, 14),))
    'It rained. Bob left.'
    """
    quotes = [text[start:end].casefold() for start, end in spans]
    kept = [
        text[first:last]
        for first, last in split_sentences(text)
        if not any(start < last and first < end for start, end in spans)
        and not any(quote in text[first:last].casefold() for quote in quotes)
    ]
    return " ".join(kept) or None


def altered(question: str, text: str, spans: tuple[tuple[int, int], ...], rng: random.Random) -> str | None:
    """A question that differs in one word or name, so that the text no longer answers it; None if none suits.

    A name or number comes from the same text, where there is one: it is the hardest to tell apart.
    """
    ways = [_swap_name, _swap_number, _turn_round]
    rng.shuffle(ways)
    taken = " ".join(text[start:end] for start, end in spans)
    for way in (*ways, _negate):
        changed = way(question, text, taken, rng)
        if changed is not None and changed != question:
            return changed
    return None


def _swap_name(question: str, text: str, taken: str, rng: random.Random) -> str | None:
    first_word = question.split(maxsplit=1)[0] if question.split() else ""
    names = [m for m in _NAME.finditer(question) if m.start() > len(first_word) and m.group().lower() in text.lower()]
    others = {m.group() for m in _NAME.finditer(text) if m.start() > 0 and text[m.start() - 2 : m.start()] != ". "}
    others = {name for name in others if name.lower() not in question.lower() and name not in taken and len(name) > 2}
    if not names or not others:
        return None
    name = rng.choice(names)
    return question[: name.start()] + rng.choice(sorted(others)) + question[name.end() :]


def _swap_number(question: str, text: str, taken: str, rng: random.Random) -> str | None:
    numbers = list(_NUMBER.finditer(question))
    if not numbers:
        return None
    number = rng.choice(numbers)
    form = _YEAR if _YEAR.fullmatch(number.group()) else _NUMBER
    others = sorted({m.group() for m in form.finditer(text)} - {number.group()} - {m.group() for m in numbers})
    if others and rng.random() < 0.6:
        other = rng.choice(others)
    else:
        value = int(re.sub(r"\D.*", "", number.group().replace(",", "")) or 0)
        other = str(max(value + rng.choice([-30, -10, -3, -2, -1, 1, 2, 3, 10, 30]), 0))
    return question[: number.start()] + other + question[number.end() :]


def _turn_round(question: str, text: str, taken: str, rng: random.Random) -> str | None:
    words = [m for m in _WORD.finditer(question) if m.group().lower() in _OPPOSITE]
    if not words:
        return None
    word = rng.choice(words)
    return question[: word.start()] + rng.choice(_OPPOSITE[word.group().lower()]) + question[word.end() :]


def _negate(question: str, text: str, taken: str, rng: random.Random) -> str | None:
    auxiliary = _AUXILIARY.search(question)
    if auxiliary is None or re.search(r"\b(?:not|never|no|without)\b|n't\b", question, re.I):
        return None
    if rng.random() < 0.5:  # too often, and every "not" would mean "not answered"
        return None
    return f"{question[: auxiliary.end()]}n't{question[auxiliary.end() :]}"
