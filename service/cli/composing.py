"""The application that ``pressmark serve`` answers with, put together from its settings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from service.cli.options import generator_from, on_stderr

if TYPE_CHECKING:
    from fastapi import FastAPI

    from service.api.traces import Traces
    from service.settings import Settings


def application(chosen: Settings, shared: Path | None = None) -> FastAPI:
    """Everything that the settings name; ``shared`` is where several processes measure together.

    Raises:
        PressmarkError: the archive or a model cannot be opened.
    """
    from indexer.archive import Archive
    from indexer.embed import load_embedder
    from service.answer.answerer import Answerer
    from service.api.app import create_app
    from service.api.logs import request_log
    from service.api.metrics import Metrics
    from service.api.reach import is_loopback, names_of
    from service.batching import BatchedEmbedder
    from service.generate.answering import ModelWriter
    from service.reader.loading import load_reader
    from service.reader.second import load_second
    from service.search import Searcher

    generator = generator_from(chosen.llm, chosen.llm_model, chosen.llm_context)
    archive = Archive(chosen.archive)
    measured = Metrics(archive, shared)
    embedder = BatchedEmbedder(load_embedder(chosen.model or archive.manifest.model), measured.embedding)
    reader = load_reader()
    answerer = Answerer(Searcher(archive, embedder, reader), reader, load_second(tell=on_stderr))
    return create_app(
        answerer.searcher,
        answerer,
        ModelWriter(answerer, generator) if generator else None,
        most_bytes=chosen.max_body_bytes,
        most_upload_bytes=chosen.max_upload_bytes,
        cors_origins=chosen.cors_origins,
        log=request_log(chosen.log_format, sys.stderr, queries=chosen.log_queries),
        rate_limit=chosen.rate_limit,
        hosts=names_of(chosen.host, chosen.allowed_hosts),
        closed=not is_loopback(chosen.host),
        measured=measured,
        traces=_traces(chosen.otlp_endpoint),
    )


def _traces(endpoint: str | None) -> Traces | None:
    if endpoint is None:
        return None
    from service.api.traces import Traces

    return Traces(endpoint)
