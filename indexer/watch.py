"""Keeps an archive in step with folders for as long as it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from indexer.archive import Archive
from indexer.build import index_paths
from indexer.embed import Embedder
from indexer.errors import NotAnArticle, PressmarkError
from indexer.pipeline import Report

_WAKE_MS = 1_000
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

    What changed between the run before and the first look is found at once. A run that fails is told to ``on_error``,
    and the next change tries again: a folder that is briefly away, or a second writer, does not end the watch.

    Raises:
        NotAnArticle: a path does not exist.
    """
    from watchfiles import watch

    def run() -> None:
        try:
            report = index_paths(archive, embedder, paths, prefix=prefix)
        except PressmarkError as error:
            on_error(error)
            return
        on_report(report)

    settled = False
    try:
        # Without a change it wakes up once a second: the first time to find what came before it looked.
        for changes in watch(
            *paths,
            watch_filter=_outside(archive.path.resolve()),
            debounce=_SETTLE_MS,
            stop_event=stop,
            raise_interrupt=False,
            yield_on_timeout=True,
            rust_timeout=_WAKE_MS,
        ):
            if changes or not settled:
                run()
            settled = True
    except FileNotFoundError as error:
        raise NotAnArticle(f"cannot follow the given folders: {error}. Check the paths") from error


def _outside(archive: Path) -> Callable[[object, str], bool]:
    """Whether a change may be one of an article: an archive inside the folder changes with every run."""

    def matters(_: object, changed: str) -> bool:
        path = Path(changed)
        return archive != path and archive not in path.parents and not path.name.startswith(".")

    return matters
