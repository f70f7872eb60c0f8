"""Files that are written whole or not at all, and a look whether they could be, before the work that fills them."""

from __future__ import annotations

import os
from pathlib import Path

from indexer.errors import InputError


def write_whole(place: Path, text: str) -> None:
    """Write a file in UTF-8: its name changes hands when everything is there. Folders above it are made.

    Raises:
        InputError: the place cannot be written.
    """
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(text.encode())
        os.replace(part, place)
    except OSError as error:
        raise _unwritable(place, error) from error
    finally:
        _gone(part)


def require_writable(place: Path, *, folder: bool = False) -> None:
    """Refuse a place that ``write_whole`` could not write, or a ``folder`` that could hold no file.

    Raises:
        InputError: the place cannot be written.
    """
    try:
        (place if folder else place.parent).mkdir(parents=True, exist_ok=True)
        if not folder and place.is_dir():
            raise IsADirectoryError(0, "Is a directory")
        probe = (place if folder else place.parent) / f".{place.name}.{os.getpid()}.probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise _unwritable(place, error) from error


def _unwritable(place: Path, error: OSError) -> InputError:
    return InputError(f"{place} cannot be written: {error.strerror or error}. Name another place")


def _gone(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return  # its folder is not there, or is no folder: nothing was written
