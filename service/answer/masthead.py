"""Where an article states who wrote it, when it was published and by whom: its own lines, which no passage holds.

A loader reads these lines and says what they mean; here the words are found again that it read. What an article says of
itself nowhere in its text (a date out of a page's hidden metadata) cannot be cited, and is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from indexer.load.dates import parse_date
from indexer.records import PartialDate
from indexer.sentences import split_sentences
from indexer.stored import StoredArticle
from service.answer.moments import moments

Fact = Literal["author", "published", "publisher"]

_JOIN = re.compile(r"\s*(?:,|&|,?\s+and\b)\s*", re.IGNORECASE)
_LONGEST_LINE = 200
"""Characters. Of a longer line the sentence is cited."""


@dataclass(frozen=True, slots=True)
class Stated:
    """Words of an article and the line or sentence that they stand in, each ``[start, end)`` in its text."""

    words: tuple[int, int]
    line: tuple[int, int]


def stated(article: StoredArticle, fact: Fact, original: bool = False) -> tuple[Stated, ...]:
    """Where the article states it, in its lines' order; nothing where it does not, or not all of it.

    With ``original``, of the first publication, where the article is a republication that names it.
    """
    first = article.original if original else None
    if fact == "author":
        found = [_place_of(article, author) for author in article.authors]
        return _joined(article.text, [place for place in found if place]) if all(found) else ()
    if fact == "publisher":
        name = (first.publisher if first else None) or article.publisher
        place = _place_of(article, name) if name else None
    else:
        date = (first.published if first else None) or article.published
        place = _place_of_date(article, date) if date else None
    return (Stated(place, _line_of(article.text, place)),) if place else ()


def _places(article: StoredArticle) -> Iterator[tuple[int, int]]:
    """Its blocks, those first that are not its subject's."""
    for wanted in (True, False):
        yield from ((b.start, b.end) for b in article.blocks if (b.kind == "boilerplate") == wanted)


def _place_of(article: StoredArticle, name: str) -> tuple[int, int] | None:
    spaced = r"\s+".join(map(re.escape, name.split()))
    words = re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)
    matches = (words.search(article.text, start, end) for start, end in _places(article))
    return next((match.span() for match in matches if match), None)


def _place_of_date(article: StoredArticle, date: PartialDate) -> tuple[int, int] | None:
    for start, end in _places(article):
        text = article.text[start:end]
        for moment in moments(text):
            if (moment.year, moment.month, moment.day) == (date.year, date.month, date.day) and not moment.until:
                return start + moment.start, start + moment.end
        if parse_date(text.strip()) == date:
            return start + len(text) - len(text.lstrip()), start + len(text.rstrip())
    return None


def _joined(text: str, places: list[tuple[int, int]]) -> tuple[Stated, ...]:
    """One stretch for names of one line with no more between them than joins two."""
    found: list[Stated] = []
    for place in sorted(places):
        line = _line_of(text, place)
        if found and found[-1].line == line and _JOIN.fullmatch(text[found[-1].words[1] : place[0]]):
            found[-1] = Stated((found[-1].words[0], place[1]), line)
        else:
            found.append(Stated(place, line))
    return tuple(found)


def _line_of(text: str, words: tuple[int, int]) -> tuple[int, int]:
    start = text.rfind("\n", 0, words[0]) + 1
    end = text.find("\n", words[1])
    end = len(text) if end < 0 else end
    if end - start <= _LONGEST_LINE:
        return start, end
    touched = [(s, e) for s, e in split_sentences(text[start:end]) if s < words[1] - start and words[0] - start < e]
    return (start + touched[0][0], start + touched[-1][1]) if touched else (start, end)
