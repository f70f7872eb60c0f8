"""The quote as a block and a reference under it, in Markdown that renders as the text it is."""

from __future__ import annotations

import re
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
    lines = re.split(r"\r\n|\r|\n", citation.quote)
    block = "\n".join(f"> {_markdown_text(line)}" if line.strip() else ">" for line in lines)
    return f"{block}\n\n{_reference(citation, extras)}\n"


def _reference(citation: Citation, extras: Extras) -> str:
    title, publisher = _inline(_sentence(one_line(citation.title))), _inline(one_line(citation.publisher))
    day = _spelled(citation.published) if citation.published else "n.d."
    source = f"*{publisher}*, {day}" if publisher else day
    accessed = f"accessed {_spelled(str(extras.accessed))}, " if extras.accessed else ""
    parts = [
        _inline(_sentence(_listed([name for name in map(one_line, citation.authors) if name]))),
        f'"{title}"' if title else "",
        _sentence(source),
        f"<{verbatim_url(citation.url)}>" if is_web(citation.url) else _inline(one_line(citation.url)),
        f"({accessed}{_inline(citation.locator)}, edition {citation.edition[:12]})",
    ]
    return _line_start(" ".join(part for part in parts if part))


def _spelled(iso: str) -> str:
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


def _markdown_text(line: str) -> str:
    r"""One line as Markdown that renders as that line and nothing else.

    >>> _markdown_text("1. *Not* a list"), _markdown_text("# <b>")
    ('1\\. \\*Not\\* a list', '\\# \\<b\\>')
    """
    # Space at a line's ends is markup (indented code, a hard break); as a character reference it is only space.
    return _EDGE_SPACE.sub(lambda match: f"&#{ord(match[0])};", _line_start(_inline(line)))


def _inline(text: str) -> str:
    return _INLINE.sub(r"\\\g<0>", text)


def _line_start(line: str) -> str:
    return _LINE_START.sub(lambda match: f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}", line)
