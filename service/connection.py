"""One service's address, and a reply from it within a time and a size, or what kept it away.

The only file that imports httpx. Not here: what a reply means (``client``).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import httpx
from pydantic_core import from_json

from indexer.errors import InputError, ServiceError
from service.access.tokens import claim_of
from service.citation import shown

MOST_BYTES = 256 * 2**20
"""Of one response, unpacked."""
EXAMPLE = "http://127.0.0.1:8000"
_ACCEPT = {"Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A response, whatever its status. Redirects are not followed: ``location`` is where one points."""

    status: int
    media_type: str
    location: str
    content: bytes
    generation: int | None = None
    """Of the archive, where the response names one."""

    def json(self) -> object:
        """What the body says.

        Raises:
            ValueError: it is not JSON.
        """
        # The standard library's parser lets pass what no JSON is (NaN) and no text holds (half of a surrogate pair).
        return from_json(self.content, allow_inf_nan=False)


class Connection:
    """What requests to one base URL go through; any number of threads may at once.

    Raises:
        InputError: the URL is none, the timeout is not above 0, or the key cannot be one.
    """

    def __init__(self, url: str, timeout: float, key: str | None = None) -> None:
        self.url = _base_of(url)
        if not timeout > 0:
            raise InputError(f"a wait of {timeout:g} s for {self.url}. Give more than 0")
        self.timeout = timeout
        # A proxy that the environment names is how hosts elsewhere are reached, and never this machine.
        elsewhere = not _is_this_machine(httpx.URL(self.url).host)
        self._http = httpx.Client(timeout=timeout, trust_env=elsewhere, headers=_headers(key))

    def close(self) -> None:
        self._http.close()

    def reply(
        self, method: str, path: str, body: bytes | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """What the service says to a request, which is sent once; ``body`` is JSON.

        Raises:
            ServiceError: it is down, slow, or no server of HTTP.
        """
        until = time.monotonic() + self.timeout
        typed = {"Content-Type": "application/json"} if body is not None else {}
        with (
            self._telling_what_happened(),
            self._http.stream(
                method, self.url + path, content=body, headers={**_ACCEPT, **typed, **(headers or {})}
            ) as response,
        ):
            return self._whole(response, until)

    def upload(self, path: str, files: Iterable[tuple[str, Path]]) -> Reply:
        """What the service says to files, each with the name that it is sent under. They may take as long as they do.

        Raises:
            ServiceError: as ``reply`` does.
            InputError: a file cannot be read.
        """
        with ExitStack() as opened:
            parts = [("file", (name, opened.enter_context(_opened(file)))) for name, file in files]
            with (
                self._telling_what_happened(),
                self._http.stream("POST", self.url + path, files=parts, headers=_ACCEPT) as response,
            ):
                return self._whole(response, time.monotonic() + self.timeout)

    def _whole(self, response: httpx.Response, until: float) -> Reply:
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        content = b"".join(self._in_bounds(response, until))
        named = response.headers.get("x-archive-generation", "")
        generation = int(named) if named.isdecimal() and len(named) < 20 else None
        return Reply(response.status_code, media_type, response.headers.get("location", ""), content, generation)

    def _in_bounds(self, response: httpx.Response, until: float) -> Iterator[bytes]:
        """The body, piece by piece. HTTP's own timeouts are for one piece each, however many there are."""
        read = 0
        for piece in response.iter_bytes():
            read += len(piece)
            if time.monotonic() > until:
                raise httpx.ReadTimeout("the body takes too long")
            if read > MOST_BYTES:
                raise ServiceError(f"{self.url} sent more than {MOST_BYTES // 2**20} MiB for one answer. Ask for less")
            yield piece

    @contextmanager
    def _telling_what_happened(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException as error:
            raise ServiceError(
                f"{self.url} was not done after {self.timeout:g} s. See whether it is busy, or allow it more time"
            ) from error
        except (httpx.RemoteProtocolError, httpx.DecodingError) as error:
            raise ServiceError(
                f"{self.url} broke off, or does not speak HTTP ({shown(str(error))}). Ask again, or name the address "
                f"that `pressmark serve` prints, such as {EXAMPLE}"
            ) from error
        except httpx.HTTPError as error:
            raise ServiceError(
                f"no answer from {self.url} ({shown(str(error) or type(error).__name__)}). Start the service there: "
                "pressmark serve; or name another address"
            ) from error


def _headers(key: str | None) -> dict[str, str]:
    if key is None:
        return {"User-Agent": "pressmark"}
    if claim_of(key) is None:  # what it is instead stays untold: it may be another service's
        raise InputError("the key that was given is none of Pressmark's: they begin with pm_. See $PRESSMARK_KEY")
    return {"User-Agent": "pressmark", "Authorization": f"Bearer {key}"}


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}. Check the file, and who may") from error


def _base_of(url: str) -> str:
    given = url.strip()
    mend = f"Write it like {EXAMPLE}"
    try:
        parts = urlsplit(given)
        named = bool(parts.hostname) and parts.port != 0 and bool(httpx.URL(given).host)
    except (ValueError, httpx.InvalidURL):
        named = False
    if not named or parts.scheme not in {"http", "https"} or any(c.isspace() or not c.isprintable() for c in given):
        raise InputError(f"{shown(given)} is no web address. {mend}")
    if parts.username is not None or parts.query or parts.fragment:
        raise InputError(f"the address of the service at {parts.hostname} holds more than host and path. {mend}")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/v1')}"


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
