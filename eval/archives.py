"""The archive that a suite is asked of: one kept for a suite's own articles, or another one cut anew for a trial."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import indexer
from eval import provenance
from indexer.archive import Archive
from indexer.build import index_articles, index_paths, manifest_for, open_or_create
from indexer.chunk import ChunkConfig
from indexer.embed import Embedder
from indexer.errors import InputError
from indexer.model import cache_dir
from indexer.pipeline import Report
from indexer.progress import Tell
from indexer.readable import ReadableArchive
from indexer.records import Article


def corpus_archive(
    name: str, corpus: Path, embedder: Embedder, config: ChunkConfig, tell: Tell = lambda progress: None
) -> tuple[Archive, Report]:
    """The archive of a suite's own articles, brought in step with them.

    It is kept in the cache, one for each corpus, model, way of cutting and state of the code that indexes: a second run
    embeds only what changed, one that was stopped goes on, and an edit of the code is measured, not passed over.

    Raises:
        InputError: the cache cannot be written.
    """
    made = f"{corpus.resolve()}\n{manifest_for(embedder, config).to_json()}\n{_indexing_code()}"
    place = cache_dir() / "eval" / f"{name}-{hashlib.sha256(made.encode()).hexdigest()[:12]}"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        archive = open_or_create(place, embedder, config)
    except OSError as error:
        raise InputError(
            f"the suite's articles cannot be indexed into {place}: {error.strerror or error}. Name a folder that can "
            "be written in PRESSMARK_CACHE, or an archive of these articles with --archive"
        ) from error
    return archive, index_paths(archive, embedder, [corpus], tell=tell)


def _indexing_code() -> str:
    """SHA-256 over the code that makes an archive, and the versions of what it calls."""
    sha = hashlib.sha256(json.dumps(provenance.versions()).encode())
    root = Path(indexer.__file__).parent
    for path in sorted(root.rglob("*.py")):
        sha.update(f"\n{path.relative_to(root).as_posix()}\n".encode() + path.read_bytes())
    return sha.hexdigest()


def cut_anew(source: ReadableArchive, place: Path, embedder: Embedder, config: ChunkConfig) -> Archive:
    """A new archive of the same articles, cut or embedded in another way."""
    archive = open_or_create(place, embedder, config)
    index_articles(archive, embedder, _articles(source))
    return archive


def _articles(source: ReadableArchive) -> Iterator[Article]:
    snapshot = source.snapshot()
    for article_id in snapshot.article_ids():
        yield snapshot.article(article_id).loaded()
