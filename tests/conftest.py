"""Fixtures that several test files share: an archive with a few articles, embedded by counting words."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.load.layout import Part, lay_out
from indexer.records import Article, PartialDate
from service.search import Searcher
from tests.fakes import WordEmbedder

MakeArticle = Callable[..., Article]


def pytest_configure() -> None:
    """Take interrupts, and let the processes that tests start take them.

    A shell without job control starts what runs in its background with interrupts ignored, and children inherit that.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def make_article(
    article_id: str,
    *paragraphs: str,
    title: str | None = None,
    authors: tuple[str, ...] = (),
    publisher: str | None = None,
    published: str | None = None,
    language: str | None = "en",
) -> Article:
    """An article whose paragraphs are the given texts."""
    text, blocks = lay_out([Part("paragraph", paragraph) for paragraph in paragraphs])
    return Article(
        article_id,
        text,
        blocks,
        title=title,
        authors=authors,
        publisher=publisher,
        published=PartialDate.parse(published) if published else None,
        language=language,
    )


def archive_of(searcher: Searcher) -> Archive:
    """The archive that a searcher searches, which can be written when it is all of it."""
    assert isinstance(searcher.archive, Archive)
    return searcher.archive


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def archive(tmp_path: Path, embedder: WordEmbedder) -> Archive:
    return open_or_create(tmp_path / "archive", embedder)


@pytest.fixture
def ports(archive: Archive, embedder: WordEmbedder) -> Archive:
    """Three articles: two of ports, one of farms."""
    index_articles(
        archive,
        embedder,
        [
            make_article("a", "The frigate reached the port of Bandar on Monday.", publisher="North Wire"),
            make_article("b", "Tugs left the port before the storm.", publisher="South Wire", published="2015-10-02"),
            make_article("c", "Wheat and barley are sown in autumn.", authors=("John Doe", "Jane Smith")),
        ],
    )
    return archive
