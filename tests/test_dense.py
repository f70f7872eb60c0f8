"""Dense search against brute force, with every way that faiss returns too little or the wrong thing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.dense import DenseIndex, Floats, Mask, is_whole
from indexer.errors import ArchiveDamaged


def unit(n: int, dim: int = 16, seed: int = 0) -> Floats:
    rows = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)
    scaled: Floats = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return scaled


def require_as_brute_force(index: DenseIndex, rows: Floats, query: Floats, k: int, allowed: Mask | None) -> None:
    """The same cosines in the same order; equal ones may stand in any."""
    found, scores = index.search(query, k, allowed)
    exact = rows @ query
    if allowed is not None:
        assert allowed[found].all()
        exact = exact[allowed]
    wanted = np.sort(exact)[::-1][: min(k, len(exact))]
    assert (found >= 0).all()
    assert len(set(found.tolist())) == len(found)
    assert np.allclose(scores[: len(wanted)], wanted, atol=2e-3 if index.kind == "hnsw" else 1e-6)
    assert np.allclose(rows[found] @ query, scores, atol=2e-3 if index.kind == "hnsw" else 1e-6)


@pytest.mark.parametrize("kind", ["flat", "hnsw"])
@pytest.mark.parametrize("k", [1, 7, 250, 400, 5_000])
def test_search_is_brute_force(kind: str, k: int) -> None:
    rows = unit(400)
    index = DenseIndex.build(rows, exact_up_to=0 if kind == "hnsw" else 1_000)
    assert index.kind == kind
    for seed in range(5):
        query = unit(1, seed=100 + seed)[0]
        chosen = np.random.default_rng(seed).random(400) < 0.3
        for allowed in (None, chosen, np.zeros(400, np.bool_), np.arange(400) == 77):
            require_as_brute_force(index, rows, query, k, allowed)


def test_k_larger_than_the_index_returns_every_row_once() -> None:
    rows = unit(5)
    assert sorted(DenseIndex.build(rows).search(rows[0], 100)[0].tolist()) == [0, 1, 2, 3, 4]


def test_all_that_tie_with_the_last_are_returned() -> None:
    rows = np.repeat(unit(3), 20, axis=0)
    found, scores = DenseIndex.build(rows).search(rows[0], 5)
    assert set(found.tolist()) >= set(range(20))
    assert scores[0] == scores[19]


def test_an_empty_index_and_no_depth_find_nothing() -> None:
    empty = DenseIndex.build(np.empty((0, 16), np.float32))
    assert len(empty.search(unit(1)[0], 10)[0]) == 0
    assert len(DenseIndex.build(unit(3)).search(unit(1)[0], 0)[0]) == 0


def test_a_query_of_another_dimension_is_an_error() -> None:
    with pytest.raises(ValueError, match="numbers"):
        DenseIndex.build(unit(3)).search(unit(1, dim=8)[0], 1)


@pytest.mark.parametrize("limit", [0, 1_000])
def test_saved_and_loaded_it_answers_alike(tmp_path: Path, limit: int) -> None:
    rows = unit(300)
    index = DenseIndex.build(rows, exact_up_to=limit)
    numbers = np.stack([np.arange(300) * 2, np.arange(300) // 3], axis=1)
    index.save(tmp_path / "dense", numbers, 7)
    loaded = DenseIndex.load(tmp_path / "dense")
    assert loaded is not None
    again, what, card = loaded
    assert (what == numbers).all()
    assert (card.kind, card.rows, card.generation) == (index.kind, 300, 7)
    assert card.recall_at_10 == index.recall_at_10 >= 0.95
    query = unit(1, seed=9)[0]
    assert again.search(query, 10)[0].tolist() == index.search(query, 10)[0].tolist()
    assert is_whole(tmp_path / "dense")


def test_saving_again_leaves_what_others_have_mapped_alone(tmp_path: Path) -> None:
    numbers = np.stack([np.arange(300), np.arange(300)], axis=1)
    first = unit(300)
    DenseIndex.build(first).save(tmp_path, numbers, 1)
    loaded = DenseIndex.load(tmp_path)
    assert loaded is not None
    DenseIndex.build(unit(300, seed=1)).save(tmp_path, numbers, 1)
    require_as_brute_force(loaded[0], first, first[3], 10, None)
    assert len(list(tmp_path.glob("*.faiss"))) == 1


def test_a_card_that_disagrees_with_its_rows_is_damage(tmp_path: Path) -> None:
    assert DenseIndex.load(tmp_path / "none") is None
    DenseIndex.build(unit(10)).save(tmp_path, np.zeros((9, 2), np.int64), 1)
    with pytest.raises(ArchiveDamaged, match="doctor --repair"):
        DenseIndex.load(tmp_path)
