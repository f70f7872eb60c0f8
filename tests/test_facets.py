"""Counts of articles against counting by hand: over the articles themselves, and over what a search returns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.errors import BadQuery
from indexer.filters import Filter
from indexer.records import PartialDate
from indexer.snapshot import Snapshot
from service.facets import Count, Facet, FacetOptions, Facets, facets_of
from service.search import Searcher, SearchOptions
from service.shapes import facets_json
from service.unshaped import facets_from_json
from tests.conftest import make_article
from tests.fakes import WORDS, WordEmbedder

PUBLISHERS = ("North Wire", "South Wire", "Global Research", None)
AUTHORS = ((), ("John Doe",), ("Jane Smith",), ("John Doe", "Jane Smith"))
DATES = ("2014", "2014-11", "2015-03", "2015-03-09", "2016-01-31", None)
TOLD = "The envoy of the ministry left the canal port after the naval drill and the treaty was signed at the embassy. "


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """Forty articles of every mixture, and a text that three publishers carry, one of them under a title of its own."""
    embedder = WordEmbedder()
    archive = open_or_create(tmp_path_factory.mktemp("facets") / "archive", embedder)
    articles = [
        make_article(
            f"a{n:02}",
            *(f"The {WORDS[(n + step) % 7]} and the {WORDS[(n * step) % 11]} of {n}." for step in range(1, 4)),
            publisher=PUBLISHERS[n % 4],
            authors=AUTHORS[n // 2 % 4],
            published=DATES[n % 6],
            language=("en", "fr", None)[n % 3],
        )
        for n in range(40)
    ]
    copies = [
        make_article(f"copy{n}", TOLD * 4, title=title, publisher=publisher, published=f"201{n}")
        for n, (title, publisher) in enumerate([("Told", "North Wire"), ("Told", "Echo"), ("Again", "Mirror")])
    ]
    index_articles(archive, embedder, [*articles, *copies])
    return Searcher(archive, embedder)


def counted(snapshot: Snapshot, article_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """Articles by what they state, one at a time."""
    found: dict[str, Counter[str]] = {
        name: Counter() for name in ("publishers", "authors", "languages", "years", "months")
    }
    for article_id in article_ids:
        article = snapshot.article(article_id)
        date = str(article.published) if article.published else ""
        found["publishers"].update([article.publisher] if article.publisher else [])
        found["authors"].update(article.authors)
        found["languages"].update([article.language] if article.language else [])
        found["years"].update([date[:4]] if date else [])
        found["months"].update([date[:7]] if len(date) > 4 else [])
    return {name: dict(counts) for name, counts in found.items()}


def as_counted(facets: Facets) -> dict[str, dict[str, int]]:
    parts = {
        "publishers": facets.publishers.counts,
        "authors": facets.authors.counts,
        "languages": facets.languages.counts,
        "years": facets.years,
        "months": facets.months,
    }
    assert all(len({one.value for one in counts}) == len(counts) for counts in parts.values())
    return {name: {one.value: one.count for one in counts} for name, counts in parts.items()}


def holds(snapshot: Snapshot, article_id: str, phrases: Iterable[str], without: Iterable[str] = ()) -> bool:
    """Whether a passage of the article holds every phrase and nothing excluded."""
    article = snapshot.article(article_id)
    passages = [article.text[row.start : row.end].casefold() for row in snapshot.passages_of(article_id)]
    return any(all(p in text for p in phrases) and not any(w in text for w in without) for text in passages)


FILTERS = st.builds(
    Filter,
    publishers=st.lists(st.sampled_from(["wire", "global research", "echo", "nobody"]), max_size=2).map(tuple),
    authors=st.lists(st.sampled_from(["doe", "jane smith", "john smith"]), max_size=2).map(tuple),
    languages=st.lists(st.sampled_from(["en", "fr"]), max_size=2).map(tuple),
    articles=st.lists(st.sampled_from([f"a{n:02}" for n in range(0, 40, 3)]), max_size=8).map(tuple),
    after=st.sampled_from([None, *map(PartialDate.parse, ("2014", "2015-03", "2015-03-10"))]),
    before=st.sampled_from([None, *map(PartialDate.parse, ("2016", "2017"))]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=FILTERS)
def test_without_a_query_every_article_that_the_filter_leaves_is_counted(searcher: Searcher, wanted: Filter) -> None:
    snapshot = searcher.archive.snapshot()
    left = snapshot.article_ids(wanted)
    facets = facets_of(searcher, None, FacetOptions(wanted))
    assert as_counted(facets) == counted(snapshot, left)
    assert (facets.of.articles, facets.of.candidates, facets.of.limit) == (len(left), "all", None)
    assert facets.undated + sum(one.count for one in facets.years) == len(left)
    assert facets.publishers.unstated + sum(one.count for one in facets.publishers.counts) == len(left)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.sampled_from(["port of the fleet", "envoy", 'treaty "of 3"', "drill -border"]), wanted=FILTERS)
def test_of_a_query_the_articles_of_its_best_results_are_counted(
    searcher: Searcher, query: str, wanted: Filter
) -> None:
    snapshot = searcher.archive.snapshot()
    results = searcher.search(query, SearchOptions(k=7, filter=wanted, group="article"))
    named = {hit.citation.article_id for hit in results.hits}
    named |= {line.id for hit in results.hits for line in hit.also_published_by}
    expected = [article_id for article_id in snapshot.article_ids(wanted) if article_id in named]
    facets = facets_of(searcher, query, FacetOptions(wanted, best=7))
    assert as_counted(facets) == counted(snapshot, expected)
    assert (facets.of.articles, facets.of.candidates, facets.of.limit) == (len(expected), "best", 7)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    phrases=st.lists(st.sampled_from(["the port", "the fleet", "the envoy", "canal port"]), min_size=1, max_size=2),
    without=st.lists(st.sampled_from(["gulf", "treaty"]), max_size=1),
    wanted=FILTERS,
)
def test_of_phrases_alone_every_article_that_holds_them_is_counted(
    searcher: Searcher, phrases: list[str], without: list[str], wanted: Filter
) -> None:
    snapshot = searcher.archive.snapshot()
    query = " ".join([*(f'"{phrase}"' for phrase in phrases), *(f"-{word}" for word in without)])
    expected = [name for name in snapshot.article_ids(wanted) if holds(snapshot, name, phrases, without)]
    facets = facets_of(searcher, query, FacetOptions(wanted))
    assert as_counted(facets) == counted(snapshot, expected)
    assert (facets.of.articles, facets.of.candidates, facets.of.limit) == (len(expected), "all", None)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.sampled_from([None, '"the port"', "port of the fleet"]), limit=st.integers(1, 5))
def test_what_is_left_out_is_the_rest(searcher: Searcher, query: str | None, limit: int) -> None:
    whole, cut = (facets_of(searcher, query, FacetOptions(limit=n)) for n in (1000, limit))
    assert (cut.of, cut.years, cut.months, cut.undated) == (whole.of, whole.years, whole.months, whole.undated)
    for full, part in zip(
        (whole.publishers, whole.authors, whole.languages), (cut.publishers, cut.authors, cut.languages), strict=True
    ):
        assert part.counts == full.counts[:limit]
        assert part.other_values == len(full.counts) - len(part.counts)
        assert part.unstated == full.unstated
        assert max((one.count for one in full.counts[limit:]), default=0) <= part.other_articles
        assert part.other_articles <= sum(one.count for one in full.counts[limit:])


def test_an_article_of_two_authors_counts_for_each_and_once_in_what_is_left_out(
    archive: Archive, embedder: WordEmbedder
) -> None:
    both, one = ("John Doe", "Jane Smith"), ("Ada Byron",)
    index_articles(
        archive,
        embedder,
        [
            make_article("a", "A port.", authors=one),
            make_article("b", "A fleet.", authors=one),
            make_article("c", "A gulf.", authors=both),
            make_article("d", "A drill."),
        ],
    )
    authors = facets_of(Searcher(archive, embedder), None, FacetOptions(limit=1)).authors
    assert authors == Facet((Count("Ada Byron", 2),), other_values=2, other_articles=1, unstated=1)


def test_values_are_ordered_by_count_then_by_name_and_times_by_time(searcher: Searcher) -> None:
    facets = facets_of(searcher)
    for facet in (facets.publishers, facets.authors, facets.languages):
        assert list(facet.counts) == sorted(facet.counts, key=lambda one: (-one.count, one.value))
    for times in (facets.years, facets.months):
        assert [one.value for one in times] == sorted(one.value for one in times)


def test_copies_are_articles(searcher: Searcher) -> None:
    for query, candidates in (('"canal port"', "all"), ("envoy of the ministry at the canal port", "best")):
        facets = facets_of(searcher, query, FacetOptions(best=1))
        assert facets.of.candidates == candidates
        assert [one.value for one in facets.publishers.counts] == ["Echo", "Mirror", "North Wire"]
    only = facets_of(searcher, "envoy of the ministry", FacetOptions(Filter(publishers=("Echo",)), best=1))
    assert (only.of.articles, only.publishers.counts) == (1, (Count("Echo", 1),))


def test_operators_in_the_query_count_as_in_a_search(searcher: Searcher) -> None:
    typed = facets_of(searcher, 'port publisher:"North Wire" after:2015 before:2016')
    given = Filter(publishers=("North Wire",), after=PartialDate(2015), before=PartialDate(2016))
    stated = facets_of(searcher, "port", FacetOptions(given))
    assert (typed.of, typed.publishers, typed.months) == (stated.of, stated.publishers, stated.months)
    assert [one.value for one in typed.years] == ["2015"]
    with pytest.raises(BadQuery, match="only filters"):
        facets_of(searcher, 'publisher:"North Wire"')


def test_a_misspelt_word_is_noted(searcher: Searcher) -> None:
    assert facets_of(searcher, "the embasy").notes == searcher.search("the embasy").notes != ()


def test_nothing_is_counted_where_nothing_is(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    empty = Searcher(open_or_create(tmp_path / "empty", embedder), embedder)
    for query in (None, " ", "port", '"port"'):
        facets = facets_of(empty, query)
        assert (facets.of.articles, facets.years, facets.undated) == (0, (), 0)
        assert facets.publishers == facets.authors == facets.languages == Facet((), 0, 0, 0)


def test_a_new_generation_is_counted_anew(archive: Archive, embedder: WordEmbedder) -> None:
    searcher = Searcher(archive, embedder)
    index_articles(archive, embedder, [make_article("a", "A port.", publisher="North Wire")])
    before = facets_of(searcher)
    index_articles(archive, embedder, [make_article("b", "A fleet.", publisher="South Wire")])
    after = facets_of(searcher)
    assert (before.generation, before.of.articles) == (1, 1)
    assert (after.generation, [one.value for one in after.publishers.counts]) == (2, ["North Wire", "South Wire"])


@pytest.mark.parametrize("values", [{"limit": 0}, {"limit": 1001}, {"best": 0}, {"best": 1001}])
def test_what_cannot_be_counted_is_refused(values: dict[str, int]) -> None:
    with pytest.raises(BadQuery, match=next(iter(values))):
        FacetOptions(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("query", [None, '"the port"', "port of the fleet"])
def test_counts_read_back_are_the_counts(searcher: Searcher, query: str | None) -> None:
    facets = facets_of(searcher, query, FacetOptions(limit=2))
    assert facets_from_json(json.loads(json.dumps(facets_json(facets)))) == facets
