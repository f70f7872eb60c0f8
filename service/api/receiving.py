"""Articles out of the body of ``POST /v1/articles``, files or JSON, into a job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

import service.api.written as written
from indexer.errors import BadRecord, NotAnArticle
from indexer.records import Article
from service.access.caller import Caller
from service.api.access import require_still_in
from service.api.multipart import receive_files
from service.jobs.given import article_given
from service.jobs.job import Job
from service.jobs.spool import Spool
from service.jobs.store import JobStore


async def take_files(request: Request, store: JobStore, caller: Caller) -> Job:
    """The job that the files of a form are.

    Raises:
        RequestValidationError: the body is no form of files.
        HTTPException: the key was revoked while they came, or the client is gone.
        ArchiveFull: there is no room for them.
    """
    spool = await run_in_threadpool(Spool, store)
    try:
        await receive_files(request, spool)
        require_still_in(request)
        return await run_in_threadpool(spool.accept, caller)
    except ClientDisconnect as error:
        raise HTTPException(400, "the body broke off") from error
    finally:
        await run_in_threadpool(spool.discard)


async def take_records(request: Request, store: JobStore, caller: Caller) -> Job:
    """The job that the articles of a JSON body are.

    Raises:
        RequestValidationError: one cannot be used; the message says which, and why.
        HTTPException: the body is not JSON, the client is gone, or its key has been revoked since it began.
        ArchiveFull: there is no room for them.
    """
    records = await run_in_threadpool(_records, await _body(request))
    require_still_in(request)
    return await run_in_threadpool(_accept, records, store, caller)


async def _body(request: Request) -> bytes:
    try:
        return await request.body()
    except ClientDisconnect as error:
        raise HTTPException(400, "the body broke off") from error


def _accept(records: list[Mapping[str, object]], store: JobStore, caller: Caller) -> Job:
    spool = Spool(store)
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
