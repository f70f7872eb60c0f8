"""``POST``, ``PUT`` and ``DELETE`` on ``/v1/articles``: what changes the archive.

What comes in numbers is accepted at once and indexed by a job; one article is put or taken out while the caller waits.
An id is whatever stands after ``/v1/articles/``: unlike reading, writing knows no address of a text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import service.api.written as written
from indexer.errors import BadRecord
from service.api.access import TheCaller, require_still_in, requires
from service.api.articles import ArticleId
from service.api.jobs import TheRunner
from service.api.preconditions import Preconditions
from service.api.problems import responses
from service.api.receiving import take_files, take_records
from service.api.request import FILES, TheSnapshot, json_body, media_type_of, no_parameters, stamp
from service.jobs.given import article_given
from service.jobs.job import job_json
from service.jobs.oneoff import Placed, put_article, remove_article

T = TypeVar("T")
router = APIRouter(
    prefix="/v1/articles",
    tags=["articles"],
    dependencies=[Depends(requires("write")), Depends(no_parameters)],
)
LONGEST_PUT = 300_000
"""Characters of an article that is put while the caller waits: some seconds of work."""
_ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "Accepted: it is on the disk, and will be indexed",
        "model": written.Job,
        "content": {"application/json": {"example": written.QUEUED}},
        "headers": {"Location": {"description": "Where the job is.", "schema": {"type": "string"}}},
    }
}
_ETAG = {"ETag": {"description": "The edition.", "schema": {"type": "string"}}}
_PUT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Replaced, or the same as before",
        "model": written.ArticleWritten,
        "content": {"application/json": {"example": written.WRITTEN}},
        "headers": _ETAG,
    },
    201: {
        "description": "Added",
        "model": written.ArticleWritten,
        "content": {"application/json": {"example": written.WRITTEN | {"outcome": "added"}}},
        "headers": _ETAG,
    },
}


@router.post(
    "",
    operation_id="add_articles",
    status_code=202,
    response_model=written.Job,
    responses=_ACCEPTED | responses(400, 413, 415, 422, 500, 503, 507),
    openapi_extra=written.BODY,
)
async def add(request: Request, runner: TheRunner, caller: TheCaller) -> Response:
    """Add articles, or replace those of the same ids: files, or JSON. The answer is a job; see how it goes there.

    Files are read as `pressmark index` reads them. An article's id is the one that it states, else that of its
    canonical URL, else `uploads/` and the file's name. An article that the archive takes from a file that it follows
    is not replaced: the job says so.
    """
    if media_type_of(request.headers) == FILES:
        job = await take_files(request, runner.store, caller)
    else:
        await json_body(request)
        job = await take_records(request, runner.store, caller)
    runner.wake()
    return JSONResponse(job_json(job), 202, {"Location": f"/v1/jobs/{job.id}"})


@router.put(
    "/{article_id:path}",
    operation_id="put_article",
    response_model=written.ArticleWritten,
    responses=_PUT | responses(400, 404, 409, 412, 413, 415, 422, 500, 503, 507),
    dependencies=[Depends(json_body)],
)
async def put(
    request: Request,
    article_id: ArticleId,
    given: written.ArticleFields,
    runner: TheRunner,
    caller: TheCaller,
    snapshot: TheSnapshot,
) -> Response:
    """Put one article in the place of an id: there when this answers. `If-Match` and `If-None-Match` are heeded.

    A key that may not see all articles replaces what it sees, and adds with `POST`. An article that the archive takes
    from a file that it follows cannot be replaced here.
    """
    if len(given.text) > LONGEST_PUT:
        raise HTTPException(
            413, f"the text has more than {LONGEST_PUT:,} characters. Send it, with its id, to POST /v1/articles"
        )
    if caller.publishers is not None:
        await run_in_threadpool(snapshot.article, article_id)
    article = article_given({**given.model_dump(), "id": article_id})
    if article.id != article_id:
        raise BadRecord(
            f"an id is composed (NFC), and has no spaces at its ends and none in a row: {article_id!r}. "
            f"Write {article.id!r}"
        )
    precondition = Preconditions(request)

    def change() -> Placed:
        return put_article(runner.archive, runner.embedder, article, caller.publishers, precondition.require)

    placed = await _in_turn(request, change)
    stamp(request, placed.generation)
    return JSONResponse(asdict(placed), 201 if placed.outcome == "added" else 200, {"ETag": f'"{placed.edition}"'})


@router.delete(
    "/{article_id:path}",
    operation_id="remove_article",
    status_code=204,
    response_class=Response,
    responses=written.GONE | responses(404, 412, 422, 500, 503, 507),
)
async def remove(
    request: Request, article_id: ArticleId, runner: TheRunner, caller: TheCaller, snapshot: TheSnapshot
) -> Response:
    """Take an article out: its text, vectors and words are gone from the next response on. `If-Match` is heeded.

    It stays out when its file is indexed again, until `pressmark index --restore`.
    """
    await run_in_threadpool(snapshot.article, article_id)
    precondition = Preconditions(request)

    def change() -> int:
        return remove_article(runner.archive, article_id, caller.publishers, precondition.require)

    stamp(request, await _in_turn(request, change))
    return Response(status_code=204)


async def _in_turn(request: Request, change: Callable[[], T]) -> T:
    """Do what waits for the archive's one writer, itself waiting without a thread: those are for the searches."""
    turn: asyncio.Lock = request.app.state.writing
    async with turn:
        require_still_in(request)
        return await run_in_threadpool(change)
