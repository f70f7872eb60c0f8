"""A part of a lexical index, whose scores are those of an index of its own.

BM25 weighs a word by how few passages hold it. Counted over passages that must not be seen, that weight would tell
which words stand in them; so words are counted in the part alone. What is left of the others is one number, the mean
length of a passage, which the index keeps for all.
"""

from __future__ import annotations

from collections.abc import Sequence

from indexer.dense import Ints
from indexer.lexical import Keep, LexicalIndex, idf
from indexer.spelling import nearest


class LexicalPart(LexicalIndex):
    """What ``whole`` is to those who see ``rows`` of its passages, which ``keep`` tells from the others.

    ``contents`` are theirs, when they are few enough to ask the index for them.
    """

    def __init__(self, whole: LexicalIndex, keep: Keep, rows: int, contents: Sequence[int] | None) -> None:
        self._place, self._schema, self._searcher = whole._place, whole._schema, whole._searcher
        self._terms = whole._terms
        self.rows = rows
        self._whole = whole
        self._keep = keep
        self._contents = contents
        self._counted: dict[tuple[str, str], int] = {}
        self._whole_rows = whole._rows_ever

    def matching(self, phrase: str) -> Ints:
        found = self._whole.matching(phrase)
        return found[self._keep(found)]

    def matching_any(self, text: str) -> Ints:
        found = self._whole.matching_any(text)
        return found[self._keep(found)]

    def _factor(self, field: str, *stems: str) -> float:
        here = [self._holding(field, stem) for stem in stems]
        if not all(here):
            return 1.0  # what is seen does not hold it, and it scores nothing
        everywhere = [self._whole._holding(field, stem) for stem in stems]
        return sum(idf(n, self.rows) for n in here) / sum(idf(n, self._whole_rows) for n in everywhere)

    def _holding(self, field: str, stem: str) -> int:
        if (field, stem) not in self._counted:
            self._counted[field, stem] = (
                self._holding_in(field, stem, self._contents)
                if self._contents is not None
                else int(self._keep(self._with_word(field, stem)).sum())
            )
        return self._counted[field, stem]

    def _holds(self, stem: str) -> bool:
        return self._holding("body", stem) > 0

    def _near(self, stem: str) -> list[str]:
        """Which of equally near words is meant goes by how often the part has them."""
        counted = [(term, n) for term in self._whole._near(stem) if (n := self._holding("body", term))]
        return nearest(stem, lambda letters: counted)
