"""What an article says of its author, for a question that names one.

The box beside an article is no part of its subject, so that it stands in no passage and no search returns it. Where a
question names an author, the boxes of that author's articles are read after the passages, and cited as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby

from indexer.bylines import first_and_last
from indexer.errors import UnknownArticle
from indexer.filters import Filter, words_of_name
from indexer.load.text import furniture
from indexer.load.text.author_box import author_boxes, is_sentence, tells_of_a_life
from indexer.stored import StoredArticle
from service.answer.names import names
from service.candidates import Leg
from service.citation import Citation, cite_span
from service.search import Hit, Searcher

_MOST = 3
"""Boxes that are read. Those beside the articles of one author say much the same."""
_LATEST = 5
"""Articles, beside those found, in which an author's box is looked for."""
_LONGEST = 2_000
"""Characters of a block that are looked at. A biography says early whose it is."""


def biographies(question: str, hits: Sequence[Hit], limits: Filter, searcher: Searcher) -> tuple[Hit, ...]:
    """The boxes as hits behind the others: first of the articles that were found, then of an author's latest."""
    snapshot = searcher.archive.snapshot()
    boxes: dict[str, Citation] = {}
    found = dict.fromkeys(hit.citation.article_id for hit in hits if _names_one(question, hit.citation.authors))
    for name in dict.fromkeys([*found, *snapshot.written_by(words_of_name(question), limits, _LATEST)]):
        with suppress(UnknownArticle):
            article = snapshot.article(name)
            for start, end in _boxes(article, question):
                box = cite_span(article, article.text, start, end)
                boxes.setdefault(box.quote, box)
    read = [*boxes.values()][:_MOST]
    cosines = searcher.likeness(question, [box.quote for box in read]).tolist()
    return tuple(
        Hit(rank, 0.0, Leg(rank, cosine, 0.0), None, box, (), None, None, ())
        for rank, (box, cosine) in enumerate(zip(read, cosines, strict=True), start=len(hits) + 1)
    )


def _names_one(question: str, authors: Sequence[str]) -> bool:
    return any(is_named(author, question) for author in authors)


def is_named(author: str, question: str) -> bool:
    """Whether a question names a person: by first and last name, or by the last where it gives no other first.

    >>> [is_named("Ann Reed", q) for q in ("where does ann reed teach", "Where does Reed teach?", "Can a reed sing?")]
    [True, True, False]
    >>> is_named("Ann Reed", "Where did John Reed teach?")
    False
    """
    known = first_and_last(author)
    if known is None:
        return False
    if {*known} <= {*words_of_name(question)}:
        return True
    own = {*words_of_name(author)}
    return any(known[1] in name.words and {*name.words} <= own for name in names(question))


def _boxes(article: StoredArticle, question: str) -> Iterator[tuple[int, int]]:
    """What stands under a line such as "About the author", and paragraphs beside the article that tell of a life, as
    far as they are of somebody whom the question names; each ``[start, end)``.
    """
    for kind, group in groupby(article.blocks, lambda block: block.kind):
        if kind == "boilerplate":
            blocks = [*group]
            whose = _whose([article.text[block.start : block.end][:_LONGEST] for block in blocks], article.authors)
            for author, places in groupby(range(len(blocks)), whose.__getitem__):
                if author is not None and is_named(author, question):
                    box = [*places]
                    yield blocks[box[0]].start, blocks[box[-1]].end


def _whose(texts: Sequence[str], authors: Sequence[str]) -> list[str | None]:
    """Of each block the author of whom it tells: whom it names, or who was named before it in the same box."""
    marked = {i: box.start for box in author_boxes(texts, authors) for i in range(box.start + 1, box.end)}
    whose: list[str | None] = []
    for i, text in enumerate(texts):
        alone = is_sentence(text) and tells_of_a_life(text) and not furniture.is_notice(text)
        author = _named_first(text, authors) if i in marked or alone else None
        if author is None and i in marked:
            author = whose[-1] if marked.get(i - 1) == marked[i] else authors[0] if len(authors) == 1 else None
        whose.append(author)
    return whose


def _named_first(text: str, authors: Sequence[str]) -> str | None:
    """The author whose first or last name, as names are written, comes first in a text."""
    places: dict[str, int] = {}
    for author in authors:
        for match in re.finditer(r"\w{3,}", text):
            if match[0][0].isupper() and {*words_of_name(match[0])} & {*(first_and_last(author) or ())}:
                places[author] = match.start()
                break
    return min(places, key=places.__getitem__, default=None)
