"""``POST``, ``PUT`` and ``DELETE`` on ``/v1/articles``: what changes the archive.

What comes in numbers is accepted at once and indexed by a job; one article is put or taken out while the caller waits.
An id is whatever stands after ``/v1/articles/``: unlike reading, writing knows no address of a text.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

import service.api.written as written
from indexer.errors import BadRecord, NotAnArticle
from indexer.records import Article
from service.access.caller import Caller
from service.api.access import TheCaller, require_still_in, requires
from service.api.articles import ArticleId
from service.api.jobs import TheRunner
from service.api.multipart import receive_files
from service.api.preconditions import Preconditions
from service.api.problems import responses
from service.api.request import TheSnapshot, json_body, no_parameters, stamp
from service.jobs.given import article_given
from service.jobs.job import Job, job_json
from service.jobs.oneoff import Placed, put_article, remove_article
from service.jobs.runner import Runner
from service.jobs.spool import Spool

T = TypeVar("T")
router = APIRouter(
    prefix="/v1/articles",
    tags=["articles"],
    dependencies=[Depends(requires("write")), Depends(no_parameters)],
)
MOST_AT_ONCE = 300_000
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
    201: {"description": "Added", "model": written.ArticleWritten, "headers": _ETAG},
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
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        job = await _take_files(request, runner, caller)
    else:
        await json_body(request)
        records = await run_in_threadpool(_records, await _body(request))
        job = await run_in_threadpool(_take_records, records, runner, caller)
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
    if len(given.text) > MOST_AT_ONCE:
        raise HTTPException(
            413, f"the text has more than {MOST_AT_ONCE:,} characters. Send it, with its id, to POST /v1/articles"
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


# --- what comes in ----------------------------------------------------------------------------------------------------


async def _body(request: Request) -> bytes:
    try:
        return await request.body()
    except ClientDisconnect as error:
        raise HTTPException(400, "the body broke off") from error


async def _take_files(request: Request, runner: Runner, caller: Caller) -> Job:
    spool = await run_in_threadpool(Spool, runner.store)
    try:
        await receive_files(request, spool)
        require_still_in(request)
        return await run_in_threadpool(spool.accept, caller)
    except ClientDisconnect as error:
        raise HTTPException(400, "the body broke off") from error
    finally:
        await run_in_threadpool(spool.discard)


def _take_records(records: list[Mapping[str, object]], runner: Runner, caller: Caller) -> Job:
    spool = Spool(runner.store)
    try:
        spool.put_articles(records)
        return spool.accept(caller, len(records))
    finally:
        spool.discard()


def _records(body: bytes) -> list[Mapping[str, object]]:
    """The articles of a body, each checked as far as can be without the archive.

    Raises:
        RequestValidationError: one cannot be used; the message says which, and why.
    """
    wanted = _validated(body)
    records: list[Mapping[str, object]] = []
    first: dict[str, int] = {}
    wrong: list[dict[str, Any]] = []
    for number, given in enumerate(wanted.articles):
        record = given.model_dump(exclude_none=True)
        try:
            article = article_given(record)
            _require_new(first, article, number)
            records.append(record | {"id": article.id})
        except (NotAnArticle, BadRecord) as error:
            wrong.append({"loc": ("body", "articles", number), "type": "value_error", "msg": str(error)})
    if wrong:
        raise RequestValidationError(wrong)
    return records


def _require_new(first: dict[str, int], article: Article, number: int) -> None:
    if first.setdefault(article.id, number) != number:
        raise BadRecord(f"its id {article.id!r} is that of #/articles/{first[article.id]}. Give each its own")


def _validated(body: bytes) -> written.ArticlesBody:
    try:
        return written.ArticlesBody.model_validate(json.loads(body))
    except ValidationError as error:
        listed = error.errors(include_url=False, include_input=False)
        raise RequestValidationError([_in_body(item) for item in listed]) from error
    except json.JSONDecodeError as error:
        place: dict[str, Any] = {
            "loc": ("body", error.pos),
            "type": "json_invalid",
            "msg": "",
            "ctx": {"error": error.msg},
        }
        raise RequestValidationError([place]) from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "the body cannot be read as JSON") from error


def _in_body(item: Mapping[str, Any]) -> dict[str, Any]:
    """One thing that does not fit, as the framework says it of the bodies that it reads itself."""
    kind = "model_attributes_type" if item["type"] == "model_type" else item["type"]
    return {**item, "loc": ("body", *item["loc"]), "type": kind}
