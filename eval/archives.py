"""The archive that a suite is asked of: one kept for a suite's own articles, or another one cut anew for a trial."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from indexer.archive import Archive
from indexer.build import index_articles, index_paths, manifest_for, open_or_create
from indexer.chunk import ChunkConfig
from indexer.embed import Embedder
from indexer.model import cache_dir
from indexer.pipeline import Report
from indexer.progress import Tell
from indexer.records import Article


def corpus_archive(
    name: str, corpus: Path, embedder: Embedder, config: ChunkConfig, tell: Tell = lambda progress: None
) -> tuple[Archive, Report]:
    """The archive of a suite's own articles, brought in step with them.

    It is kept in the cache, one for each corpus, model and way of cutting: a second run embeds only what changed, and
    one that was stopped goes on.
    """
    made = f"{corpus.resolve()}\n{manifest_for(embedder, config).to_json()}"
    place = cache_dir() / "eval" / f"{name}-{hashlib.sha256(made.encode()).hexdigest()[:12]}"
    place.parent.mkdir(parents=True, exist_ok=True)
    archive = open_or_create(place, embedder, config)
    return archive, index_paths(archive, embedder, [corpus], tell=tell)


def cut_anew(source: Archive, place: Path, embedder: Embedder, config: ChunkConfig) -> Archive:
    """A new archive of the same articles, cut or embedded in another way."""
    archive = open_or_create(place, embedder, config)
    index_articles(archive, embedder, _articles(source))
    return archive


def _articles(source: Archive) -> Iterator[Article]:
    snapshot = source.snapshot()
    for article_id in snapshot.article_ids():
        yield snapshot.article(article_id).loaded()
