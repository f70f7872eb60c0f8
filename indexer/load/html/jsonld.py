"""What a page says about its article in JSON-LD, however the site wrote it.

Source: https://www.w3.org/TR/json-ld11/ for ``@graph`` and ``@id``, https://schema.org/Article for the names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

from lxml.html import HtmlElement

Node = dict[str, object]

_ARTICLE = re.compile(r"(?:Article|BlogPosting|Report|Story|Review)$")
_WRAPPER = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|(?://|/\*)?\s*\]\]>(?:\s*\*/)?)\s*$"
)
_SPARE_COMMA = re.compile(r",(?=\s*[}\]])")
_TAG = re.compile(r"<[^<>]+>")
_DEEPEST = 8  # nodes are not nested deeper; what is, is a mistake


class JsonLd:
    """The node that describes the page's article, with what it refers to; everything is None or empty without one."""

    def __init__(self, root: HtmlElement) -> None:
        nodes = [node for script in root.iter("script") if _is_json_ld(script) for node in _nodes(_parse(script))]
        # The same @id may stand as a bare reference and as the node itself: the one that says more counts.
        self._by_id = {str(node["@id"]): node for node in sorted(nodes, key=len) if "@id" in node}
        articles = [node for node in nodes if any(_ARTICLE.search(kind) for kind in _types(node)) and len(node) > 2]
        pages = [node for node in nodes if "WebPage" in _types(node)]
        described = [node for node in articles if "headline" in node or "datePublished" in node]
        self._article: Node = next(iter(described or articles or pages), {})

    def text(self, name: str) -> str | None:
        """The article's plain text under ``name``."""
        return next(iter(_strings(self._article.get(name))), None)

    def names(self, name: str, *, people_only: bool = False) -> list[str]:
        """The names of the persons or organizations under ``name``, in order."""
        found = []
        for node in self._resolved(self._article.get(name)):
            if isinstance(node, str):
                found += _strings(node)
            elif not (people_only and any(kind.endswith("Organization") for kind in _types(node))):
                found += _strings(node.get("name"))
        return found

    def _resolved(self, value: object) -> list[str | Node]:
        resolved: list[str | Node] = []
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                resolved.append(item if "name" in item else self._by_id.get(str(item.get("@id")), item))
            elif isinstance(item, str):
                resolved.append(item)
        return resolved


def _is_json_ld(script: HtmlElement) -> bool:
    return (script.get("type") or "").split(";")[0].strip().lower() == "application/ld+json"


def _parse(script: HtmlElement) -> object:
    """The script's value; None when it is not JSON even after the two slips that sites make most are mended."""
    source = _WRAPPER.sub("", script.text or "").strip().rstrip(";")
    for attempt in (source, _SPARE_COMMA.sub("", source)):
        try:
            value: object = json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        return value
    return None


def _nodes(value: object, depth: int = 0) -> Iterator[Node]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for item in value.values():
            if isinstance(item, (list, dict)):
                yield from _nodes(item, depth + 1)


def _types(node: Node) -> list[str]:
    value = node.get("@type")
    return [str(kind) for kind in (value if isinstance(value, list) else [value]) if kind]


def _strings(value: object) -> list[str]:
    found = []
    for item in value if isinstance(value, list) else [value]:
        text = item.get("@value") if isinstance(item, dict) else item
        if isinstance(text, str) and (plain := " ".join(_TAG.sub("", unescape(text)).split())):
            found.append(plain)
    return found
