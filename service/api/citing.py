"""``/v1/cite`` and ``/v1/verify``: references out, and the proof that they hold."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query
from starlette.responses import JSONResponse, Response

import service.api.examples as examples
from service.api.access import requires
from service.api.problems import responses
from service.api.request import TheSnapshot, documented, json_body, no_parameters
from service.api.schemas import CiteBody, CiteParameters, Verdicts
from service.cite import Style, cite_locators
from service.verify import ArchiveTexts, verdict_as_json, verify_document

router = APIRouter(prefix="/v1", tags=["citations"], dependencies=[Depends(requires("read"))])
MEDIA_TYPES: dict[Style, str] = {
    "bibtex": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
    "csl-json": "application/vnd.citationstyles.csl+json",
    "markdown": "text/markdown",
    "annotation": 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"',
    "link": "text/plain",
}
_CITE = documented(examples.MARKDOWN, "text/markdown", *MEDIA_TYPES.values())
_BODY_EXAMPLES = {
    "citation": {"summary": "A citation", "value": examples.CITATION},
    "search": {"summary": "What a search gave", "value": examples.SEARCH},
    "answer": {"summary": "An answer", "value": examples.ASK},
    "list": {"summary": "Several", "value": [examples.CITATION]},
}


@router.get(
    "/cite",
    operation_id="cite",
    response_class=Response,
    responses=_CITE | responses(400, 404, 422, 500, 503),
)
def cite(wanted: Annotated[CiteParameters, Query()], snapshot: TheSnapshot) -> Response:
    """Write references to passages: one document that cites every span, in the order given."""
    return cite_by_body(wanted, snapshot)


@router.post(
    "/cite",
    operation_id="cite_by_body",
    response_class=Response,
    responses=_CITE | responses(400, 404, 413, 415, 422, 500, 503),
    dependencies=[Depends(no_parameters), Depends(json_body)],
)
def cite_by_body(wanted: CiteBody, snapshot: TheSnapshot) -> Response:
    """Write references, as `GET /v1/cite` does, to more passages than an address holds."""
    document = cite_locators(snapshot, wanted.locator, wanted.style)
    return Response(document, media_type=MEDIA_TYPES[wanted.style])


@router.post(
    "/verify",
    operation_id="verify",
    response_model=Verdicts,
    responses=documented(examples.VERDICTS) | responses(400, 413, 415, 422, 500, 503),
    dependencies=[Depends(no_parameters), Depends(json_body)],
)
def verify(
    document: Annotated[object, Body(openapi_examples=_BODY_EXAMPLES, json_schema_extra={"type": ["object", "array"]})],
    snapshot: TheSnapshot,
) -> Response:
    """Check citations again, character for character: what a search or an answer gave, or a list."""
    verdicts = verify_document(document, ArchiveTexts(snapshot))
    return JSONResponse({"verdicts": [verdict_as_json(verdict) for verdict in verdicts]})
