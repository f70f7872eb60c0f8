"""Whom an address lets in: this machine only, or others, and those only with a key."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from indexer.errors import InputError
from service.access.keys import KeyStore
from service.api.hosts import THIS_MACHINE


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address. What cannot be told apart counts as reached by others."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_keys(archive: Path, host: str) -> None:
    """Refuse to be reached by others without a key that lets anyone in.

    Raises:
        InputError: there is none.
        ArchiveError: the keys cannot be read.
    """
    if is_loopback(host) or _active(archive):
        return
    raise InputError(
        f"other machines can reach {host}, and archive {archive} has no active key to tell who may read it. Make one: "
        f"pressmark keys create NAME --archive {archive}; or answer this machine only: pressmark serve --host 127.0.0.1"
    )


def names_of(host: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """The names by which a service at the address may be called; none where any will do."""
    if not (is_loopback(host) or allowed):
        return ()
    own = f"[{host}]" if ":" in host else host
    return tuple(dict.fromkeys((*THIS_MACHINE, *([own] if is_loopback(host) else []), *allowed)))


def access_line(archive: Path) -> str:
    """What is said at the start of who is let in."""
    with closing(KeyStore(archive)) as store:
        required = store.required()
    if not required:
        return (
            "There are no keys, so it listens to this machine only. To let others in: pressmark keys create NAME, then "
            "pressmark serve --host 0.0.0.0\n"
        )
    count = _active(archive)
    keys = "one key lets" if count == 1 else f"{count} keys let"
    return f"Requests need a key; {keys} somebody in. See which: pressmark keys list\n"


def _active(archive: Path) -> int:
    with closing(KeyStore(archive)) as store:
        return sum(key.state == "active" for key in store.all())
