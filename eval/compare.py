"""One result against another: which measures changed by more than chance, and on which queries it happened.

Deliberately not here: a correction for testing many measures. They go up and down together, so that Holm's or
Bonferroni's would hide real losses, and a gate had better cry once too often than let one pass.

Longer than most modules: what may be compared, what is, and what else differs are refused, counted and said of the same
two results.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.result import Interval, QueryResult, Result
from eval.significance import RESAMPLES, Scores, paired_each
from indexer.errors import NotComparable

ALPHA = 0.05
PRIMARY = ("passage nDCG@10", "nDCG@10")

_DECIMALS = 4  # what a result's file keeps; a run not yet written would seem to differ from its own file
_NAMED = 3  # ids that a message names before it only counts
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
    _require_same_suite(before, after)
    if not across_models:
        _require_same_model(before, after)
    measures = _common_measures(before, after)
    judged = [name for name, query in before.per_query.items() if query.judged and after.per_query[name].judged]
    changes = tuple(_changes(before, after, measures, judged, resamples))
    if not changes:
        raise NotComparable(
            f"no query of suite {before.suite!r} has a score in both results ({before.judged} judged before, "
            f"{after.judged} after). Measure again: pressmark eval SUITE --out RESULT.json"
        )
    primary = next((name for name in PRIMARY if name in measures), measures[0])
    notes = (*_notes(before, after), *_left_out(before, after, measures), *_by_chance(changes))
    return Comparison(before, after, changes, _moved(before, after, primary, judged)[:most_moved], notes)


def verdict(comparison: Comparison) -> int:
    """The exit code of a gate: 1 when any measure is significantly worse, else 0."""
    return 1 if comparison.worse else 0


def _require_same_suite(before: Result, after: Result) -> None:
    gone = [name for name in before.per_query if name not in after.per_query]
    new = [name for name in after.per_query if name not in before.per_query]
    if before.digest == after.digest and not gone and not new:
        return
    mend = "Measure both with the same suite: pressmark eval SUITE --out RESULT.json"
    apart = [f"only {when}: {_some(names)}" for when, names in (("before", gone), ("after", new)) if names]
    if not apart:
        apart = ["the ids are the same, so that a question or a judgment was edited"]
    raise NotComparable(
        f"the results answer different questions: suite {before.suite!r} ({before.digest[:12]}) has "
        f"{len(before.per_query)} queries, suite {after.suite!r} ({after.digest[:12]}) has {len(after.per_query)}; "
        f"{'; '.join(apart)}. {mend}"
    )


def _require_same_model(before: Result, after: Result) -> None:
    models = [(r.manifest.get("model"), r.manifest.get("weights_sha256")) for r in (before, after)]
    if models[0] != models[1]:
        was, now = (f"{name} (weights {str(weights)[:12]})" for name, weights in models)
        raise NotComparable(
            f"the results come from different models: {was} before, {now} after. To compare models on purpose, add "
            "--across-models; else measure a new baseline: pressmark eval SUITE --out RESULT.json"
        )


def _common_measures(before: Result, after: Result) -> list[str]:
    measures = [name for name in before.measures if name in after.measures]
    if not measures:
        raise NotComparable(
            f"the results have no measure in common: {_some(list(before.measures))} before, "
            f"{_some(list(after.measures))} after. Measure both with the same version: "
            "pressmark eval SUITE --out RESULT.json"
        )
    return measures


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
        tests = paired_each(old, new, resamples=resamples)
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


def _notes(before: Result, after: Result) -> Iterator[str]:
    """What else differs between the runs, in whole sentences."""
    if before.corpus != after.corpus:
        yield (
            f"The archive holds other articles than the baseline's did ({before.articles:,} articles and "
            f"{before.passages:,} passages before, {after.articles:,} and {after.passages:,} after)."
        )
    pairs = (
        ("The archives were made differently", before.manifest, after.manifest),
        ("The searches differ", before.config, after.config),
        ("The libraries differ", before.versions or {}, after.versions or {}),
        ("The commits differ", {"commit": before.commit}, {"commit": after.commit}),
    )
    for words, old, new in pairs:
        differing = list(_differing(_flat(old), _flat(new)))
        if differing:
            yield f"{words}: {', '.join(differing)}."


def _differing(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key), new.get(key)
        if was != now:
            yield f"{key} from {_said(was)} to {_said(now)}"


def _flat(shape: Mapping[str, Any]) -> dict[str, object]:
    """One level, ``chunk.size`` for a size within chunk, and lists where a run not yet written has tuples."""
    flat: dict[str, object] = {}
    for key, value in json.loads(json.dumps(dict(shape))).items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": part for inner, part in _flat(value).items()}
        else:
            flat[key] = value
    return flat


def _said(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value)


def _left_out(before: Result, after: Result, measures: list[str]) -> Iterator[str]:
    """What only one result has, so that nobody takes silence for agreement."""
    for when, result in (("before", before), ("after", after)):
        alone = [measure for measure in result.measures if measure not in measures]
        if alone:
            yield f"Not compared, for only the result {when} has them: {', '.join(alone)}."
    apart = [
        name
        for name, query in before.per_query.items()
        if any((measure in query.scores) != (measure in after.per_query[name].scores) for measure in measures)
    ]
    if apart:
        yield f"Left out where only one of the results scores them: {_some(apart)}."


def _by_chance(changes: tuple[Change, ...]) -> Iterator[str]:
    """How many changes to expect of measures that can change at all, when nothing is really better or worse."""
    varied = sum(change.difference != Interval(0.0, 0.0, 0.0) for change in changes)
    if varied * ALPHA >= _WORTH_SAYING:
        yield (
            f"{varied} measures differ and were tested one by one: by chance alone up to {varied * ALPHA:.1f} of them "
            f"would have p < {ALPHA} on average, half of those for the worse."
        )


def _some(names: list[str]) -> str:
    """The first few, and how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
