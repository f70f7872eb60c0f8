"""Questions about an article itself: who wrote it, when it was published, and by whom.

"Who wrote ...?" is answered by a line that says nothing of the article's subject and so stands in no passage: reading
passages for it finds somebody else. The article is the one that the question names by its title, or describes.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from indexer.errors import UnknownArticle
from indexer.snapshot import Snapshot
from service.answer.composing import Composed
from service.answer.imprint_questions import ORIGINAL, fact_of
from service.answer.masthead import stated
from service.answer.meant_article import Found, is_described, is_titled
from service.answer.question import Asked
from service.answer.records import Support
from service.citation import cite_span
from service.search import Hit

_BY_TITLE, _BY_WORDS = 0.95, 0.85
"""How sure the article is the one meant: named by its title, or described by its words and names."""


def told(asked: Asked, hits: Sequence[Hit], snapshot: Snapshot) -> Composed | None:
    """The answer to a question about an article itself.

    None where it asks for something else, where no article or more than one can be meant, or where it does not say.
    ``hits`` are the passages found for the question: one of them has to be of the article.
    """
    fact = fact_of(asked.asking) if asked.kind != "yes-no" else None
    if fact is None:
        return None
    found = _found(hits, snapshot)
    by_title = [one for one in found if is_titled(asked, one)]
    meant = by_title or [one for one in found if is_described(asked, one)]
    if len(meant) != 1:
        return None
    [one] = meant
    places = stated(one.article, fact, bool(ORIGINAL.search(asked.asking)))
    if not places:
        return None
    confidence = _BY_TITLE if by_title else _BY_WORDS
    supports = tuple(
        Support(
            citation=cite_span(one.article, one.article.text, *place.line),
            words=place.words,
            confidence=confidence,
            also_published_by=one.hits[0].also_published_by,
        )
        for place in places
    )
    return Composed("; ".join(support.quote for support in supports), supports, confidence)


def _found(hits: Sequence[Hit], snapshot: Snapshot) -> list[Found]:
    """Those that are still as they were when the search found them."""
    of: dict[str, list[Hit]] = {}
    for hit in hits:
        of.setdefault(hit.citation.article_id, []).append(hit)
    found = []
    for name, own in of.items():
        with suppress(UnknownArticle):
            article = snapshot.article(name)
            if article.edition == own[0].citation.edition:
                found.append(Found(article, tuple(own)))
    return found
