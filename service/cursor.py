"""Where a page ends and the next begins: a cursor holds for one query, its options and one generation."""

from __future__ import annotations

import base64
import hashlib
import json

from indexer.errors import BadQuery

_DEEPEST = 10**9


def fingerprint_of(query: str, settled: object) -> str:
    """What must be the same for a cursor to make sense: the query, and the options that are not of the page."""
    return hashlib.sha256(f"{query}\0{settled!r}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def cursor_at(fingerprint: str, generation: int, offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([fingerprint, generation, offset]).encode()).decode().rstrip("=")


def offset_of(cursor: str | None, fingerprint: str, generation: int) -> int:
    if cursor is None:
        return 0
    try:
        of, made_at, offset = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadQuery(f"{cursor[:80]!r} is no cursor. Pass on the 'next' of the page before, or none") from error
    if of != fingerprint or not isinstance(offset, int) or not 0 <= offset <= _DEEPEST:
        raise BadQuery("this cursor is of another query, filter or mode. Search again without a cursor")
    if made_at != generation:
        raise BadQuery(
            f"the archive has moved from generation {made_at} to {generation} since this page was made, and its order "
            "may be another. Search again without a cursor"
        )
    return offset
