"""``/docs``: the OpenAPI description as one plain page.

Written here because the usual pages load their scripts from other hosts, and Pressmark opens no connection. It needs no
script at all; what a program wants is in ``/openapi.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape

from fastapi import APIRouter
from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from service.shapes import Json

router = APIRouter(include_in_schema=False)
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h2{margin-top:2.5rem;border-top:1px solid #ccc;padding-top:1rem;font-size:1.15rem}
table{border-collapse:collapse;display:block;overflow-x:auto}td p{margin:0}
td,th{border:1px solid #ccc;padding:.2rem .5rem;text-align:left;vertical-align:top}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}pre{background:#f4f4f4;padding:.75rem;overflow-x:auto}
"""


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The interface, for programs. A route like any other, so that the log and the measurements know its name."""
    return JSONResponse(request.app.openapi())


@router.get("/docs", response_class=HTMLResponse)
async def docs(request: Request) -> Response:
    """The interface, for people."""
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return HTMLResponse(page(request.app.openapi()), headers=policy)


def page(document: Json) -> str:
    """An OpenAPI document as HTML, everything in it escaped."""
    about = document["info"]
    title = escape(f"{about['title']} {about['version']}")
    shapes = document["components"]["schemas"]
    operations = "".join(
        _operation(method, path, operation, shapes)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    contents = "".join(
        f'<li><a href="#{_anchor(method, path)}"><code>{escape(method.upper())} {escape(path)}</code></a> '
        f"{escape(operation.get('summary', ''))}</li>"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    described = "".join(
        f'<h2 id="{escape(name)}">{escape(name)}</h2>{_prose(shape.get("description", ""))}{_table(_fields(shape))}'
        for name, shape in shapes.items()
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f'<meta name="viewport" content="width=device-width"><h1>{title}</h1>{_prose(about.get("description", ""))}'
        f'<p>For programs: <a href="openapi.json">openapi.json</a></p><ul>{contents}</ul>'
        f"{operations}<h1>Shapes</h1>{described}</html>"
    )


def _anchor(method: str, path: str) -> str:
    return escape(f"{method}-{path.strip('/').replace('/', '-')}")


def _operation(method: str, path: str, operation: Json, shapes: Json) -> str:
    bodies = operation.get("requestBody", {}).get("content", {})
    answers = operation["responses"].items()
    problems = [(status, answer) for status, answer in answers if status >= "400"]
    return "".join(
        [
            f'<h2 id="{_anchor(method, path)}"><code>{escape(method.upper())} {escape(path)}</code></h2>',
            _prose(operation.get("description", "")),
            _table(_parameters(operation.get("parameters", []))),
            *(_body(media_type, body, shapes) for media_type, body in bodies.items()),
            *(_answer(status, answer) for status, answer in answers if status < "400"),
            f"<details><summary>Problems: {', '.join(status for status, _ in problems)}</summary>",
            *(_answer(status, answer) for status, answer in problems),
            "</details>",
        ]
    )


def _body(media_type: str, body: Json, shapes: Json) -> str:
    schema = body.get("schema", {})
    own = [body["example"]] if "example" in body else [named["value"] for named in body.get("examples", {}).values()]
    of_shape = shapes.get(schema.get("$ref", "").rpartition("/")[2], {}).get("examples", [])
    shown = "".join(_example(example) for example in [*own, *of_shape][:1])
    return f"<h3>Body: <code>{escape(media_type)}</code> {_type(schema)}</h3>{shown}"


def _answer(status: str, answer: Json) -> str:
    parts = [f"<p><b>{escape(status)}</b> {escape(answer['description'])}"]
    for media_type, content in answer.get("content", {}).items():
        parts.append(f" <code>{escape(media_type)}</code> {_type(content.get('schema', {}))}")
    for content in answer.get("content", {}).values():
        if "example" in content:
            parts.append(f"</p>{_example(content['example'])}<p>")
    return "".join(parts) + "</p>"


def _example(example: object) -> str:
    text = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=2)
    return f"<pre>{escape(text)}</pre>"


def _parameters(parameters: list[Json]) -> Iterator[tuple[str, str, str]]:
    for parameter in parameters:
        shape = parameter["schema"]
        default = shape.get("default")
        need = f" = {json.dumps(default)}" if default not in (None, []) else ""
        text = parameter.get("description") or shape.get("description", "")
        yield f"<code>{escape(parameter['name'] + need)}</code>", _type(shape), _prose(text)


def _fields(shape: Json) -> Iterator[tuple[str, str, str]]:
    for name, field in shape.get("properties", {}).items():
        yield f"<code>{escape(name)}</code>", _type(field), _prose(field.get("description", ""))


def _table(rows: Iterator[tuple[str, str, str]]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{lines}</table>" if lines else ""


def _type(shape: Json) -> str:
    """A schema's type in a word or two, with a link to the shape that it refers to."""
    if "$ref" in shape:
        name = escape(shape["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "enum" in shape:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in shape["enum"])
    if "anyOf" in shape:
        return " or ".join(_type(option) for option in shape["anyOf"])
    if "items" in shape:
        return f"list of {_type(shape['items'])}"
    return escape(str(shape.get("type", shape.get("const", "anything"))))


def _prose(markdown: str) -> str:
    html: str = _MARKDOWN.render(markdown)
    return html
