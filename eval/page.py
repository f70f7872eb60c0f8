"""A result as one HTML file: it fetches nothing, runs nothing, and reads on a phone, in the dark and on paper.

``report.html.j2`` says what stands where; here is what it is given. Everything that it prints is escaped, the words of
a suite above all.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from eval import plots, tables
from eval.answer_page import answers_shown
from eval.compare import Comparison
from eval.places import hardest, side_by_side
from eval.result import Result
from eval.suite import Suite
from eval.written import write_whole
from indexer.errors import NotComparable
from service.cli.printable import printable

if TYPE_CHECKING:
    from jinja2 import Environment

_MOST_HARD = 12


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
    hard = list(hardest(result, suite, measure))
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
            moved=list(side_by_side(comparison.moved, suite)) if comparison else [],
            answers_moved=list(side_by_side(comparison.answers_moved, suite)) if comparison else [],
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
