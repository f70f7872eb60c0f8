"""What answers are worth together: the mean of each measure over the questions with a part in it, and its interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from eval.answer_result import AskedQuery
from eval.interval import Interval
from eval.risk import SET_MEASURES, outcomes, set_measures
from eval.significance import Scores, intervals, set_intervals

MEASURES = (
    "answer right",
    "answer EM",
    "answer F1",
    "citation precision",
    "citation recall",
    "refusal recall",
    "abstention accuracy",
    "overall right",
    "overall EM",
    "overall F1",
)
"""What is measured question by question: of answerable ones, of unanswerable ones, and of all."""


def measures_of(per_query: Mapping[str, AskedQuery]) -> dict[str, Interval]:
    """The means over questions, then what the whole set has."""
    found = means_of(per_query.values())
    sets = set_intervals(outcomes(per_query.values()), set_measures)
    return found | {name: _rounded(value) for name, value in zip(SET_MEASURES, sets, strict=True) if value}


def by_kind(per_query: Mapping[str, AskedQuery]) -> dict[str, dict[str, Interval]]:
    kinds: dict[str, list[AskedQuery]] = {}
    for query in per_query.values():
        kinds.setdefault(query.kind, []).append(query)
    return {kind: means_of(queries) for kind, queries in kinds.items()} if any(kinds) else {}


def means_of(queries: Iterable[AskedQuery]) -> dict[str, Interval]:
    """Each measure's mean over the questions with a part in it, in the order of ``MEASURES``."""
    queries = list(queries)
    scored = {name: [query.scores[name] for query in queries if name in query.scores] for name in MEASURES}
    columns: dict[str, Scores] = {name: np.array([values]).T for name, values in scored.items() if values}
    return {name: _rounded(*intervals(column)) for name, column in columns.items()}


def _rounded(interval: Interval) -> Interval:
    return Interval(round(interval.mean, 6), round(interval.low, 6), round(interval.high, 6))
