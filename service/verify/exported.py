"""The citations, and the words that answer, in JSON that was exported earlier."""

from __future__ import annotations

from collections.abc import Iterator

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
