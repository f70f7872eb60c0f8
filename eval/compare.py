"""One result against another: which measures changed by more than chance, and on which queries it happened."""

from __future__ import annotations

from dataclasses import dataclass

from eval.result import Interval, Result

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one measure.

    Attributes:
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
        return self.p < ALPHA and self.difference.mean < 0

    @property
    def better(self) -> bool:
        return self.p < ALPHA and self.difference.mean > 0


@dataclass(frozen=True, slots=True)
class Moved:
    """A query whose score changed.

    Attributes:
        ranking_before: locators of passages where the suite judges passages, else article ids; best first.
    """

    query_id: str
    measure: str
    before: float
    after: float
    ranking_before: tuple[str, ...]
    ranking_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two results of one suite, side by side.

    Attributes:
        changes: one for each measure that both results have.
        moved: the queries that changed most, largest change first.
        notes: sentences on what else differs between the two, for whoever reads the changes.
    """

    before: Result
    after: Result
    changes: tuple[Change, ...]
    moved: tuple[Moved, ...]
    notes: tuple[str, ...]

    @property
    def worse(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.worse)

    @property
    def better(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.better)
