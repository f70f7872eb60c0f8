"""The keys of an archive: ``keys.sqlite`` in its folder, apart from the articles so that no copy of them holds a key.

Every question is answered from the file: what another process creates or revokes holds from the next request on. When
a key was last used is not kept, for it would make a write of every read.
"""

from __future__ import annotations

import hmac
import json
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexer.errors import InputError
from service.access.key import SCOPES, Key, Wanted, ordered
from service.access.keyfile import explaining, make_keys, open_keys
from service.access.tokens import claim_of, new_token

KEYS = "keys.sqlite"
_FIELDS = "id, name, scopes, publishers, per_minute, created, expires, revoked"
_NOBODY = bytes(32)
"""No token has this digest; what is unknown is compared with it, and so takes as long as what is known."""


class KeyStore:
    """The keys of the archive in a folder. Any number of threads and processes may use it at once.

    Making one reads nothing, and there need be no file.
    """

    def __init__(self, archive: Path) -> None:
        self.path = archive / KEYS
        self._lock = threading.Lock()
        self._open: tuple[tuple[int, int], sqlite3.Connection] | None = None
        self._required = False

    def close(self) -> None:
        """Let go of the file; asking again opens it again."""
        with self._lock:
            self._close()

    def required(self) -> bool:
        """Whether requests need a key: as soon as there is one, be it revoked, and then for as long as the store lives.

        Were it the active ones that count, to revoke a key that leaked could open the archive to everyone.

        Raises:
            ArchiveError: the keys cannot be read.
        """
        if not self._required:
            self._required = bool(self._ask("SELECT id FROM keys LIMIT 1"))
        return self._required

    def bearer(self, token: str) -> Key | None:
        """The active key that a token is, None where it is none.

        Raises:
            ArchiveError: the keys cannot be read.
        """
        claim = claim_of(token)
        if claim is None:
            return None
        rows = self._ask(f"SELECT digest, {_FIELDS} FROM keys WHERE id = ?", claim.id)
        proven = hmac.compare_digest(bytes(rows[0][0]) if rows else _NOBODY, claim.digest)
        key = _key(rows[0][1:]) if rows and proven else None
        return key if key is not None and key.state == "active" else None

    def active(self, key_id: str) -> bool:
        """Whether a key that was let in before would be let in still."""
        rows = self._ask(f"SELECT {_FIELDS} FROM keys WHERE id = ?", key_id)
        return bool(rows) and _key(rows[0]).state == "active"

    def all(self) -> list[Key]:
        """Every key, the oldest first."""
        return [_key(row) for row in self._ask(f"SELECT {_FIELDS} FROM keys ORDER BY created, id")]

    def create(self, wanted: Wanted) -> tuple[Key, str]:
        """A new key and its token, which is not kept and cannot be shown again.

        Raises:
            ArchiveError: it cannot be written.
        """
        token = new_token()
        claim = claim_of(token)
        assert claim is not None
        publishers = None if wanted.publishers is None else json.dumps(wanted.publishers, ensure_ascii=False)
        expires = wanted.expires.isoformat() if wanted.expires else None
        row = (claim.id, wanted.name, " ".join(ordered(wanted.scopes)), publishers, wanted.per_minute, _now(), expires)
        with explaining(self.path):
            make_keys(self.path)
            with closing(open_keys(self.path)) as connection:
                connection.execute(
                    f"INSERT INTO keys ({_FIELDS}, digest) VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?)", (*row, claim.digest)
                )
        return _key((*row, None)), token

    def revoke(self, key_id: str) -> Key:
        """The key, which from now on lets nobody in; one that was revoked before stays revoked since then.

        Raises:
            InputError: there is no such key.
            ArchiveError: it cannot be written.
        """
        self._ask("UPDATE keys SET revoked = coalesce(revoked, ?) WHERE id = ?", _now(), key_id)
        rows = self._ask(f"SELECT {_FIELDS} FROM keys WHERE id = ?", key_id)
        if not rows:
            raise InputError(f"there is no key {key_id[:40]!r} at {self.path.parent}. See which: pressmark keys list")
        return _key(rows[0])

    def _ask(self, statement: str, *values: str) -> list[Sequence[Any]]:
        with self._lock, explaining(self.path):
            connection = self._current()
            return connection.execute(statement, values).fetchall() if connection else []

    def _current(self) -> sqlite3.Connection | None:
        """A connection to the file that is there now, which may be another than before."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._close()
            return None
        mark = (found.st_dev, found.st_ino)
        if self._open is None or self._open[0] != mark:
            self._close()
            self._open = (mark, open_keys(self.path))
        return self._open[1]

    def _close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None


def _key(row: Sequence[Any]) -> Key:
    key_id, name, scopes, publishers, per_minute, created, expires, revoked = row
    return Key(
        id=key_id,
        name=name,
        scopes=frozenset(scope for scope in SCOPES if scope in scopes.split()),
        publishers=None if publishers is None else tuple(json.loads(publishers)),
        per_minute=per_minute,
        created=datetime.fromisoformat(created),
        expires=datetime.fromisoformat(expires) if expires else None,
        revoked=datetime.fromisoformat(revoked) if revoked else None,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
