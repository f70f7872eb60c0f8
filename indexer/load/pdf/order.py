"""The lines of a page in the order in which a reader takes them: column by column, each from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from indexer.load.pdf.glyphs import Fragment, is_right_to_left

_COLUMN_LINES = 3  # a side with fewer lines is not a column
_COLUMN_CHARACTERS = 15  # columns hold running text; the columns of a table hold less
_GUTTER = 0.5  # of the font size


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text across its column; ``cells`` counts the stretches that wide gaps cut it into."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    cells: int = 1


def regions(fragments: Sequence[Fragment]) -> list[list[Line]]:
    """The page's regions in reading order: a column, or what stands above, between or below columns.

    A title across two columns ends the columns above it and starts those below it.
    """
    gutter = _best_gutter(fragments)
    if gutter is None:
        lines = rows(fragments)
        return [lines] if lines else []
    leftward = is_right_to_left("".join(f.text for f in fragments))
    found: list[list[Line]] = []
    across: list[Fragment] = []
    for band in _bands(fragments, gutter):
        left, right = _sides(band, gutter)
        if _are_columns(left, right):
            found += regions(across)
            across = []
            found += regions(right if leftward else left) + regions(left if leftward else right)
        else:
            across += band
    return found + regions(across)


def rows(fragments: Sequence[Fragment]) -> list[Line]:
    """The fragments joined into lines, from top to bottom."""
    grouped: list[list[Fragment]] = []
    for fragment in sorted(fragments, key=lambda f: (-f.middle, f.left)):
        if grouped and any(_same_row(fragment, other) for other in grouped[-1]):
            grouped[-1].append(fragment)
        else:
            grouped.append([fragment])
    return [_joined(row) for row in grouped]


def _same_row(one: Fragment, other: Fragment) -> bool:
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    apart = one.left >= other.right - other.size or other.left >= one.right - one.size
    return apart and shared > 0.5 * min(one.top - one.bottom, other.top - other.bottom)


def _joined(row: list[Fragment]) -> Line:
    leftward = is_right_to_left("".join(f.text for f in row))
    ordered = sorted(row, key=lambda f: -f.right if leftward else f.left)
    text, cells = ordered[0].text, 1
    for before, after in pairwise(ordered):
        gap = before.left - after.right if leftward else after.left - before.right
        footnote = text[-1:].isdigit() and after.text[:1].isdigit()  # 750 and a raised 1 must not become 7501
        text += after.text if gap < 0.15 * after.size and not footnote else " " + after.text
        cells += gap > 2 * after.size
    longest = max(row, key=lambda f: len(f.text))
    bottom, top = min(f.bottom for f in row), max(f.top for f in row)
    return Line(text, min(f.left for f in row), bottom, max(f.right for f in row), top, longest.size, cells)


def _best_gutter(fragments: Sequence[Fragment]) -> float | None:
    """The x at which most of the page is two columns; the leftmost of equals."""
    best, most = None, 0
    for x in sorted({round(f.left) for f in fragments}):
        if sum(f.left >= x - 1 for f in fragments) < _COLUMN_LINES:
            break
        columned = 0
        for band in _bands(fragments, x):
            left, right = _sides(band, x)
            columned += len(band) if _are_columns(left, right) else 0
        if columned > most:
            best, most = float(x), columned
    return best


def _sides(fragments: Sequence[Fragment], gutter: float) -> tuple[list[Fragment], list[Fragment]]:
    left = [f for f in fragments if f.right <= gutter - _GUTTER * f.size]
    right = [f for f in fragments if f.left >= gutter - 1]
    return left, right


def _bands(fragments: Sequence[Fragment], gutter: float) -> list[list[Fragment]]:
    """Stretches of the page, top to bottom, by turns across the gutter and clear of it."""

    def crosses(f: Fragment) -> bool:
        return f.left < gutter - 1 and f.right > gutter - _GUTTER * f.size

    ordered = sorted(fragments, key=lambda f: (-f.middle, f.left))
    return [list(band) for _, band in groupby(ordered, key=crosses)]


def _are_columns(left: list[Fragment], right: list[Fragment]) -> bool:
    if min(len(left), len(right)) < _COLUMN_LINES:
        return False
    if min(median(len(f.text) for f in side) for side in (left, right)) < _COLUMN_CHARACTERS:
        return False
    low, high = min(f.bottom for f in left), max(f.top for f in left)
    return sum(low < f.middle < high for f in right) >= _COLUMN_LINES
