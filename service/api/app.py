"""The application: every address, every error and what each response passes through, put together."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI

from service.api import articles, asking, citing, docs, search, upkeep
from service.api.following import following
from service.api.handlers import install
from service.api.problems import table
from service.api.request import Asks, BodyLimit, ResponseHeaders, Writes
from service.api.schemas import Problem
from service.search import Searcher
from service.shapes import Json

MOST_BYTES = 10_000_000
_DESCRIPTION = f"""Semantic search over an archive of articles. Every passage returned is a citation that can be
checked, character for character: `text[start:end] == quote`, in Unicode code points, in the text whose SHA-256 is
`edition`.

Every response to a question about the archive names its generation in `X-Archive-Generation`. An article that is
removed is gone from the next response. What is too long for an address (64 KiB) goes into the body of a `POST`.

Every error is an `application/problem+json` document (RFC 9457). Its `type` is one of:

{table()}
"""


class Api(FastAPI):
    """FastAPI whose description knows the shape of problems, which no endpoint returns and FastAPI thus leaves out."""

    def openapi(self) -> Json:
        document = super().openapi()
        shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        document["components"]["schemas"] |= shape.pop("$defs") | {"Problem": shape}
        return document


def create_app(
    searcher: Searcher, answerer: Asks | None = None, writer: Writes | None = None, *, most_bytes: int = MOST_BYTES
) -> FastAPI:
    """The application that serves a searcher's archive; bodies of more than ``most_bytes`` are refused.

    Without an ``answerer`` over that searcher there is no ``/v1/ask``, without a ``writer`` no language model.
    """
    app = Api(
        title="Pressmark",
        version=version("pressmark"),
        description=_DESCRIPTION,
        docs_url=None,  # FastAPI's own pages load scripts from another host
        redoc_url=None,
        redirect_slashes=False,
        lifespan=following,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.searcher = searcher
    app.state.answerer = answerer
    app.state.writer = writer
    install(app)
    app.add_middleware(BodyLimit, most=most_bytes)
    app.add_middleware(ResponseHeaders)
    for part in (search, *((asking,) if answerer else ()), articles, citing, upkeep, docs):
        app.include_router(part.router)
    return app
