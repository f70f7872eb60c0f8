"""The thread that does the jobs of an archive, one after another, outside of requests."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from pathlib import Path

from indexer.archive import Archive
from indexer.embed import Embedder
from indexer.errors import PressmarkError, UnknownJob
from indexer.lock import WriterLock
from indexer.pipeline import BATCH_CHARACTERS
from service.jobs.job import Kept, Misread, State, now
from service.jobs.spool import remove_abandoned
from service.jobs.store import JobStore
from service.jobs.work import Stopped, Work

_EVERY = 1.0
"""Seconds between two looks for jobs that other processes have accepted or left."""
_MOST_BEGUN = 5
"""Times. A job that has ended its process so often would do so for ever."""
_PATIENCE = 10.0
"""Seconds that a job is given to come to a halt; one that does not is done again, as if it had been killed."""
_BUSY = "another process is writing to the archive; this begins when it has ended"

_log = logging.getLogger(__name__)


class Runner:
    """Runs the jobs of an archive while it is started. Of several processes, one at a time does.

    Every ``slice_characters`` of text are a commit, after which others get their turn to write.
    """

    def __init__(self, archive: Path, embedder: Embedder, slice_characters: int = BATCH_CHARACTERS) -> None:
        self.store = JobStore(archive)
        self.archive = archive
        self.embedder = embedder
        self._slice_characters = slice_characters
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin with what was left undone."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Bring the job that is being done to a halt; it goes on when a service is started again."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def wake(self) -> None:
        """There is a new job."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            more = False
            try:
                more = self._look()
            except (PressmarkError, OSError) as error:
                _log.warning("no job can be done: %s", error)
            except Exception:  # a bug must not end the thread: jobs would be accepted, and never done
                _log.exception("a job met an error that was not expected")
            if not more:
                self._wake.wait(_EVERY)
                self._wake.clear()

    def _look(self) -> bool:
        """Do the oldest job, if it is this process's turn; whether there may be another."""
        with self.store.turn() as ours:
            if not ours:
                return False
            remove_abandoned(self.store)
            kept = self.store.next()
            if kept is None:
                return False
            if kept.begun >= _MOST_BEGUN:
                self._fail(kept, f"it was begun {kept.begun} times and ended the service each time. Its files are kept")
                return True
            if WriterLock(self.archive).is_held():
                self._wait(kept, _BUSY)
                return False
            try:
                begun = self.store.begin(kept.job.id)
            except UnknownJob:
                return True
            return self._do(begun)

    def _do(self, kept: Kept) -> bool:
        folder = self.store.folder(kept.job.id)
        work = Work(kept, folder, self.store.save, self._stop, self._slice_characters)
        try:
            with Archive(self.archive) as archive:
                card = self.embedder.card
                archive.manifest.require_model(card.name, card.weights_sha256, card.dim, archive.path)
                ended = work.run(archive, self.embedder)
        except Stopped:
            self._wait(kept, None)
            return False
        except PressmarkError as error:  # nothing of the job's own: it goes on when the archive can be written
            self._wait(kept, str(error))
            return False
        except BaseException:
            self._fail(kept, "the server met an error that it did not expect; its log says which. Its files are kept")
            raise
        job = ended.job
        stored = job.result is not None and job.result.articles
        state: State = "done" if stored or not job.errors else "failed"
        self.store.end(replace(ended, job=replace(job, state=state, finished=now(), waiting=None)))
        self.store.prune()
        return True

    def _wait(self, kept: Kept, why: str | None) -> None:
        job = replace(kept.job, state="queued", waiting=why)
        if job != kept.job:
            begun = max(0, kept.begun - 1) if kept.job.state == "running" else kept.begun
            self.store.save(replace(kept, job=job, begun=begun))

    def _fail(self, kept: Kept, why: str) -> None:
        errors = (*kept.job.errors, Misread("", why))
        job = replace(kept.job, state="failed", finished=now(), waiting=None, errors=errors)
        self.store.end(replace(kept, job=job), keep_files=True)
