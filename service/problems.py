"""Errors as they leave over HTTP: RFC 9457 problem documents, from one table.

Endpoints raise what the core raises and hold no ``try``; ``install`` hangs the table on the application. Not here:
what the errors mean (``indexer.errors``).

Source: RFC 9457, Problem Details for HTTP APIs.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

import indexer.errors as errors

MEDIA_TYPE = "application/problem+json"
_MOST_ERRORS = 20
_LONGEST_NAME = 100
_TRY_AGAIN = {"Retry-After": "5"}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MESSAGES = {
    "missing": "it is required",
    "extra_forbidden": "there is no such parameter or field",
    "model_attributes_type": "a JSON object is needed here",
    "string_unicode": "it holds half of a surrogate pair, which no text does",
}


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
    errors.NotAnArticle: Kind("not-an-article", 422, "What was given cannot be read as an article"),
    errors.UnknownArticle: Kind("unknown-article", 404, "The archive does not hold this article or span"),
    errors.PressmarkError: Kind("failed", 500, "This could not be done"),
    errors.ArchiveError: Kind("archive", 500, "The archive cannot be used as asked"),
    errors.ArchiveMissing: Kind("archive-missing", 500, "There is no archive any more"),
    errors.ArchiveMismatch: Kind("archive-mismatch", 500, "The archive was made by another model or version"),
    errors.ArchiveBusy: Kind("archive-busy", 503, "Another process is writing to the archive"),
    errors.ArchiveDamaged: Kind("archive-damaged", 500, "The archive is damaged"),
    errors.ArchiveFull: Kind("archive-full", 507, "The disk has no room left"),
    errors.ModelError: Kind("model", 500, "The model cannot be used"),
    NotReady: Kind("not-ready", 503, "A query would not be answered at present"),
    RequestValidationError: Kind("invalid-request", 422, "Parameters or fields that do not fit"),
    Exception: Kind("unexpected", 500, "An error of the server"),
}
"""An error's kind is that of its nearest ancestor here."""

HTTP_KINDS: Mapping[int, Kind] = {
    400: Kind("malformed-body", 400, "The body cannot be read as JSON"),
    404: Kind("not-found", 404, "There is nothing at this address"),
    405: Kind("method-not-allowed", 405, "This address does not take this method"),
    413: Kind("body-too-large", 413, "The body is too large"),
    415: Kind("unsupported-media-type", 415, "The body is not JSON"),
}
"""Problems of the protocol, which are no errors of the core."""


def install(app: FastAPI) -> None:
    """Let every error of ``app`` leave as a problem document."""
    app.add_exception_handler(errors.PressmarkError, _of_core)
    app.add_exception_handler(NotReady, _of_core)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_protocol)
    app.add_exception_handler(Exception, _unexpected)


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
    kinds = sorted({*KINDS.values(), *HTTP_KINDS.values()}, key=lambda kind: (kind.status, kind.name))
    rows = "\n".join(f"| `/problems/{kind.name}` | {kind.status} | {kind.title} |" for kind in kinds)
    return f"| type | status | title |\n|---|---|---|\n{rows}"


# --- the handlers -----------------------------------------------------------------------------------------------------


def kind_of(error: Exception) -> Kind:
    """The kind of an error's nearest ancestor in the table."""
    return next(KINDS[ancestor] for ancestor in type(error).__mro__ if ancestor in KINDS)


async def _of_core(request: Request, error: Exception) -> Response:
    kind = kind_of(error)
    return _problem(request, kind, str(error), headers=_TRY_AGAIN if kind.status == 503 else None)


async def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if found and found[0]["type"] == "json_invalid":
        detail = f"the body is not JSON: {found[0]['ctx']['error']} at character {found[0]['loc'][-1]}"
        return _problem(request, HTTP_KINDS[400], f"{detail}. Send a JSON document in UTF-8")
    listed = [_one(item["loc"], item["type"], item["msg"]) for item in found[:_MOST_ERRORS]]
    first = listed[0]
    detail = f"{first.get('parameter') or first.get('pointer')}: {first['detail']}"
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return _problem(request, kind_of(error), f"{detail}{more}. What this address takes is described at /docs", listed)


def _one(place: Sequence[str | int], code: str, message: str) -> dict[str, str]:
    """One thing that does not fit. The value given is not repeated: it may be as large as the body."""
    where, *names = place
    shown = [str(name)[:_LONGEST_NAME] for name in names]
    message = _MESSAGES.get(code, message)
    if where == "query":
        return {"parameter": ".".join(shown), "detail": message}
    return {"pointer": "#" + "".join(f"/{_pointer(name)}" for name in shown), "detail": message}


def _pointer(name: str) -> str:
    """A JSON Pointer's token as a URI fragment. Source: RFC 6901, sections 3 and 6."""
    return quote(name.replace("~", "~0").replace("/", "~1"), safe="~", errors="replace")


async def _of_protocol(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = HTTP_KINDS.get(error.status_code) or Kind("http", error.status_code, str(error.detail))
    headers = dict(error.headers or {})
    if kind.status == 404:
        return _problem(request, kind, "there is nothing at this address. What there is, is described at /docs")
    if kind.status == 405:
        headers["Allow"] = ", ".join(_methods(request))
        return _problem(request, kind, f"this address takes {headers['Allow']}, not {request.method}", headers=headers)
    if kind.status == 400:
        return _problem(request, kind, f"{error.detail}. Send a JSON document in UTF-8")
    return _problem(request, kind, str(error.detail), headers=headers)


def _methods(request: Request) -> list[str]:
    """Every method that some route takes at this address; the router's own answer names one route's only."""
    asked = {"type": "http", "path": request.scope["path"], "root_path": request.scope.get("root_path", "")}
    routes = request.app.routes
    return [m for m in _METHODS if any(route.matches(asked | {"method": m})[0] is Match.FULL for route in routes)]


async def _unexpected(request: Request, error: Exception) -> Response:
    # Starlette raises the error again after this answer, and the server logs it with its traceback.
    detail = "the server met an error that it did not expect; its log says which"
    return _problem(request, kind_of(error), detail)


def _problem(
    request: Request,
    kind: Kind,
    detail: str,
    listed: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    document: dict[str, object] = {
        "type": f"/problems/{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": quote(request.scope["path"]),
    }
    if listed:
        document["errors"] = list(listed)
    # JSON can spell half of a surrogate pair, which has no UTF-8; the replacement is how JSON spells it.
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(body, kind.status, headers, MEDIA_TYPE)
