"""How many requests a minute a key may make: a moving window, so that no minute, wherever it begins, holds more.

Counts are of one process: of a service with several workers each counts for itself.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where a caller stands after a request: ``reset`` is in how many whole seconds there will be room for one more."""

    granted: bool
    limit: int
    remaining: int
    reset: int


class Rates:
    """Counts requests of each caller; ``default`` is how many a minute one may make of whom nothing else is said."""

    def __init__(self, default: int | None = None) -> None:
        self.default = default
        self._limiter: MovingWindowRateLimiter | None = None

    def take(self, caller: str, per_minute: int | None = None) -> Allowance | None:
        """Count a request, unless it is one too many; None where there is no limit. Refused ones do not count."""
        limit = self.default if per_minute is None else per_minute
        if limit is None:
            return None
        if self._limiter is None:  # its storage starts a thread, which a service without limits has no use for
            self._limiter = MovingWindowRateLimiter(MemoryStorage())
        item = RateLimitItemPerMinute(limit)
        granted = self._limiter.hit(item, caller)
        stats = self._limiter.get_window_stats(item, caller)
        return Allowance(granted, limit, max(0, stats.remaining), max(1, math.ceil(stats.reset_time - time.time())))
