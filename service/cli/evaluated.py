"""What ``eval`` measures: an archive that is searched and asked here, or a running service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from service.cli.options import archive_path, on_stderr, open_archive, open_searcher
from service.cli.printable import printable
from service.cli.remote import open_client

if TYPE_CHECKING:
    from eval.answer_result import AnswerResult
    from eval.gold import Gold
    from eval.rankings import Rankings
    from eval.result import Result
    from eval.sample import Sample
    from eval.suite import Suite
    from indexer.archive import Archive
    from indexer.embed import Embedder
    from service.search import Searcher, SearchOptions


def searcher_of(suite: Suite, archive: Path | None, model: str | None, reads: bool) -> Searcher:
    """Over the archive named, else over one of the suite's own articles; one that reads can rerank."""
    if suite.corpus is None or archive is not None:
        return open_searcher(archive, model, reads=reads)
    from indexer.embed import load_embedder
    from service.reader.loading import load_reader
    from service.search import Searcher

    embedder = load_embedder(model)
    return Searcher(_own_archive(suite, suite.corpus, embedder), embedder, load_reader() if reads else None)


def _own_archive(suite: Suite, corpus: Path, embedder: Embedder) -> Archive:
    from eval.archives import corpus_archive
    from indexer.build import chunk_config
    from service.cli import bars

    with bars.indexing() as tell:
        opened, report = corpus_archive(suite.name, corpus, embedder, chunk_config(embedder), tell)
    for refusal in report.refused[:3]:
        typer.echo(f"pressmark: {printable(' '.join(str(refusal).split()))}", err=True)
    if len(report.refused) > 3:
        typer.echo(f"pressmark: and {len(report.refused) - 3:,} more articles could not be indexed", err=True)
    return opened


def run_service(
    suite: Suite, url: str, archive: Path | None, model: str | None, options: SearchOptions, before: Result | None
) -> tuple[Result, Gold, Rankings]:
    """Of a service's searches, judged by the archive named, which is the service's or a copy of it.

    For a suite with articles of its own that is an archive of these, made with the service's model. ``before`` is a
    baseline that must be of the same suite and model.
    """
    from eval.comparable import require_comparable
    from eval.served import run_served
    from indexer.embed import load_embedder
    from service.cli import bars

    with open_client(url, beside={"--model": model}) as client:
        if suite.corpus is None or archive is not None:
            opened = _judging_archive(archive)
        else:
            opened = _own_archive(suite, suite.corpus, load_embedder(client.status()["model"]["name"]))
        manifest = opened.manifest
        if before:
            require_comparable(before, suite, (manifest.model, manifest.weights_sha256))
        with no_resume(), bars.queries() as tell:
            return run_served(suite, client, opened.snapshot(), options, tell)


def _judging_archive(archive: Path | None) -> Archive:
    from indexer.errors import ArchiveMissing

    try:
        return open_archive(archive)
    except ArchiveMissing as error:
        raise ArchiveMissing(
            f"there is no archive at {archive_path(archive)}. What a service finds is judged by its archive, or a copy "
            "of it, on this machine: --archive DIR"
        ) from error


def ask_answers(suite: Suite, searcher: Searcher, sample: Sample) -> AnswerResult:
    """Ask as ``ask`` does, whatever the search was told."""
    from eval.answering import ask_suite
    from service.answer.answerer import Answerer
    from service.answer.records import AskOptions
    from service.cli import bars
    from service.reader.loading import load_reader
    from service.reader.second import load_second

    with no_resume(), bars.queries() as tell:
        reader, second, options = load_reader(), load_second(tell=on_stderr), AskOptions()
        answerer = Answerer(searcher, reader, second)
        config = {
            "passages": options.passages,
            "rerank": answerer.recipe(options).rerank,
            "reader": reader.card.weights_sha256[:12],
            "second_reader": second.card.weights_sha256[:12],
            "threshold": answerer.calibration.threshold,
        }
        return ask_suite(suite, searcher.archive.snapshot(), answerer.ask, config, sample, tell)


@contextmanager
def no_resume() -> Iterator[None]:
    """Say what an interrupted run leaves behind."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(
            "stopped: a run is kept whole or not at all, so the next one starts over; the archive is kept", err=True
        )
        raise typer.Exit(130) from None
