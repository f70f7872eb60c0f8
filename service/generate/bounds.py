"""What holds one request to a language model to the host that was named, to a time and to a size.

The timeouts of HTTP clients are for one read each, so that a server that sends a byte now and then is waited for
without end; and what it sends is kept until a line of it is whole. Both are bounded here, below everything that
interprets it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address

import httpx2

from indexer.errors import GeneratorError

MOST_BYTES = 16 * 2**20
"""Of one response. A streamed token takes some 300, one that a model only thinks as well."""
_SENT = {"host", "accept", "content-type", "content-length", "user-agent"}


@dataclass(slots=True)
class Bounds:
    """One request's bounds, counted from now: ``timeout`` seconds a read, ``limit`` in all, ``MOST_BYTES``."""

    url: str
    key: str | None = field(repr=False)
    timeout: float
    limit: float
    until: float = field(init=False)
    received: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.until = time.monotonic() + self.limit

    def client(self) -> httpx2.Client:
        """An HTTP client that keeps to them."""
        return httpx2.Client(
            timeout=min(self.timeout, self.limit),
            follow_redirects=False,
            # A proxy that the environment names is how hosts elsewhere are reached, and never this machine.
            trust_env=not _is_this_machine(httpx2.URL(self.url).host),
            event_hooks={"request": [self._send_no_more_than_asked], "response": [self._bound]},
        )

    def _send_no_more_than_asked(self, request: httpx2.Request) -> None:
        for name in [name for name in request.headers if name.lower() not in _SENT]:
            del request.headers[name]
        request.headers["user-agent"] = "pressmark"
        request.headers["accept-encoding"] = "identity"
        if self.key is not None:
            request.headers["authorization"] = f"Bearer {self.key}"

    def _bound(self, response: httpx2.Response) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            # A megabyte of it may unfold to a gigabyte.
            raise GeneratorError(f"{self.url} answers compressed, which was not asked for. Turn that off there")
        stream = response.stream
        if not isinstance(stream, httpx2.SyncByteStream):
            raise TypeError(f"a response of {type(stream).__name__}")
        response.stream = _Bounded(stream, self)

    def count(self, size: int) -> None:
        """Let ``size`` more bytes pass.

        Raises:
            GeneratorError: it is too late, or they are too many.
        """
        self.received += size
        if time.monotonic() > self.until:
            raise GeneratorError(
                f"{self.url} was not done after {self.limit:g} s. Ask a faster model, or allow it more time"
            )
        if self.received > MOST_BYTES:
            raise GeneratorError(f"{self.url} sent more than {MOST_BYTES // 2**20} MiB for one answer. See its log")


class _Bounded(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream, bounds: Bounds) -> None:
        self._stream = stream
        self._bounds = bounds

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            self._bounds.count(len(piece))
            yield piece

    def close(self) -> None:
        self._stream.close()


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
