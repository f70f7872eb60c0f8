"""Paths in, articles out: what is found in a folder, and which module reads it. Read this first.

A loader is a module with ``load(path, name)``: it yields articles and, for a bad part of a file, a ``NotAnArticle`` as
a value, so that the rest is indexed; it raises one when the whole file cannot be used. Loaders are imported when a
file needs them: their libraries take longer to import than the command line may take to start.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from indexer.errors import ArchiveFull, InputError, NotAnArticle
from indexer.load.bounded import bounded
from indexer.load.encoding import signature
from indexer.records import Article

LARGEST = 256 * 2**20  # bytes of a file that is read whole; JSON lines are streamed and have no limit

_MODULES = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".epub": "epub",
    ".rss": "feed",
    ".atom": "feed",
    ".xml": "feed",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jsonl.gz": "jsonl",
    ".ndjson.gz": "jsonl",
}
_BEGINNINGS = {".pdf": "a PDF", ".docx": "a ZIP", ".epub": "a ZIP", ".jsonl.gz": "gzip", ".ndjson.gz": "gzip"}

# What parsing libraries raise on malformed input, beside their own errors, which the loaders know. An AttributeError
# or a TypeError is not here: more likely it is a mistake of ours, which must not look like the file's.
_MALFORMED = (
    *(ValueError, OSError, RuntimeError, LookupError, EOFError, SyntaxError),
    *(zlib.error, struct.error, zipfile.BadZipFile),
)


_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to index. ``name`` is its path within the indexed folder, or its base name when it was given itself."""

    path: Path
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a walk found: files in order of their names within each given path, and what was passed over."""

    files: tuple[FoundFile, ...]
    skipped: Mapping[str, int]  # files in folders of which no loader knows the suffix, counted by suffix
    errors: tuple[NotAnArticle, ...]  # what could not be looked at


@dataclass(slots=True)
class _Walk:
    files: dict[str, FoundFile] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    errors: list[NotAnArticle] = field(default_factory=list)


def suffix_of(path: Path) -> str:
    """The suffix that decides the loader, in lower case: the last, or the last two of a compressed file."""
    suffix = path.suffix.lower()
    return path.with_suffix("").suffix.lower() + suffix if suffix == ".gz" else suffix


def find_files(paths: Sequence[Path]) -> Found:
    """The files to index among the paths: each path that is a file, and all in each that is a folder.

    Hidden files and folders are passed over; links are followed, each folder once.

    Raises:
        NotAnArticle: a path does not exist, or is a file that no loader reads.
    """
    walk = _Walk()
    for path in paths:
        if path.is_dir():
            _walk_folder(path, walk)
        elif not path.exists():
            raise NotAnArticle(f"{path} does not exist. Check the path")
        elif suffix_of(path) not in _MODULES:
            raise NotAnArticle(f"{path}: {_unknown(suffix_of(path))}")
        else:
            _add(path, path.name, walk)
    return Found(tuple(walk.files.values()), dict(sorted(walk.skipped.items())), tuple(walk.errors))


def _unknown(suffix: str) -> str:
    which = f"files named {suffix}" if suffix else "files without a suffix"
    return f"no loader reads {which}. Convert it to one of: {' '.join(sorted(_MODULES))}"


def _walk_folder(folder: Path, walk: _Walk) -> None:
    def refuse(error: OSError) -> None:
        walk.errors.append(NotAnArticle(f"{error.filename}: {error.strerror}. Its files were not indexed"))

    seen: set[tuple[int, int]] = set()
    _is_new(folder, seen)  # a link may lead back to the top
    for root, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        folders[:] = [name for name in sorted(folders) if not name.startswith(".") and _is_new(Path(root, name), seen)]
        for name in sorted(names):
            if not name.startswith("."):
                path = Path(root, name)
                if suffix_of(path) in _MODULES:
                    _add(path, path.relative_to(folder).as_posix(), walk)
                else:
                    walk.skipped[suffix_of(path)] += 1


def _is_new(folder: Path, seen: set[tuple[int, int]]) -> bool:
    """Whether the folder was not walked yet: a link may lead back to one."""
    try:
        status = folder.stat()
    except OSError:
        return True  # the walk reports it
    key = (status.st_dev, status.st_ino)
    if key in seen:
        return False
    seen.add(key)
    return True


def _add(path: Path, raw_name: str, walk: _Walk) -> None:
    name = unicodedata.normalize("NFC", raw_name)  # macOS stores decomposed names: ids must not depend on the disk
    try:
        status = path.stat()
        name.encode()
    except OSError as error:
        walk.errors.append(NotAnArticle(f"{path}: {error.strerror}. Check the file or the link"))
        return
    except UnicodeEncodeError:
        walk.errors.append(NotAnArticle(f"{os.fsencode(path)!r}: its name is not UTF-8. Rename it"))
        return
    if not stat.S_ISREG(status.st_mode):
        walk.errors.append(NotAnArticle(f"{path} is no regular file. Copy its content to one"))
        return
    earlier = walk.files.setdefault(name, FoundFile(path, name, status.st_size))
    if earlier.path != path and not earlier.path.samefile(path):
        walk.errors.append(
            NotAnArticle(f"{path} would have the name of {earlier.path}: {name!r}. Index the folder that holds both")
        )


def load_file(path: Path, name: str) -> Iterator[Article | NotAnArticle]:
    """The articles of one file, and an error for each part of it that is none.

    Raises:
        NotAnArticle: the whole file cannot be used.
    """
    try:
        for item in _loader(path, name)(path, name):
            yield from bounded(item, name) if isinstance(item, Article) else (item,)
    except NotAnArticle:
        raise
    except InputError as error:
        raise NotAnArticle(f"{name}: {error}") from error
    except PermissionError as error:
        raise NotAnArticle(f"{name} cannot be read: {error.strerror}. Run: chmod u+r {str(path)!r}") from error
    except _MALFORMED as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise ArchiveFull(
                f"no room left on the disk while {name} was read: {error}. Free some and run again"
            ) from error
        what = " ".join(str(error).split()) or type(error).__name__
        raise NotAnArticle(f"{name} cannot be read as {suffix_of(path)}: {what}. Open it and save it again") from error


def _loader(path: Path, name: str) -> Callable[[Path, str], Iterator[Article | NotAnArticle]]:
    suffix = suffix_of(path)
    if suffix not in _MODULES:
        raise NotAnArticle(f"{name}: {_unknown(suffix)}")
    size = path.stat().st_size
    if size == 0:
        raise NotAnArticle(f"{name} is empty. Remove it, or fill it")
    if size > LARGEST and _MODULES[suffix] != "jsonl":
        raise NotAnArticle(f"{name} has {size} bytes; the largest that is read is {LARGEST}. Split it")
    with path.open("rb") as stream:
        what = signature(stream.read(32))
    if what is not None and not what.startswith(_BEGINNINGS.get(suffix, "\0")):
        raise NotAnArticle(f"{name} is {what}, whatever its suffix {suffix} says. Give it its own suffix")
    load: Callable[[Path, str], Iterator[Article | NotAnArticle]] = import_module(
        f"indexer.load.{_MODULES[suffix]}"
    ).load
    return load
