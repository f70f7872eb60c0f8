"""The one who may change an archive.

Everything since the last ``commit`` is one SQLite transaction. Commit makes it the next generation, then publishes
its words; a process killed at any instant leaves either the generation before or one whose derived indexes the next
writer brings up to it.

It is longer than most modules because all that happens between taking the lock and letting it go stands in one order
here; texts and passages are in ``contents``, links in ``linking``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal

from indexer import dense, lexical
from indexer.contents import Contents, Prepared
from indexer.database import connect, explaining
from indexer.dense import DenseIndex
from indexer.errors import ArchiveBusy, ArchiveDamaged, ArchiveFull, UnknownArticle
from indexer.linking import link_copies
from indexer.lock import WriterLock, publishing
from indexer.records import Article
from indexer.size import bytes_of
from indexer.snapshot import Snapshot
from indexer.stored import original_to_json

_STALE_SHARE, _STALE_ROWS = 0.05, 2_000
"""The saved dense index is made anew when more rows than both have changed since; until then readers add them."""

Outcome = Literal["added", "updated", "unchanged"]

_METADATA = (
    *("file_id", "authors", "publisher", "published", "first_day", "last_day"),
    *("url", "language", "original", "provenance"),
)


@dataclass(slots=True)
class _Pending:
    """What the open transaction has changed that others must be told of when it commits."""

    added: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    to_link: list[int] = field(default_factory=list)
    dirty: bool = False
    """Whether what readers see has changed."""

    def size(self) -> tuple[int, int, int, bool]:
        return len(self.added), len(self.removed), len(self.to_link), self.dirty

    def shrink_to(self, size: tuple[int, int, int, bool]) -> None:
        added, removed, to_link, self.dirty = size
        del self.added[added:], self.removed[removed:], self.to_link[to_link:]


class ArchiveWriter:
    """Holds the lock from construction to ``close``; leaving its block by an error forgets what was not committed.

    ``let_go`` is called when no older generation should be held on to, for the readers of the writer's own process.

    Raises:
        ArchiveBusy: another process is writing.
    """

    def __init__(self, place: Path, let_go: Callable[[], None] = lambda: None) -> None:
        self.place = place
        self._let_go = let_go
        self._lock = WriterLock(place)
        self._lock.acquire()
        try:
            self._db = connect(place)
            self._contents = Contents(self._db)
            self.generation = self._value("SELECT generation FROM state")
            self._pending = _Pending()
            self._words_anew = False  # whether the next commit starts the lexical index over
            self._words = lexical.LexicalWriter(place / "lexical")
            self._replay_words()
        except BaseException:
            self._lock.release()
            raise

    # -- changing -----------------------------------------------------------------------------------------------

    def missing_vectors(self, inputs: Sequence[bytes]) -> set[bytes]:
        """Those embedding inputs that the archive has no vector for."""
        with explaining(self.place):
            return self._contents.missing_vectors(inputs)

    def put(self, prepared: Prepared, file_id: int | None, vectors: Mapping[bytes, bytes]) -> Outcome:
        """Add an article, or replace the one of its id. ``vectors`` holds the stored form of each missing input."""
        with self.change() as db:
            article_id = prepared.article.id
            old = db.execute(
                f"SELECT content_id, {', '.join(_METADATA)} FROM articles WHERE id = ?", (article_id,)
            ).fetchone()
            content_id, added = self._contents.put(prepared, vectors, self.generation + 1)
            row = (content_id, *_metadata(prepared.article, file_id))
            if old == row:
                return "unchanged"
            if old is not None and (old[0], *old[2:]) == (row[0], *row[2:]):  # no reader's concern
                db.execute("UPDATE articles SET file_id = ? WHERE id = ?", (file_id, article_id))
                return "unchanged"
            self._pending.dirty = True
            self._pending.added += added
            self._pending.to_link.append(content_id)  # which copy comes first depends on their dates
            marks = ",".join("?" * (len(row) + 2))
            db.execute(
                f"INSERT OR REPLACE INTO articles (id, content_id, {', '.join(_METADATA)}, generation) "
                f"VALUES ({marks})",
                (article_id, *row, self.generation + 1),
            )
            db.execute("DELETE FROM withheld WHERE article_id = ?", (article_id,))
            if old is not None and old[0] != content_id:
                self._drop_unused(old[0])
            return "added" if old is None else "updated"

    def remove(self, article_ids: Sequence[str], *, withhold: bool = False) -> None:
        """Take articles out, and what no other article carries with them: text, vectors and words.

        ``withhold`` remembers the ids, so that indexing the same files again does not bring them back.

        Raises:
            UnknownArticle: the archive does not hold one of them; nothing is removed then.
        """
        with self.change() as db:
            for article_id in article_ids:
                row = db.execute("DELETE FROM articles WHERE id = ? RETURNING content_id", (article_id,)).fetchone()
                if row is None:
                    raise UnknownArticle(
                        f"archive {self.place} holds no article {article_id!r}; nothing was removed. "
                        "List what it holds: pressmark status --articles"
                    )
                self._pending.dirty = True
                self._pending.to_link.append(row[0])  # the earliest of those that carry it may have been this one
                self._drop_unused(row[0])
                if withhold:
                    db.execute("INSERT OR REPLACE INTO withheld VALUES (?, ?)", (article_id, self.generation + 1))

    def _drop_unused(self, content_id: int) -> None:
        gone, kin = self._contents.drop_unused(content_id, self.generation + 1)
        self._pending.removed += gone
        self._pending.to_link += kin

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """The database, for one change that is made whole or not at all; the next commit makes it durable.

        Raises:
            ArchiveFull: the disk is full. The whole transaction may be lost with the change.
        """
        with explaining(self.place):
            if not self._db.in_transaction:
                self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("SAVEPOINT change")
        size = self._pending.size()
        try:
            with explaining(self.place):
                yield self._db
                self._db.execute("RELEASE change")
        except BaseException:
            self._pending.shrink_to(size)
            if self._db.in_transaction:
                with explaining(self.place):
                    self._db.execute("ROLLBACK TO change")
                    self._db.execute("RELEASE change")
            else:  # a full disk ends the transaction by itself
                self._forget()
            raise

    # -- committing ---------------------------------------------------------------------------------------------

    def commit(self) -> int:
        """Make everything since the last commit the next generation, and publish it. Nothing to commit: no change.

        Returns:
            The archive's generation, committed and published.

        Raises:
            ArchiveFull: the disk is full; the archive stays at its last generation, or, if only the words found no
                room, gets them as soon as there is some.
        """
        if not self._db.in_transaction:
            return self.generation
        pending = self._pending
        try:
            with explaining(self.place):
                if not pending.dirty:
                    self._db.execute("COMMIT")
                    self._pending = _Pending()
                    return self.generation
                link_copies(self._db, self._still_there(pending.to_link))
                self._stage(pending)
                self._db.execute("UPDATE state SET generation = generation + 1")
            with publishing(self.place):
                with explaining(self.place):
                    self._db.execute("COMMIT")
                self.generation += 1
                self._words.publish(self.generation)
        except BaseException:
            self._forget()
            raise
        self._pending, self._words_anew = _Pending(), False
        return self.generation

    def _still_there(self, content_ids: Sequence[int]) -> set[int]:
        rows = self._db.execute(
            "SELECT id FROM contents WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(content_ids),)
        )
        return {row[0] for row in rows}

    def _stage(self, pending: _Pending) -> None:
        if self._words_anew:
            self._words.start_over()
            self._words.stage(self._contents.words_of(self._column("SELECT id FROM passages ORDER BY id")), [])
            return
        gone = set(pending.removed)
        known = set(pending.added)  # what came and went within one transaction was never published
        added = [passage_id for passage_id in pending.added if passage_id not in gone]
        self._words.stage(self._contents.words_of(added), [i for i in pending.removed if i not in known])

    def _forget(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._words.discard()
        self._pending, self._words_anew = _Pending(), False

    # -- derived indexes ----------------------------------------------------------------------------------------

    def _replay_words(self) -> None:
        """Bring the lexical index from the generation that it reflects to the one that is committed."""
        place = self.place / "lexical"
        reflects = lexical.lexical_generation(place)
        log_start = self._value("SELECT log_start FROM state")
        try:
            if reflects is not None:
                lexical.LexicalIndex(place)
        except ArchiveDamaged:
            reflects = None
        if reflects == self.generation:
            return
        if reflects is None or not log_start <= reflects < self.generation:
            self._words.start_over()
            self._words.stage(self._contents.words_of(self._column("SELECT id FROM passages ORDER BY id")), [])
        else:
            added = self._column("SELECT id FROM passages WHERE generation > ? ORDER BY id", reflects)
            removed = self._column("SELECT passage_id FROM removed WHERE generation > ?", reflects)
            self._words.stage(self._contents.words_of(added), removed, again=True)
        with publishing(self.place):
            self._words.publish(self.generation)

    def save_dense(self, *, always: bool = False, exact_up_to: int | None = None) -> None:
        """Save the dense index as of the last commit, when enough has changed since it was last saved.

        Raises:
            ArchiveFull: there is no room for it; the archive itself is intact.
        """
        snapshot = Snapshot(self.place)
        if not always and snapshot.stale_rows <= max(_STALE_ROWS, _STALE_SHARE * snapshot.dense_card.rows):
            return
        numbers, rows = snapshot.vectors()
        limit = dense.EXACT_UP_TO if exact_up_to is None else exact_up_to
        try:
            DenseIndex.build(rows, exact_up_to=limit).save(self.place / "dense", numbers, snapshot.generation)
        except (OSError, RuntimeError) as error:
            raise ArchiveFull(
                f"the dense index of archive {self.place} could not be saved ({error}); the archive itself is intact. "
                "Free some room and run: pressmark compact"
            ) from error

    def rebuild_words(self) -> None:
        """Build the lexical index anew from the truth."""
        self._words.start_over()
        with explaining(self.place):
            self._words.stage(self._contents.words_of(self._column("SELECT id FROM passages ORDER BY id")), [])
        with publishing(self.place):
            self._words.publish(self.generation)

    def compact(self) -> tuple[int, int]:
        """Give back the room of what is gone, and build both derived indexes anew from the truth.

        It is a generation of its own: scores are of the words that are there, and no longer of some that were.

        Returns:
            The archive's size in bytes before and after.

        Raises:
            ArchiveBusy: a reader holds on to an older generation, whose bytes stay in the log until it lets go.
        """
        before = bytes_of(self.place)
        self.commit()
        self.save_dense(always=True)
        with explaining(self.place):
            self._db.execute("VACUUM")
        with self.change() as db:
            db.execute("DELETE FROM removed")
            db.execute("UPDATE state SET log_start = generation")
            self.start_words_over()
        self.commit()
        self._let_go()
        with explaining(self.place):
            busy = self._value("PRAGMA wal_checkpoint(TRUNCATE)")
        if busy:
            raise ArchiveBusy(
                f"archive {self.place} is compacted, but another process still reads an older generation: what was "
                "removed stays in archive.sqlite-wal until it moves on. Stop it, and run: pressmark compact"
            )
        return before, bytes_of(self.place)

    def start_words_over(self) -> None:
        """Let the next commit build the lexical index from what is there then, for a transaction that replaces all."""
        self._words_anew = True
        self._pending.dirty = True

    def close(self) -> None:
        """Let the lock go. What was not committed is forgotten."""
        try:
            self._forget()
            self._db.close()
        finally:
            self._lock.release()

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _value(self, sql: str) -> int:
        with explaining(self.place):
            return int(self._db.execute(sql).fetchone()[0])

    def _column(self, sql: str, *values: object) -> list[int]:
        return [row[0] for row in self._db.execute(sql, values)]


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
