"""The one who may change an archive.

Everything since the last ``commit`` is one SQLite transaction. Commit makes it the next generation, then publishes
its words; a process killed at any instant leaves either the generation before or one whose derived indexes the next
writer brings up to it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, TypeVar

from indexer import dense, duplicates, lexical
from indexer.dense import DenseIndex, Floats
from indexer.errors import ArchiveDamaged, ArchiveFull, UnknownArticle
from indexer.linking import link_copies
from indexer.lock import WriterLock
from indexer.records import Article, Passage
from indexer.schema import Manifest, connect
from indexer.stored import article_from_row, blocks_to_json, encode_vector, original_to_json

_STALE_SHARE, _STALE_ROWS = 0.05, 2_000
"""The saved dense index is made anew when more rows than both have changed since; until then readers add them."""

_T = TypeVar("_T")
Outcome = Literal["added", "updated", "unchanged"]


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
        return hashlib.sha256(b"\0".join([self.article.edition.encode(), title, spans])).digest()


_METADATA = (
    *("file_id", "authors", "publisher", "published", "first_day", "last_day"),
    *("url", "language", "original", "provenance"),
)


def _metadata(article: Article, file_id: int | None) -> tuple[object, ...]:
    published = article.published
    return (
        file_id,
        json.dumps(article.authors, ensure_ascii=False),
        article.publisher,
        str(published) if published else None,
        published.first_day.toordinal() if published else None,
        published.last_day.toordinal() if published else None,
        article.url,
        article.language,
        original_to_json(article.original),
        json.dumps(dict(article.provenance), ensure_ascii=False, sort_keys=True),
    )


class ArchiveWriter:
    """Holds the lock from construction to ``close``; leaving its block by an error forgets what was not committed.

    Raises:
        ArchiveBusy: another process is writing.
    """

    def __init__(self, place: Path, manifest: Manifest) -> None:
        self._place = place
        self._manifest = manifest
        self._lock = WriterLock(place)
        self._lock.acquire()
        try:
            self._db = connect(place)
            self.generation = self._value("SELECT generation FROM state")
            self._words = lexical.LexicalWriter(place / "lexical")
            self._dirty = False  # whether what readers see has changed since the last commit
            self._added: list[int] = []
            self._removed: list[int] = []
            self._to_cluster: set[int] = set()
            self._replay_words()
        except BaseException:
            self._lock.release()
            raise

    # -- changing -----------------------------------------------------------------------------------------------

    def missing_vectors(self, inputs: Iterable[bytes]) -> set[bytes]:
        """Those embedding inputs that the archive has no vector for."""
        wanted = set(inputs)
        have = {
            found
            for chunk in _batches(sorted(wanted), 500)
            for (found,) in self._db.execute(
                f"SELECT DISTINCT input FROM passages WHERE input IN ({','.join('?' * len(chunk))})", chunk
            )
        }
        return wanted - have

    def put(self, prepared: Prepared, file_id: int | None, vectors: dict[bytes, bytes]) -> Outcome:
        """Add an article, or replace the one of its id. ``vectors`` holds the stored form of each missing input."""
        with self._change():
            article_id = prepared.article.id
            old = self._db.execute(
                f"SELECT content_id, {', '.join(_METADATA)} FROM articles WHERE id = ?", (article_id,)
            ).fetchone()
            content_id = self._content_of(prepared, vectors)
            row = (content_id, *_metadata(prepared.article, file_id))
            if old == row:
                return "unchanged"
            self._dirty = True
            marks = ",".join("?" * (len(row) + 2))
            self._db.execute(
                f"INSERT OR REPLACE INTO articles (id, content_id, {', '.join(_METADATA)}, generation) "
                f"VALUES ({marks})",
                (article_id, *row, self.generation + 1),
            )
            self._to_cluster.add(content_id)  # the articles' dates decide which copy comes first
            if old is not None and old[0] != content_id:
                self._drop_unused(old[0])
            return "added" if old is None else "updated"

    def remove(self, article_ids: Sequence[str], *, withhold: bool = False) -> None:
        """Take articles out, and what no other article carries with them: text, vectors and words.

        ``withhold`` remembers the ids, so that indexing the same files again does not bring them back.

        Raises:
            UnknownArticle: the archive does not hold one of them; nothing is removed then.
        """
        with self._change():
            for article_id in article_ids:
                row = self._db.execute(
                    "DELETE FROM articles WHERE id = ? RETURNING content_id", (article_id,)
                ).fetchone()
                if row is None:
                    raise UnknownArticle(
                        f"archive {self._place} holds no article {article_id!r}; nothing was removed. "
                        "List what it holds: pressmark status --articles"
                    )
                self._dirty = True
                self._drop_unused(row[0])
                if withhold:
                    self._db.execute("INSERT OR REPLACE INTO withheld VALUES (?, ?)", (article_id, self.generation + 1))

    def _content_of(self, prepared: Prepared, vectors: dict[bytes, bytes]) -> int:
        article, key = prepared.article, prepared.key
        row = self._db.execute("SELECT id FROM contents WHERE key = ?", (key,)).fetchone()
        if row is not None:
            return int(row[0])
        edition_id = self._edition_of(article)
        content_id = self._db.execute(
            "INSERT INTO contents (key, edition_id, title, blocks, signature) VALUES (?,?,?,?,?)",
            (key, edition_id, article.title, blocks_to_json(article.blocks), prepared.signature),
        ).lastrowid
        assert content_id is not None
        for passage, hashed in zip(prepared.passages, prepared.inputs, strict=True):
            vector = vectors.get(hashed) or self._known_vector(hashed)
            passage_id = self._db.execute(
                'INSERT INTO passages (content_id, start, "end", heading, page, input, generation) '
                "VALUES (?,?,?,?,?,?,?)",
                (
                    content_id,
                    passage.start,
                    passage.end,
                    passage.heading,
                    passage.page,
                    hashed,
                    self.generation + 1,
                ),
            ).lastrowid
            assert passage_id is not None
            self._db.execute("INSERT INTO vectors VALUES (?, ?)", (passage_id, vector))
            self._added.append(passage_id)
        self._db.executemany(
            "INSERT INTO bands VALUES (?, ?, ?)",
            [(band, part, content_id) for band, part in duplicates.bands_of(prepared.signature)],
        )
        return content_id

    def _edition_of(self, article: Article) -> int:
        row = self._db.execute("SELECT id FROM editions WHERE sha256 = ?", (article.edition,)).fetchone()
        if row is not None:
            return int(row[0])
        edition_id = self._db.execute(
            "INSERT INTO editions (sha256, text) VALUES (?, ?)", (article.edition, article.text)
        ).lastrowid
        assert edition_id is not None
        return edition_id

    def _known_vector(self, hashed: bytes) -> bytes:
        row = self._db.execute(
            "SELECT vector FROM passages JOIN vectors ON passage_id = id WHERE input = ? LIMIT 1", (hashed,)
        ).fetchone()
        if row is None:
            raise ArchiveDamaged(f"archive {self._place} lacks a vector that it listed. Run: pressmark doctor")
        return bytes(row[0])

    def _drop_unused(self, content_id: int) -> None:
        if self._db.execute("SELECT 1 FROM articles WHERE content_id = ? LIMIT 1", (content_id,)).fetchone():
            return
        gone = [row[0] for row in self._db.execute("SELECT id FROM passages WHERE content_id = ?", (content_id,))]
        self._removed += gone
        self._db.executemany("DELETE FROM vectors WHERE passage_id = ?", [(i,) for i in gone])
        self._db.executemany("INSERT INTO removed VALUES (?, ?)", [(i, self.generation + 1) for i in gone])
        self._db.execute("DELETE FROM passages WHERE content_id = ?", (content_id,))
        self._db.execute("DELETE FROM bands WHERE content_id = ?", (content_id,))
        edition_id, cluster = self._db.execute(
            "DELETE FROM contents WHERE id = ? RETURNING edition_id, cluster", (content_id,)
        ).fetchone()
        if not self._db.execute("SELECT 1 FROM contents WHERE edition_id = ? LIMIT 1", (edition_id,)).fetchone():
            self._db.execute("DELETE FROM editions WHERE id = ?", (edition_id,))
        if cluster is not None:
            left = self._db.execute("SELECT id FROM contents WHERE cluster = ?", (cluster,))
            self._to_cluster.update(row[0] for row in left)
        self._to_cluster.discard(content_id)

    # -- the bookkeeping of folders -----------------------------------------------------------------------------

    @contextmanager
    def bookkeeping(self) -> Iterator[sqlite3.Connection]:
        """The database, for ``sources``: part of the transaction that the next commit makes durable."""
        with self._change():
            yield self._db

    # -- committing ---------------------------------------------------------------------------------------------

    @contextmanager
    def _change(self) -> Iterator[None]:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("SAVEPOINT change")
        added, removed = len(self._added), len(self._removed)
        try:
            yield
        except BaseException as error:
            if self._db.in_transaction:  # a full disk ends the transaction by itself
                self._db.execute("ROLLBACK TO change")
                self._db.execute("RELEASE change")
            del self._added[added:], self._removed[removed:]
            raise self._explained(error) from error
        self._db.execute("RELEASE change")

    def _explained(self, error: BaseException) -> BaseException:
        if isinstance(error, sqlite3.OperationalError) and ("full" in str(error) or "disk I/O" in str(error)):
            return ArchiveFull(
                f"no room left on the disk for archive {self._place} ({error}). What was committed before, up to "
                f"generation {self.generation}, is intact. Free some room and run the command again"
            )
        if isinstance(error, sqlite3.DatabaseError):
            return ArchiveDamaged(f"archive {self._place} cannot be written: {error}. Run: pressmark doctor")
        return error

    def commit(self) -> int:
        """Make everything since the last commit the next generation, and publish it. Nothing to commit: no change.

        Returns:
            The archive's generation, committed and published.

        Raises:
            ArchiveFull: the disk is full; the archive stays at its last generation.
        """
        if not self._db.in_transaction:
            return self.generation
        if not self._dirty:
            self._db.execute("COMMIT")
            return self.generation
        try:
            link_copies(self._db, self._to_cluster)
            self._words.stage(self._rows_for_words(self._added), self._removed)
            self._db.execute("UPDATE state SET generation = generation + 1")
            self._db.execute("COMMIT")
        except BaseException as error:
            self._forget()
            raise self._explained(error) from error
        self.generation += 1
        self._words.publish(self.generation)
        self._clear()
        return self.generation

    def _forget(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._words.discard()
        self._clear()

    def _clear(self) -> None:
        self._added, self._removed, self._to_cluster, self._dirty = [], [], set(), False

    # -- derived indexes ----------------------------------------------------------------------------------------

    def _rows_for_words(self, passage_ids: Iterable[int]) -> Iterator[lexical.LexicalRow]:
        for chunk in _batches(list(passage_ids), 500):
            rows = self._db.execute(
                "SELECT p.id, p.content_id, coalesce(c.title, ''), coalesce(p.heading, ''), "
                'substr(e.text, p.start + 1, p."end" - p.start) FROM passages p JOIN contents c ON c.id = p.content_id '
                "JOIN editions e ON e.id = c.edition_id WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY p.id",
                (json.dumps(chunk),),
            )
            yield from (lexical.LexicalRow(*row) for row in rows)

    def _replay_words(self) -> None:
        """Bring the lexical index from the generation that it reflects to the one that is committed."""
        reflects = lexical.lexical_generation(self._place / "lexical")
        if reflects == self.generation:
            return
        log_start = self._value("SELECT log_start FROM state")
        if reflects is None or not log_start <= reflects < self.generation:
            self._words = self._words.emptied()
            reflects = -1
        added = self._db.execute("SELECT id FROM passages WHERE generation > ? ORDER BY id", (reflects,))
        removed = self._db.execute("SELECT passage_id FROM removed WHERE generation > ?", (reflects,))
        self._words.stage(
            self._rows_for_words([row[0] for row in added]), [row[0] for row in removed] if reflects >= 0 else []
        )
        self._words.publish(self.generation)

    def save_dense(self, *, always: bool = False, exact_up_to: int | None = None) -> None:
        """Save the dense index as of the last commit, when enough has changed since it was last saved."""
        from indexer.snapshot import Snapshot

        snapshot = Snapshot(self._place, self._manifest)
        if not always and snapshot.stale_rows <= max(_STALE_ROWS, _STALE_SHARE * snapshot.dense_card.rows):
            return
        ids, rows = snapshot.vectors()
        limit = dense.EXACT_UP_TO if exact_up_to is None else exact_up_to
        try:
            DenseIndex.build(rows, exact_up_to=limit).save(self._place / "dense", ids, snapshot.generation)
        except (OSError, RuntimeError) as error:
            raise ArchiveFull(
                f"the dense index of archive {self._place} could not be saved ({error}); the archive itself is intact. "
                "Free some room and run: pressmark compact"
            ) from error

    def compact(self) -> tuple[int, int]:
        """Give back the room of what is gone, and build both derived indexes anew from the truth.

        Returns:
            The archive's size in bytes before and after.
        """
        before = _size_of(self._place)
        self.commit()
        with self._change():
            self._db.execute("DELETE FROM removed")
            self._db.execute("UPDATE state SET log_start = generation")
        self._db.execute("COMMIT")
        try:
            self._db.execute("VACUUM")
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.rebuild_words()
        self.save_dense(always=True)
        return before, _size_of(self._place)

    def rebuild_words(self) -> None:
        """Build the lexical index anew from the truth."""
        self._words = self._words.emptied()
        ids = [row[0] for row in self._db.execute("SELECT id FROM passages ORDER BY id")]
        self._words.stage(self._rows_for_words(ids), [])
        self._words.publish(self.generation)

    # -- rebuilding ---------------------------------------------------------------------------------------------

    def begin_rebuild(self, manifest: Manifest) -> list[str]:
        """Start over under another manifest: every article is to be put again before the one commit.

        Returns:
            The ids of the articles, in order.
        """
        with self._change():
            self._db.execute("UPDATE manifest SET value = ?", (manifest.to_json(),))
            self._db.execute("UPDATE state SET log_start = generation + 1")  # no derived index can follow
            self._db.execute("CREATE TEMP TABLE kept AS SELECT * FROM articles")
            self._db.execute("CREATE TEMP TABLE old_contents AS SELECT * FROM contents")
            self._db.execute("DELETE FROM articles")
            for table in ("vectors", "bands", "passages", "removed", "contents"):
                self._db.execute(f"DELETE FROM {table}")
            self._dirty = True
        self._manifest = manifest
        return [row[0] for row in self._db.execute("SELECT id FROM kept ORDER BY id")]

    def stored(self, article_id: str) -> tuple[Article, int | None]:
        """An article as it was when the rebuild began, and its file."""
        row = self._db.execute(
            "SELECT k.id, e.sha256, e.text, c.blocks, c.title, k.authors, k.publisher, k.published, k.url, k.language, "
            "k.original, k.provenance, k.generation, k.file_id FROM kept k JOIN old_contents c ON c.id = k.content_id "
            "JOIN editions e ON e.id = c.edition_id WHERE k.id = ?",
            (article_id,),
        ).fetchone()
        return article_from_row(row[:-1]).loaded(), row[-1]

    def close(self) -> None:
        """Let the lock go. What was not committed is forgotten."""
        if self._db.in_transaction:
            self._forget()
        self._words.close()
        self._db.close()
        self._lock.release()

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _value(self, sql: str) -> int:
        return int(self._db.execute(sql).fetchone()[0])


def _size_of(place: Path) -> int:
    return sum(file.stat().st_size for file in place.rglob("*") if file.is_file())


def _batches(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def stored_vectors(inputs: Sequence[bytes], rows: Floats) -> dict[bytes, bytes]:
    """Embedding inputs' hashes and their ``(n, dim)`` unit rows, as ``put`` takes them."""
    return {hashed: encode_vector(row) for hashed, row in zip(inputs, rows, strict=True)}
