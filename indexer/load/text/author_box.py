"""The biography beside an article: found by the marker over it, ended by the first block that tells of other things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.load.text import furniture
from indexer.load.text.masthead import is_name
from indexer.load.text.paragraphs import ends_sentence

_SHORTEST_SENTENCE = 60  # characters, or eight words: what is shorter may be a caption, a label or a heading
_MARKER = re.compile(r"(?:about (?:the )?)?(?:authors?|writers?|contributors?)\s*:?", re.I)
_LABEL = re.compile(r"[A-Z][\w &'’-]{1,30}:\s")
_PRONOUN = re.compile(r"(?:He|She|They|His|Her|Their)\b")
_LIFE = re.compile(
    r"\b(?:is|was|are|works? as|serves? as)\b.{0,80}\b(?:author|professor|lecturer|fellow|writer|journalist|editor"
    r"|analyst|correspondent|researcher|director|columnist|reporter|founder|scholar|scientist|expert|graduate|student"
    r"|freelancer?)\b|\b(?:he|she|they) (?:lives?|teaches|writes|tweets|holds)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class AuthorBox:
    """The blocks ``start`` to ``end`` (excluded), the marker first, and the name under it where one stands there."""

    start: int
    end: int
    name: str | None


def is_sentence(words: str) -> bool:
    """Whether a block is running text rather than a caption, a label or a heading."""
    whole = ends_sentence(words) or len(words) > 3 * _SHORTEST_SENTENCE
    return whole and (len(words) >= _SHORTEST_SENTENCE or len(words.split()) >= 8)


def tells_of_a_life(words: str) -> bool:
    """Whether a paragraph says what a person works as, as biographies under articles do."""
    return _LIFE.search(words) is not None


def author_boxes(blocks: Sequence[str], authors: Sequence[str]) -> list[AuthorBox]:
    """The author boxes among an article's blocks; ``authors`` are the names that its bylines state."""
    boxes = []
    for marker, words in enumerate(blocks):
        if _MARKER.fullmatch(furniture.shown(words)):
            known, end, name = list(authors), marker + 1, None
            if end < len(blocks) and is_name(furniture.shown(blocks[end])):
                name = furniture.shown(blocks[end])
                known.append(name)
                end += 1
            while end < len(blocks) and _tells_of(end, blocks, known):
                end += 1
            if end > marker + 1:
                boxes.append(AuthorBox(marker, end, name))
    return boxes


def _tells_of(i: int, blocks: Sequence[str], known: Sequence[str]) -> bool:
    words = blocks[i]
    if furniture.is_notice(words) or furniture.is_unmistakable(words):
        return False
    if any(name.split()[-1] in words for name in known) or _LABEL.match(words):
        return True
    if is_sentence(words):
        return bool(_PRONOUN.match(words) or (not known and tells_of_a_life(words)))
    # A line such as "Senior Fellow" is the box's, unless it is the heading of prose that follows.
    return i + 1 == len(blocks) or not is_sentence(blocks[i + 1]) or _tells_of(i + 1, blocks, known)
