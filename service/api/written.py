"""Bodies and responses of what writes, as pydantic models; ``schemas`` holds the others."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, JsonValue

from indexer.load.bounded import LONGEST_ID, LONGEST_TITLE, LONGEST_URL
from service.api.schemas import Name, Names, Shape
from service.jobs.job import State

MOST_ARTICLES = 10_000
"""Of one body."""
MOST_FILES = 1_000
"""Of one upload."""
_EXAMPLE: dict[str, JsonValue] = {
    "title": "A bridge",
    "text": "The bridge opened in 1932. It is 503 metres long.",
    "authors": ["Ada Byron"],
    "publisher": "The Span",
    "published": "2015-10",
    "url": "https://example.org/bridge",
    "language": "en",
}
Id = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]


class ArticleFields(Shape):
    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [_EXAMPLE]})

    text: str = Field(description="The whole text; an empty line ends a paragraph. Where it is empty, the title is it.")
    title: str | None = Field(None, max_length=LONGEST_TITLE)
    authors: Names = Field([], description="Each author's name.")
    publisher: Name | None = None
    published: str | None = Field(
        None, max_length=40, description="A year, month or day: `2015`, `2015-10`, `2015-10-02`.", examples=["2015-10"]
    )
    url: str | None = Field(None, max_length=LONGEST_URL, pattern="^https?://", description="Where it was published.")
    language: str | None = Field(
        None, max_length=20, description="Its code, e.g. `en`; where none is stated, detected."
    )


class ArticleBody(ArticleFields):
    id: Id | None = Field(
        None,
        description=(
            "Under which it can be replaced. Else that of `url`; else `uploads/` and the first 12 digits of the "
            "SHA-256 of its text."
        ),
    )


class ArticlesBody(Shape):
    model_config = ConfigDict(strict=True)

    articles: list[ArticleBody] = Field(min_length=1, max_length=MOST_ARTICLES)


class ArticleWritten(Shape):
    """An article that was put in its place."""

    article_id: str
    edition: str = Field(description="SHA-256 of its canonical text, also in `ETag`.", pattern="^[0-9a-f]{64}$")
    outcome: Literal["added", "updated", "unchanged"]
    generation: int


class JobProgress(Shape):
    files: int = Field(description="How many are read and stored.")
    of: int


class JobResult(Shape):
    added: int
    updated: int
    unchanged: int
    removed: int
    articles: list[str] = Field(description="The ids of what came through, changed or not; the first 10,000.")
    generation: int = Field(description="The archive's, with all of them in it.")


class JobError(Shape):
    file: str = Field(description="A file's name, or the place of an article in the body: `#/articles/3`.")
    detail: str


class Job(Shape):
    """Articles on their way into the archive. What was accepted is not lost, whatever happens to the server."""

    id: str
    state: State = Field(description="`failed`: there are errors, and not one article came through.")
    created: str
    finished: str | None
    files: int = Field(description="How many files, or articles that came as JSON.")
    progress: JobProgress
    waiting: str | None = Field(description="What keeps it from going on; it does by itself.")
    result: JobResult | None = Field(description="What it has changed so far.")
    errors: list[JobError]


class JobList(Shape):
    jobs: list[Job]
    next: str | None = Field(description="The cursor of the page after; null on the last.")


class JobParameters(Shape):
    limit: int = Field(100, ge=1, le=1_000, description="How many jobs.")
    cursor: str = Field("", max_length=100, description="`next` of the page before.")


BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "title": "ArticlesBody",
                    "required": ["articles"],
                    "additionalProperties": False,
                    "properties": {
                        "articles": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MOST_ARTICLES,
                            "items": {"$ref": "#/components/schemas/ArticleBody"},
                        }
                    },
                },
                "example": {"articles": [_EXAMPLE]},
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MOST_FILES,
                            "items": {"type": "string", "contentMediaType": "application/octet-stream"},
                        }
                    },
                }
            },
        },
    }
}
"""How the body of ``POST /v1/articles`` is described, which no framework reads: it comes in either of two types."""

JOB: dict[str, Any] = {
    "id": "20261122-104500-123456-3fa9c1",
    "state": "done",
    "created": "2026-11-22T10:45:00+00:00",
    "finished": "2026-11-22T10:45:02+00:00",
    "files": 1,
    "progress": {"files": 1, "of": 1},
    "waiting": None,
    "result": {
        "added": 1,
        "updated": 0,
        "unchanged": 0,
        "removed": 0,
        "articles": ["example.org/bridge"],
        "generation": 8,
    },
    "errors": [],
}
QUEUED: dict[str, Any] = JOB | {
    "state": "queued",
    "finished": None,
    "progress": {"files": 0, "of": 1},
    "result": None,
}
GONE: dict[int | str, dict[str, Any]] = {204: {"description": "It is gone"}}
JOBS: dict[str, Any] = {"jobs": [JOB], "next": None}
WRITTEN: dict[str, Any] = {
    "article_id": "example.org/bridge",
    "edition": "cf5c29698e7686491e9cf059294ceb06b3b28fb2ebca87cf51f4c8b7a6f20549",
    "outcome": "updated",
    "generation": 8,
}
