"""What a key looks like to whoever holds it: ``pm_ID_SECRET``, made once and never stored.

Only the SHA-256 of a token is kept. Passwords need a slow hash because people choose few of them; the secret here is
256 random bits, which nobody guesses at any speed, and every request would pay for the slowness.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

_TOKEN = re.compile(r"pm_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_ID_BYTES = 6
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says of itself: which key it claims to be, and the digest that would prove it."""

    id: str
    digest: bytes


def new_token() -> str:
    """A token that nobody has seen before."""
    return f"pm_{secrets.token_hex(_ID_BYTES)}_{secrets.token_urlsafe(_SECRET_BYTES)}"


def claim_of(token: str) -> Claim | None:
    """What a text claims as a token; None where it does not look like one.

    >>> claim_of("pm_0123456789ab_" + "x" * 43).id
    '0123456789ab'
    >>> claim_of("hunter2") is None
    True
    """
    matched = _TOKEN.fullmatch(token)
    return Claim(matched[1], hashlib.sha256(token.encode("ascii")).digest()) if matched else None
