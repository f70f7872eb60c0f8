"""What an article says of its author, for a question that names one.

The box beside an article is no part of its subject, so that it stands in no passage and no search returns it. Where a
question names an author, the boxes of that author's articles are read after the passages, and cited as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby

from indexer.bylines import words_of_name
from indexer.errors import UnknownArticle
from indexer.filters import Filter
from indexer.load.text.author_box import author_boxes, is_sentence, tells_of_a_life
from indexer.records import Block
from indexer.stored import StoredArticle
from service.candidates import Leg
from service.citation import Citation, cite_span
from service.search import Hit, Searcher

_MOST = 3
"""Boxes that are read. Those beside the articles of one author say much the same."""
_LATEST = 5
"""Articles, beside those found, in which an author's box is looked for."""


def biographies(question: str, hits: Sequence[Hit], limits: Filter, searcher: Searcher) -> tuple[Hit, ...]:
    """The boxes as hits behind the others: first of the articles that were found, then of an author's latest."""
    snapshot = searcher.archive.snapshot()
    boxes: dict[str, Citation] = {}
    found = dict.fromkeys(hit.citation.article_id for hit in hits)
    for name in dict.fromkeys([*found, *snapshot.written_by(words_of_name(question), limits, _LATEST)]):
        with suppress(UnknownArticle):
            article = snapshot.article(name)
            if authors := [author for author in article.authors if is_named(author, question)]:
                for start, end in _boxes(article, authors):
                    box = cite_span(article, article.text, start, end)
                    boxes.setdefault(box.quote, box)
    read = [*boxes.values()][:_MOST]
    cosines = searcher.likeness(question, [box.quote for box in read]).tolist()
    return tuple(
        Hit(rank, 0.0, Leg(rank, cosine, 0.0), None, box, (), None, None, ())
        for rank, (box, cosine) in enumerate(zip(read, cosines, strict=True), start=len(hits) + 1)
    )


def is_named(author: str, question: str) -> bool:
    """Whether a question names a person: by all words of the name, or by the last as a name is written.

    >>> [is_named("Ann Reed", q) for q in ("where does ann reed teach", "Where does Reed teach?", "Can a reed sing?")]
    [True, True, False]
    """
    name = words_of_name(author)
    last = re.findall(r"\w+", author)[-1:]
    return bool(name) and ({*name} <= {*words_of_name(question)} or last[0] in re.findall(r"\w+", question))


def _boxes(article: StoredArticle, authors: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The boxes under a line such as "About the author", and the paragraphs beside the article that tell of a life, if
    they name one of the authors; each ``[start, end)``.
    """
    known = {word for author in authors for word in words_of_name(author)}
    for kind, group in groupby(article.blocks, lambda block: block.kind):
        if kind == "boilerplate":
            blocks = [*group]
            texts = [article.text[block.start : block.end] for block in blocks]
            for box in _among(texts, authors):
                if known & {word for text in texts[box.start : box.stop] for word in words_of_name(text)}:
                    yield _span(blocks[box.start : box.stop])


def _among(texts: Sequence[str], authors: Sequence[str]) -> list[range]:
    boxed = {i for box in author_boxes(texts, authors) for i in range(box.start + 1, box.end)}
    lives = {i for i, text in enumerate(texts) if is_sentence(text) and tells_of_a_life(text)}
    boxes: list[range] = []
    for i in sorted(boxed | lives):
        if boxes and boxes[-1].stop == i:
            boxes[-1] = range(boxes[-1].start, i + 1)
        else:
            boxes.append(range(i, i + 1))
    return boxes


def _span(blocks: Sequence[Block]) -> tuple[int, int]:
    return blocks[0].start, blocks[-1].end
