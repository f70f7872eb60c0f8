"""``HEAD`` wherever ``GET`` is: the same response, without its body."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_STREAMS = {"/mcp"}
"""Answers a ``GET`` with a stream that does not end by itself."""


@dataclass(frozen=True, slots=True)
class Heads:
    """Middleware: what is inside sees a ``GET``. The headers are those of that, the length of its body included.

    FastAPI's routes take only the methods that they name, and to name this one would describe every operation twice.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"] in _STREAMS:
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        inside = {**scope, "method": "GET"}  # the server's own goes on saying HEAD: by it, no body is too short
        try:
            await self.app(inside, receive, without_body)
        finally:
            scope.update(inside | {"method": "HEAD"})  # what is inside says there which route it was
