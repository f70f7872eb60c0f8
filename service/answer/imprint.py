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
_PUBLISHED = r"(?:publish\w*|printed|appear(?:ed)?|c[ao]me\s+out|posted|dated|r[au]n|carr(?:y|ied))"
_WROTE = r"(?:wrote|writes?|written|authored|penned)"
_AUTHOR = r"(?:the\s+)?(?:names?\s+of\s+(?:the\s+)?)?(?:authors?|writers?)\b"
_OUTLET = (
    r"(?:\w+\s+)?(?:outlet|publication|newspaper|magazine|journal|(?:web)?site|paper|agency|publisher|media|service"
    r"|organi[sz]ation)s?"
)
_WHEN = r"(?:when|(?:on\s+|in\s+)?(?:what|which)\s+(?:date|day|year|month))\b"
_ASKS_FOR: tuple[tuple[Fact, str], ...] = (
    ("published", rf"{_WHEN}.*\b(?:{_PUBLISHED}|{_WROTE})\b"),
    ("published", r"(?:what\s+(?:is|was)\s+)?(?:the\s+)?(?:publication\s+date|date\s+of\s+publication)\b"),
    ("author", rf"who\s+{_WROTE}\b|by\s+whom\b.*\bwritten\b|{_AUTHOR}\s+of\b"),
    ("author", rf"(?:who|what)(?:[’']s|\s+(?:is|was|are|were))\s+{_AUTHOR}"),
    ("publisher", rf"(?:(?:in|by|on)\s+)?(?:where|who|(?:which|what)\s+{_OUTLET})\b.*\b{_PUBLISHED}\b"),
    ("publisher", r"(?:(?:who|what)\s+(?:is|was)\s+)?(?:the\s+)?publishers?\s+of\b"),
)
_FACTS = tuple((fact, re.compile(rf"\W*(?:{pattern})", re.IGNORECASE)) for fact, pattern in _ASKS_FOR)
_NOT_ITS_OWN = re.compile(r"\baccording\s+to\b", re.IGNORECASE)
"""The question is about what an article says."""
_SPEAKS_OF_ONE = re.compile(rf"\b{_ARTICLE}\b|\b(?:wrote|writes|written)\s+(?:about|on)\b", re.IGNORECASE)
_ORIGINAL = re.compile(r"\b(?:original(?:ly)?|first(?:\s+version)?)\b", re.IGNORECASE)
_NOT_SUBJECT = frozenset(
    stems_of(
        "write wrote written writer writes author authored authors penned byline journalist article piece essay column "
        "commentary op-ed story publish published publishes publication publisher printed appear appeared posted dated "
        "run ran carry carried came come outlet newspaper magazine website site journal agency paper media news "
        "organisation organization name original originally first version date day year month whom whose issue online"
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
    """Whether the question quotes the title or a part of it, has it word for word and as it is written, or calls
    something an article that has nearly all words of its title. (That fishermen ask for quotas may be asked about
    without a thought of an article under that title.)
    """
    title, asking = stems_of(one.article.title or ""), stems_of(asked.asking)
    if len(title) < _LEAST_WORDS:
        return False
    phrases = [stems_of(given.text) for given in asked.given if given.kind == "phrase"]
    if any(len(phrase) >= _LEAST_WORDS and _runs_in(phrase, title) for phrase in phrases):
        return True
    if _runs_in(title, asking) and (len(title) >= _LONG_TITLE or _plain(one.article.title) in _plain(asked.asking)):
        return True
    return _SPEAKS_OF_ONE.search(asked.asking) is not None and len({*title} & {*asking}) >= _OF_TITLE * len({*title})


def _runs_in(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether the one stands in the other without a break."""
    return any(tuple(others[at : at + len(some)]) == tuple(some) for at in range(len(others) - len(some) + 1))


def _plain(text: str | None) -> str:
    return " ".join(re.findall(r"\w+", text or ""))


def _is_described(asked: Asked, one: _Found) -> bool:
    """Whether the question speaks of an article, and of this one: it may be any that a passage speaks of.

    All names and times have to be in its heading: a person who only stands in the article may have written another.
    """
    if not _SPEAKS_OF_ONE.search(asked.asking):
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
