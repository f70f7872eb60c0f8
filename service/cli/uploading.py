"""``index --url``: files sent to a running service, upload by upload, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.load.files import FoundFile
    from service.client import Client
    from service.jobs.job import Job, Misread

_MOST_FILES = 500
_MOST_BYTES = 50_000_000
"""Of one upload, unless one file is larger: half of what a service takes that was told nothing else."""


@dataclass(slots=True)
class Uploaded:
    """What the jobs of a run did, and what could not even be sent."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    generation: int = 0
    articles: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    errors: list[Misread] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)

    def count(self, job: Job) -> None:
        """Add what a job did that is over."""
        self.jobs.append(job.id)
        self.errors += job.errors
        if job.result is not None:
            self.added += job.result.added
            self.updated += job.result.updated
            self.unchanged += job.result.unchanged
            self.articles += job.result.articles
            self.generation = max(self.generation, job.result.generation)

    def as_json(self) -> dict[str, object]:
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "articles": self.articles,
            "errors": [{"file": error.file, "detail": error.detail} for error in self.errors],
            "skipped": self.skipped,
            "jobs": self.jobs,
            "generation": self.generation,
        }


def upload(client: Client, paths: Sequence[Path], tell: Callable[[int, int], None]) -> Uploaded:
    """Send the files, and those in the folders, and wait until they are indexed; ``tell`` hears how many are, of all.

    A file in a folder goes by its path within it. One upload follows another: the service has one writer anyway.

    Raises:
        InputError: a path does not exist, or is of a kind that is not read.
        ServiceError: the service cannot be asked.
    """
    from indexer.load.files import find_files
    from service.jobs.job import Misread

    done = Uploaded()
    plans: list[tuple[Path, list[FoundFile]]] = []
    for path in paths:
        found = find_files([path])
        done.errors += [Misread("", str(error)) for error in found.errors]
        for suffix, count in found.skipped.items():
            done.skipped[suffix] = done.skipped.get(suffix, 0) + count
        folder = path if path.is_dir() else path.parent
        plans += [(folder, batch) for batch in _batches(found.files)]
    total, before = sum(len(batch) for _, batch in plans), 0

    def told(job: Job) -> None:
        tell(before + job.stored, total)

    for folder, batch in plans:
        job = client.add([file.path for file in batch], within=folder)
        done.count(client.wait(job, told))
        before += len(batch)
    return done


def _batches(files: Sequence[FoundFile]) -> Iterator[list[FoundFile]]:
    batch: list[FoundFile] = []
    size = 0
    for file in files:
        if batch and (len(batch) == _MOST_FILES or size + file.size > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch
