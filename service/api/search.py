"""``/v1/search`` and ``/v1/similar``: a request in, ``Searcher``'s results out."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import service.api.examples as examples
from service.api.access import requires
from service.api.observing import note
from service.api.problems import responses
from service.api.request import TheSearcher, documented, json_body, no_parameters, stamp
from service.api.schemas import SearchBody, SearchParameters, SearchResults, SimilarBody, SimilarParameters
from service.locator import parse_locator
from service.search import Results
from service.shapes import results_json

router = APIRouter(prefix="/v1", tags=["search"], dependencies=[Depends(requires("read"))])
_get = partial(router.get, response_model=SearchResults)
_post = partial(router.post, response_model=SearchResults, dependencies=[Depends(no_parameters), Depends(json_body)])
_SEARCH = documented(examples.SEARCH) | responses(400, 422, 500, 503)
_SIMILAR = documented(examples.SIMILAR) | responses(400, 404, 422, 500, 503)
_OF_BODIES = responses(413, 415)


@_get("/search", operation_id="search", responses=_SEARCH)
def search(request: Request, wanted: Annotated[SearchParameters, Query()], searcher: TheSearcher) -> Response:
    """Find the passages that answer a query best, each with a citation that can be checked."""
    return search_by_body(request, wanted, searcher)


@_post("/search", operation_id="search_by_body", responses=_SEARCH | _OF_BODIES)
def search_by_body(request: Request, wanted: SearchBody, searcher: TheSearcher) -> Response:
    """Find passages, as `GET /v1/search` does, for queries that are long or that no log should keep."""
    return _answer(request, searcher.search(wanted.query, wanted.options()), explain=wanted.explain)


@_get("/similar", operation_id="similar", responses=_SIMILAR)
def similar(request: Request, wanted: Annotated[SimilarParameters, Query()], searcher: TheSearcher) -> Response:
    """Find what is nearest in meaning to a passage or an article, in other articles."""
    return similar_by_body(request, wanted, searcher)


@_post("/similar", operation_id="similar_by_body", responses=_SIMILAR | _OF_BODIES)
def similar_by_body(request: Request, wanted: SimilarBody, searcher: TheSearcher) -> Response:
    """Find what is nearest in meaning, as `GET /v1/similar` does."""
    return _answer(request, searcher.similar(parse_locator(wanted.locator), wanted.options()), explain=wanted.explain)


def _answer(request: Request, results: Results, *, explain: bool = False) -> Response:
    stamp(request, results.generation)
    note(request, results)
    return JSONResponse(results_json(results, explain=explain))
