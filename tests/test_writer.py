"""What one transaction may hold, and what is left of it when something in it fails."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from indexer.archive import Archive
from indexer.contents import Prepared, stored_vectors
from indexer.doctor import examine
from indexer.errors import ArchiveDamaged
from indexer.records import Passage
from tests.conftest import make_article


def prepared(article_id: str, text: str) -> tuple[Prepared, dict[bytes, bytes]]:
    article = make_article(article_id, text)
    hashed = hashlib.sha256(text.encode()).digest()[:16]
    vector = np.zeros((1, 64), np.float32)
    vector[0, len(text) % 64] = 1
    return Prepared(article, (Passage(0, len(text)),), (hashed,), b""), stored_vectors([hashed], vector)


def test_what_comes_and_goes_in_one_transaction_leaves_nothing(archive: Archive) -> None:
    with archive.writer() as writer:
        item, vectors = prepared("a", "Here and gone.")
        assert writer.put(item, None, vectors) == "added"
        writer.remove(["a"])
        kept, vectors = prepared("b", "Here to stay for good.")
        writer.put(kept, None, vectors)
        writer.commit()
    assert archive.snapshot().index_counts() == (1, 1, 1)
    assert examine(archive) == []


def test_a_writer_closed_without_a_commit_changes_nothing(archive: Archive) -> None:
    with archive.writer() as writer:
        item, vectors = prepared("a", "Never committed.")
        writer.put(item, None, vectors)
    assert archive.generation == 0
    assert archive.snapshot().article_ids() == []


def test_an_article_that_fails_takes_nothing_else_with_it(archive: Archive) -> None:
    with archive.writer() as writer:
        good, vectors = prepared("good", "This one is stored.")
        writer.put(good, None, vectors)
        bad, _ = prepared("bad", "This one has no vector.")
        with pytest.raises(ArchiveDamaged, match="lacks a vector"):
            writer.put(bad, None, {})
        writer.commit()
    assert archive.snapshot().article_ids() == ["good"]
    assert examine(archive) == []


def test_putting_the_same_article_again_is_no_generation(archive: Archive) -> None:
    with archive.writer() as writer:
        item, vectors = prepared("a", "The same as before.")
        writer.put(item, None, vectors)
        assert writer.commit() == 1
        assert writer.put(item, None, {}) == "unchanged"
        assert writer.commit() == 1


def test_an_article_put_by_hand_is_withheld_no_more(archive: Archive) -> None:
    item, vectors = prepared("a", "Taken out, put back.")
    with archive.writer() as writer:
        writer.put(item, None, vectors)
        writer.remove(["a"], withhold=True)
        writer.put(item, None, vectors)
        writer.commit()
    assert archive.snapshot().counts()["withheld"] == 0
