"""``python -m tests.serve_workers ARCHIVE WORKERS``: the real server in several processes, with a fake's vectors."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from fastapi import FastAPI
from numpy.typing import NDArray

from indexer.archive import Archive
from indexer.errors import PressmarkError
from service.api.app import create_app
from service.api.metrics import Metrics
from service.api.serving import serve_made
from service.batching import BatchedEmbedder
from service.search import Searcher
from tests.fakes import WordEmbedder


class Mortal(WordEmbedder):
    """One that ends the process that reads ``kaboom``, and takes a second for ``slow``."""

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if "kaboom" in texts:
            os._exit(1)
        if texts and texts[0].startswith("slow"):
            time.sleep(1)
        return super().embed_queries(texts)


def application(place: Path, shared: Path | None) -> FastAPI:
    if (place / "unready").exists():
        raise PressmarkError("the model is missing. Install it")
    archive = Archive(place)
    measured = Metrics(archive, shared)
    return create_app(Searcher(archive, BatchedEmbedder(Mortal(), measured.embedding)), measured=measured)


def main(archive: str, workers: str) -> int:
    try:
        serve_made(partial(application, Path(archive)), Path(archive), "127.0.0.1", 0, workers=int(workers))
    except PressmarkError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
