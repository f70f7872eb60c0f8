"""The pieces of text on a PDF page with their places, as PDFium sees them.

A fragment is a run of one line without a wide gap, in logical order. Which fragments make a line, a column or a
paragraph is decided in ``order`` and ``paragraphs``, which know nothing of PDFium.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

_WIDE_GAP = 0.8  # of the font size; wider than the space after most words, narrower than most gutters
_WORD_GAP = 0.2  # of the font size; between right-to-left glyphs this is a space
_SOFT_HYPHENS = {0x02, 0xFFFE}  # how PDFium reports a hyphen at the end of a line


class Glyph(NamedTuple):
    """What one mark on the page says and where it stands; ``text`` may be several characters (a ligature)."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of text on one line. Coordinates are points, y upwards, turned so that the text is upright.

    ``aside`` marks text that runs in another direction than most of the page (a stamp along the margin).
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    aside: bool = False

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def is_right_to_left(text: str) -> bool:
    """Whether more letters are written from right to left than from left to right."""
    kinds = Counter(unicodedata.bidirectional(c) for c in text)
    return kinds["R"] + kinds["AL"] > kinds["L"]


class _Line(NamedTuple):
    glyphs: list[Glyph]
    size: float
    quarter: int  # turns of 90 degrees from upright


def read_fragments(textpage: Any) -> list[Fragment]:  # noqa: ANN401 - pypdfium2 ships no types
    """The fragments of one page, in the order in which the file draws them."""
    lines = _lines(textpage)
    turns = Counter[int]()
    for line in lines:
        turns[line.quarter] += len(line.glyphs)
    upright = turns.most_common(1)[0][0] if turns else 0
    fragments: list[Fragment] = []
    for line in lines:
        glyphs = [_turned(glyph, line.quarter) for glyph in line.glyphs]
        mixed = any(unicodedata.bidirectional(c) in {"R", "AL"} for glyph in glyphs for c in glyph.text)
        if mixed:  # the order in which files draw right-to-left text differs; its places do not
            glyphs = _by_place(glyphs)
        for run in _runs(glyphs, line.size):
            text = _logical(run, line.size) if mixed else "".join(glyph.text for glyph in run)
            if text.strip():
                aside = line.quarter != upright
                fragments.append(_fragment(_whole_characters(text.strip()), run, line.size, aside))
    return fragments


def _lines(textpage: Any) -> list[_Line]:  # noqa: ANN401
    from pypdfium2 import raw

    box, lines, glyphs, first = raw.FS_RECTF(), [], list[Glyph](), 0
    for index in range(raw.FPDFText_CountChars(textpage)):
        code = raw.FPDFText_GetUnicode(textpage, index)
        ends = code in {0x0A, 0x0D}
        if not ends:
            # a code that the font gives no character for is a guess of PDFium's: quoting it would be inventing text
            unknown = (code < 0x20 and code not in _SOFT_HYPHENS) or raw.FPDFText_HasUnicodeMapError(textpage, index)
            if not unknown:
                raw.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(box))
                if not glyphs:
                    first = index
                character = "-" if code in _SOFT_HYPHENS else chr(code)
                _add(glyphs, Glyph(character, box.left, box.bottom, box.right, box.top))
            ends = code in _SOFT_HYPHENS
        if ends and glyphs:
            lines.append(_Line(glyphs, *_size_and_quarter(textpage, first)))
            glyphs = []
    if glyphs:
        lines.append(_Line(glyphs, *_size_and_quarter(textpage, first)))
    return lines


def _add(glyphs: list[Glyph], glyph: Glyph) -> None:
    """Appends the glyph, or its character to the glyph before it, when one mark stands for both."""
    if glyphs and glyphs[-1][1:] == glyph[1:] and glyph.right > glyph.left:
        glyphs[-1] = glyphs[-1]._replace(text=glyphs[-1].text + glyph.text)
    else:
        glyphs.append(glyph)


def _size_and_quarter(textpage: Any, index: int) -> tuple[float, int]:  # noqa: ANN401
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(textpage, index, ctypes.byref(matrix))
    scale = math.hypot(matrix.c, matrix.d) or 1.0
    quarter = round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4
    return round(raw.FPDFText_GetFontSize(textpage, index) * scale, 1) or 1.0, quarter


def _turned(glyph: Glyph, quarter: int) -> Glyph:
    text, left, bottom, right, top = glyph
    if quarter == 1:
        return Glyph(text, bottom, -right, top, -left)
    if quarter == 2:
        return Glyph(text, -right, -top, -left, -bottom)
    if quarter == 3:
        return Glyph(text, -top, left, -bottom, right)
    return glyph


def _by_place(glyphs: list[Glyph]) -> list[Glyph]:
    """The glyphs from left to right, one for each mark, without the spaces that PDFium put between words."""
    placed: list[Glyph] = []
    for glyph in sorted((g for g in glyphs if g.text != " " or g.right > g.left), key=lambda g: g.left):
        _add(placed, glyph)
    return placed


def _runs(glyphs: list[Glyph], size: float) -> list[list[Glyph]]:
    """The line cut where a gap is wide or the pen jumps back."""
    runs: list[list[Glyph]] = []
    edge = -math.inf
    for glyph in glyphs:
        if glyph.text == " " and glyph.right - glyph.left < 0.01:  # PDFium's own, which stands at the next word
            if runs:
                runs[-1].append(glyph)
            continue
        if not runs or not -2 * size < glyph.left - edge < _WIDE_GAP * size:
            runs.append([])
        runs[-1].append(glyph)
        edge = glyph.right
    return runs


def _fragment(text: str, run: list[Glyph], size: float, aside: bool) -> Fragment:
    marks = [glyph for glyph in run if glyph.text.strip()]
    left, right = min(g.left for g in marks), max(g.right for g in marks)
    return Fragment(text, left, min(g.bottom for g in marks), right, max(g.top for g in marks), size, aside)


def _whole_characters(text: str) -> str:
    """The text with the two halves of a character beyond U+FFFF made one; a lone half is dropped."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _logical(run: list[Glyph], size: float) -> str:
    """The run's text in the order in which it is read; ``run`` is in order of place, left to right.

    The inverse of the Unicode bidirectional algorithm for one line: parts that run the other way are turned, and
    numbers always run left to right. PDFium hands over a ligature's right-to-left characters reversed.
    """
    pieces: list[str] = []
    edge = run[0].left
    for glyph in run:
        if glyph.left - edge > _WORD_GAP * size and pieces and pieces[-1] != " " and glyph.text != " ":
            pieces.append(" ")
        strong = {unicodedata.bidirectional(c) for c in glyph.text} & {"R", "AL"}
        pieces.append(glyph.text[::-1] if strong else glyph.text)
        edge = max(edge, glyph.right)
    leftward = is_right_to_left("".join(pieces))
    ordered = pieces[::-1] if leftward else pieces
    return "".join(_turn_back(ordered, {"L", "EN", "AN"} if leftward else {"R", "AL"}))


def _turn_back(pieces: list[str], against: set[str]) -> list[str]:
    """The pieces with every stretch that runs ``against`` the line reversed, weak characters inside it included."""
    ordered: list[str] = []
    start = 0
    while start < len(pieces):
        if not _runs_in(pieces[start], against):
            ordered.append(pieces[start])
            start += 1
            continue
        last = start
        for end in range(start, len(pieces)):
            kinds = {unicodedata.bidirectional(c) for c in pieces[end]}
            if kinds & against:
                last = end
            elif kinds & {"L", "R", "AL"}:
                break
        ordered.extend(reversed(pieces[start : last + 1]))
        start = last + 1
    return ordered


def _runs_in(piece: str, kinds: set[str]) -> bool:
    return any(unicodedata.bidirectional(c) in kinds for c in piece)
