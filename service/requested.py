"""What a search or a question asks for, as the JSON that the HTTP interface takes.

A service ranks by settings of its own, which no request can change. An option that would is refused here rather than
dropped: the results would be those of another search.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from indexer.errors import BadQuery
from service.rerank import WEIGHT
from service.search import SearchOptions

if TYPE_CHECKING:
    from indexer.filters import Filter
    from service.answer.records import AskOptions
    from service.facets import FacetOptions
    from service.locator import Locator
    from service.shapes import Json


def search_body(query: str, options: SearchOptions) -> Json:
    """The body of ``POST /v1/search``; explained, because a hit is not whole without its retrievers' ranks.

    Raises:
        BadQuery: the options say what only a search of an archive itself can be told.
    """
    _require_carried(options)
    return {"query": query, "mode": options.mode, "rerank": options.rerank > 0, **_page(options)}


def similar_body(locator: Locator, options: SearchOptions) -> Json:
    """The body of ``POST /v1/similar``, explained as a search is; it is by meaning, whatever mode the options name.

    Raises:
        BadQuery: the options say what only a search of an archive itself can be told.
    """
    _require_carried(options)
    return {"locator": locator.text, **_page(options)}


def ask_body(question: str, options: AskOptions, *, llm: bool) -> Json:
    """The body of ``POST /v1/ask``, explained as a search is.

    Raises:
        BadQuery: the filter is one that only a query makes.
    """
    return {
        "question": question,
        "passages": options.passages,
        "nearest": options.nearest,
        "rerank": options.rerank,
        "llm": llm,
        "explain": True,
        **_limits(options.filter),
    }


def facets_body(query: str | None, options: FacetOptions) -> Json:
    """The body of ``POST /v1/facets``.

    Raises:
        BadQuery: the filter is one that only a query makes.
    """
    return {"query": query, "limit": options.limit, "best": options.best, **_limits(options.filter)}


def _require_carried(options: SearchOptions) -> None:
    carried = SearchOptions(options.k, options.mode, options.filter, options.group, options.cursor)
    if options.rerank == WEIGHT:
        carried = replace(carried, rerank=WEIGHT)
    names = (option.name for option in fields(options))
    if refused := [name for name in names if getattr(options, name) != getattr(carried, name)]:
        said = ", ".join(f"{name} {getattr(options, name)}" for name in refused)
        raise BadQuery(
            f"a running service ranks by its own settings, not by {said}. Search the archive itself for that"
        )


def _page(options: SearchOptions) -> Json:
    return {
        "k": options.k,
        "group": options.group,
        "cursor": options.cursor,
        "explain": True,
        **_limits(options.filter),
    }


def _limits(filter: Filter) -> Json:
    if filter.also is not None:
        raise BadQuery(
            "a filter within a filter cannot be asked of a service. Join the two, or write one into the query"
        )
    return {
        "publisher": list(filter.publishers),
        "author": list(filter.authors),
        "language": list(filter.languages),
        "article": list(filter.articles),
        "after": str(filter.after) if filter.after else None,
        "before": str(filter.before) if filter.before else None,
    }
