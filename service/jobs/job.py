"""A job: what was handed over, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from service.access.caller import Caller

MOST_LISTED = 10_000
"""Ids of one job."""
State = Literal["queued", "running", "done", "failed"]


def now() -> str:
    """The time as records state it: UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Misread:
    """What could not be taken of one file, or of one article at its place in the body (``#/articles/3``)."""

    file: str
    detail: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a job changed. ``articles`` are the ids of what came through, changed or not: the first 10,000."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    articles: tuple[str, ...] = ()
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A job as everybody sees it. ``files`` counts files, or articles that came as JSON, and ``stored`` those done.

    ``waiting`` says what keeps it from going on. Without one article that came through, errors make it ``failed``.
    """

    id: str
    state: State
    created: str
    finished: str | None = None
    files: int = 0
    stored: int = 0
    waiting: str | None = None
    result: Result | None = None
    errors: tuple[Misread, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.state in {"done", "failed"}


@dataclass(frozen=True, slots=True)
class Spooled:
    """An uploaded file on the disk: its name there and the one it came with."""

    place: str
    name: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A job as the store keeps it: with who asked for it, what is to be read, and how often it was begun.

    ``refused`` are the files that were not even kept.
    """

    job: Job
    caller: str
    publishers: tuple[str, ...] | None
    spooled: tuple[Spooled, ...]
    refused: tuple[Misread, ...] = ()
    begun: int = 0

    def is_seen_by(self, caller: Caller) -> bool:
        """Whether it exists for a caller: to one who may not see all articles, only what was asked under its name.

        Keys of one name may be for different publishers: the name alone does not make a job theirs.
        """
        return caller.publishers is None or (caller.name, caller.publishers) == (self.caller, self.publishers)


def job_json(job: Job) -> dict[str, Any]:
    """JOB."""
    result = job.result
    return {
        "id": job.id,
        "state": job.state,
        "created": job.created,
        "finished": job.finished,
        "files": job.files,
        "progress": {"files": job.stored, "of": job.files},
        "waiting": job.waiting,
        "result": {
            "added": result.added,
            "updated": result.updated,
            "unchanged": result.unchanged,
            "removed": result.removed,
            "articles": list(result.articles),
            "generation": result.generation,
        }
        if result
        else None,
        "errors": _misread_json(job.errors),
    }


def job_of(shape: Mapping[str, Any]) -> Job:
    """The job that JOB holds."""
    result = shape["result"]
    return Job(
        id=shape["id"],
        state=shape["state"],
        created=shape["created"],
        finished=shape["finished"],
        files=shape["files"],
        stored=shape["progress"]["files"],
        waiting=shape["waiting"],
        result=Result(**{**result, "articles": tuple(result["articles"])}) if result else None,
        errors=_misread_of(shape["errors"]),
    )


def kept_json(kept: Kept) -> dict[str, Any]:
    return {
        "job": job_json(kept.job),
        "caller": kept.caller,
        "publishers": None if kept.publishers is None else list(kept.publishers),
        "spooled": [[one.place, one.name] for one in kept.spooled],
        "refused": _misread_json(kept.refused),
        "begun": kept.begun,
    }


def kept_of(shape: Mapping[str, Any]) -> Kept:
    publishers = shape["publishers"]
    return Kept(
        job_of(shape["job"]),
        shape["caller"],
        None if publishers is None else tuple(publishers),
        tuple(Spooled(place, name) for place, name in shape["spooled"]),
        _misread_of(shape["refused"]),
        shape["begun"],
    )


def _misread_json(errors: Sequence[Misread]) -> list[dict[str, str]]:
    return [{"file": error.file, "detail": error.detail} for error in errors]


def _misread_of(shapes: Sequence[Mapping[str, str]]) -> tuple[Misread, ...]:
    return tuple(Misread(shape["file"], shape["detail"]) for shape in shapes)
