"""A question as people type one in haste: its keywords alone, or with a slip. What it asks for stays the same."""

from __future__ import annotations

import random
import re

_WORD = re.compile(r"[^\W\d_]{5,}")
_EMPTY = """
a an the of to in on at by for with from and or that which who whom whose what when where why how is are
was were be been being do does did has have had can could would should will may might it its he his she
her they their this these those there many much
"""
_FILLERS = frozenset(_EMPTY.split())
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def keywords(question: str, rng: random.Random) -> str | None:
    """The words that carry it, half of the time in lower case; None when fewer than two would be left.

    >>> keywords("When did the Board fall to Iran?", random.Random(1))
    'board fall iran'
    """
    kept = [word for word in question.rstrip(" ?!.").split() if word.strip(",;:'\"").lower() not in _FILLERS]
    if len(kept) < 2:
        return None
    short = " ".join(kept)
    return short.lower() if rng.random() < 0.5 else short


def misspelt(question: str, rng: random.Random) -> str | None:
    """One letter left out, doubled, changed, or swapped with the next, not the first of its word; None without a word
    of five letters.

    >>> misspelt("Who ruled Sweden?", random.Random(1))
    'Who ruld Sweden?'
    """
    words = list(_WORD.finditer(question))
    if not words:
        return None
    word = rng.choice(words)
    at = rng.randrange(word.start() + 1, word.end() - 1)
    here, following = question[at], question[at + 1]
    slip, taken = rng.choice([("", 1), (here * 2, 1), (rng.choice(_LETTERS), 1), (following + here, 2)])
    return question[:at] + slip + question[at + taken :]
