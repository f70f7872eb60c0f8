"""Lines of a page made into headings and paragraphs again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from indexer.load.layout import Part
from indexer.load.pdf.glyphs import Fragment, is_right_to_left
from indexer.load.pdf.order import Line

_LARGER = 1.12  # times the body's size; what is set larger is a heading
_LONGEST_HEADING = 200  # characters
_SOFT_BREAK = re.compile(r"([^\W\d_])[-\u00ad]")
_ENDS_SENTENCE = tuple('.!?:;…。！？؟۔”"»)]')


def page_parts(regions: Sequence[Sequence[Line]], page: int, body: float) -> list[tuple[Part, float]]:
    """The page's headings and paragraphs in order, each with its font size; ``body`` is the size of running text."""
    found: list[list[Line]] = []
    for region in regions:
        paragraphs = _paragraphs(region)
        if found and paragraphs and _runs_on(found[-1], paragraphs[0]):
            found[-1] = found[-1] + paragraphs.pop(0)
        found += paragraphs
    return [(_part(lines, page, body), max(line.size for line in lines)) for lines in found]


def join_lines(lines: Iterable[str]) -> str:
    """The lines as one text, a word that was divided at a line's end made whole.

    >>> join_lines(["an exam-", "ple of Anglo-", "Saxon", "work"])
    'an example of Anglo-Saxon work'
    """
    text = ""
    for line in lines:
        match = _SOFT_BREAK.fullmatch(text[-2:])
        if match and line[:1].isalnum():
            hyphen = "" if match.group(1).islower() and line[:1].islower() else "-"
            text = text[:-1] + hyphen + line
        else:
            text = f"{text} {line}" if text else line
    return text


def _part(lines: list[Line], page: int, body: float) -> Part:
    text = join_lines(line.text for line in lines)
    larger = min(line.size for line in lines) > _LARGER * body
    if larger and len(text) <= _LONGEST_HEADING and any(c.isalpha() for c in text):
        return Part("heading", text, level=1, page=page)
    return Part("paragraph", text, page=page)


def _runs_on(before: list[Line], after: list[Line]) -> bool:
    """Whether a paragraph goes on in the next column."""
    if before[-1].text.endswith(_ENDS_SENTENCE) or abs(before[-1].size - after[0].size) > 0.5:
        return False
    return after[0].text[:1].islower()


def _paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    if not lines:
        return []
    leftward = is_right_to_left("".join(line.text for line in lines))
    pitches = [one.bottom - other.bottom for one, other in pairwise(lines)]
    usual = _usual_pitch(pitches, median(line.size for line in lines))
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    found = [[lines[0]]]
    for before, after in pairwise(lines):
        # distances from the edge where lines start, so that both directions read alike
        starts = (right - before.right, right - after.right) if leftward else (before.left - left, after.left - left)
        free = before.left - left if leftward else right - before.right
        if _breaks(before, after, usual, starts, free, right - left):
            found.append([])
        found[-1].append(after)
    return found


def _usual_pitch(pitches: list[float], size: float) -> float:
    """The distance between two lines of a paragraph: of those that can be one, the median."""
    plausible = [pitch for pitch in pitches if 0.8 * size < pitch < 2.2 * size]
    return median(plausible) if plausible else 1.4 * size


def _breaks(before: Line, after: Line, usual: float, starts: tuple[float, float], free: float, width: float) -> bool:
    """Whether a new paragraph begins between two lines; ``free`` is the room left on the first."""
    size = before.size
    if abs(after.size - size) > 0.08 * size or max(before.cells, after.cells) > 1:
        return True
    if before.bottom - after.bottom > 1.25 * usual:
        return True
    if starts[1] - starts[0] > 0.8 * size and starts[0] < 0.8 * size and starts[1] < 0.3 * width:
        return True  # an indented first line
    letters = max(len(after.text), 1)
    word = len(after.text.split(" ", 1)[0]) * (after.right - after.left) / letters
    if free < word + size:
        return False  # the next word did not fit: the line was full
    return before.text.endswith(_ENDS_SENTENCE) or free > 0.3 * width


def body_size(pages: Sequence[Sequence[Fragment]]) -> float:
    """The font size that most characters have."""
    sizes = Counter[float]()
    for page in pages:
        for fragment in page:
            sizes[round(fragment.size * 2) / 2] += len(fragment.text)
    return sizes.most_common(1)[0][0] if sizes else 1.0
