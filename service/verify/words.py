"""Two wordings compared, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from service.citation import Citation
from service.verify.verdict import Change, Span

_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # no spaces between words: each is its own token
_LETTERS = rf"[^\W{_IDEOGRAPHS}]+"
TOKEN = re.compile(rf"[{_IDEOGRAPHS}]|{_LETTERS}(?:[.,'’-]{_LETTERS})*|[^\w\s]")  # 1,400 and don't are one token
SENTENCE_ENDS = frozenset(".!?…。！？")
_MANY_TOKENS = 500  # beyond, difflib does not start matches at frequent words
MOST_TOKENS = 10_000  # beyond, a comparison word by word is neither quick nor read


def tokens(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The spans of words and punctuation marks within ``text[start:end]``."""
    return [match.span() for match in TOKEN.finditer(text, start, len(text) if end is None else end)]


def is_word(token: str) -> bool:
    """Whether a token is more than a punctuation mark."""
    return token[0].isalnum()


def words_at(text: str, spans: Iterable[Span]) -> list[str]:
    """The tokens that stand at their spans."""
    return [text[start:end] for start, end in spans]


def word_matcher(wanted: list[str], others: list[str]) -> SequenceMatcher[str]:
    """What compares two lists of tokens."""
    return SequenceMatcher(None, wanted, others, autojunk=len(wanted) > _MANY_TOKENS)


def changes_between(citation: Citation, words: Sequence[Span], text: str, others: Sequence[Span]) -> tuple[Change, ...]:
    """What makes the quote, whose tokens are ``words``, into ``others`` of the text; none when it is too long."""
    if len(words) > MOST_TOKENS:
        return ()
    matcher = word_matcher(words_at(citation.quote, words), words_at(text, others))
    changes = []
    for kind, first, last, other_first, other_last in matcher.get_opcodes():
        if kind != "equal":
            removed = _covered(words, first, last, 0)
            added = _covered(others, other_first, other_last, min(citation.start, len(text)))
            changes.append(
                Change(
                    removed=citation.quote[removed[0] : removed[1]],
                    removed_at=(citation.start + removed[0], citation.start + removed[1]),
                    added=text[added[0] : added[1]],
                    added_at=added,
                )
            )
    return tuple(changes)


def _covered(spans: Sequence[Span], first: int, last: int, otherwise: int) -> Span:
    """From the first to the last of ``spans[first:last]``; where there is none, the place after the one before."""
    if first < last:
        return spans[first][0], spans[last - 1][1]
    place = spans[first - 1][1] if first else spans[0][0] if spans else otherwise
    return place, place
