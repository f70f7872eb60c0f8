"""What an archive holds and what made it, as one JSON shape."""

from __future__ import annotations

from indexer.filters import Filter
from indexer.model import ModelCard
from indexer.readable import ReadableArchive
from indexer.size import bytes_of
from indexer.snapshot import Snapshot
from service.shapes import Json, line_json


def status_of(archive: ReadableArchive, card: ModelCard | None) -> Json:
    """STATUS: counts, manifest, what serves each kind of search, publishers and languages.

    ``card`` is of the embedder that searches: which runtime computes, and how closely it was measured to agree with
    the reference. None when the archive's model is not on this machine. What a whole archive takes on the disk is not
    said of a part of it, nor which index over all vectors serves it: that goes by how many there are.
    """
    snapshot = archive.snapshot()
    manifest = archive.manifest
    return {
        "archive": str(archive.path),
        "generation": snapshot.generation,
        **{name.replace(" ", "_"): count for name, count in snapshot.counts().items()},
        "bytes": bytes_of(archive.path) if archive.publishers is None else None,
        "model": {
            "name": manifest.model,
            "weights_sha256": manifest.weights_sha256,
            "dim": manifest.dim,
            "runtime": card.runtime if card else None,
            "agreement": card.agreement if card else None,
        },
        "passage": {
            "size": manifest.chunk.size,
            "overlap": manifest.chunk.overlap,
            "limit": manifest.chunk.limit,
        },
        "dense": _dense_json(snapshot) if archive.publishers is None else None,
        "lexical": {"kind": "bm25", "k1": 1.2, "b": 0.75},
        "sources": snapshot.sources(),
        "publishers": [[name, count] for name, count in snapshot.distinct("publisher")],
        "languages": [[name, count] for name, count in snapshot.distinct("language")],
    }


def _dense_json(snapshot: Snapshot) -> Json:
    dense = snapshot.dense_card
    return {
        "kind": dense.kind,
        "recall_at_10": dense.recall_at_10,
        "saved_at_generation": dense.generation,
        "rows_since": snapshot.stale_rows,
    }


def article_list(archive: ReadableArchive, limit: int = 1_000_000) -> list[Json]:
    """Every article's metadata, by id."""
    return [line_json(line) for line in archive.snapshot().article_lines(Filter(), "", limit)]
