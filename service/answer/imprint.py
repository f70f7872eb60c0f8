"""Questions about an article itself: who wrote it, when it was published, and by whom.

"Who wrote ...?" is answered by a line that says nothing of the article's subject and so stands in no passage: reading
passages for it finds somebody else. The article is the one that the question names by its title, or describes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from indexer.errors import UnknownArticle
from indexer.snapshot import Snapshot
from indexer.stored import StoredArticle
from service.answer.composing import Composed
from service.answer.coverage import coverage
from service.answer.masthead import Fact, stated
from service.answer.names import missing_words, names
from service.answer.question import Asked, Given
from service.answer.records import Support
from service.answer.stems import stems_of
from service.citation import cite_span
from service.search import Hit

_ARTICLE = r"(?:article|piece|essay|column|commentary|op-?ed|story)s?"
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
    ("published", rf"(?:what\s+(?:is|was)\s+)?(?:the\s+)?date\s+of\s+(?:the\s+)?{_ARTICLE}\b"),
    ("author", rf"{_WHO}\s+(?:ha(?:s|ve)\s+)?{_WROTE}\b|{_AUTHOR}\s+of\b"),
    ("author", r"by\s+whom\b.*\bwritten\b|who\s+(?:is|was|were)\b.*\bwritten\s+by\W*$"),
    ("author", rf"(?:who|what)(?:[’']s|\s+(?:is|was|are|were))\s+{_AUTHOR}"),
    ("publisher", rf"(?:by\s+)?whom?\b.*\b{_PUBLISHED}\b|who\s+(?:r[au]n|carried)\s+(?:the|an?)\s+{_ARTICLE}\b"),
    ("publisher", rf"(?:(?:in|by|on)\s+)?(?:where|(?:which|what)\s+{_OUTLET})\b.*\b{_BROUGHT_OUT}\b"),
    ("publisher", r"(?:(?:who|what)\s+(?:is|was)\s+)?(?:the\s+)?publishers?\s+of\b"),
)
_FACTS = tuple(
    (fact, re.compile(rf"\W*(?:(?:please\s+)?tell\s+me\s+)?(?:{pattern})", re.IGNORECASE))
    for fact, pattern in _ASKS_FOR
)
_OF_THE = r"(?:the|an?|this|that|\w+(?:['’]s|s['’]))\s+(?:(?!(?:in|of|by|from|on|that|which)\b)[\w'’.-]+\s+){0,4}"
"""What may stand before a noun and belongs to it."""
_NOT_ITS_OWN = re.compile(
    rf"\baccording\s+to\b|\b(?:in|by)\s+{_OF_THE}{_ARTICLE}\b"
    rf"|\bdid\b.*\b{_ARTICLE}\b.*\b(?:say|claim|argue|mention|describe|cite|quote|report)\b",
    re.IGNORECASE,
)
"""The question is about what an article says."""
_SPEAKS_OF_ONE = re.compile(rf"\b{_ARTICLE}\b|\b(?:wrote|writes|written)\s+(?:about|on)\b", re.IGNORECASE)
_ORIGINAL = re.compile(r"\b(?:original(?:ly)?|first(?:\s+version)?)\b", re.IGNORECASE)
_ASKS = frozenset(
    stems_of(
        "write wrote written writer writes author authored authors penned publish published publishes publication "
        "publisher republished printed appear appeared posted dated run ran carry carried came come"
    )
)
_NOT_SUBJECT = _ASKS | frozenset(
    stems_of(
        "byline journalist article piece essay column commentary op-ed story out outlet newspaper magazine website "
        "site journal agency paper media news organisation organization name original originally first version date "
        "day year month whom whose issue online columnist titled entitled headlined called please tell me"
    )
)
_BY_TITLE, _BY_WORDS = 0.95, 0.85
"""How sure the article is the one meant: named by its title, or described by its words and names."""
_OF_TITLE, _OF_WORDS = 0.8, 0.6
"""The part of a title's words that names it, and of a description's words that the article must have."""
_LEAST_WORDS, _LONG_TITLE = 2, 5
"""Telling words of a title that can be quoted, and of one that nobody repeats by chance."""


def told(asked: Asked, hits: Sequence[Hit], snapshot: Snapshot) -> Composed | None:
    """The answer to a question about an article itself.

    None where it asks for something else, where no article or more than one can be meant, or where it does not say.
    ``hits`` are the passages found for the question: one of them has to be of the article.
    """
    fact = _fact_of(asked.asking) if asked.kind != "yes-no" else None
    if fact is None:
        return None
    found = _found(hits, snapshot)
    by_title = [one for one in found if _is_titled(asked, one)]
    meant = by_title or [one for one in found if _is_described(asked, one)]
    if len(meant) != 1:
        return None
    [one] = meant
    places = stated(one.article, fact, bool(_ORIGINAL.search(asked.asking)))
    if not places:
        return None
    confidence = _BY_TITLE if by_title else _BY_WORDS
    supports = tuple(
        Support(
            citation=cite_span(one.article, one.article.text, *place.line),
            words=place.words,
            confidence=confidence,
            also_published_by=one.hits[0].also_published_by,
        )
        for place in places
    )
    return Composed("; ".join(support.quote for support in supports), supports, confidence)


@dataclass(frozen=True, slots=True)
class _Found:
    """An article and its passages that the search found."""

    article: StoredArticle
    hits: tuple[Hit, ...]

    @property
    def imprint(self) -> str:
        """Who wrote it, who published it and when, each a sentence."""
        article = self.article
        stated = [*article.authors, article.publisher, article.published]
        stated += [article.original.publisher, article.original.published] if article.original else []
        return ". ".join(str(part) for part in stated if part)


def _found(hits: Sequence[Hit], snapshot: Snapshot) -> list[_Found]:
    """Those that are still as they were when the search found them."""
    of: dict[str, list[Hit]] = {}
    for hit in hits:
        of.setdefault(hit.citation.article_id, []).append(hit)
    found = []
    for name, own in of.items():
        with suppress(UnknownArticle):
            article = snapshot.article(name)
            if article.edition == own[0].citation.edition:
                found.append(_Found(article, tuple(own)))
    return found


def _fact_of(asking: str) -> Fact | None:
    if _NOT_ITS_OWN.search(asking):
        return None
    return next((fact for fact, pattern in _FACTS if pattern.match(asking)), None)


def _is_titled(asked: Asked, one: _Found) -> bool:
    """Whether the question quotes the title or most of it, asks of nothing but what has it for its words, as they are
    written, or calls something an article that has nearly all words of its title. (That fishermen ask for quotas may be
    asked about without a thought of an article under that title, and a book's title may stand in a headline.)
    """
    title, asking = stems_of(one.article.title or ""), stems_of(asked.asking)
    if len(title) < _LEAST_WORDS:
        return False
    of_one = _SPEAKS_OF_ONE.search(asked.asking)
    phrases = [given.text for given in asked.given if given.kind == "phrase"]
    if quoted := [text for text in phrases if _is_quoted(stems_of(text), one, of_one is not None)]:
        first = min(max(0, asked.asking.find(text)) for text in quoted)
        return _is_asked_of(asked.asking[: min(first, of_one.end()) if of_one else first], one)
    if of_one:
        told_of = {*title} & {*asking}
        return len(told_of) >= _OF_TITLE * len({*title}) and _is_asked_of(asked.asking[: of_one.end()], one)
    if len(title) < _LONG_TITLE and _plain(one.article.title) not in _plain(asked.asking):
        return False
    rest = _without(title, asking)
    return not _ASKS.isdisjoint(rest) and {*rest} <= _NOT_SUBJECT | {*stems_of(one.imprint)}


def _is_quoted(phrase: Sequence[str], one: _Found, of_one: bool) -> bool:
    """Whether these are words of its title that stand together: most of them, all up to a colon or after it, or any
    where the question calls them an article's.
    """
    title = one.article.title or ""
    if len(phrase) < _LEAST_WORDS or not _runs_in(phrase, stems_of(title)):
        return False
    parts = [stems_of(part) for part in re.split(r":\s|\s[-–—|]\s", title)]
    return of_one or len(phrase) >= min(_LONG_TITLE, _OF_WORDS * len(stems_of(title))) or tuple(phrase) in parts


def _is_asked_of(before: str, one: _Found) -> bool:
    """Whether what a question says before it comes to the article, or up to that word, speaks of nothing else that may
    have an author and a date ("the letter that this article ...").
    """
    before = re.sub(rf"\b{_OF_THE}{_ARTICLE}$", "", before, flags=re.IGNORECASE)
    return {*stems_of(before)} <= _NOT_SUBJECT | {*stems_of(one.imprint)}


def _without(some: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """The others less the first stretch of them that is the one; nothing where none is."""
    starts = (at for at in range(len(others) - len(some) + 1) if tuple(others[at : at + len(some)]) == tuple(some))
    at = next(starts, None)
    return () if at is None else (*others[:at], *others[at + len(some) :])


def _runs_in(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether the one stands in the other without a break."""
    return any(tuple(others[at : at + len(some)]) == tuple(some) for at in range(len(others) - len(some) + 1))


def _plain(text: str | None) -> str:
    return " ".join(re.findall(r"\w+", text or ""))


def _is_described(asked: Asked, one: _Found) -> bool:
    """Whether the question speaks of an article, and of this one: it may be any that a passage speaks of.

    All names and times have to be in its heading: a person who only stands in the article may have written another.
    """
    of_one = _SPEAKS_OF_ONE.search(asked.asking)
    if not of_one or not _is_asked_of(asked.asking[: of_one.end()], one):
        return False
    heading = f"{one.article.title or ''}. {one.imprint}"
    given = [each for each in asked.given if not set(stems_of(each.text)) <= _NOT_SUBJECT]
    if not given or coverage(_but_words(given), heading).missing or not _owners_are_in(asked.asking, one.imprint):
        return False
    quotes = " ".join(hit.citation.quote for hit in one.hits)
    return coverage(given, f"{heading}. {quotes}").share("word") >= _OF_WORDS


def _but_words(given: Iterable[Given]) -> Iterable[Given]:
    return (one for one in given if one.kind != "word")


def _owners_are_in(asking: str, imprint: str) -> bool:
    """Whether those whose article it is called ("Putin's article", "a piece by Putin") are its authors or publisher."""
    owners = [
        name
        for name in names(asking)
        if re.match(rf"['’]s?\s+(?:\w+\s+){{0,2}}{_ARTICLE}\b", asking[name.end :], re.IGNORECASE)
        or re.search(r"\b(?:by|from)\s+(?:the\s+)?$", asking[: name.start], re.IGNORECASE)
    ]
    return not any(missing_words(name, imprint) for name in owners)
