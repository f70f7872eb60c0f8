"""The HTTP interface on a port, until Ctrl-C."""

from __future__ import annotations

import errno
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from indexer.archive import Archive
from indexer.errors import InputError
from service.api.app import create_app
from service.api.connections import MOST_OF_A_HEAD, Connection
from service.api.logs import request_log, server_log
from service.api.patience import Patience
from service.api.reach import access_line, is_loopback, names_of, require_keys
from service.api.request import Asks, Writes
from service.api.workers import serve_workers
from service.search import Searcher
from service.settings import LogFormat

_GRACE = 10
"""Seconds that requests under way are given to end."""
_KEPT = 75
"""Seconds that a connection is kept between two requests: longer than proxies keep theirs, which is mostly 60. Whoever
closes first must not be the one whom the next request is just then on its way to.
"""


def serve(
    searcher: Searcher,
    host: str,
    port: int,
    answerer: Asks | None = None,
    writer: Writes | None = None,
    *,
    log_format: LogFormat = "none",
    rate_limit: int | None = None,
    patience: Patience | None = None,
) -> None:
    """Answer on ``host`` and ``port`` (0: any free one) until SIGINT or SIGTERM; requests under way are finished.

    Requests are logged on stderr in ``log_format``. Where only this machine reaches the address it is called by this
    machine's names; where others do, every request needs a key, whatever becomes of the keys meanwhile. Whatever else
    can be set stays as it is: ``serve_made`` serves an application that was made otherwise.

    Raises:
        InputError: the port is taken, the address cannot be listened on, or others reach it and there is no key.
    """

    def make(shared: Path | None) -> ASGIApp:
        return create_app(
            searcher,
            answerer,
            writer,
            log=request_log(log_format, sys.stderr),
            rate_limit=rate_limit,
            hosts=names_of(host, ()),
            closed=not is_loopback(host),
            patience=patience,
        )

    serve_made(make, searcher.archive.path, host, port, log_format=log_format, patience=patience)


def serve_made(
    make: Callable[[Path | None], ASGIApp],
    archive: Path,
    host: str,
    port: int,
    *,
    log_format: LogFormat = "none",
    workers: int = 1,
    patience: Patience | None = None,
) -> None:
    """Answer with the application that ``make`` gives, as ``serve`` does, in as many processes.

    Of several workers each calls ``make`` for itself, so it can be pickled; it is given the folder that they measure
    in together, None where there is one process.

    Raises:
        InputError: as ``serve``, or a worker could not start.
    """
    require_keys(archive, host)
    listener = _listen(host, port)
    place = f"{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    greeting = _greeting(archive, place) + access_line(archive)

    def announce() -> None:
        sys.stdout.write(greeting)
        sys.stdout.flush()

    options: dict[str, Any] = {
        "http": partial(Connection, patience=patience or Patience()),
        "h11_max_incomplete_event_size": MOST_OF_A_HEAD,
        "access_log": False,
        "log_config": server_log(log_format),
        "log_level": "warning",
        "proxy_headers": False,  # else a client on this machine names itself as it likes, and no limit holds it
        "server_header": False,
        "timeout_graceful_shutdown": _GRACE,
        "timeout_keep_alive": _KEPT,
        "ws": "none",
    }
    with listener:
        if workers > 1:
            serve_workers(make, listener, workers, announce, options)
            return
        config = uvicorn.Config(make(None), **options)
        with _signals_end_quietly():
            _Server(config, announce).run(sockets=[listener])


def _greeting(archive: Path, place: str) -> str:
    with Archive(archive) as opened:  # and closed: a generation that is held keeps a writer's log long
        snapshot = opened.snapshot()
        return (
            f"Pressmark serves {archive} ({snapshot.counts()['articles']:,} articles, generation "
            f"{snapshot.generation}) on http://{place}; the interface is at /docs; Ctrl-C stops it\n"
        )


class _Server(uvicorn.Server):
    """Uvicorn that says when it listens, and not before."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


@contextmanager
def _signals_end_quietly() -> Iterator[None]:
    """Uvicorn stops on a signal and then raises it again, which would end the process with the signal's code, not 0."""

    def nothing_more(number: int, frame: FrameType | None) -> None:
        return

    before = {number: signal.signal(number, nothing_more) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen(host: str, port: int) -> socket.socket:
    mend = "Choose others: pressmark serve --host 127.0.0.1 --port 8000"
    if not 0 <= port <= 65_535:
        raise InputError(f"port {port} cannot be listened on: ports go from 0 to 65535. {mend}")
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InputError(
                f"port {port} of {host} is taken by another process. Choose another: pressmark serve --port {port + 1}"
            ) from error
        raise InputError(f"port {port} of {host} cannot be listened on: {error.strerror or error}. {mend}") from error
