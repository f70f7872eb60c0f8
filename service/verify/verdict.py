"""What became of a citation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.citation import Citation, as_json
from service.locator import Locator

Status = Literal["exact", "unchanged", "moved", "changed", "gone", "false"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """Words of a quote and those that stand in their place; one of the two may be empty.

    ``removed_at`` are offsets in the edition cited, ``added_at`` in the present one.
    """

    removed: str
    removed_at: Span
    added: str
    added_at: Span


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a quote that an answer gave: ``quote`` at ``[start, end)`` of the edition cited."""

    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """What became of an answer's words. ``found``: where they stand now, by way of their citation.

    ``changes`` are those of the citation's that touch them.
    """

    words: Words
    stands: bool
    found: Span | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a citation.

    ========= ============================================================================= ========
    status    meaning                                                                       verified
    ========= ============================================================================= ========
    exact     the edition cited holds the quote at its span                                 yes
    unchanged another edition, and the quote still stands at its span                       yes
    moved     another edition, and the very quote stands elsewhere: ``found``               yes
    changed   another edition without the quote: ``found`` is most like it, see ``changes`` no
    gone      there is no such article                                                      no
    false     the edition cited holds other characters there: an altered citation           no
    ========= ============================================================================= ========

    ``moved`` counts as verified because the article still says, character for character, what the citation says it
    does; its place is new, and when the quote stands there several times ``found`` is the place nearest to the old
    one and the message says so. ``false`` gives in ``found`` where the quote does stand, if anywhere.

    ``words`` are those that an exported answer gave out of the quote.
    """

    citation: Citation
    status: Status
    message: str
    found: Span | None = None
    changes: tuple[Change, ...] = ()
    words: tuple[AnswerWords, ...] = ()

    @property
    def verified(self) -> bool:
        return self.status in ("exact", "unchanged", "moved")

    @property
    def locator(self) -> str | None:
        """The locator of ``found`` in the present edition."""
        return Locator(self.citation.article_id, *self.found).text if self.found else None


def verdict_as_json(verdict: Verdict) -> dict[str, object]:
    """The verdict as every interface writes it; ``words`` are there for what an answer cites."""
    shape: dict[str, object] = {
        "status": verdict.status,
        "verified": verdict.verified,
        "message": verdict.message,
        "found": list(verdict.found) if verdict.found else None,
        "locator": verdict.locator,
        "changes": [_change_as_json(change) for change in verdict.changes],
        "citation": as_json(verdict.citation),
    }
    return shape | {"words": [_words_as_json(words) for words in verdict.words]} if verdict.words else shape


def _words_as_json(words: AnswerWords) -> dict[str, object]:
    return {
        "quote": words.words.quote,
        "words": [words.words.start, words.words.end],
        "stands": words.stands,
        "found": list(words.found) if words.found else None,
        "changes": [_change_as_json(change) for change in words.changes],
    }


def _change_as_json(change: Change) -> dict[str, object]:
    return {
        "removed": change.removed,
        "removed_at": list(change.removed_at),
        "added": change.added,
        "added_at": list(change.added_at),
    }
