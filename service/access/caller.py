"""Who asks, and what they may do and see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["read", "write", "admin"]


@dataclass(frozen=True, slots=True)
class Caller:
    """``publishers`` are those whose articles exist for this caller, spelt as the articles spell them; None: all."""

    name: str
    scopes: frozenset[Scope]
    publishers: tuple[str, ...] | None = None


ANYONE = Caller("anyone", frozenset(("read", "write", "admin")))
"""Who asks where no keys are: only this machine can."""

NOBODY = Caller("nobody", frozenset())
"""Who asks without a key where there are some."""
