"""Counts and neighbours over HTTP, from Python and the command line: what the core gives, value for value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from indexer.archive import Archive
from indexer.build import index_articles
from indexer.errors import BadQuery, UnknownArticle
from indexer.filters import Filter
from indexer.records import PartialDate
from service.cli.root import run
from service.client import Client
from service.facets import FacetOptions, facets_of
from service.locator import Locator, parse_locator
from service.search import Results, Searcher, SearchOptions
from service.searches import Searches
from service.shapes import facets_json, results_json
from tests import hand_answers as hand
from tests.conftest import make_article
from tests.fakes import WordEmbedder
from tests.real_server import serving_archive


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = hand.bridge_archive(tmp_path_factory.mktemp("client") / "archive")
    index_articles(archive, WordEmbedder(), [make_article("käse #1", "The bridge 🧀 opened in 1932.", language=None)])
    return archive


@pytest.fixture(scope="module")
def searcher(archive: Archive) -> Searcher:
    return Searcher(archive, WordEmbedder())


@pytest.fixture(scope="module")
def address(archive: Archive) -> Iterator[str]:
    with serving_archive(archive.path) as server:
        yield server.address


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[Client]:
    with Client(address) as client:
        yield client


def timeless(results: Results) -> Results:
    return replace(results, took_ms=0, phases_ms=dict.fromkeys(results.phases_ms, 0.0))


@pytest.mark.parametrize("query", [None, "", "the bridge", '"opened in 1932"', 'bridge publisher:"The Span"'])
@pytest.mark.parametrize(
    "options", [None, FacetOptions(Filter(publishers=("The Span",), after=PartialDate(2015)), limit=1, best=2)]
)
def test_the_counts_are_those_of_the_core(
    client: Client, searcher: Searcher, query: str | None, options: FacetOptions | None
) -> None:
    assert client.facets(query, options) == facets_of(searcher, query, options)


@pytest.mark.parametrize("locator", ["span", "span#0-26", "käse #1"])
@pytest.mark.parametrize(
    "options", [None, SearchOptions(k=1, group="article"), SearchOptions(filter=Filter(publishers=("The Arch",)))]
)
def test_the_neighbours_are_those_of_the_core(
    client: Client, searcher: Searcher, locator: str, options: SearchOptions | None
) -> None:
    both: tuple[Searches, Searches] = (client, searcher)
    over_http, local = (timeless(one.similar(parse_locator(locator), options)) for one in both)
    assert over_http == local
    assert over_http.hits


def test_pages_of_neighbours_join(client: Client) -> None:
    whole = client.similar(Locator("span")).hits
    first = client.similar(Locator("span"), SearchOptions(k=1))
    second = client.similar(Locator("span"), SearchOptions(k=100, cursor=first.next))
    assert first.hits + second.hits == whole


def test_what_the_core_refuses_is_refused_alike(client: Client) -> None:
    with pytest.raises(UnknownArticle, match="'nope'"):
        client.similar(Locator("nope"))
    with pytest.raises(BadQuery, match="only filters"):
        client.facets("publisher:x")
    with pytest.raises(BadQuery, match="by its own settings, not by depth 7"):
        client.similar(Locator("span"), SearchOptions(depth=7))


def test_the_commands_print_what_the_service_gives(
    address: str, searcher: Searcher, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["similar", "span#0-26", "--url", address, "--json", "--explain"]) == 0
    similar = json.loads(capsys.readouterr().out)
    expected = results_json(
        searcher.similar(parse_locator("span#0-26"), SearchOptions(mode="dense", group="article")), explain=True
    )
    timing = {"took_ms": 0, "phases_ms": {}}
    assert similar | timing == expected | timing
    assert run(["facets", '"opened in 1932"', "--url", address, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == facets_json(facets_of(searcher, '"opened in 1932"'))


def test_counts_are_printed_for_people(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["facets", "--url", address]) == 0
    said = capsys.readouterr().out
    assert said.startswith("4 articles · generation 2\n")
    assert "1  ▪" in said
    assert "The Span" in said
    assert "2 without a date" in said
    assert run(["facets", "bridge", "--best", "2", "--limit", "1", "--url", address]) == 0
    assert "those of the best 2 results" in capsys.readouterr().out
    assert run(["facets", "--publisher", "nobody", "--url", address]) == 1


def test_an_archive_beside_an_address_is_refused(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["facets"], ["similar", "span"]):
        assert run([*command, "--url", address, "--archive", "x"]) == 2
        assert "--archive beside --url" in capsys.readouterr().err
