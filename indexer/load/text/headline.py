"""Which line over an article is its title."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.load.text import furniture
from indexer.load.text.masthead import names_publication, read_publication

LONGEST_TITLE = 200  # characters
_TELLING = 15  # characters; a shorter title occurs in other lines by chance


def may_be_title(words: str, *, on_page: bool) -> bool:
    """Whether a block has the shape of a title: one line that ends no sentence; on a page it may ask a question."""
    if "\n" in words or len(words) > LONGEST_TITLE or words[0].islower() or not any(map(str.isalpha, words)):
        return False
    if on_page and (furniture.is_likely(words) or read_publication(words) or furniture.is_notice(words)):
        return False
    return not words.rstrip("\"'”’»)").endswith(tuple(".,;:" if on_page else ".,;:!?…"))


def title_rank(candidate: str, around: Sequence[str]) -> tuple[bool, int, bool]:
    """What makes a line the title rather than a section's or the site's name: greater is likelier.

    Pages repeat their titles in crumbs, in links and in the browser's title; ``around`` are the lines to look through.
    """
    title = furniture.shown(candidate)
    repeated = (
        sum(title.casefold() in furniture.shown(line).casefold() for line in around) if len(title) > _TELLING else 1
    )
    return not names_publication(title), repeated, len(title.split()) >= 3
