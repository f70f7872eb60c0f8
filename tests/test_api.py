from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import BaseModel
from starlette.testclient import TestClient

import indexer.errors as errors
import service.api.examples as examples
import service.api.schemas as schemas
import service.api.written as written
from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.records import Article, Block, Original, PartialDate, edition_of
from service.api import create_app
from service.api.citing import MEDIA_TYPES
from service.api.handlers import install
from service.api.problems import HTTP_KINDS, KINDS, NotReady
from service.cite import FORMATS
from service.search import Searcher
from tests.fakes import WordEmbedder

ODD_ID = "käse #1?/x y"
TEXTS = {
    "example.org/bridge": "The bridge opened in 1932. It is 503 metres long.",
    "a": "Naval vessels call at the port.",
    "a/text": "Another article about naval vessels.",
    ODD_ID: "Cheese 🧀 from the north is carried by ships.",
}


def article(article_id: str, text: str, **fields: Any) -> Article:  # noqa: ANN401
    return Article(article_id, text, (Block(0, len(text), "paragraph"),), **fields)


def make_archive(place: Path) -> Archive:
    embedder = WordEmbedder()
    archive = open_or_create(place, embedder)
    bridge = article(
        "example.org/bridge",
        TEXTS["example.org/bridge"],
        title="A bridge",
        authors=("Ada Byron",),
        publisher="The Span",
        published=PartialDate(2015, 10),
        url="https://example.org/bridge",
        language="en",
        original=Original("The Arch", PartialDate(2014), None),
        provenance={"title": "front matter"},
    )
    others = [article(article_id, text) for article_id, text in TEXTS.items() if article_id != bridge.id]
    index_articles(archive, embedder, [bridge, *others])
    return archive


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return create_app(Searcher(make_archive(tmp_path_factory.mktemp("api") / "archive"), WordEmbedder()))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def problem(response: Any, status: int, name: str) -> dict[str, Any]:  # noqa: ANN401
    """The problem document that a response is, held against its shape."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    schemas.Problem.model_validate(document)
    assert (document["type"], document["status"]) == (f"/problems/{name}", status)
    return document


def fits(model: type[BaseModel], shape: object) -> None:
    """The shape has the model's keys and types, no other, and nothing is lost on the way through it."""
    text = json.dumps(shape)
    assert model.model_validate_json(text, strict=True).model_dump(mode="json", exclude_unset=True) == json.loads(text)


# --- searching --------------------------------------------------------------------------------------------------------


def test_a_search_returns_checked_citations_and_names_the_generation(client: TestClient) -> None:
    response = client.get("/v1/search", params={"q": "bridge opened", "k": 1})
    found = response.json()
    assert response.headers["x-archive-generation"] == str(found["generation"]) == "1"
    citation = found["hits"][0]["citation"]
    assert citation["quote"] == TEXTS["example.org/bridge"][citation["start"] : citation["end"]]
    assert citation["edition"] == edition_of(TEXTS["example.org/bridge"])


def test_get_and_post_take_the_same_names_and_give_the_same_answer(client: TestClient) -> None:
    wanted: dict[str, Any] = {
        "query": "the bridge",
        "k": 2,
        "mode": "lexical",
        "publisher": ["Span"],
        "author": ["Byron", "Lovelace"],
        "language": ["en"],
        "article": ["example.org/bridge"],
        "after": "2015",
        "before": "2016",
        "group": "article",
        "explain": True,
    }
    got, posted = client.get("/v1/search", params=wanted).json(), client.post("/v1/search", json=wanted).json()
    assert [hit["citation"]["article_id"] for hit in got["hits"]] == ["example.org/bridge"]
    timing = {"took_ms": 0, "phases_ms": {}}
    assert got | timing == posted | timing
    assert 0 < sum(got["phases_ms"].values()) <= got["took_ms"]


def test_pages_join_to_the_whole_ranking(client: TestClient) -> None:
    whole = client.get("/v1/search", params={"q": "naval vessels", "k": 10}).json()["hits"]
    cursor, paged = None, []
    while True:
        page = client.post("/v1/search", json={"query": "naval vessels", "k": 1, "cursor": cursor}).json()
        paged += page["hits"]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(paged) == 4
    assert paged == whole


def test_similar_leaves_out_the_article_itself(client: TestClient) -> None:
    got = client.get("/v1/similar", params={"locator": "a#0-13", "k": 1}).json()
    posted = client.post("/v1/similar", json={"locator": "a#0-13", "k": 1}).json()
    assert [hit["citation"]["article_id"] for hit in got["hits"]] == ["a/text"]
    assert got | {"took_ms": 0} == posted | {"took_ms": 0}


@pytest.mark.parametrize("path", ["/v1/search?q=a", "/v1/similar?locator=a", "/v1/articles?limit=1", "/v1/articles/a?"])
def test_an_unknown_parameter_is_refused_by_name(client: TestClient, path: str) -> None:
    document = problem(client.get(f"{path}&publishr=TASS"), 422, "invalid-request")
    assert document["errors"] == [{"parameter": "publishr", "detail": "there is no such parameter or field"}]
    assert document["detail"].startswith("publishr: there is no such parameter")


@pytest.mark.parametrize("path", ["/v1/search", "/v1/similar", "/v1/verify"])
def test_a_post_takes_no_parameters(client: TestClient, path: str) -> None:
    document = problem(client.post(path, params={"k": 3}, json={"query": "a", "locator": "a"}), 422, "invalid-request")
    assert {"parameter": "k", "detail": "there is no such parameter or field"} in document["errors"]


def test_what_does_not_fit_in_a_body_is_pointed_at(client: TestClient) -> None:
    body = {"query": 3, "k": 0, "publisher": ["TASS", 4], "a/b~c": 1}
    document = problem(client.post("/v1/search", json=body), 422, "invalid-request")
    assert {error["pointer"] for error in document["errors"]} == {"#/query", "#/k", "#/publisher/1", "#/a~1b~0c"}
    assert document["instance"] == "/v1/search"


def test_query_and_its_short_name_together_are_refused(client: TestClient) -> None:
    document = problem(client.get("/v1/search?q=a&query=b"), 422, "invalid-request")
    assert document["errors"][0]["parameter"] == "q"


# --- articles ---------------------------------------------------------------------------------------------------------


def test_articles_are_listed_page_by_page(client: TestClient) -> None:
    first = client.get("/v1/articles", params={"limit": 3}).json()
    second = client.get("/v1/articles", params={"limit": 3, "cursor": first["next"]}).json()
    assert (first["total"], second["total"], second["next"]) == (4, 4, None)
    assert [line["article_id"] for line in first["articles"] + second["articles"]] == sorted(TEXTS)


def test_a_page_that_ends_with_the_last_article_is_the_last(client: TestClient) -> None:
    assert client.get("/v1/articles", params={"limit": 4}).json()["next"] is None


def test_articles_are_listed_by_filter(client: TestClient) -> None:
    listed = client.get("/v1/articles", params={"publisher": "the span"}).json()
    assert (listed["total"], [line["title"] for line in listed["articles"]]) == (1, ["A bridge"])


@pytest.mark.parametrize("article_id", sorted(TEXTS))
def test_an_article_is_shown_whatever_its_id_holds(client: TestClient, article_id: str) -> None:
    for safe in ("/", ""):
        shown = client.get(f"/v1/articles/{quote(article_id, safe=safe)}").json()
        assert (shown["article_id"], shown["text"]) == (article_id, TEXTS[article_id])
        assert shown["edition"] == edition_of(TEXTS[article_id])


def test_an_article_whose_id_ends_in_text_comes_before_the_text_of_another(client: TestClient) -> None:
    assert client.get("/v1/articles/a/text").json()["article_id"] == "a/text"
    assert client.get("/v1/articles/a/text/text").text == TEXTS["a/text"]


@pytest.mark.parametrize("article_id", ["example.org/bridge", ODD_ID])
def test_the_canonical_text_has_the_editions_hash_and_tag(client: TestClient, article_id: str) -> None:
    response = client.get(f"/v1/articles/{quote(article_id)}/text")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.content == TEXTS[article_id].encode()
    assert response.headers["etag"] == f'"{edition_of(TEXTS[article_id])}"'


def test_a_text_that_the_client_has_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/v1/articles/example.org/bridge/text").headers["etag"]
    for said in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = client.get("/v1/articles/example.org/bridge/text", headers={"If-None-Match": said})
        assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", tag)
    other = client.get("/v1/articles/example.org/bridge/text", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_a_span_is_counted_in_code_points(client: TestClient) -> None:
    address = f"/v1/articles/{quote(ODD_ID)}"
    shown = client.get(address, params={"start": 7, "end": 13}).json()
    assert (shown["quote"], shown["locator"]) == ("🧀 from", f"{ODD_ID}#7-13")
    assert client.get(f"{address}/text", params={"start": 7, "end": 13}).text == "🧀 from"


def test_a_span_needs_both_ends_and_must_be_there(client: TestClient) -> None:
    problem(client.get("/v1/articles/a?start=1"), 400, "bad-query")
    problem(client.get("/v1/articles/a?start=3&end=3"), 404, "unknown-article")
    problem(client.get("/v1/articles/a/text/text?start=0&end=1000"), 404, "unknown-article")
    problem(client.get("/v1/articles/a?start=-1&end=3"), 422, "invalid-request")


def test_an_unknown_article_is_named(client: TestClient) -> None:
    for address in ("/v1/articles/nope%00%0A/text", "/v1/articles/nope", "/v1/similar?locator=nope"):
        if "%0A" in address:
            problem(client.get(address), 404, "not-found")  # no id holds a line break
        else:
            assert "'nope'" in problem(client.get(address), 404, "unknown-article")["detail"]


# --- citations --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", FORMATS)
def test_a_citation_is_written_in_every_style_under_its_media_type(client: TestClient, style: str) -> None:
    response = client.get("/v1/cite", params={"locator": "example.org/bridge#0-26", "style": style})
    assert response.status_code == 200
    kinds = {
        "bibtex": "application/x-bibtex",
        "ris": "application/x-research-info-systems",
        "csl-json": "application/vnd.citationstyles.csl+json",
        "markdown": "text/markdown",
        "annotation": "application/ld+json",
        "link": "text/plain",
    }
    assert response.headers["content-type"].partition(";")[0] == kinds[style]
    assert "1932" in response.text


def test_every_style_has_a_media_type() -> None:
    assert set(FORMATS) == set(MEDIA_TYPES)


def test_several_locators_make_one_document(client: TestClient) -> None:
    wanted = {"locator": ["example.org/bridge#0-26", "a#0-5"], "style": "csl-json"}
    assert len(client.get("/v1/cite", params=wanted).json()) == 2


def test_more_passages_than_an_address_holds_are_cited_by_a_body(client: TestClient) -> None:
    locators = ["example.org/bridge#0-26", "a#0-5", f"{ODD_ID}#0-8"]
    for style in ("markdown", "bibtex", "ris", "csl-json", "annotation"):
        wanted = {"locator": locators, "style": style}
        posted, got = client.post("/v1/cite", json=wanted), client.get("/v1/cite", params=wanted)
        assert (posted.text, posted.headers["content-type"]) == (got.text, got.headers["content-type"])
    many = [f"example.org/bridge#{start}-{end}" for start in range(20) for end in range(20, 49)]
    assert len(client.post("/v1/cite", json={"locator": many, "style": "csl-json"}).json()) == 580
    problem(client.post("/v1/cite", json={"locator": "a#0-5"}), 422, "invalid-request")


def test_what_cannot_be_cited_is_refused(client: TestClient) -> None:
    problem(client.get("/v1/cite?locator=a"), 400, "bad-query")
    problem(client.get("/v1/cite?locator=a%230-5&style=link"), 400, "bad-query")
    problem(client.get("/v1/cite?locator=a%230-5&style=apa"), 422, "invalid-request")
    problem(client.get("/v1/cite"), 422, "invalid-request")


def test_what_a_search_gave_is_verified_and_an_altered_citation_is_not(client: TestClient) -> None:
    found = client.get("/v1/search?q=bridge&k=1").json()
    citation = found["hits"][0]["citation"]
    for document in (found, found["hits"][0], citation, [citation]):
        verdicts = client.post("/v1/verify", json=document).json()["verdicts"]
        assert [(verdict["status"], verdict["verified"]) for verdict in verdicts] == [("exact", True)]
    altered = citation | {"quote": citation["quote"].replace("1932", "1933")}
    (verdict,) = client.post("/v1/verify", json=altered).json()["verdicts"]
    assert (verdict["status"], verdict["verified"]) == ("false", False)
    problem(client.post("/v1/verify", json={}), 400, "bad-query")
    problem(client.post("/v1/verify", json=citation | {"end": 3}), 400, "bad-record")


# --- upkeep and what an application is --------------------------------------------------------------------------------


class BrokenEmbedder(WordEmbedder):
    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise errors.ModelError("the model's file is gone. Fetch it: pressmark doctor")


def test_health_is_the_process_and_readiness_a_query(client: TestClient, tmp_path: Path) -> None:
    assert client.get("/healthz").json() == client.get("/readyz").json() == {"status": "ok"}
    broken = TestClient(create_app(Searcher(make_archive(tmp_path / "archive"), BrokenEmbedder())))
    assert broken.get("/healthz").status_code == 200
    refused = broken.get("/readyz")
    assert "the model's file is gone" in problem(refused, 503, "not-ready")["detail"]
    assert refused.headers["retry-after"] == "5"
    problem(broken.get("/v1/search?q=a"), 500, "model")


def test_an_archive_that_was_removed_is_not_ready(tmp_path: Path) -> None:
    place = tmp_path / "archive"
    with make_archive(place) as archive, TestClient(create_app(Searcher(archive, WordEmbedder()))) as client:
        assert client.get("/readyz").status_code == 200
        place.rename(tmp_path / "away")
        problem(client.get("/v1/search?q=bridge"), 500, "archive-missing")
        assert "is there no more" in problem(client.get("/readyz"), 503, "not-ready")["detail"]
        assert not place.exists()
        (tmp_path / "away").rename(place)
        assert client.get("/readyz").status_code == 200


def test_an_empty_archive_is_ready(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    client = TestClient(create_app(Searcher(open_or_create(tmp_path / "archive", embedder), embedder)))
    assert client.get("/readyz").status_code == 200
    assert client.get("/v1/search?q=a").json()["hits"] == []


def test_a_new_generation_shows_in_the_next_response_and_what_is_removed_is_gone(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "archive")
    client = TestClient(create_app(Searcher(archive, WordEmbedder())))
    before = client.get("/v1/search?q=bridge&k=1")
    elsewhere = Archive(tmp_path / "archive")
    index_articles(elsewhere, WordEmbedder(), [article("tunnel", "A tunnel under the bridge.")])
    during = client.get("/v1/articles/tunnel")
    assert (before.headers["x-archive-generation"], during.headers["x-archive-generation"]) == ("1", "2")
    with elsewhere.writer() as writer:
        writer.remove(["example.org/bridge"])
        writer.commit()
    found = client.get("/v1/search?q=bridge").json()
    assert "example.org/bridge" not in {hit["citation"]["article_id"] for hit in found["hits"]}
    problem(client.get("/v1/articles/example.org/bridge"), 404, "unknown-article")
    verdicts = client.post("/v1/verify", json=before.json()).json()["verdicts"]
    assert verdicts[0]["status"] == "gone"
    problem(client.get(f"/v1/search?q=bridge&k=1&cursor={before.json()['next']}"), 400, "bad-query")


def test_every_shape_that_leaves_fits_its_model(client: TestClient) -> None:
    found = client.get("/v1/search?q=the+bridge&explain=1").json()
    fits(schemas.SearchResults, found)
    fits(schemas.SearchResults, client.get("/v1/search?q=bridge").json())
    fits(schemas.SearchResults, client.get("/v1/similar?locator=a").json())
    fits(schemas.ArticleList, client.get("/v1/articles").json())
    for address in ("a", "example.org/bridge", "example.org/bridge?start=0&end=3"):
        fits(schemas.Article, client.get(f"/v1/articles/{address}").json())
    fits(schemas.ArchiveStatus, client.get("/v1/status").json())
    citation = found["hits"][0]["citation"]
    other = citation | {"edition": "0" * 64, "quote": citation["quote"].replace("opened", "closed")}
    for document in (citation, other):
        fits(schemas.Verdicts, client.post("/v1/verify", json=document).json())


def test_the_examples_fit_their_models_and_hold_true() -> None:
    for model, shape in (
        (schemas.SearchResults, examples.SEARCH),
        (schemas.SearchResults, examples.SIMILAR),
        (schemas.ArticleList, examples.ARTICLES),
        (schemas.Article, examples.ARTICLE),
        (schemas.Verdicts, examples.VERDICTS),
        (schemas.ArchiveStatus, examples.STATUS),
        (schemas.Health, examples.HEALTH),
    ):
        fits(model, shape)
    assert edition_of(examples.TEXT) == examples.EDITION
    assert examples.TEXT[0:26] == examples.CITATION["quote"]


def test_every_operation_is_described_with_an_example_and_its_problems(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    operations = {(path, method): o for path, methods in document["paths"].items() for method, o in methods.items()}
    assert {path for path, _ in operations} == {
        *("/v1/search", "/v1/similar", "/v1/articles", "/v1/articles/{article_id}", "/v1/articles/{article_id}/text"),
        *("/v1/verify", "/v1/cite", "/v1/status", "/healthz", "/readyz", "/v1/jobs", "/v1/jobs/{job_id}", "/v1/facets"),
    }
    for (path, method), operation in operations.items():
        done = {status: answer for status, answer in operation["responses"].items() if int(status) < 300}
        contents = [content for answer in done.values() for content in answer.get("content", {}).values()]
        assert any("example" in content for content in contents) or set(done) == {"204"}, (path, method)
        for content in contents:
            if "example" in content and "$ref" in content.get("schema", {}):
                name = content["schema"]["$ref"].rpartition("/")[2]
                fits(getattr(schemas, name, None) or getattr(written, name), content["example"])
        problems = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
        assert {"400", "408", "431"} <= set(problems)
        for answer in problems.values():
            assert answer["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }
        assert ("413" in problems, "415" in problems) == (method in {"post", "put"},) * 2
    references = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert references <= set(document["components"]["schemas"])
    for kind in [*KINDS.values(), *HTTP_KINDS.values()]:
        assert f"/problems/{kind.name}`" in document["info"]["description"]


def test_another_name_is_described_where_it_is_refused(archive: Archive) -> None:
    def operations(*hosts: str) -> list[dict[str, Any]]:
        document = create_app(Searcher(archive, WordEmbedder()), hosts=hosts).openapi()
        return [operation for methods in document["paths"].values() for operation in methods.values()]

    assert all("421" in operation["responses"] for operation in operations("localhost"))
    assert not any("421" in operation["responses"] for operation in operations())


def test_the_docs_show_what_to_send_and_fold_what_can_go_wrong(client: TestClient) -> None:
    page = client.get("/docs").text
    _, _, cite = page.partition('id="post-v1-cite"')
    body, problems = cite.partition("</details>")[0].split("<details>")
    assert "Body: <code>application/json</code>" in body
    assert unescape(body).count('"style": "bibtex"') == 1
    assert "<b>200</b>" in body
    assert "<b>431</b>" not in body
    assert problems.startswith(
        "<summary>Problems: 400, 401, 403, 404, 408, 413, 415, 422, 429, 431, 500, 503</summary>"
    )
    _, _, verify = page.partition('id="post-v1-verify"')
    assert unescape(verify.partition("<b>200</b>")[0]).count(examples.EDITION) == 1
    _, _, add = page.partition('id="post-v1-articles"')
    assert "503 metres" in add.partition("<b>202</b>")[0]


def test_the_docs_load_nothing_and_name_every_operation(client: TestClient) -> None:
    response = client.get("/docs")
    page = response.text
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert not re.search(r"<script|<link|<img|<iframe|@import|\bsrc=|url\(", page)
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page
    anchors = re.findall(r'href="#([^"]+)"', page)
    assert anchors
    assert all(f'id="{name}"' in page for name in anchors)


# --- errors -----------------------------------------------------------------------------------------------------------


def every_error(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for child in root.__subclasses__():
        yield from every_error(child)


@pytest.mark.parametrize("error", [*every_error(errors.PressmarkError), NotReady])
def test_every_error_has_a_problem_of_its_own(error: type[Exception]) -> None:
    app = FastAPI()
    install(app)

    @app.get("/fail")
    def fail() -> None:
        raise error("what happened, 'käse' \ud800. Do this")

    response = TestClient(app).get("/fail")
    document = problem(response, KINDS[error].status, KINDS[error].name)
    assert document["detail"] == "what happened, 'käse' \ud800. Do this"
    assert ("retry-after" in response.headers) == (response.status_code == 503)


def test_statuses_are_those_that_clients_act_on() -> None:
    statuses = {error.__name__: kind.status for error, kind in KINDS.items()}
    assert (
        statuses
        | {
            "InputError": 400,
            "BadQuery": 400,
            "UnknownArticle": 404,
            "NotAnArticle": 422,
            "ArchiveBusy": 503,
            "ArchiveMismatch": 500,
            "ArchiveDamaged": 500,
            "ArchiveFull": 507,
            "ModelError": 500,
        }
        == statuses
    )
    assert len({kind.name for kind in KINDS.values()}) == len(KINDS)


def test_an_unexpected_error_says_nothing_of_the_inside_and_reaches_the_servers_log(tmp_path: Path) -> None:
    class Bug(WordEmbedder):
        def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
            raise ZeroDivisionError("secret")

    app = create_app(Searcher(make_archive(tmp_path / "archive"), Bug()))
    document = problem(TestClient(app, raise_server_exceptions=False).get("/v1/search?q=a"), 500, "unexpected")
    assert "secret" not in json.dumps(document)
    with pytest.raises(ZeroDivisionError):
        TestClient(app).get("/v1/search?q=a")


def test_what_is_not_there_or_not_allowed_is_a_problem(client: TestClient) -> None:
    problem(client.get("/nope/ä b"), 404, "not-found")
    problem(client.get("/v1/search/?q=a"), 404, "not-found")
    for method, path, allowed in (
        ("DELETE", "/v1/search", "GET, HEAD, POST"),
        ("PATCH", "/v1/articles/a/text", "GET, HEAD, PUT, DELETE"),
        ("GET", "/v1/verify", "POST"),
    ):
        response = client.request(method, path)
        problem(response, 405, "method-not-allowed")
        assert response.headers["allow"] == allowed


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"\xff", b'{"k":' + b"9" * 5000 + b"}", b'{"query": "a"}}'])
def test_a_malformed_body_is_a_problem(client: TestClient, body: bytes) -> None:
    for path in ("/v1/search", "/v1/verify"):
        problem(client.post(path, content=body, headers={"Content-Type": "application/json"}), 400, "malformed-body")


@pytest.mark.parametrize("said", ["text/plain", "application/x-www-form-urlencoded", "application/xml+json/x", None])
def test_a_body_that_is_not_said_to_be_json_is_refused(client: TestClient, said: str | None) -> None:
    headers = {"Content-Type": said} if said else {}
    problem(client.post("/v1/search", content=b'{"query": "a"}', headers=headers), 415, "unsupported-media-type")


def test_a_json_body_may_name_its_charset_or_a_subtype(client: TestClient) -> None:
    for said in ("application/json; charset=utf-8", "application/ld+json", "Application/JSON"):
        response = client.post("/v1/search", content=b'{"query": "a"}', headers={"Content-Type": said})
        assert response.status_code == 200


def test_a_body_over_the_limit_is_refused_whether_its_length_is_declared_or_not(tmp_path: Path) -> None:
    app = create_app(Searcher(make_archive(tmp_path / "archive"), WordEmbedder()), most_bytes=100)
    client = TestClient(app)
    headers = {"Content-Type": "application/json"}

    def pieces(count: int) -> Iterator[bytes]:
        yield b'{"query": "a"'
        for _ in range(count):
            yield b" " * 20
        yield b"}"

    assert client.post("/v1/search", content=pieces(2), headers=headers).status_code == 200
    problem(client.post("/v1/search", content=pieces(10), headers=headers), 413, "body-too-large")
    problem(client.post("/v1/search", content=b"".join(pieces(10)), headers=headers), 413, "body-too-large")
    exactly = b'{"query": "a"' + b" " * 86 + b"}"
    assert len(exactly) == 100
    assert client.post("/v1/search", content=exactly, headers=headers).status_code == 200
    assert client.post("/v1/search", content=exactly + b" ", headers=headers).status_code == 413


# --- hostile input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("k", value) for value in ("0", "-1", "1001", "ten", "1e3", "9" * 5000, "", "NaN", "5.5")),
        *(("mode", value) for value in ("", "HYBRID", "both")),
        *(("group", value) for value in ("", "none")),
        *(("after", value) for value in ("", "soon", "2015-13", "0000", "2015-02-30", "20151002", "²015", "9" * 30)),
        *(("cursor", value) for value in ("x", "é", "W10", "\0", "bnVsbA", "W1tbW1tb" * 60, "AAAA" * 1000)),
        *(("explain", value) for value in ("maybe", "")),
        ("publisher", "x" * 1001),
        ("query", "a" * 10_001),
        ("query", ""),
        ("query", "\0"),
    ],
)
def test_a_value_that_cannot_be_is_refused(client: TestClient, name: str, value: str) -> None:
    response = client.get("/v1/search", params={"query": "bridge"} | {name: value})
    assert response.status_code in {400, 422}
    problem(response, response.status_code, response.json()["type"].rpartition("/")[2])


@pytest.mark.parametrize(
    "body",
    [
        b'{"query": "a\\ud800"}',
        b'{"query": "a", "\\ud800": 1}',
        b'{"query": "a", "publisher": ["\\udfff"]}',
        b'{"query": "a", "article": ["\\udfff"]}',
        b'{"query": "a", "after": "\\udfff"}',
        b'{"query": "a", "cursor": "\\udfff"}',
        b'{"query": "a", "k": 1e999}',
        b'{"query": "a", "k": NaN}',
        b'{"query": "a", "k": true}',
        b'{"query": null}',
        b'"a"',
        b"[]",
        b"null",
        b"",
    ],
)
def test_a_body_with_values_that_cannot_be_is_refused(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    problem(client.post("/v1/search", content=body, headers=headers), 422, "invalid-request")


@pytest.mark.parametrize(
    "body",
    [
        b'{"article_id": "\\ud800"}',
        b'{"\\ud800": 1, "quote": 1}',
        b'{"hits": [{"citation": "\\ud800"}]}',
        b'{"hits": {"hits": []}}',
        b"[" * 500 + b"]" * 500,
        b"NaN",
        b"null",
    ],
)
def test_hostile_citations_are_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/v1/verify", content=body, headers={"Content-Type": "application/json"})
    problem(response, 400, response.json()["type"].rpartition("/")[2])


def test_ten_megabytes_of_query_are_refused_and_not_repeated(client: TestClient) -> None:
    response = client.post("/v1/search", json={"query": "a" * 9_999_000})
    problem(response, 422, "invalid-request")
    assert len(response.content) < 1_000
    many = client.post("/v1/search", json={"query": "a"} | {f"field{n}" * 100: n for n in range(1000)})
    assert len(problem(many, 422, "invalid-request")["errors"]) == 20
    assert len(many.content) < 10_000


def test_as_many_conditions_as_are_taken_can_be_met(client: TestClient) -> None:
    most = {name: [f"{name} {n}" for n in range(100)] for name in ("publisher", "author", "language", "article")}
    assert client.post("/v1/search", json={"query": "a"} | most).json()["total"] == 0
    problem(client.post("/v1/search", json={"query": "a", "author": ["a"] * 101}), 422, "invalid-request")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=200))
def test_any_text_is_a_query_or_a_problem(client: TestClient, query: str) -> None:
    got = client.get("/v1/search", params={"q": query})
    posted = client.post("/v1/search", json={"query": query})
    assert got.status_code == posted.status_code
    if got.status_code == 200:
        assert got.json()["query"] == query
    else:
        problem(got, 400, "bad-query")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(article_id=st.text(max_size=50))
def test_any_text_is_an_id_that_is_there_or_not(client: TestClient, article_id: str) -> None:
    response = client.get(f"/v1/articles/{quote(article_id, safe='')}", params={})
    if response.status_code == 200:
        assert "articles" in response.json() or response.json()["article_id"] == article_id
    else:
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
