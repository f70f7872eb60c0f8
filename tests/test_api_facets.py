"""``/v1/facets`` over HTTP: the counts of the core, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import service.api.examples as examples
import service.api.schemas as schemas
from indexer.filters import Filter
from indexer.records import PartialDate
from service.api import create_app
from service.facets import FacetOptions, facets_of
from service.search import Searcher
from service.shapes import facets_json
from tests.fakes import WordEmbedder
from tests.test_api import fits, make_archive, problem


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return create_app(Searcher(make_archive(tmp_path_factory.mktemp("facets") / "archive"), WordEmbedder()))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("query", [None, "", "bridge", '"naval vessels"', "publisher:span bridge"])
def test_counts_are_those_of_the_core_by_address_and_by_body(
    app: FastAPI, client: TestClient, query: str | None
) -> None:
    wanted: dict[str, Any] = {"publisher": ["Span"], "after": "2015", "limit": 3, "best": 2}
    for stated, limits in (({}, FacetOptions()), (wanted, None)):
        asked = stated if query is None else stated | {"query": query}
        got, posted = client.get("/v1/facets", params=asked), client.post("/v1/facets", json=asked)
        options = limits or FacetOptions(Filter(publishers=("Span",), after=PartialDate(2015)), 3, 2)
        assert got.json() == posted.json() == facets_json(facets_of(app.state.searcher, query, options))
        assert got.headers["x-archive-generation"] == posted.headers["x-archive-generation"] == "1"
        fits(schemas.FacetResults, got.json())


def test_without_a_query_everything_is_counted_in_the_shape_that_is_described(client: TestClient) -> None:
    found = client.get("/v1/facets").json()
    assert found["of"] == {"articles": 4, "candidates": "all", "limit": None}
    assert found["publishers"] == [{"value": "The Span", "count": 1}]
    assert (found["years"], found["months"], found["undated"]) == (
        [{"value": "2015", "count": 1}],
        [{"value": "2015-10", "count": 1}],
        3,
    )
    assert found["unstated"]["publishers"] == 3
    fits(schemas.FacetResults, examples.FACETS)


def test_the_counts_of_a_query_are_those_of_the_list_under_the_same_filter(client: TestClient) -> None:
    for limits in ({}, {"publisher": "the span"}, {"language": "en"}, {"after": "2016"}):
        counted = client.get("/v1/facets", params=limits).json()["of"]["articles"]
        assert counted == client.get("/v1/articles", params=limits).json()["total"]


@pytest.mark.parametrize(
    ("wanted", "status", "name"),
    [
        ({"query": "publisher:span"}, 400, "bad-query"),
        ({"query": "?!"}, 400, "bad-query"),
        ({"after": "soon"}, 400, "bad-date"),
        ({"after": "2016", "before": "2015"}, 400, "bad-query"),
        ({"limit": 0}, 422, "invalid-request"),
        ({"limit": 1001}, 422, "invalid-request"),
        ({"best": 0}, 422, "invalid-request"),
        ({"k": 3}, 422, "invalid-request"),
        ({"cursor": "x"}, 422, "invalid-request"),
        ({"query": "a" * 10_001}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_counted_is_a_problem(
    client: TestClient, wanted: dict[str, Any], status: int, name: str
) -> None:
    problem(client.get("/v1/facets", params=wanted), status, name)
    problem(client.post("/v1/facets", json=wanted), status, name)


def test_whoever_sees_one_publisher_counts_no_other(app: FastAPI) -> None:
    whole: Searcher = app.state.searcher
    for query in (None, '"naval vessels"', "naval vessels and the bridge"):
        facets = facets_of(whole.within(["The Span"]), query)
        assert [one.value for one in facets.publishers.counts] in ([], ["The Span"])
        assert facets.publishers.unstated == 0
        assert facets == facets_of(whole.within(["The Span"]), query, FacetOptions(Filter(publishers=("span",))))
