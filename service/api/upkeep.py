"""``/v1/status``, ``/healthz`` and ``/readyz``: what is served, and whether it is."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import service.api.examples as examples
from service.api.access import TheCaller, requires
from service.api.problems import NotReady, as_not_ready, responses
from service.api.request import TheSearcher, documented, no_parameters, stamp
from service.api.schemas import ArchiveStatus, Health
from service.search import SearchOptions
from service.status import status_of

router = APIRouter(tags=["upkeep"])
_log = logging.getLogger(__name__)


@router.get(
    "/v1/status",
    operation_id="status",
    response_model=ArchiveStatus,
    responses=documented(examples.STATUS) | responses(422, 500, 503),
    dependencies=[Depends(requires("read")), Depends(no_parameters)],
)
def status(request: Request, searcher: TheSearcher) -> Response:
    """What the archive holds, what made it, and how it is searched."""
    shape = status_of(searcher.archive, searcher.card)
    stamp(request, shape["generation"])
    return JSONResponse(shape)


@router.get("/healthz", operation_id="healthz", response_model=Health, responses=documented(examples.HEALTH))
async def healthz() -> Response:
    """The process is up."""
    return JSONResponse(examples.HEALTH)


@router.get(
    "/readyz",
    operation_id="readyz",
    response_model=Health,
    responses=documented(examples.HEALTH) | responses(500, 503),
)
def readyz(request: Request, searcher: TheSearcher, caller: TheCaller) -> Response:
    """A query would be answered: one has been, just now. To whoever may not read it says no more than that."""
    try:
        with as_not_ready():
            generation = searcher.search("ready", SearchOptions(k=1)).generation
    except NotReady as error:
        if "read" in caller.scopes:
            raise
        _log.warning("not ready: %s", error)
        raise NotReady("a query would not be answered at present; the log says why") from error
    if "read" in caller.scopes:
        stamp(request, generation)
    return JSONResponse(examples.HEALTH)
