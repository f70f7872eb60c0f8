"""Articles that are handed over: their ids, and who may put them where.

The id is the one stated, else the one of the canonical URL, else a name under ``uploads/``: the file's, as when a
folder with that prefix was indexed, or for an article that came as JSON the first 12 digits of its edition. So the same
article sent again is the same article.
"""

from __future__ import annotations

from collections.abc import Mapping

from indexer.errors import NotAnArticle
from indexer.load.bounded import bounded
from indexer.load.jsonl import article_of
from indexer.records import Article
from indexer.standing import Standing

PREFIX = "uploads"


def article_given(record: Mapping[str, object]) -> Article:
    """The article that a JSON record is: ``text``, ``title`` and the other fields of a line of JSON Lines.

    Raises:
        NotAnArticle: a field cannot be used; the message names it.
    """
    given = article_of(record, PREFIX)
    for item in bounded(given, "what is given"):
        if isinstance(item, NotAnArticle):
            raise item
    return given


def refuse_followed(article: Article, held: Standing | None) -> None:
    """Leave to a followed file what comes from it.

    Raises:
        NotAnArticle: it does.
    """
    if held is not None and held.file is not None:
        raise NotAnArticle(
            f"the id {article.id!r} is that of an article in a file that the archive follows, which alone decides it. "
            "Change that file, or give this article another id",
            article.id,
        )


def refuse_others(article: Article, held: Standing | None, publishers: tuple[str, ...] | None) -> None:
    """Leave to others what is theirs, where only some publishers' articles may be written.

    Raises:
        NotAnArticle: the article, or the one that it would replace, is another publisher's.
    """
    if publishers is None:
        return
    if article.publisher not in publishers:
        stated = repr(article.publisher) if article.publisher else "not stated"
        raise NotAnArticle(
            f"article {article.id!r}: its publisher is {stated}, and this key may write only articles of "
            f"{' or '.join(map(repr, publishers)) or 'nobody'}. State that publisher, or use another key",
            article.id,
        )
    if held is not None and held.publisher not in publishers:
        raise NotAnArticle(f"the id {article.id!r} is taken. Give this article another", article.id)
