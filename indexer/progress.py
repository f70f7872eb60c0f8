"""How far an indexing run is, for whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from indexer.pipeline import Report


@dataclass(slots=True)
class Progress:
    """How far a run is; ``done`` and ``total`` are about the bytes of the files that it looks at, unpacked."""

    total: int = 0
    done: int = 0
    file: str = ""
    articles: int = 0
    embedded: int = 0


Tell = Callable[[Progress], None]


class ProgressBar:
    """Counts what is read of each file, never more than the file was said to hold, and only as far as it is stored."""

    def __init__(self, report: Report, tell: Tell, total: int) -> None:
        self._report = report
        self._tell = tell
        self._progress = Progress(total=total)
        self._before = 0
        self._weight = total
        self._reached = 0
        self._taken = 0

    def start(self, name: str, weight: int) -> None:
        """Begin a file."""
        self._progress.file, self._weight = name, weight
        self._before = self._reached

    def read(self, amount: int) -> None:
        """Note an article of the file, and how much of the file it is."""
        self._taken += 1
        self._reached = min(self._reached + amount, self._before + self._weight)
        self.tell()

    def end(self) -> None:
        """End the file: all of it is read, whatever its articles added up to."""
        self._reached = self._before + self._weight
        self.tell()

    def tell(self) -> None:
        """Say how far it is."""
        through = min(1.0, self._report.stored / self._taken) if self._taken else 1.0
        self._progress.done = max(self._progress.done, int(self._reached * through))
        self._progress.articles = self._report.stored
        self._progress.embedded = self._report.embedded
        self._tell(self._progress)
