"""Server-sent events: work that takes a while, told as it is done.

An error before the first event is a problem document like any other; one after it is the event ``error`` with the
problem document as its data, and the last. A client that is gone ends the work at the next event, and so does a key
that is revoked.

Source: HTML Living Standard, section 9.2 (server-sent events); RFC 9110, section 12.5.1 (Accept).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Generator

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from indexer.errors import PressmarkError
from service.api.access import require_still_in
from service.api.handlers import problem_of
from service.shapes import Json

MEDIA_TYPE = "text/event-stream"
Event = tuple[str, Json]
"""A name and data."""
Events = Generator[Event, None, None]
_STILL_HERE = 15.0
"""Seconds of silence after which a comment tells the client, and whatever is between, that work goes on."""


def wants_events(request: Request) -> bool:
    """Whether the client would rather have events than JSON; of two that it likes alike, the one that it names first.

    An Accept header that names neither means JSON.
    """
    liked: list[tuple[float, str]] = []
    for offer in ",".join(request.headers.getlist("accept")).split(","):
        kind, *parameters = (part.strip().lower() for part in offer.split(";"))
        if kind in {MEDIA_TYPE, "application/json"}:
            liked.append((_quality(parameters), kind))
    best, kind = max(liked, key=lambda pair: pair[0], default=(0.0, ""))
    return kind == MEDIA_TYPE and best > 0


def _quality(parameters: list[str]) -> float:
    stated = next((parameter[2:] for parameter in parameters if parameter.startswith("q=")), "1")
    try:
        return float(stated)
    except ValueError:
        return 0.0


def event_stream(request: Request, events: Events) -> Response:
    """The events as they come, each step of them in a worker thread."""
    return StreamingResponse(_sent(request, events), media_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})


async def _sent(request: Request, events: Events) -> AsyncIterator[bytes]:
    step: asyncio.Task[Event | None] | None = None
    try:
        while True:
            step = asyncio.create_task(run_in_threadpool(next, events, None))
            try:
                while not (await asyncio.wait({step}, timeout=_STILL_HERE))[0]:
                    yield b": still at work\n\n"
                    require_still_in(request)
                event = step.result()
                require_still_in(request)
            except (PressmarkError, HTTPException) as error:
                yield _written("error", problem_of(request, error))
                return
            if event is None:
                return
            yield _written(*event)
    finally:
        _end(events, step)


def _end(events: Events, step: asyncio.Task[Event | None] | None) -> None:
    """Close the events once the step under way is done: a thread cannot be stopped, and no two may run a generator."""
    loop = asyncio.get_running_loop()

    def close(done: asyncio.Task[Event | None] | None) -> None:
        if done is not None and not done.cancelled():
            done.exception()  # whoever would have been told is gone
        loop.run_in_executor(None, events.close)

    if step is None or step.done():
        close(step)
    else:
        step.add_done_callback(close)


def _written(name: str, shape: Json) -> bytes:
    # JSON escapes line breaks, so one line holds it.
    return f"event: {name}\ndata: {json.dumps(shape, ensure_ascii=False)}\n\n".encode("utf-8", "backslashreplace")
