"""Starts an archive over under another manifest, inside one transaction: readers have the old one until its end."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.records import Article
from indexer.schema import Manifest
from indexer.stored import article_from_row
from indexer.writer import ArchiveWriter

_EMPTIED = ("articles", "vectors", "bands", "passages", "removed", "contents")


class Rebuilding:
    """Every article is to be put again, and then committed once; a writer that is closed before forgets it all."""

    def __init__(self, writer: ArchiveWriter, manifest: Manifest) -> None:
        self._writer = writer
        with writer.change() as db:
            db.execute("CREATE TEMP TABLE kept AS SELECT * FROM articles")
            db.execute("CREATE TEMP TABLE kept_contents AS SELECT id, edition_id, title, blocks FROM contents")
            db.execute("CREATE UNIQUE INDEX temp.kept_by_id ON kept (id)")
            db.execute("CREATE UNIQUE INDEX temp.kept_contents_by_id ON kept_contents (id)")
            for table in _EMPTIED:
                db.execute(f"DELETE FROM {table}")
            db.execute("UPDATE manifest SET value = ?", (manifest.to_json(),))
            db.execute("UPDATE state SET log_start = generation + 1")  # no derived index can follow
            writer.start_words_over()
            self.ids: list[str] = [row[0] for row in db.execute("SELECT id FROM kept ORDER BY id")]

    def articles(self) -> Iterator[tuple[Article, int | None]]:
        """The articles as they were when the rebuild began, by id, each with its file."""
        for article_id in self.ids:
            with self._writer.change() as db:
                row = db.execute(
                    "SELECT k.id, e.sha256, e.text, c.blocks, c.title, k.authors, k.publisher, k.published, k.url, "
                    "k.language, k.original, k.provenance, k.generation, k.file_id FROM kept k "
                    "JOIN kept_contents c ON c.id = k.content_id JOIN editions e ON e.id = c.edition_id "
                    "WHERE k.id = ?",
                    (article_id,),
                ).fetchone()
            yield article_from_row(row[:-1]).loaded(), row[-1]
