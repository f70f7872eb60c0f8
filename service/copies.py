"""Who else published what a page of results shows."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.duplicates import Wording
from indexer.snapshot import Snapshot
from indexer.stored import ArticleLine
from service.ranking import Ranked


class Copies:
    """Who else published a page's passages: other articles of the same text, and near-duplicates that say the same.

    A copy that changes a number, a name or a negation of the passage did not publish it, and is not named.
    """

    def __init__(self, snapshot: Snapshot, ranking: list[Ranked]) -> None:
        own = {ranked.passage.content_id for ranked in ranking}
        self._snapshot = snapshot
        self._groups = snapshot.copies_of(own)
        self._carriers = snapshot.articles_of(own.union(*self._groups.values()))
        self._wordings: dict[int, Wording] = {}

    def publishing(self, content_id: int, quote: str, shown: str) -> Iterator[ArticleLine]:
        for other in self._groups.get(content_id, [content_id]):
            if other == content_id or self._wording(other).covers(quote):
                yield from (line for line in self._carriers.get(other, []) if line.id != shown)

    def _wording(self, content_id: int) -> Wording:
        if content_id not in self._wordings:
            self._wordings[content_id] = Wording.of(self._snapshot.content(content_id)[1])
        return self._wordings[content_id]
