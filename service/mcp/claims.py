"""Quotes with their locators, as the citations that ``verify_document`` takes.

An agent has copied a few words and where they stand, seldom all that a citation says. What it left out is not checked:
metadata is taken from the archive, and the edition, too, where none was named.
"""

from __future__ import annotations

from collections.abc import Sequence

from indexer.errors import BadQuery, BadRecord, UnknownArticle
from indexer.snapshot import Snapshot
from indexer.stored import StoredArticle
from service.citation import Citation, as_json
from service.locator import parse_locator
from service.mcp.inputs import Claim


def cited(claims: Sequence[Claim], snapshot: Snapshot) -> list[object]:
    """The citations, as JSON. A claim that says more than place, quote and edition is one already, and left as it is.

    Raises:
        BadQuery: a locator that names no span.
        BadRecord: a quote that cannot be of its span: it is longer, or shorter.
        UnknownArticle: no such article, and no edition was named that the archive might have held.
    """
    return [_citation(claim, snapshot, f"citations[{at}]") for at, claim in enumerate(claims)]


def _citation(claim: Claim, snapshot: Snapshot, place: str) -> object:
    if claim.model_extra:
        return claim.model_dump(exclude_unset=True)
    where = parse_locator(claim.locator)
    if where.start is None or where.end is None:
        raise BadQuery(f"{place}: {where.article_id} names no span. Write ID#START-END, as any result gives it")
    article = _held(snapshot, where.article_id)
    edition = claim.edition or (article.edition if article else None)
    if edition is None:
        raise UnknownArticle(
            f"{place}: there is no article {where.article_id!r} here. If it was removed, give the edition that you "
            "quote as well; if the id may be wrong, search for its title"
        )
    try:
        citation = Citation(
            article_id=where.article_id,
            edition=edition,
            title=article.title if article else None,
            authors=article.authors if article else (),
            publisher=article.publisher if article else None,
            published=str(article.published) if article and article.published else None,
            url=article.url if article else None,
            start=where.start,
            end=where.end,
            quote=claim.quote,
        )
    except BadRecord as error:
        raise BadRecord(
            f"{place}: {error}. Copy quote and locator from one result, or see what stands there with read_article"
        ) from error
    return as_json(citation)


def _held(snapshot: Snapshot, article_id: str) -> StoredArticle | None:
    try:
        return snapshot.article(article_id)
    except UnknownArticle:
        return None
