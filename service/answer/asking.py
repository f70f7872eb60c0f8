"""Which sentence of a question asks, and for what sort of answer: yes or no, one thing or several."""

from __future__ import annotations

import re

from indexer.sentences import split_sentences
from service.answer.commonwords import AUXILIARIES, PAST_VERBS

_AUX = "|".join(AUXILIARIES.split())
QUESTION_WORD = re.compile(r"\b(?:which|what|when|where|whose|whom|who|why|how)\b", re.IGNORECASE)
_YES_NO = re.compile(rf"(?:^|[,;:–—-]\s+|\band\s+)\W*(?:{_AUX})\s+(?!,)\w", re.IGNORECASE)
_CHOICE = re.compile(rf"\bbefore\s+or\s+after\b|,\s+or\s+(?:{_AUX})\b|\bor\s+(?:rather|instead)\b", re.IGNORECASE)
_COUNTED = r"(?:two|three|four|five|six|seven|\d+)"
_SEVERAL = re.compile(
    rf"\b(?:which|what)\s+{_COUNTED}\s+\w+|\b(?:name|list)\s+(?:the\s+|all\s+)*{_COUNTED}\s+\w+"
    rf"|\b(?:what|who|which)\s+(?:are|were)\s+the\s+(?:\w+\s+)?(?:{_COUNTED}|names|members|reasons|conditions|parties)\b",
    re.IGNORECASE,
)
_VERBS = frozenset({*AUXILIARIES.split(), *PAST_VERBS.split()})
_NOUN_ENDED = frozenset({*_VERBS, "of", "the", "in", "to", "a"})
_ADVERB = re.compile(
    r"\w+ly|also|never|ever|first|then|later|still|already|often|always|not|each|both|all", re.IGNORECASE
)
_NOT_PLURAL = frozenset(
    {"news", "gas", "bus", "process", "does", "was", "has", "is", "series", "politics", "as", "his"}
)


def asking_sentence(question: str) -> str:
    """The first sentence with a question mark that asks with a word of its own; all of it where there is none."""
    for start, end in split_sentences(question):
        sentence = question[start:end]
        if sentence.rstrip("\"”' ").endswith("?") and (QUESTION_WORD.search(sentence) or _YES_NO.search(sentence)):
            return sentence
    return question


def is_yes_no(asking: str) -> bool:
    """Whether the sentence asks for a yes or a no: it inverts a verb, and no word like "who" stands before that.

    >>> is_yes_no("Was the drill held?"), is_yes_no("When was the drill held?")
    (True, False)
    """
    verb = _YES_NO.search(asking)
    if verb is None or _CHOICE.search(asking):
        return False
    asks = QUESTION_WORD.search(asking)
    return asks is None or verb.start() < asks.start()


def asks_for_several(asking: str) -> bool:
    """Whether "which" or "what" goes with a plural: "which countries bought", not "what sets this apart"."""
    if _SEVERAL.search(asking):
        return True
    match = re.search(r"\b(which|what)\s+", asking, re.IGNORECASE)
    words = re.findall(r"[^\s,?]+", asking[match.end() :])[:5] if match else []
    for position, word in enumerate(words):
        if word.lower() in _NOUN_ENDED:
            return False
        if match and _is_plural(word) and _ends_the_noun(match[1].lower(), position, words[position + 1 :]):
            return True
    return False


def _is_plural(word: str) -> bool:
    lower = word.lower()
    if lower in {"people", "men", "women", "children"}:
        return True
    return len(lower) > 3 and lower.isalpha() and lower.endswith("s") and not lower.endswith("ss") and (
        lower not in _NOT_PLURAL
    )  # fmt: skip


def _ends_the_noun(word: str, position: int, after: list[str]) -> bool:
    following = after[0] if after else ""
    if not following or following in {"the", "a", "an", "his", "its", "their", "her"} or following[:1].isupper():
        return word == "which" and position == 0 and following[:1].isupper()
    if following.lower() in AUXILIARIES.split():
        return True
    return word == "which" and not _is_plural(following) and not _is_described(following, after[1:2])


def _is_described(following: str, then: list[str]) -> bool:
    """Whether a plural only describes the noun after it, which a verb follows: "which arms company sold"."""
    if _is_verb(following) or _ADVERB.fullmatch(following):
        return False
    return any(_is_verb(word) for word in then)


def _is_verb(word: str) -> bool:
    return word.lower() in _VERBS or word.endswith("ed")
