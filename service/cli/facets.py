"""``facets``: what the articles of an archive, or those that a query finds, are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import (
    AfterOption,
    ArchiveOption,
    ArticleOption,
    AuthorOption,
    BeforeOption,
    JsonOption,
    LanguageOption,
    ModelOption,
    PublisherOption,
    filter_from,
    open_searcher,
    print_json,
)
from service.cli.printable import printable
from service.cli.remote import UrlOption, open_client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.facets import Count, Facet, Facets

_BAR = 30


def register(app: typer.Typer) -> None:
    app.command("facets")(facets)


def facets(
    query: Annotated[
        list[str] | None, typer.Argument(help="As search takes it. Without one, all articles are counted.")
    ] = None,
    publisher: PublisherOption = None,
    author: AuthorOption = None,
    language: LanguageOption = None,
    article: ArticleOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
    limit: Annotated[int, typer.Option("--limit", help="How many values of each.")] = 50,
    best: Annotated[int, typer.Option("--best", help="Of a query, count the articles of its first N results.")] = 200,
    archive: ArchiveOption = None,
    url: UrlOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> int:
    """Count articles by publisher, author, language, year and month.

    Example:  pressmark facets '"naval bases"' --after 2019
    """
    from service.facets import FacetOptions, facets_of
    from service.shapes import facets_json

    asked = " ".join(query) if query else None
    options = FacetOptions(filter_from(publisher, author, language, article, after, before), limit, best)
    if url is None:
        found = facets_of(open_searcher(archive, model), asked, options)
    else:
        with open_client(url, beside={"--archive": archive, "--model": model}) as client:
            found = client.facets(asked, options)
    if as_json:
        print_json(facets_json(found))
    else:
        _show(found)
    return 0 if found.of.articles else 1


def _show(found: Facets) -> None:
    for note in found.notes:
        typer.echo(f"note: {printable(note)}", err=True)
    of = found.of
    kind = "" if of.limit is None else f", those of the best {of.limit:,} results"
    typer.echo(f"{of.articles:,} articles{kind} · generation {found.generation}")
    for name, facet in (("publisher", found.publishers), ("author", found.authors), ("language", found.languages)):
        _list(name, facet.counts, _left_out(facet))
    _list("year", found.years, f"{found.undated:,} without a date" if found.undated else "")


def _list(name: str, counts: Sequence[Count], rest: str) -> None:
    typer.echo(f"\n{name}")
    most = max((one.count for one in counts), default=1)
    for one in counts:
        bar = "▪" * max(1, round(_BAR * one.count / most))
        typer.echo(f"{one.count:>9,}  {bar:<{_BAR}}  {printable(one.value)}")
    if rest:
        typer.echo(f"{'':11}{rest}")


def _left_out(facet: Facet) -> str:
    parts = []
    if facet.other_values:
        parts.append(f"{facet.other_values:,} more values in {facet.other_articles:,} articles")
    if facet.unstated:
        parts.append(f"{facet.unstated:,} state none")
    return "; ".join(parts)
