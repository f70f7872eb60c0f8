"""The HTTP interface on a port, until Ctrl-C."""

from __future__ import annotations

import errno
import ipaddress
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import uvicorn

from indexer.errors import InputError
from service.api.app import create_app
from service.api.logs import request_log, server_log
from service.api.request import Asks, Writes
from service.search import Searcher
from service.settings import MOST_BYTES, MOST_UPLOAD_BYTES, LogFormat

_log = logging.getLogger(__name__)
_GRACE = 10
"""Seconds that requests under way are given to end."""


def serve(
    searcher: Searcher,
    host: str,
    port: int,
    answerer: Asks | None = None,
    writer: Writes | None = None,
    *,
    log_format: LogFormat = "none",
    log_queries: bool = False,
    cors_origins: Sequence[str] = (),
    most_bytes: int = MOST_BYTES,
    most_upload_bytes: int = MOST_UPLOAD_BYTES,
) -> None:
    """Answer on ``host`` and ``port`` (0: any free one) until SIGINT or SIGTERM; requests under way are finished.

    Requests are logged on stderr in ``log_format``; see ``create_app`` for the rest.

    Raises:
        InputError: the port is taken, or the address cannot be listened on.
    """
    listener = _listen(host, port)
    place = f"{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    greeting = _greeting(searcher, place)
    warning = (
        ""
        if _is_loopback(host)
        else (
            f"other machines can reach {place}, and there is no access control yet: whoever does can read the "
            "whole archive. To be reached from this machine only: pressmark serve --host 127.0.0.1"
        )
    )

    def announce() -> None:
        if warning:
            _log.warning(warning)
        sys.stdout.write(greeting)
        sys.stdout.flush()

    config = uvicorn.Config(
        create_app(
            searcher,
            answerer,
            writer,
            most_bytes=most_bytes,
            most_upload_bytes=most_upload_bytes,
            cors_origins=cors_origins,
            log=request_log(log_format, sys.stderr, queries=log_queries),
        ),
        access_log=False,
        log_config=server_log(log_format),
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        ws="none",
    )
    with listener, _signals_end_quietly():
        _Server(config, announce).run(sockets=[listener])


def _greeting(searcher: Searcher, place: str) -> str:
    snapshot = searcher.archive.snapshot()  # let go of on return: a generation that is held keeps a writer's log long
    return (
        f"Pressmark serves {searcher.archive.path} ({snapshot.counts()['articles']:,} articles, generation "
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


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
