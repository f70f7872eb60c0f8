"""What a word was meant to be that stands nowhere in an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_SHORTEST = 4
"""Letters of a word that is looked at; shorter ones are near to too many others."""
_LONG = 8
"""Letters from which two slips are forgiven, and not only one."""

Counted = Iterable[tuple[str, int]]


def nearest(word: str, like: Callable[[str], Counted]) -> list[str]:
    """The words of the archive that are spelt most like this one, the likeliest first; none where none is near.

    A letter too many, too few, changed, or swapped with its neighbour is one slip. The first letter must be right.
    Among equally near words the most frequent is meant, then the first in the alphabet.

    Args:
        word: a stem that no passage holds.
        like: the archive's stems that begin with some letters, and in how many passages each stands.

    >>> nearest("comit", lambda letters: [("commit", 3), ("comet", 9), ("wheat", 9)])
    ['comet', 'commit']
    """
    if len(word) < _SHORTEST or not word.isalpha():
        return []
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    known = dict(like(word[0]))
    most = 1 if len(word) < _LONG else 2
    found = process.extract(word, list(known), scorer=OSA.distance, score_cutoff=most, limit=None)
    return [term for _, _, term in sorted((distance, -known[term], term) for term, distance, _ in found)]
