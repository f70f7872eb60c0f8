"""``python -m tests.serve_answers ARCHIVE``: the real server on any free port, with answers made by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from indexer.archive import Archive
from service.answer.records import Answer, AskOptions, Dropped
from service.api.serving import serve
from service.generate.checked import Accepted
from service.search import Searcher
from tests import hand_answers as hand
from tests.serve_fake import ExplodingEmbedder
from tests.test_api_asking import HandAnswerer
from tests.test_rerank import VowelReader


def main(place: str) -> None:
    archive = Archive(Path(place))

    def write(question: str, options: AskOptions) -> Iterator[Accepted | Dropped | Answer]:
        yield hand.written(archive)

    serve(Searcher(archive, ExplodingEmbedder(), VowelReader()), "127.0.0.1", 0, HandAnswerer(archive), write)


if __name__ == "__main__":
    main(sys.argv[1])
