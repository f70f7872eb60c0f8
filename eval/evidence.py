"""Where in an archive the evidence of a question stands, for answers to be held against."""

from __future__ import annotations

from collections.abc import Iterator

from eval.answer_measures import Places
from eval.gold import Gold, Span
from eval.suite import Query
from indexer.snapshot import Snapshot


class EvidencePlaces:
    """The places of a question's quotes; where a suite has none, the whole of each relevant article."""

    def __init__(self, snapshot: Snapshot, gold: Gold) -> None:
        self._snapshot, self._gold = snapshot, gold
        self._whole: dict[str, tuple[Span, ...]] = {}

    def of(self, query: Query) -> Places:
        if query.evidence:
            return self._gold.spans[query.id]
        relevant = [name for name, grade in query.articles.items() if grade > 0]
        return [places for places in map(self._everywhere, relevant) if places]

    def _everywhere(self, article: str) -> tuple[Span, ...]:
        """An article's whole text and that of its copies, under the ids by which a search shows them."""
        if article not in self._whole:
            self._whole[article] = tuple(self._copies(article))
        return self._whole[article]

    def _copies(self, article: str) -> Iterator[Span]:
        rows = self._snapshot.passages_of(article)
        if rows:
            own = rows[0].content_id
            group = self._snapshot.copies_of([own]).get(own, [own])
            carriers = self._snapshot.articles_of(group)
            for content_id in group:
                yield Span(carriers[content_id][0].id, 0, len(self._snapshot.content(content_id)[1]))
