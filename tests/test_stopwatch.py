from __future__ import annotations

import time

import pytest

from service.stopwatch import OF_SEARCH, Stopwatch


def test_a_phase_inside_another_counts_as_itself_alone() -> None:
    watch = Stopwatch(OF_SEARCH)
    with watch.phase("fuse"):
        with watch.phase("dense"):
            time.sleep(0.03)
        time.sleep(0.01)
    time.sleep(0.01)
    spent = watch.phases_ms()
    assert spent["dense"] >= 30
    assert spent["fuse"] >= 10
    assert spent["embed"] == spent["lexical"] == spent["cite"] == 0
    assert sum(spent.values()) + 10 <= watch.took_ms()


def test_a_phase_that_fails_ends_all_the_same() -> None:
    watch = Stopwatch(OF_SEARCH)
    with pytest.raises(ValueError, match="no"), watch.phase("fuse"), watch.phase("dense"):
        raise ValueError("no")
    before = watch.phases_ms()
    time.sleep(0.01)
    assert watch.phases_ms() == before
