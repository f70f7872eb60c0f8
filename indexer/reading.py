"""What one generation of an archive holds: articles, passages, lists and counts. What is searched is in ``snapshot``.

The database is read inside one transaction that stays open, so that a writer's commits cannot be half seen.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from indexer.bylines import Bylines
from indexer.database import connect, explaining
from indexer.dense import Floats, Ints
from indexer.errors import ArchiveDamaged, UnknownArticle
from indexer.filters import Filter, author_matches, name_matches
from indexer.schema import Manifest
from indexer.stored import (
    ARTICLE,
    ArticleLine,
    PassageRow,
    StoredArticle,
    article_from_row,
    decode_vectors,
    line_from_row,
)
from indexer.tallies import Tallies, Tally


class Reading:
    """One generation's rows. Safe to use from several threads."""

    _clusters = "contents"
    """The table that finds contents by their cluster."""

    def __init__(self, place: Path, prepare: Callable[[sqlite3.Connection], None] = lambda db: None) -> None:
        self._place = place
        self._lock = threading.RLock()
        self._db = connect(place)
        weakref.finalize(self, self._db.close)
        with explaining(place):
            prepare(self._db)
        self._db.create_function("name_matches", 2, name_matches, deterministic=True)
        self._db.create_function("author_matches", 2, author_matches, deterministic=True)
        self._db.execute("BEGIN")
        self._tallies = Tallies(self._all)
        self._bylines = Bylines(self._all)
        self.generation = int(self._all("SELECT generation FROM state")[0][0])
        self.manifest = Manifest.from_json(self._manifest_text(), place)

    def _manifest_text(self) -> str:
        rows = self._all("SELECT value FROM manifest")
        if not rows:
            raise ArchiveDamaged(f"archive {self._place} has no manifest. Restore it from a copy, or index again")
        return str(rows[0][0])

    def renew(self) -> None:
        """Let go of the pages that only this reader still needs; for one who knows that no generation came since.

        A writer's log cannot shrink below the oldest transaction that reads from it.
        """
        with self._lock:
            self._db.execute("ROLLBACK")
            self._db.execute("BEGIN")
            self._all("SELECT generation FROM state")

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock, explaining(self._place):
            return self._db.execute(sql, values).fetchall()

    def _column(self, sql: str, values: Sequence[object] = ()) -> Ints:
        return np.fromiter((row[0] for row in self._all(sql, values)), dtype=np.int64)

    # -- passages -----------------------------------------------------------------------------------------------

    def vectors(self) -> tuple[Ints, Floats]:
        """Every passage's and its content's number, ``(n, 2)``, and its unit row, by passage id ascending."""
        rows = self._all("SELECT id, content_id, vector FROM passages JOIN vectors ON passage_id = id ORDER BY id")
        numbers = np.array([row[:2] for row in rows], np.int64).reshape(-1, 2)
        return numbers, decode_vectors((row[2] for row in rows), self.manifest.dim)

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

    def passages_of(self, article_id: str) -> list[PassageRow]:
        """An article's passages in the order of its text."""
        self.article(article_id)
        rows = self._all(
            'SELECT p.id, p.content_id, start, "end", heading, page FROM passages p '
            "JOIN articles a ON a.content_id = p.content_id WHERE a.id = ? ORDER BY start",
            (article_id,),
        )
        return [PassageRow(*row) for row in rows]

    # -- articles -----------------------------------------------------------------------------------------------

    def articles_of(self, contents: Iterable[int], wanted: Filter | None = None) -> dict[int, list[ArticleLine]]:
        """For each content the articles that carry it and meet the filter: earliest published first, then by id."""
        where, values = (wanted or Filter()).where()
        found: dict[int, list[ArticleLine]] = {}
        for content_id, *rest in self._all(
            "SELECT content_id, a.id, title, authors, publisher, published, url, language FROM "
            f"(SELECT * FROM articles WHERE content_id IN (SELECT value FROM json_each(?)) AND ({where})) a "
            "JOIN contents ON contents.id = content_id ORDER BY first_day IS NULL, first_day, a.id",
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
            f"SELECT id, cluster FROM {self._clusters} WHERE cluster IN "
            f"(SELECT cluster FROM {self._clusters} WHERE id IN (SELECT value FROM json_each(?))) ORDER BY id"
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
        rows = self._all(ARTICLE, (article_id,))
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
            "SELECT a.id, title, authors, publisher, published, url, language FROM "
            f"(SELECT * FROM articles WHERE ({where}) AND id > ? ORDER BY id LIMIT ?) a "
            "JOIN contents ON contents.id = content_id ORDER BY a.id",
            [*values, after, limit],
        )
        return [line_from_row(row) for row in rows]

    def written_by(self, words: Iterable[str], wanted: Filter, limit: int) -> list[str]:
        """The ids of articles by somebody whose first and last name are among these words, latest first."""
        if not (stated := self._bylines.within(words)):
            return []
        where, values = wanted.where()
        sql = (
            f"SELECT id FROM articles WHERE authors IN (SELECT value FROM json_each(?)) AND ({where}) "
            "ORDER BY last_day DESC, id LIMIT ?"
        )
        return [str(row[0]) for row in self._all(sql, (json.dumps(stated), *values, limit))]

    def article_count(self, wanted: Filter) -> int:
        """How many articles meet a filter."""
        where, values = wanted.where()
        return int(self._all(f"SELECT count(*) FROM articles WHERE {where}", values)[0][0])

    # -- lists and counts ---------------------------------------------------------------------------------------

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

    def tally(self, wanted: Filter) -> Tally:
        """What the articles that meet a filter state."""
        return self._tallies.of(wanted)

    def tally_among(self, wanted: Filter, column: Literal["id", "content_id"], values: Iterable[str | int]) -> Tally:
        """What those of them state that are of these ids, or carry these contents."""
        return self._tallies.among(wanted, column, values)

    def sources(self) -> list[str]:
        """The folders and files that the archive follows."""
        return [str(row[0]) for row in self._all("SELECT path FROM sources ORDER BY path")]

    def distinct(self, column: str) -> list[tuple[str | None, int]]:
        """The values of ``publisher`` or ``language`` and how many articles have each, most first."""
        if column not in {"publisher", "language"}:
            raise ValueError(f"no such column: {column}")
        return self._all(f"SELECT {column}, count(*) FROM articles GROUP BY {column} ORDER BY count(*) DESC, {column}")
