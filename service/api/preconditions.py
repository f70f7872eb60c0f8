"""``If-Match`` and ``If-None-Match`` of a request that changes an article.

Source: RFC 9110, sections 13.1.1 and 13.1.2.
"""

from __future__ import annotations

from starlette.requests import Request

from indexer.errors import OtherEdition
from indexer.standing import Standing
from service.api.tags import named_in, tag_of, weakly


class Preconditions:
    """What a request wants to be so before it changes anything."""

    def __init__(self, request: Request) -> None:
        match, none_match = (request.headers.getlist(name) for name in ("if-match", "if-none-match"))
        self._match = named_in(match) if match else None
        self._none_match = weakly(named_in(none_match))

    def require(self, article_id: str, held: Standing | None) -> None:
        """Refuse the change where what is held is not what was said.

        Raises:
            OtherEdition: it is not.
        """
        holds = f"edition {held.edition}" if held is not None else "no article of this id"
        # An article's address is answered with the tag of all of it, its text's with that of the edition.
        tags = {f'"{held.edition}"', f'"{tag_of(held)}"', "*"} if held is not None else set()
        mend = "Read it again, and decide anew"
        if self._match is not None and not self._match & tags:
            raise OtherEdition(f"{article_id!r} is not in the edition of If-Match: the archive holds {holds}. {mend}")
        if self._none_match & tags:
            raise OtherEdition(f"{article_id!r} is there, which If-None-Match excludes: {holds}. {mend}")
