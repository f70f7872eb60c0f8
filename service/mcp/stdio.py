"""The tools on standard input and output, for a client that starts Pressmark itself.

Standard output belongs to the protocol: while it is served, whatever else writes there reaches standard error.
"""

from __future__ import annotations

import logging
import signal
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from indexer.errors import PressmarkError
from service.mcp.core import Once, lazily
from service.mcp.server import create_server

if TYPE_CHECKING:
    from indexer.archive import Archive

_EVERY = 2.0
"""Seconds between looks for a new generation."""
_log = logging.getLogger(__name__)


def serve_stdio(place: Path, model: str | None = None) -> None:
    """Answer until standard input ends. The archive is opened when a tool first needs it, and may be made meanwhile."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="pressmark: %(levelname)s: %(message)s")
    if sys.stdin.isatty():
        sys.stderr.write(
            "Pressmark waits for an MCP client on standard input. To let a client start it, give it the command: "
            "pressmark mcp --archive DIR. Ctrl-C stops it\n"
        )

    def opened() -> Archive:
        from indexer.archive import Archive

        return Archive(place)

    # A thread waits for the next line, and nothing can end its waiting: Python's own handler would wait for it in turn.
    # The tools write nothing, so that there is nothing to finish either.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    archive = Once(opened)
    try:
        anyio.run(_serve, create_server(lazily(archive, model)), archive)
    except* BrokenPipeError:
        _log.warning("the client stopped reading before all was answered")


async def _serve(server: Server[Any], archive: Once[Archive]) -> None:
    async with stdio_server() as (read, write), anyio.create_task_group() as tasks:
        tasks.start_soon(_follow, archive)
        await server.run(read, write, server.create_initialization_options())
        tasks.cancel_scope.cancel()


async def _follow(archive: Once[Archive]) -> None:
    """Let go of old generations while no tool is called: a writer's log would grow behind this reader."""
    while True:
        await anyio.sleep(_EVERY)
        if archive.made is not None:
            try:
                await anyio.to_thread.run_sync(archive.made.refresh)
            except (PressmarkError, sqlite3.Error, OSError) as error:  # the next call meets it too, and answers with it
                _log.warning("the archive cannot be followed: %s", error)
