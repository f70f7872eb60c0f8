"""How long a client may take. Without limits, whoever sends or reads a byte a minute holds a connection for ever.

A request that comes too slowly is refused with 408; of a response that nobody takes, the rest is dropped. Not here: how
many connections there may be, which the system's limit of open files says.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a client is waited for.

    ``head``: for the first line and the headers, and for the first of them on a new connection. ``silence``: for the
    next bytes of a body. ``body``: for all of it, and one more for every ``rate`` bytes of it that came. ``reading``:
    for it to take some of what was sent, when the buffers are full.
    """

    head: float = 20.0
    silence: float = 20.0
    body: float = 20.0
    rate: int = 1_024
    reading: float = 60.0


@dataclass(frozen=True, slots=True)
class BodyPatience:
    """Middleware: a body that comes too slowly is refused, and the connection closed."""

    app: ASGIApp
    patience: Patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        clock = asyncio.get_running_loop().time
        until: float | None = None
        whole = scope["type"] != "http"

        async def patient() -> Message:
            nonlocal until, whole
            if whole:  # what comes after it is only that the client has gone
                return await receive()
            until = until or clock() + self.patience.body
            try:
                async with asyncio.timeout(max(0.0, min(self.patience.silence, until - clock()))):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(
                    408, "the body came too slowly. Send it faster, or in parts", {"Connection": "close"}
                ) from None
            until += len(message.get("body", b"")) / self.patience.rate
            whole = not message.get("more_body", False)
            return message

        await self.app(scope, patient, send)
