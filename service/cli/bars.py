"""Bars for long work, on a terminal; where the output is not one, nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import progress as bars
from rich.console import Console

from indexer.progress import Progress


@contextmanager
def indexing() -> Iterator[Callable[[Progress], None]]:
    """A bar with rate and time left on a terminal; nothing where the output is not one."""
    err = Console(stderr=True)
    if not err.is_terminal:
        yield lambda progress: None
        return
    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.TextColumn("{task.percentage:>3.0f}%"),
        bars.TextColumn("{task.fields[said]}"),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("indexing", total=None, said="")

        def tell(progress: Progress) -> None:
            elapsed = bar.tasks[0].elapsed or 1e-9
            said = f"{progress.articles:,} articles, {progress.embedded / elapsed:,.0f} passages/s"
            bar.update(task, completed=progress.done, total=progress.total or None, said=said)

        yield tell


@contextmanager
def queries(noun: str = "queries") -> Iterator[Callable[[int, int], None]]:
    """A bar that counts queries, or what the noun says, on a terminal; nothing where the output is not one."""
    err = Console(stderr=True)
    if not err.is_terminal:
        yield lambda done, total: None
        return
    with bars.Progress(
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeRemainingColumn(),
        console=err,
        transient=True,
    ) as bar:
        task = bar.add_task(noun, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
