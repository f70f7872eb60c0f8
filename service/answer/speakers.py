"""Whom the words before or after a reporting verb name, in the shortest exact words of the article.

A name is preferred to its description, and a person to the pronoun that stands for them (``antecedents``).
"""

from __future__ import annotations

import re

from service.answer.antecedents import antecedent
from service.answer.barenames import Span, shortest
from service.answer.names import names

_PRONOUN = re.compile(r"\b(?:he|she)\Z", re.IGNORECASE)
_UNRESOLVED = re.compile(
    r"\b(?:it|they|i|we|you|who|which|that|this|these|those|there|what|one|and|or)\Z", re.IGNORECASE
)
_BETWEEN = re.compile(
    r"(?:\s+(?:has|have|had|is|was|are|were|do|does|did|not|never|(?:do|does|did)n['’]t"
    r"|also|later|then|once|would|will|could|recently|repeatedly|\w+ly|further"
    r"|again|himself|herself|themselves|even|already|often|first|now|himself))+\Z",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r",\s*(?:for\s+(?:its|his|her|their)\s+part|however|moreover|meanwhile|too|in\s+turn|on\s+\w+day),\Z"
)
_AGE = r",\s+\d{1,3}"
_APPOSITION = re.compile(
    rf"(?:{_AGE}|(?:{_AGE})?,\s+(?:an?|the|who|which|formerly|then|now|whose|Iran's|Russia's|[a-z])[^,;:.\"“”]*),\Z"
)
_CLAUSE_START = re.compile(
    r"[,;:—–(]\s*|[\"“”]\s*|(?<=[.!?])\s+"
    r"|\s+(?:that|and|but|while|as|because|although|though|whereas|when|if|since|what|which|where|how)\s+"
)
_PREPOSITION = re.compile(
    r"\b(?:of|in|at|from|to|with|by|for|on|near|against|under|over|between|among|and|or)\s+(?:the\s+)?\Z"
)
_NOUN_PHRASE = re.compile(
    r"(?:(?:[A-Z]|(?:many|some|several|most|other|others|numerous|few|analysts?|experts?|critics|sources?|officials?|press"
    r"|media|reports?|commentators?|commentaries|observers|diplomats?|the|an?|these|those|both|two|three|his|her|their"
    r"|our|one|government|state|local|western|senior|former)\b).*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_WITH_PRONOUN = re.compile(r"\b(?:he|she|it|they|we|i|you)\s+and\s+\Z", re.IGNORECASE)
_SOME_OF = re.compile(r"(?:other|some|many|most|few|several|numerous|both)\s", re.IGNORECASE)
_CONJUNCTION = re.compile(r"(?:(?:that|and|but|while|as|because|although|though|whereas|when|if|since)\s+)+")
_SUBJECT_JOINED = 3
_OFFICE = re.compile(
    r"\b(?:minister|president|ambassador|commander|commentator|analyst|spokes\w+|chief|general|expert|official|author)\s+\Z"
)
_LONGEST_PHRASE = 9
"""Words of a description that names a speaker; what is longer is a clause that was misread."""


def subject_before(text: str, position: int, paragraph: int) -> Span | None:
    """The speaker whom the words just before a verb name.

    Args:
        text: the article.
        position: where the verb begins.
        paragraph: where its paragraph begins.
    """
    before = text[paragraph:position].rstrip()
    for aside in (_BETWEEN, _ASIDE, _BETWEEN):
        before = aside.sub("", before)
    before = before.rstrip()
    if before.endswith(","):
        apposition = _APPOSITION.search(before)
        inner = _name_ending(before[:-1], paragraph)
        if inner is not None and not _described(before[:-1], inner[0] - paragraph):
            return inner
        if apposition is None:
            return None
        before = before[: apposition.start()].rstrip()
    if _PRONOUN.search(before):
        return antecedent(text, paragraph + len(before), paragraph)
    if _UNRESOLVED.search(before):
        return None
    return _phrase_ending(before, paragraph)


def named_by(body: str, start: int, end: int, paragraph: int) -> Span | None:
    """The shortest words of a noun phrase that name somebody: its name, or all of it where the name only describes."""
    phrase = body[start:end].rstrip(" .,;")
    if not phrase or len(phrase.split()) > 12 or re.match(r"(?:him|her|them|it|this|that|its|his|their)\b", phrase):
        return None
    article = len(phrase) - len(phrase.removeprefix("the "))
    found = names(phrase)
    if found and (found[0].start, found[0].end) == (article, len(phrase)):
        return shortest(found[0].text, paragraph + start + article)
    if found and found[0].start == 0 and re.match(r"\Z|\s+(?:of|in|from|at)\b", phrase[found[0].end :]):
        return shortest(found[0].text, paragraph + start)
    apposition = _OFFICE.search(phrase[: found[-1].start]) if found else None
    if found and apposition is not None:
        return shortest(found[-1].text, paragraph + start + found[-1].start)
    return paragraph + start, paragraph + start + len(phrase)


def _described(before: str, name_start: int) -> bool:
    """Whether the name before a comma only ends a description ("the defense minister of Azerbaijan,")."""
    return _PREPOSITION.search(before[:name_start]) is not None


def _phrase_ending(before: str, offset: int) -> Span | None:
    clause = _clause_start(before)
    clause += len(before[clause:]) - len(before[clause:].lstrip())
    phrase = before[clause:]
    if re.match(r"(?:he|she|it|they|we|i|you)\b", phrase, re.IGNORECASE) or _WITH_PRONOUN.search(before[:clause]):
        return None  # "he and his hosts"
    if _SOME_OF.match(phrase) is not None and len(phrase.split()) <= _LONGEST_PHRASE:
        return offset + clause, offset + len(before)
    name = _name_ending(before, offset)
    if name is not None and name[0] - offset >= clause and not _described(before, name[0] - offset):
        return name
    if not phrase or len(phrase.split()) > _LONGEST_PHRASE or _NOUN_PHRASE.match(phrase) is None:
        return None
    return (offset + clause, offset + clause + len(phrase))


def _clause_start(before: str) -> int:
    """Where the clause begins that the words end with; "and" within a sentence's first words joins its subject."""
    starts = list(_CLAUSE_START.finditer(before))
    while starts:
        last = starts.pop()
        sentence = starts[-1].end() if starts else 0
        begins = sentence == 0 or before[:sentence].rstrip()[-1:] in ".!?"
        joins = begins and last[0].strip() == "and" and len(before[sentence : last.start()].split()) <= _SUBJECT_JOINED
        if not joins:
            rest = _CONJUNCTION.match(before, last.end())
            return rest.end() if rest else last.end()
    return 0


def _name_ending(before: str, offset: int) -> Span | None:
    """The name that the words end with, without titles before it."""
    tail = re.sub(r"(?:['’]s)?[\s)]*\Z", "", before)
    for name in names(tail[-200:]):
        start = name.start + max(0, len(tail) - 200)
        if start + len(name.text) == len(tail):
            return shortest(name.text, offset + start)
    return None
