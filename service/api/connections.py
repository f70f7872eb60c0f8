"""One connection of the server: uvicorn's, with limits of time, and problem documents for what is no request."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

from h11 import IDLE, SEND_RESPONSE, RemoteProtocolError
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.api.patience import Patience
from service.api.problems import HTTP_KINDS, MEDIA_TYPE, TOO_LONG, UNREADABLE, Kind

MOST_OF_A_HEAD = 64 * 1024
"""Bytes of an address and its headers."""
_REASONS = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}


class Connection(H11Protocol):
    """Made by uvicorn for each client.

    A connection is ``waiting`` from its start, or from the first byte after a response, until a request's headers are
    all there; then the request's body and the response have limits of their own.
    """

    def __init__(self, *arguments: Any, patience: Patience, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **named)
        self._waiting = _Timer(self.loop, patience.head, self._too_slow)
        self._unread = _Timer(self.loop, patience.reading, lambda: self.transport.abort())
        self._silent = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._waiting.start()

    def data_received(self, data: bytes) -> None:
        self._silent = False
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._waiting.stop()
        elif not self.transport.is_closing():
            self._waiting.start()

    def on_response_complete(self) -> None:
        self._waiting.stop()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread.start()

    def resume_writing(self) -> None:
        self._unread.stop()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._waiting.stop()
        self._unread.stop()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        error = sys.exception()  # h11 has just said what is wrong
        if isinstance(error, RemoteProtocolError) and error.error_status_hint == TOO_LONG.status:
            mend = "What is longer goes into the body of a POST"
            self._refuse(TOO_LONG, f"an address and its headers have room for {MOST_OF_A_HEAD:,} bytes. {mend}")
        else:
            self._refuse(UNREADABLE, f"it cannot be read as HTTP/1.1: {error or msg}. Let a library write it")

    def _too_slow(self) -> None:
        if self._silent:
            self.transport.close()  # a browser opens connections that it may need; it asked for nothing
        else:
            self._refuse(HTTP_KINDS[408], "the headers came too slowly. Send them at once")

    def _refuse(self, kind: Kind, detail: str) -> None:
        """Answer below the application, which never saw a request: no request id, no generation, no address."""
        if self.transport.is_closing():
            return
        if self.conn.our_state not in {IDLE, SEND_RESPONSE}:  # an answer has begun, and no other fits into it
            self.transport.close()
            return
        status = kind.status
        document = {"type": f"/problems/{kind.name}", "title": kind.title, "status": status, "detail": detail}
        body = json.dumps(document | {"instance": ""}).encode()
        head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n"
        self.transport.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        self.transport.close()


class _Timer:
    """Calls back when it runs out, unless it is stopped before."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float, ended: Callable[[], None]) -> None:
        self._loop, self._seconds, self._ended = loop, seconds, ended
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Run, if it does not already."""
        if self._handle is None:
            self._handle = self._loop.call_later(self._seconds, self._run_out)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _run_out(self) -> None:
        self._handle = None
        self._ended()
