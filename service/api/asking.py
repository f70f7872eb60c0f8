"""``/v1/ask``: a question in, a cited answer out, in one piece or as it comes."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import service.api.examples as examples
from service.api.events import MEDIA_TYPE, Events, event_stream, wants_events
from service.api.problems import responses
from service.api.request import Asks, TheAnswerer, TheSearcher, documented, json_body, no_parameters, stamp
from service.api.schemas import Answer, AskBody, AskParameters
from service.search import Results
from service.shapes import answer_json, results_json

router = APIRouter(prefix="/v1", tags=["ask"])
_get = partial(router.get, response_model=Answer)
_post = partial(router.post, response_model=Answer, dependencies=[Depends(no_parameters), Depends(json_body)])
_ASK = documented(examples.ASK, "application/json", MEDIA_TYPE) | responses(400, 422, 500, 503)
_VARIES = {"Vary": "Accept"}


@_get("/ask", operation_id="ask", responses=_ASK)
def ask(
    request: Request, wanted: Annotated[AskParameters, Query()], answerer: TheAnswerer, searcher: TheSearcher
) -> Response:
    """Answer a question with the exact words of an article, cited, or say that the archive does not answer it.

    With `Accept: text/event-stream` the answer comes as events: `passages` as soon as they are found (as `search` gives
    them), and last `answer`, the whole of it. Should that fail, `error` comes last, a problem document. An
    `EventSource` asks again when the stream ends: close it at `answer`.
    """
    return ask_by_body(request, wanted, answerer, searcher)


@_post("/ask", operation_id="ask_by_body", responses=_ASK | responses(413, 415))
def ask_by_body(request: Request, wanted: AskBody, answerer: TheAnswerer, searcher: TheSearcher) -> Response:
    """Answer a question, as `GET /v1/ask` does, for questions that are long or that no log should keep."""
    if wants_events(request):
        found = searcher.search(wanted.question, wanted.searching())
        stamp(request, found.generation)
        response = event_stream(request, _events(answerer, wanted, found))
    else:
        answer = answerer.ask(wanted.question, wanted.options())
        stamp(request, answer.generation)
        response = JSONResponse(answer_json(answer, explain=wanted.explain))
    response.headers.update(_VARIES)
    return response


def _events(answerer: Asks, wanted: AskBody, found: Results) -> Events:
    yield "passages", results_json(found, explain=wanted.explain)
    yield "answer", answer_json(answerer.ask(wanted.question, wanted.options()), explain=wanted.explain)
