"""One generation of an archive, as a reader sees it: rows, vectors and words that belong together.

The database is read inside one transaction that stays open, so that a writer's commits cannot be half seen; the dense
index is the saved one plus the rows added since; the lexical index is one committed state.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from indexer.dense import DenseCard, DenseIndex, Floats, Ints, Mask
from indexer.errors import ArchiveDamaged, UnknownArticle
from indexer.filters import Filter, name_matches
from indexer.lexical import LexicalIndex
from indexer.schema import Manifest, connect
from indexer.stored import (
    ArticleLine,
    PassageRow,
    StoredArticle,
    article_from_row,
    decode_vectors,
    line_from_row,
)

_FEW_PASSAGES = 20_000
"""Below it a filter is handed to the lexical index as a set of contents; above it, hits are checked one by one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The passages that a search may return: a mask over dense rows, and how many articles' contents they are of."""

    mask: Mask
    passages: int
    contents: tuple[int, ...] | None
    """The contents, when they are few enough to hand to the lexical index."""


class Snapshot:
    """Everything that a search needs of one generation. Safe to use from several threads."""

    def __init__(self, place: Path, manifest: Manifest, previous: Snapshot | None = None) -> None:
        self._place = place
        self._lock = threading.RLock()
        self._db = connect(place)
        weakref.finalize(self, self._db.close)
        self._db.create_function("name_matches", 2, name_matches, deterministic=True)
        self._db.execute("BEGIN")
        self.generation = int(self._db.execute("SELECT generation FROM state").fetchone()[0])
        self.manifest = manifest
        self._open_dense(previous)
        self._lexical = LexicalIndex(place / "lexical")
        self._visible = self._alive & ~self._rows_in(
            self._column("SELECT id FROM passages WHERE covered_by IS NOT NULL ORDER BY id")
        )
        # One cache a snapshot: a scope holds for its generation only.
        self.scope = lru_cache(maxsize=64)(self._scope)

    # -- rows ---------------------------------------------------------------------------------------------------

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _column(self, sql: str, values: Sequence[object] = ()) -> Ints:
        return np.fromiter((row[0] for row in self._all(sql, values)), dtype=np.int64)

    def _open_dense(self, previous: Snapshot | None) -> None:
        saved = self._load_dense(previous)
        log_start = int(self._db.execute("SELECT log_start FROM state").fetchone()[0])
        if saved is None or not log_start <= saved[2].generation <= self.generation:
            nothing = DenseIndex.build(np.empty((0, self.manifest.dim), np.float32))
            saved = (nothing, np.empty(0, np.int64), DenseCard("flat", 0, 0, 1.0))
            since = -1
        else:
            since = saved[2].generation
        self._base = saved
        added = self._all(
            "SELECT id, vector FROM passages JOIN vectors ON passage_id = id WHERE generation > ? ORDER BY id", (since,)
        )
        vectors = decode_vectors((row[1] for row in added), self.manifest.dim)
        self._tail = DenseIndex.build(vectors, exact_up_to=len(vectors))
        added_ids = np.fromiter((row[0] for row in added), dtype=np.int64)
        self._ids = np.concatenate([saved[1], added_ids])
        self._alive = ~self._rows_in(self._column("SELECT passage_id FROM removed WHERE generation > ?", (since,)))

    def _load_dense(self, previous: Snapshot | None) -> tuple[DenseIndex, Ints, DenseCard] | None:
        if previous is not None and previous._base[2].rows:
            return previous._base
        return DenseIndex.load(self._place / "dense")

    def _rows_in(self, passage_ids: Ints) -> Mask:
        """The mask over dense rows of these passages; ids that have no row are passed over."""
        mask = np.zeros(len(self._ids), np.bool_)
        rows, present = self._rows_of(passage_ids)
        mask[rows[present]] = True
        return mask

    def _rows_of(self, passage_ids: Ints) -> tuple[Ints, Mask]:
        if not len(self._ids):
            return np.zeros(len(passage_ids), np.int64), np.zeros(len(passage_ids), np.bool_)
        rows = np.minimum(np.searchsorted(self._ids, passage_ids), len(self._ids) - 1)
        return rows, self._ids[rows] == passage_ids

    @property
    def dense_card(self) -> DenseCard:
        """What serves dense search; ``rows`` counts the saved rows, without those added since."""
        return self._base[2] if self._base[2].rows else DenseCard("flat", len(self._ids), self.generation, 1.0)

    @property
    def stale_rows(self) -> int:
        """Rows that the saved dense index lacks or holds in vain; saving it anew brings this to 0."""
        return self._tail.rows + int((~self._alive).sum())

    def vectors(self) -> tuple[Ints, Floats]:
        """Every passage's id and its unit row, by id ascending, from the truth."""
        rows = self._all("SELECT passage_id, vector FROM vectors ORDER BY passage_id")
        ids = np.fromiter((row[0] for row in rows), dtype=np.int64)
        return ids, decode_vectors((row[1] for row in rows), self.manifest.dim)

    # -- searching ----------------------------------------------------------------------------------------------

    def _scope(self, wanted: Filter) -> Scope:
        if not wanted:
            return Scope(self._visible, int(self._visible.sum()), None)
        where, values = wanted.where()
        inside = f"SELECT content_id FROM articles WHERE {where}"
        ids = self._column(
            f"SELECT id FROM passages WHERE content_id IN ({inside}) "
            f"AND (covered_by IS NULL OR covered_by NOT IN ({inside}))",
            values + values,
        )
        return self._narrowed(self._alive & self._rows_in(ids))

    def _narrowed(self, mask: Mask) -> Scope:
        count = int(mask.sum())
        contents = None
        if count <= _FEW_PASSAGES:
            contents = tuple(sorted({row.content_id for row in self.passages(self._ids[mask].tolist()).values()}))
        return Scope(mask, count, contents)

    def holding(self, scope: Scope, phrases: Iterable[str], without: Iterable[str]) -> Scope:
        """The part of a scope whose passages hold every phrase and nothing of ``without``.

        Phrases, and what is excluded in several words, count letter for letter but case and white space; an excluded
        word in any of its forms. An article's title counts as part of each of its passages.
        """
        mask = scope.mask
        for phrase in phrases:
            mask = mask & self._rows_in(self._saying(mask, phrase))
        for excluded in without:
            several = len(excluded.split()) > 1
            found = self._saying(mask, excluded) if several else self._lexical.matching(excluded)
            mask = mask & ~self._rows_in(found)
        return self._narrowed(mask)

    def saying_any(self, scope: Scope, text: str) -> Scope:
        """The part of a scope that lexical search can return for these words."""
        return self._narrowed(scope.mask & self._rows_in(self._lexical.matching_any(text)))

    def without_copies(self, scope: Scope, content_id: int) -> Scope:
        """A scope without a content and its near-duplicates."""
        left_out = self.copies_of([content_id]).get(content_id, [content_id])
        marks = ",".join("?" * len(left_out))
        ids = self._column(f"SELECT id FROM passages WHERE content_id IN ({marks})", left_out)
        return self._narrowed(scope.mask & ~self._rows_in(ids))

    def contents_in(self, scope: Scope) -> int:
        """How many different contents a scope has passages of: what one result an article can show."""
        if scope.contents is not None:
            return len(scope.contents)
        ids = json.dumps(self._ids[scope.mask].tolist())
        sql = "SELECT count(DISTINCT content_id) FROM passages WHERE id IN (SELECT value FROM json_each(?))"
        return int(self._all(sql, (ids,))[0][0])

    def _saying(self, mask: Mask, phrase: str) -> Ints:
        passage_ids = self._ids[mask & self._rows_in(self._lexical.matching(phrase))].tolist()
        wanted = " ".join(phrase.casefold().split())
        kept = [
            row.id
            for row in self.passages(passage_ids).values()
            if any(wanted in " ".join(text.casefold().split()) for text in self._texts_of(row))
        ]
        return np.asarray(sorted(kept), dtype=np.int64)

    def _texts_of(self, row: PassageRow) -> tuple[str, str]:
        title, text = self.content(row.content_id)
        return text[row.start : row.end], title or ""

    def search_dense(self, vector: Floats, depth: int, scope: Scope) -> list[tuple[int, float]]:
        """Passage ids and cosines, best first; at least ``depth`` where there are as many, and all ties."""
        split = self._base[0].rows
        found: list[tuple[int, float]] = []
        for index, first in ((self._base[0], 0), (self._tail, split)):
            part = scope.mask[first : first + index.rows]
            rows, scores = index.search(vector, depth, None if part.all() else part)
            found += zip(self._ids[rows + first].tolist(), scores.tolist(), strict=True)
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def search_lexical(self, text: str, depth: int, scope: Scope) -> list[tuple[int, float]]:
        """Passage ids and BM25 scores, best first; at least ``depth`` where as many match, and all ties."""

        def keep(passage_ids: Ints) -> Mask:
            rows, present = self._rows_of(passage_ids)
            return present & scope.mask[rows] if len(self._ids) else present

        return self._lexical.search(text, depth, keep=keep, contents=scope.contents)

    # -- reading ------------------------------------------------------------------------------------------------

    def passages(self, passage_ids: Iterable[int]) -> dict[int, PassageRow]:
        """The passages of these ids, by id."""
        sql = (
            'SELECT id, content_id, start, "end", heading, page FROM passages '
            "WHERE id IN (SELECT value FROM json_each(?))"
        )
        rows = self._all(sql, (json.dumps(list(passage_ids)),))
        return {row[0]: PassageRow(*row) for row in rows}

    def vectors_of(self, passage_ids: Sequence[int]) -> Floats:
        """The unit rows of these passages, in the order asked."""
        sql = "SELECT passage_id, vector FROM vectors WHERE passage_id IN (SELECT value FROM json_each(?))"
        found = dict(self._all(sql, (json.dumps(list(passage_ids)),)))
        return decode_vectors((found[i] for i in passage_ids), self.manifest.dim)

    def articles_of(self, contents: Iterable[int], wanted: Filter | None = None) -> dict[int, list[ArticleLine]]:
        """For each content the articles that carry it and meet the filter: earliest published first, then by id."""
        where, values = (wanted or Filter()).where()
        found: dict[int, list[ArticleLine]] = {}
        for content_id, *rest in self._all(
            "SELECT content_id, articles.id, title, authors, publisher, published, url, language "
            "FROM articles JOIN contents ON contents.id = content_id "
            f"WHERE content_id IN (SELECT value FROM json_each(?)) AND articles.id IN "
            f"(SELECT id FROM articles WHERE {where}) ORDER BY first_day IS NULL, first_day, articles.id",
            [json.dumps(sorted(set(contents))), *values],
        ):
            found.setdefault(content_id, []).append(line_from_row(rest))
        return found

    def copies_of(self, content_ids: Iterable[int]) -> dict[int, list[int]]:
        """For each content that has near-duplicates, all contents of its cluster, itself included."""
        groups: dict[int, list[int]] = {}
        mine: dict[int, int] = {}
        wanted = sorted(set(content_ids))
        sql = (
            "SELECT id, cluster FROM contents WHERE cluster IN "
            "(SELECT cluster FROM contents WHERE id IN (SELECT value FROM json_each(?))) ORDER BY id"
        )
        for content_id, cluster in self._all(sql, (json.dumps(wanted),)):
            groups.setdefault(cluster, []).append(content_id)
            mine[content_id] = cluster
        return {content_id: groups[mine[content_id]] for content_id in wanted if content_id in mine}

    def content(self, content_id: int) -> tuple[str | None, str]:
        """The title and the canonical text of a content."""
        rows = self._all(
            "SELECT title, text FROM contents JOIN editions ON editions.id = edition_id WHERE contents.id = ?",
            (content_id,),
        )
        if not rows:
            raise ArchiveDamaged(f"archive {self._place} lacks content {content_id}. Run: pressmark doctor")
        return rows[0]

    def article(self, article_id: str) -> StoredArticle:
        """One article, whole.

        Raises:
            UnknownArticle: the archive does not hold it.
        """
        rows = self._all(
            "SELECT a.id, e.sha256, e.text, c.blocks, c.title, a.authors, a.publisher, a.published, a.url, a.language, "
            "a.original, a.provenance, a.generation FROM articles a JOIN contents c ON c.id = a.content_id "
            "JOIN editions e ON e.id = c.edition_id WHERE a.id = ?",
            (article_id,),
        )
        if not rows:
            raise UnknownArticle(
                f"archive {self._place} holds no article {article_id!r}. "
                "List what it holds: pressmark status --articles"
            )
        return article_from_row(rows[0])

    def article_ids(self, wanted: Filter | None = None) -> list[str]:
        """Every article's id, or of those that meet a filter, in order."""
        where, values = (wanted or Filter()).where()
        return [str(row[0]) for row in self._all(f"SELECT id FROM articles WHERE {where} ORDER BY id", values)]

    def article_lines(self, wanted: Filter, after: str, limit: int) -> list[ArticleLine]:
        """Up to ``limit`` articles that meet a filter and whose id comes after ``after``, by id."""
        where, values = wanted.where()
        rows = self._all(
            "SELECT articles.id, title, authors, publisher, published, url, language FROM articles "
            f"JOIN contents ON contents.id = content_id WHERE articles.id IN (SELECT id FROM articles WHERE {where}) "
            "AND articles.id > ? ORDER BY articles.id LIMIT ?",
            [*values, after, limit],
        )
        return [line_from_row(row) for row in rows]

    def passages_of(self, article_id: str) -> list[PassageRow]:
        """An article's passages in the order of its text."""
        self.article(article_id)
        rows = self._all(
            'SELECT p.id, p.content_id, start, "end", heading, page FROM passages p '
            "JOIN articles a ON a.content_id = p.content_id WHERE a.id = ? ORDER BY start",
            (article_id,),
        )
        return [PassageRow(*row) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many articles, editions, passages and linked copies there are."""
        sql = {
            "articles": "SELECT count(*) FROM articles",
            "editions": "SELECT count(*) FROM editions",
            "passages": "SELECT count(*) FROM passages",
            "linked copies": "SELECT count(*) FROM contents WHERE cluster IS NOT NULL",
            "covered passages": "SELECT count(*) FROM passages WHERE covered_by IS NOT NULL",
            "withheld": "SELECT count(*) FROM withheld",
        }
        return {name: int(self._all(query)[0][0]) for name, query in sql.items()}

    def index_counts(self) -> tuple[int, int, int]:
        """How many passages the lexical index, the dense index and the truth hold."""
        passages = int(self._all("SELECT count(*) FROM passages")[0][0])
        return self._lexical.rows, int(self._alive.sum()), passages

    def sources(self) -> list[str]:
        """The folders and files that the archive follows."""
        return [str(row[0]) for row in self._all("SELECT path FROM sources ORDER BY path")]

    def distinct(self, column: str) -> list[tuple[str | None, int]]:
        """The values of ``publisher`` or ``language`` and how many articles have each, most first."""
        if column not in {"publisher", "language"}:
            raise ValueError(f"no such column: {column}")
        return self._all(f"SELECT {column}, count(*) FROM articles GROUP BY {column} ORDER BY count(*) DESC, {column}")
