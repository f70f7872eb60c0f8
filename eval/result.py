"""One run of one suite as a JSON file: every number of a table or a plot comes from such a file, and only from there.

Queries are kept by id, without their words: a suite's text may not be anybody's to pass on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from eval.written import write_whole
from indexer.errors import BadSuite

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over queries and its bootstrap interval (95%)."""

    mean: float
    low: float
    high: float


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
    format: int = FORMAT

    def to_json(self) -> str:
        """Indented, but a query a line."""
        shape = {f.name: getattr(self, f.name) for f in fields(self)}
        shape["measures"] = {name: asdict(value) for name, value in self.measures.items()}
        shape["by_kind"] = {
            kind: {name: asdict(value) for name, value in measures.items()} for kind, measures in self.by_kind.items()
        }
        del shape["per_query"]
        head = json.dumps(shape, ensure_ascii=False, indent=1).removesuffix("\n}")
        lines = [f"  {_line(name)}: {_line(_short(query))}" for name, query in self.per_query.items()]
        return head + ',\n "per_query": {\n' + ",\n".join(lines) + "\n }\n}\n"

    def save(self, place: Path) -> None:
        write_whole(place, self.to_json())


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
    if not isinstance(shape, dict) or shape.get("format") != FORMAT:
        raise BadSuite(f"{place} is no result of this version (format {FORMAT}). {mend}")
    try:
        if not all(isinstance(shape[name], dict) for name in ("manifest", "config", "latency_ms")):
            raise TypeError("manifest, config and latency_ms are objects")
        shape["measures"] = _intervals(shape["measures"])
        shape["by_kind"] = {kind: _intervals(measures) for kind, measures in shape["by_kind"].items()}
        shape["per_query"] = {name: _query(query) for name, query in shape["per_query"].items()}
        return Result(**shape)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadSuite(f"{place} is a result with a part missing or unknown: {error}. {mend}") from error


def _intervals(measures: Mapping[str, Mapping[str, float]]) -> dict[str, Interval]:
    return {name: Interval(**value) for name, value in measures.items()}


def _query(shape: dict[str, Any]) -> QueryResult:
    shape = {"kind": "", "articles": (), **shape}
    for ranking in ("articles", "passages"):
        shape[ranking] = tuple(shape.get(ranking, ()))
    shape["scores"] = {name: float(value) for name, value in shape["scores"].items()}
    if not all(0 <= value <= 1 for value in shape["scores"].values()):
        raise ValueError(f"scores from 0 to 1, not {shape['scores']}")
    return QueryResult(**shape)
