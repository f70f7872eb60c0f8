"""From groups of candidates to one answer: its words, citations and parts, and the other side where there is one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from service.answer.agreement import conflict, same_answer
from service.answer.attribution import said_by
from service.answer.confidence import Judged
from service.answer.groups import Group
from service.answer.question import Asked
from service.answer.records import Side, Support
from service.citation import check

MOST_CITED = 5
"""Citations of one answer. More say the same again."""
_ITEMS = 8
_SURE_ENOUGH = 0.5
"""Part of the threshold from which a place that says the same is cited beside the one that carries the answer."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What an answer says and cites. ``side`` is the same as one side, for who compares."""

    text: str
    supports: tuple[Support, ...]
    confidence: float
    items: tuple[str, ...] = ()
    sides: tuple[Side, ...] = field(default=())

    @property
    def side(self) -> Side:
        return Side(self.text, self.confidence, self.supports)


def compose(asked: Asked, groups: Sequence[Group], threshold: float) -> Composed | None:
    """The answer that the surest group gives; None when it is not as sure as the threshold.

    Groups that conflict with it and are sure enough themselves are sides, each with its own citations: which of them is
    right is not for this program to say. A list takes in the other groups that are sure enough, best first.
    """
    if not groups or groups[0].confidence < threshold:
        return None
    sure = [group for group in groups if group.confidence >= threshold]
    head = sure[0]
    if asked.kind == "yes-no":
        return Composed(head.head.candidate.context, _supports(head, threshold), head.confidence)
    against = [g for g in sure[1:] if _is_other_side(g, head, asked)] if asked.kind == "words" else []
    if against:
        sides = tuple(Side(_said(group), group.confidence, _supports(group, threshold)) for group in (head, *against))
        supports = tuple(support for side in sides for support in side.supports)
        return Composed("; ".join(side.answer for side in sides), supports, head.confidence, sides=sides)
    if asked.kind == "list":
        return _listed(sure, threshold)
    return Composed(_said(head), _supports(head, threshold), head.confidence)


def _is_other_side(group: Group, head: Group, asked: Asked) -> bool:
    """Whether it says something else of the same thing, in another place."""
    one, other = group.head.candidate, head.head.candidate
    apart = one.article_id != other.article_id or one.sentence != other.sentence
    return apart and conflict(one.text, other.text, asked.expects)


def _listed(sure: Sequence[Group], threshold: float) -> Composed:
    """One item a group. What stands in an item already is none of its own."""
    items: list[Group] = []
    for group in sure[:_ITEMS]:
        text = _said(group)
        if not any(same_answer(text, _said(known)) or _stands_in(text, _said(known)) for known in items):
            items.append(group)
    supports = tuple(support for group in items for support in _supports(group, threshold))
    texts = tuple(_said(group) for group in items)
    return Composed("; ".join(texts), supports, sure[0].confidence, items=texts)


def _stands_in(some: str, others: str) -> bool:
    """Whether it is there word for word; "Niger" is not in "Nigeria"."""
    return re.search(rf"(?<!\w){re.escape(some)}(?!\w)", others, re.IGNORECASE) is not None


def _said(group: Group) -> str:
    return group.head.candidate.text


def _supports(group: Group, threshold: float) -> tuple[Support, ...]:
    """Where it is said, the surest first, each sentence once."""
    cited: dict[tuple[str, tuple[int, int]], Support] = {}
    for member in group.members:
        place = (member.candidate.article_id, member.candidate.sentence)
        if place not in cited and (member is group.head or member.confidence >= _SURE_ENOUGH * threshold):
            cited[place] = support_of(member)
    return tuple(cited.values())[:MOST_CITED]


def support_of(judged: Judged) -> Support:
    candidate, around = judged.candidate, judged.candidate.around
    speaker = said_by(around.text, candidate.words[0] - around.start, candidate.words[1] - around.start)
    citation = candidate.citation()
    if candidate.article is not None:  # what is cited is checked again as it leaves, against the stored text
        check(citation, candidate.article.text)
    return Support(
        citation=citation,
        words=candidate.words,
        confidence=judged.confidence,
        said_by=around.text[speaker[0] : speaker[1]] if speaker else None,
        also_published_by=candidate.hit.also_published_by,
    )
