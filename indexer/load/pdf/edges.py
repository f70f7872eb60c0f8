"""Running headers, footers and page numbers: what a page of a PDF repeats from the pages beside it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from indexer.load.pdf.glyphs import Fragment
from indexer.load.pdf.order import Line, rows

_PAGES = 3  # a line on fewer pages is not taken to be repeated
_EDGE_ROWS = 3  # rows at the top and at the bottom that can be a header or footer
_NUMBER = re.compile(r"\d{1,5}")
_ROMAN = re.compile(r"[ivxlc]{1,7}", re.IGNORECASE)


def running_lines(pages: Sequence[Sequence[Fragment]]) -> list[tuple[list[Line], list[Line]]]:
    """For each page the lines of its header and of its footer, top to bottom.

    A line counts when its words stand at the same edge of three pages, where a number may be one that rises with the
    page, and white space parts it from the text.
    """
    edges = [_edges(rows(page)) for page in pages]
    seen: dict[tuple[int, str], set[int]] = defaultdict(set)
    for number, page in enumerate(edges):
        for side, lines in enumerate(page):
            for line in lines:
                for key in _keys(line.text, number):
                    seen[side, key].add(number)
    repeated = {key for key, numbers in seen.items() if len(numbers) >= _PAGES}

    def kept(lines: list[Line], side: int, number: int) -> list[Line]:
        return [line for line in lines if any((side, key) in repeated for key in _keys(line.text, number))]

    return [(kept(top, 0, number), kept(bottom, 1, number)) for number, (top, bottom) in enumerate(edges)]


def without(fragments: Sequence[Fragment], lines: Sequence[Line]) -> list[Fragment]:
    """The fragments that stand on none of the lines."""
    return [f for f in fragments if not any(line.bottom < f.middle < line.top for line in lines)]


def _edges(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    top = _detached(lines)
    bottom = _detached(lines[::-1])[::-1]
    return (top, bottom) if len(top) + len(bottom) <= len(lines) else (top, [])


def _detached(lines: list[Line]) -> list[Line]:
    """The first lines up to the first white space that is more than the usual leading; none when there is none."""
    for count, (one, other) in enumerate(pairwise(lines), 1):
        if count > _EDGE_ROWS:
            break
        gap = max(one.bottom, other.bottom) - min(one.top, other.top)
        if gap > 0.7 * min(one.size, other.size):
            return lines[:count]
    return lines if len(lines) == 1 and not any(c.isalpha() for c in lines[0].text) else []


def _keys(text: str, page: int) -> set[str]:
    """The ways in which the line could be the same on another page: as it is, or with a number counted from there."""
    folded = " ".join(text.casefold().split())
    keys = {folded}
    numbers = list(_NUMBER.finditer(folded))
    for match in numbers[:1] + numbers[-1:]:
        keys.add(f"{folded[: match.start()]}\0{int(match.group()) - page:+d}\0{folded[match.end() :]}")
    if _ROMAN.fullmatch(folded):
        keys.add("\0roman")
    return keys
