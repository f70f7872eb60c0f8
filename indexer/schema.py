"""The tables of ``archive.sqlite`` and the manifest that says what made them.

An *edition* is a text, stored once however many articles carry it. A *content* is an edition under a title, cut into
passages: what is embedded and searched, stored once however many articles share it. An *article* is an id with its
metadata, pointing at its content.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from indexer.chunk import ChunkConfig
from indexer.errors import ArchiveDamaged, ArchiveMismatch, InputError

FORMAT = 1

TABLES = """
CREATE TABLE manifest (value TEXT NOT NULL);
CREATE TABLE state (generation INTEGER NOT NULL, log_start INTEGER NOT NULL);
CREATE TABLE sources (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, prefix TEXT NOT NULL);
CREATE TABLE files (
    id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES sources, name TEXT NOT NULL,
    stamp TEXT NOT NULL, sha256 TEXT NOT NULL, refused INTEGER NOT NULL, UNIQUE (source_id, name)
);
CREATE TABLE editions (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, text TEXT NOT NULL);
CREATE TABLE contents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE, edition_id INTEGER NOT NULL REFERENCES editions,
    title TEXT, blocks TEXT NOT NULL, signature BLOB NOT NULL, cluster INTEGER
);
CREATE INDEX contents_by_edition ON contents (edition_id);
CREATE INDEX contents_by_cluster ON contents (cluster) WHERE cluster IS NOT NULL;
CREATE TABLE bands (band INTEGER NOT NULL, hash BLOB NOT NULL, content_id INTEGER NOT NULL,
    PRIMARY KEY (band, hash, content_id)) WITHOUT ROWID;
CREATE INDEX bands_by_content ON bands (content_id);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, content_id INTEGER NOT NULL REFERENCES contents, file_id INTEGER REFERENCES files,
    authors TEXT NOT NULL, publisher TEXT, published TEXT, first_day INTEGER, last_day INTEGER,
    url TEXT, language TEXT, original TEXT, provenance TEXT NOT NULL, generation INTEGER NOT NULL
);
CREATE INDEX articles_by_content ON articles (content_id);
CREATE INDEX articles_by_file ON articles (file_id);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, content_id INTEGER NOT NULL REFERENCES contents,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, heading TEXT, page INTEGER,
    input BLOB NOT NULL, covered_by INTEGER, generation INTEGER NOT NULL
);
CREATE INDEX passages_by_content ON passages (content_id);
CREATE INDEX passages_by_input ON passages (input);
CREATE INDEX passages_by_generation ON passages (generation);
CREATE INDEX passages_covered ON passages (id, covered_by) WHERE covered_by IS NOT NULL;
CREATE TABLE vectors (passage_id INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE removed (passage_id INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
CREATE INDEX removed_by_generation ON removed (generation);
CREATE TABLE withheld (article_id TEXT PRIMARY KEY, generation INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What made an archive. Two archives with equal manifests embed and cut alike."""

    model: str
    weights_sha256: str
    dim: int
    chunk: ChunkConfig
    format: int = FORMAT

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str, place: Path) -> Manifest:
        """Read a manifest back.

        Raises:
            ArchiveMismatch: it was written by a newer version of Pressmark.
            ArchiveDamaged: it is not a manifest.
        """
        try:
            fields = json.loads(text)
            if fields["format"] != FORMAT:
                raise ArchiveMismatch(
                    f"archive {place} has format {fields['format']}, this version of Pressmark reads format {FORMAT}. "
                    "Use the version that made it, or index the articles again: pressmark index --rebuild PATH..."
                )
            return cls(**{**fields, "chunk": ChunkConfig(**fields["chunk"])})
        except (ValueError, KeyError, TypeError, InputError) as error:
            raise ArchiveDamaged(
                f"the manifest of archive {place} cannot be read: {error!r}. Restore archive.sqlite from a copy, or "
                "remove the archive and index again"
            ) from error

    def require_model(self, name: str, weights_sha256: str, dim: int, place: Path) -> None:
        """Refuse to mix embeddings.

        Raises:
            ArchiveMismatch: the archive was made with other weights.
        """
        if weights_sha256 != self.weights_sha256:
            raise ArchiveMismatch(
                f"archive {place} was made with model {self.model} (dim {self.dim}, weights "
                f"{self.weights_sha256[:12]}); "
                f"this process uses {name} (dim {dim}, weights {weights_sha256[:12]}). Use --model {self.model}, or "
                f"embed it all again: pressmark index --rebuild --model {name} PATH..."
            )
