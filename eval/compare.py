"""One result against another: which measures changed by more than chance, and on which queries it happened.

Deliberately not here: a correction for testing many measures. They go up and down together, so that Holm's or
Bonferroni's would hide real losses, and a gate had better cry once too often than let one pass.
Which results may be compared at all, and what else differs between them, is in ``comparable``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from eval.change import ALPHA, Change, Moved, changes_of, moved_by
from eval.comparable import common_measures, left_out, notes_on, require_same_model, require_same_suite
from eval.compare_answers import compare_answers
from eval.interval import Interval
from eval.result import QueryResult, Result
from eval.significance import RESAMPLES
from indexer.errors import NotComparable

PRIMARY = ("passage nDCG@10", "nDCG@10")

_FEWEST = 6  # queries that changed; two-sided, five signs reach no lower than p = 2 / 2**5
_WORTH_SAYING = 0.5  # changes expected by chance


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two results of one suite, side by side.

    Attributes:
        changes: one for each measure that both results have, those of answers behind those of rankings.
        moved: the queries whose rankings changed most, largest change first; ``answers_moved``: those whose answers
            became right or wrong.
        notes: sentences on what else differs between the two, for whoever reads the changes.
    """

    before: Result
    after: Result
    changes: tuple[Change, ...]
    moved: tuple[Moved, ...]
    notes: tuple[str, ...]
    answers_moved: tuple[Moved, ...] = ()

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
    old, new = ({name: result.per_query[name].scores for name in judged} for result in (before, after))
    changes = tuple(changes_of(old, new, measures, resamples))
    if not changes:
        raise NotComparable(
            f"no query of suite {before.suite!r} has a score in both results ({before.judged} judged before, "
            f"{after.judged} after). Measure again: pressmark eval SUITE --out RESULT.json"
        )
    primary = next((name for name in PRIMARY if name in measures), measures[0])
    moved = moved_by(primary, old, new, _rankings(before, after))
    of_answers, answers_moved, more = _answers(before, after, resamples)
    changes += of_answers
    notes = (
        *notes_on(before, after),
        *left_out(before, after, measures),
        *_by_chance(changes),
        *_too_few(moved),
        *more,
    )
    return Comparison(before, after, changes, moved[:most_moved], notes, answers_moved[:most_moved])


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as programs read it."""
    return {
        "changes": [asdict(change) | {"verdict": change.verdict} for change in comparison.changes],
        "moved": [asdict(moved) for moved in comparison.moved],
        "answers_moved": [asdict(moved) for moved in comparison.answers_moved],
        "notes": list(comparison.notes),
    }


def _rankings(before: Result, after: Result) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    passages = all(any(query.passages for query in result.per_query.values()) for result in (before, after))

    def ranking(query: QueryResult) -> tuple[str, ...]:
        return query.passages if passages else query.articles

    return {name: (ranking(query), ranking(after.per_query[name])) for name, query in before.per_query.items()}


def _answers(
    before: Result, after: Result, resamples: int
) -> tuple[tuple[Change, ...], tuple[Moved, ...], tuple[str, ...]]:
    if before.answers and after.answers:
        changes, moved = compare_answers(before.answers, after.answers, resamples)
        return changes, moved, tuple(_too_few(moved, "answers"))
    for when, result in (("before", before), ("after", after)):
        if result.answers:
            return (), (), (f"The answers were not compared, for only the result {when} has any.",)
    return (), (), ()


def _by_chance(changes: tuple[Change, ...]) -> Iterator[str]:
    """How many changes to expect of measures that can change at all, when nothing is really better or worse."""
    varied = sum(change.difference != Interval(0.0, 0.0, 0.0) for change in changes)
    if varied * ALPHA >= _WORTH_SAYING:
        yield (
            f"{varied} measures differ and were tested one by one: by chance alone up to {varied * ALPHA:.1f} of them "
            f"would have p < {ALPHA} on average, half of those for the worse."
        )


def _too_few(moved: tuple[Moved, ...], what: str = "queries") -> Iterator[str]:
    """Fewer than six signs have fewer than forty arrangements, so that p cannot fall below 0.05."""
    if 0 < len(moved) < _FEWEST:
        yield (
            f"Only {len(moved)} of the {what} changed: with fewer than {_FEWEST} no change can be significant, "
            "however large. Ask more questions, or look at the queries themselves."
        )
