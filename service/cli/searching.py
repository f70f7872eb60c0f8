"""``search``, ``similar`` and ``show``: what reads an archive."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
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
    open_archive,
    open_searcher,
    print_json,
)
from service.cli.remote import UrlOption, open_client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from service.searches import Searches

KOption = Annotated[int, typer.Option("-k", "--limit", help="How many results.")]
GroupOption = Annotated[str, typer.Option("--group", help="passage, or article: the best passage of each.")]
CursorOption = Annotated[str | None, typer.Option("--cursor", help="The page after one that printed this.")]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="Each retriever's rank, raw and normalised score; where the time went.")
]


def register(app: typer.Typer) -> None:
    app.command("search")(search)
    app.command("similar")(similar)
    app.command("show")(show)


def search(
    query: Annotated[list[str], typer.Argument(help='Words; "exact phrase", -word, publisher:X, after:2015 work too.')],
    k: KOption = 10,
    mode: Annotated[str, typer.Option("--mode", help="hybrid, dense (meaning) or lexical (words).")] = "hybrid",
    publisher: PublisherOption = None,
    author: AuthorOption = None,
    language: LanguageOption = None,
    article: ArticleOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
    group: GroupOption = "passage",
    cursor: CursorOption = None,
    explain: ExplainOption = False,
    fusion: Annotated[str, typer.Option("--fusion", help="convex or rrf: how hybrid joins two rankings.")] = "convex",
    rerank: Annotated[
        bool,
        typer.Option("--rerank/--no-rerank", help="Let the reader, which looks for answers, reorder the first ten."),
    ] = False,
    archive: ArchiveOption = None,
    url: UrlOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> int:
    """Find the passages that answer a query, each with a citation that can be checked.

    Example:  pressmark search 'naval exercise in the "Indian Ocean"' --after 2019 -k 5
    """
    from service.rerank import WEIGHT
    from service.search import SearchOptions
    from service.shapes import results_json

    limits = filter_from(publisher, author, language, article, after, before)
    options = SearchOptions(k, mode, limits, group, cursor, fusion)  # type: ignore[arg-type]
    if rerank:
        options = replace(options, rerank=WEIGHT)
    with _searching(archive, url, model, reads=options.reads) as searcher:
        results = searcher.search(" ".join(query), options)
    if as_json:
        print_json(results_json(results, explain=explain))
    else:
        from service.cli import terminal

        terminal.show_results(results, explain=explain)
    return 0 if results.hits else 1


@contextmanager
def _searching(archive: Path | None, url: str | None, model: str | None, *, reads: bool) -> Iterator[Searches]:
    if url is None:
        yield open_searcher(archive, model, reads=reads)
    else:
        with open_client(url, beside={"--archive": archive, "--model": model}) as client:
            yield client


def similar(
    locator: Annotated[str, typer.Argument(help="ID of an article, or ID#START-END of a passage.")],
    k: KOption = 10,
    publisher: PublisherOption = None,
    author: AuthorOption = None,
    language: LanguageOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
    group: GroupOption = "article",
    cursor: CursorOption = None,
    explain: ExplainOption = False,
    archive: ArchiveOption = None,
    url: UrlOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> int:
    """Find what is nearest in meaning to a passage or an article, in other articles.

    Example:  pressmark similar ivashov-tehran-visit-2000.md
    """
    from service.locator import parse_locator
    from service.search import SearchOptions
    from service.shapes import results_json

    limits = filter_from(publisher, author, language, None, after, before)
    options = SearchOptions(k, "dense", limits, group, cursor)  # type: ignore[arg-type]
    with _searching(archive, url, model, reads=False) as searcher:
        results = searcher.similar(parse_locator(locator), options)
    if as_json:
        print_json(results_json(results, explain=explain))
    else:
        from service.cli import terminal

        terminal.show_results(results, explain=explain)
    return 0 if results.hits else 1


def show(
    locator: Annotated[str, typer.Argument(help="ID of an article, or ID#START-END to mark a span of it.")],
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print an article's canonical text and where each of its metadata came from.

    Example:  pressmark show 'ivashov-tehran-visit-2000.md#120-480'
    """
    from service.locator import parse_locator
    from service.shapes import article_json

    where = parse_locator(locator)
    article = open_archive(archive).snapshot().article(where.article_id)
    span = (where.start, where.end) if where.start is not None and where.end is not None else None
    shape = article_json(article, span)
    if as_json:
        print_json(shape)
    else:
        from service.cli import terminal

        terminal.show_article(shape)
    return 0
