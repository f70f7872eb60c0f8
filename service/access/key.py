"""A key as it is kept: whose it is, what it may do, what exists for it, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, get_args

from indexer.errors import InputError
from service.access.caller import Caller, Scope

if TYPE_CHECKING:
    from service.shapes import Json

SCOPES: tuple[Scope, ...] = get_args(Scope)
MOST_A_MINUTE = 100_000
_LONGEST_NAME = 100
_MORE = "See: pressmark keys create --help"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a key is to be. Scopes are apart, and none holds another: what only brings articles in need not read any.

    Raises:
        InputError: a value that cannot be.
    """

    name: str
    scopes: frozenset[Scope] = frozenset(("read",))
    publishers: tuple[str, ...] | None = None
    per_minute: int | None = None
    expires: datetime | None = None

    def __post_init__(self) -> None:
        # A name goes into the log's lines, which a line break of its own would forge.
        if not (1 <= len(self.name) <= _LONGEST_NAME and self.name.isprintable() and self.name.strip() == self.name):
            raise InputError(
                f"a key's name is {self.name[:_LONGEST_NAME]!r}. Give it 1 to {_LONGEST_NAME} characters in one line"
            )
        if not self.scopes:
            raise InputError(f"a key without a scope may do nothing. Give it some of: {', '.join(SCOPES)}")
        if self.publishers is not None and not (self.publishers and all(map(str.strip, self.publishers))):
            raise InputError(f"publishers are {list(self.publishers)}. Name each, or none for all. {_MORE}")
        if any("\ud800" <= character <= "\udfff" for name in self.publishers or () for character in name):
            raise InputError(f"publishers are {list(self.publishers or ())}, with half a character. Give them in UTF-8")
        if self.publishers is not None and "admin" in self.scopes:
            raise InputError(
                "admin is to see the whole service's measurements, those of other publishers' articles included. "
                "Make two keys: one with --scope admin, one with --publisher"
            )
        if self.per_minute is not None and not 1 <= self.per_minute <= MOST_A_MINUTE:
            raise InputError(f"{self.per_minute:,} requests a minute. Allow 1 to {MOST_A_MINUTE:,}")
        if self.expires is not None and self.expires <= datetime.now(UTC):
            raise InputError(f"a key that expires {self.expires.isoformat()} would never work. Name a later day")


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret. Times are in UTC."""

    id: str
    name: str
    scopes: frozenset[Scope]
    publishers: tuple[str, ...] | None
    per_minute: int | None
    created: datetime
    expires: datetime | None
    revoked: datetime | None

    @property
    def state(self) -> str:
        """``active``, ``expired`` or ``revoked``, at this moment."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= datetime.now(UTC) else "active"

    @property
    def caller(self) -> Caller:
        """Who asks with this key."""
        return Caller(self.name, self.scopes, self.publishers)


def expiry_of(text: str) -> datetime:
    """When a key ends: after the day given, or at the moment given; in UTC where no offset is stated.

    >>> expiry_of("2031-12-31").isoformat()
    '2032-01-01T00:00:00+00:00'

    Raises:
        InputError: it is neither.
    """
    try:
        if len(text) == len("2031-12-31"):
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), UTC)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"{text[:40]!r} is no day. Write it like 2031-12-31, the last day on which it works"
        ) from error


def key_json(key: Key) -> Json:
    """KEY: everything of a key but its secret."""
    return {
        "id": key.id,
        "name": key.name,
        "state": key.state,
        "scopes": ordered(key.scopes),
        "publishers": None if key.publishers is None else list(key.publishers),
        "per_minute": key.per_minute,
        "created": _shown(key.created),
        "expires": _shown(key.expires),
        "revoked": _shown(key.revoked),
    }


def scopes_of(names: Sequence[str]) -> frozenset[Scope]:
    """The scopes of these names.

    Raises:
        InputError: one is none.
    """
    if unknown := [name for name in names if name not in SCOPES]:
        raise InputError(f"there is no scope {', '.join(map(repr, unknown))}. There are: {', '.join(SCOPES)}")
    return frozenset(scope for scope in SCOPES if scope in names)


def ordered(scopes: frozenset[Scope]) -> Sequence[Scope]:
    """Scopes in the order in which they are spoken of."""
    return [scope for scope in SCOPES if scope in scopes]


def _shown(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
