"""A process for tests to kill: ``python -m tests.crash_child TASK ARCHIVE SOURCE [STOP]``.

STOP names the instant at which it ends itself, as kill -9 would, where a signal from outside cannot be timed.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from indexer.archive import Archive
from indexer.build import index_paths, open_or_create, rebuild
from indexer.dense import DenseIndex
from indexer.errors import PressmarkError
from indexer.lexical import LexicalWriter
from indexer.load.language import detect_language
from tests.fakes import WordEmbedder

BATCH = 1_500


def _stop(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _before_publishing(word: str) -> None:
    real = LexicalWriter.publish
    count = 0

    def publish(self: LexicalWriter, generation: int) -> None:
        nonlocal count
        count += 1
        if count == int(word):
            _stop()
        real(self, generation)

    LexicalWriter.publish = publish  # type: ignore[method-assign]


def _instead_of(owner: type, name: str) -> Callable[[], None]:
    return lambda: setattr(owner, name, _stop)


def _replacing_nothing() -> None:
    os.replace = _stop  # type: ignore[assignment]


STOPS: dict[str, Callable[[], None]] = {
    "first words": lambda: _before_publishing("1"),
    "third words": lambda: _before_publishing("3"),
    "saving dense": _instead_of(DenseIndex, "save"),
    "pointing": _replacing_nothing,
    "naming the archive": _instead_of(Path, "rename"),
    "never": lambda: None,
}


def _limit_files(size: int) -> None:
    """From here on no file may grow beyond ``size`` bytes: what a full disk looks like to one process."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def main(task: str, archive: Path, source: Path, stop: str) -> None:
    embedder = WordEmbedder()
    if stop.isdigit():
        Archive(archive).snapshot()
        detect_language("its model is unpacked into a temporary file, which is not what fills up here")
        _limit_files(int(stop))
    else:
        STOPS[stop]()
    opened = open_or_create(archive, embedder)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    match task:
        case "index":
            index_paths(opened, embedder, [source], batch_characters=BATCH)
        case "rebuild":
            rebuild(opened, WordEmbedder("fake-again"), batch_characters=BATCH)
        case "compact":
            with opened.writer() as writer:
                writer.compact()
        case "save":
            with opened.writer() as writer:
                writer.save_dense(always=True)
        case "hold":
            with opened.writer():
                sys.stdout.write("writing\n")
                sys.stdout.flush()
                sys.stdin.readline()
        case "read":
            sys.stdout.write(f"{opened.snapshot().article_ids()}\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else "never")
    except PressmarkError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.exit(2)
