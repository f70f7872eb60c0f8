"""Several processes that answer on one port: one that dies is replaced, and all of them end together.

Each opens the archive and the models for itself. The pages of both indexes are mapped, so that they are in memory once.
Limits of requests a minute are kept by each worker for itself.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from indexer.errors import InputError, PressmarkError
from service.api.metrics import MEASURES, forget_worker

_PATIENCE = 120.0
"""Seconds that a worker has for its start, and a busy one to say that it is alive."""

_log = logging.getLogger(__name__)


def serve_workers(
    make: Callable[[Path], ASGIApp],
    listener: socket.socket,
    workers: int,
    announce: Callable[[], None],
    options: Mapping[str, Any],
) -> None:
    """Answer on ``listener`` in as many processes until SIGINT or SIGTERM; ``announce`` when all of them listen.

    ``make`` is called in each, so it can be pickled; it is given the folder that their measurements are kept in.
    ``options`` are uvicorn's.

    Raises:
        InputError: a worker could not start.
    """
    with tempfile.TemporaryDirectory(prefix="pressmark-measures-") as shared:
        os.environ[MEASURES] = shared  # the workers inherit it, and prometheus_client looks there when it is imported
        config = uvicorn.Config(
            partial(_in_worker, make, Path(shared)),
            factory=True,
            workers=workers,
            timeout_worker_healthcheck=int(_PATIENCE),
            **options,
        )
        supervisor = _Supervisor(config, listener, announce, Path(shared))
        supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise InputError("a worker could not start; the log says why. To see it at once: pressmark serve --workers 1")


def _in_worker(make: Callable[[Path], ASGIApp], shared: Path) -> ASGIApp:
    threading.Thread(target=_end_with_the_supervisor, daemon=True).start()
    try:
        return make(shared)
    except PressmarkError as error:
        _log.error("%s", error)
        sys.exit(STARTUP_FAILURE)  # the supervisor then ends too, in place of trying again and again


def _end_with_the_supervisor() -> None:
    """Stop when it was killed: workers that nobody supervises would keep the port."""
    supervisor = multiprocessing.parent_process()
    assert supervisor is not None
    supervisor.join()
    os.kill(os.getpid(), signal.SIGTERM)


class _Supervisor(Multiprocess):
    """Uvicorn's, which says when all workers listen, and lets go of what a dead one was measuring."""

    def __init__(
        self, config: uvicorn.Config, listener: socket.socket, announce: Callable[[], None], shared: Path
    ) -> None:
        super().__init__(config, [listener])
        self._announce, self._shared = announce, shared

    def init_processes(self) -> None:
        super().init_processes()
        if all(process.wait_until_ready(_PATIENCE, self.should_exit) for process in self.processes):
            self._announce()

    def keep_subprocess_alive(self) -> None:
        before = {process.pid for process in self.processes}
        super().keep_subprocess_alive()
        for pid in before - {process.pid for process in self.processes}:
            _log.warning("worker %s died; another has taken its place", pid)
            forget_worker(pid, self._shared)
