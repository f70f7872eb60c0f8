"""A result as one HTML file: it fetches nothing, runs nothing, and reads on a phone, in the dark and on paper.

``report.html.j2`` says what stands where; here is what it is given. Everything that it prints is escaped, the words of
a suite above all.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from eval import plots, tables
from eval.answer_page import answers_shown
from eval.change import Moved
from eval.compare import Comparison
from eval.result import QueryResult, Result
from eval.suite import Query, Suite
from eval.written import write_whole
from indexer.errors import BadQuery, NotComparable
from service.cli.printable import printable
from service.locator import parse_locator

if TYPE_CHECKING:
    from jinja2 import Environment

_MOST_HARD = 12
_SHOWN = tables.SHOWN


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a ranking; ``gold`` when its article is judged relevant."""

    name: str
    gold: bool


@dataclass(frozen=True, slots=True)
class Hard:
    """A question that was answered badly, and what came first instead."""

    query: Query
    score: float
    first: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A question that moved, with both rankings."""

    query: Query
    moved: Moved
    before: tuple[Place, ...]
    after: tuple[Place, ...]


def write_page(place: Path, result: Result, suite: Suite, comparison: Comparison | None = None) -> None:
    """Write the report of a result to a file, whole or not at all.

    Args:
        place: the file, replaced if it is there.
        result: what the report is about.
        suite: what was asked; results do not hold the words.
        comparison: of an earlier result with this one.

    Raises:
        NotComparable: the result answers other questions than the suite asks.
        BadSuite: nothing was measured.
        InputError: the file cannot be written.
    """
    write_whole(place, page(result, suite, comparison))


def page(result: Result, suite: Suite, comparison: Comparison | None = None) -> str:
    """The report as HTML. It holds no date: the same result gives the same page.

    Raises:
        NotComparable: the result answers other questions than the suite asks.
        BadSuite: nothing was measured.
    """
    if suite.digest != result.digest:
        raise NotComparable(
            f"the result is of suite {result.suite!r} with digest {result.digest[:12]}, but suite {suite.name!r} has "
            f"digest {suite.digest[:12]}: its questions or judgments changed. Measure again: pressmark eval SUITE"
        )
    measure = tables.primary_measure(result)
    hard = list(_hardest(result, suite, measure))
    template = (resources.files("eval") / "report.html.j2").read_text(encoding="utf-8")
    return (
        _environment()
        .from_string(template)
        .render(
            result=result,
            suite=suite,
            measure=measure,
            levels=tables.levels(result.measures),
            spans={name: value for name, value in result.measures.items() if name.startswith("span ")},
            kinds=tables.kind_rows(result),
            kind_measures=tables.kind_measures(result),
            kinds_plot=plots.plot_kinds(result),
            answerable_plots=plots.plot_answerable(result),
            latency_plots=plots.plot_latency(result),
            answered=answers_shown(result, suite),
            comparison=comparison,
            change_plots=plots.plot_changes(comparison) if comparison else (),
            moved=list(_moved(comparison.moved, suite)) if comparison else [],
            answers_moved=list(_moved(comparison.answers_moved, suite)) if comparison else [],
            hard=hard[:_MOST_HARD],
            imperfect=len(hard),
            command=_command(suite),
            settings=list(_settings(result)),
        )
    )


def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    def seen(value: object) -> object:
        return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=seen,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "percent": tables.percent,
        "signed": tables.signed,
        "chance": tables.chance,
        "verdict": tables.verdict,
        "drawn": Markup,
    }
    environment.globals |= {"archive_line": tables.archive_line, "config_line": tables.config_line}
    return environment


def _hardest(result: Result, suite: Suite, measure: str) -> Iterable[Hard]:
    """Judged questions that fell short, worst first; of equal ones, whose ranking was worse by the other measures."""
    asked = [(query, result.per_query[query.id]) for query in suite.judged if query.id in result.per_query]
    short = [(query, brought) for query, brought in asked if brought.scores[measure] < 1]
    short.sort(key=lambda pair: (pair[1].scores[measure], sum(pair[1].scores.values())))
    for query, brought in short:
        yield Hard(query, brought.scores[measure], _places(_ranking(brought), query))


def _ranking(brought: QueryResult) -> tuple[str, ...]:
    return brought.passages or brought.articles


def _moved(all_moved: Iterable[Moved], suite: Suite) -> Iterable[SideBySide]:
    asked = {query.id: query for query in suite.queries}
    for moved in all_moved:
        query = asked[moved.query_id]
        yield SideBySide(query, moved, _places(moved.ranking_before, query), _places(moved.ranking_after, query))


def _places(ranking: Iterable[str], query: Query) -> tuple[Place, ...]:
    relevant = {name for name, grade in query.articles.items() if grade > 0}
    return tuple(Place(name, name in relevant or _article_of(name) in relevant) for name in list(ranking)[:_SHOWN])


def _article_of(name: str) -> str:
    try:
        return parse_locator(name).article_id
    except BadQuery:  # an article's id that only looks like a locator
        return name


def _command(suite: Suite) -> str:
    named = [suite.name] if suite.corpus else [suite.source.name, "--archive", "DIR"]
    return shlex.join(["pressmark", "eval", *named])


def _settings(result: Result) -> Iterable[tuple[str, str]]:
    """What somebody needs who wants the same numbers."""
    yield "questions and judgments", f"SHA-256 {result.digest}"
    yield "articles of the archive", f"SHA-256 {result.corpus}"
    groups: dict[str, Mapping[str, object]] = {
        "archive": result.manifest,
        "search": result.config,
        "machine": result.machine or {},
        "version": result.versions or {},
    }
    for group, settings in groups.items():
        for name, value in _flat(settings):
            yield f"{group}: {name}", value
    yield "commit", result.commit or "unknown"


def _flat(settings: Mapping[str, object], prefix: str = "") -> Iterable[tuple[str, str]]:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", str(value)
