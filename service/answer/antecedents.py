"""Whom "he", "she" or "it" stands for, where the words before it leave no doubt.

A pronoun is resolved only to somebody whom the paragraph, or the end of the one before it, has as a subject; otherwise
nobody is named, because a wrong person is worse than none.
"""

from __future__ import annotations

import re
from functools import lru_cache

from indexer.sentences import split_sentences
from service.answer.barenames import Span, is_of_body, is_office, shortest
from service.answer.countries import country_of
from service.answer.names import Name, fold, names

_PARAGRAPHS_BACK = 3
"""A pronoun is followed back through paragraphs that speak of the same person by pronoun only, and no further."""


def antecedent(text: str, position: int, paragraph: int) -> Span | None:
    """The person that "he" or "she" at this place stands for: the last person who was a subject before it."""
    before = text[paragraph:position]
    own = _last_person(text, before, paragraph)
    if own is not None:
        return own
    for _ in range(_PARAGRAPHS_BACK):
        previous = _paragraph_before(text, paragraph)
        if previous is None:
            return None
        paragraph, end = previous
        found = _last_person(text, text[paragraph:end], paragraph)
        if found is not None or re.search(r"\b(?:he|she|his|her)\b", text[paragraph:end], re.IGNORECASE) is None:
            return found
    return None


def body_before(text: str, position: int, paragraph: int) -> Span | None:
    """The body that "it" at this place stands for: what the sentence before begins with, if that is one name."""
    sentences = [span for span in split_sentences(text[paragraph:position]) if text[paragraph + span[1] - 1] in ".!?"]
    if not sentences:
        return None
    start, end = sentences[-1]
    found = names(text[paragraph + start : paragraph + end])
    if not found or found[0].start != 0 or _is_person(found[0], text):
        return None
    return paragraph + start, paragraph + start + found[0].end


def _paragraph_before(text: str, paragraph: int) -> Span | None:
    """The paragraph before; a line that ends without a full stop is a heading, and is passed over."""
    end = len(text[:paragraph].rstrip())
    while end > 0:
        start = text.rfind("\n\n", 0, end) + 2 if "\n\n" in text[:end] else 0
        if text[start:end].rstrip("\"”’'").endswith((".", "!", "?", ":")):
            return start, end
        end = len(text[:start].rstrip())
    return None


def _last_person(text: str, before: str, offset: int) -> Span | None:
    """The last person in a stretch who begins a clause; without one the only person in it."""
    people = [name for name in names(before) if _is_person(name, text)]
    subjects = [name for name in people if _begins_clause(before, name)]
    if subjects:
        name = subjects[-1]
        return shortest(name.text, offset + name.start)
    if len({fold(name.text.split()[-1]) for name in people}) == 1:
        return shortest(people[-1].text, offset + people[-1].start)
    return None


def _begins_clause(before: str, name: Name) -> bool:
    ahead = re.search(
        r"(?:\A|[.!?:;,—–\n][\"“”]?\s*[\"“]?|\b(?:that|and|but|while|by)\s+)(?:[\w'’-]+\s+){0,3}\Z",
        before[: name.start],
    )
    after = before[name.end : name.end + 2]
    return ahead is not None and not after.startswith("'") and not after.startswith("’")


def _is_person(name: Name, text: str) -> bool:
    """Whether a name is a person's, as far as can be told: two names or more, or the last word of one such."""
    start, _ = shortest(name.text, 0)
    words = name.text[start:].split()
    if any(country_of(word) is not None or is_of_body(word) or is_office(word) for word in words):
        return False
    if any((len(word) > 2 and word.isupper()) or any(c.isdigit() for c in word) for word in words):
        return False
    return start > 0 or len(words) > 1 or fold(words[0]) in _last_names(text)


@lru_cache(maxsize=64)
def _last_names(text: str) -> frozenset[str]:
    found = set()
    for name in names(text):
        start, _ = shortest(name.text, 0)
        words = name.text[start:].split()
        if (start or len(words) > 1) and len(words) <= 4 and not any(country_of(w) or is_of_body(w) for w in words):
            found.add(fold(words[-1]))
    return frozenset(found)
