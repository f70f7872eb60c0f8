"""What an endpoint raises, answered. Endpoints hold no ``try``: ``install`` hangs these handlers on the application.

Not here: which error is which kind of problem (``problems``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from indexer.errors import PressmarkError
from service.api.problems import HTTP_KINDS, MEDIA_TYPE, Kind, NotReady, kind_of
from service.shapes import Json

_MOST_ERRORS = 20
_LONGEST_NAME = 100
_TRY_AGAIN = {"Retry-After": "5"}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_MESSAGES = {
    "missing": "it is required",
    "extra_forbidden": "there is no such parameter or field",
    "model_attributes_type": "a JSON object is needed here",
    "string_unicode": "it holds half of a surrogate pair, which no text does",
}


def install(app: FastAPI) -> None:
    """Let every error of ``app`` leave as a problem document."""
    app.add_exception_handler(PressmarkError, _of_core)
    app.add_exception_handler(NotReady, _of_core)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_protocol)
    app.add_exception_handler(Exception, _unexpected)


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
    taken = {m for m in _METHODS if any(route.matches(asked | {"method": m})[0] is Match.FULL for route in routes)}
    return [m for m in _METHODS if m in taken or (m == "HEAD" and "GET" in taken)]


async def _unexpected(request: Request, error: Exception) -> Response:
    # Starlette raises the error again after this answer, and the server logs it with its traceback.
    detail = "the server met an error that it did not expect; its log says which"
    return _problem(request, kind_of(error), detail)


async def refusal(request: Request, error: HTTPException | NotReady) -> Response:
    """The answer of what stands before the endpoints, where no handler is reached."""
    return await (_of_core if isinstance(error, NotReady) else _of_protocol)(request, error)


def problem_of(request: Request, error: PressmarkError | HTTPException) -> Json:
    """The problem document that an error is, for a response that has begun as something else."""
    if isinstance(error, HTTPException):
        return _document(request, HTTP_KINDS[error.status_code], str(error.detail))
    return _document(request, kind_of(error), str(error))


def _document(request: Request, kind: Kind, detail: str) -> Json:
    name = getattr(request.state, "request_id", None)
    return {
        "type": f"/problems/{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": quote(request.scope["path"]),
    } | ({"request_id": name} if name else {})


def _problem(
    request: Request,
    kind: Kind,
    detail: str,
    listed: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    document = _document(request, kind, detail) | ({"errors": list(listed)} if listed else {})
    # JSON can spell half of a surrogate pair, which has no UTF-8; the replacement is how JSON spells it.
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(body, kind.status, headers, MEDIA_TYPE)
