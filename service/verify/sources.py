"""Where the texts come from that citations are verified against: an archive, or one file."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from indexer.errors import NotAnArticle, UnknownArticle
from indexer.load.files import load_file
from indexer.records import Article
from indexer.snapshot import Snapshot


class TextSource(Protocol):
    """Whatever holds canonical texts: ``ArchiveTexts``, or an ``ArticleFile``."""

    def text_of(self, article_id: str) -> tuple[str, str] | None:
        """The edition and the canonical text of an article, None when there is no such article."""
        ...


class ArchiveTexts:
    """An archive's generation as the source that citations are verified against."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def text_of(self, article_id: str) -> tuple[str, str] | None:
        try:
            article = self._snapshot.article(article_id)
        except UnknownArticle:
            return None
        return article.edition, article.text


class ArticleFile:
    """One file as a ``TextSource``. The only article of a file answers for every id: the file may have been renamed
    since, and ``verify`` says so in its verdict.

    Raises:
        NotAnArticle: nothing in the file can be read as an article.
    """

    def __init__(self, path: Path) -> None:
        self._articles: dict[str, Article] = {}
        refused: NotAnArticle | None = None
        for item in load_file(path, path.name):
            if isinstance(item, Article):
                self._articles[item.id] = item
            else:
                refused = refused or item
        if not self._articles:
            raise refused or NotAnArticle(f"{path} holds no article. Name the file that was indexed")

    def text_of(self, article_id: str) -> tuple[str, str] | None:
        article = self._articles.get(self.id_of(article_id))
        return (article.edition, article.text) if article else None

    def id_of(self, article_id: str) -> str:
        """The id under which the file's article answers for ``article_id``."""
        return next(iter(self._articles)) if len(self._articles) == 1 else article_id
