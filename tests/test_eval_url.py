"""A running service measured by ``eval --url``: the numbers of the searcher behind it, value for value."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

import eval.run as evaluation
from eval.compare import compare
from eval.result import load_result
from eval.served import run_served
from eval.suites import load_suite
from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.errors import BadQuery, BadSuite
from service.cli.root import run
from service.client import Client
from service.search import Searcher, SearchOptions
from tests.conftest import make_article
from tests.fakes import WordEmbedder
from tests.real_server import serving_archive

TOLD = "The frigate reached the port of Bandar on Monday, after a week of storms, with forty sailors on board. " * 2
QUESTIONS: list[dict[str, Any]] = [
    {
        "question": "Which port did the frigate reach?",
        "evidence": [{"article": "repost", "quote": "It left on Friday."}],
    },
    {
        "question": "Who left the port before the storm?",
        "answers": ["Tugs"],
        "evidence": [{"article": "tugs", "quote": "Tugs left the port"}],
    },
    {"question": "When is wheat sown?", "evidence": [{"article": "wheat", "quote": "sown in autumn"}]},
    {"question": "Who painted the harbour master?", "evidence": []},
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive, in which one article is a copy of another, and questions about it."""
    folder = tmp_path_factory.mktemp("served")
    archive = open_or_create(folder / "archive", WordEmbedder())
    articles = [
        make_article("first", TOLD + "It left on Friday.", published="2015-01-01"),
        make_article("repost", TOLD + "It left on Friday.", published="2016-01-01"),
        make_article("tugs", "Tugs left the port before the storm."),
        make_article("wheat", "Wheat and barley are sown in autumn."),
        *(make_article(f"n{n}", f"Ship {n} of the fleet left the port.") for n in range(30)),
    ]
    index_articles(archive, WordEmbedder(), articles)
    (folder / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in QUESTIONS))
    return folder


@pytest.fixture(scope="module")
def address(place: Path) -> Iterator[str]:
    with serving_archive(place / "archive") as server:
        yield server.address


def test_a_service_is_worth_what_the_searcher_behind_it_is(place: Path, address: str) -> None:
    suite, searcher = load_suite(str(place / "questions.jsonl")), Searcher(Archive(place / "archive"), WordEmbedder())
    local, gold, rankings = evaluation.run(suite, searcher)
    with Client(address) as client:
        result, gold_there, rankings_there = run_served(suite, client, searcher.archive.snapshot(), SearchOptions())
    assert (gold_there, rankings_there.articles, rankings_there.passages) == (
        gold,
        rankings.articles,
        rankings.passages,
    )
    assert rankings_there.best == rankings.best
    assert result.measures == local.measures
    assert {name: replace(query, took_ms=0) for name, query in result.per_query.items()} == {
        name: replace(query, took_ms=0) for name, query in local.per_query.items()
    }
    assert (result.corpus, result.manifest) == (local.corpus, local.manifest)
    assert result.config == {**asdict(searcher.recipe(SearchOptions())), "service": address}


def test_time_is_that_of_whoever_asks(place: Path, address: str) -> None:
    suite = load_suite(str(place / "questions.jsonl"))
    with Client(address) as client:
        result, _, rankings = run_served(suite, client, Archive(place / "archive").snapshot(), SearchOptions())
    for times in rankings.times_ms.values():
        assert 0 < times["http"] < times["total"]
        assert sum(times.values()) - times["total"] <= times["total"] + 0.1
    assert {"total", "http", "embed", "dense", "lexical"} <= set(result.latency_ms)


def test_the_command_measures_a_service_and_says_so(
    place: Path, address: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    here = ["--archive", str(place / "archive")]
    command = ["eval", str(place / "questions.jsonl"), "--url", address, *here, "--mode", "lexical"]
    assert run([*command, "--json", "--out", str(tmp_path / "now.json"), "--report", str(tmp_path / "page.html")]) == 0
    printed, said = capsys.readouterr()
    shape = json.loads(printed)
    assert (shape["config"]["service"], shape["config"]["mode"]) == (address, "lexical")
    assert "note: a service keeps to itself what it did not answer" in said
    assert address in (tmp_path / "page.html").read_text()
    assert run([*command, "--against", str(tmp_path / "now.json")]) == 0
    assert f"service {address}" in capsys.readouterr().out.replace("\n", " ")
    result = load_result(tmp_path / "now.json")
    assert not compare(result, result).worse


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        (["--sweep", "weight=0,1"], "--url does nothing with --sweep"),
        (["--check"], "--url does nothing with --check"),
        (["--run", "x.run"], "--url does nothing with --run"),
        (["--sample", "3"], "--url does nothing with --sample"),
        (["--model", "other"], "--model beside --url"),
        (["--weight", "0.3"], "ranks by its own settings, not by weight 0.3"),
        (["--fusion", "rrf"], "ranks by its own settings, not by fusion rrf"),
    ],
)
def test_what_cannot_be_had_over_http_is_refused(
    place: Path, address: str, beside: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["eval", str(place / "questions.jsonl"), "--url", address, "--archive", str(place / "archive")]
    assert run([*command, *beside]) == 2
    assert said in capsys.readouterr().err


def test_a_service_with_another_archive_is_refused(place: Path, address: str, tmp_path: Path) -> None:
    suite = load_suite(str(place / "questions.jsonl"))
    shutil.copytree(place / "archive", tmp_path / "copy")
    other = Archive(tmp_path / "copy")
    with Client(address) as client:
        run_served(suite, client, other.snapshot(), SearchOptions())
        index_articles(other, WordEmbedder(), [make_article("new", "Two frigates left the port.")])
        with pytest.raises(BadSuite, match=r"articles 34 there and 35 here.*--archive DIR"):
            run_served(suite, client, other.snapshot(), SearchOptions())
        with other.writer() as writer:
            writer.remove(["new"])
            writer.commit()
        index_articles(other, WordEmbedder(), [make_article("n7", "Ship 7 of the fleet left port.")])
        with pytest.raises(BadSuite, match="holds 'n7' in edition"):
            run_served(suite, client, other.snapshot(), SearchOptions())


def test_a_service_whose_archive_changes_meanwhile_is_refused(place: Path, tmp_path: Path) -> None:
    suite = load_suite(str(place / "questions.jsonl"))
    for name in ("served", "here"):
        shutil.copytree(place / "archive", tmp_path / name)
    served, here = Archive(tmp_path / "served"), Archive(tmp_path / "here")

    def write(done: int, total: int) -> None:
        if done == 1:
            index_articles(served, WordEmbedder(), [make_article("new", "Two frigates left the port.")])

    with (
        serving_archive(tmp_path / "served") as server,
        Client(server.address) as client,
        pytest.raises(BadSuite, match="from generation 1 to 2 while it was measured"),
    ):
        run_served(suite, client, here.snapshot(), SearchOptions(), write)


def test_a_suite_that_does_not_fit_the_archive_is_refused_before_the_service_is_searched(
    place: Path, address: str, tmp_path: Path
) -> None:
    line = {"question": "Who?", "evidence": [{"article": "unknown", "quote": "x"}]}
    (tmp_path / "other.jsonl").write_text(json.dumps(line) + "\n")
    suite, snapshot = load_suite(str(tmp_path / "other.jsonl")), Archive(place / "archive").snapshot()
    with Client(address) as client, pytest.raises(BadSuite, match="no article 'unknown'"):
        run_served(suite, client, snapshot, SearchOptions())


def test_a_service_ranks_by_its_own_settings(place: Path, address: str) -> None:
    suite = load_suite(str(place / "questions.jsonl"))
    with Client(address) as client, pytest.raises(BadQuery, match="depth 7"):
        run_served(suite, client, Archive(place / "archive").snapshot(), SearchOptions(depth=7))


def test_what_judges_is_missing(place: Path, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["eval", str(place / "questions.jsonl"), "--url", address, "--archive", str(tmp_path / "none")]
    assert run(command) == 2
    assert "judged by its archive, or a copy of it, on this machine: --archive DIR" in capsys.readouterr().err
