from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Self

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

import service.api.events as events
import service.api.examples as examples
import service.api.schemas as schemas
from indexer.archive import Archive
from indexer.errors import GeneratorError, ModelError
from indexer.filters import Filter
from indexer.records import PartialDate
from service.answer.records import Answer, AskOptions, Dropped
from service.api import create_app
from service.generate.checked import Accepted
from service.query import parse_query
from service.search import Searcher
from service.shapes import answer_json
from tests import hand_answers as hand
from tests.fakes import WordEmbedder
from tests.test_api import fits, problem

STREAM = {"Accept": "text/event-stream"}


class HandAnswerer:
    """Answers a few questions by hand, and keeps what it was asked."""

    def __init__(self, archive: Archive) -> None:
        self.asked: list[tuple[str, AskOptions]] = []
        self._answers = {
            "When did the bridge open?": hand.answer(hand.opened(archive)),
            "In which year did it open?": hand.disagreement(archive),
            "What does it carry?": hand.listing(archive),
            "Who built it?": hand.written(archive),
            "Was wheet sown in 1932?": hand.abstention(archive, notes=(hand.MISSPELT, hand.DATED)),
        }
        self._otherwise = hand.abstention(archive)

    def ask(self, question: str, options: AskOptions | None = None) -> Answer:
        self.asked.append((question, options or AskOptions()))
        parse_query(question)
        if question == "bridge break":
            raise ModelError("the reader's weights are gone. Install Pressmark again")
        return replace(self._answers.get(question, self._otherwise), question=question)

    def within(self, publishers: Iterable[str]) -> Self:
        raise AssertionError("whoever asks here may read everything")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return hand.bridge_archive(tmp_path_factory.mktemp("asking") / "archive")


@pytest.fixture(scope="module")
def answerer(archive: Archive) -> HandAnswerer:
    return HandAnswerer(archive)


@pytest.fixture(scope="module")
def app(archive: Archive, answerer: HandAnswerer) -> FastAPI:
    return create_app(Searcher(archive, WordEmbedder()), answerer)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def events_of(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The events in a stream, taken apart as a browser does."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


# --- in one piece -----------------------------------------------------------------------------------------------------


def test_an_answer_leaves_in_the_shape_of_the_command_line(client: TestClient, archive: Archive) -> None:
    response = client.post("/v1/ask", json={"question": "When did the bridge open?"})
    assert response.json() == json.loads(json.dumps(answer_json(hand.answer(hand.opened(archive)))))
    assert response.headers["x-archive-generation"] == "1"
    assert response.headers["vary"] == "Accept"


def test_every_kind_of_answer_fits_its_model(client: TestClient) -> None:
    for question in ("When did the bridge open?", "In which year did it open?", "What does it carry?", "Who built it?"):
        answered = client.get("/v1/ask", params={"q": question}).json()
        assert (answered["question"], answered["abstained"]) == (question, False)
        fits(schemas.Answer, answered)
    abstained = client.get("/v1/ask?q=Who+sows+wheat+on+Mars?&explain=1").json()
    assert (abstained["answer"], abstained["abstained"], len(abstained["nearest"])) == (None, True, 1)
    fits(schemas.Answer, abstained)


def test_the_example_fits_its_model_and_holds_true() -> None:
    fits(schemas.Answer, examples.ASK)
    start, end = examples.ASK["support"][0]["words"]
    assert examples.TEXT[start:end] == examples.ASK["support"][0]["quote"] == examples.ASK["answer"]


def test_get_and_post_take_the_same_names_and_ask_the_same(client: TestClient, answerer: HandAnswerer) -> None:
    wanted: dict[str, Any] = {
        "question": "When did the bridge open?",
        "publisher": ["Span"],
        "article": ["no such article"],
        "after": "2015",
        "passages": 7,
        "nearest": 0,
        "rerank": False,
        "explain": True,
    }
    got, posted = client.get("/v1/ask", params=wanted).json(), client.post("/v1/ask", json=wanted).json()
    assert got == posted
    assert got["phases_ms"] == {"search": 2.5, "read": 10.0}
    limits = Filter(publishers=("Span",), articles=("no such article",), after=PartialDate(2015))
    assert answerer.asked[-1] == answerer.asked[-2] == (wanted["question"], AskOptions(limits, 7, 0, False))


def test_an_answer_that_was_given_verifies(client: TestClient) -> None:
    answered = client.get("/v1/ask?q=In+which+year+did+it+open?").json()
    verdicts = client.post("/v1/verify", json=answered).json()
    fits(schemas.Verdicts, verdicts)
    assert [verdict["status"] for verdict in verdicts["verdicts"]] == ["exact", "exact"]
    assert [verdict["words"][0]["quote"] for verdict in verdicts["verdicts"]] == ["1932", "1931"]


@pytest.mark.parametrize(
    ("body", "status", "name"),
    [
        ({}, 422, "invalid-request"),
        ({"question": "a", "questoin": "b"}, 422, "invalid-request"),
        ({"question": "a" * 10_001}, 422, "invalid-request"),
        ({"question": "a", "passages": 0}, 422, "invalid-request"),
        ({"question": "a", "passages": 101}, 422, "invalid-request"),
        ({"question": "a", "nearest": -1}, 422, "invalid-request"),
        ({"question": "a", "rerank": "no"}, 422, "invalid-request"),
        ({"question": "a", "llm": "http://127.0.0.1/"}, 422, "invalid-request"),
        ({"question": "a", "llm": True}, 400, "bad-query"),
        ({"question": ""}, 400, "bad-query"),
        ({"question": "\0"}, 400, "bad-query"),
        ({"question": "publisher:TASS after:2015"}, 400, "bad-query"),
        ({"question": "a", "after": "soon"}, 400, "bad-date"),
        ({"question": "bridge break"}, 500, "model"),
    ],
)
@pytest.mark.parametrize("headers", [{}, STREAM])
def test_what_cannot_be_asked_is_a_problem(
    client: TestClient, body: dict[str, Any], status: int, name: str, headers: dict[str, str]
) -> None:
    if headers and status == 500:
        return  # it fails after the passages: see the events
    problem(client.post("/v1/ask", json=body, headers=headers), status, name)


def test_without_an_answerer_there_is_nothing_to_ask(archive: Archive) -> None:
    client = TestClient(create_app(Searcher(archive, WordEmbedder())))
    problem(client.get("/v1/ask?q=a"), 404, "not-found")
    assert "/v1/ask" not in client.get("/openapi.json").json()["paths"]


def test_asking_is_described_with_an_example_both_media_types_and_its_problems(client: TestClient) -> None:
    methods = client.get("/openapi.json").json()["paths"]["/v1/ask"]
    for method in ("get", "post"):
        answers = methods[method]["responses"]
        assert set(answers["200"]["content"]) == {"application/json", "text/event-stream"}
        assert answers["200"]["content"]["application/json"]["example"] == examples.ASK
        (_, passages), answer = events_of(answers["200"]["content"]["text/event-stream"]["example"])
        fits(schemas.SearchResults, passages)
        assert answer == ("answer", examples.ASK)
        assert {"400", "422", "500", "503"} <= set(answers)
    page = client.get("/docs").text
    assert "<code>POST /v1/ask</code>" in page
    assert 'id="Answer"' in page


# --- as events --------------------------------------------------------------------------------------------------------


def test_passages_come_first_and_the_whole_answer_last(client: TestClient) -> None:
    response = client.post("/v1/ask", json={"question": "When did the bridge open?", "passages": 2}, headers=STREAM)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["x-archive-generation"] == "1"
    (first, passages), (last, answered) = events_of(response.text)
    assert (first, last) == ("passages", "answer")
    fits(schemas.SearchResults, passages)
    assert [hit["rank"] for hit in passages["hits"]] == [1, 2]
    assert answered == client.get("/v1/ask?q=When+did+the+bridge+open?").json()


def test_what_fails_in_the_stream_ends_it_with_a_problem_document(client: TestClient) -> None:
    response = client.get("/v1/ask?q=bridge+break", headers=STREAM)
    assert response.status_code == 200
    (first, _), (last, document) = events_of(response.text)
    assert (first, last) == ("passages", "error")
    schemas.Problem.model_validate(document)
    assert (document["type"], document["instance"]) == ("/problems/model", "/v1/ask")
    assert "the reader's weights are gone" in document["detail"]


@pytest.mark.parametrize(
    ("accept", "streamed"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream; charset=utf-8", True),
        ("text/event-stream, application/json", True),
        ("application/json;q=0.5, text/event-stream", True),
        ("application/json, text/event-stream", False),
        ("text/event-stream;q=0.5, application/json", False),
        ("text/event-stream;q=0", False),
        ("text/event-stream;q=best", False),
        ("text/html, */*", False),
        ("", False),
    ],
)
def test_events_are_sent_when_they_are_asked_for(accept: str, streamed: bool) -> None:
    scope = {"type": "http", "headers": [(b"accept", accept.encode())]}
    assert events.wants_events(Request(scope)) == streamed


def test_a_language_models_sentences_come_as_they_are_checked_and_what_was_dropped_too(
    archive: Archive, answerer: HandAnswerer
) -> None:
    told = hand.written(archive)
    assert told.written is not None
    (sentence,), (dropped,) = told.written.sentences, told.written.dropped

    class Writer:
        def __call__(self, question: str, options: AskOptions) -> Iterator[Accepted | Dropped | Answer]:
            yield Accepted(sentence.text, told.supports)
            yield dropped
            if question == "bridge down":
                raise GeneratorError("the endpoint is down. Start it")
            yield told

        def within(self, publishers: Iterable[str]) -> Self:
            raise AssertionError("whoever asks here may read everything")

    with TestClient(create_app(Searcher(archive, WordEmbedder()), answerer, Writer())) as client:
        body = {"question": "Who built it?", "llm": True}
        streamed = events_of(client.post("/v1/ask", json=body, headers=STREAM).text)
        assert [name for name, _ in streamed] == ["passages", "sentence", "dropped", "answer"]
        assert streamed[1][1]["citations"] == streamed[3][1]["citations"]
        assert streamed[1][1]["support"][0]["quote"] == "1932"
        assert streamed[2][1] == {"text": dropped.text, "why": dropped.why}
        assert streamed[3][1] == client.post("/v1/ask", json=body).json() == json.loads(json.dumps(answer_json(told)))
        down = {"question": "bridge down", "llm": True}
        assert [name for name, _ in events_of(client.post("/v1/ask", json=down, headers=STREAM).text)][-1] == "error"
        problem(client.post("/v1/ask", json=down), 502, "generator")
        assert client.post("/v1/ask", json=body | {"llm": False}).json()["answer"] == told.answer


# --- over a socket ----------------------------------------------------------------------------------------------------


class SlowAnswerer(HandAnswerer):
    """Takes as long as it is told to."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive)
        self.may_go_on, self.done = threading.Event(), threading.Event()

    def ask(self, question: str, options: AskOptions | None = None) -> Answer:
        assert self.may_go_on.wait(20)
        self.done.set()
        return super().ask(question, options)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of a real server in a thread."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def test_passages_arrive_before_the_answer_is_there_and_comments_keep_the_line_open(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_STILL_HERE", 0.05)
    slow = SlowAnswerer(archive)
    with (
        served(create_app(Searcher(archive, WordEmbedder()), slow)) as address,
        httpx.stream("GET", f"{address}/v1/ask?q=bridge", headers=STREAM, timeout=20) as response,
    ):
        lines = response.iter_lines()
        assert next(lines) == "event: passages"
        while not next(lines).startswith(": still at work"):
            assert not slow.done.is_set()
        slow.may_go_on.set()
        assert "event: answer" in list(lines)


def test_a_client_that_leaves_leaves_nothing_behind(archive: Archive) -> None:
    """The step under way is finished, the next is not begun, and the server answers others."""
    ended = threading.Event()
    gate = threading.Event()
    steps: list[int] = []

    def told() -> events.Events:
        try:
            yield "passages", {}
            for step in range(1000):
                steps.append(step)
                assert gate.wait(20)
                yield "sentence", {"text": "x" * 1000}
        finally:
            ended.set()

    app = create_app(Searcher(archive, WordEmbedder()))

    def tell(request: Request) -> Response:
        return events.event_stream(request, told())

    app.add_api_route("/told", tell, response_class=Response)
    with served(app) as address:
        with httpx.stream("GET", f"{address}/told", timeout=20) as response:
            assert next(response.iter_lines()) == "event: passages"
        time.sleep(0.2)
        assert not ended.is_set()  # a step is under way in its thread
        gate.set()
        assert ended.wait(10)
        assert steps == [0]
        assert httpx.get(f"{address}/healthz").status_code == 200
