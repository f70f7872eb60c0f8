"""Nearest passages by embedding: the only module that imports faiss, and the only one that knows a distance.

Exact (flat) search up to ``EXACT_UP_TO`` rows, HNSW over half-precision rows beyond it; which one serves, and its
recall@10 against exact search measured when it was built, is stored beside the index and shown by ``status``.
Vectors are truth elsewhere (``archive.sqlite``): everything here can be deleted and is then built again.

What faiss does by default and must not reach anybody: L2 (every index here is inner product over unit rows, so a
score is a cosine), and -1 for results that do not exist (they are dropped). All of it is in this one file, whatever its
length.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from indexer.errors import ArchiveDamaged

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

EXACT_UP_TO = 300_000
"""Rows. A flat scan of 204,000 took 19 ms on two busy cores, and is exact; a graph over them took more than five
minutes to build, and would be built again with every twentieth that they grow by."""
EXACT_FRACTION = 0.05
"""When a filter leaves fewer rows than this share, HNSW's graph falls apart and scanning what is left is faster."""
_POINTER = "current.json"
_LINKS, _BUILD_EFFORT, _SEARCH_EFFORT = 32, 120, 192

Kind = Literal["flat", "hnsw"]


@dataclass(frozen=True, slots=True)
class DenseCard:
    """What a dense index is and reflects, as stored beside it."""

    kind: Kind
    rows: int
    generation: int
    recall_at_10: float
    """Against exact search, over 200 of the index's own rows with noise; 1.0 by definition for flat."""
    stem: str = ""
    """What the names of its files begin with; no two indexes ever share one, so no reader's file is written over."""
    sha256: str = ""
    """Of the index's file: ``doctor`` looks it up, opening does not."""


def cosines(rows: Floats, vector: Floats) -> Floats:
    """The cosine of each of ``(n, dim)`` unit rows to a ``(dim,)`` unit vector; equal rows have equal ones.

    Neither faiss nor a matrix product promises that: both add up in an order that depends on where a row stands.
    """
    products = rows.astype(np.float64) * vector.astype(np.float64)
    summed: Floats = products.sum(axis=1).astype(np.float32)
    return summed


class DenseIndex:
    """An immutable set of unit rows, searched by inner product."""

    def __init__(self, index: Any, kind: Kind, recall_at_10: float) -> None:  # noqa: ANN401 - faiss ships no types
        self._index = index
        self.kind: Kind = kind
        self.recall_at_10 = recall_at_10
        self.rows = int(index.ntotal)
        self._everything = np.ones(self.rows, np.bool_)

    @classmethod
    def build(cls, vectors: Floats, *, exact_up_to: int = EXACT_UP_TO) -> DenseIndex:
        """The index over ``(n, dim)`` float32 rows of unit length; n may be 0."""
        import faiss

        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        if len(rows) <= exact_up_to:
            flat = faiss.IndexFlatIP(rows.shape[1])
            flat.add(rows)
            return cls(flat, "flat", 1.0)
        graph = faiss.IndexHNSWSQ(rows.shape[1], faiss.ScalarQuantizer.QT_fp16, _LINKS, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = _BUILD_EFFORT
        graph.hnsw.efSearch = _SEARCH_EFFORT
        graph.train(rows)
        graph.add(rows)
        index = cls(graph, "hnsw", 0.0)
        index.recall_at_10 = index._measure_recall(rows)
        return index

    def search(self, query: Floats, depth: int, allowed: Mask | None = None) -> tuple[Ints, Floats]:
        """Row numbers and cosines of the nearest rows to a ``(dim,)`` unit vector, best first.

        At least ``depth`` of them where there are as many, and more when the last ones tie: whoever cuts the list
        decides between equals. ``allowed`` is a mask over the rows; rows outside it are never visited as results.

        Raises:
            ValueError: the query has another dimension than the rows.
        """
        if query.shape != (self._index.d,):
            raise ValueError(f"a query of shape {query.shape} against rows of {self._index.d} numbers")
        available = self.rows if allowed is None else int(allowed.sum())
        wanted = min(depth, available)
        while wanted > 0:
            fetch = min(wanted + 1, available)
            found, scores = self._fetch(query, fetch, allowed, available)
            if fetch == available or scores[-1] < scores[min(depth, len(scores)) - 1]:
                return found, scores
            wanted = min(wanted * 2, available)
        return np.empty(0, np.int64), np.empty(0, np.float32)

    def _fetch(self, query: Floats, count: int, allowed: Mask | None, available: int) -> tuple[Ints, Floats]:
        """The ``count`` nearest, from the graph where it can give as many, else by a scan."""
        if self.kind == "hnsw" and available >= EXACT_FRACTION * self.rows and count <= _SEARCH_EFFORT:
            found, scores = self._ask(query, count, allowed, graph=True)
            if len(found) == count:
                return found, scores
        return self._ask(query, count, allowed, graph=False)

    def _ask(self, query: Floats, count: int, allowed: Mask | None, *, graph: bool) -> tuple[Ints, Floats]:
        import faiss

        if allowed is None and not graph:
            allowed = self._everything  # faiss scans with a selector twice as fast as without one
        selector = None
        if allowed is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        if graph:
            index, parameters = self._index, faiss.SearchParametersHNSW(sel=selector, efSearch=_SEARCH_EFFORT)
        else:
            index = faiss.downcast_index(self._index.storage) if self.kind == "hnsw" else self._index
            parameters = faiss.SearchParameters(sel=selector)
        scores, found = index.search(query.reshape(1, -1), count, params=parameters)
        real = found[0] >= 0
        return found[0][real].astype(np.int64), scores[0][real]

    def _measure_recall(self, rows: Floats, queries: int = 200) -> float:
        rng = np.random.default_rng(0)
        sample = rows[rng.choice(len(rows), min(queries, len(rows)), replace=False)]
        sample = sample + rng.normal(0, 0.5 / np.sqrt(rows.shape[1]), sample.shape).astype(np.float32)
        sample /= np.linalg.norm(sample, axis=1, keepdims=True)
        found = 0
        for query in sample:
            exact = np.argpartition(-(rows @ query), 10)[:10]
            found += len(np.intersect1d(exact, self.search(query, 10)[0][:10]))
        return found / (10 * len(sample))

    def save(self, directory: Path, rows: Ints, generation: int) -> None:
        """Write the index and what each row is, so that a reader sees the old pair or the new one.

        ``rows`` is ``(n, 2)``: the passage's and its content's number.
        """
        import faiss

        directory.mkdir(exist_ok=True)
        stem = f"g{generation}-{time.time_ns()}"
        try:
            faiss.write_index(self._index, str(directory / f"{stem}.faiss"))
            np.save(directory / f"{stem}.rows.npy", rows)
            digest = _digest(directory / f"{stem}.faiss")
            card = DenseCard(self.kind, self.rows, generation, self.recall_at_10, stem, digest)
            pointer = directory / f"{stem}.json"
            pointer.write_text(json.dumps(asdict(card)))
            os.replace(pointer, directory / _POINTER)
        except BaseException:
            _remove(directory.glob(f"{stem}.*"))
            raise
        _remove(file for file in directory.iterdir() if file.name != _POINTER and not file.name.startswith(stem))

    @classmethod
    def load(cls, directory: Path) -> tuple[DenseIndex, Ints, DenseCard] | None:
        """The saved index, the ``(n, 2)`` numbers of its rows, and its card; None when none was ever saved.

        Pages are mapped, not read: several processes share them.

        Raises:
            ArchiveDamaged: there is one, cut short or at odds with its card. It can be deleted: it is derived.
        """
        import faiss

        card = read_card(directory)
        if card is None:
            return None
        try:
            index = faiss.read_index(str(directory / f"{card.stem}.faiss"), faiss.IO_FLAG_MMAP_IFC)
            rows = np.load(directory / f"{card.stem}.rows.npy")
        except (ValueError, TypeError, RuntimeError, OSError) as error:
            fresh = read_card(directory)
            if fresh != card:  # a writer has replaced it in the meantime
                return cls.load(directory)
            raise _unreadable(directory, str(error)) from error
        if rows.shape != (card.rows, 2) or index.ntotal != card.rows:
            raise _unreadable(directory, f"{index.ntotal} rows, {len(rows)} numbers, its card says {card.rows}")
        return cls(index, card.kind, card.recall_at_10), rows, card


def read_card(directory: Path) -> DenseCard | None:
    """What the saved index says of itself, without opening it; None when none was ever saved.

    Raises:
        ArchiveDamaged: it cannot be read.
    """
    try:
        return DenseCard(**json.loads((directory / _POINTER).read_text()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, TypeError, OSError) as error:
        raise _unreadable(directory, str(error)) from error


def is_whole(directory: Path) -> bool:
    """Whether the saved index, if there is one, has the bytes that were written."""
    card = read_card(directory)
    return card is None or _digest(directory / f"{card.stem}.faiss") == card.sha256


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remove(files: Iterable[Path]) -> None:
    for file in list(files):
        file.unlink(missing_ok=True)


def _unreadable(directory: Path, what: str) -> ArchiveDamaged:
    return ArchiveDamaged(
        f"the dense index in {directory} cannot be read: {what}. Build it again from the articles: "
        "pressmark doctor --repair"
    )
