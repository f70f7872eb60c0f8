"""``/v1/ask``: a question in, a cited answer out, in one piece or as it comes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import service.api.examples as examples
import service.api.schemas as schemas
from indexer.errors import BadQuery
from service.answer.records import Answer, Dropped
from service.api.access import requires
from service.api.events import MEDIA_TYPE, Events, event_stream, wants_events
from service.api.observing import note
from service.api.problems import responses
from service.api.request import (
    Asks,
    TheAnswerer,
    TheSearcher,
    TheWriter,
    Writes,
    documented,
    json_body,
    no_parameters,
    stamp,
)
from service.api.schemas import AskBody, AskParameters
from service.generate.checked import Accepted
from service.search import Results
from service.shapes import accepted_json, answer_json, dropped_json, results_json

router = APIRouter(prefix="/v1", tags=["ask"], dependencies=[Depends(requires("read"))])
_get = partial(router.get, response_model=schemas.Answer)
_post = partial(router.post, response_model=schemas.Answer, dependencies=[Depends(no_parameters), Depends(json_body)])
_EVENTS: dict[int | str, dict[str, Any]] = documented(examples.ASK, "application/json", MEDIA_TYPE)
_EVENTS[200]["content"][MEDIA_TYPE]["example"] = examples.EVENTS
_ASK = _EVENTS | responses(400, 422, 500, 502, 503)
_VARIES = {"Vary": "Accept"}


@_get("/ask", operation_id="ask", responses=_ASK)
def ask(
    request: Request,
    wanted: Annotated[AskParameters, Query()],
    answerer: TheAnswerer,
    writer: TheWriter,
    searcher: TheSearcher,
) -> Response:
    """Answer a question with the exact words of an article, cited, or say that the archive does not answer it.

    With `Accept: text/event-stream` the answer comes as events: first `passages`, as a search without reranking gives
    them; with `llm`, each `sentence` that holds, with its citations, and each that was `dropped`; and last `answer`,
    the whole of it. Should something fail, `error` comes last, a problem document. An `EventSource` asks again when the
    stream ends: close it at `answer`.
    """
    return ask_by_body(request, wanted, answerer, writer, searcher)


@_post("/ask", operation_id="ask_by_body", responses=_ASK | responses(413, 415))
def ask_by_body(
    request: Request, wanted: AskBody, answerer: TheAnswerer, writer: TheWriter, searcher: TheSearcher
) -> Response:
    """Answer a question, as `GET /v1/ask` does, for questions that are long or that no log should keep."""
    if wanted.llm and writer is None:
        raise BadQuery(
            "this server was started without a language model. Leave out llm, or start the server with one: "
            "pressmark serve --llm URL --llm-model NAME"
        )
    if wants_events(request):
        found = searcher.search(wanted.question, wanted.searching())  # refuses what cannot be asked before it begins
        stamp(request, found.generation)
        note(request, found)
        response = event_stream(request, _events(request, found, _steps(wanted, answerer, writer), wanted.explain))
    else:
        *_, answer = _steps(wanted, answerer, writer)
        assert isinstance(answer, Answer)
        stamp(request, answer.generation)
        note(request, answer)
        response = JSONResponse(answer_json(answer, explain=wanted.explain))
    response.headers.update(_VARIES)
    return response


def _steps(wanted: AskBody, answerer: Asks, writer: Writes | None) -> Iterator[Accepted | Dropped | Answer]:
    if wanted.llm and writer:
        yield from writer(wanted.question, wanted.options())
    else:
        yield answerer.ask(wanted.question, wanted.options())


def _events(request: Request, found: Results, steps: Iterator[Accepted | Dropped | Answer], explain: bool) -> Events:
    yield "passages", results_json(found, explain=explain)
    for step in steps:
        if isinstance(step, Answer):
            note(request, step)
            yield "answer", answer_json(step, explain=explain)
        elif isinstance(step, Dropped):
            yield "dropped", dropped_json(step)
        else:
            yield "sentence", accepted_json(step.text, step.supports)
