"""What a snapshot searches: saved rows and later ones, without what is gone, inside any filter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.dense import cosines
from indexer.doctor import examine
from indexer.filters import Filter
from indexer.snapshot import Snapshot
from tests.conftest import make_article
from tests.fakes import WordEmbedder

NOUNS = ["port", "ship", "storm", "grain", "court", "river", "bridge", "loan", "vote", "cable"]


def require_brute_force(snapshot: Snapshot, embedder: WordEmbedder, wanted: Filter) -> None:
    numbers, rows = snapshot.vectors()
    query = embedder.embed_queries(["the ship left the port in a storm"])[0]
    scope = snapshot.scope(wanted)
    lines = snapshot.articles_of(numbers[:, 1].tolist(), wanted)
    inside = np.array([int(content) in lines for content in numbers[:, 1]])
    exact = {int(i): float(s) for i, s in zip(numbers[inside, 0], (rows @ query)[inside], strict=True)}
    found = snapshot.search_dense(query, 10, scope)
    best = sorted(exact.values(), reverse=True)[:10]
    assert scope.passages == len(exact)
    assert snapshot.contents_in(scope) == len({int(c) for c in numbers[inside, 1]})
    assert [score for _, score in found][: len(best)] == pytest.approx(best, abs=3e-3)
    assert all(exact[i] == pytest.approx(score, abs=3e-3) for i, score in found)


@pytest.mark.parametrize("exact_up_to", [0, 1_000])
def test_saved_rows_later_rows_and_removed_rows_are_one_index(
    tmp_path: Path, embedder: WordEmbedder, exact_up_to: int
) -> None:
    archive = open_or_create(tmp_path / "archive", embedder)

    def add(first: int, last: int) -> None:
        chance = np.random.default_rng(first)
        index_articles(
            archive,
            embedder,
            [
                make_article(f"n{i}", f"Text {i}: " + " ".join(chance.choice(NOUNS, 12)) + ".", publisher=f"P{i % 4}")
                for i in range(first, last)
            ],
        )

    add(0, 150)
    with archive.writer() as writer:
        writer.save_dense(always=True, exact_up_to=exact_up_to)
    archive.snapshot()
    add(150, 180)
    with archive.writer() as writer:
        writer.remove([f"n{i}" for i in range(100, 165)])
        writer.commit()
    opened_fresh = Snapshot(archive.path)
    moved_on = archive.snapshot()
    add(180, 190)
    for snapshot in (opened_fresh, moved_on, archive.snapshot(), Snapshot(archive.path)):
        for wanted in (Filter(), Filter(publishers=("P1",)), Filter(articles=("n3",)), Filter(articles=("nobody",))):
            require_brute_force(snapshot, embedder, wanted)
    assert archive.snapshot().dense_card.kind == ("hnsw" if exact_up_to == 0 else "flat")
    assert archive.snapshot().stale_rows == 15 + 10 + 50
    assert examine(archive) == []


def test_equal_rows_have_equal_cosines_wherever_they_stand(embedder: WordEmbedder) -> None:
    chance = np.random.default_rng(0)
    row, other, query = (rows / np.linalg.norm(rows) for rows in chance.normal(size=(3, 384)).astype(np.float32))
    for before in range(40):
        rows = np.array([other] * before + [row] + [other] * (before % 7))
        found = cosines(rows, query)
        assert found.dtype == np.float32
        assert found[before] == cosines(row[None], query)[0] == pytest.approx(float(row @ query), abs=1e-6)
    assert cosines(rows[:0], query).tolist() == []


def test_passages_are_scored_by_words_in_the_order_asked(archive: Archive, embedder: WordEmbedder) -> None:
    index_articles(archive, embedder, [make_article(name, f"{name} in port.") for name in ("Ships", "Grain")])
    snapshot = archive.snapshot()
    ids = snapshot.vectors()[0][:, 0].tolist()
    ships, grain = snapshot.score_lexical("grain port", ids, 0.3)
    assert ships > 0
    assert grain > ships
    assert snapshot.score_lexical("grain port", ids[::-1], 0.3) == [grain, ships]
    assert snapshot.score_lexical("wheat", ids, 0.3) == [0.0, 0.0]
    assert dict(snapshot.search_lexical("grain port", 9, snapshot.scope(Filter()))).keys() == set(ids)


def test_a_reader_takes_up_an_index_that_was_saved_since(archive: Archive, embedder: WordEmbedder) -> None:
    index_articles(archive, embedder, [make_article("a", "Ships in port.")])
    assert archive.snapshot().stale_rows == 1
    with archive.writer() as writer:
        writer.save_dense(always=True)
    index_articles(archive, embedder, [make_article("b", "Grain in store.")])
    assert archive.snapshot().stale_rows == 1
    assert archive.snapshot().dense_card.rows == 1


def test_it_tells_which_passages_a_search_can_return(archive: Archive, embedder: WordEmbedder) -> None:
    wire = "The ministry said on Tuesday that the fleet would leave the northern port before the end of the month. "
    wire += "Officials in the capital declined to name the ships, but two envoys said that the drill would last."
    assert archive.snapshot().shows([1]) == set()
    index_articles(archive, embedder, [make_article("wire", wire), make_article("copy", wire + "\n\nMore at ten.")])
    index_articles(archive, embedder, [make_article("gone", "Grain in store.")])
    (gone,) = (row.id for row in archive.snapshot().passages_of("gone"))
    with archive.writer() as writer:
        writer.remove(["gone"])
        writer.commit()
    snapshot = archive.snapshot()
    every = [row.id for name in ("wire", "copy") for row in snapshot.passages_of(name)]
    scope = snapshot.scope(Filter())
    returned = {i for i, _ in snapshot.search_dense(embedder.embed_queries(["fleet"])[0], 99, scope)}
    assert returned < set(every)
    assert snapshot.shows([*every, gone, 10_000]) == returned


def test_an_empty_archive_finds_nothing(archive: Archive, embedder: WordEmbedder) -> None:
    snapshot = archive.snapshot()
    scope = snapshot.scope(Filter())
    assert (scope.passages, snapshot.contents_in(scope)) == (0, 0)
    assert snapshot.search_dense(embedder.embed_queries(["port"])[0], 5, scope) == []
    assert snapshot.search_lexical("port", 5, scope) == []
    assert snapshot.scope(Filter(languages=("en",))).passages == 0


def test_the_same_generation_is_the_same_object(ports: Archive) -> None:
    assert ports.snapshot() is ports.snapshot()
