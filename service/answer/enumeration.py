"""The whole of a list in a sentence, from one of the names in it: who asks "which ships" wants all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.answer.candidates import Candidate
from service.answer.names import Name, names

_JOINT = re.compile(r"\s*(?:,|,?\s*\b(?:and|or|as well as|along with)\b|&)\s*(?:\b(?:the|a|an)\s+)?", re.IGNORECASE)


def whole_list(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The span, widened to the names that are listed with those in it.

    >>> text = "In 2015 the Damavand, the Joshan and the Peika sailed, and Iran cheered."
    >>> first, last = whole_list(text, 12, 20)
    >>> text[first:last]
    'Damavand, the Joshan and the Peika'
    """
    for run in _runs(sentence):
        first, last = run[0].start, run[-1].end
        if len(run) > 1 and start < last and first < end:
            return min(start, first), max(end, last)
    return start, end


def _runs(sentence: str) -> list[list[Name]]:
    runs: list[list[Name]] = []
    for name in names(sentence):
        if runs and _JOINT.fullmatch(sentence, runs[-1][-1].end, name.start):
            runs[-1].append(name)
        else:
            runs.append([name])
    return runs


def listed(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, each with its whole list; of those that come to the same words the first."""
    found: dict[tuple[str, tuple[int, int]], Candidate] = {}
    for candidate in candidates:
        first = candidate.sentence[0]
        start, end = whole_list(candidate.context, candidate.words[0] - first, candidate.words[1] - first)
        words = (first + start, first + end)
        found.setdefault((candidate.article_id, words), replace(candidate, words=words))
    return list(found.values())
