"""What can be read of an archive: all of it, or the part that exists for some."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from indexer.schema import Manifest
    from indexer.snapshot import Snapshot


class ReadableArchive(Protocol):
    """An ``Archive``, or a ``LimitedArchive``; what each method does stands there."""

    @property
    def path(self) -> Path: ...
    @property
    def manifest(self) -> Manifest: ...
    @property
    def publishers(self) -> tuple[str, ...] | None:
        """Those whose articles exist here; None: everybody's."""

    @property
    def generation(self) -> int: ...
    def snapshot(self) -> Snapshot: ...
    def refresh(self) -> int: ...
    def limited(self, publishers: Iterable[str]) -> ReadableArchive: ...
