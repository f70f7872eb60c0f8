"""Connections to ``archive.sqlite``, and what SQLite's failures mean to whoever owns the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveFull

DATABASE = "archive.sqlite"

# A write that fails is a disk without room (or a quota, or the largest size of a file): what can be read is intact.
_CANNOT_WRITE = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_DIR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}
_NOT_ALLOWED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}


def connect(place: Path, *, create: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode, to be used under a lock of its owner's.

    Raises:
        ArchiveDamaged: the file is no database, or cut short.
        ArchiveError: it may not be opened.
    """
    uri = f"{(place / DATABASE).absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
    with explaining(place):
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=30)
    try:
        with explaining(place):
            if create:
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten, not only unlinked
            connection.execute("PRAGMA cache_size = -65536")
            connection.execute("PRAGMA journal_size_limit = 67108864")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def explaining(place: Path) -> Iterator[None]:
    """Turn what SQLite raises inside the block into an error that says what to do.

    Raises:
        ArchiveFull, ArchiveBusy, ArchiveDamaged, ArchiveError: as ``explained`` tells them apart.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.ProgrammingError):
            raise  # ours, not the archive's
        raise explained(error, place) from error


def explained(error: sqlite3.DatabaseError, place: Path) -> ArchiveError:
    """What a failure of SQLite's means for the archive at ``place``."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # not every error has one
    if code in _CANNOT_WRITE:
        return ArchiveFull(
            f"no room left on the disk for archive {place} ({error}). What was committed before is intact. Free some "
            "room and run the command again"
        )
    match code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return ArchiveBusy(f"another process has archive {place} locked ({error}). Try again when it has ended")
        case primary if primary in _NOT_ALLOWED:
            return ArchiveError(f"archive {place} cannot be opened: {error}. Check who may write to that folder")
    return ArchiveDamaged(
        f"{place / DATABASE} cannot be read: {error}. Look closer with: pressmark doctor --archive {place}; what it "
        "cannot mend, restore from a copy, or remove the archive and index again"
    )
