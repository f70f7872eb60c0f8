"""What the tools work with: an archive, what searches it and what answers from it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from indexer.embed import Embedder
    from indexer.readable import ReadableArchive
    from service.answer.answerer import Answerer
    from service.api.request import Asks
    from service.search import Searcher

T = TypeVar("T")


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
    """A core that loads the archive's model, or the one named, for the first search, and the readers to answer."""

    def embedder() -> Embedder:
        from indexer.embed import load_embedder

        return load_embedder(model or archive().manifest.model)

    def searcher() -> Searcher:
        from service.search import Searcher

        return Searcher(archive(), embedding())

    def answerer() -> Answerer:
        from service.answer.answerer import Answerer
        from service.reader.loading import load_reader
        from service.reader.second import load_second
        from service.search import Searcher

        found, reader = archive(), load_reader()
        return Answerer(Searcher(found, embedding(), reader), reader, load_second())

    embedding, searching, answering = Once(embedder), Once(searcher), Once(answerer)
    return Core(archive, lambda reads: answering().searcher if reads else searching(), answering)
