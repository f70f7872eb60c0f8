"""The client and the command line hand articles over to the real server in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.archive import Archive
from indexer.build import index_paths, open_or_create
from indexer.errors import (
    BadQuery,
    FollowedArticle,
    InputError,
    NotAnArticle,
    OtherEdition,
    ServiceError,
    UnknownArticle,
    UnknownJob,
)
from indexer.records import Article, Block, PartialDate
from service.cli.root import run
from service.client import Client
from service.jobs.job import Job
from tests.fakes import WordEmbedder
from tests.real_server import serving_archive

ODD_ID = "käse #1?/x%2Fy &+"


def article(article_id: str, text: str) -> Article:
    return Article(
        article_id,
        text,
        (Block(0, len(text), "paragraph"),),
        title="A title",
        authors=("Ada Byron", "Bo Chen"),
        publisher="The Span",
        published=PartialDate(2015, 10),
        url="https://example.org/x",
        language="en",
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("client-writing") / "archive"
    followed = place.parent / "followed"
    followed.mkdir()
    (followed / "f.jsonl").write_text('{"id": "followed", "text": "The file says this."}\n')
    with open_or_create(place, WordEmbedder()) as archive:
        index_paths(archive, WordEmbedder(), [followed])
    return place


@pytest.fixture(scope="module")
def address(place: Path) -> Iterator[str]:
    with serving_archive(place) as server:
        yield server.address


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[Client]:
    with Client(address) as client:
        yield client


# --- from Python ------------------------------------------------------------------------------------------------------


def test_articles_come_back_as_they_were_handed_over(client: Client) -> None:
    given = [article(ODD_ID, "Cheese 🧀 is carried by ships."), replace(article("b", "Plain."), title=None, authors=())]
    seen: list[Job] = []
    job = client.wait(client.add(given), seen.append)
    assert (job.state, job.files, job.stored, seen[-1]) == ("done", 2, 2, job)
    assert job.result is not None
    assert job.result.articles == (ODD_ID, "b")
    assert client.job(job.id) == job
    for one in given:
        kept = client.article(one.id)
        assert replace(kept, provenance={}) == one


def test_files_are_read_there(client: Client, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    files = [tmp_path / "a.txt", tmp_path / "sub" / 'käse "q".md', tmp_path / "c.exe"]
    for file in files:
        file.write_text(f"Words of {file.name}.")
    job = client.wait(client.add(files, within=tmp_path))
    assert job.result is not None
    assert job.result.articles[0] == "uploads/a.txt"
    assert job.result.articles[1].startswith("uploads/sub/käse ")
    assert [error.file for error in job.errors] == ["c.exe"]
    named = client.wait(client.add(files[:1]))
    assert named.result is not None
    assert (named.result.unchanged, named.result.articles) == (1, ("uploads/a.txt",))


def test_one_article_is_replaced_and_removed_in_the_edition_that_was_read(client: Client) -> None:
    first = client.replace(article("..", "One."))
    again = client.replace(article("..", "Two."), edition=first.edition)
    assert (first.outcome, again.outcome) == ("added", "updated")
    assert again.generation == first.generation + 1
    with pytest.raises(OtherEdition, match=again.edition):
        client.replace(article("..", "Three."), edition=first.edition)
    with pytest.raises(OtherEdition):
        client.remove("..", edition=first.edition)
    assert client.text("..") == "Two."
    assert client.remove("..", edition=again.edition) == again.generation + 1
    with pytest.raises(UnknownArticle):
        client.remove("..")


def test_what_the_service_refuses_is_raised_as_the_core_would(client: Client, tmp_path: Path) -> None:
    with pytest.raises(FollowedArticle, match="Change that file"):
        client.replace(article("followed", "Mine."))
    with pytest.raises(BadQuery, match="is that of #/articles/0"):
        client.add([article("x", "One."), article("x", "Two.")])
    with pytest.raises(BadQuery, match="title"):
        client.add([replace(article("x", "One."), title="t" * 3_000)])
    with pytest.raises(BadQuery, match="300,000"):
        client.replace(article("x", "word " * 70_000))
    with pytest.raises(UnknownJob, match="nope"):
        client.job("nope")
    for nothing in ([], [article("x", "One."), tmp_path]):
        with pytest.raises(InputError, match="to add"):
            client.add(nothing)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cannot be read"):
        client.add([tmp_path / "nothing.txt"])
    refused: type[Exception] = NotAnArticle
    with pytest.raises(refused, match="language"):
        client.replace(replace(article("x", "One."), language="!"))


def test_waiting_has_an_end(client: Client, place: Path) -> None:
    with Archive(place) as archive, archive.writer():
        job = client.add([article("late", "It waits.")])
        with pytest.raises(ServiceError, match=r"was not over after 0\.1 s"):
            client.wait(job.id, timeout=0.1)
    assert client.wait(job.id, timeout=20).state == "done"


# --- from the command line --------------------------------------------------------------------------------------------


def test_a_folder_is_sent_and_what_could_not_be_read_is_named(
    address: str, client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in {"a.txt": "First words.", "sub/b.txt": "Second words.", "c.xyz": "?", "d.docx": "no zip"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "alone.md").write_text("# Alone\n\nBy itself.")
    code = run(["index", "--url", address, str(tmp_path), str(tmp_path / "alone.md"), "--json"])
    said = capsys.readouterr()
    shape = json.loads(said.out)
    assert code == 2
    assert shape["skipped"] == {".xyz": 1}
    assert [error["file"] for error in shape["errors"]] == ["d.docx"]
    assert {"uploads/sub/b.txt", "uploads/alone.md"} < set(shape["articles"])
    assert len(shape["jobs"]) == 2
    assert said.err.startswith("pressmark: d.docx: ")
    assert client.text("uploads/sub/b.txt") == "Second words."
    (tmp_path / "d.docx").unlink()
    assert run(["index", "--url", address, str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{address}: 3 unchanged\n  not articles, skipped: 1 .xyz\n"


def test_articles_are_removed_there_all_or_none(
    address: str, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    client.wait(client.add([article("one", "One."), article("two", "Two.")]))
    assert run(["remove", "--url", address, "one", "nope"]) == 2
    assert "nope" in capsys.readouterr().err
    assert client.text("one") == "One."
    assert run(["remove", "--url", address, "one", "two", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["removed"] == ["one", "two"]
    with pytest.raises(UnknownArticle):
        client.text("one")


@pytest.mark.parametrize("option", [["--prefix", "x"], ["--watch"], ["--rebuild"], ["--archive", "y"], ["--restore"]])
def test_what_a_service_has_no_place_for_is_refused(
    address: str, option: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["index", "--url", address, str(tmp_path), *option]) == 2
    assert f"{option[0]} beside --url" in capsys.readouterr().err
