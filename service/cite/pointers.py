"""Pointers at a passage where it was published: a W3C Web Annotation, and a link that a browser scrolls to."""

from __future__ import annotations

import uuid
from urllib.parse import quote as percent_encode

from indexer.errors import BadQuery
from service.citation import Citation
from service.cite.attribution import is_web, one_line, verbatim_url
from service.cite.style import FORMATS, Extras

_LONG_QUOTE = 300  # characters; browsers' own "copy link to highlight" turns to textStart,textEnd there too
_ANCHOR_WORDS = 8


def annotation(citation: Citation, extras: Extras) -> dict[str, object]:
    """A Web Annotation of the passage.

    Source: Web Annotation Data Model, W3C Recommendation of 23 February 2017, sections 4.2 (selectors), 4.3 (states).
    """
    before, after = extras.context
    exact = {"type": "TextQuoteSelector", "exact": citation.quote}
    context = ({"prefix": before} if before else {}) | ({"suffix": after} if after else {})
    return {
        "@context": ["http://www.w3.org/ns/anno.jsonld", {"sha256": "https://schema.org/sha256"}],
        "id": uuid.uuid5(uuid.NAMESPACE_URL, f"urn:sha256:{citation.edition}#{citation.locator}").urn,
        "type": "Annotation",
        "motivation": "highlighting",
        "target": {
            "type": "SpecificResource",
            "source": citation.url or f"urn:sha256:{citation.edition}",
            "state": {"type": "State", "sha256": citation.edition},
            "selector": [
                exact | context,
                {"type": "TextPositionSelector", "start": citation.start, "end": citation.end},
            ],
        },
    }


def text_link(citation: Citation, extras: Extras) -> str:
    """The article's URL with ``#:~:text=[prefix-,]textStart[,textEnd][,-suffix]``.

    A term matches only within one block of the page, so a quote of several lines is named by its two ends.

    Source: URL Fragment Text Directives, WICG Draft Community Group Report, section 3 (syntax and matching).
    """
    if not citation.url or not is_web(citation.url):
        named = f"its url is {citation.url!r}" if citation.url else "it has no url"
        raise BadQuery(
            f"article {citation.article_id!r} cannot be linked to: {named}, and a link needs an http or https address. "
            f"Use another style: {', '.join(style for style in FORMATS if style != 'link')}"
        )
    terms = _ends(citation.quote)
    if not terms:
        raise BadQuery(f"{citation.locator} quotes only white space, which no link can point at. Cite a wider span")
    prefix, suffix = _whole_words(extras.context[0], before=True), _whole_words(extras.context[1], before=False)
    directive = [f"{_term(prefix)}-"] if prefix else []
    directive += [_term(term) for term in terms]
    directive += [f"-{_term(suffix)}"] if suffix else []
    page = verbatim_url(citation.url).split(":~:")[0].rstrip("#")
    return f"{page}{'' if '#' in page else '#'}:~:text={','.join(directive)}"


def _term(text: str) -> str:
    """Percent-encoded throughout: ``-``, ``,`` and ``&`` are syntax in a directive, and only ``-`` is unreserved."""
    return percent_encode(text, safe="").replace("-", "%2D")


def _ends(quote: str) -> list[str]:
    """The quote on one line, or the words at its two ends when it is long or has several lines."""
    lines = [line for line in map(one_line, quote.splitlines()) if line]
    if not lines or (len(lines) == 1 and len(lines[0]) <= _LONG_QUOTE):
        return lines
    first, last = lines[0].split(" "), lines[-1].split(" ")
    if len(lines) > 1:
        return [" ".join(first[:_ANCHOR_WORDS]), " ".join(last[-_ANCHOR_WORDS:])]
    if len(first) == 1:  # a script without spaces
        return [lines[0][:40], lines[0][-40:]]
    count = min(_ANCHOR_WORDS, len(first) // 2)
    return [" ".join(first[:count]), " ".join(first[-count:])]


def _whole_words(context: str, *, before: bool) -> str:
    """The words nearest to the quote, on its side's nearest line, less one that the context may have cut in two."""
    lines = [line for line in context.splitlines() if line.strip()]
    if not lines:
        return ""
    line = lines[-1] if before else lines[0]
    words = line.split()
    if len(lines) > 1:
        return " ".join(words)
    if len(words) == 1:
        return "" if (context[-1] if before else context[0]).isspace() else words[0]
    return " ".join(words[1:] if before else words[:-1])
