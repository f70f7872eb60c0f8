"""Whose pages may have a browser change what is here, or ask as an agent: the service's own, and those it was told of.

Source: RFC 6454, section 7 (the Origin header); MCP specification, Streamable HTTP, "Security Warning".
"""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers


def foreign_page(headers: Headers, allowed: Collection[str]) -> str | None:
    """The origin of the page that asks, where it is of another site that is not allowed; None where it may."""
    origin = headers.get("origin")
    if origin is None or {origin.lower(), "*"} & set(allowed):
        return None
    address = origin.partition("//")[2]  # taken apart no further: what is no URL is no origin of ours either
    return None if address and address == headers.get("host") else origin[:200]
