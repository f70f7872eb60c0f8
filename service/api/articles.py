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
from service.api.tags import has, tag_of
from service.citation import cite_span
from service.cursor import cursor_at, fingerprint_of, id_of
from service.shapes import article_json, line_json

router = APIRouter(prefix="/v1/articles", tags=["articles"], dependencies=[Depends(requires("read"))])
ArticleId = Annotated[str, Path(description="The article's id, percent-encoded.", examples=["example.org/bridge"])]
SpanQuery = Annotated[SpanParameters, Query()]
_NOT_CHANGED: dict[int | str, dict[str, object]] = {304: {"description": "It is the one that `If-None-Match` names"}}
_TEXT_RESPONSES = documented(examples.TEXT, "text/plain", "application/json") | _NOT_CHANGED


@router.get(
    "",
    operation_id="articles",
    response_model=ArticleList,
    responses=documented(examples.ARTICLES) | responses(400, 422, 500, 503),
)
def articles(wanted: Annotated[ListParameters, Query()], snapshot: TheSnapshot) -> Response:
    """List the articles that meet some conditions, by id."""
    limits = wanted.filter()
    of = fingerprint_of("articles", limits)
    lines = snapshot.article_lines(limits, id_of(wanted.cursor, of, snapshot.generation), wanted.limit + 1)
    shown = lines[: wanted.limit]
    return JSONResponse(
        {
            "generation": snapshot.generation,
            "total": snapshot.article_count(limits),
            "articles": [line_json(line) for line in shown],
            "next": cursor_at(of, snapshot.generation, shown[-1].id) if len(lines) > len(shown) else None,
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
        return _shown(request, snapshot.article(whole_id), wanted)
    return _text(request, snapshot, article_id, wanted)


@router.get(
    "/{article_id:path}",
    operation_id="article",
    response_model=Article,
    responses=documented(examples.ARTICLE) | _NOT_CHANGED | responses(400, 404, 422, 500, 503),
)
def article(request: Request, article_id: ArticleId, wanted: SpanQuery, snapshot: TheSnapshot) -> Response:
    """One article with its canonical text, and the span cited when one is asked for.

    `ETag` begins with the edition, and changes with what is stated of the article, too.
    """
    return _shown(request, snapshot.article(article_id), wanted)


def _shown(request: Request, found: StoredArticle, wanted: SpanParameters) -> Response:
    shape = article_json(found, _span(wanted))
    tag = tag_of(found)
    headers = {"ETag": f'"{tag}"'}
    if has(request.headers.getlist("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return JSONResponse(shape, headers=headers)


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
