"""The rows that dense search runs over: the saved index, then what was added since, with a mask of what is left.

A row is a passage. Saving the index anew moves the rows added since into it; until then they are searched exactly
beside it, so that a small change costs a small amount of work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexer.dense import DenseCard, DenseIndex, Floats, Ints, Mask, read_card
from indexer.errors import ArchiveDamaged
from indexer.stored import decode_vectors

Query = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
_NOTHING = DenseCard("flat", 0, 0, 1.0)


@dataclass(frozen=True, slots=True)
class DenseRows:
    """Every passage of one generation, and some that are gone, by passage id ascending."""

    base: DenseIndex
    card: DenseCard
    tail: DenseIndex
    tail_vectors: Floats
    ids: Ints
    contents: Ints
    """The content that each row's passage belongs to."""
    alive: Mask

    @classmethod
    def open(
        cls, query: Query, directory: Path, dim: int, generation: int, previous: tuple[int, DenseRows] | None
    ) -> DenseRows:
        """The rows of the generation that ``query`` reads; ``previous`` is an earlier one's, with its number.

        A saved index that is damaged, missing or too old is not an error: the truth has every vector.
        """
        log_start = int(query("SELECT log_start FROM state", ())[0][0])
        since, rows = -1, None
        if previous is not None and log_start <= previous[0] and not _saved_after(directory, previous[1].card):
            since, rows = previous
        else:
            rows = cls._saved(directory, dim, log_start, generation)
            since = rows.card.generation if rows.card.rows else -1
        return rows._with(query, dim, since)

    @classmethod
    def _saved(cls, directory: Path, dim: int, log_start: int, generation: int) -> DenseRows:
        empty = np.empty((0, dim), np.float32)
        try:
            saved = DenseIndex.load(directory)
        except ArchiveDamaged:
            saved = None  # doctor says so; what is found does not depend on it
        if saved is None or not log_start <= saved[2].generation <= generation:
            saved = (DenseIndex.build(empty), np.empty((0, 2), np.int64), _NOTHING)
        index, numbers, card = saved
        ids, contents = np.ascontiguousarray(numbers[:, 0]), np.ascontiguousarray(numbers[:, 1])
        return cls(index, card, DenseIndex.build(empty), empty, ids, contents, np.ones(len(ids), np.bool_))

    def _with(self, query: Query, dim: int, since: int) -> DenseRows:
        """These rows and what has come and gone after generation ``since``."""
        added = query(
            "SELECT id, content_id, vector FROM passages JOIN vectors ON passage_id = id WHERE generation > ? "
            "ORDER BY id",
            (since,),
        )
        vectors = decode_vectors((row[2] for row in added), dim)
        tail = np.concatenate([self.tail_vectors, vectors]) if len(self.tail_vectors) else vectors
        ids = np.concatenate([self.ids, np.fromiter((row[0] for row in added), np.int64, len(added))])
        contents = np.concatenate([self.contents, np.fromiter((row[1] for row in added), np.int64, len(added))])
        alive = np.concatenate([self.alive, np.ones(len(added), np.bool_)])
        gone = query("SELECT passage_id FROM removed WHERE generation > ?", (since,))
        index = DenseIndex.build(tail, exact_up_to=len(tail)) if len(added) else self.tail
        rows = DenseRows(self.base, self.card, index, tail, ids, contents, alive)
        places, present = rows.places_of(np.fromiter((row[0] for row in gone), np.int64, len(gone)))
        alive[places[present]] = False
        return rows

    def places_of(self, passage_ids: Ints) -> tuple[Ints, Mask]:
        """The row of each passage, and which of them have one."""
        if not len(self.ids):
            return np.zeros(len(passage_ids), np.int64), np.zeros(len(passage_ids), np.bool_)
        places = np.minimum(np.searchsorted(self.ids, passage_ids), len(self.ids) - 1)
        return places, self.ids[places] == passage_ids

    def mask_of(self, passage_ids: Ints) -> Mask:
        """The mask of these passages; those that have no row are passed over."""
        mask = np.zeros(len(self.ids), np.bool_)
        places, present = self.places_of(passage_ids)
        mask[places[present]] = True
        return mask

    def search(self, vector: Floats, depth: int, allowed: Mask) -> list[tuple[int, float]]:
        """Passage ids and cosines, best first; at least ``depth`` where there are as many, and all ties."""
        found: list[tuple[int, float]] = []
        for index, first in ((self.base, 0), (self.tail, self.base.rows)):
            part = allowed[first : first + index.rows]
            places, scores = index.search(vector, depth, None if part.all() else part)
            found += zip(self.ids[places + first].tolist(), scores.tolist(), strict=True)
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    @property
    def stale(self) -> int:
        """Rows that the saved index lacks or holds in vain."""
        return self.tail.rows + int((~self.alive[: self.base.rows]).sum())


def _saved_after(directory: Path, card: DenseCard) -> bool:
    try:
        fresh = read_card(directory)
    except ArchiveDamaged:
        return False
    return fresh is not None and fresh.stem != card.stem
