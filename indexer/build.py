"""Articles in, archive out: read this first.

    files --load--> articles --chunk--> passages --embed--> vectors
                                                               |
                      one transaction, one generation: texts, passages, vectors, words

``index_paths`` reads the files that changed since they were last read and sends their articles through ``pipeline``;
what is gone from a followed folder goes from the archive. ``rebuild`` embeds everything again from the archive's own
texts, for another model or other passages.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from indexer.archive import Archive
from indexer.chunk import ChunkConfig
from indexer.embed import Embedder
from indexer.errors import ArchiveMissing, NotAnArticle
from indexer.folders import Folders
from indexer.pipeline import BATCH_CHARACTERS, Pipeline, Report
from indexer.plan import Planner
from indexer.progress import Progress, ProgressBar, Tell
from indexer.rebuilding import Rebuilding
from indexer.records import Article
from indexer.schema import Manifest
from indexer.sources import Sources
from indexer.standing import Admits, standing_of
from indexer.writer import ArchiveWriter

__all__ = ["Progress", "index_articles", "index_paths", "open_or_create", "rebuild"]


def open_or_create(place: Path, embedder: Embedder, config: ChunkConfig | None = None) -> Archive:
    """The archive at ``place``, made if there is none.

    Raises:
        ArchiveMismatch: it was made with another model.
    """
    try:
        archive = Archive(place)
    except ArchiveMissing:
        return Archive.create(place, manifest_for(embedder, config))
    card = embedder.card
    archive.manifest.require_model(card.name, card.weights_sha256, card.dim, place)
    return archive


def chunk_config(embedder: Embedder, size: int | None = None, overlap: int | None = None) -> ChunkConfig:
    """How passages are cut for this model: as said, else the defaults, within what the model takes."""
    limit = embedder.card.limit
    usual = ChunkConfig()
    return ChunkConfig(
        size=min(usual.size, limit) if size is None else size,
        overlap=usual.overlap if overlap is None else overlap,
        limit=limit,
    )


def manifest_for(embedder: Embedder, config: ChunkConfig | None = None) -> Manifest:
    """What an archive made with this embedder says of itself."""
    card = embedder.card
    return Manifest(card.name, card.weights_sha256, card.dim, config or chunk_config(embedder))


def index_paths(
    archive: Archive,
    embedder: Embedder,
    paths: Sequence[Path],
    *,
    prefix: str | None = None,
    restore: bool = False,
    may_empty: bool = False,
    batch_characters: int = BATCH_CHARACTERS,
    tell: Tell = lambda progress: None,
) -> Report:
    """Bring the archive in step with files and folders: add, update, and remove what is gone from a folder.

    ``prefix`` stands before the ids that come from paths; ``restore`` brings back articles that were removed by hand;
    ``may_empty`` allows a folder that has lost all its files to take their articles with them. Every
    ``batch_characters`` of text are a commit.

    Raises:
        InputError: a path does not exist, or a followed folder is suddenly empty.
        ArchiveBusy: another process is writing.
        ArchiveFull: the disk is full; what was committed stays.
    """
    started = time.perf_counter()
    report = Report()
    with archive.writer() as writer:
        folders = Folders(writer, report)
        with writer.change() as db:
            plans = Planner(Sources(db), report).plan([path.resolve() for path in paths], prefix, may_empty)
            if restore:
                Sources(db).restore()
        bar = ProgressBar(report, tell, sum(file.weight for plan in plans for file in plan.files))
        with _pipeline(writer, embedder, archive.manifest.chunk, report, bar.tell, batch_characters) as pipeline:
            folders.read(plans, pipeline, bar)
        folders.drop(plans)
        report.generation = writer.commit()
        writer.save_dense()
    report.seconds = time.perf_counter() - started
    return report


def index_articles(
    archive: Archive,
    embedder: Embedder,
    articles: Iterable[Article],
    *,
    admits: Admits | None = None,
    batch_characters: int = BATCH_CHARACTERS,
) -> Report:
    """Add or replace articles that come from no file.

    ``admits`` is asked about each before it is taken, with what the archive holds under its id, and raises what speaks
    against it: a ``NotAnArticle`` refuses that article, any other error ends the run.
    """
    started = time.perf_counter()
    report = Report(ids=[] if admits else None)
    with archive.writer() as writer:
        with _pipeline(writer, embedder, archive.manifest.chunk, report, lambda: None, batch_characters) as pipeline:
            for article in articles:
                try:
                    if admits is not None:
                        with writer.change() as db:
                            admits(article, standing_of(db, article.id))
                    pipeline.take(article, None)
                except NotAnArticle as refusal:
                    report.refused.append(refusal)
        writer.save_dense()
    report.seconds = time.perf_counter() - started
    return report


def rebuild(
    archive: Archive,
    embedder: Embedder,
    config: ChunkConfig | None = None,
    *,
    batch_characters: int = BATCH_CHARACTERS,
    tell: Tell = lambda progress: None,
) -> Report:
    """Cut and embed every article of the archive again from its stored text, as another model or size asks.

    All or nothing: readers have the archive as it was until the one commit at the end. Files are not read, so
    articles whose files are gone or were never files are kept.
    """
    started = time.perf_counter()
    report = Report()
    manifest = manifest_for(embedder, config)
    with archive.writer() as writer:
        rebuilding = Rebuilding(writer, manifest)
        bar = ProgressBar(report, tell, len(rebuilding.ids))
        with _pipeline(writer, embedder, manifest.chunk, report, bar.tell, batch_characters, commit=False) as pipeline:
            for article, file_id in rebuilding.articles():
                bar.read(1)
                pipeline.take(article, file_id)
        report.generation = writer.commit()
        writer.save_dense(always=True)
    archive.reread_manifest()
    report.updated, report.added = report.added, 0
    report.seconds = time.perf_counter() - started
    return report


@contextmanager
def _pipeline(
    writer: ArchiveWriter,
    embedder: Embedder,
    config: ChunkConfig,
    report: Report,
    advance: Callable[[], None],
    batch_characters: int,
    *,
    commit: bool = True,
) -> Iterator[Pipeline]:
    """A pipeline that is finished when the block ends, and stopped however it ends."""
    pipeline = Pipeline(writer, embedder, config, report, advance, batch_characters=batch_characters, commit=commit)
    try:
        yield pipeline
        pipeline.finish()
    finally:
        pipeline.stop()
