"""Requests to one service, and what its replies mean: a record, or one of the core's own errors.

Not here: what can be asked (``client``) and handed over (``writing_client``), and how it gets there (``connection``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from types import TracebackType
from typing import NoReturn, Self, TypeVar

from indexer.errors import BadQuery, InputError, PressmarkError, ServiceError
from service.api.problems import KINDS
from service.citation import shown
from service.connection import EXAMPLE, Connection, Reply

_CORE = {kind.name: error for error, kind in KINDS.items() if issubclass(error, PressmarkError)}
_OF_THE_REQUEST = {"invalid-request", "body-too-large", "malformed-body"}
R = TypeVar("R")


class Exchange:
    """What ``Client`` does with every request and reply; it says how it is made."""

    def __init__(self, url: str, timeout: float = 60.0, *, key: str | None = None) -> None:
        self._connection = Connection(url, timeout, key)
        self.url = self._connection.url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._connection.close()

    def _given(
        self,
        read: Callable[[object], R],
        method: str,
        path: str,
        body: object,
        headers: Mapping[str, str] | None = None,
    ) -> R:
        return self._read(read, self._connection.reply(method, path, json.dumps(body).encode(), headers=headers))

    def _read(self, read: Callable[[object], R], reply: Reply) -> R:
        if not 200 <= reply.status < 300:
            self._refuse(reply)
        if reply.media_type != "application/json":
            self._not_understood(f"{reply.status} with {shown(reply.media_type or 'no media type')}")
        try:
            return read(reply.json())
        except (InputError, ValueError) as error:
            self._not_understood(str(error), error)

    def _refuse(self, reply: Reply) -> NoReturn:
        """Raise what the service says went wrong: the core's own error where it is one."""
        if 300 <= reply.status < 400:
            raise ServiceError(
                f"{self.url} points elsewhere ({reply.status}: {shown(reply.location)}), where nothing was sent. "
                "Name that address itself"
            )
        problem = _problem(reply)
        if problem is None:
            self._not_understood(f"{reply.status} with {shown(reply.media_type or 'no media type')}")
        if error := _CORE.get(problem.name):
            raise error(problem.detail)
        if problem.name in {"invalid-request", "not-found", "method-not-allowed"}:
            self._require_same_version(problem.detail)
        if problem.name in _OF_THE_REQUEST:
            raise BadQuery(problem.detail)
        if problem.name == "unauthenticated":
            raise ServiceError(f"{self.url}: {problem.detail}. A key goes in $PRESSMARK_KEY (Client: key)")
        raise ServiceError(f"{self.url}: {problem.title} ({reply.status}): {problem.detail}{problem.traced}")

    def _not_understood(self, why: str, cause: Exception | None = None) -> NoReturn:
        theirs = self._require_same_version(why)
        if theirs is None:
            raise ServiceError(
                f"{self.url} does not answer as Pressmark does ({why}). Name the address that `pressmark serve` "
                f"prints, such as {EXAMPLE}"
            ) from cause
        raise ServiceError(f"{self.url} sent what cannot be right: {why}. See its log, and what is between") from cause

    def _require_same_version(self, why: str) -> str | None:
        """The service's version, None where it says none; looked up only when the two did not understand each other."""
        ours, theirs = version("pressmark"), self._version()
        if theirs not in {None, ours}:
            raise ServiceError(
                f"{self.url} runs Pressmark {theirs} and this is {ours}; they do not understand each other ({why}). "
                "Install the same version at both ends"
            )
        return theirs

    def _version(self) -> str | None:
        try:
            described = self._connection.reply("GET", "/openapi.json").json()
        except (ServiceError, ValueError):
            return None
        about = described.get("info") if isinstance(described, dict) else None
        if not isinstance(about, dict) or about.get("title") != "Pressmark":
            return None
        return str(about.get("version"))[:40]


@dataclass(frozen=True, slots=True)
class _Problem:
    name: str
    title: str
    detail: str
    traced: str


def _problem(reply: Reply) -> _Problem | None:
    """The problem document that a reply is. Fields that a proxy or a later version adds do no harm."""
    if reply.media_type != "application/problem+json":
        return None
    try:
        found = reply.json()
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    name, title, detail, request = (str(found.get(key, "")) for key in ("type", "title", "detail", "request_id"))
    traced = f" (request {shown(request)})" if request and reply.status >= 500 else ""
    return _Problem(name.rpartition("/")[2], title or "an error", detail or "it does not say what", traced)
