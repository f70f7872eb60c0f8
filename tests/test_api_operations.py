from __future__ import annotations

import gzip
import io
import json
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from fastapi import FastAPI
from numpy.typing import NDArray
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from indexer.archive import Archive
from indexer.build import index_articles
from indexer.errors import ArchiveDamaged
from service.api import create_app
from service.api.logs import request_log
from service.search import Searcher
from service.settings import LogFormat
from tests import hand_answers as hand
from tests.fakes import WordEmbedder
from tests.real_server import serving
from tests.test_api import TEXTS, article, make_archive, problem
from tests.test_api_asking import STREAM, HandAnswerer, events_of

JSON = {"Content-Type": "application/json"}


class Bug(WordEmbedder):
    """One whose bug shows when it reads ``kaboom``."""

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if "kaboom" in texts:
            raise ZeroDivisionError("a secret of the server")
        return super().embed_queries(texts)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return make_archive(tmp_path_factory.mktemp("operations") / "archive")


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return hand.bridge_archive(tmp_path_factory.mktemp("asking") / "archive")


def client_of(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def client(archive: Archive) -> TestClient:
    return client_of(create_app(Searcher(archive, Bug()), most_bytes=2_000))


# --- request ids ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["a", "0af7651916cd43dd-8448eb211c80319c", "Root=1-67891233:abc/+_.@", "x" * 128])
def test_a_sane_name_for_a_request_is_kept(client: TestClient, given: str) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", [b"", b"x" * 129, b"a b", b"a\tb", b'a"b', b"a,b", b"\xc3\xa4", b"<b>", b"a\\n"])
def test_any_other_name_is_replaced_by_a_new_one(client: TestClient, given: bytes) -> None:
    answer = client.get("/healthz", headers=[(b"X-Request-Id", given)])
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


def test_two_names_for_one_request_are_none(client: TestClient) -> None:
    answer = client.get("/healthz", headers=[("X-Request-Id", "a"), ("X-Request-Id", "b")])
    assert len(answer.headers["x-request-id"]) == 32


def test_no_two_requests_get_the_same_name(client: TestClient) -> None:
    assert len({client.get("/healthz").headers["x-request-id"] for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/search?q=a&k=0", b"", 422),
        ("GET", "/v1/search?q=%00", b"", 400),
        ("GET", "/nope", b"", 404),
        ("DELETE", "/v1/search", b"", 405),
        ("POST", "/v1/search", b'{"query": "' + b"a" * 3_000 + b'"}', 413),
        ("POST", "/v1/search", b"{", 400),
        ("GET", "/v1/search?q=kaboom", b"", 500),
    ],
)
def test_a_problem_names_its_request(client: TestClient, method: str, path: str, body: bytes, status: int) -> None:
    answer = client.request(method, path, content=body, headers=JSON | {"X-Request-Id": "mine-1"})
    document = problem(answer, status, answer.json()["type"].rpartition("/")[2])
    assert document["request_id"] == answer.headers["x-request-id"] == "mine-1"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_error_in_a_stream_names_its_request(bridge: Archive) -> None:
    client = client_of(create_app(Searcher(bridge, WordEmbedder()), HandAnswerer(bridge)))
    answer = client.get("/v1/ask?q=bridge+break", headers=STREAM)
    name, document = events_of(answer.text)[-1]
    assert (name, document["request_id"]) == ("error", answer.headers["x-request-id"])


# --- the log ----------------------------------------------------------------------------------------------------------


class Logged:
    """An application, and what it logs."""

    def __init__(self, archive: Archive, form: LogFormat, *, queries: bool = False) -> None:
        self.stream = io.StringIO()
        log = request_log(form, self.stream, queries=queries)
        self.client = client_of(create_app(Searcher(archive, Bug()), HandAnswerer(archive), log=log))

    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    def last(self) -> dict[str, Any]:
        shape: dict[str, Any] = json.loads(self.lines()[-1])
        return shape


@pytest.fixture
def logged(bridge: Archive) -> Logged:
    return Logged(bridge, "json")


def test_a_request_is_one_line_of_json(logged: Logged) -> None:
    answer = logged.client.get("/v1/search?q=secret+plan", headers={"X-Request-Id": "r1"})
    line = logged.last()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert answer.json()["took_ms"] <= line.pop("ms") < 60_000
    assert line == {
        "level": "info",
        "event": "request",
        "request_id": "r1",
        "method": "GET",
        "route": "/v1/search",
        "status": 200,
        "bytes": int(answer.headers["content-length"]),
        "generation": 1,
        "key": None,
    }
    assert len(logged.lines()) == 1


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/v1/articles/secret", "/v1/articles/{article_id:path}", 404),
        ("/v1/articles/secret/text?start=1", "/v1/articles/{article_id:path}/text", 404),
        ("/secret?q=secret", None, 404),
        ("/v1/search?q=kaboom&author=secret", "/v1/search", 500),
        ("/v1/verify?secret=1", "/v1/verify", 405),
        ("/v1/search?secret=1&q=secret", "/v1/search", 422),
    ],
)
def test_an_address_is_logged_as_its_template(logged: Logged, path: str, route: str | None, status: int) -> None:
    logged.client.get(path)
    assert "secret" not in logged.stream.getvalue()
    assert "kaboom" not in logged.stream.getvalue()
    assert (logged.last()["route"], logged.last()["status"]) == (route, status)


def test_queries_and_questions_are_logged_only_when_asked_for(bridge: Archive) -> None:
    for queries in (False, True):
        logged = Logged(bridge, "json", queries=queries)
        for ask in ("/v1/search?q=who\u2028\U0001f9c0", "/v1/ask?q=who\u2028\U0001f9c0"):
            for headers in ({}, STREAM):
                logged.client.get(ask, headers=headers)
                assert logged.last().get("query") == ("who\u2028\U0001f9c0" if queries else None)
        logged.client.post("/v1/search", json={"query": "posted"})
        assert ("posted" in logged.stream.getvalue()) == queries
        assert len(logged.lines()) == 5


def test_a_stream_is_logged_when_it_has_ended(logged: Logged) -> None:
    answer = logged.client.get("/v1/ask?q=When+did+the+bridge+open?", headers=STREAM)
    assert (logged.last()["bytes"], logged.last()["generation"]) == (len(answer.content), 1)


def test_a_line_of_text_says_the_same(bridge: Archive) -> None:
    logged = Logged(bridge, "text", queries=True)
    answer = logged.client.get('/v1/search?q=a"%0Ab', headers={"X-Request-Id": "r1"})
    size = len(answer.content) if "content-encoding" not in answer.headers else int(answer.headers["content-length"])
    assert re.fullmatch(
        rf'\S+Z info r1 GET /v1/search 200 [\d.]+ ms {size} bytes generation 1 "a\\"\\nb"', logged.lines()[-1]
    )
    logged.client.get("/nope")
    assert " GET no such address 404 " in logged.lines()[-1]


def test_no_log_is_none(bridge: Archive) -> None:
    assert request_log("none", io.StringIO()) is None


def test_a_log_that_nobody_reads_any_more_fails_no_request(bridge: Archive) -> None:
    logged = Logged(bridge, "json")
    logged.stream.close()
    assert logged.client.get("/v1/search?q=bridge").status_code == 200


# --- metrics ----------------------------------------------------------------------------------------------------------

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(client: TestClient) -> Samples:
    """What Prometheus's own parser reads."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = list(text_string_to_metric_families(answer.text))
    assert all(family.documentation for family in families)
    found = [sample for family in families for sample in family.samples]
    samples = {(sample.name, frozenset(sample.labels.items())): float(sample.value) for sample in found}
    assert len(samples) == len(found)
    return samples


def value(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((f"pressmark_{name}", frozenset(labels.items())))


def test_requests_are_counted_by_route_and_status(client: TestClient) -> None:
    for path in ("/v1/articles/a", "/v1/articles/example.org/bridge", "/v1/articles/nope", "/x", "/y?z", "/v1/search"):
        client.get(path)
    client.get("/v1/search?q=kaboom")
    samples = scraped(client)
    counted = {
        (labels["route"], labels["status"]): count
        for (name, pairs), count in samples.items()
        if name == "pressmark_request_seconds_count" and (labels := dict(pairs))
    }
    assert counted == {
        ("/v1/articles/{article_id:path}", "2xx"): 2,
        ("/v1/articles/{article_id:path}", "4xx"): 1,
        ("none", "4xx"): 2,
        ("/v1/search", "4xx"): 1,
        ("/v1/search", "5xx"): 1,
    }
    assert value(scraped(client), "request_seconds_count", route="/metrics", status="2xx") == 1


def test_the_buckets_grow_from_half_a_millisecond_to_half_a_minute_and_hold_all(client: TestClient) -> None:
    for _ in range(5):
        client.get("/v1/search?q=bridge")
    samples = scraped(client)
    buckets = sorted(
        (float(dict(pairs)["le"]), count)
        for (name, pairs), count in samples.items()
        if name == "pressmark_request_seconds_bucket"
    )
    assert (buckets[0][0], buckets[-2][0], buckets[-1]) == (0.0005, 30.0, (float("inf"), 5.0))
    assert [count for _, count in buckets] == sorted(count for _, count in buckets)
    took = value(samples, "request_seconds_sum", route="/v1/search", status="2xx")
    assert took is not None
    assert 0 < took < 60


def test_the_time_of_searches_and_answers_is_counted_by_phase(bridge: Archive) -> None:
    client = client_of(create_app(Searcher(bridge, WordEmbedder()), HandAnswerer(bridge)))
    spent = [client.get("/v1/search?q=bridge&explain=1").json()["phases_ms"] for _ in range(3)]
    client.get("/v1/ask?q=When+did+the+bridge+open?")
    client.get("/v1/ask?q=When+did+the+bridge+open?", headers=STREAM)  # a search for the passages, and the answer
    client.get("/v1/ask?q=bridge+break")  # fails
    samples = scraped(client)
    for phase in spent[0]:
        assert value(samples, "phase_seconds_count", work="search", phase=phase) == 4
        total = value(samples, "phase_seconds_sum", work="search", phase=phase)
        assert total is not None
        assert total >= sum(phases[phase] for phases in spent) / 1000 - 1e-9
    assert value(samples, "phase_seconds_count", work="ask", phase="read") == 2
    assert value(samples, "phase_seconds_sum", work="ask", phase="read") == pytest.approx(2 * 10.0 / 1000)
    assert value(samples, "phase_seconds_sum", work="ask", phase="search") == pytest.approx(2 * 2.5 / 1000)


def test_requests_in_flight_are_those_being_answered(archive: Archive) -> None:
    seen: list[float | None] = []

    class Looking(WordEmbedder):
        def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
            seen.append(app.state.metrics.registry.get_sample_value("pressmark_requests_in_flight"))
            if "kaboom" in texts:
                raise ZeroDivisionError
            return super().embed_queries(texts)

    app = create_app(Searcher(archive, Looking()))
    client = client_of(app)
    for query in ("bridge", "kaboom", "ships"):
        client.get(f"/v1/search?q={query}")
    assert seen == [1.0, 1.0, 1.0]
    assert app.state.metrics.registry.get_sample_value("pressmark_requests_in_flight") == 0


def test_the_archive_is_measured_as_it_is_now(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "archive")
    client = client_of(create_app(Searcher(archive, WordEmbedder())))
    before = scraped(client)
    assert value(before, "archive_readable") == 1
    assert (value(before, "archive_generation"), value(before, "archive_articles")) == (1, len(TEXTS))
    assert value(before, "archive_passages") == archive.snapshot().counts()["passages"]
    with Archive(tmp_path / "archive") as elsewhere:
        index_articles(elsewhere, WordEmbedder(), [article("tunnel", "A tunnel under the bridge.")])
    after = scraped(client)
    assert (value(after, "archive_generation"), value(after, "archive_articles")) == (2, len(TEXTS) + 1)


def test_an_archive_that_cannot_be_read_leaves_the_other_measurements(tmp_path: Path) -> None:
    class Damaged(Archive):
        def snapshot(self) -> Any:  # noqa: ANN401
            raise ArchiveDamaged("it is cut short. Restore it")

    make_archive(tmp_path / "archive").close()
    client = client_of(create_app(Searcher(Damaged(tmp_path / "archive"), WordEmbedder())))
    problem(client.get("/v1/search?q=a"), 500, "archive-damaged")
    samples = scraped(client)
    assert (value(samples, "archive_readable"), value(samples, "archive_generation")) == (0, None)
    assert value(samples, "request_seconds_count", route="/v1/search", status="5xx") == 1


def test_two_applications_count_apart(archive: Archive, client: TestClient) -> None:
    client.get("/v1/search?q=bridge")
    other = client_of(create_app(Searcher(archive, WordEmbedder())))
    assert value(scraped(other), "request_seconds_count", route="/v1/search", status="2xx") is None


# --- compression ------------------------------------------------------------------------------------------------------


def raw(client: TestClient, path: str, **headers: str) -> tuple[httpx2.Response, bytes]:
    """A response and its body as it came."""
    with client.stream("GET", path, headers=headers) as response:
        return response, b"".join(response.iter_raw())


def test_large_responses_are_compressed_for_those_who_take_it(archive: Archive, client: TestClient) -> None:
    asked = {"Accept-Encoding": "gzip", "Accept": "application/json"}
    packed, body = raw(client, "/openapi.json", **asked)
    plain, whole = raw(client, "/openapi.json", **{"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert (int(packed.headers["content-length"]), gzip.decompress(body)) == (len(body), whole)
    assert len(body) < len(whole) / 3


def test_small_responses_are_left_as_they_are(client: TestClient) -> None:
    response, body = raw(client, "/v1/articles/a", **{"Accept-Encoding": "gzip"})
    assert "content-encoding" not in response.headers
    assert len(body) < 1024
    assert json.loads(body)["article_id"] == "a"


def test_events_are_not_compressed(bridge: Archive) -> None:
    client = client_of(create_app(Searcher(bridge, WordEmbedder()), HandAnswerer(bridge)))
    response, body = raw(client, "/v1/ask?q=When+did+the+bridge+open?", **STREAM, **{"Accept-Encoding": "gzip"})
    assert "content-encoding" not in response.headers
    assert len(body) > 1024
    assert [name for name, _ in events_of(body.decode())] == ["passages", "answer"]


# --- pages of other origins -------------------------------------------------------------------------------------------

PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,authorization"}


def test_pages_of_other_origins_are_kept_out_unless_configured(client: TestClient) -> None:
    for answer in (
        client.get("/v1/search?q=a", headers={"Origin": "https://a.example"}),
        client.options("/v1/search", headers={"Origin": "https://a.example"} | PREFLIGHT),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_pages_of_a_configured_origin_may_call_and_read_and_no_others(archive: Archive) -> None:
    client = client_of(create_app(Searcher(archive, Bug()), cors_origins=("https://a.example",)))
    for path, status in (("/v1/search?q=a", 200), ("/v1/search?q=kaboom", 500), ("/nope", 404)):
        ours = client.get(path, headers={"Origin": "https://a.example"})
        theirs = client.get(path, headers={"Origin": "https://b.example"})
        assert ours.status_code == theirs.status_code == status
        assert ours.headers["access-control-allow-origin"] == "https://a.example"
        assert "X-Archive-Generation" in ours.headers["access-control-expose-headers"]
        assert "access-control-allow-origin" not in theirs.headers
        assert "Origin" in ours.headers["vary"]
        assert "access-control-allow-credentials" not in ours.headers
    asked = client.options("/v1/search", headers={"Origin": "https://a.example"} | PREFLIGHT)
    assert (asked.status_code, len(asked.headers["x-request-id"])) == (200, 32)
    assert client.options("/v1/search", headers={"Origin": "https://b.example"} | PREFLIGHT).status_code == 400


# --- the whole server -------------------------------------------------------------------------------------------------

SERVER = """
import sys
from pathlib import Path
from indexer.archive import Archive
from service.api.serving import serve
from service.search import Searcher
from tests.test_api_operations import Bug

serve(Searcher(Archive(Path(sys.argv[1])), Bug()), sys.argv[2], 0, log_format="json")
"""


@pytest.fixture
def json_server(archive: Archive) -> Iterator[tuple[str, Callable[[], list[dict[str, Any]]]]]:
    """A server's address, and what ends it and gives the lines that it logged."""
    with serving("-c", SERVER, str(archive.path), "127.0.0.1") as server:

        def ended() -> list[dict[str, Any]]:
            server.process.send_signal(signal.SIGTERM)
            return [json.loads(line) for line in server.process.communicate(timeout=30)[1].splitlines()]

        yield server.address, ended


def test_all_that_a_server_logs_is_json_and_an_unexpected_error_bears_its_requests_name(
    json_server: tuple[str, Callable[[], list[dict[str, Any]]]],
) -> None:
    address, ended = json_server
    names = [httpx2.get(f"{address}/v1/search?q={query}").headers["x-request-id"] for query in ("a", "kaboom", "b")]
    lines = ended()
    assert [line["request_id"] for line in lines if line["event"] == "request"] == names
    (error,) = [line for line in lines if line["event"] == "log"]
    assert (error["level"], error["request_id"]) == ("error", names[1])
    assert "ZeroDivisionError: a secret of the server" in error["traceback"]
