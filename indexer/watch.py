"""Keeps an archive in step with folders for as long as it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from indexer.archive import Archive
from indexer.build import index_paths
from indexer.embed import Embedder
from indexer.errors import PressmarkError
from indexer.pipeline import Report

_SETTLE_MS = 800
"""Changes that come closer together than this are one: editors write a file in several steps."""


def follow(
    archive: Archive,
    embedder: Embedder,
    paths: Sequence[Path],
    *,
    prefix: str | None = None,
    on_report: Callable[[Report], None],
    on_error: Callable[[PressmarkError], None],
    stop: Event | None = None,
) -> None:
    """Index the paths again whenever something in them changes, until ``stop`` is set or Ctrl-C.

    A run that fails is told to ``on_error``, and the next change tries again: a folder that is briefly away, or a
    second writer, does not end the watch.
    """
    from watchfiles import watch

    for _ in watch(*paths, debounce=_SETTLE_MS, stop_event=stop, raise_interrupt=False):
        try:
            report = index_paths(archive, embedder, paths, prefix=prefix)
        except PressmarkError as error:
            on_error(error)
            continue
        on_report(report)
