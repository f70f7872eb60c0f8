"""Which article a question about an article means: one that it names by its title, or one that it describes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.stored import StoredArticle
from service.answer.coverage import coverage
from service.answer.imprint_questions import ARTICLE, ASKS, NOT_SUBJECT, OF_THE, SPEAKS_OF_ONE
from service.answer.names import missing_words, names
from service.answer.question import Asked, Given
from service.answer.stems import stems_of
from service.search import Hit

_GENRE = r"(?:analysis|report|editorial|feature|interview|post|paper|text|review)"
"""What an article is called beside its title; elsewhere it may be any report that it speaks of."""
_OF_GENRE = re.compile(rf"\b{_GENRE}\b", re.IGNORECASE)
_OF_TITLE, _OF_WORDS = 0.8, 0.6
"""The part of a title's words that names it, and of a description's words that the article must have."""
_LEAST_WORDS, _LONG_TITLE = 2, 5
"""Telling words of a title that can be quoted, and of one that nobody repeats by chance."""


@dataclass(frozen=True, slots=True)
class Found:
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


def is_titled(asked: Asked, one: Found) -> bool:
    """Whether the question quotes the title or most of it, asks of nothing but what has it for its words, as they are
    written, or calls something an article that has nearly all words of its title. (That fishermen ask for quotas may be
    asked about without a thought of an article under that title, and a book's title may stand in a headline.)
    """
    title, asking = stems_of(one.article.title or ""), stems_of(asked.asking)
    if len(title) < _LEAST_WORDS:
        return False
    of_one = SPEAKS_OF_ONE.search(asked.asking)
    phrases = [given.text for given in asked.given if given.kind == "phrase"]
    if quoted := [text for text in phrases if _is_quoted(stems_of(text), one, of_one is not None)]:
        first = min(max(0, asked.asking.find(text)) for text in quoted)
        before = re.sub(rf"\b{_GENRE}\W+$", "", asked.asking[:first], flags=re.IGNORECASE)
        return _is_asked_of(asked.asking[: of_one.end()] if of_one and of_one.end() < first else before, one)
    if called := of_one or _OF_GENRE.search(asked.asking):
        told_of = {*title} & {*asking}
        before = asked.asking[: of_one.end() if of_one else called.start()]
        return len(told_of) >= _OF_TITLE * len({*title}) and _is_asked_of(before, one)
    if len(title) < _LONG_TITLE and _plain(one.article.title) not in _plain(asked.asking):
        return False
    rest = _without(title, asking)
    return not ASKS.isdisjoint(rest) and {*rest} <= NOT_SUBJECT | {*stems_of(one.imprint)}


def _is_quoted(phrase: Sequence[str], one: Found, of_one: bool) -> bool:
    """Whether these are words of its title that stand together: most of them, all up to a colon or after it, or any
    where the question calls them an article's.
    """
    title = one.article.title or ""
    if len(phrase) < _LEAST_WORDS or _start_in(phrase, stems_of(title)) is None:
        return False
    parts = [stems_of(part) for part in re.split(r":\s|\s(?:--?|[–—|])\s", title)]
    return of_one or len(phrase) >= min(_LONG_TITLE, _OF_WORDS * len(stems_of(title))) or tuple(phrase) in parts


def _is_asked_of(before: str, one: Found) -> bool:
    """Whether what a question says before it comes to the article, or up to that word, speaks of nothing else that may
    have an author and a date ("the letter that this article ...").
    """
    before = re.sub(rf"\b{OF_THE}{ARTICLE}$", "", before, flags=re.IGNORECASE)
    return {*stems_of(before)} <= NOT_SUBJECT | {*stems_of(one.imprint)}


def _without(some: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """The others less the first stretch of them that is the one; nothing where none is."""
    at = _start_in(some, others)
    return () if at is None else (*others[:at], *others[at + len(some) :])


def _start_in(some: Sequence[str], others: Sequence[str]) -> int | None:
    """Where the one first stands in the other without a break."""
    starts = (at for at in range(len(others) - len(some) + 1) if tuple(others[at : at + len(some)]) == tuple(some))
    return next(starts, None)


def _plain(text: str | None) -> str:
    return " ".join(re.findall(r"\w+", text or ""))


def is_described(asked: Asked, one: Found) -> bool:
    """Whether the question speaks of an article, and of this one: it may be any that a passage speaks of.

    All names and times have to be in its heading: a person who only stands in the article may have written another.
    """
    of_one = SPEAKS_OF_ONE.search(asked.asking)
    if not of_one or not _is_asked_of(asked.asking[: of_one.end()], one):
        return False
    heading = f"{one.article.title or ''}. {one.imprint}"
    given = [each for each in asked.given if not set(stems_of(each.text)) <= NOT_SUBJECT]
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
        if re.match(rf"['’]s?\s+(?:\w+\s+){{0,2}}{ARTICLE}\b", asking[name.end :], re.IGNORECASE)
        or re.search(r"\b(?:by|from)\s+(?:the\s+)?$", asking[: name.start], re.IGNORECASE)
    ]
    return not any(missing_words(name, imprint) for name in owners)
