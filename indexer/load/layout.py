"""Canonical text and its blocks, built together from the parts that a parser found, so that they cannot disagree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from indexer.records import Block, BlockKind, canonical_text


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, heading or other stretch of text as a parser hands it over, before it has a position."""

    kind: BlockKind
    text: str
    level: int = 0
    page: int | None = None


def lay_out(parts: Iterable[Part]) -> tuple[str, tuple[Block, ...]]:
    r"""The canonical text that the parts make, one empty line between two, and the block that each became.

    White space at a part's ends is dropped; a part of nothing else is left out.

    >>> lay_out([Part("heading", "Why", level=2), Part("paragraph", " Because. ")])[0]
    'Why\n\nBecause.'
    """
    pieces: list[str] = []
    blocks: list[Block] = []
    cursor = 0
    for part in parts:
        text = canonical_text(part.text).strip()
        if not text:
            continue
        if pieces:
            pieces.append("\n\n")
            cursor += 2
        pieces.append(text)
        blocks.append(Block(cursor, cursor + len(text), part.kind, part.level, part.page))
        cursor += len(text)
    return "".join(pieces), tuple(blocks)
