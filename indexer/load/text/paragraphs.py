"""Where the paragraphs of plain text begin and end, however its lines were broken.

Three habits are told apart by the text itself: one paragraph a line; lines wrapped at some column with an empty line
between paragraphs; wrapped lines whose paragraphs begin with an indent. Nothing is removed: the spans together hold
every character that is not white space.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.records import Block

Span = tuple[int, int]

_WIDEST_WRAP = 100  # columns; nobody wraps wider
_NARROWEST_WRAP = 40  # columns; below it, short lines are verse, lists or menus
_INDENT = 2  # columns; one space is a slip
_ITEM = re.compile(r"[-*+•‣–—]\s|\(?\d{1,3}[.)]\s|\(?[a-z][.)]\s")
_CLOSERS = "\"'”’»)]*_"
_ENDS = tuple(".!?:;…。！？")
_HALF_A_SENTENCE = 40  # characters; what is shorter and has no full stop is a heading or a list item


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    text: str
    indent: int
    after_gap: bool  # an empty line stands before it


def ends_sentence(text: str) -> bool:
    """Whether the last character, closing quotes and brackets apart, ends a sentence or a clause."""
    return text.rstrip(_CLOSERS).endswith(_ENDS)


def _nowhere(_line: str) -> bool:
    return False


def paragraph_spans(text: str, stands_alone: Callable[[str], bool] = _nowhere) -> list[Span]:
    r"""The spans of the text's paragraphs, in order, without white space at their ends.

    ``stands_alone`` says of a line that it is a paragraph of its own, whatever surrounds it. A paragraph that is
    broken in the middle of a sentence, even by an empty line, is one.

    >>> text = "First line\nand second.\n    An indented one.\n\nLast."
    >>> [text[start:end] for start, end in paragraph_spans(text)]
    ['First line\nand second.', 'An indented one.', 'Last.']
    """
    lines = _lines(text)
    if not lines:
        return []
    width = _wrap_width(lines)
    spans: list[Span] = []
    start, end = lines[0].start, lines[0].end
    alone_before = stands_alone(lines[0].text)
    for before, line in pairwise(lines):
        alone = stands_alone(line.text)
        if alone or alone_before or not _goes_on(text[start:end], before, line, width):
            spans.append((start, end))
            start = line.start
        end = line.end
        alone_before = alone
    return [*spans, (start, end)]


def paragraph_blocks(text: str) -> tuple[Block, ...]:
    """The text as paragraph blocks, for sources that say nothing of its structure."""
    return tuple(Block(start, end, "paragraph") for start, end in paragraph_spans(text))


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    chunk = 0  # the first line since the last empty one: indents count from the leftmost line of a chunk
    position = 0
    after_gap = False
    for raw in text.split("\n"):
        if stripped := raw.lstrip():
            start = position + len(raw) - len(stripped)
            stripped = stripped.rstrip()
            if after_gap:
                _count_indents_from_leftmost(lines[chunk:])
                chunk = len(lines)
            indent = len(raw[: start - position].expandtabs(4))
            lines.append(_Line(start, start + len(stripped), stripped, indent, after_gap))
        after_gap = not stripped
        position += len(raw) + 1
    _count_indents_from_leftmost(lines[chunk:])
    return lines


def _count_indents_from_leftmost(lines: Sequence[_Line]) -> None:
    leftmost = min((line.indent for line in lines), default=0)
    if leftmost:
        for line in lines:
            line.indent -= leftmost


def _wrap_width(lines: Sequence[_Line]) -> int | None:
    """The column at which the text is wrapped; None when each line stands for itself."""
    breaks = [(a.text, b.text) for a, b in pairwise(lines) if not b.after_gap]
    if not breaks:
        return None
    joined = {id(line): len(line.text) for a, b in pairwise(lines) if not b.after_gap for line in (a, b)}
    width = sorted(joined.values())[len(joined) * 9 // 10]
    if not _NARROWEST_WRAP <= width <= _WIDEST_WRAP:
        return None
    full = sum(1 for a, b in breaks if a != b and _is_full(a, b, width))
    return width if 2 * full >= len(breaks) else None


def _is_full(line: str, following: str, width: int) -> bool:
    """Whether the following line's first word would not have fitted; with some slack for lines broken by hand."""
    word = following.find(" ")
    return len(line) + 1 + (word if 0 < word <= 20 else 5) > 0.9 * width


def _goes_on(paragraph: str, before: _Line, line: _Line, width: int | None) -> bool:
    """Whether the paragraph, whose last line is ``before``, goes on with this line."""
    if line.after_gap:
        return _finishes(paragraph, line.text)
    if _ITEM.match(line.text) or line.text == before.text:
        return False
    if line.text[0].islower() and not ends_sentence(before.text):
        return True
    if line.indent >= _INDENT:
        return bool(_ITEM.match(before.text)) and line.indent > before.indent
    if width is None:
        return before.indent >= _INDENT and not ends_sentence(before.text)
    return before.indent >= _INDENT or not ends_sentence(before.text) or _is_full(before.text, line.text, width)


def _finishes(paragraph: str, line: str) -> bool:
    """Whether a line after an empty one finishes the paragraph's sentence: a stray line break in web pages."""
    if len(paragraph) < _HALF_A_SENTENCE:
        return False
    broken = paragraph.rsplit(None, 1)[-1].removesuffix(",").isalpha()  # an address or a number may end a paragraph
    first = line.split(None, 1)[0].rstrip(",.;:")
    return broken and first.isalpha() and first.islower()
