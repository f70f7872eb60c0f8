"""The interface over HTTP: ``create_app`` makes an application of a searcher.

Read in this order: ``schemas`` (what comes in and goes out); ``routes_search``, ``routes_articles``, ``routes_citing``
and ``routes_upkeep`` (which only parse, call and format); ``request`` (what they share); ``problems`` (errors).
"""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI

import service.routes_articles as routes_articles
import service.routes_citing as routes_citing
import service.routes_docs as routes_docs
import service.routes_search as routes_search
import service.routes_upkeep as routes_upkeep
from service.problems import install, table
from service.request import BodyLimit, ResponseHeaders
from service.schemas import Problem
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


def create_app(searcher: Searcher, *, most_bytes: int = MOST_BYTES) -> FastAPI:
    """The application that serves a searcher's archive; bodies of more than ``most_bytes`` are refused."""
    app = Api(
        title="Pressmark",
        version=version("pressmark"),
        description=_DESCRIPTION,
        docs_url=None,  # FastAPI's own pages load scripts from another host
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.searcher = searcher
    install(app)
    app.add_middleware(BodyLimit, most=most_bytes)
    app.add_middleware(ResponseHeaders)
    for part in (routes_search, routes_articles, routes_citing, routes_upkeep, routes_docs):
        app.include_router(part.router)
    return app
