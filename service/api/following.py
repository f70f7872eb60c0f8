"""Keeps an idle server on the newest generation.

A reader that is never asked would hold on to the generation that it last showed, and a writer's log would grow behind
it; every answer looks for news by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from indexer.errors import PressmarkError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from indexer.readable import ReadableArchive

_EVERY = 2.0
"""Seconds."""

_log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def following(app: FastAPI) -> AsyncIterator[None]:
    """The application's life: while it lasts, its archive is followed, and what was handed over is indexed."""
    task = asyncio.create_task(_follow(app.state.searcher.archive))
    app.state.runner.start()
    try:
        yield
    finally:
        await run_in_threadpool(app.state.runner.stop)
        if app.state.traces:
            await run_in_threadpool(app.state.traces.close)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        app.state.keys.close()


async def _follow(archive: ReadableArchive) -> None:
    while True:
        await asyncio.sleep(_EVERY)
        try:
            await run_in_threadpool(archive.refresh)
        except PressmarkError as error:  # the next request meets it too, and answers with a problem document
            _log.warning("the archive cannot be followed: %s", error)
