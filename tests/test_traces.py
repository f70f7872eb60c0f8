"""Traces as a collector gets them: a server of HTTP that decodes what is sent to it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("opentelemetry.sdk", reason="traces are an extra: pip install 'pressmark[traces]'")
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.testclient import TestClient

from indexer.archive import Archive
from indexer.errors import InputError
from service.api import create_app
from service.api.traces import Traces, traces_url
from service.search import Searcher
from tests.fakes import WordEmbedder
from tests.test_api import make_archive
from tests.test_api_operations import Bug

ROOT = Path(__file__).parent.parent
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Collector(ThreadingHTTPServer):
    """Takes traces on a free port, after ``delay`` seconds."""

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self.paths: list[str] = []
        self.spans: list[Span] = []
        self.resource: dict[str, str] = {}
        super().__init__(("127.0.0.1", 0), Taking)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def named(self, name: str) -> Span:
        (span,) = [span for span in self.spans if span.name == name]
        return span


class Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        sent = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(self.server.delay)
        self.server.paths.append(self.path)
        for of_resource in sent.resource_spans:
            self.server.resource |= {pair.key: pair.value.string_value for pair in of_resource.resource.attributes}
            self.server.spans += [span for scope in of_resource.scope_spans for span in scope.spans]
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: the tests' output is theirs."""


def attributes(span: Span) -> dict[str, str | int]:
    return {pair.key: pair.value.string_value or pair.value.int_value for pair in span.attributes}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return make_archive(tmp_path_factory.mktemp("traces") / "archive")


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as running:
        yield running
        running.shutdown()


def traced(archive: Archive, endpoint: str) -> TestClient:
    app = create_app(Searcher(archive, Bug()), traces=Traces(endpoint))
    return TestClient(app, raise_server_exceptions=False)


def test_a_request_is_a_span_with_what_was_done_below_it(archive: Archive, collector: Collector) -> None:
    begun = time.time_ns()
    with traced(archive, collector.url) as client:
        answer = client.get("/v1/search?q=secret+bridge&k=2", headers={"X-Request-Id": "r1"})
    span, search = collector.named("GET /v1/search"), collector.named("search")
    assert set(collector.paths) == {"/v1/traces"}
    assert collector.resource["service.name"] == "pressmark"
    assert attributes(span) == {
        "http.request.method": "GET",
        "http.route": "/v1/search",
        "http.response.status_code": 200,
        "http.response.body.size": int(answer.headers["content-length"]),
        "pressmark.request_id": "r1",
        "pressmark.generation": 1,
    }
    assert (span.kind, span.parent_span_id, search.parent_span_id) == (Span.SPAN_KIND_SERVER, b"", span.span_id)
    assert begun <= span.start_time_unix_nano <= search.start_time_unix_nano
    assert search.end_time_unix_nano <= span.end_time_unix_nano <= time.time_ns()
    assert "secret" not in str(collector.spans)


def test_phases_lie_end_to_end_in_what_they_are_phases_of(archive: Archive, collector: Collector) -> None:
    with traced(archive, collector.url) as client:
        client.get("/v1/search?q=bridge")
    search = collector.named("search")
    phases = [span for span in collector.spans if span.parent_span_id == search.span_id]
    assert [span.name for span in phases] == ["embed", "dense", "lexical", "fuse", "rerank", "cite"]
    edges = [search.start_time_unix_nano, *(span.end_time_unix_nano for span in phases)]
    assert [span.start_time_unix_nano for span in phases] == edges[:-1]
    assert edges[-1] == search.end_time_unix_nano


def test_a_trace_that_began_elsewhere_goes_on(archive: Archive, collector: Collector) -> None:
    with traced(archive, collector.url) as client:
        client.get("/v1/search?q=bridge", headers={"traceparent": PARENT, "tracestate": "a=b"})
        client.get("/healthz", headers={"traceparent": "00-nonsense"})
    span, lone = collector.named("GET /v1/search"), collector.named("GET /healthz")
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == tuple(PARENT.split("-")[1:3])
    assert span.trace_state == "a=b"
    assert {part.trace_id for part in collector.spans if part.name in {"search", "embed"}} == {span.trace_id}
    assert (lone.parent_span_id, lone.trace_id == span.trace_id) == (b"", False)


def test_what_another_did_not_sample_is_not_sent(archive: Archive, collector: Collector) -> None:
    with traced(archive, collector.url) as client:
        client.get("/v1/search?q=bridge", headers={"traceparent": PARENT.removesuffix("01") + "00"})
        client.get("/healthz")
    assert [span.name for span in collector.spans] == ["GET /healthz"]


def test_only_what_the_server_is_to_blame_for_is_an_error(archive: Archive, collector: Collector) -> None:
    with traced(archive, collector.url) as client:
        for path in ("/v1/search?q=kaboom", "/v1/articles/none", "/nope"):
            client.get(path)
    statuses = {attributes(span)["http.response.status_code"]: span.status.code for span in collector.spans}
    assert statuses[500] == 2
    assert statuses[404] == 0
    assert {span.name for span in collector.spans} >= {"GET /v1/search", "GET /v1/articles/{article_id:path}", "GET"}


def test_a_collector_that_is_gone_or_slow_costs_requests_nothing(archive: Archive) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, Collector(delay=20) as slow:
        with socket.create_server(("127.0.0.1", 0)) as soon_gone:
            port = soon_gone.getsockname()[1]
        endpoints = (slow.url, f"http://127.0.0.1:{silent.getsockname()[1]}", f"http://127.0.0.1:{port}")
        every = [Traces(endpoint) for endpoint in endpoints]
        for traces in every:
            client = TestClient(create_app(Searcher(archive, WordEmbedder()), traces=traces))
            for _ in range(30):
                begun = time.perf_counter()
                assert client.get("/healthz").status_code == 200
                assert time.perf_counter() - begun < 10  # the slow one takes twenty to answer
        begun = time.perf_counter()
        with ThreadPoolExecutor(len(every)) as pool:
            assert list(pool.map(Traces.close, every)) == [None] * len(every)
        assert time.perf_counter() - begun < 15
        slow.shutdown()


@pytest.mark.parametrize(
    "given", ["collector:4318", "grpc://collector:4317", "http://", "nonsense", "http://[", "http://a:x"]
)
def test_what_is_no_url_is_refused(given: str) -> None:
    with pytest.raises(InputError, match=r"otlp_endpoint is .* such as http://127\.0\.0\.1:4318"):
        traces_url(given)


def test_without_an_endpoint_nothing_of_it_is_imported() -> None:
    code = (
        "import sys, service.api.app, service.api.serving, service.cli.composing\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
