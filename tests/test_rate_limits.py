"""How many requests a minute: each key for itself, in a window that moves, told in the response's headers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from indexer.archive import Archive
from service.access.key import Wanted
from service.access.keys import KeyStore
from service.access.rates import Allowance, Rates
from service.api import create_app
from service.search import Searcher
from tests.fakes import WordEmbedder
from tests.real_server import serving
from tests.test_api import make_archive, problem

NOW = 1_000_000.0
SEARCH = "/v1/search?q=bridge"
Turn = Callable[[float], None]


@pytest.fixture
def turn(monkeypatch: pytest.MonkeyPatch) -> Turn:
    """Sets the clock that windows are counted on to so many seconds after the first request."""

    def to(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: NOW + seconds)

    to(0)
    return to


def test_no_minute_wherever_it_begins_holds_more_than_the_limit(turn: Turn) -> None:
    rates = Rates(3)
    granted = []
    for second in range(300):  # one request a second for five minutes
        turn(second)
        allowance = rates.take("desk")
        assert allowance is not None
        if allowance.granted:
            granted.append(second)
    assert granted[:3] == [0, 1, 2]
    for first in range(300):
        assert sum(first <= second < first + 60 for second in granted) <= 3
    assert len(granted) >= 3 * 300 // 61


def test_what_is_left_and_when_there_is_room_again(turn: Turn) -> None:
    rates = Rates(2)
    assert rates.take("desk") == Allowance(True, 2, 1, 60)
    turn(20)
    assert rates.take("desk") == Allowance(True, 2, 0, 40)
    turn(30)
    assert rates.take("desk") == Allowance(False, 2, 0, 30)
    turn(61)  # the first is more than a minute ago, the second 41 seconds
    assert rates.take("desk") == Allowance(True, 2, 0, 19)


def test_a_refused_request_does_not_push_the_next_one_back(turn: Turn) -> None:
    rates = Rates(1)
    rates.take("desk")
    for second in range(1, 60):
        turn(second)
        assert rates.take("desk") == Allowance(False, 1, 0, 60 - second)
    turn(60.5)
    assert rates.take("desk") == Allowance(True, 1, 0, 60)


def test_a_key_with_a_limit_of_its_own_has_that_one(turn: Turn) -> None:
    rates = Rates(1)
    assert [rates.take("own", 2) for _ in range(3)] == [
        Allowance(True, 2, 1, 60),
        Allowance(True, 2, 0, 60),
        Allowance(False, 2, 0, 60),
    ]
    assert rates.take("other") == Allowance(True, 1, 0, 60)


def test_without_a_limit_nothing_is_counted() -> None:
    assert Rates().take("desk") is None


# --- over HTTP --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    archive = make_archive(tmp_path_factory.mktemp("rates") / "archive")
    yield archive.path
    archive.close()


@pytest.fixture
def archive(place: Path) -> Iterator[Archive]:
    with Archive(place) as archive:
        yield archive
    (place / "keys.sqlite").unlink(missing_ok=True)


def client_of(archive: Archive, rate_limit: int | None) -> TestClient:
    return TestClient(create_app(Searcher(archive, WordEmbedder()), rate_limit=rate_limit))


def bearer(archive: Archive, name: str, per_minute: int | None = None) -> dict[str, str]:
    _, token = KeyStore(archive.path).create(Wanted(name, per_minute=per_minute))
    return {"Authorization": f"Bearer {token}"}


def test_two_keys_have_a_limit_each(archive: Archive) -> None:
    desk, other = bearer(archive, "desk", 2), bearer(archive, "other")
    client = client_of(archive, 1)
    assert [client.get(SEARCH, headers=desk).status_code for _ in range(3)] == [200, 200, 429]
    assert [client.get(SEARCH, headers=other).status_code for _ in range(2)] == [200, 429]


def test_a_response_says_where_its_key_stands_and_a_refusal_when_to_come_back(archive: Archive) -> None:
    desk = bearer(archive, "desk", 2)
    client = client_of(archive, None)
    first = client.get(SEARCH, headers=desk)
    assert first.headers["ratelimit-policy"] == '"minute";q=2;w=60'
    assert re.fullmatch(r'"minute";r=1;t=(59|60)', first.headers["ratelimit"])
    missing = client.get("/v1/articles/none", headers=desk)  # an error is a request, too
    assert (missing.status_code, missing.headers["ratelimit"][:12]) == (404, '"minute";r=0')
    refused = client.get(SEARCH, headers=desk)
    document = problem(refused, 429, "rate-limited")
    assert document["detail"] == f"more than 2 requests in a minute. Ask again in {refused.headers['retry-after']} s"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit"] == f'"minute";r=0;t={refused.headers["retry-after"]}'


def test_without_keys_each_address_has_the_services_limit(archive: Archive) -> None:
    app = create_app(Searcher(archive, WordEmbedder()), rate_limit=1)
    one, other = TestClient(app, client=("192.0.2.1", 1)), TestClient(app, client=("192.0.2.2", 1))
    assert [client.get(SEARCH).status_code for client in (one, other, one, other)] == [200, 200, 429, 429]


def test_probes_pages_and_what_shows_no_key_are_not_counted(archive: Archive) -> None:
    desk = bearer(archive, "desk", 1)
    client = client_of(archive, None)
    for path in ("/healthz", "/readyz", "/docs", "/openapi.json"):
        for _ in range(3):
            assert client.get(path, headers=desk).status_code == 200
    assert [client.get(SEARCH).status_code for _ in range(3)] == [401] * 3
    assert client.get(SEARCH, headers=desk).status_code == 200


def test_without_a_limit_no_response_speaks_of_one(archive: Archive) -> None:
    answer = client_of(archive, None).get(SEARCH)
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("ratelimit")]


def test_an_address_is_the_one_that_the_request_comes_from_whatever_its_headers_say(tmp_path: Path) -> None:
    make_archive(tmp_path / "archive")
    code = (
        "import sys; from pathlib import Path; from indexer.archive import Archive; from tests.fakes import "
        "WordEmbedder; from service.search import Searcher; from service.api.serving import serve; "
        "serve(Searcher(Archive(Path(sys.argv[1])), WordEmbedder()), '127.0.0.1', 0, rate_limit=2)"
    )
    with serving("-c", code, str(tmp_path / "archive")) as server:
        said = [{"X-Forwarded-For": f"10.0.0.{n}", "Forwarded": f"for=10.0.0.{n}"} for n in range(4)]
        statuses = [httpx.get(f"{server.address}{SEARCH}", headers=headers).status_code for headers in said]
    assert statuses == [200, 200, 429, 429]
