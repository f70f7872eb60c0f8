"""One writer at a time, and a message that names the one there is."""

from __future__ import annotations

import json
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from indexer.errors import ArchiveBusy


class WriterLock:
    """The lock file of an archive. The system frees it when its holder dies, however that happens."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._lock = FileLock(archive / "writer.lock")
        self._holder = archive / "writer.json"

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            ArchiveBusy: another process has it; the message says which.
        """
        try:
            self._lock.acquire(blocking=False)
        except Timeout as error:
            raise ArchiveBusy(
                f"archive {self._archive} is being written by {self._describe()}. Wait for it to end, or stop it"
            ) from error
        self._holder.write_text(
            json.dumps(
                {
                    "pid": os.getpid(),
                    "host": socket.gethostname(),
                    "command": " ".join(Path(a).name if i == 0 else a for i, a in enumerate(sys.argv[:3])),
                    "since": datetime.now(UTC).isoformat(timespec="seconds"),
                }
            )
        )

    def _describe(self) -> str:
        try:
            holder = json.loads(self._holder.read_text())
            return f"process {holder['pid']} on {holder['host']} ({holder['command']}) since {holder['since']}"
        except (OSError, ValueError, KeyError):
            return "another process"

    def is_held(self) -> bool:
        """Whether somebody, this process included, is writing now."""
        probe = FileLock(self._archive / "writer.lock")
        try:
            probe.acquire(blocking=False)
        except Timeout:
            return True
        probe.release()
        return False

    def release(self) -> None:
        self._holder.unlink(missing_ok=True)
        self._lock.release()
