"""What endpoints ask of whoever calls them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request

from service.access.caller import ANYONE, Caller, Scope


async def _caller(request: Request) -> Caller:
    found: Caller = getattr(request.state, "caller", ANYONE)
    return found


TheCaller = Annotated[Caller, Depends(_caller)]


def requires(scope: Scope) -> Callable[[Caller], Awaitable[None]]:
    """A dependency that refuses callers without the scope."""

    async def require(caller: TheCaller) -> None:
        if scope not in caller.scopes:
            raise HTTPException(403, f"this key may not {scope}. Ask for one that may: pressmark keys create")

    return require
