"""A directory in the cache that is there whole or not at all: it counts as there once its ``made.json`` is.

What is in it besides is its owner's: ``converted`` keeps an embedding model so, ``service.reader`` its readers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from indexer.errors import ModelError
from indexer.model import write_whole

_MADE = "made.json"


def kept_folder(cache: Path, *made_for: str) -> Path:
    """Where what is made of and for all this belongs, whether or not it is there."""
    return cache / "models" / hashlib.sha256("\0".join(made_for).encode()).hexdigest()[:24]


def read_made(folder: Path) -> dict[str, object] | None:
    """What was recorded of it; None when nothing is there, or a file of ``sizes`` is missing or has another size."""
    try:
        made: dict[str, object] = json.loads((folder / _MADE).read_text("utf-8"))
        sizes = made["sizes"]
        if not isinstance(sizes, dict):
            return None
        whole = all((folder / path).stat().st_size == size for path, size in sizes.items())
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None
    return made if whole else None


def write_made(folder: Path, made: Mapping[str, object]) -> None:
    """Record it, and so declare it whole. ``made`` has ``sizes``: bytes by path, as ``sizes_in`` counts them."""
    write_whole(folder / _MADE, json.dumps(made, indent=1) + "\n")


def sizes_in(folder: Path) -> dict[str, int]:
    return {
        file.relative_to(folder).as_posix(): file.stat().st_size for file in sorted(folder.rglob("*")) if file.is_file()
    }


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else makes this directory meanwhile, in this process or another.

    Raises:
        ModelError: the cache cannot be written to.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            yield
    except OSError as error:
        raise ModelError(
            f"cannot write to {folder}: {error}. Name a directory that can be: PRESSMARK_CACHE=DIR"
        ) from error
