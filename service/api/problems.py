"""Errors as they leave over HTTP: RFC 9457 problem documents, from one table.

Not here: what the errors mean (``indexer.errors``), and how they are answered (``handlers``).

Source: RFC 9457, Problem Details for HTTP APIs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi.exceptions import RequestValidationError

import indexer.errors as errors

MEDIA_TYPE = "application/problem+json"


class NotReady(Exception):
    """A query would not be answered at present."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: ``type`` is ``/problems/NAME``."""

    name: str
    status: int
    title: str


KINDS: Mapping[type[Exception], Kind] = {
    errors.InputError: Kind("bad-input", 400, "What was given cannot be used"),
    errors.BadDate: Kind("bad-date", 400, "A date that is none"),
    errors.BadRecord: Kind("bad-record", 400, "A record that breaks its own rules"),
    errors.BadQuery: Kind("bad-query", 400, "A query, filter, locator or cursor that cannot be used"),
    errors.BadSuite: Kind("bad-suite", 422, "Questions, judgments or a run that cannot be scored"),
    errors.NotComparable: Kind("not-comparable", 422, "Two results that do not answer the same questions alike"),
    errors.NotAnArticle: Kind("not-an-article", 422, "What was given cannot be read as an article"),
    errors.UnknownArticle: Kind("unknown-article", 404, "The archive does not hold this article or span"),
    errors.OtherEdition: Kind("other-edition", 412, "The archive holds another edition than was said"),
    errors.FollowedArticle: Kind("followed-article", 409, "The article comes from a file that the archive follows"),
    errors.UnknownJob: Kind("unknown-job", 404, "There is no such job"),
    errors.JobUnderWay: Kind("job-under-way", 409, "The job has begun"),
    errors.PressmarkError: Kind("failed", 500, "This could not be done"),
    errors.ArchiveError: Kind("archive", 500, "The archive cannot be used as asked"),
    errors.ArchiveMissing: Kind("archive-missing", 500, "There is no archive any more"),
    errors.ArchiveMismatch: Kind("archive-mismatch", 500, "The archive was made by another model or version"),
    errors.ArchiveBusy: Kind("archive-busy", 503, "Another process is writing to the archive"),
    errors.ArchiveDamaged: Kind("archive-damaged", 500, "The archive is damaged"),
    errors.ArchiveFull: Kind("archive-full", 507, "The disk has no room left"),
    errors.ModelError: Kind("model", 500, "The model cannot be used"),
    errors.GeneratorError: Kind("generator", 502, "The language model does not answer as one"),
    errors.ServiceError: Kind("service", 502, "Another service does not answer as one"),
    NotReady: Kind("not-ready", 503, "A query would not be answered at present"),
    RequestValidationError: Kind("invalid-request", 422, "Parameters or fields that do not fit"),
    Exception: Kind("unexpected", 500, "An error of the server"),
}
"""An error's kind is that of its nearest ancestor here."""

HTTP_KINDS: Mapping[int, Kind] = {
    400: Kind("malformed-body", 400, "The body cannot be read as JSON"),
    401: Kind("unauthenticated", 401, "A key is needed"),
    403: Kind("forbidden", 403, "This may not be done by whoever asks"),
    404: Kind("not-found", 404, "There is nothing at this address"),
    405: Kind("method-not-allowed", 405, "This address does not take this method"),
    408: Kind("too-slow", 408, "The request came too slowly"),
    413: Kind("body-too-large", 413, "The body is too large"),
    415: Kind("unsupported-media-type", 415, "The body is not JSON"),
    421: Kind("misdirected", 421, "The service does not go by this name"),
    429: Kind("rate-limited", 429, "Too many requests in a minute"),
}
"""Problems of the protocol, which are no errors of the core."""

UNREADABLE = Kind("malformed-request", 400, "What was sent is no HTTP request")
TOO_LONG = Kind("head-too-large", 431, "The address and headers are too long")


def kind_of(error: Exception) -> Kind:
    """The kind of an error's nearest ancestor in the table."""
    return next(KINDS[ancestor] for ancestor in type(error).__mro__ if ancestor in KINDS)


@contextmanager
def as_not_ready() -> Iterator[None]:
    """Turn whatever keeps a query from being answered into ``NotReady``, the one answer that probes look for."""
    try:
        yield
    except (errors.PressmarkError, sqlite3.Error, OSError) as error:
        raise NotReady(str(error)) from error


def responses(*statuses: int) -> dict[int | str, dict[str, object]]:
    """How an operation's problems stand in its OpenAPI description."""
    kinds = [*KINDS.values(), *HTTP_KINDS.values()]
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {
            "description": "; ".join(dict.fromkeys(kind.title for kind in kinds if kind.status == status)),
            "content": {MEDIA_TYPE: schema},
        }
        for status in statuses
    }


def table() -> str:
    """The problem types as a Markdown table, for the OpenAPI description."""
    every = {*KINDS.values(), *HTTP_KINDS.values(), UNREADABLE, TOO_LONG}
    kinds = sorted(every, key=lambda kind: (kind.status, kind.name))
    rows = "\n".join(f"| `/problems/{kind.name}` | {kind.status} | {kind.title} |" for kind in kinds)
    return f"| type | status | title |\n|---|---|---|\n{rows}"
