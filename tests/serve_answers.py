"""``python -m tests.serve_answers ARCHIVE``: the real server on any free port, with answers made by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from indexer.archive import Archive
from service.answer.records import Answer, AskOptions, Dropped
from service.api.serving import serve
from service.generate.checked import Accepted
from service.search import Searcher
from tests import hand_answers as hand
from tests.serve_fake import ExplodingEmbedder
from tests.test_api_asking import HandAnswerer
from tests.test_rerank import VowelReader


@dataclass(frozen=True)
class HandWriter:
    archive: Archive

    def __call__(self, question: str, options: AskOptions) -> Iterator[Accepted | Dropped | Answer]:
        yield hand.written(self.archive)

    def within(self, publishers: Iterable[str]) -> Self:
        raise AssertionError("whoever asks here may read everything")


def main(place: str) -> None:
    archive = Archive(Path(place))
    searcher = Searcher(archive, ExplodingEmbedder(), VowelReader())
    serve(searcher, "127.0.0.1", 0, HandAnswerer(archive), HandWriter(archive))


if __name__ == "__main__":
    main(sys.argv[1])
