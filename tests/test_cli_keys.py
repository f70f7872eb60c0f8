"""``pressmark keys``, and a key on its way from ``$PRESSMARK_KEY`` to a service: as a person or a script meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import service.cli.root as root
from indexer.errors import InputError, ServiceError
from service.access.keys import KEYS, KeyStore
from service.client import Client
from tests.test_api import make_archive

TOKEN = "pm_0123456789ab_" + "x" * 43
SCRIPT = "import sys; from service.cli.root import main; main()"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with make_archive(tmp_path / "archive") as archive:
        monkeypatch.setenv("PRESSMARK_ARCHIVE", str(archive.path))
        return archive.path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The exit code of a command, and what it printed where."""
    code = root.run(["keys", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def shape_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    code, out, _ = run(capsys, *arguments, "--json")
    assert code == 0
    shape: dict[str, Any] = json.loads(out)
    return shape


def test_a_key_is_printed_once_alone_on_standard_output(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "create", "news desk")
    key = KeyStore(place).bearer(out.removesuffix("\n"))
    assert code == 0
    assert key is not None
    assert (key.name, key.scopes, key.publishers) == ("news desk", frozenset({"read"}), None)
    assert err == f"key {key.id} (news desk); keep it, it is not shown again:\n"
    token = out.strip()
    assert token not in "".join(run(capsys, "list")[1:]) + json.dumps(shape_of(capsys, "list"))


def test_everything_that_can_be_said_of_a_key_is_kept(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--scope", "write", "--scope", "read", "--publisher", "The Span", "--per-minute", "60")
    made = shape_of(capsys, "create", "desk", *options, "--expires", "2900-12-31")
    key = KeyStore(place).bearer(made.pop("token"))
    assert key is not None
    assert {name: made[name] for name in ("id", "name", "state", "scopes", "publishers", "per_minute", "expires")} == {
        "id": key.id,
        "name": "desk",
        "state": "active",
        "scopes": ["read", "write"],
        "publishers": ["The Span"],
        "per_minute": 60,
        "expires": "2901-01-01T00:00:00Z",
    }
    assert shape_of(capsys, "list") == {"keys": [made]}


def test_a_publisher_that_no_article_has_is_warned_of_with_the_nearest(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "create", "desk", "--publisher", "the spam", "--publisher", "Zzz")
    key = KeyStore(place).bearer(out.strip())
    assert code == 0
    assert key is not None
    assert key.publishers == ("the spam", "Zzz")
    warned = err.splitlines()[:2]
    assert "published by 'the spam', so the key shows none of it. The nearest: The Span" in warned[0]
    assert "published by 'Zzz', so the key shows none of it. See which there are: pressmark status" in warned[1]
    assert "warning" not in run(capsys, "create", "desk", "--publisher", "The Span")[2]


def test_a_list_shows_each_key_and_its_state(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "list")[1].startswith("no keys: the service listens to its own machine only.")
    first = shape_of(capsys, "create", "first")
    second = shape_of(capsys, "create", "second", "--publisher", "The Span")
    assert run(capsys, "revoke", first["id"])[:2] == (0, f"key {first['id']} (first) is revoked\n")
    lines = run(capsys, "list")[1].splitlines()
    assert [line.split()[:4] for line in lines[1:3]] == [
        [first["id"], "first", "revoked", "read"],
        [second["id"], "second", "active", "read"],
    ]
    assert "The Span" in lines[2]


def test_a_key_can_be_revoked_by_itself_and_is_not_repeated(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = shape_of(capsys, "create", "desk")
    code, out, err = run(capsys, "revoke", made["token"])
    assert (code, KeyStore(place).bearer(made["token"])) == (0, None)
    assert made["token"] not in out + err
    code, out, err = run(capsys, "revoke", TOKEN)
    assert (code, out) == (2, "")
    assert "there is no key '0123456789ab'" in err
    assert TOKEN not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "x", "--scope", "root"), "There are: read, write, admin"),
        (("create", ""), "1 to 100 characters"),
        (("create", "x", "--expires", "2020-01-01"), "would never work"),
        (("create", "x", "--expires", "soon"), "Write it like 2031-12-31"),
        (("create", "x", "--per-minute", "0"), "Allow 1 to 100,000"),
        (("create", "x", "--scope", "admin", "--publisher", "A"), "Make two keys"),
        (("revoke", "nobody"), "pressmark keys list"),
    ],
)
def test_what_cannot_be_is_one_line_and_code_2(
    place: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert not (place / KEYS).exists()


def test_where_there_is_no_archive_no_key_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (("create", "x"), ("list",), ("revoke", "x")):
        code, _, err = run(capsys, *command, "--archive", str(tmp_path / "none"))
        assert code == 2
        assert "there is no archive at" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["create", "list", "revoke"])
def test_each_command_explains_itself_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert "Example:  pressmark keys" in out


# --- a key on its way -------------------------------------------------------------------------------------------------


@contextmanager
def listening(status: int, headers: Mapping[str, str], body: bytes) -> Iterator[tuple[str, list[str | None]]]:
    """A server that always says the same; its address, and the Authorization of each request."""
    seen: list[str | None] = []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.headers["Authorization"])
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


REFUSED = json.dumps({"type": "/problems/unauthenticated", "title": "A key is needed", "status": 401, "detail": "why"})
PROBLEM = {"Content-Type": "application/problem+json"}


def test_a_client_sends_its_key_and_names_the_mend_when_it_is_refused() -> None:
    with listening(401, PROBLEM, REFUSED.encode()) as (address, seen):
        for key in (TOKEN, None):
            with Client(address, key=key) as client, pytest.raises(ServiceError, match=r"why\. .* \$PRESSMARK_KEY"):
                client.search("bridge")
    assert seen == [f"Bearer {TOKEN}", None]


def test_a_key_does_not_follow_a_redirect() -> None:
    with (
        listening(200, {}, b"") as (elsewhere, theirs),
        listening(307, {"Location": f"{elsewhere}/v1/search"}, b"") as (address, seen),
        Client(address, key=TOKEN) as client,
        pytest.raises(ServiceError, match="points elsewhere"),
    ):
        client.search("bridge")
    assert (seen, theirs) == ([f"Bearer {TOKEN}"], [])


@pytest.mark.parametrize("key", ["", "hunter2", "sk-another-service", f"{TOKEN}\r\nX: y", "schlüssel"])
def test_what_is_no_key_is_not_sent_and_not_repeated(key: str) -> None:
    with pytest.raises(InputError, match="they begin with pm_") as refused:
        Client("http://127.0.0.1:1", key=key)
    assert key[:7] not in str(refused.value) or not key


def test_the_command_line_sends_the_key_of_the_environment() -> None:
    with listening(401, PROBLEM, REFUSED.encode()) as (address, seen):
        for key in (TOKEN, ""):
            done = subprocess.run(
                [sys.executable, "-c", SCRIPT, "search", "bridge", "--url", address],
                env={**os.environ, "PRESSMARK_KEY": key},
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert done.returncode == 2
            assert "A key goes in $PRESSMARK_KEY" in done.stderr
            assert TOKEN not in done.stdout + done.stderr
    assert seen == [f"Bearer {TOKEN}", None]
