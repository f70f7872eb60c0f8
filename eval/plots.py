"""A result's retrieval as pictures. What cannot be drawn is a sentence and not an empty frame.

How they are drawn is in ``drawing``; those of answers are in ``answer_plots``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from eval.compare import Comparison
from eval.drawing import ABOVE, BLUE, INK, VERMILION, Plot, draw_svg, name_of, name_rows
from eval.result import QueryResult, Result
from eval.tables import KindRow, kind_rows, primary_measure, verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_kinds(result: Result) -> Plot:
    """The primary measure by kind of question: a dot and its interval."""
    measure = primary_measure(result)
    rows = [row for row in kind_rows(result) if measure in row.measures]
    return dots_of_kinds("kinds", measure, rows, result.measures[measure].mean)


def dots_of_kinds(key: str, measure: str, rows: Sequence[KindRow], overall: float) -> Plot:
    """A measure by kind of question: a dot and its interval, and a line for all questions."""
    title = f"{measure} by kind of question"
    if not rows:
        return Plot(title, "The suite tells no kinds of question apart.")

    def draw(axes: Axes) -> None:
        names = [f"{name_of(row.kind)} (n = {row.queries:,})" for row in rows]
        axes.axvline(100 * overall, color=INK, linewidth=1, linestyle=":")
        for place, row in enumerate(rows):
            value = row.measures[measure]
            axes.plot([100 * value.low, 100 * value.high], [place, place], color=BLUE, linewidth=2)
            axes.plot(100 * value.mean, place, "o", color=BLUE, markersize=7)
        name_rows(axes, names)
        axes.set_xlim(-2, 102)
        axes.set_xlabel(f"{measure} (x100)")

    means = sorted((row.measures[measure].mean, row.kind) for row in rows)
    (low, worst), (high, best) = means[0], means[-1]
    said = (
        f"Means with 95% intervals, from {100 * low:.1f} ({name_of(worst)}) to {100 * high:.1f} ({name_of(best)}); "
        "the dotted line is the mean of all questions."
    )
    return Plot(title, said, draw_svg(key, title, draw, 0.9 + 0.32 * len(rows)))


def plot_answerable(result: Result) -> tuple[Plot, ...]:
    """How far cosine and lexical score tell questions that the archive answers from those that it does not."""
    asked = list(result.per_query.values())
    if all(query.judged for query in asked) or not any(query.judged for query in asked):
        which = "unanswerable" if asked and asked[0].judged else "answerable"
        said = f"The suite has no {which} questions, so what separates the two was not measured."
        return (Plot("Answerable or not", said),)
    cosines = [(query.judged, query.cosine) for query in asked if query.cosine is not None]
    # No passage with any of the words is the least that a lexical score can be: it counts as 0 and not as unknown.
    words = [(query.judged, query.bm25 or 0.0) for query in asked] if any(query.bm25 for query in asked) else []
    return tuple(
        _separation(name, scores)
        for name, scores in (("highest cosine", cosines), ("highest lexical score", words))
        if len({judged for judged, _ in scores}) == 2
    )


def _separation(name: str, scores: Sequence[tuple[bool, float]]) -> Plot:
    from sklearn.metrics import roc_auc_score

    auc = float(roc_auc_score([judged for judged, _ in scores], [score for _, score in scores]))
    title = f"By the {name}"
    groups = [
        ("answerable", [score for judged, score in scores if judged], BLUE, "-"),
        ("unanswerable", [score for judged, score in scores if not judged], VERMILION, "--"),
    ]

    def draw(axes: Axes) -> None:
        for label, values, colour, line in groups:
            axes.ecdf(values, color=colour, linestyle=line, linewidth=2, label=f"{label} (n = {len(values):,})")
        axes.set_xlabel(f"{name} (AUC {auc:.3f})")
        axes.set_ylabel("share of questions at or below")
        axes.legend(**ABOVE, ncols=2)

    said = (
        f"AUC {auc:.3f}: the chance that an answerable question scores higher than one that is not "
        f"({len(groups[0][1]):,} and {len(groups[1][1]):,} questions; 0.5 tells nothing apart)."
    )
    return Plot(title, said, draw_svg(name.split()[1], title, draw, 3.1))


def plot_latency(result: Result) -> tuple[Plot, ...]:
    """How long searches took, query by query, and where the time goes."""
    took = [query.took_ms for query in result.per_query.values() if query.took_ms is not None]
    total = result.latency_ms.get("total")
    if not took or not total:
        return (Plot("Latency", "No search of this run was timed."),)
    title = "Latency of a search for ten passages"

    def draw(axes: Axes) -> None:
        axes.ecdf(took, color=BLUE, linewidth=2)
        for (mark, at), line in zip(total.items(), ("-", "--", ":"), strict=False):
            axes.axvline(at, color=VERMILION, linestyle=line, label=f"{mark} {at:,.1f} ms")
        axes.set_xlim(0, 1.04 * max(*took, *total.values()))
        axes.legend(**ABOVE, ncols=3)
        axes.set_xlabel("milliseconds")
        axes.set_ylabel("share of searches at or below")

    said = ", ".join(f"{mark} {at:,.1f} ms" for mark, at in total.items()) + f" over {len(took):,} searches."
    return (Plot(title, said, draw_svg("latency", title, draw, 3.1)), *_phases(result))


def _phases(result: Result) -> Iterator[Plot]:
    phases = {name: at["p50"] for name, at in result.latency_ms.items() if name != "total"}
    if not phases:
        return
    title = "Where a search spends its time"

    def draw(axes: Axes) -> None:
        bars = axes.barh(range(len(phases)), list(phases.values()), color=BLUE, height=0.55)
        axes.bar_label(bars, [f"{value:,.1f}" for value in phases.values()], padding=4)
        name_rows(axes, [name_of(name) for name in phases])
        axes.set_xlim(0, 1.15 * max(phases.values()) or 1)
        axes.set_xlabel("median milliseconds")

    said = "Median milliseconds: " + ", ".join(f"{name} {value:,.1f}" for name, value in phases.items()) + "."
    yield Plot(title, said, draw_svg("phases", title, draw, 0.9 + 0.34 * len(phases)))


def plot_changes(comparison: Comparison) -> tuple[Plot, ...]:
    """What became of each measure, with its interval, and of each query by the primary measure."""
    if not comparison.changes:
        return (Plot("Differences", "The two results have no measure in common."),)
    title = "Difference of each measure"
    colours = {"worse": VERMILION, "better": BLUE, "-": INK}

    def draw(axes: Axes) -> None:
        axes.axvline(0, color=INK, linewidth=1)
        for place, change in enumerate(comparison.changes):
            value, colour = change.difference, colours[verdict(change)]
            axes.plot([100 * value.low, 100 * value.high], [place, place], color=colour, linewidth=2)
            hollow = "none" if verdict(change) == "-" else colour
            axes.plot(100 * value.mean, place, "o", color=colour, markerfacecolor=hollow, markersize=7)
        name_rows(axes, [name_of(change.measure) for change in comparison.changes])
        axes.set_xlabel("after minus before (x100)")

    worse, better, both = len(comparison.worse), len(comparison.better), len(comparison.changes)
    said = (
        f"Of {both:,} measures {worse:,} are worse and {better:,} better (filled: p < 0.05). Lines are 95% intervals."
    )
    forest = Plot(title, said, draw_svg("changes", title, draw, 0.9 + 0.32 * len(comparison.changes)))
    return (forest, _by_query(comparison))


def _by_query(comparison: Comparison) -> Plot:
    if not comparison.moved:
        return Plot("Differences query by query", "No query moved.")
    measure, after = comparison.moved[0].measure, comparison.after.per_query
    title = f"Difference of {measure}, query by query"
    pairs = [(old, after[name]) for name, old in comparison.before.per_query.items() if name in after]
    moves = sorted((_difference(old, new, measure) for old, new in pairs if old.judged and new.judged), reverse=True)
    better, worse = sum(move > 0 for move in moves), sum(move < 0 for move in moves)
    said = f"{better:,} better, {worse:,} worse, {len(moves) - better - worse:,} the same."

    def draw(axes: Axes) -> None:
        steps = [(move, len(list(same))) for move, same in groupby(moves)]  # thousands of queries move by few amounts
        edges = [0, *accumulate(count for _, count in steps)]
        axes.axhline(0, color=INK, linewidth=1)
        axes.stairs([max(move, 0) for move, _ in steps], edges, fill=True, color=BLUE)
        axes.stairs([min(move, 0) for move, _ in steps], edges, fill=True, color=VERMILION)
        axes.set_ylim(-105, 105)
        axes.set_xlabel("judged queries, from most gained to most lost")
        axes.set_ylabel("after minus before (x100)")

    return Plot(title, said, draw_svg("queries", title, draw, 3.1))


def _difference(old: QueryResult, new: QueryResult, measure: str) -> float:
    return 100 * (new.scores[measure] - old.scores[measure])
