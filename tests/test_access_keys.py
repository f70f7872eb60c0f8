"""The keys of an archive: what is kept of them, who is let in, and that what one process does holds in the others."""

from __future__ import annotations

import hashlib
import hmac
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.archive import Archive
from indexer.doctor import examine
from indexer.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveMismatch, InputError
from service.access.caller import Caller
from service.access.key import Wanted, expiry_of, key_json, scopes_of
from service.access.keys import KEYS, KeyStore
from service.access.tokens import claim_of, new_token


@pytest.fixture
def store(tmp_path: Path) -> Iterator[KeyStore]:
    store = KeyStore(tmp_path)
    yield store
    store.close()


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_a_token_names_its_key_and_proves_it_by_its_digest() -> None:
    token = new_token()
    claim = claim_of(token)
    assert claim is not None
    assert token.split("_", 2)[:2] == ["pm", claim.id]
    assert claim.digest == hashlib.sha256(token.encode()).digest()


def test_no_two_tokens_are_alike_and_each_holds_256_bits() -> None:
    secrets = {new_token().split("_", 2)[2] for _ in range(200)}
    assert len(secrets) == 200
    assert {len(secret) for secret in secrets} == {43}  # 43 characters of 6 bits: 258, of which 256 are random


@given(st.text() | st.from_regex(r"\Apm_[0-9a-f]{12}_.{40,46}\Z"))
def test_whatever_is_said_is_a_token_or_none(text: str) -> None:
    claim = claim_of(text)
    assert claim is None or (len(text) == 59 and text.isascii() and text.startswith(f"pm_{claim.id}_"))


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: t + "x", lambda t: f" {t}", lambda t: f"{t}\n", str.upper]
)
def test_a_token_cut_short_or_dressed_up_is_none(spoil: object) -> None:
    assert callable(spoil)
    assert claim_of(spoil(new_token())) is None


# --- the store --------------------------------------------------------------------------------------------------------


def test_a_key_is_let_in_by_its_token_alone(store: KeyStore) -> None:
    wanted = Wanted("desk", frozenset({"read", "write"}), ("North Wire", "Süd ✓"), 60, datetime(2900, 1, 1, tzinfo=UTC))
    key, token = store.create(wanted)
    other, other_token = store.create(Wanted("other"))
    assert store.bearer(token) == key
    assert store.bearer(other_token) == other
    assert key.caller == Caller("desk", frozenset({"read", "write"}), ("North Wire", "Süd ✓"))
    assert (key.per_minute, key.expires, key.revoked, key.state) == (60, wanted.expires, None, "active")
    assert other.caller == Caller("other", frozenset({"read"}), None)
    mixed = f"pm_{other.id}_{token.split('_', 2)[2]}"
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert [store.bearer(said) for said in (mixed, wrong, token[:-1], "", "pm_", key.id)] == [None] * 6


def test_nothing_that_is_kept_lets_anyone_in(store: KeyStore) -> None:
    _, token = store.create(Wanted("desk"))
    kept = store.path.read_bytes()
    assert token.encode() not in kept
    assert token.split("_", 2)[2].encode() not in kept
    assert hashlib.sha256(token.encode()).digest() in kept


def test_only_its_owner_may_read_the_file(store: KeyStore) -> None:
    before = os.umask(0)
    try:
        store.create(Wanted("desk"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert [path.name for path in store.path.parent.iterdir()] == [KEYS]


def test_an_unknown_id_is_compared_like_a_known_one(store: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[int, int]] = []
    compare = hmac.compare_digest

    def counted(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counted)
    _, token = store.create(Wanted("desk"))
    wrong = token[:16] + new_token()[16:]
    assert store.bearer(token) is not None
    assert store.bearer(wrong) is store.bearer(new_token()) is None
    assert compared == [(32, 32)] * 3


def test_a_revoked_key_is_out_and_stays_revoked_since_then(store: KeyStore) -> None:
    key, token = store.create(Wanted("desk"))
    assert store.active(key.id)
    revoked = store.revoke(key.id)
    assert (revoked.state, store.bearer(token), store.active(key.id)) == ("revoked", None, False)
    assert store.revoke(key.id) == revoked


def test_a_key_ends_with_its_time(store: KeyStore) -> None:
    key, token = store.create(Wanted("desk", expires=datetime(2900, 1, 1, tzinfo=UTC)))
    with closing(sqlite3.connect(store.path)) as connection, connection:
        past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
        connection.execute("UPDATE keys SET expires = ?", (past,))
    assert (store.bearer(token), store.active(key.id)) == (None, False)
    assert [key.state for key in store.all()] == ["expired"]


def test_revoking_what_is_not_there_says_where_to_look(store: KeyStore) -> None:
    with pytest.raises(InputError, match=r"there is no key 'nobody' at .* pressmark keys list"):
        store.revoke("nobody")


def test_keys_are_needed_from_the_first_on_and_revoking_the_last_changes_nothing(store: KeyStore) -> None:
    assert not store.required()
    key, _ = store.create(Wanted("desk"))
    store.revoke(key.id)
    assert store.required()
    assert KeyStore(store.path.parent).required()


def test_who_has_seen_keys_goes_on_asking_when_their_file_is_gone(store: KeyStore) -> None:
    key, token = store.create(Wanted("desk"))
    assert store.required()
    store.path.unlink()
    assert (store.required(), store.bearer(token), store.active(key.id)) == (True, None, False)
    assert not KeyStore(store.path.parent).required()


def test_another_file_in_its_place_is_taken_up(store: KeyStore, tmp_path: Path) -> None:
    _, old = store.create(Wanted("old"))
    (tmp_path / "elsewhere").mkdir()
    key, new = KeyStore(tmp_path / "elsewhere").create(Wanted("new"))
    (tmp_path / "elsewhere" / KEYS).replace(store.path)
    assert (store.bearer(old), store.bearer(new)) == (None, key)


def test_what_another_process_does_holds_at_once(store: KeyStore) -> None:
    code = (
        "import sys; from pathlib import Path; from service.access.keys import KeyStore; "
        "from service.access.key import Wanted; store = KeyStore(Path(sys.argv[1])); "
        "print(store.create(Wanted('theirs'))[1]) if len(sys.argv) < 3 else store.revoke(sys.argv[2])"
    )

    def elsewhere(*arguments: str) -> str:
        command = [sys.executable, "-c", code, str(store.path.parent), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert not store.required()
    token = elsewhere()
    assert store.required()
    key = store.bearer(token)
    assert key is not None
    elsewhere(key.id)
    assert store.bearer(token) is None


def test_keys_made_by_many_processes_at_once_are_all_there(store: KeyStore) -> None:
    code = (
        "import sys; from pathlib import Path; from service.access.keys import KeyStore; "
        "from service.access.key import Wanted\n"
        "for n in range(5): KeyStore(Path(sys.argv[1])).create(Wanted(f'k{n}'))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(store.path.parent)]) for _ in range(4)]
    assert [process.wait(60) for process in running] == [0] * 4
    assert sorted(key.name for key in store.all()) == sorted(4 * [f"k{n}" for n in range(5)])


def test_an_archive_with_keys_is_opened_and_found_sound(ports: Archive) -> None:
    KeyStore(ports.path).create(Wanted("desk"))
    assert examine(ports) == []
    with ports.writer() as writer:
        writer.compact()
    assert [key.name for key in KeyStore(ports.path).all()] == ["desk"]


# --- what cannot be ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + b"\x00" * 84])
def test_a_file_that_holds_no_keys_is_an_error_and_never_no_keys(store: KeyStore, content: bytes) -> None:
    store.path.write_bytes(content)
    with pytest.raises((ArchiveDamaged, ArchiveMismatch), match=r"keys\.sqlite"):
        store.required()
    with pytest.raises((ArchiveDamaged, ArchiveMismatch), match=r"keys\.sqlite"):
        store.bearer(new_token())


def test_a_file_of_another_format_is_refused(store: KeyStore) -> None:
    store.create(Wanted("desk"))
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("PRAGMA user_version = 2")
    with pytest.raises(ArchiveMismatch, match="has format 2, and this reads 1"):
        KeyStore(store.path.parent).all()


def test_a_file_that_stays_locked_is_busy(store: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.access.keyfile._PATIENCE", 0.05)
    store.create(Wanted("desk"))
    with closing(sqlite3.connect(store.path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ArchiveBusy, match=r"another process has .* locked"):
            store.required()
    assert store.required()


def test_a_folder_that_is_gone_is_an_error_of_the_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="cannot be used"):
        KeyStore(tmp_path / "gone").create(Wanted("desk"))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Wanted(""), "1 to 100 characters"),
        (lambda: Wanted("x" * 101), "1 to 100 characters"),
        (lambda: Wanted("desk", publishers=("North \udcff",)), "Give them in UTF-8"),
        (lambda: Wanted("two\nlines"), "in one line"),
        (lambda: Wanted(" x"), "in one line"),
        (lambda: Wanted("x", frozenset()), "may do nothing"),
        (lambda: Wanted("x", publishers=()), "Name each, or none for all"),
        (lambda: Wanted("x", publishers=("A", " ")), "Name each, or none for all"),
        (lambda: Wanted("x", frozenset({"admin"}), ("A",)), "Make two keys"),
        (lambda: Wanted("x", per_minute=0), "Allow 1 to 100,000"),
        (lambda: Wanted("x", per_minute=100_001), "Allow 1 to 100,000"),
        (lambda: Wanted("x", expires=datetime(2020, 1, 1, tzinfo=UTC)), "would never work"),
        (lambda: scopes_of(["read", "root"]), "no scope 'root'. There are: read, write, admin"),
    ],
)
def test_a_key_that_cannot_be_is_refused_with_what_can(make: object, said: str) -> None:
    assert callable(make)
    with pytest.raises(InputError, match=said):
        make()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2031-12-31", "2032-01-01T00:00:00+00:00"),  # the day itself is the last one
        ("2031-12-31T12:00", "2031-12-31T12:00:00+00:00"),
        ("2031-12-31T12:00+02:00", "2031-12-31T10:00:00+00:00"),
        ("2031-12-31T12:00:00Z", "2031-12-31T12:00:00+00:00"),
    ],
)
def test_a_key_ends_after_its_day_or_at_its_moment(text: str, expected: str) -> None:
    assert expiry_of(text).isoformat() == expected


@pytest.mark.parametrize("text", ["", "soon", "2031-13-01", "9999-12-31", "9999-12-31T23:59-10:00", "31.12.2031"])
def test_an_end_that_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"is no day\. Write it like 2031-12-31"):
        expiry_of(text)


def test_a_key_is_shown_without_what_proves_it(store: KeyStore) -> None:
    key, _ = store.create(Wanted("desk", frozenset({"write", "read"}), per_minute=5))
    shape = key_json(key)
    assert shape.pop("created").endswith("Z")
    assert shape == {
        "id": key.id,
        "name": "desk",
        "state": "active",
        "scopes": ["read", "write"],
        "publishers": None,
        "per_minute": 5,
        "expires": None,
        "revoked": None,
    }
