"""``python -m tests.serve_fake ARCHIVE HOST PORT``: the real server, with an embedder of ``fakes``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.archive import Archive
from indexer.errors import PressmarkError
from service.api.serving import serve
from service.search import Searcher
from tests.fakes import WordEmbedder


class ExplodingEmbedder(WordEmbedder):
    """One whose bug shows when it reads ``kaboom``."""

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if "kaboom" in texts:
            raise ZeroDivisionError("a secret of the server")
        return super().embed_queries(texts)


def main(archive: str, host: str, port: str) -> int:
    try:
        serve(Searcher(Archive(Path(archive)), ExplodingEmbedder()), host, int(port))
    except PressmarkError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
