"""A locator: what a person types to name an article, or a span of one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.errors import BadQuery

# Greedy, so that the last #START-END is the span: an id may hold '#'. Fifteen digits are more than any text has, and
# keep int() away from its limit on digits.
_LOCATOR = re.compile(r"(?P<id>.+)#(?P<start>[0-9]{1,15})-(?P<end>[0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class Locator:
    """An article, or a span of it: start and end are both given or both None."""

    article_id: str
    start: int | None = None
    end: int | None = None

    @property
    def text(self) -> str:
        """The locator as it is typed."""
        return self.article_id if self.start is None else f"{self.article_id}#{self.start}-{self.end}"


def parse_locator(text: str) -> Locator:
    """What ``ID`` or ``ID#START-END`` names; the last ``#START-END`` is the span, so an id may hold ``#``.

    >>> parse_locator("example.org/a#b#3-7")
    Locator(article_id='example.org/a#b', start=3, end=7)

    Raises:
        BadQuery: nothing is named, or the span is empty or runs backwards.
    """
    named = text.strip()
    match = _LOCATOR.fullmatch(named)
    if match is None:
        if not named or "\n" in named or re.fullmatch(r"#[0-9]+-[0-9]+", named):
            raise BadQuery(f"{text!r} names no article. Write ID or ID#START-END, as in example.org/a#120-180")
        return Locator(named)
    start, end = int(match["start"]), int(match["end"])
    if start >= end:
        raise BadQuery(f"the span {start}-{end} of {match['id']!r} is empty or runs backwards. Write ID#START-END")
    return Locator(match["id"], start, end)
