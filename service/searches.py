"""What searches: a ``Searcher`` over an archive here, or a ``Client`` of a service that has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from service.search import Results, SearchOptions


class Searches(Protocol):
    """The passages that answer a query best, wherever they are found; see ``Searcher.search``."""

    def search(self, query: str, options: SearchOptions | None = None) -> Results: ...
