"""Files that stay: written so that neither a kill nor a power cut leaves half of one."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import ArchiveError, ArchiveFull

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


@contextmanager
def explaining_disk(place: Path) -> Iterator[None]:
    """Turn what the system says of the folder into an error that says what to do.

    Raises:
        ArchiveFull: there is no room.
        ArchiveError: it cannot be written for another reason.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise ArchiveFull(
                f"no room left on the disk for {place} ({error.strerror}). What was accepted before is kept. Free some "
                "room and send it again"
            ) from error
        raise ArchiveError(
            f"{place} cannot be written: {error.strerror or error}. Check who may write to that folder, and its disk"
        ) from error


def sync_folder(folder: Path) -> None:
    """Let what was made, renamed or removed in a folder outlive a power cut."""
    sync_file(folder)


def sync_file(file: Path) -> None:
    """Let what was written to a file outlive a power cut."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(file: Path, text: str) -> None:
    """Put the text into the file: whoever reads it has what was there before, or all of this."""
    beside = file.with_name(f".{file.name}.new")
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(file)
    sync_folder(file.parent)
