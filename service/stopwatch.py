"""Where the time of one search or answer goes.

``embed``: the query; ``dense`` and ``lexical``: finding candidates and scoring them; ``rerank``: reading the first of
them; ``fuse``: all else of the ranking; ``cite``: what is shown of the hits. What is left is to read the query and its
filter. An answer has ``search``, all of these; ``read``; ``weigh``, what speaks for the candidates; ``judge``; and
``write``, where a language model does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import ceil

OF_SEARCH = ("embed", "dense", "lexical", "fuse", "rerank", "cite")


class Stopwatch:
    """Time by phase, for one search or answer in one thread. A phase inside another stops the outer one's clock.

    ``phases`` are reported even where no time went into them; others once some has.
    """

    def __init__(self, phases: Sequence[str] = ()) -> None:
        self._spent: dict[str, float] = dict.fromkeys(phases, 0.0)
        self._started = self._since = time.perf_counter()
        self._phase: str | None = None

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count what is done inside as this phase."""
        outer = self._switch(name)
        try:
            yield
        finally:
            self._switch(outer)

    def _switch(self, name: str | None) -> str | None:
        now, outer = time.perf_counter(), self._phase
        if outer is not None:
            self._spent[outer] = self._spent.get(outer, 0.0) + now - self._since
        self._since, self._phase = now, name
        return outer

    def phases_ms(self) -> Mapping[str, float]:
        """Milliseconds spent in each phase, rounded down, so that together they are never more than the whole."""
        return {name: int(spent * 100_000) / 100 for name, spent in self._spent.items()}

    def took_ms(self) -> float:
        """Milliseconds since the watch was made, rounded up."""
        return ceil((time.perf_counter() - self._started) * 100_000) / 100
