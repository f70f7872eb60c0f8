"""Why a text does not bear a sentence out, in words that a reader understands.

Numbers, dates, names, quotations and negation are compared by value: what a sentence states and its source does not is
a reason. That a source says the same in other words is the reader's business (``service.reader``), not this module's.
"""

from __future__ import annotations

import re

from indexer.sentences import split_sentences
from service.answer.moments import Moment, bears_out, moments
from service.answer.names import Name, missing_words, names
from service.answer.negation import denied, disputed, doubted, hedges
from service.answer.quantities import own_amounts, quantities
from service.answer.stems import stems_of

_QUOTED = re.compile(r"[\"“„]([^\"“”„]{2,}?)[\"”]")
_ENOUGH = 2
"""Stems shared with what a source doubts, from which a claim is about that."""


def contradictions(claim: str, source: str) -> tuple[str, ...]:
    """Reasons why the source does not bear the claim out; none where nothing speaks against it.

    Args:
        claim: a sentence that somebody wrote about the source.
        source: the cited words with as much around them as the claim may draw on: the passage, and before it the
            article's title and date of publication, each a sentence of its own.

    >>> contradictions("Iran demanded $5 billion.", "Iran in return demanded compensation of $4 billion.")
    ('"$5 billion" is not in the source',)
    """
    return (
        *_quotations(claim, source),
        *_amounts(claim, source),
        *_times(claim, source),
        *_names(claim, source),
        *_turned_around(claim, source),
    )


def _quotations(claim: str, source: str) -> list[str]:
    plain = _plain(source)
    return [
        f'the quotation "{match[1]}" is not in the source'
        for match in _QUOTED.finditer(claim)
        if _plain(match[1]).strip(" .,;:!?") not in plain
    ]


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\"“”„‘’']", "'", text).casefold().split())


def _amounts(claim: str, source: str) -> list[str]:
    there = quantities(source)
    years = {year for moment in moments(source) for year in (moment.year, moment.until) if year}
    return [
        f'"{claim[q.start : q.end]}" is not in the source'
        for q in own_amounts(claim)
        if not any(q.same_as(other) for other in there) and not (q.unit == "" and q.value in years)
    ]


def _times(claim: str, source: str) -> list[str]:
    there = moments(source)
    return [
        f'"{claim[moment.start : moment.end]}" is not in the source'
        for moment in moments(claim)
        if not _is_stated(moment, there)
    ]


def _is_stated(moment: Moment, there: tuple[Moment, ...]) -> bool:
    """Whether the source says the time at least as exactly: "the 1990s" does not say 1995, and 1995 is in the 1990s."""
    as_exact = tuple(other for other in there if _is_within(other, moment))
    years = {year for other in there for year in (other.year, other.until)}
    spelled_out = moment.until is not None and {moment.year, moment.until} <= years  # "from 1980 on ... until 1988"
    return bears_out(moment, as_exact) or spelled_out


def _is_within(other: Moment, moment: Moment) -> bool:
    if other.year is None or moment.year is None:
        return True
    return moment.year <= other.year and (other.until or other.year) <= (moment.until or moment.year)


def _names(claim: str, source: str) -> list[str]:
    reasons = []
    for name in names(claim):
        absent = missing_words(name, source)
        if absent and (name.sure or _is_surely_a_name(claim, name)):
            reasons.append(f'"{name.text}" is not in the source')
    return reasons


_ACTS = re.compile(
    r"(?:['’]s)?\s+(?:said|says|told|is|was|has|had|will|called|signed|visited|met|went|also|and\s+[A-Z])\b"
)


def _is_surely_a_name(claim: str, name: Name) -> bool:
    """Whether the word that begins a sentence is somebody: who acts alone, and is no plural and no verbal noun."""
    return not re.search(r"(?:s|ing|tion|ment|ity|ness|ance|ence|cy)$", name.text) and (
        _ACTS.match(claim, name.end) is not None
    )


def _turned_around(claim: str, source: str) -> list[str]:
    nearest = _nearest(claim, source)
    said = frozenset(stems_of(claim))
    claim_denies, source_denies = denied(claim), denied(nearest)
    reasons = []
    if not hedges(claim) and not claim_denies:
        reasons += [
            f'the source disputes it ("{reach.cue}")'
            for reach in disputed(nearest)[:1]
            if 2 * len(reach.stems & said) >= len(said) and len(reach.stems & said) >= _ENOUGH
        ]
        reasons += [
            f'the source only says so with "{reach.cue}"'
            for reach in doubted(nearest)
            if not reasons and len(reach.stems & said) >= _ENOUGH and 2 * len(reach.stems & said) >= len(reach.stems)
        ]
    if claim_denies and not source_denies and not disputed(nearest):
        of_source = frozenset(stems_of(nearest))
        reasons += [f'the source does not say "{r.cue}"' for r in claim_denies[:1] if r.stems & of_source]
    if source_denies and not claim_denies:
        reasons += [f'the source says "{r.cue}"' for r in source_denies if len(r.stems & said) * 2 >= len(r.stems) > 0][
            :1
        ]
    return reasons


def _nearest(claim: str, source: str) -> str:
    """The sentence of the source that shares most stems with the claim; the first of equals."""
    said = frozenset(stems_of(claim))
    sentences = [source[start:end] for start, end in split_sentences(source)]
    return max(sentences, key=lambda sentence: len(said & frozenset(stems_of(sentence))), default="")
