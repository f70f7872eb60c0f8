"""The application: every address, every error and what each response passes through, put together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

import service.api.requestid as requestid
import service.mcp.mounting as agents
from service.access.keys import KeyStore
from service.access.rates import Rates
from service.api import articles, asking, citing, docs, facets, jobs, metrics, search, upkeep, writing
from service.api.access import describe
from service.api.described import complete
from service.api.following import following
from service.api.gate import Gate
from service.api.handlers import install
from service.api.heads import Heads
from service.api.hosts import Hosts
from service.api.observing import Observed, Served
from service.api.patience import BodyPatience, Patience
from service.api.problems import table
from service.api.request import GENERATION_HEADER, Asks, BodyLimit, ResponseHeaders, Writes, require_utf8
from service.jobs.runner import Runner
from service.mcp.core import at_hand
from service.search import Searcher
from service.settings import MOST_BYTES, MOST_UPLOAD_BYTES
from service.shapes import Json
from service.web import page

if TYPE_CHECKING:
    from service.api.traces import Traces  # which imports OpenTelemetry

_WORTH_COMPRESSING = 1024
"""Bytes. Event streams are left as they are: an event leaves when it happens, not when a block is full."""
_LEVEL = 5
_DESCRIPTION = f"""Semantic search over an archive of articles. Every passage returned is a citation that can be
checked, character for character: `text[start:end] == quote`, in Unicode code points, in the text whose SHA-256 is
`edition`.

Every response to a question about the archive names its generation in `X-Archive-Generation`. An article that is
removed is gone from the next response. What is too long for an address (64 KiB) goes into the body of a `POST`.

An archive with keys wants one with every request, as `Authorization: Bearer KEY`; each may read, write or administer,
and may be limited to some publishers and to so many requests a minute (`RateLimit`, `Retry-After`).

Every response carries an `X-Request-Id`: the request's own, or a new one. An error repeats it as `request_id`.

Every error is an `application/problem+json` document (RFC 9457). Its `type` is one of:

{table()}
"""


class Api(FastAPI):
    """FastAPI whose description is complete, with layers around all of it.

    ``parts`` are the routers that it is made of; ``named``, by which names it lets itself be called.
    """

    parts: Sequence[APIRouter] = ()
    named: Sequence[str] = ()
    around: Sequence[Callable[[ASGIApp], ASGIApp]] = ()
    """What responses pass through on their way out, in this order. Unlike the middleware that is added to an
    application, it sees the answer to an unexpected error, too.
    """

    def build_middleware_stack(self) -> ASGIApp:
        stack = super().build_middleware_stack()
        for wrap in self.around:
            stack = wrap(stack)
        return stack

    def openapi(self) -> Json:
        document = super().openapi()
        describe(document, optional=not self.state.keys_required())
        complete(document, self.parts, named=bool(self.named))
        return document


def create_app(
    searcher: Searcher,
    answerer: Asks | None = None,
    writer: Writes | None = None,
    *,
    most_bytes: int = MOST_BYTES,
    most_upload_bytes: int = MOST_UPLOAD_BYTES,
    cors_origins: Sequence[str] = (),
    log: Callable[[Served], None] | None = None,
    rate_limit: int | None = None,
    hosts: Sequence[str] = (),
    closed: bool = False,
    measured: metrics.Metrics | None = None,
    traces: Traces | None = None,
    patience: Patience | None = None,
) -> FastAPI:
    """The application that serves a searcher's archive.

    Bodies of more than ``most_bytes`` are refused, and uploads of files of more than ``most_upload_bytes``.

    Pages of other origins may call it where ``cors_origins`` names theirs; ``log`` is told of every request answered.
    Without an ``answerer`` over that searcher there is no ``/v1/ask``, without a ``writer`` no language model.

    Requests need a key as soon as the archive has one; if ``closed``, even before. Each key, or without keys each
    address, may make ``rate_limit`` requests a minute. Where ``hosts`` are given, it is called by no other name.
    Measurements are added to those of ``measured``; ``traces``, told of every request answered, is closed at the end.
    A body that ``patience`` does not cover is refused.
    """
    app = _bare()
    app.state.searcher = searcher
    app.state.answerer = answerer
    app.state.writer = writer
    app.state.traces = traces
    app.state.runner = Runner(searcher.archive.path, searcher.embedder)
    app.state.writing = asyncio.Lock()
    app.state.most_upload_bytes = most_upload_bytes
    install(app)
    app.state.metrics = measured = measured or metrics.Metrics(searcher.archive)
    app.state.keys = keys = KeyStore(searcher.archive.path)
    app.state.keys_required = lambda: closed or keys.required()
    app.add_middleware(BodyPatience, patience=patience or Patience())
    app.add_middleware(BodyLimit, most=most_bytes, most_of_files=most_upload_bytes)
    app.add_middleware(Gate, keys=keys, rates=Rates(rate_limit), always=closed, origins=cors_origins)
    if hosts:
        app.add_middleware(Hosts, names=hosts)
    app.around = (
        partial(GZipMiddleware, minimum_size=_WORTH_COMPRESSING, compresslevel=_LEVEL),
        Heads,
        *([_cross_origin(cors_origins)] if cors_origins else []),
        ResponseHeaders,
        partial(Observed, during=measured.in_flight, after=(measured.count, *(tell for tell in (log, traces) if tell))),
        requestid.RequestIds,
    )
    ask = (asking,) if answerer else ()
    parts = (search, *ask, facets, articles, writing, jobs, citing, upkeep, metrics, docs, page)
    app.parts, app.named = [part.router for part in parts], hosts
    for router in app.parts:
        app.include_router(router)
    agents.mount(app, at_hand(searcher, answerer), origins=cors_origins)
    return app


def _bare() -> Api:
    """The application without any address, and without all that its framework would do beside what is asked of it."""
    return Api(
        title="Pressmark",
        version=version("pressmark"),
        description=_DESCRIPTION,
        dependencies=[Depends(require_utf8)],
        openapi_url=None,  # ``docs`` serves it
        docs_url=None,  # FastAPI's own pages load scripts from another host
        redoc_url=None,
        redirect_slashes=False,
        lifespan=following,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )


def _cross_origin(origins: Sequence[str]) -> Callable[[ASGIApp], ASGIApp]:
    return partial(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
        allow_headers=("Authorization", "If-Match", "If-None-Match", requestid.HEADER),
        expose_headers=(
            *("ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "WWW-Authenticate"),
            *(GENERATION_HEADER, requestid.HEADER),
        ),
    )
