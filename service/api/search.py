"""``/v1/search`` and ``/v1/similar``: a request in, ``Searcher``'s results out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import service.api.examples as examples
from service.api.problems import responses
from service.api.request import TheSearcher, documented, json_body, no_parameters, stamp
from service.api.schemas import SearchBody, SearchParameters, SearchResults, SimilarBody, SimilarParameters
from service.citation import parse_locator
from service.search import Results, Searcher
from service.shapes import results_json

router = APIRouter(prefix="/v1", tags=["search"])
_POSTED = [Depends(no_parameters), Depends(json_body)]
_SEARCH = documented(examples.SEARCH) | responses(400, 422, 500, 503)
_SIMILAR = documented(examples.SIMILAR) | responses(400, 404, 422, 500, 503)


@router.get("/search", operation_id="search", response_model=SearchResults, responses=_SEARCH)
def search(request: Request, wanted: Annotated[SearchParameters, Query()], searcher: TheSearcher) -> Response:
    """Find the passages that answer a query best, each with a citation that can be checked."""
    return _search(request, wanted, searcher)


@router.post(
    "/search",
    operation_id="search_by_body",
    response_model=SearchResults,
    responses=_SEARCH | responses(413, 415),
    dependencies=_POSTED,
)
def search_by_body(request: Request, wanted: SearchBody, searcher: TheSearcher) -> Response:
    """Find passages, as `GET /v1/search` does, for queries that are long or that no log should keep."""
    return _search(request, wanted, searcher)


@router.get("/similar", operation_id="similar", response_model=SearchResults, responses=_SIMILAR)
def similar(request: Request, wanted: Annotated[SimilarParameters, Query()], searcher: TheSearcher) -> Response:
    """Find what is nearest in meaning to a passage or an article, in other articles."""
    return _similar(request, wanted, searcher)


@router.post(
    "/similar",
    operation_id="similar_by_body",
    response_model=SearchResults,
    responses=_SIMILAR | responses(413, 415),
    dependencies=_POSTED,
)
def similar_by_body(request: Request, wanted: SimilarBody, searcher: TheSearcher) -> Response:
    """Find what is nearest in meaning, as `GET /v1/similar` does."""
    return _similar(request, wanted, searcher)


def _search(request: Request, wanted: SearchBody, searcher: Searcher) -> Response:
    return _answer(request, searcher.search(wanted.query, wanted.options()), explain=wanted.explain)


def _similar(request: Request, wanted: SimilarBody, searcher: Searcher) -> Response:
    return _answer(request, searcher.similar(parse_locator(wanted.locator), wanted.options()))


def _answer(request: Request, results: Results, *, explain: bool = False) -> Response:
    stamp(request, results.generation)
    return JSONResponse(results_json(results, explain=explain))
