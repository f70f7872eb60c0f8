"""The log on stderr: one line a request, and the server's own lines in the same format.

The address of a request stays out of it, and so do queries unless they are asked for: what people look for in an
archive is theirs. Of a key there is its id and its name; its token is nowhere, for it is never put beside them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO

from service.api.observing import Served
from service.api.requestid import current
from service.settings import LogFormat


@dataclass(frozen=True, slots=True)
class RequestLog:
    """Writes a line for each request that was answered; ``queries`` adds what was searched for or asked."""

    stream: TextIO
    as_json: bool
    queries: bool = False

    def __call__(self, served: Served) -> None:
        line = _request_json(served, self.queries) if self.as_json else _request_text(served, self.queries)
        try:
            self.stream.write(line + "\n")
            self.stream.flush()
        except (OSError, ValueError):
            return  # nobody reads the log any more (a closed pipe, a full disk): requests are answered all the same


def request_log(form: LogFormat, stream: TextIO, *, queries: bool = False) -> Callable[[Served], None] | None:
    """What writes the log of requests in this format; None where none is wanted."""
    return None if form == "none" else RequestLog(stream, form == "json", queries)


def _request_json(served: Served, queries: bool) -> str:
    shape: dict[str, object] = {
        "time": _now(),
        "level": "info",
        "event": "request",
        "request_id": served.request_id,
        "method": served.method,
        "route": served.route,
        "status": served.status,
        "ms": round(served.ms, 2),
        "bytes": served.sent,
        "generation": served.generation,
        "key": {"id": served.key.id, "name": served.key.name} if served.key else None,
    }
    if queries:
        shape["query"] = _asked(served)
    return json.dumps(shape)  # ASCII: some readers of logs take U+2028 for the end of a line


def _request_text(served: Served, queries: bool) -> str:
    asked = _asked(served) if queries else None
    parts = [
        f"{_now()} info {served.request_id} {served.method} {served.route or 'no such address'}",
        f"{served.status or 'client gone'} {served.ms:.1f} ms {served.sent} bytes",
        f" generation {served.generation}" if served.generation is not None else "",
        f" key {served.key.id} ({served.key.name})" if served.key else "",
        f" {json.dumps(asked)}" if asked is not None else "",
    ]
    return f"{parts[0]} {''.join(parts[1:])}"


def _asked(served: Served) -> str | None:
    return served.work[-1].asked if served.work else None


class ServerLines(logging.Formatter):
    """What the server and its parts report beside requests, with the request that it was about."""

    def __init__(self, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        when = _iso(datetime.fromtimestamp(record.created, UTC))
        level, message, name = record.levelname.lower(), record.getMessage(), current.get()
        traceback = self.formatException(record.exc_info) if record.exc_info else None
        if not self._as_json:
            return f"{when} {level} {name or '-'} {message}" + (f"\n{traceback}" if traceback else "")
        shape: dict[str, object] = {"time": when, "level": level, "event": "log", "request_id": name}
        shape |= {"logger": record.name, "message": message}
        return json.dumps(shape | ({"traceback": traceback} if traceback else {}))


def server_log(form: LogFormat) -> dict[str, object]:
    """The configuration, as ``logging.config.dictConfig`` takes it, that sends every warning and error to stderr."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": ServerLines, "as_json": form == "json"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
    }


def _now() -> str:
    return _iso(datetime.now(UTC))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
