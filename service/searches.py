"""What searches: a ``Searcher`` over an archive here, or a ``Client`` of a service that has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from service.locator import Locator
    from service.search import Results, SearchOptions


class Searches(Protocol):
    """The passages that answer a query best, or are nearest to one, wherever they are found; see ``Searcher``."""

    def search(self, query: str, options: SearchOptions | None = None) -> Results: ...
    def similar(self, locator: Locator, options: SearchOptions | None = None) -> Results: ...
