"""A mean with how far it could be off: what every table and plot shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over queries and its bootstrap interval (95%)."""

    mean: float
    low: float
    high: float
