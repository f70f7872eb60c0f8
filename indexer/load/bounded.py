"""How long what is stated of an article may be, whatever it was read from.

Metadata stands beside every passage, in the model's input and in every hit: a title of ten megabytes would be a hundred
in one page of results. The text of an article has no such limit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from indexer.errors import NotAnArticle
from indexer.records import Article

LONGEST_ID = 4_000
LONGEST_TITLE = 2_000
LONGEST_PUBLISHER = 1_000
LONGEST_URL = 4_000
LONGEST_AUTHORS = 200_000
"""Characters of all names together: papers of physics have had five thousand authors."""


def bounded(article: Article, name: str) -> Iterator[Article | NotAnArticle]:
    """For each field that is too long an error, then the article without these; only an error where its id is."""
    if len(article.id) > LONGEST_ID:
        yield NotAnArticle(
            f"{name}: an id has {len(article.id):,} characters, {article.id[:80]!r}...; the most is {LONGEST_ID:,}. "
            "Give the article a shorter one"
        )
        return
    lengths = {
        "title": (len(article.title or ""), LONGEST_TITLE),
        "publisher": (len(article.publisher or ""), LONGEST_PUBLISHER),
        "url": (len(article.url or ""), LONGEST_URL),
        "authors": (sum(map(len, article.authors)), LONGEST_AUTHORS),
    }
    too_long = [field for field, (length, most) in lengths.items() if length > most]
    for field in too_long:
        length, most = lengths[field]
        yield NotAnArticle(
            f"{name}: its {field} has {length:,} characters; the most is {most:,}. The article is indexed without it"
        )
    yield _without(article, too_long) if too_long else article


def _without(article: Article, fields: Collection[str]) -> Article:
    return replace(
        article,
        title=None if "title" in fields else article.title,
        publisher=None if "publisher" in fields else article.publisher,
        url=None if "url" in fields else article.url,
        authors=() if "authors" in fields else article.authors,
        provenance={key: source for key, source in article.provenance.items() if key not in fields},
    )
