"""One connection of the server: uvicorn's, with limits of time, and problem documents for what is no request."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from service.api.patience import Patience
from service.api.problems import HTTP_KINDS, MEDIA_TYPE

_REASONS = {400: "Bad Request", 408: "Request Timeout"}


class Connection(H11Protocol):
    """Made by uvicorn for each client.

    A connection is ``waiting`` from its start, or from the first byte after a response, until a request's headers are
    all there; then the request's body and the response have limits of their own.
    """

    def __init__(self, *arguments: Any, patience: Patience, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **named)
        self._patience = patience
        self._waiting: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._silent = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._waiting = self.loop.call_later(self._patience.head, self._too_slow)

    def data_received(self, data: bytes) -> None:
        self._silent = False
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._waiting = _ended(self._waiting)
        elif self._waiting is None and not self.transport.is_closing():
            self._waiting = self.loop.call_later(self._patience.head, self._too_slow)

    def on_response_complete(self) -> None:
        self._waiting = _ended(self._waiting)
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self._unread or self.loop.call_later(self._patience.reading, self.transport.abort)

    def resume_writing(self) -> None:
        self._unread = _ended(self._unread)
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._waiting, self._unread = _ended(self._waiting), _ended(self._unread)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "malformed-request", "What was sent is no HTTP request", "it cannot be read as HTTP/1.1")

    def _too_slow(self) -> None:
        self._waiting = None
        if self._silent:
            self.transport.close()  # a browser opens connections that it may need; it asked for nothing
        else:
            kind = HTTP_KINDS[408]
            self._refuse(408, kind.name, kind.title, "the headers came too slowly. Send them at once")

    def _refuse(self, status: int, name: str, title: str, detail: str) -> None:
        """Answer below the application, which never saw a request: no request id, no generation."""
        if self.transport.is_closing():
            return
        document = {"type": f"/problems/{name}", "title": title, "status": status, "detail": detail}
        body = json.dumps(document).encode()
        head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n"
        self.transport.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        self.transport.close()


def _ended(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
