"""One generation of an archive, as a search sees it: rows, vectors and words that belong together.

The dense index is the saved one plus the rows added since (``rows``); the lexical index is one committed state. What
else can be asked of a generation is in ``reading``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.dense import DenseCard, Floats, Ints, Mask
from indexer.filters import Filter
from indexer.lexical import LexicalIndex
from indexer.reading import Reading
from indexer.rows import DenseRows

_FEW_PASSAGES = 20_000
"""Below it a filter is handed to the lexical index as a set of contents; above it, hits are checked one by one."""
_SCOPES = 64
"""Filters whose scopes are kept; each costs a byte a passage."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The passages that a search may return: a mask over dense rows, and how many articles' contents they are of."""

    mask: Mask
    passages: int
    contents: tuple[int, ...] | None
    """The contents, when they are few enough to hand to the lexical index."""


class Snapshot(Reading):
    """Everything that a search needs of one generation. Safe to use from several threads."""

    def __init__(self, place: Path, previous: Snapshot | None = None) -> None:
        super().__init__(place)
        earlier: tuple[int, DenseRows] | None = None
        if previous is not None and previous.manifest == self.manifest:
            earlier = (previous.generation, previous._rows)
        rows = DenseRows.open(self._all, place / "dense", self.manifest.dim, self.generation, earlier)
        self._see(rows, LexicalIndex(place / "lexical"))

    def _see(self, rows: DenseRows, words: LexicalIndex) -> None:
        """Search these rows and words from now on."""
        self._rows: DenseRows = rows
        self._lexical: LexicalIndex = words
        covered = self._all("SELECT id, covered_by FROM passages WHERE covered_by IS NOT NULL ORDER BY id")
        self._covered = np.array(covered, np.int64).reshape(-1, 2)
        self._visible = self._rows.alive & ~self._rows.mask_of(self._covered[:, 0])
        self._scopes: dict[Filter, Scope] = {}
        self._scopes_lock = threading.Lock()

    @property
    def dense_card(self) -> DenseCard:
        """What serves dense search; ``rows`` counts the saved rows, without those added since."""
        card = self._rows.card
        return card if card.rows else DenseCard("flat", len(self._rows.ids), self.generation, 1.0)

    @property
    def stale_rows(self) -> int:
        """Rows that the saved dense index lacks or holds in vain; saving it anew brings this to 0."""
        return self._rows.stale

    def index_counts(self) -> tuple[int, int, int]:
        """How many passages the lexical index, the dense index and the truth hold."""
        passages = int(self._all("SELECT count(*) FROM passages")[0][0])
        return self._lexical.rows, int(self._rows.alive.sum()), passages

    # -- what is searched ---------------------------------------------------------------------------------------

    def shows(self, passage_ids: Iterable[int]) -> set[int]:
        """Which of these passages a search without a filter can return: not what only repeats an earlier copy."""
        wanted = np.array(list(passage_ids), np.int64)
        places, present = self._rows.places_of(wanted)
        return set(wanted[present][self._visible[places[present]]].tolist())

    def scope(self, wanted: Filter) -> Scope:
        """The passages that a filter leaves, without those that only repeat what an earlier copy in it says."""
        if not wanted:
            return Scope(self._visible, int(self._visible.sum()), None)
        with self._scopes_lock:
            scope = self._scopes.get(wanted)
        if scope is None:
            scope = self._scope(wanted)
            with self._scopes_lock:
                if len(self._scopes) >= _SCOPES:
                    self._scopes.pop(next(iter(self._scopes)))
                self._scopes[wanted] = scope
        return scope

    def _scope(self, wanted: Filter) -> Scope:
        inside = self._inside(wanted)
        hidden = self._covered[_among(self._covered[:, 1], inside), 0]
        return self._narrowed(self._rows.alive & _among(self._rows.contents, inside) & ~self._rows.mask_of(hidden))

    def _inside(self, wanted: Filter) -> Ints:
        where, values = wanted.where()
        return self._column(f"SELECT DISTINCT content_id FROM articles WHERE {where}", values)

    def _narrowed(self, mask: Mask) -> Scope:
        count = int(mask.sum())
        few = tuple(np.unique(self._rows.contents[mask]).tolist()) if count <= _FEW_PASSAGES else None
        return Scope(mask, count, few)

    def contents_in(self, scope: Scope) -> int:
        """How many different contents a scope has passages of: what one result an article can show."""
        if scope.contents is not None:
            return len(scope.contents)
        seen = np.zeros(int(self._rows.contents.max(initial=0)) + 1, np.bool_)
        seen[self._rows.contents[scope.mask]] = True
        return int(seen.sum())

    def holding(self, scope: Scope, phrases: Iterable[str], without: Iterable[str]) -> Scope:
        """The part of a scope whose passages hold every phrase and nothing of ``without``.

        Phrases, and what is excluded in several words, count letter for letter but case and white space; an excluded
        word in any of its forms. An article's title counts as part of each of its passages.
        """
        mask = scope.mask
        for phrase in phrases:
            mask = mask & self._rows.mask_of(self._saying(mask, phrase))
        for excluded in without:
            several = len(excluded.split()) > 1
            found = self._saying(mask, excluded) if several else self._lexical.matching(excluded)
            mask = mask & ~self._rows.mask_of(found)
        return self._narrowed(mask)

    def carrying(self, wanted: Filter, phrases: Iterable[str], without: Iterable[str]) -> list[int]:
        """The contents with a passage that ``holding`` leaves, also where it only repeats what an earlier copy says."""
        inside = _among(self._rows.contents, self._inside(wanted)) if wanted else True
        held = self.holding(self._narrowed(self._rows.alive & inside), phrases, without)
        contents: list[int] = np.unique(self._rows.contents[held.mask]).tolist()
        return contents

    def _saying(self, mask: Mask, phrase: str) -> Ints:
        passage_ids = self._rows.ids[mask & self._rows.mask_of(self._lexical.matching(phrase))].tolist()
        wanted = _plain(phrase)
        by_content: dict[int, list[int]] = {}
        rows = self.passages(passage_ids)
        for row in rows.values():
            by_content.setdefault(row.content_id, []).append(row.id)
        kept: list[int] = []
        for content_id, members in by_content.items():
            title, text = self.content(content_id)
            titled = wanted in _plain(title or "")
            kept += [i for i in members if titled or wanted in _plain(text[rows[i].start : rows[i].end])]
        return np.asarray(sorted(kept), dtype=np.int64)

    def saying_any(self, scope: Scope, text: str) -> Scope:
        """The part of a scope that lexical search can return for these words."""
        return self._narrowed(scope.mask & self._rows.mask_of(self._lexical.matching_any(text)))

    def without_copies(self, scope: Scope, content_id: int) -> Scope:
        """A scope without a content and its near-duplicates."""
        left_out = np.asarray(self.copies_of([content_id]).get(content_id, [content_id]), np.int64)
        return self._narrowed(scope.mask & ~_among(self._rows.contents, left_out))

    # -- searching ----------------------------------------------------------------------------------------------

    def search_dense(self, vector: Floats, depth: int, scope: Scope) -> list[tuple[int, float]]:
        """Passage ids and cosines, best first; at least ``depth`` where there are as many, and all ties."""
        return self._rows.search(vector, depth, scope.mask)

    def search_lexical(self, text: str, depth: int, scope: Scope) -> list[tuple[int, float]]:
        """Passage ids and BM25 scores, best first; at least ``depth`` where as many match, and all ties."""

        def keep(passage_ids: Ints) -> Mask:
            places, present = self._rows.places_of(passage_ids)
            return present & scope.mask[places] if len(scope.mask) else present

        return self._lexical.search(text, depth, keep=keep, contents=scope.contents)

    def score_lexical(self, text: str, passage_ids: Sequence[int], proximity: float) -> list[float]:
        """What each passage, however found, scores by its words and their nearness, in the order asked.

        Never lower than ``search_lexical`` says, and 0.0 when it holds none of the words.
        """
        scores = self._lexical.score(text, passage_ids, proximity=proximity)
        return [scores[passage_id] for passage_id in passage_ids]

    def respelt(self, text: str, known: Callable[[str], bool]) -> tuple[str, list[tuple[str, str]]]:
        """The text with each misspelt word replaced by the stem that was meant, and what was replaced by what.

        ``known`` tells which words are spelt well although no passage holds them.
        """
        found = self._lexical.respelt(text, known)
        replaced = [(text[word.start : word.end], stem) for word, stem in found]
        for word, stem in reversed(found):
            text = text[: word.start] + stem + text[word.end :]
        return text, replaced

    def worth(self, text: str) -> float:
        """What a passage with each of the telling words would score by ``score_lexical``, their nearness left out."""
        return self._lexical.worth(text)


def _among(numbers: Ints, wanted: Ints) -> Mask:
    """Which of the numbers are among the wanted; by a table, as both count from 1 without large gaps."""
    table = np.zeros(int(max(numbers.max(initial=0), wanted.max(initial=0))) + 1, np.bool_)
    table[wanted] = True
    return table[numbers]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
