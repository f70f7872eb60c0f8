"""The quote as a block and a reference under it, in Markdown that renders as the text it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from service.citation import Citation
from service.cite.attribution import is_web, month_name, one_line, verbatim_url
from service.cite.style import Extras

_INLINE = re.compile(r"[\\`*_\[\]<>&~|$]")
_LINE_START = re.compile(r"^(?:[#+\-=:]|\d+(?=[.)]))")
_EDGE_SPACE = re.compile(r"^\s|\s$")


def markdown_list(citations: Sequence[Citation], extras: Extras) -> str:
    """Quotes and references as the items of a list."""
    items = (quoted_reference(citation, extras).rstrip("\n").split("\n") for citation in citations)
    return "\n".join(f"- {lines[0]}\n" + "".join(f"  {n}".rstrip() + "\n" for n in lines[1:]) for lines in items)


def quoted_reference(citation: Citation, extras: Extras) -> str:
    """The quote as a block, then its reference."""
    return f"{block_quote(citation.quote)}\n\n{reference(citation, extras)}\n"


def block_quote(quote: str, marks: Sequence[tuple[int, int]] = ()) -> str:
    """The quote as a block, with what ``marks`` span of it in bold; they are in order and do not overlap."""
    lines, at = [], 0
    for count, piece in enumerate(re.split(r"(\r\n|\r|\n)", quote)):
        if count % 2 == 0:  # the others end a line
            lines.append(f"> {_markdown_text(piece, _within(marks, at, len(piece)))}" if piece.strip() else ">")
        at += len(piece)
    return "\n".join(lines)


def reference(citation: Citation, extras: Extras) -> str:
    """``attribution``, and how to find the passage: the locator and the edition's first digits."""
    accessed = f"accessed {spelled(str(extras.accessed))}, " if extras.accessed else ""
    where = f"({accessed}{inline(citation.locator)}, edition {citation.edition[:12]})"
    return f"{attribution(citation)} {where}"


def attribution(citation: Citation) -> str:
    """Who wrote what, where and when, on one line."""
    title, publisher = inline(_sentence(one_line(citation.title))), inline(one_line(citation.publisher))
    day = spelled(citation.published) if citation.published else "n.d."
    parts = [
        inline(_sentence(_listed([name for name in map(one_line, citation.authors) if name]))),
        f'"{title}"' if title else "",
        _sentence(f"*{publisher}*, {day}" if publisher else day),
        f"<{verbatim_url(citation.url)}>" if is_web(citation.url) else inline(one_line(citation.url)),
    ]
    return _line_start(" ".join(part for part in parts if part))


def spelled(iso: str) -> str:
    """The date in words, as exactly as it is known: ``30 July 2019``, ``July 2019``, ``2019``."""
    year, *rest = iso.split("-")
    month = [month_name(int(rest[0]))] if rest else []
    return " ".join([str(int(day)) for day in rest[1:]] + month + [year])


def _listed(names: Sequence[str]) -> str:
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def _sentence(text: str) -> str:
    return text if not text or text[-1] in ".?!…" else f"{text}."


def _within(marks: Sequence[tuple[int, int]], at: int, length: int) -> list[tuple[int, int]]:
    """What of the marks lies in a line, counted from the line's start."""
    cut = [(max(0, start - at), min(length, end - at)) for start, end in marks]
    return [(start, end) for start, end in cut if start < end]


def _markdown_text(line: str, marks: Sequence[tuple[int, int]] = ()) -> str:
    r"""One line as Markdown that renders as that line and nothing else, but for what is marked.

    >>> _markdown_text("1. *Not* a list"), _markdown_text("# <b>")
    ('1\\. \\*Not\\* a list', '\\# \\<b\\>')
    >>> _markdown_text("in 1932.", [(3, 7)])
    'in **1932**.'
    """
    text, at = "", 0
    for start, end in marks:
        start += len(line[start:end]) - len(line[start:end].lstrip())  # emphasis cannot begin or end with a space
        end = start + len(line[start:end].rstrip())
        if start < end:
            text += inline(line[at:start]) + _strong(line, start, end)
            at = end
    # Space at a line's ends is markup (indented code, a hard break); as a character reference it is only space.
    return _EDGE_SPACE.sub(lambda match: f"&#{ord(match[0])};", _line_start(text + inline(line[at:])))


def _strong(line: str, start: int, end: int) -> str:
    """Bold; in HTML where CommonMark would take the asterisks for text, between a letter and a punctuation mark.

    Source: CommonMark 0.31, section 6.2 (left- and right-flanking delimiter runs).
    """
    before, after = line[start - 1] if start else " ", line[end] if end < len(line) else " "
    opens = line[start].isalnum() or not before.isalnum()
    closes = line[end - 1].isalnum() or not after.isalnum()
    plain = all(c == " " or c.isalnum() or unicodedata.category(c)[0] in "PS" for c in (before, after))
    bold = inline(line[start:end])
    return f"**{bold}**" if opens and closes and plain else f"<strong>{bold}</strong>"


def inline(text: str) -> str:
    """The text, on one line, as Markdown that renders as it."""
    return _INLINE.sub(r"\\\g<0>", text)


def _line_start(line: str) -> str:
    return _LINE_START.sub(lambda match: f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}", line)
