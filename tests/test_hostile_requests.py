"""What a stranger may send to the real server: each is answered, with a problem document where it is refused."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

import service.api.schemas as schemas
from tests.real_server import serving_archive
from tests.test_api import ODD_ID, make_archive

JSON = "Content-Type: application/json"
ARTICLE = f"/v1/articles/{quote(ODD_ID, safe='')}"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server's. Whatever it was sent, it logs no traceback."""
    make_archive(place := tmp_path_factory.mktemp("hostile") / "archive").close()
    with serving_archive(place) as server:
        yield int(server.address.rpartition(":")[2])
        server.process.send_signal(signal.SIGTERM)
        _, log = server.process.communicate(timeout=30)
        assert "Traceback" not in log
        assert server.process.returncode == 0


def ask(port: int, method: str, target: str, *headers: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what comes back; the client says no more than it is told to."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
    if body and not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, rest = answer.partition(b"\r\n\r\n")
    status, *named = head.decode("latin-1").split("\r\n")
    return int(status.split()[1]), {n.lower(): v for n, _, v in (line.partition(": ") for line in named)}, rest


def problem(answer: tuple[int, dict[str, str], bytes], status: int) -> dict[str, Any]:
    assert (answer[0], answer[1]["content-type"]) == (status, "application/problem+json"), answer
    document: dict[str, Any] = json.loads(answer[2])
    schemas.Problem.model_validate(document)
    return document


@pytest.mark.parametrize("target", ["/v1/search?q=bridge", "/v1/search", ARTICLE, "/v1/articles/nope", "/", "/docs"])
def test_the_answer_to_a_head_is_complete_without_its_body(port: int, target: str) -> None:
    got, asked = ask(port, "GET", target), ask(port, "HEAD", target)
    assert (asked[0], asked[1].get("content-type"), asked[2]) == (got[0], got[1].get("content-type"), b"")
    assert asked[1]["x-request-id"]


@pytest.mark.parametrize("origin", ["http://[", "http://localhost/", "http://\xff", "null", "", "//", "localhost"])
def test_an_origin_that_is_none_is_another_site(port: int, origin: str) -> None:
    answer = ask(port, "POST", "/v1/search", JSON, f"Origin: {origin}", body=b'{"query": "bridge"}')
    assert problem(answer, 403)["type"] == "/problems/forbidden"


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("GET", "/v1/search?q=\xff", ()),
        ("F OO", "/", ()),
        ("POST", "/v1/search", ("Content-Length: -1",)),
        ("POST", "/v1/search", ("Content-Length: 3", "Content-Length: 4")),
        ("POST", "/v1/search", ("Transfer-Encoding: gzip",)),
        ("GET", "/", ("Host: other",)),
        ("GET", "/", ("no header",)),
    ],
)
def test_what_is_no_http_is_a_problem_too(port: int, method: str, target: str, headers: tuple[str, ...]) -> None:
    document = problem(ask(port, method, target, *headers), 400)
    assert document["type"] == "/problems/malformed-request"
    assert "HTTP/1.1" in document["detail"]


def test_a_chunk_that_is_none_is_refused_while_the_body_is_waited_for(port: int) -> None:
    answer = ask(port, "POST", "/v1/search", JSON, "Transfer-Encoding: chunked", body=b"5\r\nabcde\r\nzz\r\n")
    assert problem(answer, 400)["type"] == "/problems/malformed-request"


def test_an_address_has_room_for_64_kib_with_its_headers(port: int) -> None:
    assert ask(port, "GET", "/v1/articles/" + "a" * 60_000)[0] == 404
    assert ask(port, "GET", "/v1/status", "X-Long: " + "a" * 60_000)[0] == 200


@pytest.mark.parametrize("head", ["GET /v1/search?q=", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: "])
def test_no_more_of_a_head_is_waited_for(port: int, head: str) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head.encode() + b"a" * 70_000)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    said, _, body = answer.partition(b"\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 431 ")
    document = json.loads(body)
    schemas.Problem.model_validate(document)
    assert document["type"] == "/problems/head-too-large"
    assert "body of a POST" in document["detail"]


def test_a_body_that_says_it_is_too_long_is_refused_before_it_is_sent(port: int) -> None:
    answer = ask(port, "POST", "/v1/search", JSON, "Content-Length: 99999999999", body=b"{")
    assert "10,000,000" in problem(answer, 413)["detail"]


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"query": "\xff"}', b"[" * 200_000, b'{"query":' * 50_000, b'{"k":' + b"9" * 5_000 + b"}"],
    ids=["broken off", "no UTF-8", "nested", "nested objects", "a long number"],
)
@pytest.mark.parametrize("path", ["/v1/search", "/v1/ask", "/v1/verify", "/v1/articles"])
def test_what_is_no_json_is_a_problem_whatever_it_was_meant_for(port: int, path: str, body: bytes) -> None:
    if path == "/v1/ask":
        path = "/v1/similar"  # this server answers no questions
    assert problem(ask(port, "POST", path, JSON, body=body), 400)["type"] == "/problems/malformed-body"


@pytest.mark.parametrize("value", [b"1e400", b"NaN", b"Infinity", b"-1", b"0.5", b"true", b'"1"', b"9" * 300])
def test_what_is_no_number_of_results_is_said_to_be_none(port: int, value: bytes) -> None:
    document = problem(ask(port, "POST", "/v1/search", JSON, body=b'{"query": "bridge", "k": ' + value + b"}"), 422)
    assert [error["pointer"] for error in document["errors"]] == ["#/k"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/search", rb'{"query": "\ud800"}'),
        ("/v1/search", rb'{"query": "x", "\ud800": 1}'),
        ("/v1/search", rb'{"query": "x", "publisher": ["\udfff"]}'),
        ("/v1/similar", rb'{"locator": "\ud800"}'),
        ("/v1/cite", rb'{"locator": ["\ud800#0-1"]}'),
        ("/v1/articles", rb'{"articles": [{"text": "\ud800"}]}'),
    ],
)
def test_half_a_character_is_refused(port: int, path: str, body: bytes) -> None:
    assert "half" in problem(ask(port, "POST", path, JSON, body=body), 422)["detail"]


@pytest.mark.parametrize(
    "target",
    [
        *("/page/../page.py", "/page/%2e%2e/page.py", "/page/..%2f..%2fapi%2fapp.py", "/page//main.js", "/page/%00"),
        *("/page/main.js%00", "/page/", "//", "//v1/status", "/v1//status", "/v1/./status", "/v1/status/", "/article"),
        *("/%2e%2e/etc/passwd", "/v1/jobs/..%2f..", "/v1/jobs/%2e%2e", "/v1/jobs/%00"),
        *("/v1/articles/..", "/v1/articles/%2e%2e%2f", "/v1/articles/%00", "/v1/articles/%"),
        *("/v1/articles/%0d%0aX-Evil:%201", "/v1/articles/", "/v1/articles//", "/v1/articles/text/text"),
    ],
)
def test_an_address_that_leads_nowhere_is_not_found(port: int, target: str) -> None:
    answer = ask(port, "GET", target)
    assert problem(answer, 404)["status"] == 404
    assert "x-evil" not in answer[1]


@pytest.mark.parametrize("bytes_", ["%FF", "%ED%A0%80", "%C3", "caf%E9"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/articles/"),
        ("DELETE", "/v1/articles/"),
        ("GET", "/v1/jobs/"),
        ("GET", "/v1/search?q="),
        ("GET", "/"),
    ],
)
def test_an_address_that_is_no_utf8_names_nothing(port: int, method: str, path: str, bytes_: str) -> None:
    """Replacing what cannot be read would make one id of two."""
    status, _, body = answer = ask(port, method, f"{path}{bytes_}")
    if path == "/":
        assert status == 404
    else:
        assert "UTF-8" in problem(answer, 400)["detail"], body


@pytest.mark.parametrize("cursor", ["zzz", "%ff%00", "20261122-104500", "WyJhIiwxLDFd", "%ED%A0%80"])
@pytest.mark.parametrize("path", ["/v1/search?q=bridge&", "/v1/articles?", "/v1/jobs?", "/v1/similar?locator=a&"])
def test_a_cursor_that_no_page_gave_is_refused(port: int, path: str, cursor: str) -> None:
    assert problem(ask(port, "GET", f"{path}cursor={cursor}"), 400)["type"] == "/problems/bad-query"


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_turns_one_method_into_another(port: int, header: str) -> None:
    refused = ask(port, "POST", ARTICLE, JSON, f"{header}: DELETE", body=b"{}")
    assert problem(refused, 405)
    assert "POST" not in refused[1]["allow"]
    assert ask(port, "GET", ARTICLE, f"{header}: DELETE")[0] == 200


def test_a_range_is_answered_with_the_whole(port: int) -> None:
    status, headers, body = ask(port, "GET", f"{ARTICLE}/text", "Range: bytes=0-3", "Accept-Encoding: identity")
    assert (status, headers["content-length"]) == (200, str(len(body)))
    assert body.decode() == "Cheese 🧀 from the north is carried by ships."


def test_a_whole_number_may_be_written_with_a_point(port: int) -> None:
    """To JSON both are one number, and some languages know no other."""
    answers = [
        ask(port, "POST", "/v1/search", JSON, body=b'{"query": "bridge", "k": ' + k + b"}") for k in (b"2", b"2.0")
    ]
    assert [status for status, _, _ in answers] == [200, 200]
    first, second = (json.loads(body)["hits"] for _, _, body in answers)
    assert first == second
    assert len(first) == 2


def test_a_url_that_is_none_is_named(port: int) -> None:
    body = b'{"articles": [{"text": "The dam.", "url": "https://[x"}]}'
    document = problem(ask(port, "POST", "/v1/articles", JSON, body=body), 422)
    assert document["errors"][0]["pointer"] == "#/articles/0"
    assert "url" in document["detail"]
