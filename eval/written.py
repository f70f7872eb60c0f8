"""Files that are written whole or not at all, and a look whether they could be, before the work that fills them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from indexer.errors import InputError


def write_whole(place: Path, text: str) -> None:
    """Write a file in UTF-8: its name changes hands when everything is there. Folders above it are made, and a link
    stays one.

    Raises:
        InputError: the place cannot be written.
    """
    place = place.resolve()
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
        place = place.resolve()
        (place if folder else place.parent).mkdir(parents=True, exist_ok=True)
        if not folder and place.exists() and not place.is_file():
            raise OSError(0, "it is there, and no file")
        probe = (place if folder else place.parent) / f".{place.name}.{os.getpid()}.probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise _unwritable(place, error) from error


def require_apart(
    written: Mapping[str, Path | None], kept: Mapping[str, Path | None], closed: Mapping[str, Path]
) -> None:
    """Refuse to write two things to one place, or to a place that the run reads.

    Args:
        written: option -> what it would write.
        kept: its name in a message -> what must stay as it is.
        closed: alike, folders that nothing may be written into.

    Raises:
        InputError: naming the option and what it would overwrite.
    """
    taken: dict[Path, str] = {}
    for option, place in written.items():
        if place is None:
            continue
        whole = place.resolve()
        for what, held in {**kept, **closed}.items():
            if held is not None and (whole == held.resolve() or (what in closed and held.resolve() in whole.parents)):
                raise InputError(f"{option} {place} would overwrite {what} {held}. Name another place")
        other = taken.setdefault(whole, option)
        if other != option:
            raise InputError(f"{option} and {other} are both {place}. Name two places")


def _unwritable(place: Path, error: OSError) -> InputError:
    return InputError(f"{place} cannot be written: {error.strerror or error}. Name another place")


def _gone(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return  # its folder is not there, or is no folder: nothing was written
