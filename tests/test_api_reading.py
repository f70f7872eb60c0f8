"""Reading articles over HTTP: tags that say when one is another, heads without bodies, lists page by page."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.build import index_articles
from indexer.records import PartialDate
from service.api import create_app
from service.api.observing import Served
from service.search import Searcher
from tests.fakes import WordEmbedder
from tests.test_api import ODD_ID, TEXTS, article, make_archive, problem

BRIDGE = "/v1/articles/example.org/bridge"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return create_app(Searcher(make_archive(tmp_path_factory.mktemp("reading") / "archive"), WordEmbedder()))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


# --- tags -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", [BRIDGE, f"{BRIDGE}?start=0&end=10", f"/v1/articles/{quote(ODD_ID)}", f"{BRIDGE}/text"]
)
def test_what_the_client_has_is_not_sent_again(client: TestClient, address: str) -> None:
    tag = client.get(address).headers["etag"]
    for said in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = client.get(address, headers={"If-None-Match": said})
        assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", tag)
        assert response.headers["x-archive-generation"] == "1"
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Another bridge"},
        {"authors": ("Ada Byron", "Charles Babbage")},
        {"publisher": "The Arch"},
        {"published": PartialDate(2015, 10, 1)},
        {"url": "https://example.org/other"},
        {"language": "fr"},
        {"provenance": {"title": "html title"}},
    ],
)
def test_an_article_has_another_tag_when_anything_stated_of_it_changes(tmp_path: Path, changed: dict[str, Any]) -> None:
    embedder = WordEmbedder()
    archive = make_archive(tmp_path / "archive")
    client = TestClient(create_app(Searcher(archive, embedder)))
    before = client.get("/v1/articles/a").headers["etag"]
    held = {"title": None, "language": None, **changed}
    index_articles(archive, embedder, [article("a", TEXTS["a"], **held)])
    after = client.get("/v1/articles/a", headers={"If-None-Match": before})
    assert (after.status_code, after.headers["x-archive-generation"]) == (200, "2")
    assert after.headers["etag"] != before
    assert after.headers["etag"].split(".")[0] == before.split(".")[0]


def test_another_text_is_another_tag_and_the_same_article_the_same(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    archive = make_archive(tmp_path / "archive")
    client = TestClient(create_app(Searcher(archive, embedder)))
    tags = {name: client.get(f"/v1/articles/{quote(name)}").headers["etag"] for name in TEXTS}
    assert len(set(tags.values())) == len(tags)
    index_articles(archive, embedder, [article("a", "Other vessels call."), article("new", "A new one.")])
    assert client.get("/v1/articles/a").headers["etag"] != tags["a"]
    assert client.get(BRIDGE).headers["etag"] == tags["example.org/bridge"]


# --- heads ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [BRIDGE, f"{BRIDGE}/text", "/v1/articles", "/v1/facets", "/v1/status", "/v1/search?q=a", "/docs", "/healthz"],
)
def test_a_head_is_the_get_without_its_body(client: TestClient, address: str) -> None:
    head, got = client.head(address), client.get(address)
    assert (head.status_code, head.content) == (got.status_code, b"") == (200, b"")
    varying = {"x-request-id", "date", "content-length"} if address.startswith("/v1/search") else {"x-request-id"}
    assert {n: v for n, v in head.headers.items() if n not in varying} == {
        n: v for n, v in got.headers.items() if n not in varying
    }


def test_a_head_is_conditional_refused_and_logged_as_what_it_is(app: FastAPI) -> None:
    served: list[Served] = []
    client = TestClient(create_app(app.state.searcher, log=served.append))
    tag = client.head(BRIDGE).headers["etag"]
    assert client.head(BRIDGE, headers={"If-None-Match": tag}).status_code == 304
    assert client.head("/v1/articles/nope").status_code == 404
    assert client.head("/v1/verify").status_code == 405
    assert [(one.method, one.route, one.status, one.sent) for one in served[1:3]] == [
        ("HEAD", "/v1/articles/{article_id:path}", 304, 0),
        ("HEAD", "/v1/articles/{article_id:path}", 404, 0),
    ]


# --- lists ------------------------------------------------------------------------------------------------------------


LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "publisher": st.sampled_from(["span", "nobody"]),
        "author": st.sampled_from(["byron", "lovelace"]),
        "language": st.sampled_from(["en", "fr"]),
        "article": st.lists(st.sampled_from(sorted(TEXTS)), min_size=1, max_size=3),
        "after": st.sampled_from(["2014", "2015-10", "2016"]),
        "before": st.sampled_from(["2017", "2018-03-01"]),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limits=LIMITS, limit=st.integers(1, 5))
def test_pages_of_a_list_join_to_the_whole_of_it(client: TestClient, limits: dict[str, Any], limit: int) -> None:
    whole = client.get("/v1/articles", params=limits).json()
    ids = [line["article_id"] for line in whole["articles"]]
    assert ids == sorted(ids)
    assert (whole["total"], whole["next"]) == (len(ids), None)
    paged: list[Any] = []
    wanted: dict[str, Any] | None = {**limits, "limit": limit}
    while wanted is not None:
        page = client.get("/v1/articles", params=wanted).json()
        assert (page["total"], len(page["articles"]) <= limit) == (len(ids), True)
        paged += page["articles"]
        wanted = {**limits, "limit": limit, "cursor": page["next"]} if page["next"] is not None else None
    assert paged == whole["articles"]


def test_a_cursor_of_another_list_query_or_generation_is_refused(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    archive = make_archive(tmp_path / "archive")
    client = TestClient(create_app(Searcher(archive, embedder)))

    def refused(**wanted: Any) -> str:  # noqa: ANN401
        return str(problem(client.get("/v1/articles", params=wanted), 400, "bad-query")["detail"])

    cursor = client.get("/v1/articles?limit=1").json()["next"]
    assert client.get("/v1/articles", params={"cursor": cursor, "limit": 2}).status_code == 200
    assert "another query" in refused(cursor=cursor, publisher="span")
    assert "another query" in refused(cursor=client.get("/v1/search?q=bridge&k=1").json()["next"])
    assert "is no cursor" in refused(cursor="example.org/bridge")
    assert "is no cursor" in refused(cursor="")
    of, generation, _ = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    half = base64.urlsafe_b64encode(json.dumps([of, generation, "\ud800"]).encode()).decode()
    assert "another query" in refused(cursor=half)
    problem(client.get("/v1/search", params={"q": "bridge", "cursor": cursor}), 400, "bad-query")
    index_articles(archive, embedder, [article("new", "A new one.")])
    assert "from generation 1 to 2" in refused(cursor=cursor)


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x", ""])
def test_a_list_has_one_to_a_thousand_lines(client: TestClient, limit: str) -> None:
    problem(client.get("/v1/articles", params={"limit": limit}), 422, "invalid-request")


# --- similar ----------------------------------------------------------------------------------------------------------


def test_what_is_similar_is_explained_when_asked(client: TestClient) -> None:
    got = client.get("/v1/similar", params={"locator": "a", "explain": True}).json()
    posted = client.post("/v1/similar", json={"locator": "a", "explain": True}).json()
    timing = {"took_ms": 0, "phases_ms": {}}
    assert got | timing == posted | timing
    assert all(hit["explanation"]["dense"]["rank"] == hit["rank"] for hit in got["hits"])
    plain = client.get("/v1/similar", params={"locator": "a"}).json()
    assert [{**hit, "explanation": None} for hit in got["hits"]] == [{**h, "explanation": None} for h in plain["hits"]]


# --- changing what was read -------------------------------------------------------------------------------------------


def test_the_tag_that_was_read_is_the_one_that_a_change_asks_for(tmp_path: Path) -> None:
    client = TestClient(create_app(Searcher(make_archive(tmp_path / "archive"), WordEmbedder())))
    body = {"text": TEXTS["example.org/bridge"], "title": "The bridge"}
    whole, text = client.get(BRIDGE).headers["etag"], client.get(f"{BRIDGE}/text").headers["etag"]
    assert client.put(BRIDGE, json=body, headers={"If-Match": whole}).status_code == 200
    problem(client.put(BRIDGE, json=body, headers={"If-Match": whole}), 412, "other-edition")
    assert client.put(BRIDGE, json={**body, "title": "A bridge"}, headers={"If-Match": text}).status_code == 200
    problem(client.put(BRIDGE, json=body, headers={"If-None-Match": "*"}), 412, "other-edition")
    assert client.delete(BRIDGE, headers={"If-Match": client.get(BRIDGE).headers["etag"]}).status_code == 204
    problem(client.put(BRIDGE, json=body, headers={"If-Match": "*"}), 412, "other-edition")
