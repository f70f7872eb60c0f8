"""What the tools work with: an archive, what searches it and what answers from it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from indexer.embed import Embedder
    from indexer.readable import ReadableArchive
    from service.answer.answerer import Answerer
    from service.api.request import Asks
    from service.reader.served import ServedReader
    from service.search import Searcher

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Core:
    """Each is asked for when a tool needs it. ``searcher`` is given whether the search has a use for a reader.

    Without an ``answerer`` there is no tool ``ask``.
    """

    archive: Callable[[], ReadableArchive]
    searcher: Callable[[bool], Searcher]
    answerer: Callable[[], Asks] | None

    def within(self, publishers: tuple[str, ...]) -> Core:
        """The core for those for whom only these publishers' articles exist."""
        answerer = self.answerer
        return Core(
            lambda: self.archive().limited(publishers),
            lambda reads: self.searcher(reads).within(publishers),
            None if answerer is None else lambda: answerer().within(publishers),
        )


class Once(Generic[T]):
    """What is made when it is first asked for. What could not be made is tried again the next time."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._making = threading.Lock()
        self.made: T | None = None

    def __call__(self) -> T:
        with self._making:
            if self.made is None:
                self.made = self._make()
            return self.made


def at_hand(searcher: Searcher, answerer: Asks | None) -> Core:
    """The core of a process that has loaded everything already."""
    return Core(lambda: searcher.archive, lambda reads: searcher, None if answerer is None else lambda: answerer)


def lazily(archive: Callable[[], ReadableArchive], model: str | None = None) -> Core:
    """A core that loads the archive's model, or the one named, for the first search, the reader for the first that is
    reranked, and both readers to answer.
    """

    def embedder() -> Embedder:
        from indexer.embed import load_embedder

        return load_embedder(model or archive().manifest.model)

    def searcher() -> Searcher:
        from service.search import Searcher

        return Searcher(archive(), embedding())

    def reader() -> ServedReader:
        from service.reader.loading import load_reader

        return load_reader()

    def reranker() -> Searcher:
        from service.search import Searcher

        return Searcher(archive(), embedding(), reading())

    def answerer() -> Answerer:
        from service.answer.answerer import Answerer
        from service.reader.second import load_second

        return Answerer(reranking(), reading(), load_second(tell=_log.warning))

    embedding, searching, reading = Once(embedder), Once(searcher), Once(reader)
    reranking, answering = Once(reranker), Once(answerer)
    return Core(archive, lambda reads: reranking() if reads else searching(), answering)
