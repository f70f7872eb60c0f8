from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.load import main, measure
from tests.real_server import serving_archive
from tests.test_serving import archive

__all__ = ["archive"]


@pytest.fixture(scope="module")
def address(archive: Path) -> Iterator[str]:
    with serving_archive(archive) as server:
        yield server.address


def test_every_client_is_answered_and_counted(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    load = measure(address, 3, 0.5, ["port 4", "ship 2"])
    assert (load.clients, load.failed) == (3, ())
    assert load.answered >= 3
    assert 0 < load.p50 <= load.p95 <= load.p99
    assert load.per_second == load.answered / load.seconds
    assert main([address, "--clients", "1,2", "--seconds", "0.2"]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows] == ["1", "2"]
    assert {len(row.split()) for row in rows} == {6}
    assert header.split() == ["clients", "searches/s", "p50", "ms", "p95", "ms", "p99", "ms", "failed"]


def test_what_fails_is_counted_and_ends_with_1(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    load = measure(address, 2, 0.2, ["port", "kaboom"])  # a client begins with each
    assert load.failed
    assert load.answered
    assert main(["http://127.0.0.1:9", "--clients", "1", "--seconds", "0.1"]) == 1
    assert "nan" in capsys.readouterr().out
