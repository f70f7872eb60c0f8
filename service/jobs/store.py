"""Jobs on the disk: a folder each in the archive's ``jobs``, with what was uploaded and one small record.

A folder gets its name when all that it holds is on the disk: there is either an accepted job or none. Several processes
may use one store; only the one that holds ``turn`` begins or ends a job.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from filelock import FileLock, Timeout

from indexer.errors import ArchiveBusy, ArchiveDamaged, BadQuery, JobUnderWay, UnknownJob
from service.citation import shown
from service.jobs.disk import explaining_disk, sync_folder, write_whole
from service.jobs.job import Job, Kept, kept_json, kept_of

_ID = re.compile(r"\d{8}-\d{6}-\d{6}-[0-9a-f]{6}")
_RECORD = "job.json"
_MOST_KEPT = 1_000
_KEPT_FOR = timedelta(days=30)
_PATIENCE = 10.0
"""Seconds to wait for a change of another process's, which takes milliseconds."""


class JobStore:
    """The jobs of one archive. Nothing is made on the disk before the first upload."""

    def __init__(self, archive: Path) -> None:
        self.place = archive / "jobs"
        self._over: set[str] = set()  # whoever looks once a second must not read a thousand records for it

    def new_id(self) -> str:
        """An id that sorts after those before it."""
        return f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{secrets.token_hex(3)}"

    def folder(self, job_id: str) -> Path:
        """Where a job's record and files are.

        Raises:
            UnknownJob: it is no id of a job.
        """
        if not _ID.fullmatch(job_id):
            raise unknown_job(job_id)
        return self.place / job_id

    def accept(self, made: Path, kept: Kept) -> None:
        """Make a job of a folder in the store that holds its files; when this returns, it outlives a power cut."""
        write_whole(made / _RECORD, json.dumps(kept_json(kept)))
        made.rename(self.folder(kept.job.id))
        sync_folder(self.place)

    def get(self, job_id: str) -> Kept:
        """One job.

        Raises:
            UnknownJob: there is none of this id.
            ArchiveDamaged: its record cannot be read.
        """
        file = self.folder(job_id) / _RECORD
        try:
            return kept_of(json.loads(file.read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError) as error:
            raise unknown_job(job_id) from error
        except (ValueError, KeyError, TypeError) as error:
            raise ArchiveDamaged(f"{file} cannot be read ({error!r}). Remove its folder") from error

    def newest(self, seen: Callable[[Kept], bool], limit: int, before: str = "") -> list[Job]:
        """Jobs that meet a condition, newest first; those before an id when one is given.

        Raises:
            BadQuery: what is given is no id.
        """
        if before and not _ID.fullmatch(before):
            raise BadQuery(f"{shown(before)} is no cursor. Pass on the 'next' of the page before, or none")
        older = (job_id for job_id in reversed(self._ids()) if not before or job_id < before)
        return list(islice((kept.job for kept in self._records(older) if seen(kept)), limit))

    def _ids(self) -> list[str]:
        if not self.place.is_dir():
            return []
        return sorted(entry.name for entry in self.place.iterdir() if _ID.fullmatch(entry.name))

    def _records(self, job_ids: Iterable[str]) -> Iterator[Kept]:
        """The jobs of these ids, one after another, but those that are forgotten meanwhile."""
        for job_id in job_ids:
            try:
                kept = self.get(job_id)
            except UnknownJob:
                continue
            yield kept

    def forget(self, job_id: str, seen: Callable[[Kept], bool]) -> None:
        """Take back a job that has not begun, or forget one that is over.

        Raises:
            UnknownJob: there is none of this id that meets the condition.
            JobUnderWay: it has begun.
        """
        if not seen(self.get(job_id)):
            raise unknown_job(job_id)
        with self._changing():
            if self.get(job_id).job.state == "running":
                raise JobUnderWay(f"job {job_id} has begun and cannot be taken back. Remove its articles when it ends")
            self._remove(job_id)

    def _remove(self, job_id: str) -> None:
        gone = self.place / f".gone-{job_id}"
        self.folder(job_id).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    # -- for the one whose turn it is -------------------------------------------------------------------------------

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether this process is the one that may run jobs, for as long as the block lasts."""
        if not self.place.is_dir():
            yield False
            return
        lock = FileLock(self.place / "runner.lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def next(self) -> Kept | None:
        """The oldest job that is not over. One that runs was begun by a process that has ended."""
        ids = self._ids()
        self._over.intersection_update(ids)
        for kept in self._records(job_id for job_id in ids if job_id not in self._over):
            if not kept.job.is_over:
                return kept
            self._over.add(kept.job.id)
        return None

    def begin(self, job_id: str) -> Kept:
        """Mark a job as running.

        Raises:
            UnknownJob: it was taken back meanwhile.
        """
        with self._changing():
            kept = self.get(job_id)
            begun = replace(kept, job=replace(kept.job, state="running", waiting=None), begun=kept.begun + 1)
            self.save(begun)
        return begun

    def end(self, kept: Kept, *, keep_files: bool = False) -> None:
        """Keep the record of a job that is over; its files go, unless they are wanted to see what went wrong."""
        self.save(kept)
        if not keep_files:
            for spooled in kept.spooled:
                (self.folder(kept.job.id) / spooled.place).unlink(missing_ok=True)

    def save(self, kept: Kept) -> None:
        """Keep a job's new state."""
        with explaining_disk(self.place):
            write_whole(self.folder(kept.job.id) / _RECORD, json.dumps(kept_json(kept)))

    def prune(self) -> None:
        """Forget what was over longest ago, beyond a thousand jobs and a month; and what a killed process left."""
        over = [kept.job for kept in self._records(self._ids()) if kept.job.is_over]
        oldest = (datetime.now(UTC) - _KEPT_FOR).isoformat(timespec="seconds")
        for number, job in enumerate(reversed(over)):
            if number >= _MOST_KEPT or (job.finished or job.created) < oldest:
                with self._changing(), suppress(FileNotFoundError):  # forgotten meanwhile
                    self._remove(job.id)
        for left in self.place.glob(".gone-*"):
            shutil.rmtree(left, ignore_errors=True)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        lock = FileLock(self.place / "change.lock", poll_interval=0.005)
        try:
            lock.acquire(timeout=_PATIENCE)
        except Timeout as error:
            raise ArchiveBusy(f"the jobs in {self.place} have been locked for {_PATIENCE:.0f} s; try again") from error
        try:
            yield
        finally:
            lock.release()


def unknown_job(job_id: str) -> UnknownJob:
    """What is said of a job that there is not, and of one that the caller may not see."""
    return UnknownJob(f"there is no job {shown(job_id)}, or it was forgotten. List those there are: GET /v1/jobs")
