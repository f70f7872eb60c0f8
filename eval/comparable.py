"""Which results can be held against each other, and what else differs between them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from eval.result import Result
from eval.suite import Suite
from indexer.errors import NotComparable

_NAMED = 3  # ids that a message names before it only counts


def require_comparable(before: Result, suite: Suite, model: tuple[str, str] | None) -> None:
    """Refuse a baseline that a run about to begin could not be held against.

    Args:
        before: the baseline.
        suite: what the run will ask.
        model: name and weights' hash of the model that it will search with; None when models may differ.

    Raises:
        NotComparable: another suite, or another model.
    """
    _require_questions(before, suite.name, suite.digest, [query.id for query in suite.queries])
    if model is not None:
        _require_model(before, model)


def require_same_suite(before: Result, after: Result) -> None:
    _require_questions(before, after.suite, after.digest, list(after.per_query))


def _require_questions(before: Result, suite: str, digest: str, ids: list[str]) -> None:
    known = set(ids)
    gone = [name for name in before.per_query if name not in known]
    new = [name for name in ids if name not in before.per_query]
    if before.digest == digest and not gone and not new:
        return
    mend = "Measure both with the same suite: pressmark eval SUITE --out RESULT.json"
    apart = [f"only {when}: {_some(names)}" for when, names in (("before", gone), ("after", new)) if names]
    if not apart:
        apart = ["the ids are the same, so that a question or a judgment was edited"]
    raise NotComparable(
        f"the results answer different questions: suite {before.suite!r} ({before.digest[:12]}) has "
        f"{len(before.per_query)} queries, suite {suite!r} ({digest[:12]}) has {len(ids)}; "
        f"{'; '.join(apart)}. {mend}"
    )


def require_same_model(before: Result, after: Result) -> None:
    _require_model(before, (after.manifest.get("model"), after.manifest.get("weights_sha256")))


def _require_model(before: Result, model: tuple[object, object]) -> None:
    models = [(before.manifest.get("model"), before.manifest.get("weights_sha256")), model]
    if models[0] != models[1]:
        was, now = (f"{name} (weights {str(weights)[:12]})" for name, weights in models)
        raise NotComparable(
            f"the results come from different models: {was} before, {now} after. To compare models on purpose, add "
            "--across-models; else measure a new baseline: pressmark eval SUITE --out RESULT.json"
        )


def common_measures(before: Result, after: Result) -> list[str]:
    measures = [name for name in before.measures if name in after.measures]
    if not measures:
        raise NotComparable(
            f"the results have no measure in common: {_some(list(before.measures))} before, "
            f"{_some(list(after.measures))} after. Measure both with the same version: "
            "pressmark eval SUITE --out RESULT.json"
        )
    return measures


def notes_on(before: Result, after: Result) -> Iterator[str]:
    """What else differs between the runs, in whole sentences."""
    if before.corpus != after.corpus:
        yield (
            f"The archive holds other articles than the baseline's did ({before.articles:,} articles and "
            f"{before.passages:,} passages before, {after.articles:,} and {after.passages:,} after)."
        )
    pairs = (
        ("The archives were made differently", before.manifest, after.manifest),
        ("The searches differ", before.config, after.config),
        ("The questions were answered differently", *_answering(before, after)),
        ("The libraries differ", before.versions or {}, after.versions or {}),
        ("The commits differ", {"commit": before.commit}, {"commit": after.commit}),
    )
    for words, old, new in pairs:
        differing = list(_differing(_flat(old), _flat(new)))
        if differing:
            yield f"{words}: {', '.join(differing)}."


def _answering(before: Result, after: Result) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if before.answers and after.answers:
        return before.answers.config, after.answers.config
    return {}, {}


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


def left_out(before: Result, after: Result, measures: list[str]) -> Iterator[str]:
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


def _some(names: list[str]) -> str:
    """The first few, and how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
