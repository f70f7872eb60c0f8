"""Is an archive what it says it is? Everything that the invariants promise, looked up row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import numpy as np

from indexer import dense, lexical
from indexer.archive import Archive
from indexer.database import connect
from indexer.errors import ArchiveDamaged, PressmarkError
from indexer.records import edition_of
from indexer.stored import blocks_from_json


def examine(archive: Archive) -> list[str]:
    """What is wrong with an archive, a line each; nothing when it is sound."""
    findings: list[str] = []
    db = connect(archive.path)
    try:
        db.execute("BEGIN")
        for check in (_database, _editions, _passages, _vectors, _articles):
            findings += check(db, archive)
    except (sqlite3.DatabaseError, PressmarkError, ValueError, TypeError) as error:
        findings.append(f"the database cannot be read through: {error}. Restore it from a copy, or index again")
        return findings
    finally:
        db.close()
    return findings + list(_derived(archive))


def repair(archive: Archive) -> None:
    """Build both derived indexes anew from the truth."""
    with archive.writer() as writer:
        writer.rebuild_words()
        writer.save_dense(always=True)


def _database(db: sqlite3.Connection, archive: Archive) -> Iterator[str]:
    for (line,) in db.execute("PRAGMA integrity_check"):
        if line != "ok":
            yield f"database: {line}"
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield f"database: row {row} of {table} names a row of {parent} that is not there"


def _editions(db: sqlite3.Connection, archive: Archive) -> Iterator[str]:
    for sha256, text in db.execute("SELECT sha256, text FROM editions"):
        if edition_of(text) != sha256:
            yield f"edition {sha256[:12]}: its text has another hash, {edition_of(text)[:12]}"
    for (sha256,) in db.execute(
        "SELECT sha256 FROM editions WHERE id NOT IN (SELECT edition_id FROM contents) "
        "UNION SELECT e.sha256 FROM editions e JOIN contents c ON c.edition_id = e.id "
        "WHERE c.id NOT IN (SELECT content_id FROM articles)"
    ):
        yield f"edition {sha256[:12]}: kept, though no article carries it"


def _passages(db: sqlite3.Connection, archive: Archive) -> Iterator[str]:
    for content_id, text, blocks in db.execute(
        "SELECT c.id, e.text, c.blocks FROM contents c JOIN editions e ON e.id = c.edition_id"
    ):
        furniture = [block for block in blocks_from_json(blocks) if block.kind == "boilerplate"]
        for passage_id, start, end in db.execute(
            'SELECT id, start, "end" FROM passages WHERE content_id = ?', (content_id,)
        ):
            if not 0 <= start < end <= len(text):
                yield f"passage {passage_id}: {start}-{end} lies outside a text of {len(text)} characters"
            elif text[start:end] != text[start:end].strip():
                yield f"passage {passage_id}: begins or ends with white space"
            elif any(block.start < end and start < block.end for block in furniture):
                yield f"passage {passage_id}: holds boilerplate"


def _vectors(db: sqlite3.Connection, archive: Archive) -> Iterator[str]:
    dim = archive.manifest.dim
    for passage_id, blob in db.execute(
        "SELECT p.id, v.vector FROM passages p LEFT JOIN vectors v ON v.passage_id = p.id"
    ):
        if blob is None or len(blob) != 2 * dim:
            yield f"passage {passage_id}: has no vector of {dim} numbers"
        elif not abs(float(np.linalg.norm(np.frombuffer(blob, "<f2").astype(np.float32))) - 1) < 0.01:
            yield f"passage {passage_id}: its vector is not of unit length"
    stray = db.execute("SELECT count(*) FROM vectors WHERE passage_id NOT IN (SELECT id FROM passages)").fetchone()[0]
    if stray:
        yield f"{stray} vectors belong to no passage"


def _articles(db: sqlite3.Connection, archive: Archive) -> Iterator[str]:
    for passage_id, covered_by in db.execute(
        "SELECT p.id, p.covered_by FROM passages p LEFT JOIN contents c ON c.id = p.covered_by "
        "WHERE p.covered_by IS NOT NULL AND c.id IS NULL"
    ):
        yield f"passage {passage_id}: hidden behind content {covered_by}, which is gone"
    for (article_id,) in db.execute(
        "SELECT a.id FROM articles a LEFT JOIN passages p ON p.content_id = a.content_id "
        "JOIN contents c ON c.id = a.content_id WHERE p.id IS NULL AND c.blocks NOT LIKE '%boilerplate%'"
    ):
        yield f"article {article_id!r}: has no passage"


def _derived(archive: Archive) -> Iterator[str]:
    mend = "Run: pressmark doctor --repair"
    try:
        snapshot = archive.snapshot()
        words, rows, passages = snapshot.index_counts()
    except PressmarkError as error:
        yield f"derived indexes: {error}. {mend}"
        return
    reflects = lexical.lexical_generation(archive.path / "lexical")
    if reflects != snapshot.generation:
        yield f"lexical index: reflects generation {reflects}, the archive is at {snapshot.generation}. {mend}"
    if words != passages:
        yield f"lexical index: holds {words} passages, the archive {passages}. {mend}"
    for name in lexical.damaged_files(archive.path / "lexical"):
        yield f"lexical index: {name} is not as it was written. {mend}"
    if rows != passages:
        yield f"dense index: holds {rows} passages, the archive {passages}. {mend}"
    try:
        dense.DenseIndex.load(archive.path / "dense")
        if not dense.is_whole(archive.path / "dense"):
            yield f"dense index: its file is not as it was written. {mend}"
    except (ArchiveDamaged, OSError) as error:
        yield f"dense index: {error}"
