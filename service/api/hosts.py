"""By which names the service lets itself be called.

A page of any site can have its own name resolve to 127.0.0.1 and then ask the service there as if it were its own (DNS
rebinding); the name in the request gives it away.

Source: RFC 9110, sections 7.2 (Host) and 15.5.20 (421, Misdirected Request).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.handlers import refusal

THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Hosts:
    """Middleware: a request to another name than these, at whatever port, is refused."""

    app: ASGIApp
    names: Collection[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (wrong := self._wrong(Request(scope))) is not None:
            response = await refusal(Request(scope), wrong)
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _wrong(self, request: Request) -> HTTPException | None:
        sent = request.headers.getlist("host")
        name = host_of(sent[0]) if len(sent) == 1 else ""
        if name in self.names:
            return None
        return HTTPException(
            421,
            f"this service does not go by the name {name[:100]!r}, only by {', '.join(self.names)}. Call it by one of "
            "these, or let it be called so: pressmark serve --allowed-hosts NAME",
        )


def host_of(header: str) -> str:
    """A Host header without its port.

    >>> host_of("LOCALHOST:8000"), host_of("[::1]:80"), host_of("[::1]")
    ('localhost', '[::1]', '[::1]')
    """
    host, colon, port = header.strip().lower().rpartition(":")
    named = host if colon and (port.isdigit() or not port) else header.strip().lower()
    return named.removesuffix(".")
