"""The archive: one directory that holds every article, and readers that each see one generation of it.

``archive.sqlite`` is the truth. The dense and lexical indexes beside it are derived: each records the generation that
it reflects, and whoever finds one behind brings it up from the truth. Writing is in ``writer``, what a reader sees in
``snapshot``.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from indexer import lexical
from indexer.errors import ArchiveBusy, ArchiveDamaged, ArchiveMismatch, ArchiveMissing
from indexer.schema import DATABASE, TABLES, Manifest, connect
from indexer.snapshot import Snapshot

if TYPE_CHECKING:
    from indexer.writer import ArchiveWriter

_PATIENCE = 60.0
"""Seconds that a reader waits for a writer that has committed articles and not yet their words."""


class Archive:
    """An open archive. Any number of processes and threads may read; one at a time may write.

    Raises:
        ArchiveMissing: there is none at ``path``.
        ArchiveMismatch: a newer version of Pressmark made it.
        ArchiveDamaged: its database cannot be read.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        if not (self.path / DATABASE).is_file():
            raise ArchiveMissing(f"there is no archive at {self.path}. Make one: pressmark index PATH...")
        self._watch = connect(self.path)
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self.manifest = self._read_manifest()

    def _read_manifest(self) -> Manifest:
        try:
            row = self._watch.execute("SELECT value FROM manifest").fetchone()
        except sqlite3.DatabaseError as error:
            raise ArchiveDamaged(f"archive {self.path} has no manifest: {error}. Remove it and index again") from error
        if row is None:
            raise ArchiveDamaged(f"archive {self.path} has no manifest. Remove it and index again")
        return Manifest.from_json(row[0], self.path)

    def reread_manifest(self) -> None:
        """Take up what a rebuild has made of the archive."""
        with self._lock:
            self._snapshot = None
            self.manifest = self._read_manifest()

    @classmethod
    def create(cls, path: Path | str, manifest: Manifest) -> Archive:
        """A new, empty archive at ``path``; the directory appears whole or not at all.

        Raises:
            ArchiveBusy: something is there already.
        """
        place = Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists() and any(place.iterdir()):
            raise ArchiveBusy(f"{place} is not empty. Name another place with --archive, or remove what is there")
        made = place.with_name(f"{place.name}.new-{time.time_ns()}")
        made.mkdir()
        connection = connect(made, create=True)
        try:
            connection.executescript(TABLES)
            connection.execute("INSERT INTO manifest VALUES (?)", (manifest.to_json(),))
            connection.execute("INSERT INTO state VALUES (0, 0)")
        finally:
            connection.close()
        if place.exists():
            place.rmdir()
        made.rename(place)
        return cls(place)

    @property
    def generation(self) -> int:
        """The generation that is committed: what the next snapshot will show."""
        with self._lock:
            return self._committed()

    def _committed(self) -> int:
        return int(self._watch.execute("SELECT generation FROM state").fetchone()[0])

    def snapshot(self) -> Snapshot:
        """The newest generation that is published whole. Calls without news cost microseconds.

        While a writer stands between committing articles and their words, the generation before goes on serving.

        Raises:
            ArchiveBusy: no generation is at hand and a writer did not publish in time.
        """
        with self._lock:
            current = self._snapshot
            if current is not None:
                committed = self._committed()
                if committed == current.generation:
                    return current
                if lexical.lexical_generation(self.path / "lexical") != committed and self._writer_alive():
                    return current
            if self._read_manifest() != self.manifest:
                raise ArchiveMismatch(
                    f"archive {self.path} was rebuilt with model {self._read_manifest().model} since it was opened. "
                    "Start this process again"
                )
            fresh = self._open_snapshot(current)
            self._snapshot = fresh
            return fresh

    def _open_snapshot(self, previous: Snapshot | None) -> Snapshot:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            committed = self._committed()
            if lexical.lexical_generation(self.path / "lexical") == committed:
                snapshot = Snapshot(self.path, self.manifest, previous)
                # Reading the words came after pinning the rows: only if nothing was committed between are they one.
                if snapshot.generation == committed == self._committed():
                    return snapshot
            elif not self._writer_alive():
                self._repair()
            time.sleep(0.02)
        raise ArchiveBusy(f"another process is writing to archive {self.path} and did not finish; try again")

    def _writer_alive(self) -> bool:
        from indexer.lock import WriterLock

        return WriterLock(self.path).is_held()

    def _repair(self) -> None:
        """Bring the lexical index up to the truth, after a writer that died between the two."""
        try:
            with self.writer():
                pass
        except ArchiveBusy:
            return

    def writer(self) -> ArchiveWriter:
        """The right to write, until it is closed.

        Raises:
            ArchiveBusy: another process, which the message names, has it.
        """
        from indexer.writer import ArchiveWriter

        return ArchiveWriter(self.path, self.manifest)

    def drop_derived(self) -> None:
        """Delete both derived indexes; the next opening builds them from the truth."""
        for name in ("lexical", "dense"):
            shutil.rmtree(self.path / name, ignore_errors=True)
        self._snapshot = None

    def close(self) -> None:
        with self._lock:
            self._snapshot = None
            self._watch.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
