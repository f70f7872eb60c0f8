"""An answer as one page of HTML that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

import service.answer.wording as wording
from service.answer.records import Answer
from service.answer.wording import Quoted
from service.cite import format_citations
from service.cite.markdown import attribution, reference, spelled
from service.cite.style import Extras

if TYPE_CHECKING:
    from jinja2 import Environment

_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def page_document(answer: Answer, style: str, accessed: date | None) -> str:
    """The page; every text in it is escaped, whatever it holds."""
    quotes = wording.quoted(answer.supports)
    template = _environment().from_string((files("service.export") / "page.html.j2").read_text(encoding="utf-8"))
    return template.render(
        answer=answer,
        quotes=quotes,
        numbers_of=lambda places: dict.fromkeys(quotes[answer.supports[at].citation].number for at in places),
        of_side=lambda side: dict.fromkeys(quotes[support.citation] for support in side.supports),
        accessed=spelled(str(accessed)) if accessed else None,
        document=format_citations(quotes, style, accessed=accessed) if quotes and style != "markdown" else "",
        wording=wording,
    )


def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    def rendered(markdown: str) -> Markup:
        """Markdown that ``cite`` wrote, as HTML: links are only to what a browser can follow safely."""
        return Markup(_MARKDOWN.renderInline(markdown))

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "attribution": lambda citation: rendered(attribution(citation)),
        "reference": lambda citation: rendered(reference(citation, Extras())),
        "capital": lambda text: text[:1].upper() + text[1:],
    }
    environment.globals |= {"pieces": _pieces}
    return environment


def _pieces(one: Quoted) -> Iterator[tuple[str, bool]]:
    """The quote in pieces, and whether each answers."""
    at = 0
    for start, end in one.marks:
        yield one.citation.quote[at:start], False
        yield one.citation.quote[start:end], True
        at = end
    yield one.citation.quote[at:], False
