"""The tools at an address of the HTTP service, for clients that do not start Pressmark themselves.

Every request stands for itself: no session is kept, so that any worker can answer it, and answers are plain JSON.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from service.access.caller import Caller
from service.api.origins import foreign_page
from service.api.problems import NotReady
from service.mcp.core import Core
from service.mcp.server import Context, create_server


def mount(app: FastAPI, core: Core, *, origins: Collection[str] = (), path: str = "/mcp") -> None:
    """Let the application answer agents at ``path`` while it lives; each sees what exists for its key.

    A page in a browser is let in from the application's own origin and from ``origins``; bodies are limited by the
    application.
    """
    endpoint = _Endpoint(create_server(core, _theirs), frozenset(origins))
    before = app.router.lifespan_context

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[Any]:
        async with before(app) as state, endpoint.living():
            yield state

    app.router.lifespan_context = living
    app.router.routes.append(Route(path, endpoint, include_in_schema=False))


def _theirs(core: Core, context: Context) -> Core:
    request = context.request
    assert isinstance(request, Request)  # over HTTP there is one
    caller: Caller = request.state.caller
    return core if caller.publishers is None else core.within(caller.publishers)


class _Endpoint:
    """What answers at the address. The SDK's manager lives once; an application may be started again."""

    def __init__(self, server: Server[Any], origins: frozenset[str]) -> None:
        self._server = server
        self._origins = origins
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        manager = StreamableHTTPSessionManager(
            self._server,
            stateless=True,
            json_response=True,
            max_request_body_size=sys.maxsize,  # the application has its own limit, whose refusal is a problem document
        )
        async with manager.run():
            self._manager = manager
            try:
                yield
            finally:
                self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._manager is None:
            raise NotReady("the service is starting or stopping. Try again")
        self._require_origin(Headers(scope=scope))
        await self._manager.handle_request(scope, receive, send)

    def _require_origin(self, headers: Headers) -> None:
        if (origin := foreign_page(headers, self._origins)) is not None:
            raise HTTPException(
                403, f"pages of {origin} may not call this address. Let them: pressmark serve --cors-origins"
            )
