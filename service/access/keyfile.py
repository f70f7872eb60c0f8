"""``keys.sqlite``: how it comes to be, how it is opened, and what SQLite's failures mean to whoever owns the keys.

There is no write-ahead log: keys are written seldom, and one file alone is guarded, copied and removed safely.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from indexer.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveMismatch

_FORMAT = 1
_TABLE = """
CREATE TABLE keys (
    id TEXT PRIMARY KEY, digest BLOB NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL, publishers TEXT,
    per_minute INTEGER, created TEXT NOT NULL, expires TEXT, revoked TEXT
) STRICT
"""
_PATIENCE = 2.0
"""Seconds that a request waits for a key that is being written, which takes milliseconds."""


def open_keys(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode to a file that is there, to be used under a lock of its owner's."""
    # Read and write, even to read: a writer that was killed leaves what its next reader must take back.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_PATIENCE)
    try:
        form = connection.execute("PRAGMA user_version").fetchone()[0]
        if form != _FORMAT:
            raise ArchiveMismatch(f"{path} has format {form}, and this reads {_FORMAT}. Use the Pressmark that made it")
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def make_keys(path: Path) -> None:
    """Make an empty file of keys where there is none. It appears whole, and only its owner may read it."""
    if path.exists():
        return
    made = path.with_name(f".{path.name}.new-{os.getpid()}-{time.time_ns()}")
    os.close(os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        with closing(sqlite3.connect(made)) as connection, connection:
            connection.execute(_TABLE)
            connection.execute(f"PRAGMA user_version = {_FORMAT}")
        os.link(made, path)  # unlike a rename it takes the place of nothing
    except FileExistsError:
        return  # another process was faster
    finally:
        made.unlink()


@contextmanager
def explaining(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise inside the block into an error that says what to do.

    Raises:
        ArchiveBusy, ArchiveDamaged, ArchiveError: it is locked, it is no file of keys, it may not be used.
    """
    try:
        yield
    except OSError as error:
        raise _not_allowed(path, error.strerror or str(error)) from error
    except sqlite3.DatabaseError as error:
        match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                raise ArchiveBusy(f"another process has {path} locked ({error}). Try again") from error
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_ERROR:
                raise ArchiveDamaged(
                    f"{path} is no file of keys ({error}). Restore it from a copy, or remove it, which makes every key "
                    "void, and make new ones: pressmark keys create NAME"
                ) from error
        raise _not_allowed(path, str(error)) from error


def _not_allowed(path: Path, why: str) -> ArchiveError:
    return ArchiveError(
        f"{path} cannot be used: {why}. The user who serves the archive and the one who makes its keys must be the same"
    )
