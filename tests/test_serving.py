from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.errors import InputError
from indexer.records import Article, Block
from service.api.serving import serve
from service.search import Searcher
from tests.fakes import WordEmbedder
from tests.real_server import serving_archive

ODD_ID = "käse #1?/x%2Fy &+"


def article(article_id: str, text: str) -> Article:
    return Article(article_id, text, (Block(0, len(text), "paragraph"),))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("serving") / "archive"
    embedder = WordEmbedder()
    texts = [f"Article {n} says that ship {n % 7} calls at port {n % 11}." for n in range(40)]
    with open_or_create(place, embedder) as opened:
        index_articles(
            opened, embedder, [article(ODD_ID, "Cheese 🧀."), *(article(f"n{n}", t) for n, t in enumerate(texts))]
        )
    return place


@pytest.fixture(scope="module")
def address(archive: Path) -> Iterator[str]:
    with serving_archive(archive) as server:
        yield server.address


def test_what_is_said_is_true_once_it_is_said(archive: Path) -> None:
    with serving_archive(archive) as server:
        assert server.said.startswith(
            f"Pressmark serves {archive} (41 articles, generation 1) on {server.address}; "
            "the interface is at /docs; Ctrl-C stops it\n"
        )
        assert httpx.get(f"{server.address}/readyz").json() == {"status": "ok"}


def test_a_search_over_a_socket_gives_what_the_searcher_gives(archive: Path, address: str) -> None:
    found = httpx.get(f"{address}/v1/search", params={"q": "ship 3 calls at port 3", "k": 5}).json()
    with Archive(archive) as opened:
        expected = Searcher(opened, WordEmbedder()).search("ship 3 calls at port 3").hits[:5]
    assert [hit["citation"]["locator"] for hit in found["hits"]] == [hit.citation.locator for hit in expected]


def test_an_odd_id_survives_the_way_through_the_address(address: str) -> None:
    for safe in ("/", ""):
        shown = httpx.get(f"{address}/v1/articles/{quote(ODD_ID, safe=safe)}").json()
        assert shown["article_id"] == ODD_ID
    text = httpx.get(f"{address}/v1/articles/{quote(ODD_ID, safe='')}/text", params={"start": 7, "end": 8})
    assert text.text == "🧀"


def test_many_clients_at_once_get_equal_answers(address: str) -> None:
    def ask(_: int) -> list[dict[str, Any]]:
        with httpx.Client(base_url=address, timeout=60) as client:
            answers = [client.get("/v1/search", params={"q": "port 4", "k": 3}) for _ in range(10)]
        assert {answer.status_code for answer in answers} == {200}
        return [answer.json() | {"took_ms": 0} for answer in answers]

    with ThreadPoolExecutor(20) as pool:
        answers = [answer for some in pool.map(ask, range(20)) for answer in some]
    assert len(answers) == 200
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_code_0_and_nothing_on_stderr(archive: Path, number: signal.Signals) -> None:
    with serving_archive(archive) as server, httpx.Client(base_url=server.address) as client:
        process = server.process
        assert client.get("/healthz").status_code == 200  # and the connection stays open
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_an_unexpected_error_is_in_the_log_and_not_in_the_answer(archive: Path) -> None:
    with serving_archive(archive) as server:
        process, address = server.process, server.address
        answer = httpx.get(f"{address}/v1/search?q=kaboom")
        assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
        assert "secret" not in answer.text
        assert httpx.get(f"{address}/v1/search?q=port").status_code == 200
        process.terminate()
        assert "a secret of the server" in process.communicate(timeout=10)[1]


def test_a_body_too_large_is_refused_over_a_socket(address: str) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(11):
            yield b" " * 1_000_000
            time.sleep(0.01)

    answer = httpx.post(f"{address}/v1/search", content=body(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")


def test_what_is_indexed_meanwhile_is_in_the_next_answer(archive: Path) -> None:
    with serving_archive(archive) as server:
        address = server.address
        before = int(httpx.get(f"{address}/v1/status").headers["x-archive-generation"])
        with Archive(archive) as opened:
            index_articles(opened, WordEmbedder(), [article("zeppelin", "A zeppelin is seen.")])
            shown = httpx.get(f"{address}/v1/search?q=zeppelin&k=1").json()
            assert (shown["generation"], shown["hits"][0]["citation"]["article_id"]) == (before + 1, "zeppelin")
            with opened.writer() as writer:
                writer.remove(["zeppelin"])
                writer.commit()
        shown = httpx.get(f"{address}/v1/search?q=zeppelin&k=50").json()
        assert shown["generation"] == before + 2
        assert "zeppelin" not in {hit["citation"]["article_id"] for hit in shown["hits"]}


def test_an_idle_server_lets_go_of_old_generations(archive: Path) -> None:
    with serving_archive(archive) as server, Archive(archive) as opened:
        address = server.address
        before = httpx.get(f"{address}/v1/search?q=ships").json()["generation"]
        index_articles(opened, WordEmbedder(), [article("later", "Ships came later.")])
        time.sleep(5)  # nobody asks; it looks for news every other second
        with opened.writer() as writer:
            writer.compact()  # waits for readers of older generations, and gives up on one that stays
        assert httpx.get(f"{address}/v1/search?q=ships").json()["generation"] > before


def test_a_taken_port_is_an_input_error_that_names_another(archive: Path) -> None:
    with Archive(archive) as opened, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"port {port} .* taken .* --port {port + 1}$"):
            serve(Searcher(opened, WordEmbedder()), "127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("127.0.0.1", -1)])
def test_a_place_that_cannot_be_listened_on_is_an_input_error(archive: Path, host: str, port: int) -> None:
    with Archive(archive) as opened, pytest.raises(InputError, match=r"cannot be listened on.* --host 127\.0\.0\.1"):
        serve(Searcher(opened, WordEmbedder()), host, port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "203.0.113.1", "this-machine.example"])
def test_without_a_key_no_other_machine_is_let_in(archive: Path, host: str) -> None:
    with (
        Archive(archive) as opened,
        pytest.raises(InputError, match=r"has no active key .* pressmark keys create NAME"),
    ):
        serve(Searcher(opened, WordEmbedder()), host, 0)
