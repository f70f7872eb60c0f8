"""Results as pictures: inline SVG whose words are text, which takes its ink from the page around it.

Matplotlib draws; it is imported inside the functions because that takes a second. Axes and words are drawn in a
stand-in colour that becomes ``currentColor``, so that one picture serves light and dark pages. The same result gives
the same bytes. What cannot be drawn is a sentence and not an empty frame.

Longer than most modules: seven pictures, each a few lines that only make sense with the one way of drawing them.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from eval.compare import Comparison
from eval.result import QueryResult, Result
from eval.tables import kind_rows, one_line, primary_measure, verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import RcKeyType

BLUE, VERMILION = "#0072b2", "#d55e00"
"""Of Okabe and Ito's palette for colour-blind readers the two that stand out (3:1) from white and from near-black."""
INK = "#010203"
"""The stand-in for ``currentColor``."""
_WIDTH = 5.2
"""Inches, one panel: two stand side by side on a desk, and one is still readable on a phone."""
_SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
_ABOVE: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0, "columnspacing": 1.5}
"""A legend over the axes, where no curve can run through it."""
_NOT_XML = re.compile("[\ufffe\uffff]")
_LONGEST_NAME = 28
_STYLE: dict[RcKeyType, object] = {
    "svg.fonttype": "none",
    "font.sans-serif": ["DejaVu Sans"],
    "text.parse_math": False,
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "grid.color": INK,
    "grid.alpha": 0.18,
    "grid.linewidth": 0.6,
    "axes.grid": True,
    "axes.axisbelow": True,
}


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture and what it says in words; ``svg`` is empty where there is nothing to draw, and ``said`` says why."""

    title: str
    said: str
    svg: str = ""


def plot_kinds(result: Result) -> Plot:
    """The primary measure by kind of question: a dot and its interval."""
    measure = primary_measure(result)
    title = f"{measure} by kind of question"
    rows = [row for row in kind_rows(result) if measure in row.measures]
    if not rows:
        return Plot(title, "The suite tells no kinds of question apart.")

    def draw(axes: Axes) -> None:
        names = [f"{_name(row.kind)} (n = {row.queries:,})" for row in rows]
        overall = result.measures[measure].mean
        axes.axvline(100 * overall, color=INK, linewidth=1, linestyle=":")
        for place, row in enumerate(rows):
            value = row.measures[measure]
            axes.plot([100 * value.low, 100 * value.high], [place, place], color=BLUE, linewidth=2)
            axes.plot(100 * value.mean, place, "o", color=BLUE, markersize=7)
        _rows(axes, names)
        axes.set_xlim(-2, 102)
        axes.set_xlabel(f"{measure} (x100)")

    means = sorted((row.measures[measure].mean, row.kind) for row in rows)
    (low, worst), (high, best) = means[0], means[-1]
    said = (
        f"Means with 95% intervals, from {100 * low:.1f} ({_name(worst)}) to {100 * high:.1f} ({_name(best)}); "
        "the dotted line is the mean of all questions."
    )
    return Plot(title, said, _draw("kinds", title, draw, 0.9 + 0.32 * len(rows)))


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
    from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

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
        axes.legend(**_ABOVE, ncols=2)

    said = (
        f"AUC {auc:.3f}: the chance that an answerable question scores higher than one that is not "
        f"({len(groups[0][1]):,} and {len(groups[1][1]):,} questions; 0.5 tells nothing apart)."
    )
    return Plot(title, said, _draw(name.split()[1], title, draw, 3.1))


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
        axes.legend(**_ABOVE, ncols=3)
        axes.set_xlabel("milliseconds")
        axes.set_ylabel("share of searches at or below")

    said = ", ".join(f"{mark} {at:,.1f} ms" for mark, at in total.items()) + f" over {len(took):,} searches."
    return (Plot(title, said, _draw("latency", title, draw, 3.1)), *_phases(result))


def _phases(result: Result) -> Iterator[Plot]:
    phases = {name: at["p50"] for name, at in result.latency_ms.items() if name != "total"}
    if not phases:
        return
    title = "Where a search spends its time"

    def draw(axes: Axes) -> None:
        bars = axes.barh(range(len(phases)), list(phases.values()), color=BLUE, height=0.55)
        axes.bar_label(bars, [f"{value:,.1f}" for value in phases.values()], padding=4)
        _rows(axes, [_name(name) for name in phases])
        axes.set_xlim(0, 1.15 * max(phases.values()) or 1)
        axes.set_xlabel("median milliseconds")

    said = "Median milliseconds: " + ", ".join(f"{name} {value:,.1f}" for name, value in phases.items()) + "."
    yield Plot(title, said, _draw("phases", title, draw, 0.9 + 0.34 * len(phases)))


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
        _rows(axes, [_name(change.measure) for change in comparison.changes])
        axes.set_xlabel("after minus before (x100)")

    worse, better, both = len(comparison.worse), len(comparison.better), len(comparison.changes)
    said = (
        f"Of {both:,} measures {worse:,} are worse and {better:,} better (filled: p < 0.05). Lines are 95% intervals."
    )
    forest = Plot(title, said, _draw("changes", title, draw, 0.9 + 0.32 * len(comparison.changes)))
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

    return Plot(title, said, _draw("queries", title, draw, 3.1))


def _difference(old: QueryResult, new: QueryResult, measure: str) -> float:
    return 100 * (new.scores[measure] - old.scores[measure])


def _name(text: str) -> str:
    text = _NOT_XML.sub("\ufffd", one_line(text))
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def _rows(axes: Axes, names: Sequence[str]) -> None:
    """Names down the left side, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


def _draw(key: str, title: str, draw: Callable[[Axes], None], height: float) -> str:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    stream = io.BytesIO()
    with rc_context({**_STYLE, "svg.hashsalt": key}), _letters_of_any_script():
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        draw(figure.add_subplot())
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    return _inline(ElementTree.fromstring(stream.getvalue()), key, title)


@contextmanager
def _letters_of_any_script() -> Iterator[None]:
    """No warning that the font which measures the words lacks a letter: the reader's browser has its own."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font", category=UserWarning)
        yield


def _inline(root: ElementTree.Element, key: str, title: str) -> str:
    """The picture for the middle of a page: ids that no other picture has, the page's own ink, a name."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"}:
                parent.remove(child)
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                value = f"{key}-{value}"
            elif name == _LINK:
                value = f"#{key}-{value.removeprefix('#')}"
            element.set(name, value.replace("url(#", f"url(#{key}-").replace(INK, "currentColor"))
    # What its style sheet said, which in a page would reach every other element.
    root.attrib |= {"stroke-linejoin": "round", "stroke-linecap": "butt", "role": "img", "aria-label": title}
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    return ElementTree.tostring(root, encoding="unicode")
