"""What can be asked of a reference: its style, and what it says beyond the citation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Style = Literal["bibtex", "ris", "csl-json", "markdown", "annotation", "link"]
FORMATS: tuple[Style, ...] = get_args(Style)


@dataclass(frozen=True, slots=True)
class Extras:
    """What a reference may say beyond the citation.

    ``context`` is the text just before and just after the quote.
    """

    language: str | None = None
    accessed: date | None = None
    context: tuple[str, str] = ("", "")
