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
    from service.generate.client import Generator
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

LlmOption = Annotated[
    str | None, typer.Option("--llm", metavar="URL", help="Let a language model write: an OpenAI-compatible endpoint.")
]
LlmModelOption = Annotated[str | None, typer.Option("--llm-model", metavar="NAME", help="Its name at that endpoint.")]
LlmContextOption = Annotated[
    int | None, typer.Option("--llm-context", metavar="TOKENS", help="How many tokens it takes. [default: 4096]")
]


def archive_path(given: Path | None) -> Path:
    """The archive that is meant when nothing, or something, was said."""
    return given or Path(os.environ.get("PRESSMARK_ARCHIVE") or ".pressmark")


def open_archive(given: Path | None) -> Archive:
    from indexer.archive import Archive

    return Archive(archive_path(given))


def open_searcher(given: Path | None, model: str | None, *, reads: bool = False) -> Searcher:
    """A searcher over the archive, with the model that made it unless another is named; one that reads can rerank."""
    from indexer.embed import load_embedder
    from service.reader.loading import load_reader
    from service.search import Searcher

    archive = open_archive(given)
    return Searcher(archive, load_embedder(model or archive.manifest.model), load_reader() if reads else None)


def open_answerer(given: Path | None, model: str | None) -> Answerer:
    """What answers questions over the archive; its searcher reranks with the first of its readers."""
    from indexer.embed import load_embedder
    from service.answer.answerer import Answerer
    from service.reader.loading import load_reader
    from service.reader.second import load_second
    from service.search import Searcher

    archive, reader = open_archive(given), load_reader()
    searcher = Searcher(archive, load_embedder(model or archive.manifest.model), reader)
    return Answerer(searcher, reader, load_second(tell=on_stderr))


def on_stderr(line: str) -> None:
    """For people who wait; what programs read is on the other stream."""
    typer.echo(line, err=True)


def generator_from(url: str | None, model: str | None, context: int | None) -> Generator | None:
    """The language model that is meant, None for none. Its key is in ``$PRESSMARK_LLM_KEY``: no list of processes
    shows it there.
    """
    from indexer.errors import BadQuery

    if url is None or model is None:
        stated = {"--llm": url, "--llm-model": model, "--llm-context": context}
        if given := [name for name, value in stated.items() if value is not None]:
            missing = "--llm URL" if url is None else "--llm-model NAME"
            raise BadQuery(f"{' and '.join(given)}: a language model needs a URL and a name. Add: {missing}")
        return None
    from service.generate.client import Generator

    key = os.environ.get("PRESSMARK_LLM_KEY") or None
    return Generator(url, model, key) if context is None else Generator(url, model, key, context)


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
