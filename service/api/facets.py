"""``/v1/facets``: what the articles that a query or a filter leaves are made of."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import service.api.examples as examples
from service.api.access import requires
from service.api.problems import responses
from service.api.request import TheSearcher, documented, json_body, no_parameters, stamp
from service.api.schemas import FacetBody, FacetParameters, FacetResults
from service.facets import facets_of
from service.shapes import facets_json

router = APIRouter(prefix="/v1", tags=["search"], dependencies=[Depends(requires("read"))])
_get = partial(router.get, response_model=FacetResults)
_post = partial(router.post, response_model=FacetResults, dependencies=[Depends(no_parameters), Depends(json_body)])
_FACETS = documented(examples.FACETS) | responses(400, 422, 500, 503)


@_get("/facets", operation_id="facets", responses=_FACETS)
def facets(request: Request, wanted: Annotated[FacetParameters, Query()], searcher: TheSearcher) -> Response:
    """Count the articles by publisher, author, language, year and month.

    Counted are all articles that the filter leaves; with a query, those with a passage that holds its phrases, when it
    is of phrases alone, and else the articles of its `best` first results. `of` says which. Whatever else a search is
    told (its page, its `k`) changes nothing.
    """
    return facets_by_body(request, wanted, searcher)


@_post("/facets", operation_id="facets_by_body", responses=_FACETS | responses(413, 415))
def facets_by_body(request: Request, wanted: FacetBody, searcher: TheSearcher) -> Response:
    """Count the articles, as `GET /v1/facets` does."""
    found = facets_of(searcher, wanted.query, wanted.options())
    stamp(request, found.generation)
    return JSONResponse(facets_json(found))
