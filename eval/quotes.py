"""Quotes in texts: where one stands, and what to say when it does not stand there once."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from eval.suite import Evidence
from indexer.errors import BadSuite
from indexer.records import canonical_text
from service.citation import shown

_FEW = 5
_QUOTE_MARKS = "\"'`´‘’‚‛“”„‟«»‹›′″"
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_FOLDED = re.compile(f"([{_QUOTE_MARKS}])|([{_DASHES}]+)")


def standing(quote: str, text: str, *, folded: bool = False) -> list[tuple[int, int]]:
    """Where a quote stands, runs of white space being alike; ``folded``: and case, quote marks and dashes too."""
    words = canonical_text(quote).split()
    pattern = r"\s+".join("".join(_loosely(word)) if folded else re.escape(word) for word in words)
    # A lookahead, so that places that overlap count as two.
    return [match.span(1) for match in re.finditer(f"(?=({pattern}))", text, re.IGNORECASE if folded else 0)]


def _loosely(word: str) -> Iterator[str]:
    cursor = 0
    for match in _FOLDED.finditer(word):
        yield re.escape(word[cursor : match.start()])
        yield f"[{_QUOTE_MARKS}]" if match[1] else f"[{_DASHES}]+"
        cursor = match.end()
    yield re.escape(word[cursor:])


def require_once(evidence: Evidence, text: str) -> None:
    article, quote = evidence.article, shown(evidence.quote)
    found = standing(evidence.quote, text)
    if len(found) == 1:
        return
    if found:
        few = ", ".join(f"{start}-{end}" for start, end in found[:_FEW])
        raise BadSuite(
            f"{quote} stands {len(found):,} times in article {article!r}, at {few}{'…' * (len(found) > _FEW)}. "
            "Make the quote longer, until it stands there once"
        )
    for start, end in standing(evidence.quote, text, folded=True):
        words = " ".join(text[start:end].split())
        raise BadSuite(
            f"{quote} differs in case, quote marks or dashes from article {article!r}, which says {words!r}. "
            f"Write it so: pressmark show {shlex.quote(article)}#{start}-{end}"
        )
    raise BadSuite(
        f"{quote} does not stand in article {article!r}. See what does: pressmark show {shlex.quote(article)}"
    )
