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
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.archive import Archive
from indexer.chunk import ChunkConfig
from indexer.embed import Embedder
from indexer.errors import ArchiveMissing, InputError, NotAnArticle
from indexer.load.files import FoundFile, find_files, load_file
from indexer.pipeline import Pipeline, Report
from indexer.records import Article
from indexer.schema import Manifest
from indexer.sources import FileEnd, Source, Sources, digest_of, stamp_of
from indexer.writer import ArchiveWriter


@dataclass(slots=True)
class Progress:
    """How far a run is; ``done`` and ``total`` are bytes of the files that it looks at."""

    total: int = 0
    done: int = 0
    file: str = ""
    articles: int = 0
    embedded: int = 0


Tell = Callable[[Progress], None]


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
    tell: Tell = lambda progress: None,
) -> Report:
    """Bring the archive in step with files and folders: add, update, and remove what is gone from a folder.

    ``prefix`` stands before the ids that come from paths; ``restore`` brings back articles that were removed by hand;
    ``may_empty`` allows a folder that has lost all its files to take their articles with them.

    Raises:
        InputError: a path does not exist, or a followed folder is suddenly empty.
        ArchiveBusy: another process is writing.
        ArchiveFull: the disk is full; what was committed stays.
    """
    started = time.perf_counter()
    with archive.writer() as writer:
        report = Report()
        folders = _Folders(writer, report)
        plans = folders.plan([path.resolve() for path in paths], prefix, restore, may_empty)
        progress = Progress(total=sum(file.size for plan in plans for file in plan.files))

        def advance() -> None:
            progress.articles = report.added + report.updated + report.unchanged
            progress.embedded = report.embedded
            tell(progress)

        pipeline = Pipeline(writer, embedder, archive.manifest.chunk, report, advance)
        try:
            for plan in plans:
                for file in plan.files:
                    progress.file = file.name
                    folders.read(plan.source, file, pipeline)
                    progress.done += file.size
                    advance()
            pipeline.finish()
        finally:
            pipeline.stop()
        folders.drop(plans)
        report.generation = writer.commit()
        writer.save_dense()
    report.seconds = time.perf_counter() - started
    return report


def index_articles(archive: Archive, embedder: Embedder, articles: Iterable[Article]) -> Report:
    """Add or replace articles that come from no file."""
    started = time.perf_counter()
    report = Report()
    with archive.writer() as writer:
        pipeline = Pipeline(writer, embedder, archive.manifest.chunk, report)
        try:
            for article in articles:
                pipeline.take(article, None)
            pipeline.finish()
        finally:
            pipeline.stop()
        writer.save_dense()
    report.seconds = time.perf_counter() - started
    return report


def rebuild(
    archive: Archive, embedder: Embedder, config: ChunkConfig | None = None, *, tell: Tell = lambda progress: None
) -> Report:
    """Cut and embed every article of the archive again from its stored text, as another model or size asks.

    All or nothing: readers have the archive as it was until the one commit at the end. Files are not read, so
    articles whose files are gone or were never files are kept.
    """
    started = time.perf_counter()
    report = Report()
    with archive.writer() as writer:
        ids = writer.begin_rebuild(manifest_for(embedder, config))
        progress = Progress(total=len(ids))

        def advance() -> None:
            progress.done = progress.articles = report.added
            progress.embedded = report.embedded
            tell(progress)

        pipeline = Pipeline(writer, embedder, manifest_for(embedder, config).chunk, report, advance, commit=False)
        try:
            for article_id in ids:
                pipeline.take(*writer.stored(article_id))
            pipeline.finish()
        finally:
            pipeline.stop()
        report.generation = writer.commit()
        writer.save_dense(always=True)
    archive.reread_manifest()
    report.updated, report.added = report.added, 0
    report.seconds = time.perf_counter() - started
    return report


@dataclass(frozen=True, slots=True)
class _Plan:
    """A source, its files as they are now, and the known files that are no longer among them."""

    source: Source
    files: tuple[FoundFile, ...]
    gone: frozenset[int]


class _Folders:
    """Which files to read, what their articles may be called, and what has gone."""

    def __init__(self, writer: ArchiveWriter, report: Report) -> None:
        self._writer = writer
        self._report = report
        self._withheld: set[str] = set()
        self._gone: frozenset[int] = frozenset()
        self._claimed: dict[str, tuple[int, str]] = {}  # article id: the file of this run that it came from

    def plan(self, paths: Sequence[Path], prefix: str | None, restore: bool, may_empty: bool) -> list[_Plan]:
        with self._writer.bookkeeping() as db:
            sources = Sources(db)
            if restore:
                sources.restore()
            self._withheld = sources.withheld()
            plans = [self._plan_one(sources, path, prefix, may_empty) for path in paths]
        self._gone = frozenset().union(*(plan.gone for plan in plans))
        return plans

    def _plan_one(self, sources: Sources, path: Path, prefix: str | None, may_empty: bool) -> _Plan:
        found = find_files([path])
        self._report.refused += found.errors
        for suffix, count in found.skipped.items():
            self._report.skipped[suffix] = self._report.skipped.get(suffix, 0) + count
        folder = sources.holding(path) if path.is_file() else None
        if folder is not None:
            names = [replace(file, name=file.path.relative_to(folder.path).as_posix()) for file in found.files]
            return _Plan(folder, tuple(names), frozenset())
        source = sources.follow(path, prefix)
        known = sources.files(source)
        here = {file.name for file in found.files}
        gone = frozenset(file.id for name, file in known.items() if name not in here and not (path / name).exists())
        if known and not here and not may_empty:
            raise InputError(
                f"{path} holds no article any more and {len(known):,} of its files are in the archive: is a disk not "
                "mounted? Nothing was removed. If they are to go: pressmark index --allow-empty PATH"
            )
        return _Plan(source, tuple(found.files), gone)

    def read(self, source: Source, file: FoundFile, pipeline: Pipeline) -> None:
        """Send a file's articles on, unless it is as it was when it was last read to its end."""
        try:
            stamp = stamp_of(file.path)
            with self._writer.bookkeeping() as db:
                sources = Sources(db)
                known = sources.file(source, file.name)
                same = known is not None and known.stamp == stamp
                digest = known.sha256 if known is not None and same else digest_of(file.path)
                if known is not None and not known.refused and known.sha256 == digest:
                    sources.record(FileEnd(known.id, stamp, digest, 0, frozenset()))
                    self._report.unchanged += len(sources.articles_of(known.id))
                    return
                file_id = sources.expect(source, file.name)
        except OSError as error:
            self._report.refused.append(NotAnArticle(f"{file.path}: cannot be read: {error.strerror}"))
            return
        seen: set[str] = set()
        refusals = len(self._report.refused)
        for article in self._articles(source, file, file_id):
            seen.add(article.id)
            if article.id in self._withheld:
                self._report.withheld.append(article.id)
            else:
                pipeline.take(article, file_id)
        refused = len(self._report.refused) - refusals
        pipeline.end_file(FileEnd(file_id, stamp, digest, refused, frozenset(seen)))

    def _articles(self, source: Source, file: FoundFile, file_id: int) -> Iterator[Article]:
        try:
            for item in load_file(file.path, file.name):
                if isinstance(item, NotAnArticle):
                    self._report.refused.append(item)
                    continue
                article = _with_prefix(item, file.name, source.prefix)
                owner = self._owned_elsewhere(article, file, file_id)
                if owner is None:
                    yield article
                    continue
                self._report.refused.append(
                    NotAnArticle(
                        f"{file.name}: the id {article.id!r} is already that of an article in {owner}. Give one of "
                        "them another id, or keep two folders' ids apart: pressmark index --prefix NAME PATH"
                    )
                )
        except NotAnArticle as error:
            self._report.refused.append(error)

    def _owned_elsewhere(self, article: Article, file: FoundFile, file_id: int) -> str | None:
        """The other file that has this id; None when there is none, or it is gone and the article has moved here."""
        first_id, first_name = self._claimed.setdefault(article.id, (file_id, file.name))
        if first_id != file_id:
            return first_name
        with self._writer.bookkeeping() as db:
            owner = Sources(db).owner_of(article.id)
        if owner is None or owner[0] in {None, file_id} or owner[0] in self._gone:
            return None
        return owner[1]

    def drop(self, plans: Sequence[_Plan]) -> None:
        """Remove the articles of files that are gone."""
        for plan in plans:
            for file_id in sorted(plan.gone):
                with self._writer.bookkeeping() as db:
                    articles = Sources(db).articles_of(file_id)
                self._writer.remove(articles)
                self._report.removed += articles
                with self._writer.bookkeeping() as db:
                    Sources(db).forget(file_id)


def _with_prefix(article: Article, name: str, prefix: str) -> Article:
    """The article with the source's prefix before an id that comes from its path; other ids are its own."""
    if not prefix or not article.id.startswith(name):
        return article
    return replace(article, id=f"{prefix}/{article.id}")
