"""One result against another: which measures changed by more than chance, and on which queries it happened.

Deliberately not here: a correction for testing many measures. They go up and down together, so that Holm's or
Bonferroni's would hide real losses, and a gate had better cry once too often than let one pass.
Which results may be compared at all, and what else differs between them, is in ``comparable``.
It is a few lines longer than most modules, for what a comparison is and how one is made are read together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from eval.comparable import common_measures, left_out, notes_on, require_same_model, require_same_suite
from eval.interval import Interval
from eval.result import QueryResult, Result
from eval.significance import RESAMPLES, Scores, paired
from indexer.errors import NotComparable

ALPHA = 0.05
PRIMARY = ("passage nDCG@10", "nDCG@10")

_DECIMALS = 4  # what a result's file keeps; a run not yet written would seem to differ from its own file
_FEWEST = 6  # queries that changed; two-sided, five signs reach no lower than p = 2 / 2**5
_WORTH_SAYING = 0.5  # changes expected by chance


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
        return self.p < ALPHA and self.difference.mean < 0

    @property
    def better(self) -> bool:
        return self.p < ALPHA and self.difference.mean > 0

    @property
    def verdict(self) -> str:
        """``worse``, ``better`` or ``same``, which only says that chance would explain the difference."""
        return "worse" if self.worse else "better" if self.better else "same"


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


def compare(
    before: Result, after: Result, *, across_models: bool = False, most_moved: int = 10, resamples: int = RESAMPLES
) -> Comparison:
    """What changed from one result to the other, query by query.

    A measure's p stands alone: it is not corrected for the other measures tested beside it.

    Args:
        before: the baseline.
        after: what is held against it.
        across_models: whether archives of different models may be compared.
        most_moved: how many queries to name.
        resamples: of each interval and test.

    Raises:
        NotComparable: they answer different questions, were made with different models, or share no measure.
    """
    require_same_suite(before, after)
    if not across_models:
        require_same_model(before, after)
    measures = common_measures(before, after)
    judged = [name for name, query in before.per_query.items() if query.judged and after.per_query[name].judged]
    changes = tuple(_changes(before, after, measures, judged, resamples))
    if not changes:
        raise NotComparable(
            f"no query of suite {before.suite!r} has a score in both results ({before.judged} judged before, "
            f"{after.judged} after). Measure again: pressmark eval SUITE --out RESULT.json"
        )
    primary = next((name for name in PRIMARY if name in measures), measures[0])
    moved = _moved(before, after, primary, judged)
    notes = (*notes_on(before, after), *left_out(before, after, measures), *_by_chance(changes), *_too_few(moved))
    return Comparison(before, after, changes, moved[:most_moved], notes)


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as programs read it."""
    return {
        "changes": [asdict(change) | {"verdict": change.verdict} for change in comparison.changes],
        "moved": [asdict(moved) for moved in comparison.moved],
        "notes": list(comparison.notes),
    }


def _changes(before: Result, after: Result, measures: list[str], judged: list[str], resamples: int) -> Iterator[Change]:
    """A change for each measure that any query has in both, in the order of ``measures``."""
    scored = {
        measure: tuple(
            name
            for name in judged
            if measure in before.per_query[name].scores and measure in after.per_query[name].scores
        )
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


def _scores(result: Result, names: Iterable[str], measures: list[str]) -> Scores:
    """``(queries, measures)``."""
    rows = [[_score(result.per_query[name], measure) for measure in measures] for name in names]
    return np.array(rows, dtype=np.float64)


def _score(query: QueryResult, measure: str) -> float:
    return round(query.scores[measure], _DECIMALS)


def _moved(before: Result, after: Result, measure: str, judged: list[str]) -> tuple[Moved, ...]:
    """Every query whose score changed: the largest change first, equal ones by id."""
    passages = all(any(query.passages for query in result.per_query.values()) for result in (before, after))
    moved = []
    for name in judged:
        old, new = before.per_query[name], after.per_query[name]
        if measure not in old.scores or measure not in new.scores:
            continue
        was, now = _score(old, measure), _score(new, measure)
        if was != now:
            rankings = (old.passages, new.passages) if passages else (old.articles, new.articles)
            moved.append(Moved(name, measure, was, now, *rankings))
    # Rounded, for 0.3 - 0.2 and 0.2 - 0.1 are equal changes.
    return tuple(sorted(moved, key=lambda m: (-round(abs(m.after - m.before), _DECIMALS), m.query_id)))


def _by_chance(changes: tuple[Change, ...]) -> Iterator[str]:
    """How many changes to expect of measures that can change at all, when nothing is really better or worse."""
    varied = sum(change.difference != Interval(0.0, 0.0, 0.0) for change in changes)
    if varied * ALPHA >= _WORTH_SAYING:
        yield (
            f"{varied} measures differ and were tested one by one: by chance alone up to {varied * ALPHA:.1f} of them "
            f"would have p < {ALPHA} on average, half of those for the worse."
        )


def _too_few(moved: tuple[Moved, ...]) -> Iterator[str]:
    """Fewer than six signs have fewer than forty arrangements, so that p cannot fall below 0.05."""
    if 0 < len(moved) < _FEWEST:
        yield (
            f"Only {len(moved)} of the queries changed: with fewer than {_FEWEST} no change can be significant, "
            "however large. Ask more questions, or look at the queries themselves."
        )
