"""Which files a run looks at, whose they are, and which have gone.

Every file belongs to the nearest followed folder above it (or to itself, when it was given by itself): so a part of a
followed folder can be indexed alone, and a folder around followed ones, without any article changing its id.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import InputError
from indexer.load.files import FoundFile, find_files
from indexer.pipeline import Report
from indexer.sources import KnownFile, Source, Sources


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file to look at. ``name`` is its path within its source; ``weight`` is about how many bytes it unpacks to."""

    path: Path
    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A source, its files as they are now, and the known files that are no longer among them."""

    source: Source
    files: tuple[PlannedFile, ...]
    gone: frozenset[int]


class Planner:
    """Works out the plans of one run, inside the writer's transaction."""

    def __init__(self, sources: Sources, report: Report) -> None:
        self._sources = sources
        self._report = report

    def plan(self, paths: Sequence[Path], prefix: str | None, may_empty: bool) -> list[Plan]:
        """A plan for every source that the absolute paths touch, each once.

        Raises:
            InputError: a path does not exist, a followed folder is suddenly empty, or a prefix cannot be given here.
        """
        asked = [self._asked(path, prefix) for path in dict.fromkeys(paths)]
        found: dict[Path, FoundFile] = {}
        for path in dict.fromkeys(paths):
            if path.exists() or self._sources.at(path) is None:
                found |= self._found(path)
        plans = []
        for source in self._touched([*asked, *paths]):
            scope = [path for path in paths if path == source.path or _is_inside(path, source.path)]
            whole = any(path == source.path or _is_inside(source.path, path) for path in paths)
            plans.append(self._of(source, found, None if whole else scope, may_empty))
        return plans

    def _asked(self, path: Path, prefix: str | None) -> Path:
        """Where the source is that the path belongs to, which is followed from now on."""
        around = self._sources.holding(path) if self._sources.at(path) is None else None
        if around is None:
            if not path.exists() and self._sources.at(path) is None:
                raise InputError(f"{path} does not exist. Check the path")
            return self._sources.follow(path, prefix).path
        if prefix is not None and prefix != around.prefix:
            raise InputError(
                f"{path} lies in {around.path}, which the archive follows already, so its articles have their ids. "
                "Leave --prefix away, or give it with the whole folder"
            )
        if not path.exists() and not any(_covers([path], around.path / name) for name in self._sources.files(around)):
            raise InputError(f"{path} does not exist, and {around.path} never held it. Check the path")
        return around.path

    def _found(self, path: Path) -> dict[Path, FoundFile]:
        if not path.exists():
            return {}
        found = find_files([path])
        self._report.refused += found.errors
        for suffix, count in found.skipped.items():
            self._report.skipped[suffix] = self._report.skipped.get(suffix, 0) + count
        return {file.path: file for file in found.files}

    def _touched(self, places: Sequence[Path]) -> list[Source]:
        return [
            source
            for source in self._sources.all()
            if any(source.path == place or _is_inside(source.path, place) for place in places)
        ]

    def _of(self, source: Source, found: dict[Path, FoundFile], only: list[Path] | None, may_empty: bool) -> Plan:
        mine = {path: file for path, file in found.items() if self._owner(path) == source}
        files = tuple(PlannedFile(path, _name(path, source), _weight(path, file.size)) for path, file in mine.items())
        known = self._sources.files(source)
        here = {file.name for file in files}
        gone = [
            file
            for name, file in known.items()
            if name not in here and (only is None or _covers(only, _place(source, name))) and _is_gone(source, name)
        ]
        if gone and not here and len(gone) == len(known) and not may_empty and not _is_one_file(source, known):
            raise InputError(
                f"{source.path} holds no article any more and {len(known):,} of its files are in the archive: is a "
                "disk not mounted? Nothing was removed. If they are to go: pressmark index --allow-empty PATH"
            )
        return Plan(source, files, frozenset(file.id for file in gone))

    def _owner(self, path: Path) -> Source | None:
        return self._sources.at(path) or self._sources.holding(path)


def _name(path: Path, source: Source) -> str:
    """The name within the source, composed: macOS stores decomposed names, and ids must not depend on the disk."""
    within = path.name if path == source.path else path.relative_to(source.path).as_posix()
    return unicodedata.normalize("NFC", within)


def _place(source: Source, name: str) -> Path:
    return source.path if source.path.name == name and not source.path.is_dir() else source.path / name


def _covers(paths: Sequence[Path], place: Path) -> bool:
    return any(path == place or _is_inside(place, path) for path in paths)


def _is_inside(path: Path, folder: Path) -> bool:
    return folder in path.parents


def _is_one_file(source: Source, known: dict[str, KnownFile]) -> bool:
    return set(known) == {source.path.name} and source.path.parent.is_dir()


def _is_gone(source: Source, name: str) -> bool:
    """Whether a known file is no longer there. One that cannot be looked at may be: it is not gone."""
    try:
        _place(source, name).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _weight(path: Path, size: int) -> int:
    """About how many bytes a file holds once unpacked: gzip notes it at its end, modulo 4 GiB."""
    if path.suffix.lower() != ".gz" or size < 18:
        return size
    try:
        with path.open("rb") as stream:
            stream.seek(-4, 2)
            return max(size, int(struct.unpack("<I", stream.read(4))[0]))
    except OSError:
        return size
