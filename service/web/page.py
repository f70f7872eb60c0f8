"""``/`` and ``/article/ID``: the page, which is static files and asks ``/v1`` as any program does.

What articles say reaches it as JSON and is put there as text. The policy is the second lock: no script, style, font or
connection but the service's own, so that even markup that slipped through would do nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from service.api.tags import has

router = APIRouter(include_in_schema=False)

_STATIC = Path(__file__).parent / "static"
_MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""Not asked of the system: what it calls a script may be what no browser runs."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "font-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",  # no string becomes markup, whichever way
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",  # an address here holds what somebody searched for
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True, slots=True)
class File:
    content: bytes
    media_type: str
    tag: str


@lru_cache(maxsize=1)
def files() -> Mapping[str, File]:
    """The page's files by name, as they were at the first request."""
    return {
        path.name: File(content, _MEDIA_TYPES[path.suffix], hashlib.sha256(content).hexdigest())
        for path in sorted(_STATIC.iterdir())
        if path.suffix in _MEDIA_TYPES
        for content in [path.read_bytes()]
    }


@router.get("/")
async def home(request: Request) -> Response:
    """The page; what it shows is in its address, which is its own affair."""
    return _sent(request, files()["index.html"])


@router.get("/article/{article_id:path}")
async def article(request: Request, article_id: str) -> Response:
    """The same page, which then shows an article, or says that there is none."""
    return _sent(request, files()["index.html"])


@router.get("/page/offers.json")
async def offers(request: Request) -> Response:
    """What this server can be asked for beside searches, and how much at once, so that the page offers nothing else."""
    state = request.app.state
    offered = {
        "answers": state.answerer is not None,
        "writes": state.writer is not None,
        "upload_bytes": state.most_upload_bytes,
    }
    return JSONResponse(offered, headers=HEADERS)


@router.get("/page/{name}")
async def static(request: Request, name: str) -> Response:
    """A script, a style or an image of the page."""
    if name not in files():
        raise HTTPException(404)
    return _sent(request, files()[name])


def _sent(request: Request, file: File) -> Response:
    headers = {**HEADERS, "ETag": f'"{file.tag}"'}
    if has(request.headers.getlist("if-none-match"), file.tag):
        return Response(status_code=304, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)
