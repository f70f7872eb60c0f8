"""Near misses: for each question, the paragraphs that the search ranks high and that do not answer it.

The search is the one that ships, over a throw-away archive of all paragraphs, so that the reader learns to tell apart
what it will be shown.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from indexer.build import index_articles, open_or_create
from indexer.chunk import ChunkConfig
from indexer.embed import Embedder
from indexer.errors import BadQuery
from indexer.records import Article, Block, canonical_text
from service.reader.squad import Paragraph, Question, QuestionSet
from service.search import Searcher, SearchOptions

_LOOKED_AT = 10


def near_misses(
    asked: QuestionSet, embedder: Embedder, each: int = 4, tell: Callable[[int], None] = lambda done: None
) -> list[list[int]]:
    """For each question at most ``each`` paragraphs, best ranked first: not its own, and without any of its answers."""
    with tempfile.TemporaryDirectory(prefix="pressmark-mining-") as place:
        archive = open_or_create(Path(place) / "archive", embedder, ChunkConfig())
        index_articles(archive, embedder, (_article(i, p) for i, p in enumerate(asked.paragraphs)))
        searcher = Searcher(archive, embedder)
        options = SearchOptions(k=_LOOKED_AT, group="article")
        found: list[list[int]] = []
        for question in asked.questions:
            ranked = _ranked(searcher, question.text.replace('"', " "), options)
            found.append([other for other in ranked if _misses(question, other, asked.paragraphs[other])][:each])
            tell(len(found))
    return found


def _ranked(searcher: Searcher, query: str, options: SearchOptions) -> list[int]:
    try:
        return [int(hit.citation.article_id) for hit in searcher.search(query, options).hits]
    except BadQuery:  # nothing to rank by, or too much: such a question has no near misses
        return []


def _misses(question: Question, other: int, paragraph: Paragraph) -> bool:
    text = paragraph.text.casefold()
    return other != question.paragraph and not any(answer.casefold() in text for answer in question.answers)


def _article(index: int, paragraph: Paragraph) -> Article:
    text = canonical_text(paragraph.text)
    return Article(str(index), text, (Block(0, len(text), "paragraph"),), title=paragraph.title or None)
