"""Results as tables: for the terminal, and in Markdown for the README.

How a number is said (``percent``, ``signed``, ``chance``), which measures stand first and how they are put into rows is
decided here, for the report's page too. Measures are shown times 100, with one decimal. Names, ids and questions come
from other people's files: nothing of them acts on a terminal.

Longer than most modules: a result, a comparison, a sweep and the README say the same numbers in the same words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.change import Change, Moved
from eval.compare import Comparison
from eval.interval import Interval
from eval.result import Result
from indexer.errors import BadSuite
from service.cli.printable import printable
from service.cli.terminal import console

MAIN = ("nDCG@10", "R@5", "Success@3", "passage Success@3")
"""What a table with little room shows."""
SHOWN = 5
"""How many places of a ranking are shown."""
_STYLES = {"worse": "red", "better": "green", "-": "dim"}
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#&~$])")


@dataclass(frozen=True, slots=True)
class KindRow:
    """The measures of one kind of question, over so many judged queries."""

    kind: str
    queries: int
    measures: Mapping[str, Interval]


def primary_measure(result: Result) -> str:
    """The measure by which queries are told apart: whether one of the first three passages (or articles) answers.

    Raises:
        BadSuite: nothing was measured.
    """
    if not result.measures:
        raise BadSuite(
            f"the result of suite {result.suite!r} has no measures: {result.judged} of its {result.queries} queries "
            "are judged. Name an archive that holds the answers, or add evidence to the questions"
        )
    names = [name for name in ("passage Success@3", "Success@3") if name in result.measures]
    return [*names, *result.measures][0]


def kind_rows(result: Result) -> list[KindRow]:
    """A row a kind, in the result's order; none when the suite tells no kinds apart."""
    if set(result.by_kind) <= {""}:
        return []
    judged = Counter(query.kind for query in result.per_query.values() if query.judged)
    return [KindRow(kind or "no kind", judged[kind], measures) for kind, measures in result.by_kind.items()]


def kind_measures(result: Result) -> list[str]:
    """The measures of the tables by kind: the primary one, and nDCG@10 where it was taken."""
    return list(dict.fromkeys([primary_measure(result), *(m for m in ("nDCG@10",) if m in result.measures)]))


def levels(measures: Mapping[str, Interval]) -> dict[str, tuple[Interval | None, Interval | None]]:
    """Measure -> its value over articles and over passages. What is measured on evidence alone is not among them."""
    names = dict.fromkeys(name.removeprefix("passage ") for name in measures if not name.startswith("span "))
    return {name: (measures.get(name), measures.get(f"passage {name}")) for name in names}


def percent(interval: Interval | None) -> str:
    """``78.2 [71.0, 84.9]``, or a dash where nothing was measured."""
    if interval is None:
        return "–"
    return f"{100 * interval.mean:.1f} [{100 * interval.low:.1f}, {100 * interval.high:.1f}]"


def signed(interval: Interval) -> str:
    """``+1.3 [-0.4, +3.0]``: a difference always has its sign."""
    return f"{100 * interval.mean:+.1f} [{100 * interval.low:+.1f}, {100 * interval.high:+.1f}]"


def chance(p: float) -> str:
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def verdict(change: Change) -> str:
    """What a table says of a change: only what is more than chance gets a word."""
    return change.verdict if change.worse or change.better else "-"


def archive_line(result: Result) -> str:
    """The archive in a line: how much it holds, and what made it."""
    chunk = result.manifest["chunk"]
    return (
        f"{result.articles:,} articles, {result.passages:,} passages of about {chunk['size']} tokens, "
        f"overlap {chunk['overlap']}; {result.manifest['model']} (weights {result.manifest['weights_sha256'][:12]})"
    )


def config_line(config: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in config.items()) or "as it ships"


def one_line(text: str) -> str:
    """The text without line breaks, and without anything that acts on a terminal."""
    return printable(" ".join(text.split()))


def show_result(result: Result) -> None:
    """What was asked of which archive, how well it was found, and how fast."""
    out = console()
    head = Table.grid(padding=(0, 2))
    for name, said in {
        "suite": result.suite,
        "queries": f"{result.judged:,} judged of {result.queries:,}",
        "archive": archive_line(result),
        "search": config_line(result.config),
    }.items():
        head.add_row(Text(name, "dim"), Text(one_line(said)))
    out.print(head)
    print_table(
        out, "measure (x100) and 95% interval", ["measure", "articles", "passages"], _level_rows(result.measures)
    )
    spans = [(name, percent(value)) for name, value in result.measures.items() if name.startswith("span ")]
    if spans:
        print_table(out, "words of the evidence", ["measure", "mean"], spans)
    kinds = kind_rows(result)
    if kinds:
        chosen = kind_measures(result)
        rows = [(r.kind, f"{r.queries:,}", *(percent(r.measures.get(name)) for name in chosen)) for r in kinds]
        print_table(out, "by kind of question", ["kind", "queries", *chosen], rows)
    if result.latency_ms:
        marks = ("p50", "p95", "p99")
        times = [(phase, *(f"{at[mark]:,.1f}" for mark in marks)) for phase, at in result.latency_ms.items()]
        print_table(out, "milliseconds a query", ["phase", *marks], times)


def notes_on_queries(result: Result) -> Iterator[str]:
    """What a mean does not say: which judged queries found nothing at all."""
    nothing = [
        name for name, query in result.per_query.items() if query.judged and not (query.articles or query.passages)
    ]
    if nothing:
        few = ", ".join(nothing[:SHOWN]) + (", …" if len(nothing) > SHOWN else "")
        yield (
            f"{len(nothing):,} of {result.judged:,} judged queries found nothing and score 0: {few}. Where one holds "
            "an operator (publisher:, after:, -word, a phrase), it was searched as one"
        )


def _level_rows(measures: Mapping[str, Interval]) -> Iterator[tuple[str, str, str]]:
    for name, (articles, passages) in levels(measures).items():
        yield name, percent(articles), percent(passages)


def show_comparison(comparison: Comparison, texts: Mapping[str, str]) -> None:
    """Each measure before and after; the queries that moved most, with both rankings; what else differs.

    Args:
        comparison: two results of one suite.
        texts: query id -> its words, which results do not hold.
    """
    out = console()
    rows = [_change_row(change) for change in comparison.changes]
    columns = ["measure", "before", "after", "difference", "p", ""]
    print_table(out, f"{comparison.before.suite}: after against before (x100)", columns, rows)
    for moved in (*comparison.moved, *comparison.answers_moved):
        _show_moved(out, moved, texts.get(moved.query_id, ""))
    for note in comparison.notes:
        out.print(Text(f"note: {one_line(note)}", "yellow"), soft_wrap=True)


def _change_row(change: Change) -> tuple[str | Text, ...]:
    word = verdict(change)
    values = (f"{100 * change.before:.1f}", f"{100 * change.after:.1f}", signed(change.difference), chance(change.p))
    return (change.measure, *values, Text(word, _STYLES[word]))


def _show_moved(out: Console, moved: Moved, text: str) -> None:
    out.print()
    head = Text(one_line(moved.query_id), "bold") + Text(f"  {one_line(text)}")
    out.print(head, soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    for when, score in (("before", moved.before), ("after", moved.after)):
        table.add_column(Text(f"{when}: {moved.measure} {100 * score:.1f}"), overflow="fold")
    rankings = zip_longest(moved.ranking_before[:SHOWN], moved.ranking_after[:SHOWN], fillvalue="")
    for place, names in enumerate(rankings, 1):
        table.add_row(Text(str(place), "dim"), *(Text(one_line(name)) for name in names))
    out.print(table)


def show_sweep(rows: Sequence[tuple[str, Comparison]]) -> None:
    """Configurations side by side: the default, then each with its difference from it.

    Args:
        rows: label and comparison; all have the default's result as ``before``. At least one.
    """
    default = rows[0][1].before
    chosen = _present([default], MAIN)
    table: list[list[str | Text]] = [["default", *(f"{100 * default.measures[name].mean:.1f}" for name in chosen)]]
    table += [[label, *(_sweep_cell(name, comparison) for name in chosen)] for label, comparison in rows]
    out = console()
    print_table(out, f"{default.suite}: measure (x100) and difference from the default", ["", *chosen], table)
    said = "* p < 0.05, each difference by itself: of twenty that are none, one gets this mark by chance"
    out.print(Text(said, "dim"), soft_wrap=True)


def _sweep_cell(measure: str, comparison: Comparison) -> Text:
    for change in comparison.changes:
        if change.measure == measure:
            style = _STYLES[verdict(change)] if verdict(change) != "-" else ""
            mark = "*" if change.worse or change.better else " "
            return Text(f"{100 * change.after:.1f}  {100 * change.difference.mean:+.1f}{mark}", style)
    return Text("–")


def markdown_table(results: Sequence[Result], measures: Sequence[str] | None = None) -> str:
    """A row a suite, as the README shows it: measures with their intervals (x100), and the median search.

    Args:
        results: in the order of the rows.
        measures: the columns; without any, those of ``MAIN`` that one of the results has.

    Raises:
        BadSuite: no result has a measure that was asked for.
    """
    chosen = _present(results, MAIN) if measures is None else list(measures)
    known = dict.fromkeys(name for result in results for name in result.measures)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise BadSuite(f"no result has the measure {', '.join(unknown)}. Choose among: {', '.join(known)}")
    lines = [["suite", "queries", *chosen, "p50"], ["---", *["---:"] * (len(chosen) + 2)]]
    for result in results:
        total = result.latency_ms.get("total")
        cells = [plain(result.suite), f"{result.judged:,}", *(percent(result.measures.get(name)) for name in chosen)]
        lines.append([*cells, f"{total['p50']:.1f} ms" if total else "–"])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _present(results: Sequence[Result], measures: Sequence[str]) -> list[str]:
    return [name for name in measures if any(name in result.measures for result in results)]


def plain(text: str) -> str:
    """The text as Markdown that means nothing but itself."""
    return _MARKDOWN.sub(r"\\\1", one_line(text))


def print_table(out: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=Text(one_line(title), "bold"), title_justify="left")
    for number, name in enumerate(columns):
        table.add_column(Text(name), justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(one_line(cell)) for cell in row))
    out.print()
    out.print(table)
