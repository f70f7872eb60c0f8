"""What is sent to a language model's endpoint, and what becomes of every way in which it can fail."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from indexer.errors import GeneratorError
from service.generate import bounds
from service.generate.client import CutShort, Generator
from service.generate.prompt import Prompt
from tests.generating import Behaviour, event, head, saying, sending, serving

PROMPT = Prompt("Rules.", "Question: what?", ())


def ask(url: str, **settings: float | str) -> str:
    return "".join(Generator(url, "tiny", **settings).write(PROMPT))  # type: ignore[arg-type]


def test_pieces_come_as_the_model_writes_them() -> None:
    with serving(saying("It sank [1].", size=5)) as server:
        assert list(Generator(server.url, "tiny").write(PROMPT)) == ["It sa", "nk [1", "]."]


def test_a_request_holds_the_prompt_and_the_limits_and_nothing_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Mine: secret\nAuthorization: Bearer secret")
    with serving(saying("Yes.")) as server:
        ask(server.url, answer=77)
    ((path, headers, body),) = server.requests
    assert path == "/v1/chat/completions"
    assert json.loads(body) == {
        "model": "tiny",
        "messages": [{"role": "system", "content": "Rules."}, {"role": "user", "content": "Question: what?"}],
        "max_completion_tokens": 77,
        "temperature": 0,
        "stream": True,
    }
    assert set(headers) == {"host", "accept", "accept-encoding", "content-type", "content-length", "user-agent"}
    assert "secret" not in str(headers)


def test_a_key_that_was_given_is_sent_and_never_shown() -> None:
    generator = Generator("http://127.0.0.1:9/v1", "tiny", key="sk-very-secret")
    assert "sk-very-secret" not in repr(generator)
    body = json.dumps({"error": {"message": "Incorrect API key provided: sk-very-secret"}}).encode()
    with serving(sending(head("401 Unauthorized", "application/json"), body)) as server:
        with pytest.raises(GeneratorError, match="refuses the key given") as refused:
            ask(server.url, key="sk-very-secret")
        assert server.requests[0][1]["authorization"] == "Bearer sk-very-secret"
    assert "sk-very-secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://localhost:11434", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1/", "http://localhost:11434/v1"),
        ("https://example.org/api/v1/chat/completions", "https://example.org/api/v1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
    ],
)
def test_a_base_url_is_completed(url: str, base: str) -> None:
    assert Generator(url, "tiny").url == base


@pytest.mark.parametrize(
    "url",
    [
        *("", "localhost:11434", "ftp://host/v1", "http://", "http:///v1", "file:///etc/passwd", "http://h:0/v1"),
        *("http://h:99999/v1", "http://u:secret@h/v1", "http://h/v1?key=secret", "http://h/v1#x", "http://h /v1"),
        "http://h\n/v1",
    ],
)
def test_what_is_no_base_url_is_refused_before_anything_is_opened(url: str) -> None:
    with pytest.raises(GeneratorError, match=r"http://localhost:11434/v1") as refused:
        Generator(url, "tiny")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "settings",
    [{"answer": 0}, {"answer": 4096}, {"timeout": 0}, {"limit": -1}, {"timeout": float("nan")}, {"key": "a b"}],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(GeneratorError):
        ask("http://127.0.0.1:9/v1", **settings)
    with pytest.raises(GeneratorError, match="--llm-model"):
        Generator("http://127.0.0.1:9/v1", " ")


def test_an_endpoint_that_is_down_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    with pytest.raises(GeneratorError, match=f"no answer from {url} .*Start the server"):
        ask(url)


def refusing(status: str, message: str) -> Behaviour:
    return sending(head(status, "application/json"), json.dumps({"error": {"message": message}}).encode())


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (refusing("401 Unauthorized", "no key"), "refuses a request without a key .401: .*no key.*PRESSMARK_LLM_KEY"),
        (refusing("404 Not Found", "no such model"), "has no model 'tiny'.*no such model"),
        (refusing("400 Bad Request", "too long"), "could not answer .400: .*too long"),
        (refusing("429 Too Many Requests", "slow down"), "could not answer .429"),
        (refusing("500 Internal Server Error", "out of memory"), "could not answer .500: .*out of memory"),
        (sending(head("500 Oops", "text/html"), b"<h1>\xff\xfe</h1>"), "could not answer .500"),
        (sending(head("200 OK", "text/html"), b"<html>Welcome</html>"), "sent 0 characters of an answer"),
        (sending(head(kind="application/json"), b'{"choices": []}'), "sent 0 characters"),
        (sending(head()), "sent 0 characters"),
        (sending(b""), "no answer from"),
        (sending(b"SSH-2.0-OpenSSH_9.6\r\n"), "no answer from"),
        (sending(head(), b"data: {not json\n\n"), "no streamed chat completion"),
        (sending(head(), b"data: \xff\xfe\n\n"), "no streamed chat completion"),
        (sending(head(), b"data: " + b"[" * 200_000 + b"\n\n"), "no streamed chat completion"),
        (sending(head(), b'data: {"choices": 7}\n\n'), "no streamed chat completion"),
        (sending(head(), b'data: {"choices": [7]}\n\n'), "no streamed chat completion|sent 0 characters"),
        (sending(head(), b'data: {"choices": [{"delta": {"content": ["a"]}}]}\n\n'), "no streamed chat completion"),
        (sending(head(), b"data: 5\n\n"), "no streamed chat completion|sent 0 characters"),
        (sending(head(), b'data: "hello"\n\n'), "no streamed chat completion|sent 0 characters"),
        (sending(head(), b"data: null\n\n"), "no streamed chat completion|sent 0 characters"),
        (sending(head(), event("It "), b'data: {"error": {"message": "crashed"}}\n\n'), "gave up: .*crashed"),
        (sending(head(), event("It sank")), "sent 7 characters of an answer and not that it was done"),
        (sending(head(Transfer_Encoding="chunked"), b"5\r\ndata:"), "no answer from"),
        (sending(head(Content_Encoding="gzip"), gzip.compress(event("It", "stop"), mtime=0)), "answers compressed"),
        (sending(head("307 Moved", Location="http://127.0.0.1:9/v1")), "points elsewhere .307"),
    ],
)
def test_every_failure_is_one_error_that_says_what_happened(behave: Behaviour, said: str) -> None:
    with serving(behave) as server:
        with pytest.raises(GeneratorError, match=said):
            ask(server.url, timeout=20)
        assert len(server.requests) <= 1


def test_a_redirect_is_not_followed() -> None:
    with serving(saying("It sank.")) as elsewhere:
        with (
            serving(sending(head("308 Moved", Location=f"{elsewhere.url}/chat/completions"))) as server,
            pytest.raises(GeneratorError, match="points elsewhere"),
        ):
            ask(server.url, key="sk-1")
        assert elsewhere.requests == []


def test_a_proxy_of_the_environment_is_not_used_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(saying("proxied")) as proxy, serving(saying("direct")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert ask(server.url) == "direct"
        assert proxy.requests == []


def test_nothing_is_asked_twice() -> None:
    with serving(refusing("503 Unavailable", "busy")) as server:
        with pytest.raises(GeneratorError, match="503"):
            ask(server.url)
        assert len(server.requests) == 1


def test_silence_is_waited_for_as_long_as_was_said() -> None:
    def silent(write: Callable[[bytes], object]) -> None:
        write(head() + event("It "))
        time.sleep(2)

    with serving(silent) as server, pytest.raises(GeneratorError, match=r"was silent for 0\.3 s"):
        ask(server.url, timeout=0.3)


def test_a_server_that_drips_is_cut_off_at_the_limit() -> None:
    def drip(write: Callable[[bytes], object]) -> None:
        write(head())
        for _ in range(200):
            write(b":")  # a comment of the protocol, which no client ever hands on
            time.sleep(0.05)

    started = time.monotonic()
    with serving(drip) as server, pytest.raises(GeneratorError, match=r"not done after 0\.5 s"):
        ask(server.url, timeout=5, limit=0.5)
    assert time.monotonic() - started < 5


def forever(part: bytes) -> Behaviour:
    def behave(write: Callable[[bytes], object]) -> None:
        write(head())
        while True:
            write(part)

    return behave


@pytest.mark.parametrize(
    "behave", [forever(b"data: " + b"x" * 65_536), forever(b": comment\n" * 4096), forever(event("") * 256)]
)
def test_more_bytes_than_an_answer_takes_are_not_read(behave: Behaviour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_BYTES", 2**20)
    with serving(behave) as server:
        with pytest.raises(GeneratorError, match="more than 1 MiB"):
            ask(server.url)
        assert server.broken.wait(5)


def test_an_endless_error_is_not_read_to_its_end() -> None:
    def behave(write: Callable[[bytes], object]) -> None:
        write(head("500 Oops"))
        while True:
            write(b"x" * 65_536)

    with serving(behave) as server, pytest.raises(GeneratorError, match="more than 16 MiB"):
        ask(server.url)


def test_a_model_that_never_ends_is_ended() -> None:
    pieces: list[str] = []
    with serving(forever(event("and so on "))) as server:
        with pytest.raises(CutShort):
            pieces.extend(Generator(server.url, "tiny", answer=50).write(PROMPT))
        assert server.broken.wait(5)
    assert 50 * 8 < len("".join(pieces)) <= 50 * 8 + 10


def test_an_answer_cut_by_the_server_says_so() -> None:
    with serving(saying("It sank in", finish="length")) as server, pytest.raises(CutShort):
        ask(server.url)


def test_who_stops_listening_closes_the_connection() -> None:
    with serving(forever(event("and so on "))) as server:
        pieces = Generator(server.url, "tiny").write(PROMPT)
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
        assert server.broken.wait(5)


def test_importing_and_naming_an_endpoint_opens_no_connection() -> None:
    code = (
        "import socket\n"
        "def refuse(*a, **k): raise SystemExit('a connection was tried')\n"
        "socket.socket.connect = socket.socket.connect_ex = refuse\n"
        "socket.getaddrinfo = refuse\n"
        "from service.generate.client import Generator\n"
        "from service.generate.tokens import count_tokens\n"
        "import service.generate.writing\n"
        "Generator('http://127.0.0.1:9/v1', 'tiny').write\n"
        "assert count_tokens('Ships.') == 4\n"
    )
    environment = os.environ | {"TIKTOKEN_CACHE_DIR": ""}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
