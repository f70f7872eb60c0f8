"""One job's articles into the archive: read, checked, stored, some seconds of work at a time.

Between two slices the archive is free for a moment, so that others who write get their turn. A job that was killed is
done again from its beginning: what it had stored counts as unchanged then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from indexer.archive import Archive
from indexer.build import index_articles
from indexer.embed import Embedder
from indexer.errors import ArchiveBusy, NotAnArticle
from indexer.load.refusals import articles_and_refusals, under_prefix
from indexer.pipeline import Report
from indexer.records import Article
from indexer.standing import Standing
from service.jobs.given import PREFIX, refuse_followed, refuse_others
from service.jobs.job import MOST_LISTED, Job, Kept, Misread, Result
from service.jobs.spool import ARTICLES

_BREATH = 0.05
"""Seconds. Who waits for the archive looks every hundredth."""
_MOST_ERRORS = 1_000
_BUSY = "another process is writing to the archive; this goes on when it has ended"


class Stopped(Exception):
    """The service ends before the job does; never leaves the runner."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an article came from, in words and by number."""

    file: str
    number: int


@dataclass(frozen=True, slots=True)
class _Read:
    """An article on its way."""

    article: Article
    place: _Place


class Work:
    """Does one job. ``save`` is given the job whenever there is something new to say of it."""

    def __init__(
        self, kept: Kept, folder: Path, save: Callable[[Kept], None], stop: Event, slice_characters: int
    ) -> None:
        self._kept = replace(kept, job=replace(kept.job, stored=0, result=None, errors=kept.refused))
        self._folder = folder
        self._save = save
        self._stop = stop
        self._slice_characters = slice_characters
        self._claimed: dict[str, _Place] = {}
        self._unlisted = 0
        self._result = Result()

    def run(self, archive: Archive, embedder: Embedder) -> Kept:
        """The job as it is when all of it has been read and stored.

        Raises:
            Stopped: it was to stop, and did between two slices.
            PressmarkError: the archive cannot be written; what was stored stays.
        """
        ready: list[_Read] = []
        size = 0
        for item in self._articles():
            if self._stop.is_set():
                raise Stopped
            if ready and size >= self._slice_characters:
                self._store(archive, embedder, ready, through=item.place.number - 1)
                time.sleep(_BREATH)
                ready, size = [], 0
            ready.append(item)
            size += len(item.article.text)
        self._store(archive, embedder, ready, through=self._kept.job.files)
        if self._unlisted:
            self._list(Misread("", f"{self._unlisted:,} more that are not listed"))
        return self._kept

    def _articles(self) -> Iterator[_Read]:
        number = 0
        for spooled in self._kept.spooled:
            path = self._folder / spooled.place
            if spooled.place == ARTICLES:
                for number, article in enumerate(self._read(path, spooled.name), 1):
                    yield from self._first(_Read(article, _Place(f"#/articles/{number - 1}", number)))
                continue
            number += 1
            for article in self._read(path, spooled.name):
                yield from self._first(_Read(under_prefix(article, spooled.name, PREFIX), _Place(spooled.name, number)))

    def _read(self, path: Path, name: str) -> Iterator[Article]:
        """The articles of one file; what cannot be read is noted."""
        for item in articles_and_refusals(path, name):
            if isinstance(item, NotAnArticle):
                self._note(name, str(item).removeprefix(f"{name}: "))
            else:
                yield item

    def _first(self, read: _Read) -> Iterator[_Read]:
        """The article, unless one before it in this job has its id."""
        first = self._claimed.setdefault(read.article.id, read.place)
        if first == read.place:
            yield read
        else:
            self._note(read.place.file, f"the id {read.article.id!r} is already that of an article in {first.file}")

    def _store(self, archive: Archive, embedder: Embedder, ready: Sequence[_Read], through: int) -> None:
        files = {read.article.id: read.place.file for read in ready}
        report = self._indexed(archive, embedder, [read.article for read in ready])
        for refusal in report.refused:
            self._note(files.get(refusal.article_id or "", "?"), str(refusal))
        result = self._result
        self._result = Result(
            result.added + report.added,
            result.updated + report.updated,
            result.unchanged + report.unchanged,
            0,
            (*result.articles, *(report.ids or ()))[:MOST_LISTED],
            report.generation,
        )
        self._tell(replace(self._kept.job, stored=through, result=self._result, waiting=None))

    def _indexed(self, archive: Archive, embedder: Embedder, articles: list[Article]) -> Report:
        while True:
            try:
                return index_articles(archive, embedder, articles, admits=self._admits)
            except ArchiveBusy:
                self._tell(replace(self._kept.job, waiting=_BUSY))
                if self._stop.wait(_BREATH):
                    raise Stopped from None

    def _admits(self, article: Article, held: Standing | None) -> None:
        refuse_others(article, held, self._kept.publishers)
        refuse_followed(article, held)

    def _note(self, file: str, detail: str) -> None:
        if len(self._kept.job.errors) < _MOST_ERRORS:
            self._list(Misread(file, detail))
        else:
            self._unlisted += 1

    def _list(self, misread: Misread) -> None:
        errors = (*self._kept.job.errors, misread)
        self._kept = replace(self._kept, job=replace(self._kept.job, errors=errors))

    def _tell(self, job: Job) -> None:
        if job != self._kept.job:
            self._kept = replace(self._kept, job=job)
            self._save(self._kept)
