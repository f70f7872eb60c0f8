"""Clients that dawdle or vanish, over raw sockets against a real server."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import hand_answers as hand
from tests.real_server import serving

SERVER = """
import sys, time
from indexer.archive import Archive
from service.answer.records import Dropped
from service.api.patience import Patience
from service.api.serving import serve
from service.search import Searcher
from tests import hand_answers as hand
from tests.fakes import WordEmbedder
from tests.test_api_asking import HandAnswerer

archive = Archive(sys.argv[1])


def write(question, options):
    answer = hand.written(archive)
    try:
        for _ in range(1_000):
            time.sleep(0.05)
            yield Dropped("It was painted red.", "no passage says it")
        yield answer
    finally:
        print("the writing has ended", flush=True)


serve(Searcher(archive, WordEmbedder()), "127.0.0.1", 0, HandAnswerer(archive), write,
      patience=Patience(head=1.0, silence=1.0, body=1.5, rate=1_000_000, reading=1.0))
"""


class Server:
    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port

    def connect(self, *sent: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        for piece in sent:
            connection.sendall(piece)
        return connection

    def answers(self) -> bool:
        return httpx.get(f"http://127.0.0.1:{self.port}/healthz").status_code == 200

    def connections(self) -> int:
        """Its connections that are open at present. Line: "N: local remote state ..."; 01 is established."""
        lines = [line.split() for line in Path(f"/proc/{self.process.pid}/net/tcp").read_text().splitlines()[1:]]
        return sum(line[1].endswith(f":{self.port:04X}") and line[3] == "01" for line in lines)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    archive = hand.bridge_archive(tmp_path_factory.mktemp("slow") / "archive")
    archive.close()
    with serving("-c", SERVER, str(archive.path)) as found:
        yield Server(found.process, int(found.address.rpartition(":")[2]))


def received(connection: socket.socket) -> bytes:
    """Everything until the server closes the connection."""
    pieces = []
    try:
        while piece := connection.recv(65_536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


def problem(answer: bytes) -> dict[str, object]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert b"connection: close" in head.lower()
    document: dict[str, object] = json.loads(body)
    assert int(head.split()[1]) == document["status"]
    return document


def trickle(connection: socket.socket, byte: bytes, every: float = 0.2, most: int = 90) -> float:
    """Send a byte again and again until the server has had enough; seconds that it took."""
    begun = time.monotonic()
    connection.settimeout(every)
    for _ in range(most):
        try:
            connection.sendall(byte)
            if connection.recv(1, socket.MSG_PEEK) is not None:
                break
        except TimeoutError:
            continue
        except (BrokenPipeError, ConnectionResetError):
            break
    connection.settimeout(30)
    return time.monotonic() - begun


def test_a_silent_connection_is_closed(server: Server) -> None:
    begun = time.monotonic()
    with server.connect() as connection:
        assert received(connection) == b""
    assert 0.9 < time.monotonic() - begun < 20


@pytest.mark.parametrize("begun", [b"G", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "])
def test_headers_that_trickle_are_refused(server: Server, begun: bytes) -> None:
    with server.connect(begun) as connection:
        assert trickle(connection, b"a") < 20
        document = problem(received(connection))
    assert (document["type"], document["status"]) == ("/problems/too-slow", 408)
    assert server.answers()


def test_headers_of_a_second_request_that_trickle_are_refused_too(server: Server) -> None:
    with server.connect(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") as connection:
        answer = b""
        while not answer.endswith(b"}"):
            answer += connection.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 200")
        trickle(connection, b"G")
        assert problem(received(connection))["status"] == 408


def test_a_kept_connection_whose_requests_take_longer_together_is_kept(server: Server) -> None:
    with server.connect() as connection:
        for _ in range(4):
            time.sleep(0.4)
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            answer = connection.recv(65_536)
            while not answer.endswith(b"}"):
                answer += connection.recv(65_536)
            assert answer.startswith(b"HTTP/1.1 200")


POST = b"POST /v1/search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n"


def test_a_body_that_trickles_is_refused(server: Server) -> None:
    with server.connect(POST, b"{") as connection:
        assert trickle(connection, b" ") < 20
        document = problem(received(connection))
    assert (document["type"], document["status"]) == ("/problems/too-slow", 408)
    assert document["request_id"]


def test_a_body_that_stops_is_refused(server: Server) -> None:
    begun = time.monotonic()
    with server.connect(POST, b"{") as connection:
        assert problem(received(connection))["status"] == 408
    assert 0.9 < time.monotonic() - begun < 20


def test_a_body_in_pieces_that_comes_in_time_is_taken(server: Server) -> None:
    body = b'{"query": "bridge"}'
    head = POST.replace(b"999", str(len(body)).encode()).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with server.connect(head, body[:4]) as connection:
        time.sleep(0.3)
        connection.sendall(body[4:])
        assert received(connection).startswith(b"HTTP/1.1 200")


def test_slow_clients_keep_no_one_else_waiting_and_no_connection(server: Server) -> None:
    slow = [server.connect(POST, b"{") for _ in range(60)]  # more than there are threads
    begun = time.monotonic()
    answer = httpx.get(f"http://127.0.0.1:{server.port}/v1/search?q=bridge", timeout=20)
    assert (answer.status_code, time.monotonic() - begun < 15) == (200, True)
    for connection in slow:
        assert problem(received(connection))["status"] == 408
        connection.close()
    deadline = time.monotonic() + 20
    while server.connections() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.connections() == 0


def test_a_response_that_nobody_takes_is_dropped(server: Server) -> None:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    connection.connect(("127.0.0.1", server.port))
    with connection:
        for _ in range(200):  # answers of some 60 kB, asked for and not read
            try:
                connection.settimeout(0.2)
                connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            except TimeoutError:
                break
            except (BrokenPipeError, ConnectionResetError):
                break
        deadline = time.monotonic() + 30
        while server.connections() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.connections() == 0
    assert server.answers()


def test_a_client_gone_in_mid_stream_ends_the_work_for_it(server: Server) -> None:
    asked = (
        b"GET /v1/ask?q=When+did+the+bridge+open?&llm=true HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Accept: text/event-stream\r\n\r\n"
    )
    assert server.process.stdout is not None
    begun = time.monotonic()
    with server.connect(asked) as connection:
        seen = b""
        while b"event: dropped" not in seen:
            seen += connection.recv(65_536)
    assert server.process.stdout.readline() == "the writing has ended\n"
    assert time.monotonic() - begun < 30  # all of it would take fifty seconds
    assert server.answers()


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\x00\x01\x00", b"GET /\x00 HTTP/1.1\r\n\r\n", b"\r\n\r\nnonsense\r\n\r\n"]
)
def test_what_is_no_http_is_a_problem_document(server: Server, sent: bytes) -> None:
    with server.connect(sent) as connection:
        connection.shutdown(socket.SHUT_WR)
        answer = received(connection)
    if answer:
        assert problem(answer)["type"] == "/problems/malformed-request"
    assert server.answers()
