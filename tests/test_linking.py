"""Near-duplicates: linked, hidden only behind what says the same, and found again when that goes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.doctor import examine
from indexer.filters import Filter
from indexer.records import Article
from tests.conftest import make_article
from tests.fakes import WordEmbedder

WIRE = (
    "The ministry said on Tuesday that 41 ships had passed the strait during the week, more than in any week since "
    "the spring, and that the navy did not stop any of them although two had been warned over the radio before they "
    "turned north and anchored near the island to wait for the tide together with several tugs."
)


def visible(archive: Archive, wanted: Filter | None = None) -> set[str]:
    """The articles of which a search may show a passage."""
    snapshot = archive.snapshot()
    scope = snapshot.scope(wanted or Filter())
    contents = {row.content_id for row in snapshot.passages(snapshot._rows.ids[scope.mask].tolist()).values()}
    return {line.id for lines in snapshot.articles_of(contents).values() for line in lines}


def linked(archive: Archive) -> set[frozenset[str]]:
    snapshot = archive.snapshot()
    names = {row.content_id: i for i in snapshot.article_ids() for row in snapshot.passages_of(i)}
    return {frozenset(names[c] for c in group) for group in snapshot.copies_of(names).values()}


def wire(article_id: str, text: str, day: int) -> Article:
    return make_article(article_id, text, title=article_id, publisher=article_id, published=f"2020-01-{day:02}")


def test_a_copy_is_linked_and_shown_once(archive: Archive, embedder: WordEmbedder) -> None:
    index_articles(archive, embedder, [wire("late", WIRE, 2), wire("early", WIRE, 1)])
    assert linked(archive) == {frozenset({"early", "late"})}
    assert visible(archive) == {"early"}
    assert visible(archive, Filter(publishers=("late",))) == {"late"}
    assert visible(archive, Filter(publishers=("late", "early"))) == {"early"}


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("41 ships", "47 ships"),
        ("Tuesday", "Friday"),
        ("did not stop", "did stop"),
        ("had been warned", "had not been warned"),
        ("had been warned", "hadn't been warned"),
        ("41 ships", "-41 ships"),
    ],
)
def test_a_copy_that_says_something_else_stays_visible(
    archive: Archive, embedder: WordEmbedder, said: str, changed: str
) -> None:
    assert said in WIRE
    index_articles(archive, embedder, [wire("first", WIRE, 1), wire("second", WIRE.replace(said, changed), 2)])
    assert linked(archive) == {frozenset({"first", "second"})}
    assert visible(archive) == {"first", "second"}


def test_removing_the_first_shows_the_next(archive: Archive, embedder: WordEmbedder) -> None:
    index_articles(archive, embedder, [wire("a", WIRE, 1), wire("b", WIRE, 2), wire("c", WIRE, 3)])
    with archive.writer() as writer:
        writer.remove(["a"])
        writer.commit()
    assert visible(archive) == {"b"}
    assert linked(archive) == {frozenset({"b", "c"})}
    with archive.writer() as writer:
        writer.remove(["b"])
        writer.commit()
    assert visible(archive) == {"c"}
    assert linked(archive) == set()
    assert examine(archive) == []


def test_removing_one_of_two_carriers_of_a_text_moves_its_date(archive: Archive, embedder: WordEmbedder) -> None:
    same = make_article("x-early", WIRE, title="T", published="2020-01-01")
    twin = make_article("x-late", WIRE, title="T", published="2020-01-09")
    index_articles(archive, embedder, [same, twin, wire("middle", WIRE, 5)])
    assert visible(archive) == {"x-early", "x-late"}  # one content, carried by both
    with archive.writer() as writer:
        writer.remove(["x-early"])
        writer.commit()
    assert visible(archive) == {"middle"}


TEXTS = [WIRE, WIRE.replace("41", "47"), WIRE.replace("several tugs", "some tugs"), "A text of its own. " + WIRE[:60]]


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(6)), cuts=st.sets(st.integers(1, 5)))
def test_the_order_of_adding_makes_no_difference(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], cuts: set[int]
) -> None:
    articles = [wire(f"n{i}", TEXTS[i % len(TEXTS)], 1 + i // 2) for i in range(6)]

    def outcome(place: Path, groups: list[list[Article]]) -> tuple[set[frozenset[str]], set[str]]:
        with open_or_create(place, WordEmbedder()) as archive:
            for group in groups:
                index_articles(archive, WordEmbedder(), group)
            return linked(archive), visible(archive)

    place = tmp_path_factory.mktemp("orders")
    bounds = [0, *sorted(cuts), 6]
    shuffled = [articles[i] for i in order]
    groups = [shuffled[a:b] for a, b in pairwise(bounds)]
    assert outcome(place / "one", [articles]) == outcome(place / "other", groups)
