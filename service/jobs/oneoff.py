"""One article put in its place or taken out while somebody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from indexer.archive import Archive
from indexer.build import index_articles
from indexer.embed import Embedder
from indexer.errors import ArchiveBusy, FollowedArticle, UnknownArticle
from indexer.records import Article
from indexer.standing import Standing, standing_of
from indexer.writer import Outcome
from service.jobs.given import refuse_others

Require = Callable[[str, Standing | None], None]
"""What raises when the article of this id is not as it was said to be."""
T = TypeVar("T")
_PATIENCE = 30.0
"""Seconds to wait for the archive, which a job lets go of every few."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An article that was put in its place, and what that made of the archive."""

    article_id: str
    edition: str
    outcome: Outcome
    generation: int


def put_article(
    place: Path, embedder: Embedder, article: Article, publishers: tuple[str, ...] | None, require: Require
) -> Placed:
    """Add or replace one article.

    Raises:
        OtherEdition: ``require`` says so.
        FollowedArticle: it comes from a followed file.
        NotAnArticle: it is another publisher's than may be written, or cannot be cut into passages.
        ArchiveBusy: another process has been writing for half a minute.
    """

    def admits(article: Article, held: Standing | None) -> None:
        refuse_others(article, held, publishers)
        require(article.id, held)
        if held is not None and held.file is not None:
            raise FollowedArticle(
                f"article {article.id!r} comes from a file that the archive follows, which alone decides it. Change "
                "that file, or use another id"
            )

    with Archive(place) as archive:
        card = embedder.card
        archive.manifest.require_model(card.name, card.weights_sha256, card.dim, place)
        report = _patiently(place, lambda: index_articles(archive, embedder, [article], admits=admits))
    if not report.ids:
        raise report.refused[0]
    outcome: Outcome = "added" if report.added else "updated" if report.updated else "unchanged"
    return Placed(article.id, article.edition, outcome, report.generation)


def remove_article(place: Path, article_id: str, publishers: tuple[str, ...] | None, require: Require) -> int:
    """Take one article out, to stay out; the archive's generation without it.

    Raises:
        UnknownArticle: there is none, or none of these publishers.
        OtherEdition: ``require`` says so.
        ArchiveBusy: another process has been writing for half a minute.
    """

    def removed() -> int:
        with archive.writer() as writer:
            with writer.change() as db:
                held = standing_of(db, article_id)
            if held is None or (publishers is not None and held.publisher not in publishers):
                raise UnknownArticle(f"archive {place} holds no article {article_id!r} any more")
            require(article_id, held)
            writer.remove([article_id], withhold=True)
            return writer.commit()

    with Archive(place) as archive:
        return _patiently(place, removed)


def _patiently(place: Path, change: Callable[[], T]) -> T:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with suppress(ArchiveBusy):
            return change()
    # The lock's own message names the other process and what it indexes, which is not for everyone who may write.
    raise ArchiveBusy(f"archive {place} has been written by another process for {_PATIENCE:.0f} s. Try again later")
