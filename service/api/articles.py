"""``/v1/articles``: what the archive holds, article by article.

An id is whatever stands after ``/v1/articles/``, percent-decoded, so it may hold ``/``, ``#``, ``?`` and spaces. Where
an address ends in ``/text``, an article whose own id ends so comes first; the text of the other article that could be
meant is then found in that article's JSON.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

import service.api.examples as examples
from indexer.errors import BadQuery
from indexer.filters import Filter
from indexer.snapshot import Snapshot
from indexer.stored import StoredArticle
from service.api.access import requires
from service.api.problems import responses
from service.api.request import TheSnapshot, documented
from service.api.schemas import Article, ArticleList, ListParameters, SpanParameters
from service.citation import cite_span
from service.shapes import article_json, line_json

router = APIRouter(prefix="/v1/articles", tags=["articles"], dependencies=[Depends(requires("read"))])
ArticleId = Annotated[str, Path(description="The article's id, percent-encoded.", examples=["example.org/bridge"])]
SpanQuery = Annotated[SpanParameters, Query()]
_TEXT_RESPONSES = documented(examples.TEXT, "text/plain", "application/json") | {
    304: {"description": "The text is the one you have"}
}


@router.get(
    "",
    operation_id="articles",
    response_model=ArticleList,
    responses=documented(examples.ARTICLES) | responses(400, 422, 500, 503),
)
def articles(wanted: Annotated[ListParameters, Query()], snapshot: TheSnapshot) -> Response:
    """List the articles that meet some conditions, by id."""
    limits = wanted.filter()
    lines = snapshot.article_lines(limits, wanted.cursor, wanted.limit + 1)
    shown = lines[: wanted.limit]
    return JSONResponse(
        {
            "generation": snapshot.generation,
            "total": len(snapshot.article_ids(limits)),
            "articles": [line_json(line) for line in shown],
            "next": shown[-1].id if len(lines) > len(shown) else None,
        }
    )


@router.get(
    "/{article_id:path}/text",
    operation_id="article_text",
    response_class=PlainTextResponse,
    responses=_TEXT_RESPONSES | responses(400, 404, 422, 500, 503),
)
def text(request: Request, article_id: ArticleId, wanted: SpanQuery, snapshot: TheSnapshot) -> Response:
    """The canonical text that offsets count in, or a span of it. `ETag` is the edition.

    Where an article's own id ends in `/text`, its address is this one too: it is then answered as JSON, as any article.
    """
    whole_id = f"{article_id}/text"
    if snapshot.article_ids(Filter(articles=(whole_id,))):
        return _shown(snapshot.article(whole_id), wanted)
    return _text(request, snapshot, article_id, wanted)


@router.get(
    "/{article_id:path}",
    operation_id="article",
    response_model=Article,
    responses=documented(examples.ARTICLE) | responses(400, 404, 422, 500, 503),
)
def article(article_id: ArticleId, wanted: SpanQuery, snapshot: TheSnapshot) -> Response:
    """One article with its canonical text, and the span cited when one is asked for."""
    return _shown(snapshot.article(article_id), wanted)


def _shown(found: StoredArticle, wanted: SpanParameters) -> Response:
    return JSONResponse(article_json(found, _span(wanted)))


def _text(request: Request, snapshot: Snapshot, article_id: str, wanted: SpanParameters) -> Response:
    found = snapshot.article(article_id)
    span = _span(wanted)
    shown = cite_span(found, found.text, *span).quote if span else found.text
    headers = {"ETag": f'"{found.edition}"'}
    if has(request.headers.getlist("if-none-match"), found.edition):
        return Response(status_code=304, headers=headers)
    return PlainTextResponse(shown, headers=headers)


def _span(wanted: SpanParameters) -> tuple[int, int] | None:
    if (wanted.start is None) != (wanted.end is None):
        raise BadQuery(f"a span has a start and an end, got start {wanted.start}, end {wanted.end}. Give both or none")
    return None if wanted.start is None or wanted.end is None else (wanted.start, wanted.end)


def has(if_none_match: list[str], tag: str) -> bool:
    """Whether the client has what this tag names. Source: RFC 9110, section 13.1.2 (weak comparison)."""
    tags = [tag.strip().removeprefix("W/") for value in if_none_match for tag in value.split(",")]
    return "*" in tags or f'"{tag}"' in tags
