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
_COPYRIGHT = re.compile(r"©|\bcopyright\b|\ball rights reserved\b", re.IGNORECASE)
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
    source = first or article
    if fact == "author":
        found = [_place_of(article, author) for author in article.authors]
        return _joined(article.text, [place for place in found if place]) if all(found) else ()
    if fact == "publisher":
        place = _place_of(article, source.publisher, source.published) if source.publisher else None
    else:
        place = _place_of_date(article, source.published) if source.published else None
    return (Stated(place, _line_of(article.text, place)),) if place else ()


def _places(article: StoredArticle) -> Iterator[tuple[int, int]]:
    """Its blocks but its title, a copyright line after all others that are not its subject's; last, its subject's own
    first two and last: between them an article speaks of others.
    """
    around = [b for b in article.blocks if b.kind == "boilerplate"]
    around.sort(key=lambda block: _COPYRIGHT.search(article.text, block.start, block.end) is not None)
    own = [block for block in article.blocks if block.kind == "paragraph"]
    yield from ((block.start, block.end) for block in (*around, *own[:2], *own[2:][-1:]))


def _place_of(article: StoredArticle, name: str, date: PartialDate | None = None) -> tuple[int, int] | None:
    """Where the name stands: beside the date, where it does so anywhere. In lower case it is another word ("Time", and
    "reading time").
    """
    spaced = r"\s+".join(map(re.escape, name.split()))
    words = re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)
    found = [
        match.span()
        for start, end in _places(article)
        for match in words.finditer(article.text, start, end)
        if name.islower() or not match[0].islower()
    ]
    dated = (place for place in found if date and _dates(article, date, *_line_of(article.text, place)))
    return next(dated, found[0] if found else None)


def _place_of_date(article: StoredArticle, date: PartialDate) -> tuple[int, int] | None:
    own = {block.start for block in article.blocks if block.kind == "paragraph"}
    for start, end in _places(article):
        if date.precision != "day" and start in own:  # "in 2014" is when something else happened
            continue
        if place := _dates(article, date, start, end):
            return place
    return None


def _dates(article: StoredArticle, date: PartialDate, start: int, end: int) -> tuple[int, int] | None:
    """Where the date stands between these."""
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
