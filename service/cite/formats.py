"""A citation, or several, as one document in one of six styles.

``bibtex``
    ``@misc``, the one type that BibTeX and biblatex styles both know. ``year`` and ``month`` serve BibTeX, ``date``
    (given only when the day is known, which ``month`` cannot say) serves biblatex. UTF-8, as both read today.
``ris``, ``csl-json``
    A newspaper article when the publisher is known, else a web page, else a document.
``markdown``
    The quote as a block, then the reference with the locator and the edition's first twelve digits.
``annotation``
    A W3C Web Annotation. ``target.source`` is the article's URL, else ``urn:sha256:`` and the edition;
    ``target.state.sha256`` is the edition, the SHA-256 of the canonical text that the positions count in.
``link``
    The article's URL with a text fragment, which a browser scrolls to and highlights.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from indexer.errors import BadQuery
from service.citation import Citation
from service.cite.bibliography import bibtex_file, csl_items, ris_file
from service.cite.markdown import markdown_list, quoted_reference
from service.cite.pointers import annotation, text_link
from service.cite.style import FORMATS, Extras


def format_citation(
    citation: Citation,
    style: str,
    *,
    language: str | None = None,
    accessed: date | None = None,
    context: tuple[str, str] = ("", ""),
) -> str:
    """The citation in one of ``FORMATS``; CSL-JSON is an array of one, as reference managers import it.

    ``context`` is the text just before and just after the quote, some 32 characters of each: ``annotation`` and
    ``link`` tell apart by it places that read alike. ``language`` and ``accessed`` go where a format has a field for
    them: both in ``bibtex``, ``ris`` and ``csl-json``, the latter in ``markdown``.

    Raises:
        BadQuery: no such style, or a link to an article that has no web address.
    """
    extras = Extras(language, accessed, context)
    if style == "annotation":
        return _dump(annotation(citation, extras))
    if style == "markdown":
        return quoted_reference(citation, extras)
    return _written([citation], style, extras)


def format_citations(
    citations: Iterable[Citation], style: str, *, language: str | None = None, accessed: date | None = None
) -> str:
    """One document that holds every citation once, in the order given: a ``.bib`` file with unique keys, RIS records,
    a CSL-JSON array, a Markdown list, an array of annotations, or a link a line. Nothing cited gives an empty one.

    Raises:
        BadQuery: no such style, or a link to an article that has no web address.
    """
    return _written(list(dict.fromkeys(citations)), style, Extras(language, accessed))


def _written(citations: list[Citation], style: str, extras: Extras) -> str:
    if style not in _WRITERS:
        raise BadQuery(f"no citation style {style!r}. Use one of: {', '.join(FORMATS)}")
    return _WRITERS[style](citations, extras)


def _csl_file(citations: Sequence[Citation], extras: Extras) -> str:
    return _dump(csl_items(citations, extras))


def _annotations(citations: Sequence[Citation], extras: Extras) -> str:
    return _dump([annotation(citation, extras) for citation in citations])


def _links(citations: Sequence[Citation], extras: Extras) -> str:
    return "".join(text_link(citation, extras) + "\n" for citation in citations)


def _dump(shape: object) -> str:
    return json.dumps(shape, ensure_ascii=False, indent=2) + "\n"


_WRITERS: dict[str, Callable[[Sequence[Citation], Extras], str]] = {
    "bibtex": bibtex_file,
    "ris": ris_file,
    "csl-json": _csl_file,
    "markdown": markdown_list,
    "annotation": _annotations,
    "link": _links,
}
