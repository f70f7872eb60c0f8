"""Options that several commands share, and what they stand for."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.printable import printable_json

if TYPE_CHECKING:
    from indexer.archive import Archive
    from indexer.filters import Filter
    from service.answer.answerer import Answerer
    from service.search import Searcher

ArchiveOption = Annotated[
    Path | None,
    typer.Option("--archive", help="The archive's folder. [default: $PRESSMARK_ARCHIVE, else ./.pressmark]"),
]
ModelOption = Annotated[
    str | None, typer.Option("--model", help="A sentence-transformers model: a folder, or a name in the local cache.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, the same shapes as over HTTP.")]
PublisherOption = Annotated[list[str] | None, typer.Option("--publisher", help="Only this publisher (repeatable).")]
AuthorOption = Annotated[list[str] | None, typer.Option("--author", help="Only this author (repeatable).")]
LanguageOption = Annotated[list[str] | None, typer.Option("--language", help="Only this language, e.g. en.")]
ArticleOption = Annotated[list[str] | None, typer.Option("--article", help="Only this article's id (repeatable).")]
AfterOption = Annotated[str | None, typer.Option("--after", help="On or after this day, month or year (2015-10-02).")]
BeforeOption = Annotated[str | None, typer.Option("--before", help="Before this day, month or year, exclusive.")]


def archive_path(given: Path | None) -> Path:
    """The archive that is meant when nothing, or something, was said."""
    return given or Path(os.environ.get("PRESSMARK_ARCHIVE") or ".pressmark")


def open_archive(given: Path | None) -> Archive:
    from indexer.archive import Archive

    return Archive(archive_path(given))


def open_searcher(given: Path | None, model: str | None) -> Searcher:
    """A searcher over the archive, with the model that made it unless another is named."""
    from indexer.embed import load_embedder
    from service.search import Searcher

    archive = open_archive(given)
    return Searcher(archive, load_embedder(model or archive.manifest.model))


def answerer_over(searcher: Searcher) -> Answerer:
    """What answers questions over a searcher's archive."""
    from service.answer.answerer import Answerer
    from service.reader.loading import load_reader

    return Answerer(searcher, load_reader())


def filter_from(
    publisher: list[str] | None,
    author: list[str] | None,
    language: list[str] | None,
    article: list[str] | None,
    after: str | None,
    before: str | None,
) -> Filter:
    from indexer.filters import Filter
    from indexer.records import PartialDate

    return Filter(
        publishers=tuple(publisher or ()),
        authors=tuple(author or ()),
        languages=tuple(language or ()),
        articles=tuple(article or ()),
        after=PartialDate.parse(after) if after else None,
        before=PartialDate.parse(before) if before else None,
    )


def print_json(shape: Any) -> None:  # noqa: ANN401 - any JSON
    typer.echo(printable_json(json.dumps(shape, ensure_ascii=False, indent=2)))
