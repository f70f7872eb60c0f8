"""Which articles a filter leaves."""

from __future__ import annotations

import pytest

from indexer.archive import Archive
from indexer.build import index_articles
from indexer.errors import BadQuery
from indexer.filters import Filter
from indexer.records import PartialDate
from tests.conftest import make_article
from tests.fakes import WordEmbedder


@pytest.fixture
def dated(archive: Archive, embedder: WordEmbedder) -> Archive:
    index_articles(
        archive,
        embedder,
        [
            make_article("day", "One.", published="2015-10-02", authors=("José Núñez",), publisher="Global Wire"),
            make_article("month", "Two.", published="2015-10", authors=("John Doe", "Jane Smith"), language="de"),
            make_article("year", "Three.", published="2016"),
            make_article("none", "Four.", language=None),
        ],
    )
    return archive


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), ["day", "month", "none", "year"]),
        (Filter(publishers=("globalwire",)), ["day"]),
        (Filter(publishers=("wire GLOBAL",)), ["day"]),
        (Filter(publishers=("glob",)), []),
        (Filter(authors=("nunez",)), ["day"]),
        (Filter(authors=("Jane Smith", "Nunez")), ["day", "month"]),
        (Filter(authors=("John Smith",)), []),
        (Filter(languages=("DE",)), ["month"]),
        (Filter(articles=("year", "none")), ["none", "year"]),
        (Filter(after=PartialDate(2015, 10, 3)), ["month", "year"]),
        (Filter(before=PartialDate(2015, 10, 2)), ["month"]),
        (Filter(after=PartialDate(2015), before=PartialDate(2016)), ["day", "month"]),
        (Filter(languages=("en",), also=Filter(after=PartialDate(2016))), ["year"]),
    ],
)
def test_a_filter_leaves(dated: Archive, wanted: Filter, found: list[str]) -> None:
    snapshot = dated.snapshot()
    assert snapshot.article_ids(wanted) == found
    assert snapshot.scope(wanted).passages == len(found)
    assert bool(wanted) == (wanted != Filter())


def test_an_empty_range_of_dates_is_refused() -> None:
    with pytest.raises(BadQuery, match="exclusive"):
        Filter(after=PartialDate(2016), before=PartialDate(2016))
