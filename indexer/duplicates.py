"""Which texts are copies of one another (wire copy, reposts), and which passages of a copy say nothing of their own.

Two contents are linked when one holds most of the other's five-word runs; MinHash finds the pairs to compare. A
passage of a later copy is *covered* when the earlier text says the same, numbers, names and negations included. Search
then shows the earlier one alone, "also published by" the rest. A copy that corrects a figure is linked, and keeps the
passage with the correction.

Source: Broder, "On the resemblance and containment of documents" (1997).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from indexer.records import Block

PERMUTATIONS = 128
BANDS = 32
"""With 4 rows a band, a pair of resemblance 0.5 is found with probability 0.87, one of 0.7 with 0.9999."""
SAME_WORDS = 0.8
"""The share of the shorter text's runs that the longer must hold for the two to be linked."""
COVERED = 0.9
_GAP = 25
"""Words that a copy may have left out in one place; more are a paragraph, whose absence changes no sentence."""
SHORTEST = 25
"""Words. Shorter texts are formulas (closing prices, dividends) more often than copies; they are never linked."""

_WORD = re.compile(r"(?:(?<!\w)[-+\u2212]?[$\u20ac\u00a3\u00a5]?(?=\d))?[^\W_]+(?:[.,]\d+)*%?")
"""A word; or a number with what changes its meaning: sign, currency, per cent."""
_DECISIVE = re.compile(
    r"\d|^[^\W\d_a-z]"
    r"|^(?:no|not|never|without|denied|denies|deny|nor|neither|none|nobody|nothing|cannot|hardly|t|un\w+|dis\w+)$"
    r"|^(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundreds?|thousands?|\w+illions?"
    r"|dozens?|half|third|quarter|twice|double|triple|first|second|last)$"
)
"""A number, a name, a negation; ``t`` is what is left of "didn't"."""

Shingles = frozenset[tuple[str, ...]]


def word_runs(text: str, length: int = 5) -> Shingles:
    """Every run of ``length`` words of a text, lower-cased."""
    words = [w.lower() for w in _WORD.findall(text)]
    return frozenset(zip(*(words[i:] for i in range(length)), strict=False))


def searched_text(text: str, blocks: Sequence[Block]) -> str:
    """A text without its boilerplate: copies share the story, not the site's furniture."""
    return "\n".join(text[b.start : b.end] for b in blocks if b.kind != "boilerplate")


@lru_cache(maxsize=1)
def _minhash() -> Any:  # noqa: ANN401 - datasketch ships no types; importing it takes half a second
    from datasketch import MinHash

    return MinHash(num_perm=PERMUTATIONS, seed=1, hashfunc=zlib.crc32)


def signature_of(text: str) -> bytes:
    """The MinHash signature of a text's five-word runs, as bytes; empty when the text is too short to have copies."""
    words = [w.lower() for w in _WORD.findall(text)]
    if len(words) < SHORTEST:
        return b""
    minhash = _minhash().copy()
    minhash.update_batch({" ".join(words[i : i + 5]).encode("utf-8", "surrogatepass") for i in range(len(words) - 4)})
    return np.asarray(minhash.hashvalues, dtype="<u4").tobytes()


def bands_of(signature: bytes) -> list[tuple[int, bytes]]:
    """The signature cut into ``BANDS``: contents that share one are compared."""
    width = len(signature) // BANDS
    return [(band, signature[band * width : (band + 1) * width]) for band in range(BANDS)] if width else []


def resembles(first: Shingles, second: Shingles) -> bool:
    """Whether the longer text holds ``SAME_WORDS`` of the shorter one's runs."""
    shorter, longer = sorted((first, second), key=len)
    return bool(shorter) and len(shorter & longer) >= SAME_WORDS * len(shorter)


@dataclass(frozen=True, slots=True)
class Wording:
    """A text's words and word runs, kept while several passages are held against it."""

    words: tuple[str, ...]
    fives: Shingles
    threes: Shingles
    places: dict[tuple[str, ...], int]
    """Where each run of five first begins."""

    @classmethod
    def of(cls, text: str) -> Wording:
        words = tuple(_WORD.findall(text))
        lower = [word.lower() for word in words]
        runs = list(zip(*(lower[i:] for i in range(5)), strict=False))
        places = {run: place for place, run in reversed(list(enumerate(runs)))}
        return cls(words, frozenset(places), frozenset(zip(lower, lower[1:], lower[2:], strict=False)), places)

    def covers(self, passage: str) -> bool:
        """Whether ``passage`` says nothing that this text does not say in the same words.

        Nine tenths of its five-word runs stand here, and every three-word run with a number, a name or a negation;
        and where it leaves words of this text out, none of them is a number, a name or a negation.
        """
        lower = [word.lower() for word in _WORD.findall(passage)]
        runs = list(zip(*(lower[i:] for i in range(5)), strict=False))
        places = [self.places.get(run) for run in runs]
        known = [(i, place) for i, place in enumerate(places) if place is not None]
        if not runs or len(known) < COVERED * len(runs):
            return False
        if not _decisive_runs(passage) <= self.threes:
            return False
        return self._edges_agree(lower, known[0], known[-1]) and all(
            self._says_as_much(i, place, j, later)
            for (i, place), (j, later) in pairwise(known)
            if j - i > 1 or later - place != 1
        )

    def _edges_agree(self, passage: list[str], first: tuple[int, int], last: tuple[int, int]) -> bool:
        """Whether what stands here before the first and after the last shared run decides nothing of its own."""
        lead, tail = first[0], len(passage) - (last[0] + 5)
        before = self.words[max(0, first[1] - lead) : first[1]]
        after = self.words[last[1] + 5 : last[1] + 5 + tail]
        own = set(passage[:lead] + passage[len(passage) - tail :])
        return not any(_DECISIVE.search(word) and word.lower() not in own for word in before + after)

    def _says_as_much(self, i: int, place: int, j: int, later: int) -> bool:
        """Whether what stands here between two shared runs, and not between them in the passage, decides nothing."""
        if later - place == j - i:
            between = self.words[place + 5 : later]  # as many words, some of them others
        elif place < later <= place + (j - i) + _GAP:
            between = self.words[place + 5 : later]
        else:
            return True  # the text says it in another order, or twice: no words are missing between
        return not any(_DECISIVE.search(word) for word in between)


def _decisive_runs(text: str) -> Shingles:
    words = _WORD.findall(text)
    runs = zip(words, words[1:], words[2:], strict=False)
    return frozenset(
        (a.lower(), b.lower(), c.lower()) for a, b, c in runs if any(_DECISIVE.search(word) for word in (a, b, c))
    )


def clusters(members: Iterable[int], linked: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The members grouped by their links, directly or through others; groups of one are left out.

    >>> clusters([1, 2, 3, 4], [(1, 3), (3, 4)])
    [[1, 3, 4]]
    """
    root = {member: member for member in members}

    def find(member: int) -> int:
        while root[member] != member:
            member = root[member]
        return member

    for first, second in linked:
        low, high = sorted((find(first), find(second)))
        root[high] = low
    groups: dict[int, list[int]] = {}
    for member in sorted(root):
        groups.setdefault(find(member), []).append(member)
    return [group for group in groups.values() if len(group) > 1]
