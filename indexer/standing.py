"""What the archive holds under an id, as whoever wants to put something in its place must know it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from indexer.records import Article
from indexer.sources import Sources
from indexer.stored import ARTICLE, article_from_row


@dataclass(frozen=True, slots=True)
class Standing:
    """An article as it stands; ``file`` is the followed file that it came from, None where it was handed over.

    ``statement`` is that of ``StoredArticle``: what is stated of it beside its text.
    """

    edition: str
    statement: str
    publisher: str | None
    file: str | None


Admits = Callable[[Article, Standing | None], None]
"""What raises an ``InputError`` when an article may not take its place."""


def standing_of(db: sqlite3.Connection, article_id: str) -> Standing | None:
    """The article of this id inside the writer's transaction; None when there is none."""
    row = db.execute(ARTICLE, (article_id,)).fetchone()
    owner = Sources(db).owner_of(article_id)
    if row is None or owner is None:
        return None
    held = article_from_row(row)
    return Standing(held.edition, held.statement, held.publisher, owner[1] if owner[0] is not None else None)
