"""One run of one suite as a JSON file: every number of a table or a plot comes from such a file, and only from there.

Queries are kept by id, without their words: a suite's text may not be anybody's to pass on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from eval.answer_result import AnswerResult, answers_of, intervals_of, short
from eval.interval import Interval
from eval.written import write_whole
from indexer.errors import BadSuite

FORMAT = 2
_READ = (1, FORMAT)  # 1 has no answers


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What one query brought.

    Attributes:
        scores: measure -> value from 0 to 1; empty for a question that the archive does not answer.
        articles: the first ids of the article ranking, best first.
        passages: the first locators of the passage ranking (``ID#START-END``), best first; empty for a suite that
            judges articles only.
        cosine: the highest among the first ten passages; None when nothing was searched by meaning.
        bm25: the highest lexical score among them, BM25 with what nearness adds; None when none holds any of the words.
        took_ms: milliseconds of one search for ten passages; None when it was not timed.
    """

    kind: str
    judged: bool
    scores: Mapping[str, float]
    articles: tuple[str, ...]
    passages: tuple[str, ...] = ()
    cosine: float | None = None
    bm25: float | None = None
    took_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A run: what was measured, on what, with what.

    Attributes:
        suite: the suite's name; ``digest``: its ``Suite.digest``.
        manifest: what made the archive (model, weights, passage size, format).
        corpus: SHA-256 over the archive's article ids and editions; ``articles``, ``passages``: how many it holds.
        config: how passages were scored, by the names of ``SearchOptions``; of a run file, its name and level.
        measures: measure -> mean over all judged queries and its interval. Article-level measures have the plain
            names (``nDCG@10``), passage-level ones begin with ``passage `` and those of evidence with ``span ``.
        by_kind: kind -> the same, over the judged queries of that kind.
        latency_ms: phase -> {"p50", "p95", "p99"}; the phase ``total`` is the whole search.
        per_query: by query id, in the suite's order.
        answers: how questions were answered; None when none was asked.
    """

    suite: str
    digest: str
    manifest: Mapping[str, Any]
    corpus: str
    articles: int
    passages: int
    config: Mapping[str, Any]
    queries: int
    judged: int
    measures: Mapping[str, Interval]
    by_kind: Mapping[str, Mapping[str, Interval]]
    latency_ms: Mapping[str, Mapping[str, float]]
    per_query: Mapping[str, QueryResult]
    seconds: float = 0.0
    commit: str = ""
    machine: Mapping[str, Any] | None = None
    versions: Mapping[str, str] | None = None
    answers: AnswerResult | None = None
    format: int = FORMAT

    def to_json(self) -> str:
        """Indented, but a query a line."""
        shape = {f.name: getattr(self, f.name) for f in fields(self)}
        shape |= _means(self.measures, self.by_kind)
        del shape["per_query"], shape["answers"]
        lines = {name: _short(query) for name, query in self.per_query.items()}
        parts = [_body(shape, 0), _listed("per_query", lines, 1)]
        if self.answers:
            shape = {f.name: getattr(self.answers, f.name) for f in fields(self.answers)}
            shape |= _means(self.answers.measures, self.answers.by_kind)
            del shape["per_query"]
            asked = _listed("per_query", {name: short(query) for name, query in self.answers.per_query.items()}, 2)
            parts.append(f' "answers": {{\n{_body(shape, 1)},\n{asked}\n }}')
        return "{\n" + ",\n".join(parts) + "\n}\n"

    def save(self, place: Path) -> None:
        write_whole(place, self.to_json())


def _means(measures: Mapping[str, Interval], by_kind: Mapping[str, Mapping[str, Interval]]) -> dict[str, Any]:
    kinds = {kind: {name: asdict(value) for name, value in means.items()} for kind, means in by_kind.items()}
    return {"measures": {name: asdict(value) for name, value in measures.items()}, "by_kind": kinds}


def _body(shape: Mapping[str, Any], depth: int) -> str:
    """The inside of an object, indented, at this depth."""
    inside = json.dumps(shape, ensure_ascii=False, indent=1).removeprefix("{\n").removesuffix("\n}")
    return "\n".join(" " * depth + line for line in inside.split("\n"))


def _listed(name: str, queries: Mapping[str, Mapping[str, Any]], depth: int) -> str:
    lines = [f"{' ' * (depth + 1)}{_line(query)}: {_line(shape)}" for query, shape in queries.items()]
    return f'{" " * depth}"{name}": {{\n' + ",\n".join(lines) + f"\n{' ' * depth}}}"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _short(query: QueryResult) -> dict[str, Any]:
    shape = asdict(query)
    shape["scores"] = {name: round(value, 4) for name, value in query.scores.items()}
    return {name: value for name, value in shape.items() if value not in ("", None, (), [])}


def load_result(place: Path) -> Result:
    """The result in a file.

    Raises:
        BadSuite: there is none, or it is not one that this version wrote.
    """
    mend = "Make it anew: pressmark eval SUITE --out RESULT.json"
    try:
        shape = json.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSuite(f"the result {place} cannot be read: {error.strerror}. {mend}") from error
    except ValueError as error:
        raise BadSuite(f"{place} is no JSON: {error}. {mend}") from error
    if isinstance(shape, dict) and "settings" in shape:
        raise BadSuite(f"{place} is a sweep, which holds no queries to compare with. {mend}")
    if not isinstance(shape, dict) or shape.get("format") not in _READ:
        raise BadSuite(f"{place} is no result of this version (format {FORMAT}). {mend}")
    try:
        if not all(isinstance(shape[name], dict) for name in ("manifest", "config", "latency_ms")):
            raise TypeError("manifest, config and latency_ms are objects")
        shape["measures"] = intervals_of(shape["measures"])
        shape["by_kind"] = {kind: intervals_of(measures) for kind, measures in shape["by_kind"].items()}
        shape["per_query"] = {name: _query(query) for name, query in shape["per_query"].items()}
        shape["answers"] = answers_of(shape["answers"]) if shape.get("answers") is not None else None
        return Result(**{**shape, "format": FORMAT})
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadSuite(f"{place} is a result with a part missing or unknown: {error}. {mend}") from error


def _query(shape: dict[str, Any]) -> QueryResult:
    shape = {"kind": "", "articles": (), **shape}
    for ranking in ("articles", "passages"):
        shape[ranking] = tuple(shape.get(ranking, ()))
    shape["scores"] = {name: float(value) for name, value in shape["scores"].items()}
    if not all(0 <= value <= 1 for value in shape["scores"].values()):
        raise ValueError(f"scores from 0 to 1, not {shape['scores']}")
    return QueryResult(**shape)
