"""Which questions are about an article itself, and what of it they ask for. English only."""

from __future__ import annotations

import re

from service.answer.masthead import Fact
from service.answer.stems import stems_of

ARTICLE = r"(?:article|piece|essay|column|commentary|op-?ed|story)s?"
_PUBLISHED = r"(?:(?:re-?)?publish\w*|printed)"
_BROUGHT_OUT = rf"(?:{_PUBLISHED}|appear(?:ed)?|c[ao]me\s+out|posted|dated|r[au]n|carr(?:y|ied)(?!\s+out))"
_WROTE = r"(?:wrote|writes?|written|authored|penned)"
_AUTHOR = r"(?:the\s+)?(?:names?\s+of\s+(?:the\s+)?)?(?:authors?|writers?)\b"
_OUTLET = (
    r"(?:\w+\s+)?(?:outlet|publication|newspaper|magazine|journal|(?:web)?site|paper|agency|publisher|media|service"
    r"|organi[sz]ation)s?"
)
_WHO = r"(?:who|(?:which|what)\s+(?:author|writer|journalist|reporter|columnist)s?)"
_WHEN = r"(?:when|(?:on\s+|in\s+)?(?:what|which)\s+(?:date|day|year|month))\b"
_ASKS_FOR: tuple[tuple[Fact, str], ...] = (
    ("published", rf"{_WHEN}.*\b(?:{_BROUGHT_OUT}|{_WROTE})\b"),
    ("published", r"(?:what\s+(?:is|was)\s+)?(?:the\s+)?(?:publication\s+date|date\s+of\s+publication)\b"),
    ("published", rf"(?:what\s+(?:is|was)\s+)?(?:the\s+)?date\s+of\s+(?:the\s+)?{ARTICLE}\b"),
    ("author", rf"{_WHO}\s+(?:ha(?:s|ve)\s+)?{_WROTE}\b|{_AUTHOR}\s+of\b"),
    ("author", r"by\s+whom\b.*\bwritten\b|who\s+(?:is|was|were)\b.*\bwritten\s+by\W*$"),
    ("author", rf"(?:who|what)(?:[’']s|\s+(?:is|was|are|were))\s+{_AUTHOR}"),
    ("publisher", rf"(?:by\s+)?whom?\b.*\b{_PUBLISHED}\b|who\s+(?:r[au]n|carried)\s+(?:the|an?)\s+{ARTICLE}\b"),
    ("publisher", rf"(?:(?:in|by|on)\s+)?(?:where|(?:which|what)\s+{_OUTLET})\b.*\b{_BROUGHT_OUT}\b"),
    ("publisher", r"(?:(?:who|what)\s+(?:is|was)\s+)?(?:the\s+)?publishers?\s+of\b"),
    ("publisher", r"(?:who|(?:which|what)\s+\w+)\s+(?:is|was)\s+the\s+original\s+(?:source|publisher)\s+of\b"),
)
_FACTS = tuple(
    (fact, re.compile(rf"\W*(?:(?:please\s+)?tell\s+me\s+)?(?:{pattern})", re.IGNORECASE))
    for fact, pattern in _ASKS_FOR
)
OF_THE = r"(?:the|an?|this|that|\w+(?:['’]s|s['’]))\s+(?:(?!(?:in|of|by|from|on|that|which)\b)[\w'’.-]+\s+){0,4}"
"""What may stand before a noun and belongs to it."""
_NOT_ITS_OWN = re.compile(
    rf"\baccording\s+to\b|\b(?:in|by)\s+{OF_THE}{ARTICLE}\b"
    rf"|\bdid\b.*\b{ARTICLE}\b.*\b(?:say|claim|argue|mention|describe|cite|quote|report)\b",
    re.IGNORECASE,
)
"""The question is about what an article says."""
SPEAKS_OF_ONE = re.compile(rf"\b{ARTICLE}\b|\b(?:wrote|writes|written)\s+(?:about|on)\b", re.IGNORECASE)
ORIGINAL = re.compile(r"\b(?:original(?:ly)?|first(?:\s+version)?)\b", re.IGNORECASE)
ASKS = frozenset(
    stems_of(
        "write wrote written writer writes author authored authors penned publish published publishes publication "
        "publisher republished printed appear appeared posted dated run ran carry carried came come"
    )
)
NOT_SUBJECT = ASKS | frozenset(
    stems_of(
        "byline journalist article piece essay column commentary op-ed story out outlet newspaper magazine website "
        "site journal agency paper media news organisation organization name original originally first version date "
        "source foundation day year month whom whose issue online columnist titled entitled headlined called please "
        "tell me opinion"
    )
)


def fact_of(asking: str) -> Fact | None:
    """What of an article the sentence asks for; None where it asks for nothing of the kind.

    >>> fact_of("When was the article on sanctions published?"), fact_of("When were the sanctions lifted?")
    ('published', None)
    """
    if _NOT_ITS_OWN.search(asking):
        return None
    return next((fact for fact, pattern in _FACTS if pattern.match(asking)), None)
