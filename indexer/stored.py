"""An article and its passages as the archive holds them, and how they lie in its rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from indexer.dense import Floats
from indexer.records import Article, Block, Original, PartialDate


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as the archive holds it."""

    id: str
    edition: str
    text: str
    blocks: tuple[Block, ...]
    title: str | None
    authors: tuple[str, ...]
    publisher: str | None
    published: PartialDate | None
    url: str | None
    language: str | None
    original: Original | None
    provenance: dict[str, str]
    generation: int

    @property
    def statement(self) -> str:
        """SHA-256 over all that is stated of the article beside its text: another when any of it changes."""
        stated = {name: value for name, value in asdict(self).items() if name not in {"text", "generation"}}
        return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()

    def loaded(self) -> Article:
        """The article as its loader gave it."""
        return Article(
            self.id,
            self.text,
            self.blocks,
            title=self.title,
            authors=self.authors,
            publisher=self.publisher,
            published=self.published,
            url=self.url,
            language=self.language,
            original=self.original,
            provenance=self.provenance,
        )


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article's metadata without its text, for lists and "also published by"."""

    id: str
    title: str | None
    authors: tuple[str, ...]
    publisher: str | None
    published: PartialDate | None
    url: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage of the archive: ``text[start:end]`` of its content's edition."""

    id: int
    content_id: int
    start: int
    end: int
    heading: str | None
    page: int | None


def decode_vectors(blobs: Iterable[bytes], dim: int) -> Floats:
    """Stored half-precision vectors as ``(n, dim)`` float32 rows of unit length."""
    joined = b"".join(blobs)
    rows = np.frombuffer(joined, dtype="<f2").reshape(-1, dim).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True) if len(rows) else rows


def encode_vector(vector: Floats) -> bytes:
    """A unit row as it is stored: half precision, little-endian."""
    return vector.astype("<f2").tobytes()


def blocks_to_json(blocks: Sequence[Block]) -> str:
    return json.dumps([[b.start, b.end, b.kind, b.level, b.page] for b in blocks], separators=(",", ":"))


def blocks_from_json(text: str) -> tuple[Block, ...]:
    return tuple(Block(*fields) for fields in json.loads(text))


def _date(text: str | None) -> PartialDate | None:
    return PartialDate.parse(text) if text else None


def line_from_row(row: Sequence[Any]) -> ArticleLine:
    article_id, title, authors, publisher, published, url, language = row
    return ArticleLine(
        str(article_id),
        title,
        tuple(json.loads(str(authors))),
        publisher,
        _date(published),
        url,
        language,
    )


ARTICLE = (
    "SELECT a.id, e.sha256, e.text, c.blocks, c.title, a.authors, a.publisher, a.published, a.url, a.language, "
    "a.original, a.provenance, a.generation FROM articles a JOIN contents c ON c.id = a.content_id "
    "JOIN editions e ON e.id = c.edition_id WHERE a.id = ?"
)
"""The row of an article, as ``article_from_row`` reads it."""


def article_from_row(row: Sequence[Any]) -> StoredArticle:
    values: list[Any] = list(row)
    values[3] = blocks_from_json(str(row[3]))
    values[5] = tuple(json.loads(str(row[5])))
    values[7] = _date(row[7])
    if row[10]:
        fields = json.loads(str(row[10]))
        values[10] = Original(fields["publisher"], _date(fields["published"]), fields["url"])
    values[11] = json.loads(str(row[11]))
    return StoredArticle(*values)


def original_to_json(original: Original | None) -> str | None:
    if original is None:
        return None
    published = str(original.published) if original.published else None
    return json.dumps({"publisher": original.publisher, "published": published, "url": original.url})
