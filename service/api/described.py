"""What FastAPI leaves out of the OpenAPI description, put back.

That is the shapes that no endpoint names, every ``null`` of an example, and the problems that meet a request before it
reaches an operation. What a key has to do with it, ``access`` says.
"""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter
from fastapi.routing import APIRoute

from service.api.problems import responses
from service.api.schemas import Problem
from service.api.written import ArticleBody
from service.shapes import Json

_BEFORE_ANY = (400, 408, 431)
"""It is no request, comes too slowly, or is too long."""


def complete(document: Json, parts: Iterable[APIRouter], *, named: bool) -> None:
    """Complete the description of these routers; ``named``: requests to other names are refused."""
    for model in (Problem, ArticleBody):
        shape = model.model_json_schema(ref_template="#/components/schemas/{model}")
        document["components"]["schemas"] |= shape.pop("$defs", {}) | {model.__name__: shape}
    for route in (route for part in parts for route in part.routes):
        if isinstance(route, APIRoute) and route.include_in_schema:
            _put_examples(document, route)
    before = {str(status): said for status, said in responses(*_BEFORE_ANY, *((421,) if named else ())).items()}
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"] = dict(sorted((before | operation["responses"]).items()))


def _put_examples(document: Json, route: APIRoute) -> None:
    """FastAPI drops the nulls of examples, and without them few fit their own schemas."""
    for method in route.methods or ():
        described = document["paths"][route.path_format][method.lower()]["responses"]
        for status, said in route.responses.items():
            for media_type, content in said.get("content", {}).items():
                described[str(status)]["content"][media_type] |= content
