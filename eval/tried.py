"""What was tried on the ranking, what it changed, and what was therefore left out.

Most of it never was part of the project: it was measured beside it, over the same passages and embeddings, with BM25
worked out in numpy. ``results/tried.json`` keeps each trial's effect and interval on each set; what can be switched in
the project itself is measured by ``pressmark eval SUITE --sweep``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from pathlib import Path
from statistics import fmean
from typing import Any

from eval.change import ALPHA

TRIED = Path(__file__).parent / "results" / "tried.json"


@dataclass(frozen=True, slots=True)
class Effect:
    """Mean nDCG@10 of a set without and with what was tried; interval and p are of the paired difference."""

    queries: int
    before: float
    after: float
    low: float
    high: float
    p: float

    @property
    def difference(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Trial:
    what: str
    kept: bool
    sets: Mapping[str, Effect]


def load_trials(place: Path = TRIED) -> tuple[str, list[Trial]]:
    """How they were measured, and the trials in the order of the file."""
    shape: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    trials = [
        Trial(one["what"], one["kept"], {name: Effect(**effect) for name, effect in one["sets"].items()})
        for one in shape["trials"]
    ]
    return str(shape["measured"]), trials


def table(trials: Sequence[Trial], *, kept: bool) -> str:
    """The trials that were kept, or left out, as the README shows them: mean effect, and where it is significant."""
    lines = [f"| {'kept' if kept else 'tried and left out'} | mean and interval | significant on |", "|---|---:|---|"]
    for trial in trials:
        if trial.kept == kept:
            told = [f"{name} {_signed(e.difference)}" for name, e in trial.sets.items() if e.p < ALPHA]
            lines.append(f"| {trial.what} | {_mean(list(trial.sets.values()))} | {', '.join(told) or '–'} |")
    return "\n".join(lines)


def _mean(effects: Sequence[Effect]) -> str:
    """The mean over sets, and the 95% interval that those of the sets make together, each set for itself."""
    mean = fmean(effect.difference for effect in effects)
    below = hypot(*(effect.difference - effect.low for effect in effects)) / len(effects)
    above = hypot(*(effect.high - effect.difference for effect in effects)) / len(effects)
    return f"{_signed(mean)} [{_signed(mean - below)}, {_signed(mean + above)}]"


def _signed(difference: float) -> str:
    return f"{100 * difference:+.1f}"
