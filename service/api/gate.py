"""Who comes in: middleware that tells by its key who asks, counts the requests, and refuses before a body is read.

What exists for a caller and which scope an operation needs is decided behind it (``request``, ``access``). Once there
is a key every address needs one, but for those named here, which hold nothing of the archive.

Source: RFC 6750, sections 2.1 and 3 (bearer tokens); draft-ietf-httpapi-ratelimit-headers-10 (RateLimit,
RateLimit-Policy); RFC 9110, section 10.2.3 (Retry-After).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indexer.errors import PressmarkError
from service.access.caller import ANYONE, NOBODY
from service.access.key import Key
from service.access.keys import KeyStore
from service.access.rates import Allowance, Rates
from service.api.access import require_scope, unauthenticated
from service.api.handlers import refusal
from service.api.origins import foreign_page
from service.api.problems import NotReady

_log = logging.getLogger(__name__)
_OPEN = {"/", "/docs", "/openapi.json", "/healthz"}
_OPEN_BELOW = ("/page/", "/article/")
_PROBE = "/readyz"
"""Open, too; whoever shows a key is told why it is not ready."""
_AGENTS = "/mcp"
"""No operation of FastAPI's, which would say itself what it needs."""
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Gate:
    """``always``: requests need a key even where none was ever made, which lets nobody in.

    Without keys a page of another site may write only if ``origins`` names it: browsers send a form for any page,
    without asking first, and it would put articles into the archive.
    """

    app: ASGIApp
    keys: KeyStore
    rates: Rates
    always: bool = False
    origins: Collection[str] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            allowance = self._admit(request)
        except (HTTPException, NotReady) as error:
            response = await refusal(request, error)
            await response(scope, receive, send)
            return

        async def with_allowance(message: Message) -> None:
            if message["type"] == "http.response.start" and allowance:
                MutableHeaders(scope=message).update(_headers(allowance))
            await send(message)

        await self.app(scope, receive, with_allowance)

    def _admit(self, request: Request) -> Allowance | None:
        """Say in the request's state who asks, and count it.

        Raises:
            HTTPException: 401, 403 or 429.
            NotReady: the keys cannot be read.
        """
        path = request.scope["path"]
        if path in _OPEN or path.startswith(_OPEN_BELOW):
            request.state.caller = NOBODY
            return None
        try:
            needed = self.always or self.keys.required()
            key = self._key(request) if needed else None
        except PressmarkError as error:
            _log.warning("no request can be let in: %s", error)
            raise NotReady("the keys of this service cannot be read at present; its log says why") from error
        if needed and key is None and path != _PROBE:
            raise unauthenticated(shown="authorization" in request.headers)
        request.state.caller = key.caller if key else NOBODY if needed else ANYONE
        if key:
            request.state.key = key
            request.state.still_in = _still_in(self.keys, key)
        elif not needed:
            self._require_own_page(request)
        if path == _PROBE:
            return None
        if path == _AGENTS:
            require_scope(request.state.caller, "read")
        return self._counted(request, key)

    def _key(self, request: Request) -> Key | None:
        """The key in the request's one Authorization header."""
        sent = request.headers.getlist("authorization")
        scheme, _, token = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
        return self.keys.bearer(token.strip()) if scheme.lower() == "bearer" else None

    def _require_own_page(self, request: Request) -> None:
        if request.method in _SAFE_METHODS or not request.scope["path"].startswith("/v1/"):
            return
        if (origin := foreign_page(request.headers, self.origins)) is not None:
            raise HTTPException(
                403, f"pages of {origin} may not change this archive. Let them: pressmark serve --cors-origins"
            )

    def _counted(self, request: Request, key: Key | None) -> Allowance | None:
        address = request.client.host if request.client else "nowhere"
        allowance = self.rates.take(key.id if key else address, key.per_minute if key else None)
        if allowance and not allowance.granted:
            raise HTTPException(
                429,
                f"more than {allowance.limit:,} requests in a minute. Ask again in {allowance.reset} s",
                headers=_headers(allowance) | {"Retry-After": str(allowance.reset)},
            )
        return allowance


def _still_in(keys: KeyStore, key: Key) -> Callable[[], bool]:
    return lambda: keys.active(key.id)


def _headers(allowance: Allowance) -> dict[str, str]:
    return {
        "RateLimit-Policy": f'"minute";q={allowance.limit};w=60',
        "RateLimit": f'"minute";r={allowance.remaining};t={allowance.reset}',
    }
