"""A misspelt word of the question in the spelling of the passages: the reader goes by pieces of words, not by sound."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process

_WORD = re.compile(r"[^\W\d_]{4,}")
ALIKE = 80
"""Percent, by Indel similarity. "Ivashof" and "Ivashov" are 86 alike, "contry" and "country" 92."""
_ALIKE_BUT_FIRST = 90
"""The same for words that begin with different letters, as slips seldom do ("embassador")."""


def respelt(
    question: str, texts: Sequence[str], known: Callable[[str], bool]
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The question with each unknown word replaced by the one that the texts have instead, and what was replaced.

    A word is left as it is when the texts have it, when it is ``known`` (a common word of the language, which no text
    need have), or when nothing in them is ``ALIKE``.

    >>> respelt("Where is Ivashof?", ["General Ivashov is in Tehran."], lambda word: False)
    ('Where is Ivashov?', (('Ivashof', 'Ivashov'),))
    """
    spellings: dict[str, str] = {}
    for text in texts:
        for match in _WORD.finditer(text):
            spellings.setdefault(match[0].casefold(), match[0])
    replaced: dict[str, str] = {}
    for match in _WORD.finditer(question):
        word = match[0]
        if word.casefold() in spellings or known(word):
            continue
        best = process.extractOne(word.casefold(), spellings.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
        if best is not None and (best[0][0] == word[0].casefold() or best[1] >= _ALIKE_BUT_FIRST):
            replaced[word] = spellings[best[0]]
    mended = _WORD.sub(lambda match: replaced.get(match[0], match[0]), question)
    return mended, tuple(replaced.items())
