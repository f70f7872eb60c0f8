"""How much room a folder takes while others write to it."""

from __future__ import annotations

import contextlib
from pathlib import Path


def bytes_of(folder: Path) -> int:
    """The bytes of all files below; what vanishes while they are counted counts nothing."""
    total = 0
    for file in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += file.stat().st_size if file.is_file() else 0
    return total
