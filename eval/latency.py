"""How long something took, phase by phase, over many times that it was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

_PERCENTILES = (50, 95, 99)


def percentiles(times: Iterable[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Phase -> {"p50", "p95", "p99"}, in milliseconds, of the milliseconds of each phase each time."""
    by_phase: dict[str, list[float]] = {}
    for taken in times:
        for phase, milliseconds in taken.items():
            by_phase.setdefault(phase, []).append(milliseconds)
    return {
        phase: {f"p{p}": round(float(np.percentile(values, p)), 2) for p in _PERCENTILES}
        for phase, values in by_phase.items()
    }
