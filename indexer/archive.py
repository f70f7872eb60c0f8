"""The archive: one directory that holds every article, and readers that each see one generation of it.

``archive.sqlite`` is the truth. The dense and lexical indexes beside it are derived: each records the generation that
it reflects, and whoever finds one behind brings it up from the truth. Writing is in ``writer``, what a reader sees in
``snapshot``. Opening, mending and moving on stay together, past the usual length: they are one protocol.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from indexer.database import DATABASE, connect, explaining
from indexer.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveFull, ArchiveMismatch, ArchiveMissing
from indexer.lexical import lexical_generation
from indexer.limited import LimitedArchive
from indexer.lock import WriterLock, publishing
from indexer.schema import TABLES, Manifest
from indexer.snapshot import Snapshot

if TYPE_CHECKING:
    from indexer.writer import ArchiveWriter

_MOST_LIMITED = 64
"""Parts of the archive that are kept open; each costs a connection with 4 MiB of cache, and two bytes a passage."""
_PATIENCE = 120.0
"""Seconds that a reader without any generation waits for one whose words are being made."""


class Archive:
    """An open archive. Any number of processes and threads may read; one at a time may write.

    Raises:
        ArchiveMissing: there is none at ``path``.
        ArchiveMismatch: a newer version of Pressmark made it.
        ArchiveDamaged: its database cannot be read.
        ArchiveError: it may not be read.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        try:
            there = (self.path / DATABASE).is_file()
        except OSError as error:
            raise ArchiveError(f"archive {self.path} cannot be read: {error.strerror}. Check who may") from error
        if not there:
            raise ArchiveMissing(f"there is no archive at {self.path}. Make one: pressmark index PATH...")
        self._watch = connect(self.path)
        self._file = (self.path / DATABASE).stat().st_ino
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._limited: dict[tuple[str, ...], LimitedArchive] = {}
        try:
            self.manifest = self._read_manifest()
        except ArchiveError:
            self._watch.close()
            raise

    def _read_manifest(self) -> Manifest:
        with explaining(self.path):
            row = self._watch.execute("SELECT value FROM manifest").fetchone()
        if row is None:
            raise ArchiveDamaged(
                f"archive {self.path} has no manifest. Restore archive.sqlite from a copy, or remove the archive and "
                "index again"
            )
        return Manifest.from_json(str(row[0]), self.path)

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
            ArchiveError: nothing can be written there.
        """
        place = Path(path)
        made = place.with_name(f".{place.name}.new-{os.getpid()}-{time.time_ns()}")
        try:
            if place.exists() and (not place.is_dir() or any(place.iterdir())):
                raise ArchiveBusy(f"{place} is not empty. Name another place with --archive, or remove what is there")
            place.parent.mkdir(parents=True, exist_ok=True)
            made.mkdir()
            _make_database(made, manifest)
            made.rename(place)  # takes the place of an empty folder, of nothing else
        except OSError as error:
            raise ArchiveError(f"no archive can be made at {place}: {error.strerror}. Name another place") from error
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return cls(place)

    @property
    def publishers(self) -> None:
        """Everybody's articles are here."""
        return None

    @property
    def generation(self) -> int:
        """The generation that is committed: what the next snapshot will show."""
        with self._lock:
            return self._committed()

    def _committed(self) -> int:
        with explaining(self.path):
            return int(self._watch.execute("SELECT generation FROM state").fetchone()[0])

    def snapshot(self) -> Snapshot:
        """The newest generation that is published whole. Calls without news cost microseconds.

        While a writer stands between committing articles and their words, the generation before goes on serving:
        nothing of the new one has been acknowledged yet.

        Raises:
            ArchiveBusy: no generation is at hand and a writer did not publish in time.
            ArchiveMismatch: the archive was rebuilt with another model since it was opened.
            ArchiveMissing: it was removed since, or another put in its place.
        """
        self._require_place()
        with self._lock:
            current = self._snapshot
            if current is not None:
                committed = self._committed()
                if current.generation == committed:
                    return current
                if current.generation == self._published() and not self._mends(committed):
                    return current
            fresh = self._open_snapshot(current)
            if fresh.manifest != self.manifest:
                raise ArchiveMismatch(
                    f"archive {self.path} was rebuilt with model {fresh.manifest.model} since it was opened. "
                    "Start this process again"
                )
            self._snapshot = fresh
            return fresh

    def _require_place(self) -> None:
        """Show nothing that was removed: whoever holds files open can read them long after."""
        try:
            replaced = (self.path / DATABASE).stat().st_ino != self._file
        except OSError as error:
            raise ArchiveMissing(
                f"archive {self.path} is there no more ({error.strerror}). Put it back, or stop this process"
            ) from error
        if replaced:
            raise ArchiveMissing(
                f"another archive was put in the place of {self.path} since it was opened. Start this process again"
            )

    def refresh(self) -> int:
        """Move on to the newest generation, and hold on to nothing that only an older one needs.

        An idle reader keeps the generation that it last showed, and a writer's log grows until it lets go: whoever
        stays open calls this every few seconds. It costs microseconds when there is no news.

        Returns:
            The generation that is served now.
        """
        snapshot = self.snapshot()
        self.renew(snapshot)
        with self._lock:
            limited = list(self._limited.values())
        for part in limited:
            part.let_go()
        return snapshot.generation

    def renew(self, snapshot: Snapshot) -> bool:
        """Let a snapshot go of what only it needs, if it is of the newest generation; say whether it is."""
        with self._lock, publishing(self.path):
            newest = self._committed() == snapshot.generation
            if newest:
                snapshot.renew()
            return newest

    def limited(self, publishers: Iterable[str]) -> LimitedArchive:
        """The archive as it is for those for whom only these publishers' articles exist."""
        theirs = tuple(sorted(set(publishers)))
        with self._lock:
            part = self._limited.pop(theirs, None) or LimitedArchive(self, theirs)
            self._limited[theirs] = part  # the one asked for last stands last
            if len(self._limited) > _MOST_LIMITED:
                del self._limited[next(iter(self._limited))]
            return part

    def _published(self) -> int | None:
        return lexical_generation(self.path / "lexical")

    def _mends(self, committed: int) -> bool:
        """Whether the words of the committed generation, left behind by a writer that died, have been made good."""
        if self._writer_alive():
            return False
        try:
            self._repair()
        except ArchiveFull:
            return False  # what is served is whole, and of what it lacks nothing was acknowledged
        return self._published() == committed

    def _open_snapshot(self, previous: Snapshot | None) -> Snapshot:
        deadline = time.monotonic() + _PATIENCE
        mended = False
        while time.monotonic() < deadline:
            with publishing(self.path):
                behind = self._published() != self._committed()
                try:
                    if not behind:
                        return Snapshot(self.path, previous)
                except ArchiveDamaged:
                    if mended:
                        raise
                    previous = None
            if not self._writer_alive():
                self._repair()
                mended = not behind
            time.sleep(0.02)
        raise ArchiveBusy(f"another process is writing to archive {self.path} and did not finish; try again")

    def _writer_alive(self) -> bool:
        return WriterLock(self.path).is_held()

    def _repair(self) -> None:
        """Bring the lexical index up to the truth: any writer does, when it opens."""
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

        return ArchiveWriter(self.path, self._let_go)

    def _let_go(self) -> None:
        with self._lock:
            self._snapshot = None
            self._limited.clear()

    def close(self) -> None:
        with self._lock:
            self._snapshot = None
            self._limited.clear()
            self._watch.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _make_database(place: Path, manifest: Manifest) -> None:
    connection = connect(place, create=True)
    try:
        with explaining(place):
            connection.executescript(TABLES)
            connection.execute("INSERT INTO manifest VALUES (?)", (manifest.to_json(),))
            connection.execute("INSERT INTO state VALUES (0, 0)")
    finally:
        connection.close()
