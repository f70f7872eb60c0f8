"""One way of drawing: inline SVG whose words are text, which takes its ink from the page around it.

Matplotlib draws; it is imported inside the functions because that takes a second. Axes and words are drawn in a
stand-in colour that becomes ``currentColor``, so that one picture serves light and dark pages. The same numbers give
the same bytes.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from eval.tables import one_line

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
ABOVE: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0, "columnspacing": 1.5}
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


def name_of(text: str) -> str:
    text = _NOT_XML.sub("\ufffd", one_line(text))
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Names down the left side, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


def draw_svg(key: str, title: str, draw: Callable[[Axes], None], height: float) -> str:
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
