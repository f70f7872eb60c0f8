"""What endpoints ask of whoever calls them. Who that is, ``gate`` has told from the key before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import Request

from service.access.caller import NOBODY, Caller, Scope
from service.api.problems import responses
from service.shapes import Json

SCHEME = "key"
"""What keys are called in the OpenAPI description."""
_BEARER = HTTPBearer(
    scheme_name=SCHEME,
    auto_error=False,
    description="What `pressmark keys create` made, as `Authorization: Bearer KEY`. Needed once there is any.",
)
_TO = {"read": "read", "write": "change what there is", "admin": "see measurements"}
Described = Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
"""Says in the description that an operation needs a key; whether the key is one, ``gate`` has seen."""


async def _caller(request: Request) -> Caller:
    found: Caller = getattr(request.state, "caller", NOBODY)
    return found


TheCaller = Annotated[Caller, Depends(_caller)]


def requires(scope: Scope, *instead: Scope) -> Callable[[Caller, Described], Awaitable[None]]:
    """A dependency that refuses callers without the scope, or one that will do ``instead``."""

    async def require(caller: TheCaller, _: Described) -> None:
        if caller.scopes.isdisjoint(instead):
            require_scope(caller, scope)

    return require


def describe(document: Json, *, optional: bool) -> None:
    """Let an OpenAPI document say what comes of a key that is missing, or does not do, wherever one is needed."""
    for methods in document["paths"].values():
        for operation in methods.values():
            if "security" in operation:
                operation["security"] = [{SCHEME: []}, *([{}] if optional else [])]
                operation["responses"] |= {str(status): said for status, said in responses(401, 403, 429).items()}


def require_scope(caller: Caller, scope: Scope) -> None:
    """Refuse a caller without the scope.

    Raises:
        HTTPException: 403.
    """
    if scope not in caller.scopes:
        raise HTTPException(
            403,
            f"this key may not {_TO[scope]}. Ask for one that may: pressmark keys create NAME --scope {scope}",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
        )


def unauthenticated(*, shown: bool) -> HTTPException:
    """The refusal of whoever shows no key, or (``shown``) one that is none: unknown, revoked or expired, all alike."""
    if not shown:
        detail = (
            "this needs a key, sent as Authorization: Bearer KEY. Who runs the service makes one: pressmark keys create"
        )
        return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})
    detail = "what was sent as Authorization: Bearer KEY is no key that holds here. Ask who runs the service for one"
    return HTTPException(401, detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


def require_still_in(request: Request) -> None:
    """Refuse a caller whose key was revoked, or ended, since the request came in.

    Raises:
        HTTPException: 401.
    """
    still_in: Callable[[], bool] | None = getattr(request.state, "still_in", None)
    if still_in is not None and not still_in():
        raise unauthenticated(shown=True)
