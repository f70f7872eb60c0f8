"""The first passages of a ranking looked at again by the reader: which of them answers the question?

Its view is mixed with the score that ranked them, by one weight for all queries. It reads no more than ``DEPTH``
passages, whatever part of the ranking is asked for, so that the first 5 of 10 results are the 5 results; all others
keep their order behind. What a passage says to a question is in ``reader``; how it got among the first, in ``ranking``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Protocol

import numpy as np

from indexer.snapshot import Snapshot
from service.candidates import Leg
from service.fusion import Scores, ranks
from service.ranking import Ranked
from service.reader.reading import Readable, Reader, Reading
from service.stopwatch import Stopwatch

DEPTH = 10
"""Passages that are read: twice as many gain no more, and take twice as long."""
WEIGHT = 0.3
"""The reader's part of the score, one for all sets of questions."""


class Read(Protocol):
    """One reading a passage, in their order."""

    def __call__(self, passages: Sequence[Ranked], /) -> Sequence[Reading]: ...


def reranked(ranking: Iterator[Ranked], weight: float, read: Read) -> Iterator[Ranked]:
    """The ranking, its first ``DEPTH`` passages in a new order: best first, ties by article id, then offset.

    A score is then ``1 - weight`` parts of the former one, as a part of the highest, whatever scale it was on, and
    ``weight`` parts of the passage's share by ``shares``. A passage not read counts as if it certainly did not answer,
    which is never above one that was read.
    """
    first = list(islice(ranking, DEPTH))
    if not first:
        return
    readings = read(first)
    said = np.array([reading.score for reading in readings], np.float64)
    highest = max(ranked.score for ranked in first)
    kept = (1 - weight) / highest if highest > 0 else 0.0
    found = [
        replace(ranked, score=kept * ranked.score + weight * leg.normalised, reader=leg, reading=reading)
        for ranked, leg, reading in zip(first, _legs(said), readings, strict=True)
    ]
    yield from sorted(found, key=_place)
    for ranked in ranking:
        yield replace(ranked, score=kept * ranked.score)


def shares(log_odds: Scores) -> Scores:
    """How probable it is of each that it is the one that answers, if one does; what is left to 1 is that none does.

    So one passage that stands out counts, and many that answer a little, as to a question of a topic, leave the order
    alone: by each passage's own probability, cranfield's lost a point of nDCG@10 where they now lose a quarter.

    >>> shares(np.array([0.0, 0.0])).round(3).tolist(), shares(np.array([800.0, -800.0])).tolist()
    ([0.333, 0.333], [1.0, 0.0])
    """
    found: Scores = np.exp(log_odds - np.logaddexp.reduce(np.append(log_odds, 0.0)))
    return found


def reading_of(snapshot: Snapshot, reader: Reader, question: str, watch: Stopwatch) -> Read:
    """What reads passages of this generation with this question in mind."""

    def read(passages: Sequence[Ranked], /) -> Sequence[Reading]:
        with watch.phase("rerank"):
            contents = {key: snapshot.content(key) for key in {ranked.passage.content_id for ranked in passages}}
            shown = []
            for row in (ranked.passage for ranked in passages):
                title, text = contents[row.content_id]
                shown.append(Readable(title or "", text[row.start : row.end]))
            return reader.read(question, shown)

    return read


def _legs(said: Scores) -> list[Leg]:
    return list(map(Leg, ranks(said).tolist(), said.tolist(), shares(said).tolist()))


def _place(ranked: Ranked) -> tuple[float, str, int]:
    return -float(np.float32(ranked.score)), ranked.articles[0].id, ranked.passage.start
