"""A name for every request, by which its response, its problem document and its lines in the log find each other."""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9._:+/=@-]{1,128}")
"""Whatever tracing and proxies use, and nothing that could break a line of a log or a header."""

current: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The request that is being answered, for what is logged meanwhile, in worker threads too."""


def request_id(given: list[str]) -> str:
    r"""The name that the caller gave, if it gave one and it is sane; else a new one.

    >>> request_id(["abc-1"]), len(request_id(["two", "names"])), len(request_id(["a\nb"]))
    ('abc-1', 32, 32)
    """
    return given[0] if len(given) == 1 and _SANE.fullmatch(given[0]) else uuid4().hex


@dataclass(frozen=True, slots=True)
class RequestIds:
    """Middleware: gives each request its name and puts it on the response, whatever that is."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = request_id(Headers(scope=scope).getlist(HEADER))
        scope.setdefault("state", {})["request_id"] = name
        current.set(name)  # and never reset: the server logs an unexpected error once this has returned

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        await self.app(scope, receive, named)
