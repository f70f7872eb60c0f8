"""Texts, their passages and vectors in the database: stored once however many articles carry them, gone with the last.

Everything here is inside the writer's transaction; nothing here commits.
"""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from indexer import duplicates
from indexer.dense import Floats
from indexer.errors import ArchiveDamaged
from indexer.lexical import LexicalRow
from indexer.records import Article, Passage
from indexer.stored import blocks_to_json, encode_vector

_T = TypeVar("_T")
_MOST_MARKS = 500
"""Values of one ``IN (?, ...)``; SQLite takes some thousands at least."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready to be stored: cut into passages, each with the hash of its embedding input."""

    article: Article
    passages: tuple[Passage, ...]
    inputs: tuple[bytes, ...]
    signature: bytes

    @property
    def key(self) -> bytes:
        """What makes two articles share one content: the same text under the same title, cut alike."""
        spans = b"".join(struct.pack("<QQ", p.start, p.end) for p in self.passages)
        title = (self.article.title or "").encode("utf-8", "surrogatepass")
        blocks = blocks_to_json(self.article.blocks).encode()
        return hashlib.sha256(b"\0".join([self.article.edition.encode(), title, blocks, spans])).digest()


class Contents:
    """The tables ``editions``, ``contents``, ``passages``, ``vectors`` and ``bands``."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def missing_vectors(self, inputs: Iterable[bytes]) -> set[bytes]:
        """Those embedding inputs that the archive has no vector for."""
        missing = set(inputs)
        for chunk in batches(sorted(missing), _MOST_MARKS):
            sql = f"SELECT DISTINCT input FROM passages WHERE input IN ({','.join('?' * len(chunk))})"
            missing.difference_update(row[0] for row in self._db.execute(sql, chunk))
        return missing

    def put(self, prepared: Prepared, vectors: Mapping[bytes, bytes], generation: int) -> tuple[int, list[int]]:
        """The content of an article, stored if it is new; and the passages that were added for it."""
        key = prepared.key
        row = self._db.execute("SELECT id FROM contents WHERE key = ?", (key,)).fetchone()
        if row is not None:
            return int(row[0]), []
        article = prepared.article
        content_id = _inserted(
            self._db,
            "INSERT INTO contents (key, edition_id, title, blocks, signature) VALUES (?,?,?,?,?)",
            (key, self._edition_of(article), article.title, blocks_to_json(article.blocks), prepared.signature),
        )
        added: list[int] = []
        for passage, hashed in zip(prepared.passages, prepared.inputs, strict=True):
            passage_id = _inserted(
                self._db,
                'INSERT INTO passages (content_id, start, "end", heading, page, input, generation) '
                "VALUES (?,?,?,?,?,?,?)",
                (content_id, passage.start, passage.end, passage.heading, passage.page, hashed, generation),
            )
            vector = vectors.get(hashed) or self._known_vector(hashed, passage_id)
            self._db.execute("INSERT INTO vectors VALUES (?, ?)", (passage_id, vector))
            added.append(passage_id)
        self._db.executemany(
            "INSERT INTO bands VALUES (?, ?, ?)",
            [(band, part, content_id) for band, part in duplicates.bands_of(prepared.signature)],
        )
        return content_id, added

    def _edition_of(self, article: Article) -> int:
        edition = article.edition
        row = self._db.execute("SELECT id FROM editions WHERE sha256 = ?", (edition,)).fetchone()
        if row is not None:
            return int(row[0])
        return _inserted(self._db, "INSERT INTO editions (sha256, text) VALUES (?, ?)", (edition, article.text))

    def _known_vector(self, hashed: bytes, passage_id: int) -> bytes:
        row = self._db.execute(
            "SELECT vector FROM passages JOIN vectors ON passage_id = id WHERE input = ? AND id <> ? LIMIT 1",
            (hashed, passage_id),
        ).fetchone()
        if row is None:
            raise ArchiveDamaged("the archive lacks a vector that it listed. Look closer with: pressmark doctor")
        return bytes(row[0])

    def drop_unused(self, content_id: int, generation: int) -> tuple[list[int], list[int]]:
        """Take out a content that no article carries any more.

        Returns:
            Its passages, and the contents that it was linked with. Nothing when an article still carries it.
        """
        if self._db.execute("SELECT 1 FROM articles WHERE content_id = ? LIMIT 1", (content_id,)).fetchone():
            return [], []
        gone = [row[0] for row in self._db.execute("SELECT id FROM passages WHERE content_id = ?", (content_id,))]
        self._db.executemany("DELETE FROM vectors WHERE passage_id = ?", [(i,) for i in gone])
        self._db.executemany("INSERT INTO removed VALUES (?, ?)", [(i, generation) for i in gone])
        self._db.execute("DELETE FROM passages WHERE content_id = ?", (content_id,))
        self._db.execute("DELETE FROM bands WHERE content_id = ?", (content_id,))
        edition_id, cluster = self._db.execute(
            "DELETE FROM contents WHERE id = ? RETURNING edition_id, cluster", (content_id,)
        ).fetchone()
        if not self._db.execute("SELECT 1 FROM contents WHERE edition_id = ? LIMIT 1", (edition_id,)).fetchone():
            self._db.execute("DELETE FROM editions WHERE id = ?", (edition_id,))
        kin = self._db.execute("SELECT id FROM contents WHERE cluster = ?", (cluster,))
        return gone, [row[0] for row in kin]

    def words_of(self, passage_ids: Iterable[int]) -> Iterator[LexicalRow]:
        """The passages as the lexical index takes them in, in the order given."""
        for chunk in batches(passage_ids, _MOST_MARKS):
            rows = self._db.execute(
                "SELECT p.id, p.content_id, coalesce(c.title, ''), coalesce(p.heading, ''), "
                'substr(e.text, p.start + 1, p."end" - p.start) FROM passages p JOIN contents c ON c.id = p.content_id '
                f"JOIN editions e ON e.id = c.edition_id WHERE p.id IN ({','.join('?' * len(chunk))}) ORDER BY p.id",
                chunk,
            )
            yield from (LexicalRow(*row) for row in rows)


def batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """The items, ``size`` at a time."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def stored_vectors(inputs: Sequence[bytes], rows: Floats) -> dict[bytes, bytes]:
    """Embedding inputs' hashes and their ``(n, dim)`` unit rows, as ``put`` takes them."""
    return {hashed: encode_vector(row) for hashed, row in zip(inputs, rows, strict=True)}


def _inserted(db: sqlite3.Connection, sql: str, values: Sequence[object]) -> int:
    row_id = db.execute(sql, values).lastrowid
    assert row_id is not None
    return row_id
