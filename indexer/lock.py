"""One writer at a time, and a message that names the one there is; and the moment of publishing, which all wait for.

Locks are the system's: it frees them when their holder dies, however that happens.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from indexer.errors import ArchiveBusy, ArchiveError

_PROBED = 1.0
"""Seconds. Whoever asks whether there is a writer holds the lock for an instant: a writer looks twice."""
_PATIENCE = 120.0
"""Seconds to wait for a generation to be published, or for readers to have opened one."""


class WriterLock:
    """The right to write, and who has it."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._lock = FileLock(archive / "writer.lock", poll_interval=0.01)
        self._holder = archive / "writer.json"

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            ArchiveBusy: another process has it; the message says which.
            ArchiveError: the folder cannot be written to.
        """
        try:
            self._lock.acquire(timeout=_PROBED)
            self._holder.write_text(json.dumps(_this_process()))
        except Timeout as error:
            raise ArchiveBusy(
                f"archive {self._archive} is being written by {self._describe()}. Wait for it to end, or stop it"
            ) from error
        except OSError as error:
            self.release()
            raise _not_writable(self._archive, error) from error

    def _describe(self) -> str:
        try:
            holder = json.loads(self._holder.read_text())
            return f"process {holder['pid']} on {holder['host']} ({holder['command']}) since {holder['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"

    def is_held(self) -> bool:
        """Whether somebody, this process included, is writing now."""
        probe = FileLock(self._archive / "writer.lock")
        try:
            probe.acquire(blocking=False)
        except Timeout:
            return True
        except OSError as error:
            raise _not_writable(self._archive, error) from error
        probe.release()
        return False

    def release(self) -> None:
        if self._lock.is_locked:
            self._holder.unlink(missing_ok=True)
            self._lock.release()


@contextmanager
def publishing(archive: Path) -> Iterator[None]:
    """Nobody opens a generation while one is published, nor publishes one while it is opened.

    Committing articles and publishing their words are two steps; here they are one for everybody else.

    Raises:
        ArchiveBusy: the other side took longer than two minutes.
    """
    gate = FileLock(archive / "publish.lock", poll_interval=0.002)
    try:
        gate.acquire(timeout=_PATIENCE)
    except Timeout as error:
        raise ArchiveBusy(f"archive {archive} has been publishing for {_PATIENCE:.0f} s; try again") from error
    except OSError as error:
        raise _not_writable(archive, error) from error
    try:
        yield
    finally:
        gate.release()


def _not_writable(archive: Path, error: OSError) -> ArchiveError:
    return ArchiveError(
        f"archive {archive} cannot be locked: {error.strerror}. Check who may write to that folder, and its disk"
    )


def _this_process() -> dict[str, object]:
    command = " ".join(Path(word).name if i == 0 else word for i, word in enumerate(sys.argv[:3]))
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "command": command, "since": since}
