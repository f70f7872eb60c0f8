"""Reads the files that a run has planned: which articles are taken from them, and what goes with what is gone."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from indexer.errors import NotAnArticle
from indexer.load.refusals import articles_and_refusals, under_prefix
from indexer.pipeline import Pipeline, Report
from indexer.plan import Plan, PlannedFile
from indexer.progress import ProgressBar
from indexer.records import Article
from indexer.sources import FileEnd, Source, Sources, digest_of, stamp_of
from indexer.writer import ArchiveWriter


@dataclass(slots=True)
class _File:
    """A file while it is read."""

    source: Source
    planned: PlannedFile
    file_id: int
    last_chance: bool
    seen: set[str] = field(default_factory=set)
    refused: int = 0
    waits: bool = False
    """Whether one of its articles may move here from a file that has not been read yet."""


class Folders:
    """One run's reading. ``read`` then ``drop``, both before the writer's last commit."""

    def __init__(self, writer: ArchiveWriter, report: Report) -> None:
        self._writer = writer
        self._report = report
        self._withheld: set[str] = set()
        self._gone: frozenset[int] = frozenset()
        self._unread: set[int] = set()
        self._kept: dict[int, frozenset[str] | set[str]] = {}  # by file read in this run: the ids that it still has
        self._claimed: dict[str, tuple[int, str]] = {}  # article id: the file of this run that it came from

    def read(self, plans: Sequence[Plan], pipeline: Pipeline, bar: ProgressBar) -> None:
        """Send on the articles of every file that is not as it was when it was last read to its end."""
        with self._writer.change() as db:
            self._withheld = Sources(db).withheld()
            known = {plan.source.id: Sources(db).files(plan.source) for plan in plans}
        self._gone = frozenset().union(*(plan.gone for plan in plans))
        files = [(plan.source, file) for plan in plans for file in plan.files]
        self._unread = {found.id for source, file in files if (found := known[source.id].get(file.name)) is not None}
        again: deque[tuple[Source, PlannedFile]] = deque()
        for source, file in files:
            bar.start(file.name, file.weight)
            if self._read(source, file, pipeline, bar, last_chance=False):
                again.append((source, file))
            bar.end()
        for source, file in again:
            bar.start(file.name, 0)
            self._read(source, file, pipeline, bar, last_chance=True)

    def _read(
        self, source: Source, planned: PlannedFile, pipeline: Pipeline, bar: ProgressBar, *, last_chance: bool
    ) -> bool:
        """Read one file; whether it has to be read again once the others have been."""
        try:
            stamp = stamp_of(planned.path)
            with self._writer.change() as db:
                sources = Sources(db)
                known = sources.file(source, planned.name)
                same = known is not None and known.stamp == stamp
                digest = known.sha256 if known is not None and same else digest_of(planned.path)
                if known is not None and not known.refused and known.sha256 == digest:
                    sources.record(FileEnd(known.id, stamp, digest, 0, frozenset()))
                    self._report.unchanged += len(sources.articles_of(known.id))
                    self._unread.discard(known.id)
                    return False
                file_id = sources.expect(source, planned.name)
        except OSError as error:
            self._refuse(NotAnArticle(f"{planned.path} cannot be read: {error.strerror}. What it held before is kept"))
            return False
        file = _File(source, planned, file_id, last_chance)
        for article in self._articles(file):
            bar.read(len(article.text))
            if article.id in self._withheld:
                self._report.withheld.append(article.id)
            else:
                pipeline.take(article, file_id)
        if not file.waits:
            pipeline.end_file(FileEnd(file_id, stamp, digest, file.refused, frozenset(file.seen)))
        if not file.refused:
            self._kept[file_id] = file.seen
        self._unread.discard(file_id)
        return file.waits

    def _articles(self, file: _File) -> Iterator[Article]:
        planned = file.planned
        for item in articles_and_refusals(planned.path, planned.name):
            if isinstance(item, NotAnArticle):
                self._refuse(item, file)
                continue
            article = under_prefix(item, planned.name, file.source.prefix)
            file.seen.add(article.id)
            if self._is_free(article, file):
                yield article

    def _refuse(self, refusal: NotAnArticle, file: _File | None = None) -> None:
        self._report.refused.append(refusal)
        if file is not None:
            file.refused += 1

    def _is_free(self, article: Article, file: _File) -> bool:
        """Whether an article may have the id that it says; if not, it is refused, or its file waits for the others."""
        first_id, first_name = self._claimed.setdefault(article.id, (file.file_id, file.planned.name))
        owner: str | None = first_name if first_id != file.file_id else None
        if owner is None:
            with self._writer.change() as db:
                held = Sources(db).owner_of(article.id)
            if held is None or held[0] is None or held[0] == file.file_id or held[0] in self._gone:
                return True
            if held[0] in self._kept and article.id not in self._kept[held[0]]:
                return True  # it has moved here from a file read before
            if held[0] in self._unread and not file.last_chance:
                del self._claimed[article.id]
                file.waits = True
                return False
            owner = held[1]
        self._refuse(
            NotAnArticle(
                f"{file.planned.name}: the id {article.id!r} is already that of an article in {owner}. Give one of "
                "them another id, or keep two folders' ids apart: pressmark index --prefix NAME PATH"
            ),
            file,
        )
        return False

    def drop(self, plans: Sequence[Plan]) -> None:
        """Remove the articles of files that are gone."""
        for file_id in sorted(frozenset().union(*(plan.gone for plan in plans))):
            with self._writer.change() as db:
                articles = Sources(db).articles_of(file_id)
            self._writer.remove(articles)
            self._report.removed += articles
            with self._writer.change() as db:
                Sources(db).forget(file_id)
