"""Where the time of one search goes.

``embed``: the query; ``dense`` and ``lexical``: finding candidates and scoring them; ``rerank``: reading the first of
them; ``fuse``: all else of the ranking; ``cite``: what is shown of the hits. What is left is to read the query and its
filter.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from typing import Literal, get_args

Phase = Literal["embed", "dense", "lexical", "fuse", "rerank", "cite"]


class Stopwatch:
    """Time by phase, for one search in one thread. A phase inside another stops the outer one's clock."""

    def __init__(self) -> None:
        self._spent: dict[Phase, float] = dict.fromkeys(get_args(Phase), 0.0)
        self._started = self._since = time.perf_counter()
        self._phase: Phase | None = None

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        """Count what is done inside as this phase."""
        outer = self._switch(name)
        try:
            yield
        finally:
            self._switch(outer)

    def _switch(self, name: Phase | None) -> Phase | None:
        now, outer = time.perf_counter(), self._phase
        if outer is not None:
            self._spent[outer] += now - self._since
        self._since, self._phase = now, name
        return outer

    def phases_ms(self) -> Mapping[str, float]:
        """Milliseconds spent in each phase, rounded down, so that together they are never more than the whole."""
        return {name: int(spent * 100_000) / 100 for name, spent in self._spent.items()}

    def took_ms(self) -> float:
        """Milliseconds since the watch was made, rounded up."""
        return ceil((time.perf_counter() - self._started) * 100_000) / 100
