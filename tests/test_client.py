"""The client against the real server in a process of its own, and against servers that are none of ours."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import service.connection as connection
from indexer.archive import Archive
from indexer.build import index_articles
from indexer.errors import (
    BadQuery,
    BadRecord,
    InputError,
    ModelError,
    PressmarkError,
    ServiceError,
    UnknownArticle,
)
from indexer.filters import Filter
from indexer.records import PartialDate
from service.answer.records import AskOptions
from service.api.problems import KINDS
from service.cli.root import run
from service.client import Client
from service.rerank import WEIGHT
from service.search import Hit, Results, Searcher, SearchOptions
from service.searches import Searches
from service.shapes import answer_json, results_json
from service.status import status_of
from service.verify import ArchiveTexts, verify_document
from tests import hand_answers as hand
from tests.fakes import WordEmbedder
from tests.real_server import serving
from tests.test_api_asking import HandAnswerer
from tests.test_rerank import VowelReader

ODD_ID = "käse #1?/x%2Fy &+"
OTHERS = {
    ODD_ID: "Cheese 🧀 is carried by ships.",
    "a": "Naval vessels call.",
    "a/text": "They call again.",
    "..": "Up.",
}
JSON = "application/json"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = hand.bridge_archive(tmp_path_factory.mktemp("client") / "archive")
    index_articles(archive, WordEmbedder(), [hand.article(name, text) for name, text in OTHERS.items()])
    return archive


@pytest.fixture(scope="module")
def searcher(archive: Archive) -> Searcher:
    return Searcher(archive, WordEmbedder(), VowelReader())


@pytest.fixture(scope="module")
def address(archive: Archive) -> Iterator[str]:
    with serving("-m", "tests.serve_answers", str(archive.path)) as server:
        yield server.address


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[Client]:
    with Client(address) as client:
        yield client


def timeless(results: Results) -> Results:
    """The results without what a service keeps to itself, and without how long they took."""
    hits = tuple(replace(hit, reading=None) for hit in results.hits)
    return replace(results, hits=hits, took_ms=0, phases_ms=dict.fromkeys(results.phases_ms, 0.0))


# --- what is given ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        None,
        SearchOptions(k=2, mode="dense"),
        SearchOptions(mode="lexical"),
        SearchOptions(group="article"),
        SearchOptions(rerank=WEIGHT),
        SearchOptions(filter=Filter(publishers=("The Span", "The Arch"), after=PartialDate(2015, 3))),
        SearchOptions(filter=Filter(authors=("Byron",), articles=("span",), before=PartialDate(2016))),
        SearchOptions(filter=Filter(languages=("xx",))),
    ],
)
def test_a_search_gives_what_the_searcher_gives(
    client: Client, searcher: Searcher, options: SearchOptions | None
) -> None:
    query = 'the "bridge opened" in 1932'
    assert timeless(client.search(query, options)) == timeless(searcher.search(query, options))


def test_whatever_searches_serves_what_only_searches(client: Client, searcher: Searcher) -> None:
    def first(searches: Searches) -> str:
        return searches.search("wheat in autumn", SearchOptions(k=1)).hits[0].citation.locator

    assert first(client) == first(searcher) == "farm#0-36"


def test_pages_follow_each_other(client: Client, searcher: Searcher) -> None:
    options = SearchOptions(k=2)
    found: list[Hit] = []
    while True:
        page = client.search("ships call at the bridge", options)
        found += page.hits
        if page.next is None:
            break
        options = replace(options, cursor=page.next)
    assert [hit.rank for hit in found] == list(range(1, page.total + 1))
    assert tuple(found) == timeless(searcher.search("ships call at the bridge", SearchOptions(k=100))).hits


@pytest.mark.parametrize(
    "question",
    ["When did the bridge open?", "In which year did it open?", "What does it carry?", "Who built it?", "?!a"],
)
def test_an_answer_comes_back_whole(client: Client, archive: Archive, question: str) -> None:
    assert client.ask(question) == HandAnswerer(archive).ask(question)


def test_a_language_model_of_the_service_is_asked_on_demand(client: Client, archive: Archive) -> None:
    assert client.ask("What does it carry?").written is None
    assert client.ask("What does it carry?", llm=True).written == hand.written(archive).written


def test_every_option_of_a_question_is_passed_on() -> None:
    asked: list[dict[str, Any]] = []

    def keep(handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["content-length"])
        asked.append(json.loads(handler.rfile.read(length)))
        reply(handler, 400, PROBLEM, {"type": "/problems/bad-query", "title": "t", "status": 400, "detail": "d"})

    limits = Filter(("P",), ("A",), ("en",), ("x",), PartialDate(2014, 5), PartialDate(2015, 10, 2))
    with other(keep) as url, Client(url) as client, pytest.raises(BadQuery, match=r"^d$"):
        client.ask("Who?", AskOptions(limits, passages=7, nearest=0, rerank=False))
    assert asked == [
        {
            "question": "Who?",
            "passages": 7,
            "nearest": 0,
            "rerank": False,
            "llm": False,
            "explain": True,
            "publisher": ["P"],
            "author": ["A"],
            "language": ["en"],
            "article": ["x"],
            "after": "2014-05",
            "before": "2015-10-02",
        }
    ]


@pytest.mark.parametrize("article_id", ["span", *OTHERS])
def test_an_article_comes_back_by_any_id(client: Client, archive: Archive, article_id: str) -> None:
    stored = archive.snapshot().article(article_id)
    assert client.article(article_id) == stored.loaded()
    assert client.text(article_id) == stored.text


def test_citations_are_verified_there(client: Client, archive: Archive) -> None:
    found = answer_json(client.ask("What does it carry?"))
    (citation, *_) = found["citations"]
    altered = [citation, citation | {"quote": citation["quote"].replace("trams", "buses")}]
    for document in (found, altered):
        expected = verify_document(json.loads(json.dumps(document)), ArchiveTexts(archive.snapshot()))
        assert client.verify(document) == expected
    assert [verdict.status for verdict in client.verify(altered)] == ["exact", "false"]


def test_the_status_is_that_of_the_archive(client: Client, archive: Archive) -> None:
    assert client.status() == json.loads(json.dumps(status_of(archive, WordEmbedder().card)))


def test_many_threads_may_share_a_client(client: Client, searcher: Searcher) -> None:
    expected = timeless(searcher.search("ships call"))
    with ThreadPoolExecutor(8) as pool:
        assert all(timeless(found) == expected for found in pool.map(client.search, ["ships call"] * 40))


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "   ", '"', "a" * 10_001, "-word"])
def test_a_query_is_refused_as_the_library_refuses_it(client: Client, searcher: Searcher, query: str) -> None:
    with pytest.raises(BadQuery):
        searcher.search(query)
    with pytest.raises(BadQuery):
        client.search(query)


def test_the_librarys_own_words_are_kept(client: Client, searcher: Searcher) -> None:
    options = SearchOptions(cursor="nonsense")
    with pytest.raises(BadQuery) as here:
        searcher.search("bridge", options)
    with pytest.raises(BadQuery) as there:
        client.search("bridge", options)
    assert str(there.value) == str(here.value)


def test_half_a_character_is_a_bad_query_and_no_crash(client: Client) -> None:
    with pytest.raises(BadQuery, match="half of a surrogate pair"):
        client.search("bridge \ud800")
    with pytest.raises(BadQuery, match="not UTF-8"):
        client.article("bridge \ud800")


@pytest.mark.parametrize("article_id", ["nobody", "span/text", ".", "", "b/../span"])
def test_an_unknown_id_is_an_unknown_article(client: Client, article_id: str) -> None:
    with pytest.raises(UnknownArticle):
        client.text(article_id)


def test_other_errors_of_the_core_are_themselves(client: Client) -> None:
    with pytest.raises(ModelError, match=r"^the reader's weights are gone\. Install Pressmark again$"):
        client.ask("bridge break")
    with pytest.raises(BadRecord, match="lacks"):
        client.verify([{"article_id": "span", "quote": "x"}])
    with pytest.raises(BadQuery, match="no citation"):
        client.verify([])


def test_a_bug_of_the_server_is_told_with_title_and_status(client: Client) -> None:
    with pytest.raises(ServiceError, match=r"An error of the server \(500\): .* its log says which"):
        client.search("kaboom")


@pytest.mark.parametrize(
    "options",
    [
        SearchOptions(weight=0.7),
        SearchOptions(fusion="rrf"),
        SearchOptions(depth=50),
        SearchOptions(rerank=0.987),
        SearchOptions(proximity=0.0, feedback=0.1),
    ],
)
def test_what_a_service_decides_by_itself_is_refused_and_not_dropped(client: Client, options: SearchOptions) -> None:
    with pytest.raises(BadQuery, match="ranks by its own settings, not by"):
        client.search("bridge", options)


def test_a_filter_in_a_filter_is_refused(client: Client) -> None:
    with pytest.raises(BadQuery, match="filter within a filter"):
        client.ask("Who?", AskOptions(Filter(also=Filter(languages=("en",)))))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8000",
        "ftp://x",
        "http://",
        "http://x:0",
        "http://x:99999",
        "http://a b",
        "http://[x",
        "http://x/?q=1",
    ],
)
def test_an_address_that_is_none_is_an_input_error(url: str) -> None:
    with pytest.raises(InputError, match=r"Write it like http://127\.0\.0\.1:8000$"):
        Client(url)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(InputError) as refused:
        Client("http://me:secret@example.org")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("end", ["/", "/v1", "/v1/"])
def test_the_address_may_end_as_addresses_do(address: str, end: str) -> None:
    with Client(address + end) as client:
        assert client.url == address
        assert client.status()["generation"] == 2


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_no_time_at_all_is_an_input_error(timeout: float) -> None:
    with pytest.raises(InputError, match="Give more than 0"):
        Client("http://127.0.0.1:1", timeout=timeout)


# --- other servers ----------------------------------------------------------------------------------------------------


def reply(handler: BaseHTTPRequestHandler, status: int, media_type: str, body: object, **headers: str) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in {"Content-Type": media_type, "Content-Length": str(len(content)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(content)


@contextmanager
def other(answer: Callable[[BaseHTTPRequestHandler], None], says: str | None = None) -> Iterator[str]:
    """A server that answers everything so; ``says`` is the version of Pressmark that it gives itself out for."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self)

        def do_GET(self) -> None:
            if self.path == "/openapi.json" and says:
                reply(self, 200, JSON, {"openapi": "3.1.0", "info": {"title": "Pressmark", "version": says}})
            else:
                answer(self)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def always(status: int, media_type: str, body: object, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.rfile.read(int(handler.headers.get("content-length", 0)))
        reply(handler, status, media_type, body, **headers)

    return answer


def refusal(
    answer: Callable[[BaseHTTPRequestHandler], None], says: str | None = None, timeout: float = 60.0
) -> PressmarkError:
    """What a search of such a server raises; it is one line."""
    with other(answer, says) as url, Client(url, timeout) as client:
        with pytest.raises(PressmarkError) as refused:
            client.search("bridge")
        assert "\n" not in str(refused.value)
        return refused.value


def test_a_service_that_is_down_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with Client(url) as client, pytest.raises(ServiceError, match=rf"^no answer from {url} .*refused.*pressmark serve"):
        client.search("bridge")


def test_a_service_that_is_silent_is_not_waited_for_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with Client(url, timeout=0.2) as client, pytest.raises(ServiceError, match=r"was not done after 0\.2 s"):
            client.search("bridge")


def test_a_body_that_trickles_is_not_waited_for_for_ever() -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        reply(handler, 200, JSON, b"", **{"Content-Length": "100000"})
        try:
            for _ in range(600):
                handler.wfile.write(b" ")
                time.sleep(0.05)
        except OSError:
            return

    started = time.monotonic()
    assert "was not done after 0.5 s" in str(refusal(trickle, timeout=0.5))
    assert time.monotonic() - started < 15


def test_a_body_without_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MOST_BYTES", 2**20)
    assert "sent more than 1 MiB" in str(refusal(always(200, JSON, b" " * 2**21)))


def test_what_does_not_speak_http_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            caller, _ = listener.accept()
            with caller:
                caller.sendall(b"220 mail.example.org ESMTP\r\n")
                caller.shutdown(socket.SHUT_WR)
                while caller.recv(10_000):  # until the client has had enough: to close before would be a reset
                    continue

        thread = threading.Thread(target=greet)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with Client(url) as client, pytest.raises(ServiceError, match="broke off, or does not speak HTTP"):
            client.search("bridge")
        thread.join()


def test_a_reply_cut_short_is_one_clear_line() -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        reply(handler, 200, JSON, b'{"query"', **{"Content-Length": "100"})

    assert "broke off" in str(refusal(cut))


@pytest.mark.parametrize(
    ("status", "media_type", "body"),
    [
        (200, "text/html", b"<h1>It works!</h1>"),
        (404, "text/html", b"<h1>Not here</h1>"),
        (200, JSON, b"{"),
        (200, JSON, b"NaN"),
        (200, JSON, b'"\\ud800"'),
        (200, JSON, b"[" * 5000),
        (200, JSON, []),
        (500, PROBLEM, b"{"),
        (500, PROBLEM, []),
        (204, "", b""),
    ],
)
def test_what_is_no_pressmark_is_said_to_be_none(status: int, media_type: str, body: object) -> None:
    refused = refusal(always(status, media_type, body))
    assert isinstance(refused, ServiceError)
    assert "does not answer as Pressmark does" in str(refused)
    assert str(refused).endswith("such as http://127.0.0.1:8000")


def test_another_address_is_named_and_not_followed() -> None:
    said = str(refusal(always(308, "text/plain", b"", Location="https://example.org/pressmark")))
    assert "points elsewhere (308: 'https://example.org/pressmark'), where nothing was sent" in said


@pytest.mark.parametrize(
    ("status", "media_type", "body"),
    [
        (200, JSON, {"query": "bridge", "novelty": 1}),
        (
            422,
            PROBLEM,
            {"type": "/problems/invalid-request", "title": "T", "status": 422, "detail": "#/rerank: no such"},
        ),
        (404, PROBLEM, {"type": "/problems/not-found", "title": "T", "status": 404, "detail": "nothing here"}),
    ],
)
def test_another_version_is_named_where_the_two_do_not_understand_each_other(
    status: int, media_type: str, body: object
) -> None:
    refused = refusal(always(status, media_type, body), says="9.9.9")
    assert isinstance(refused, ServiceError)
    assert f"runs Pressmark 9.9.9 and this is {version('pressmark')}" in str(refused)
    assert str(refused).endswith("Install the same version at both ends")


def test_results_that_cannot_be_right_are_refused(searcher: Searcher) -> None:
    shape = results_json(searcher.search("bridge"), explain=True)
    shape["hits"][0]["citation"]["quote"] = "forged"
    refused = refusal(always(200, JSON, shape), says=version("pressmark"))
    assert isinstance(refused, ServiceError)
    assert "sent what cannot be right" in str(refused)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_every_problem_is_the_error_that_it_was(kind: type[Exception]) -> None:
    problem = {
        "type": f"/problems/{KINDS[kind].name}",
        "title": "T",
        "status": KINDS[kind].status,
        "detail": "why. Do so",
    }
    refused = refusal(always(KINDS[kind].status, PROBLEM, problem), says=version("pressmark"))
    if issubclass(kind, PressmarkError):
        assert (type(refused), str(refused)) == (kind, "why. Do so")
    elif KINDS[kind].name == "invalid-request":
        assert (type(refused), str(refused)) == (BadQuery, "why. Do so")
    else:
        assert type(refused) is ServiceError
        assert f"T ({KINDS[kind].status}): why. Do so" in str(refused)


def test_a_problem_that_is_new_here_is_told_with_its_request() -> None:
    problem = {"type": "https://x/rate", "title": "Too many", "detail": "Wait 5 s", "request_id": "abc", "status": 529}
    assert str(refusal(always(529, PROBLEM, problem))).endswith(": Too many (529): Wait 5 s (request 'abc')")


# --- on the command line ----------------------------------------------------------------------------------------------


def test_search_asks_a_service(
    address: str, searcher: Searcher, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRESSMARK_ARCHIVE", "/nowhere")
    assert run(["search", "bridge", "opened", "--url", address, "--json", "--explain", "-k", "2"]) == 0
    shape = json.loads(capsys.readouterr().out)
    expected = results_json(searcher.search("bridge opened", SearchOptions(k=2)), explain=True)
    assert shape["hits"] == json.loads(json.dumps(expected["hits"]))
    assert run(["search", "bridge", "--url", address, "--language", "xx"]) == 1
    assert capsys.readouterr().out.startswith("nothing found")
    assert run(["search", "bridge", "--url", address]) == 0
    assert "generation 2" in capsys.readouterr().out


def test_ask_asks_a_service_and_exports(address: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["ask", "When did the bridge open?", "--url", address]) == 0
    assert capsys.readouterr().out.startswith("1932\n")
    out = tmp_path / "answer.md"
    assert run(["ask", "In which year did it open?", "--url", address, "-o", str(out)]) == 0
    assert "1931" in out.read_text(encoding="utf-8")
    assert run(["ask", "Who?", "--url", address]) == 1


@pytest.mark.parametrize("command", ["search", "ask"])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--archive", "x"], "--archive beside --url"),
        (["--archive", "x", "--model", "m"], "--archive and --model beside --url"),
        (["--publisher", "a", "--after", "nonsense"], "not a date"),
    ],
)
def test_what_does_not_go_with_a_service_is_one_line(
    command: str, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "bridge", "--url", "http://127.0.0.1:1", *options]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_service_that_cannot_be_asked_is_exit_2_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    for arguments in (["search", "x"], ["ask", "x"]):
        assert run([*arguments, "--url", url]) == 2
        assert capsys.readouterr().err.startswith(f"pressmark: no answer from {url}")
    assert run(["search", "x", "--url", url, "--fusion", "rrf"]) == 2
    assert "ranks by its own settings, not by fusion rrf" in capsys.readouterr().err
    assert run(["ask", "x", "--url", url, "--llm", "http://x", "--llm-model", "m"]) == 2
    assert "--llm and --llm-model beside --url" in capsys.readouterr().err
