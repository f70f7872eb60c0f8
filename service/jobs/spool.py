"""An upload on its way in: files that become a job together, or leave nothing behind."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from indexer.errors import BadRecord
from indexer.load.files import suffix_of
from service.access.caller import Caller
from service.jobs.disk import explaining_disk, sync_file
from service.jobs.job import Job, Kept, Misread, Spooled, now
from service.jobs.names import shown_name, upload_name
from service.jobs.store import JobStore

ARTICLES = "articles.jsonl"
"""The file that articles given as JSON are kept in, one a line."""
_PLAIN_SUFFIX = re.compile(r"(?:\.[a-z]{1,8}){0,2}")
_ABANDONED_AFTER = 60.0
"""Seconds. A folder this old whose lock nobody holds is of a process that has ended."""


class Spool:
    """Takes in one upload. Any number may at once; ``accept`` or ``discard`` ends it.

    Raises:
        ArchiveFull: there is no room, here and in every method.
    """

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._id = store.new_id()
        self._folder = store.place / f".incoming-{self._id}"
        self._files: list[Spooled] = []
        self._refused: list[Misread] = []
        self._open: BinaryIO | None = None
        with explaining_disk(store.place):
            self._folder.mkdir(parents=True)
            self._lock = FileLock(store.place / f"{self._folder.name}.lock", thread_local=False)
            self._lock.acquire()

    @property
    def count(self) -> int:
        """How many files there are so far."""
        return len(self._files) + len(self._refused)

    def begin(self, raw_name: bytes) -> None:
        """A file begins. One with a name that cannot be is passed over, and the job will say so."""
        try:
            name = upload_name(raw_name)
        except BadRecord as error:
            self._refused.append(Misread(shown_name(raw_name), str(error)))
            return
        suffix = suffix_of(Path(name))
        place = f"{len(self._files):04d}{suffix if _PLAIN_SUFFIX.fullmatch(suffix) else ''}"
        with explaining_disk(self._store.place):
            self._open = (self._folder / place).open("wb")
        self._files.append(Spooled(place, name))

    def write(self, piece: bytes) -> None:
        """More of the file."""
        if self._open is not None:
            with explaining_disk(self._store.place):
                self._open.write(piece)

    def end(self) -> None:
        """The file ends."""
        stream, self._open = self._open, None
        if stream is not None:
            with explaining_disk(self._store.place):
                stream.close()

    def put_articles(self, records: Sequence[Mapping[str, object]]) -> None:
        """Take in articles that came as JSON and have been checked."""
        self._files.append(Spooled(ARTICLES, ARTICLES))
        with explaining_disk(self._store.place):
            self._open = (self._folder / ARTICLES).open("wb")
        for record in records:
            self.write(json.dumps(record).encode() + b"\n")
        self.end()

    def accept(self, caller: Caller, files: int | None = None) -> Job:
        """The job that all this is now. It is kept whatever happens; ``files`` is how many it is said to have."""
        count = self.count if files is None else files
        refused = tuple(self._refused)
        job = Job(self._id, "queued", now(), files=count, errors=refused)
        with explaining_disk(self._store.place):
            for spooled in self._files:
                sync_file(self._folder / spooled.place)
            self._store.accept(self._folder, Kept(job, caller.name, caller.publishers, tuple(self._files), refused))
        self._let_go()
        return job

    def discard(self) -> None:
        """Leave nothing. After ``accept`` it does nothing."""
        stream, self._open = self._open, None
        if stream is not None:
            stream.close()
        if self._lock.is_locked:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._let_go()

    def _let_go(self) -> None:
        Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()


def remove_abandoned(store: JobStore) -> None:
    """Remove what processes that were killed had begun to take in: nothing of it was acknowledged."""
    for folder in store.place.glob(".incoming-*[0-9a-f]"):
        lock = FileLock(store.place / f"{folder.name}.lock")
        try:
            if time.time() - folder.stat().st_mtime < _ABANDONED_AFTER:
                continue
            lock.acquire(blocking=False)
        except (FileNotFoundError, Timeout):
            continue
        shutil.rmtree(folder, ignore_errors=True)
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()
