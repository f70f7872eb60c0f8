"""Who comes in over HTTP: what needs a key, which key may do what, and what a key that is gone still gets."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient
from starlette.types import Message

import service.api.events as events
from indexer.archive import Archive
from indexer.errors import ModelError
from service.access.caller import Scope
from service.access.key import Wanted
from service.access.keys import KeyStore
from service.access.tokens import new_token
from service.answer.records import Answer, AskOptions
from service.api import create_app
from service.api.access import TheCaller
from service.api.hosts import THIS_MACHINE, host_of
from service.api.logs import request_log
from service.api.reach import names_of
from service.client import Client
from service.search import Searcher
from service.settings import LogFormat
from tests import hand_answers as hand
from tests.fakes import WordEmbedder
from tests.real_server import serving_archive
from tests.test_api import problem
from tests.test_api_asking import HandAnswerer, events_of

ROOT = Path(__file__).parent.parent
SEARCH = "/v1/search?q=bridge"
READING = (
    *(SEARCH, "/v1/similar?locator=bridge", "/v1/ask?q=bridge", "/v1/articles", "/v1/articles/bridge"),
    *("/v1/articles/bridge/text", "/v1/cite?locator=bridge%230-5", "/v1/status"),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with hand.bridge_archive(tmp_path_factory.mktemp("access") / "archive") as archive:
        return archive.path


@pytest.fixture
def archive(place: Path) -> Iterator[Archive]:
    with Archive(place) as archive:
        yield archive
    (place / "keys.sqlite").unlink(missing_ok=True)


@pytest.fixture
def store(archive: Archive) -> Iterator[KeyStore]:
    store = KeyStore(archive.path)
    yield store
    store.close()


@pytest.fixture
def client(archive: Archive) -> TestClient:
    return TestClient(app_of(archive))


def app_of(archive: Archive, *, closed: bool = False) -> FastAPI:
    return create_app(Searcher(archive, WordEmbedder()), HandAnswerer(archive), closed=closed)


def bearer(store: KeyStore, *scopes: Scope, name: str = "desk") -> dict[str, str]:
    return {"Authorization": f"Bearer {store.create(Wanted(name, frozenset(scopes or ('read',))))[1]}"}


# --- without keys -----------------------------------------------------------------------------------------------------


def test_without_keys_everyone_on_this_machine_is_let_in(client: TestClient) -> None:
    for path in (SEARCH, "/metrics", "/v1/status", "/readyz"):
        assert client.get(path).status_code == 200
    assert client.get(SEARCH, headers={"Authorization": "Bearer whatever"}).status_code == 200


def test_a_service_that_others_reach_is_closed_even_without_keys(archive: Archive) -> None:
    closed = TestClient(app_of(archive, closed=True))
    problem(closed.get(SEARCH), 401, "unauthenticated")
    problem(closed.get(SEARCH, headers={"Authorization": f"Bearer {new_token()}"}), 401, "unauthenticated")
    assert closed.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [(None, 415), ("http://testserver", 415), ("https://elsewhere.example", 403), ("null", 403)],
)
def test_without_keys_no_page_of_another_site_may_write(client: TestClient, origin: str | None, status: int) -> None:
    """A browser sends a form to any address, and 415 shows that one has come through to the endpoint."""
    headers = {"Content-Type": "text/plain"} | ({"Origin": origin} if origin else {})
    assert client.post("/v1/verify", content=b"[]", headers=headers).status_code == status


# --- with keys --------------------------------------------------------------------------------------------------------


def test_the_first_key_closes_a_service_that_runs(client: TestClient, store: KeyStore) -> None:
    assert client.get(SEARCH).status_code == 200
    headers = bearer(store)
    problem(client.get(SEARCH), 401, "unauthenticated")
    assert client.get(SEARCH, headers=headers).status_code == 200


@pytest.mark.parametrize("path", [*READING, "/metrics", "/mcp", "/v1/nothing", "/nothing", "//v1/status", "/V1/status"])
def test_every_address_that_is_not_named_open_needs_a_key(client: TestClient, store: KeyStore, path: str) -> None:
    bearer(store)
    refused = client.get(path)
    document = problem(refused, 401, "unauthenticated")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer" in document["detail"]
    assert "x-archive-generation" not in refused.headers
    for method in ("POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
        assert client.request(method, path).status_code == 401


def test_what_holds_nothing_of_the_archive_stays_open(client: TestClient, store: KeyStore) -> None:
    bearer(store)
    for path in ("/", "/docs", "/openapi.json", "/healthz", "/readyz", "/article/bridge", "/page/main.js"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "x-archive-generation" not in answer.headers


def test_whoever_may_not_read_is_not_told_why_nothing_is_ready(
    client: TestClient, store: KeyStore, archive: Archive
) -> None:
    headers = bearer(store)
    assert client.get("/readyz", headers=headers).headers["x-archive-generation"] == "1"
    broken = TestClient(create_app(Searcher(archive, _Broken())))
    assert "weights" not in problem(broken.get("/readyz"), 503, "not-ready")["detail"]
    assert "weights" in problem(broken.get("/readyz", headers=headers), 503, "not-ready")["detail"]


class _Broken(WordEmbedder):
    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise ModelError("the weights are gone. Install Pressmark again")


def test_every_reason_not_to_let_a_key_in_looks_alike(client: TestClient, store: KeyStore) -> None:
    key, token = store.create(Wanted("desk"))
    revoked, revoked_token = store.create(Wanted("gone"))
    store.revoke(revoked.id)
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
    sent = {
        "unknown": new_token(),
        "wrong": wrong,
        "cut short": token[:-1],
        "another's id": f"pm_{revoked.id}_{token.split('_', 2)[2]}",
        "revoked": revoked_token,
        "empty": "",
        "an id": key.id,
        "not ASCII": "pm_ü",
    }
    refused = {
        name: client.get(SEARCH, headers=[(b"Authorization", f"Bearer {said}".encode())]) for name, said in sent.items()
    }
    for name, answer in refused.items():
        document = problem(answer, 401, "unauthenticated")
        assert {**document, "request_id": ""} == {**refused["unknown"].json(), "request_id": ""}, name
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        assert not sent[name] or sent[name] not in answer.text


def test_a_key_is_read_from_one_authorization_header_and_nowhere_else(client: TestClient, store: KeyStore) -> None:
    token = bearer(store)["Authorization"].split()[1]
    for said in (f"bearer {token}", f"BEARER  {token} "):
        assert client.get(SEARCH, headers={"Authorization": said}).status_code == 200
    for said in (token, f"Basic {token}", f"Bearer {token}, Bearer {token}", f"Bearer {token} x"):
        assert client.get(SEARCH, headers={"Authorization": said}).status_code == 401
    twice = [("Authorization", f"Bearer {token}")] * 2
    assert client.get(SEARCH, headers=twice).status_code == 401
    assert client.get(f"{SEARCH}&key={token}", headers={"X-API-Key": token}).status_code == 401


@given(header=st.binary(max_size=80) | st.binary(max_size=60).map(b"Bearer pm_".__add__))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_header_whatever_it_holds_comes_in_or_breaks_anything(
    client: TestClient, store: KeyStore, header: bytes
) -> None:
    if not store.required():
        bearer(store)
    assert client.get(SEARCH, headers=[(b"Authorization", header)]).status_code == 401


def test_scopes_are_apart(client: TestClient, store: KeyStore) -> None:
    reads, writes, sees = (bearer(store, scope) for scope in ("read", "write", "admin"))
    for path in READING:
        assert client.get(path, headers=reads).status_code != 403
        for headers in (writes, sees):
            refused = client.get(path, headers=headers)
            assert "--scope read" in problem(refused, 403, "forbidden")["detail"]
            assert refused.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="read"'
    assert [client.get("/metrics", headers=h).status_code for h in (reads, writes, sees)] == [403, 403, 200]
    assert [client.post("/v1/verify", json=[], headers=h).status_code for h in (writes, sees)] == [403, 403]


def test_every_operation_on_the_archive_asks_for_a_scope(client: TestClient, store: KeyStore) -> None:
    """As described, and by the routes that are there: a key that may do neither gets nowhere with any of them."""
    sees = bearer(store, "admin")
    described = {
        (method.upper(), path)
        for path, methods in client.get("/openapi.json").json()["paths"].items()
        for method in methods
        if path.startswith("/v1/")
    }
    assert len(described) >= 20
    for method, path in described | {("POST", "/mcp"), ("GET", "/mcp"), ("DELETE", "/mcp")}:
        answer = client.request(method, re.sub(r"\{\w+\}", "x", path), headers=sees)
        assert (method, path, answer.status_code) == (method, path, 403)


def test_whoever_brings_articles_in_may_see_what_became_of_them(client: TestClient, store: KeyStore) -> None:
    writes, reads, sees = bearer(store, "write"), bearer(store, "read"), bearer(store, "admin")
    assert [client.get("/v1/jobs/none", headers=h).status_code for h in (writes, reads, sees)] == [404, 404, 403]


def test_what_a_key_limits_reaches_the_endpoints(archive: Archive, store: KeyStore) -> None:
    app = app_of(archive)

    @app.get("/v1/who")
    async def who(caller: TheCaller) -> Response:
        return JSONResponse([caller.name, sorted(caller.scopes), caller.publishers])

    _, token = store.create(Wanted("desk", frozenset({"read", "write"}), ("The Span", "North Wire")))
    answer = TestClient(app).get("/v1/who", headers={"Authorization": f"Bearer {token}"})
    assert answer.json() == ["desk", ["read", "write"], ["The Span", "North Wire"]]


def test_a_body_is_not_read_before_its_key(archive: Archive, store: KeyStore) -> None:
    bearer(store)
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the body was asked for")

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"host", b"testserver")]
    scope = {"type": "http", "method": "POST", "path": "/v1/search", "query_string": b"", "headers": headers}
    asyncio.run(app_of(archive)(scope, receive, send))
    assert sent[0]["status"] == 401


def test_a_revoked_key_is_out_with_its_next_request_and_the_last_one_opens_nothing(
    client: TestClient, store: KeyStore
) -> None:
    key, token = store.create(Wanted("desk"))
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get(SEARCH, headers=headers).status_code == 200
    KeyStore(store.path.parent).revoke(key.id)
    for sent in (headers, {}):
        problem(client.get(SEARCH, headers=sent), 401, "unauthenticated")


def test_keys_that_cannot_be_read_let_nobody_in_and_are_told_to_the_log_alone(
    client: TestClient, store: KeyStore, caplog: pytest.LogCaptureFixture
) -> None:
    headers = bearer(store)
    assert client.get(SEARCH, headers=headers).status_code == 200
    store.path.write_bytes(b"no keys any more")
    refused = client.get(SEARCH, headers=headers)
    assert "keys.sqlite" not in problem(refused, 503, "not-ready")["detail"]
    assert refused.headers["retry-after"] == "5"
    assert "keys.sqlite is no file of keys" in caplog.text
    assert client.get("/healthz").status_code == 200


# --- mid-stream -------------------------------------------------------------------------------------------------------


class _RevokingAnswerer(HandAnswerer):
    """One during whose work the key that asks is revoked."""

    def __init__(self, archive: Archive, key_id: str) -> None:
        super().__init__(archive)
        self._key_id = key_id
        self._place = archive.path

    def ask(self, question: str, options: AskOptions | None = None) -> Answer:
        KeyStore(self._place).revoke(self._key_id)
        return super().ask(question, options)

    def within(self, publishers: Iterable[str]) -> Self:
        raise AssertionError("whoever asks here may read everything")


def test_a_stream_ends_when_its_key_is_revoked(archive: Archive, store: KeyStore) -> None:
    key, token = store.create(Wanted("desk"))
    client = TestClient(create_app(Searcher(archive, WordEmbedder()), _RevokingAnswerer(archive, key.id)))
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    told = events_of(client.get("/v1/ask?q=When+did+the+bridge+open?", headers=headers).text)
    assert [name for name, _ in told] == ["passages", "error"]
    assert (told[1][1]["type"], told[1][1]["status"]) == ("/problems/unauthenticated", 401)


def test_a_stream_in_which_nothing_happens_ends_too(
    archive: Archive, store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_STILL_HERE", 0.02)
    key, token = store.create(Wanted("desk"))
    app = app_of(archive)
    may_end = threading.Event()

    def told() -> events.Events:
        yield "passages", {}
        KeyStore(store.path.parent).revoke(key.id)
        assert may_end.wait(20)
        yield "answer", {}

    def tell(request: Request) -> Response:
        return events.event_stream(request, told())

    app.add_api_route("/v1/told", tell, response_class=Response)
    with TestClient(app) as client:
        answer = client.get("/v1/told", headers={"Authorization": f"Bearer {token}"})
        may_end.set()
    assert [name for name, _ in events_of(answer.text)] == ["passages", "error"]


# --- the log ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_log_names_the_key_and_never_holds_it(
    archive: Archive, store: KeyStore, form: LogFormat, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stream = io.StringIO()
    client = TestClient(create_app(Searcher(archive, WordEmbedder()), log=request_log(form, stream, queries=True)))
    key, token = store.create(Wanted("the desk"))
    lost = new_token()
    for said in (token, lost, token[:-1]):
        client.get(SEARCH, headers={"Authorization": f"Bearer {said}"})
    client.get(SEARCH)
    lines = stream.getvalue().splitlines()
    if form == "json":
        assert [json.loads(line)["key"] for line in lines] == [{"id": key.id, "name": "the desk"}, None, None, None]
    else:
        assert [f" key {key.id} (the desk)" in line for line in lines] == [True, False, False, False]
    for said in (token, lost):
        assert said.split("_", 2)[2][:20] not in stream.getvalue() + caplog.text


# --- by which name ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *(
            (name, 200)
            for name in ("localhost", "localhost:8000", "127.0.0.1:1", "[::1]:80", "LocalHost.", "own.example:9")
        ),
        *((name, 421) for name in ("evil.example", "localhost.evil.example", "evil.example:8000", "127.0.0.1.x", "")),
    ],
)
def test_on_loopback_it_goes_by_this_machines_names(archive: Archive, host: str, status: int) -> None:
    names = names_of("127.0.0.1", ["own.example"])
    client = TestClient(create_app(Searcher(archive, WordEmbedder()), hosts=names))
    answer = client.get(SEARCH, headers={"Host": host})
    assert answer.status_code == status
    if status == 421:
        assert "--allowed-hosts" in problem(answer, 421, "misdirected")["detail"]
        assert client.get("/", headers={"Host": host}).status_code == 421


def test_which_names_an_address_has() -> None:
    assert names_of("127.0.0.1", ()) == names_of("localhost", ()) == THIS_MACHINE
    assert names_of("127.0.0.2", ()) == (*THIS_MACHINE, "127.0.0.2")
    assert names_of("0.0.0.0", ()) == ()
    assert names_of("0.0.0.0", ["archive.example"]) == (*THIS_MACHINE, "archive.example")
    assert host_of("[fe80::1]:80") == "[fe80::1]"


# --- how it is described ----------------------------------------------------------------------------------------------


def test_the_description_says_what_needs_a_key(client: TestClient, store: KeyStore) -> None:
    def described() -> dict[str, object]:
        document = client.get("/openapi.json").json()
        assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
        found = {}
        for path, methods in document["paths"].items():
            for operation in methods.values():
                found[path] = operation.get("security")
                assert ("401" in operation["responses"]) == ("security" in operation) == path.startswith("/v1/")
        return found

    assert described()["/v1/search"] == [{"key": []}, {}]
    bearer(store)
    after = described()
    assert after["/v1/search"] == [{"key": []}]
    assert after["/healthz"] is None


def test_an_application_that_has_ended_holds_no_file_of_keys(archive: Archive, store: KeyStore) -> None:
    def held() -> int:
        links = (Path("/proc/self/fd") / number for number in os.listdir("/proc/self/fd"))
        return sum(os.path.realpath(link) == str(store.path) for link in links)

    headers = bearer(store)
    store.close()
    with TestClient(create_app(Searcher(archive, WordEmbedder()))) as client:
        assert client.get(SEARCH, headers=headers).status_code == 200
        assert held() == 1
    assert held() == 0


# --- real processes ---------------------------------------------------------------------------------------------------


def test_a_server_that_others_reach_asks_for_a_key_and_stays_closed_when_the_last_is_revoked(
    store: KeyStore, place: Path
) -> None:
    key, token = store.create(Wanted("desk"))
    with serving_archive(place, "0.0.0.0") as server:
        address = server.address
        assert "Requests need a key; one key lets somebody in." in server.said
        assert httpx.get(f"{address}{SEARCH}").status_code == 401
        with Client(address, key=token) as client:
            assert client.search("bridge").hits
        KeyStore(place).revoke(key.id)
        for headers in ({}, {"Authorization": f"Bearer {token}"}):
            assert httpx.get(f"{address}{SEARCH}", headers=headers).status_code == 401
        store.path.unlink()
        assert httpx.get(f"{address}{SEARCH}").status_code == 401


def test_a_server_without_keys_says_so_and_goes_by_no_other_name(place: Path) -> None:
    with serving_archive(place) as server:
        address = server.address
        assert "There are no keys, so it listens to this machine only." in server.said
        assert httpx.get(f"{address}{SEARCH}").status_code == 200
        rebound = httpx.get(f"{address}{SEARCH}", headers={"Host": "evil.example"})
        assert (rebound.status_code, rebound.json()["type"]) == (421, "/problems/misdirected")


def test_a_key_that_has_ended_makes_no_server_public(place: Path, store: KeyStore) -> None:
    key, _ = store.create(Wanted("desk", expires=datetime(2900, 1, 1, tzinfo=UTC)))
    store.revoke(key.id)
    command = [sys.executable, "-m", "tests.serve_fake", str(place), "0.0.0.0", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "has no active key" in done.stderr
    assert "pressmark keys create NAME" in done.stderr
