"""The citations, and the words that answer, in JSON that was exported earlier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from indexer.errors import BadQuery, BadRecord
from service.citation import Citation, citation_from_json, shown
from service.verify.verdict import Words

_LISTS = ("hits", "citations", "nearest")
_MARKS = {"article_id", "quote", "locator"}


def citations_in(document: object) -> list[Citation]:
    """Every citation, once each, in the JSON of ``search`` or ``ask``, in one hit or citation, or in a list of them.

    Raises:
        BadQuery: there is none, or a place that should hold one holds something else.
        BadRecord: a citation breaks its own rules; the message says which.
    """
    citations = list(dict.fromkeys(_citations(document, "$")))
    if not citations:
        raise BadQuery("no citation in this document. Give the output of: pressmark search --json, or ask --json")
    return citations


def words_in(document: object) -> dict[Citation, list[Words]]:
    """The words that an exported answer gives out of each of its citations; nothing where there is no answer.

    Raises:
        BadRecord: ``support`` does not stand beside ``citations``, or holds no words.
    """
    if not isinstance(document, dict) or "support" not in document:
        return {}
    supports, cited = document["support"], document.get("citations")
    if not isinstance(supports, list) or not isinstance(cited, list) or len(supports) != len(cited):
        raise BadRecord(
            "support has one entry a citation, in their order. Export the answer again: pressmark ask --json"
        )
    words: dict[Citation, list[Words]] = {}
    for at, (support, citation) in enumerate(zip(supports, _citations(cited, "$.citations"), strict=True)):
        words.setdefault(citation, []).append(_words(support, f"$.support[{at}]"))
    return words


def require_quoted(document: object, cited: Iterable[Citation]) -> None:
    """Refuse an answer, or a part of one, that is not cut from a quote of its citations.

    What a language model wrote is no quote, and "yes" may stand in none: nothing is asked of them.

    Raises:
        BadRecord: the answer was altered.
    """
    if not isinstance(document, dict) or not isinstance(answer := document.get("answer"), str):
        return
    if document.get("written") is not None or _one_line(answer).casefold() in {"yes", "no"}:
        return
    items, sides = (found if isinstance(found := document.get(key), list) else [] for key in ("items", "sides"))
    parts = items or [side.get("answer") for side in sides if isinstance(side, dict)] or [answer]
    quotes = [_one_line(citation.quote) for citation in cited]
    left = _one_line(answer)
    for part in sorted((_one_line(part) for part in parts if isinstance(part, str)), key=len, reverse=True):
        left = left.replace(part, "") if any(part in quote for quote in quotes) else left
    if any(character.isalnum() for character in left):
        raise BadRecord(
            f"the answer {shown(answer)} is not cut from what it cites: it was altered. "
            "Export the answer again: pressmark ask --json"
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _words(found: object, place: str) -> Words:
    span, quote = (found.get("words"), found.get("quote")) if isinstance(found, dict) else (None, None)
    if not isinstance(span, list) or [type(offset) for offset in span] != [int, int] or not isinstance(quote, str):
        raise BadRecord(
            f"{place} has words [start, end] and their quote, got {shown(repr(found))}. "
            "Export the answer again: pressmark ask --json"
        )
    return Words(span[0], span[1], quote)


def _citations(found: object, place: str) -> Iterator[Citation]:
    if isinstance(found, list):
        for at, item in enumerate(found):
            yield from _cited_by(item, f"{place}[{at}]")
    elif isinstance(found, dict) and (keys := [key for key in _LISTS if key in found]):
        for key in keys:
            if not isinstance(found[key], list):
                raise BadQuery(f"{place}.{key} is a list of citations, got {shown(repr(found[key]))}")
            yield from _citations(found[key], f"{place}.{key}")
    else:
        yield from _cited_by(found, place)


def _cited_by(found: object, place: str) -> Iterator[Citation]:
    """The citation that a hit or a citation is."""
    if isinstance(found, dict) and "citation" in found:
        found, place = found["citation"], f"{place}.citation"
    if not isinstance(found, dict) or not _MARKS & found.keys():
        raise BadQuery(
            f"{place} holds no citation: {shown(repr(found))}. "
            "Give the output of: pressmark search --json, or ask --json"
        )
    try:
        yield citation_from_json(found)
    except BadRecord as error:
        raise BadRecord(f"{place}: {error}") from error
