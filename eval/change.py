"""What became of a measure, and of a query, from one run to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.interval import Interval
from eval.risk import LOWER_IS_BETTER
from eval.significance import Scores, paired

ALPHA = 0.05

_DECIMALS = 4  # what a result's file keeps; a run not yet written would seem to differ from its own file

PerQuery = Mapping[str, Mapping[str, float]]
"""By query id: measure -> value. A query need not have every measure."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one measure.

    Attributes:
        before: mean over the queries that both results judge, to the decimals of a result's file.
        difference: mean of after minus before over the queries, and its 95% bootstrap interval.
        p: of a paired randomisation test, two-sided.
    """

    measure: str
    before: float
    after: float
    difference: Interval
    p: float
    queries: int

    @property
    def worse(self) -> bool:
        return self.p < ALPHA and self._gain < 0

    @property
    def better(self) -> bool:
        return self.p < ALPHA and self._gain > 0

    @property
    def verdict(self) -> str:
        """``worse``, ``better`` or ``same``, which only says that chance would explain the difference."""
        return "worse" if self.worse else "better" if self.better else "same"

    @property
    def _gain(self) -> float:
        return -self.difference.mean if self.measure in LOWER_IS_BETTER else self.difference.mean


@dataclass(frozen=True, slots=True)
class Moved:
    """A query whose score changed.

    Attributes:
        ranking_before: locators of passages where the suite judges passages, else article ids, best first; of an
            answer the locators that it cites.
    """

    query_id: str
    measure: str
    before: float
    after: float
    ranking_before: tuple[str, ...]
    ranking_after: tuple[str, ...]


def changes_of(before: PerQuery, after: PerQuery, measures: Sequence[str], resamples: int) -> Iterator[Change]:
    """A change for each measure that any query has in both, in the order of ``measures``."""
    scored = {
        measure: tuple(name for name in before if measure in before[name] and measure in after[name])
        for measure in measures
    }
    tested: dict[str, Change] = {}
    for names in dict.fromkeys(scored.values()):  # measures of the same queries are tested together, which is faster
        if not names:
            continue
        together = [measure for measure in measures if scored[measure] == names]
        old, new = _scores(before, names, together), _scores(after, names, together)
        means = zip(together, old.mean(axis=0), new.mean(axis=0), strict=True)
        tests = paired(old, new, resamples=resamples)
        for (measure, was, now), (difference, p) in zip(means, tests, strict=True):
            tested[measure] = Change(measure, float(was), float(now), difference, p, len(names))
    return (tested[measure] for measure in measures if measure in tested)


def _scores(per_query: PerQuery, names: Iterable[str], measures: list[str]) -> Scores:
    """``(queries, measures)``."""
    rows = [[round(per_query[name][measure], _DECIMALS) for measure in measures] for name in names]
    return np.array(rows, dtype=np.float64)


def moved_by(
    measure: str, before: PerQuery, after: PerQuery, rankings: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
) -> tuple[Moved, ...]:
    """Every query whose score changed, with both its rankings: the largest change first, equal ones by id."""
    moved = []
    for name in before:
        if measure not in before[name] or measure not in after[name]:
            continue
        was, now = round(before[name][measure], _DECIMALS), round(after[name][measure], _DECIMALS)
        if was != now:
            moved.append(Moved(name, measure, was, now, *rankings[name]))
    # Rounded, for 0.3 - 0.2 and 0.2 - 0.1 are equal changes.
    return tuple(sorted(moved, key=lambda m: (-round(abs(m.after - m.before), _DECIMALS), m.query_id)))
