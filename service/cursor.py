"""Where a page ends and the next begins: a cursor holds for one query, its options and one generation."""

from __future__ import annotations

import base64
import hashlib
import json

from indexer.errors import BadQuery

_DEEPEST = 10**9
_FOREIGN = "this cursor is of another query, filter or mode. Search again without a cursor"


def fingerprint_of(query: str, settled: object) -> str:
    """What must be the same for a cursor to make sense: the query, and the options that are not of the page."""
    return hashlib.sha256(f"{query}\0{settled!r}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def cursor_at(fingerprint: str, generation: int, place: int | str) -> str:
    """A cursor that goes on behind so many results of a ranking, or behind an article's id in a list."""
    return base64.urlsafe_b64encode(json.dumps([fingerprint, generation, place]).encode()).decode().rstrip("=")


def offset_of(cursor: str | None, fingerprint: str, generation: int) -> int:
    """How many results of a ranking a cursor goes on behind; none without one.

    Raises:
        BadQuery: it is no cursor, or one of another query or generation.
    """
    if cursor is None:
        return 0
    offset = _place(cursor, fingerprint, generation)
    if not isinstance(offset, int) or not 0 <= offset <= _DEEPEST:
        raise BadQuery(_FOREIGN)
    return offset


def id_of(cursor: str | None, fingerprint: str, generation: int) -> str:
    """Which id of a list a cursor goes on behind; "" without one. Raises as ``offset_of`` does."""
    if cursor is None:
        return ""
    place = _place(cursor, fingerprint, generation)
    if not isinstance(place, str) or any("\ud800" <= character <= "\udfff" for character in place):
        raise BadQuery(_FOREIGN)
    return place


def _place(cursor: str, fingerprint: str, generation: int) -> object:
    try:
        of, made_at, place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadQuery(f"{cursor[:80]!r} is no cursor. Pass on the 'next' of the page before, or none") from error
    if of != fingerprint:
        raise BadQuery(_FOREIGN)
    if made_at != generation:
        raise BadQuery(
            f"the archive has moved from generation {made_at} to {generation} since this page was made, and its order "
            "may be another. Search again without a cursor"
        )
    return place
