"""What is known of a request once it has been answered; who wants to know, the log and the metrics, is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access.key import Key
from service.answer.records import Answer
from service.search import Results

_TRACE = (b"traceparent", b"tracestate")


@dataclass(frozen=True, slots=True)
class Work:
    """One search made or question answered for a request, and when it was done, in nanoseconds since 1970."""

    kind: Literal["search", "ask"]
    asked: str
    phases_ms: Mapping[str, float]
    done_ns: int = field(default_factory=time.time_ns)


@dataclass(frozen=True, slots=True)
class Served:
    """One request and its response.

    ``route`` is the template, ``/v1/articles/{article_id:path}``, and None where nothing is at the address. ``status``
    is None when the client was gone before there was one. ``sent`` counts the body's bytes as they left, compressed or
    not; ``ms`` is the time until the last of them. ``trace`` holds the headers of W3C's Trace Context.
    """

    request_id: str
    method: str
    route: str | None
    status: int | None
    ms: float
    sent: int
    generation: int | None
    work: tuple[Work, ...]
    key: Key | None = None
    trace: Mapping[str, str] = field(default_factory=dict)


def note(request: Request, done: Results | Answer) -> None:
    """Keep what was done for a request, until it has been answered."""
    if isinstance(done, Answer):
        work = Work("ask", done.question, done.phases_ms)
    else:
        work = Work("search", done.query, done.phases_ms)
    request.state.work = (*getattr(request.state, "work", ()), work)


@dataclass(frozen=True, slots=True)
class Observed:
    """Middleware: ``during`` is held while a request is answered, and every one of ``after`` is told how it went."""

    app: ASGIApp
    during: Callable[[], AbstractContextManager[None]]
    after: tuple[Callable[[Served], None], ...]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status: int | None = None
        sent = 0

        async def counted(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            sent += len(message.get("body", b""))
            await send(message)

        with self.during():
            try:
                await self.app(scope, receive, counted)
            finally:
                served = _served(scope, status, 1000 * (time.perf_counter() - started), sent)
                for tell in self.after:
                    tell(served)


def _served(scope: Scope, status: int | None, ms: float, sent: int) -> Served:
    state = scope["state"]
    return Served(
        request_id=state["request_id"],
        method=scope["method"],
        route=getattr(scope.get("route"), "path", None),
        status=status,
        ms=ms,
        sent=sent,
        generation=state.get("generation"),
        work=state.get("work", ()),
        key=state.get("key"),
        trace={name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in _TRACE},
    )
