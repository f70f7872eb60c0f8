"""Which folders and files an archive follows, and which of their files have changed since they were last read."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SETTLED = 2.0
"""Seconds. A file changed so shortly before may change again within the clock's grain: its stamp proves nothing."""


@dataclass(frozen=True, slots=True)
class Source:
    """A folder (or one file) that was given to ``index``, and what stands before the ids of its articles."""

    id: int
    path: Path
    prefix: str


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was last read."""

    id: int
    name: str
    stamp: str
    sha256: str
    refused: int
    """How many parts of it could not be read; such a file is read again every time, to say so again."""


@dataclass(frozen=True, slots=True)
class FileEnd:
    """A file that was read to its end: as what, with how many refused parts, and the articles seen in it."""

    file_id: int
    stamp: str
    sha256: str
    refused: int
    seen: frozenset[str]


def stamp_of(path: Path) -> str:
    """What changes whenever a file does: size, times and inode; with a mark when it is too fresh to be trusted."""
    status = path.stat()
    fresh = "?" if time.time() - max(status.st_mtime, status.st_ctime) < _SETTLED else ""
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}{fresh}"


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Sources:
    """The tables ``sources`` and ``files``, inside the writer's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def all(self) -> list[Source]:
        rows = self._db.execute("SELECT id, path, prefix FROM sources ORDER BY path")
        return [Source(source_id, Path(path), prefix) for source_id, path, prefix in rows]

    def follow(self, path: Path, prefix: str | None) -> Source:
        """The source at this absolute path, made if need be; None as a prefix keeps the one that it has."""
        self._db.execute("INSERT OR IGNORE INTO sources (path, prefix) VALUES (?, ?)", (str(path), prefix or ""))
        if prefix is not None:
            self._db.execute("UPDATE sources SET prefix = ? WHERE path = ?", (prefix, str(path)))
        source = self.at(path)
        assert source is not None
        return source

    def at(self, path: Path) -> Source | None:
        """The source that was followed at this very path."""
        row = self._db.execute("SELECT id, path, prefix FROM sources WHERE path = ?", (str(path),)).fetchone()
        return Source(row[0], Path(row[1]), row[2]) if row else None

    def holding(self, path: Path) -> Source | None:
        """The followed folder that a path lies in, the nearest one."""
        places = [str(parent) for parent in path.parents]
        row = self._db.execute(
            "SELECT id, path, prefix FROM sources WHERE path IN (SELECT value FROM json_each(?)) "
            "ORDER BY length(path) DESC LIMIT 1",
            (json.dumps(places),),
        ).fetchone()
        return Source(row[0], Path(row[1]), row[2]) if row else None

    def files(self, source: Source) -> dict[str, KnownFile]:
        rows = self._db.execute("SELECT id, name, stamp, sha256, refused FROM files WHERE source_id = ?", (source.id,))
        return {row[1]: KnownFile(*row) for row in rows}

    def expect(self, source: Source, name: str) -> int:
        """The id of a file that is about to be read. Until ``record`` it counts as changed."""
        self._db.execute(
            "INSERT OR IGNORE INTO files (source_id, name, stamp, sha256, refused) VALUES (?, ?, '', '', 0)",
            (source.id, name),
        )
        known = self.file(source, name)
        assert known is not None
        return known.id

    def file(self, source: Source, name: str) -> KnownFile | None:
        row = self._db.execute(
            "SELECT id, name, stamp, sha256, refused FROM files WHERE source_id = ? AND name = ?", (source.id, name)
        ).fetchone()
        return KnownFile(*row) if row else None

    def record(self, end: FileEnd) -> None:
        """Remember a file as read to its end. A stamp too fresh to be trusted is not kept."""
        stamp = "" if end.stamp.endswith("?") else end.stamp
        self._db.execute(
            "UPDATE files SET stamp = ?1, sha256 = ?2, refused = ?3 "
            "WHERE id = ?4 AND (stamp, sha256, refused) <> (?1, ?2, ?3)",
            (stamp, end.sha256, end.refused, end.file_id),
        )

    def close_files(self, ends: Sequence[FileEnd]) -> list[str]:
        """Remember files as read; the articles that they held before and do not hold now are returned.

        Of a file with refused parts none are: what cannot be read may be the article that seems to be missing.
        """
        vanished: list[str] = []
        for end in ends:
            self.record(end)
            if not end.refused:
                vanished += [i for i in self.articles_of(end.file_id) if i not in end.seen]
        return vanished

    def forget(self, file_id: int) -> None:
        """Drop a file whose articles are gone."""
        self._db.execute("DELETE FROM files WHERE id = ?", (file_id,))

    def articles_of(self, file_id: int) -> list[str]:
        rows = self._db.execute("SELECT id FROM articles WHERE file_id = ? ORDER BY id", (file_id,))
        return [row[0] for row in rows]

    def owner_of(self, article_id: str) -> tuple[int | None, str] | None:
        """The file that an article came from, and its name for people; None when there is no such article."""
        row = self._db.execute(
            "SELECT a.file_id, CASE WHEN f.id IS NULL THEN 'an upload' WHEN s.path LIKE '%/' || f.name THEN s.path "
            "ELSE s.path || '/' || f.name END FROM articles a "
            "LEFT JOIN files f ON f.id = a.file_id LEFT JOIN sources s ON s.id = f.source_id WHERE a.id = ?",
            (article_id,),
        ).fetchone()
        return (row[0], row[1]) if row else None

    def withheld(self) -> set[str]:
        """Articles that were removed by hand, and stay out until they are asked back."""
        return {row[0] for row in self._db.execute("SELECT article_id FROM withheld")}

    def restore(self) -> None:
        """Let back what was removed by hand; every file counts as changed, as any may hold it."""
        if self._db.execute("DELETE FROM withheld").rowcount:
            self._db.execute("UPDATE files SET stamp = '', sha256 = ''")
