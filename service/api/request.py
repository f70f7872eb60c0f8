"""What endpoints ask for: what searches, what answers, one generation of the archive, a body that says it is JSON.

Also what every response passes through on its way out. Not here: what the endpoints do (``search`` and its neighbours).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Protocol
from urllib.parse import unquote_to_bytes

from fastapi import Depends, Query
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indexer.errors import BadQuery
from indexer.snapshot import Snapshot
from service.answer.records import Answer, AskOptions, Dropped
from service.api.access import TheCaller
from service.api.schemas import NoParameters
from service.generate.checked import Accepted
from service.search import Searcher

GENERATION_HEADER = "X-Archive-Generation"
FILES = "multipart/form-data"
"""The media type of a form that files are uploaded in."""


async def _searcher(request: Request, caller: TheCaller) -> Searcher:
    searcher: Searcher = request.app.state.searcher
    return searcher if caller.publishers is None else searcher.within(caller.publishers)


TheSearcher = Annotated[Searcher, Depends(_searcher)]
"""Finds what exists for the caller. So do the others here: whatever reads the archive for a request is one of them."""


class Asks(Protocol):
    """What answers questions: an ``Answerer``."""

    def ask(self, question: str, options: AskOptions = ...) -> Answer: ...
    def within(self, publishers: Iterable[str]) -> Asks: ...


class Writes(Protocol):
    """What answers in a language model's words, sentence by sentence and last the answer: a ``ModelWriter``."""

    def __call__(self, question: str, options: AskOptions) -> Iterator[Accepted | Dropped | Answer]: ...
    def within(self, publishers: Iterable[str]) -> Writes: ...


async def _answerer(request: Request, caller: TheCaller) -> Asks:
    answerer: Asks = request.app.state.answerer
    return answerer if caller.publishers is None else answerer.within(caller.publishers)


async def _writer(request: Request, caller: TheCaller) -> Writes | None:
    writer: Writes | None = request.app.state.writer
    return writer if writer is None or caller.publishers is None else writer.within(caller.publishers)


TheAnswerer = Annotated[Asks, Depends(_answerer)]
TheWriter = Annotated[Writes | None, Depends(_writer)]
"""None where the server was started without a language model."""


def _snapshot(request: Request, searcher: TheSearcher) -> Snapshot:
    snapshot = searcher.archive.snapshot()
    stamp(request, snapshot.generation)
    return snapshot


TheSnapshot = Annotated[Snapshot, Depends(_snapshot)]
"""The newest generation, which the response will name."""


def stamp(request: Request, generation: int) -> None:
    """Let the response, a problem included, say which generation it is of."""
    request.state.generation = generation


async def require_utf8(request: Request) -> None:
    """Refuse an address that is not UTF-8: read with what it cannot hold replaced, two of them would name one thing.

    Raises:
        BadQuery: it is not.
    """
    address = request.scope.get("raw_path", b"") + b"?" + request.scope["query_string"]
    try:
        unquote_to_bytes(address).decode()
    except UnicodeDecodeError as error:
        raise BadQuery(
            f"the address holds {error.object[error.start : error.end]!r}, which is not UTF-8. Encode it as UTF-8, and "
            "that with percent signs"
        ) from error


async def no_parameters(_: Annotated[NoParameters, Query()]) -> None:
    """Refuse parameters where there are none, so that a misspelt one is no silent default."""


def media_type_of(headers: Headers) -> str:
    """What a body is said to be, without parameters; "" where nothing is said."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


async def json_body(request: Request) -> None:
    """Refuse a body that is not said to be JSON: a browser sends such a one for any page, without asking first."""
    media_type = media_type_of(request.headers)
    if not (
        media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))
    ):
        said = repr(media_type) if media_type else "no type"
        raise HTTPException(415, f"the body is said to be {said}. Send JSON with Content-Type: application/json")


def documented(example: object, *media_types: str) -> dict[int | str, dict[str, object]]:
    """How an operation's success stands in its OpenAPI description; the example is of the first media type."""
    first, *others = media_types or ("application/json",)
    content: dict[str, dict[str, object]] = {kind: _schema(kind) for kind in (first, *others)}
    content[first]["example"] = example
    header = {"description": "The archive's generation that this is of.", "schema": {"type": "integer"}}
    return {200: {"content": content, "headers": {GENERATION_HEADER: header}, "description": "Done"}}


def _schema(media_type: str) -> dict[str, object]:
    """Text is a string; what JSON is, the response model says."""
    return {} if "json" in media_type else {"schema": {"type": "string"}}


@dataclass(frozen=True, slots=True)
class ResponseHeaders:
    """Middleware: the generation on every response that has one, nothing stored by caches, no type guessed.

    Articles hold whatever their sources did; a browser that guessed at types would run some of it.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Cache-Control"] = "no-cache"  # what is removed is gone from the next response
                if "generation" in state:
                    headers[GENERATION_HEADER] = str(state["generation"])
            await send(message)

        await self.app(scope, receive, with_headers)


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Middleware: a body of more than ``most`` bytes, or a form with files of more than ``most_of_files``, is refused.

    It is before it is sent where its length is stated, and else as soon as the byte after them arrives.

    Starlette's own limit answers in plain text once a Content-Length is too large, so its refusal is no problem
    document.
    """

    app: ASGIApp
    most: int
    most_of_files: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = self.most_of_files if _holds_files(scope) else self.most
        stated, read = _stated_length(scope), 0

        async def counted() -> Message:
            nonlocal read
            message: Message = {} if stated > most else await receive()
            read += len(message.get("body", b""))
            if max(stated, read) > most:
                raise HTTPException(413, f"the body has more than {most:,} bytes. Send it in parts")
            return message

        await self.app(scope, counted, send)


def _stated_length(scope: Scope) -> int:
    """What ``Content-Length`` says, in bytes; 0 where it says nothing. Whatever is no number, the server refuses."""
    stated = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
    return int(stated) if len(stated) < 20 and stated.isdecimal() else 0


def _holds_files(scope: Scope) -> bool:
    """Whether a request uploads files. Only where these are taken: everywhere else a body is read into memory."""
    if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", "/v1/articles"):
        return False
    return media_type_of(Headers(scope=scope)) == FILES
