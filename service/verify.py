"""Citations checked again, years later and offline, against an archive or against one article's file.

Longer than most modules because a quote that is not there any more is compared with what replaced it: the most
similar stretch is found by the rare words it shares (linear in the text), and only that stretch goes to ``difflib``
(which is quadratic). Not here: what a citation is (``citation``), and where texts are stored.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import Match, SequenceMatcher
from math import log
from pathlib import Path
from typing import Literal, Protocol

from indexer.errors import ArchiveDamaged, BadQuery, BadRecord, NotAnArticle, UnknownArticle
from indexer.load.files import load_file
from indexer.records import Article, edition_of
from indexer.snapshot import Snapshot
from service.citation import Citation, as_json, citation_from_json, shown

Status = Literal["exact", "unchanged", "moved", "changed", "gone", "false"]
Span = tuple[int, int]

_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # no spaces between words: each is its own token
_LETTERS = rf"[^\W{_IDEOGRAPHS}]+"
_TOKEN = re.compile(rf"[{_IDEOGRAPHS}]|{_LETTERS}(?:[.,'’-]{_LETTERS})*|[^\w\s]")  # 1,400 and don't are one token
_SENTENCE_ENDS = frozenset(".!?…。！？")
_MANY_TOKENS = 500  # beyond, difflib does not start matches at frequent words
_MOST_TOKENS = 10_000  # beyond, a comparison word by word is neither quick nor read


class TextSource(Protocol):
    """Whatever holds canonical texts: ``ArchiveTexts``, or an ``ArticleFile``."""

    def text_of(self, article_id: str) -> tuple[str, str] | None:
        """The edition and the canonical text of an article, None when there is no such article."""
        ...


class ArchiveTexts:
    """An archive's generation as the source that citations are verified against."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def text_of(self, article_id: str) -> tuple[str, str] | None:
        try:
            article = self._snapshot.article(article_id)
        except UnknownArticle:
            return None
        return article.edition, article.text


class ArticleFile:
    """One file as a ``TextSource``. The only article of a file answers for every id: the file may have been renamed
    since, and ``verify`` says so in its verdict.

    Raises:
        NotAnArticle: nothing in the file can be read as an article.
    """

    def __init__(self, path: Path) -> None:
        self._articles: dict[str, Article] = {}
        refused: NotAnArticle | None = None
        for item in load_file(path, path.name):
            if isinstance(item, Article):
                self._articles[item.id] = item
            else:
                refused = refused or item
        if not self._articles:
            raise refused or NotAnArticle(f"{path} holds no article. Name the file that was indexed")

    def text_of(self, article_id: str) -> tuple[str, str] | None:
        article = self._articles.get(self.id_of(article_id))
        return (article.edition, article.text) if article else None

    def id_of(self, article_id: str) -> str:
        """The id under which the file's article answers for ``article_id``."""
        return next(iter(self._articles)) if len(self._articles) == 1 else article_id


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
    """

    citation: Citation
    status: Status
    message: str
    found: Span | None = None
    changes: tuple[Change, ...] = ()

    @property
    def verified(self) -> bool:
        return self.status in ("exact", "unchanged", "moved")

    @property
    def locator(self) -> str | None:
        """The locator of ``found`` in the present edition."""
        return f"{self.citation.article_id}#{self.found[0]}-{self.found[1]}" if self.found else None


def verdict_as_json(verdict: Verdict) -> dict[str, object]:
    """The verdict as every interface writes it."""
    return {
        "status": verdict.status,
        "verified": verdict.verified,
        "message": verdict.message,
        "found": list(verdict.found) if verdict.found else None,
        "locator": verdict.locator,
        "changes": [
            {
                "removed": change.removed,
                "removed_at": list(change.removed_at),
                "added": change.added,
                "added_at": list(change.added_at),
            }
            for change in verdict.changes
        ],
        "citation": as_json(verdict.citation),
    }


def verify(citations: Iterable[Citation], source: TextSource) -> list[Verdict]:
    """A verdict for each citation, in their order. Each text is read and hashed once; nothing it claims is believed.

    Raises:
        ArchiveDamaged: the source gives a text under an edition that is not its hash.
    """
    listed = list(citations)
    by_article: dict[str, list[Citation]] = {}
    for citation in listed:
        by_article.setdefault(citation.article_id, []).append(citation)
    verdicts: dict[Citation, Verdict] = {}
    for article_id, cited in by_article.items():
        held = source.text_of(article_id)
        if held is not None and edition_of(held[1]) != held[0]:
            raise ArchiveDamaged(
                f"the text of {article_id!r} is stored as edition {held[0]!r} and hashes to {edition_of(held[1])!r}: "
                "it was altered or cut short. Find what else is damaged: pressmark doctor"
            )
        for citation in cited:
            verdict = _against(citation, *held) if held else _gone(citation)
            verdicts[citation] = _named_otherwise(verdict, source)
    return [verdicts[citation] for citation in listed]


def _gone(citation: Citation) -> Verdict:
    return Verdict(
        citation, "gone", f"there is no article {citation.article_id!r} here: it was removed, or never added"
    )


def _named_otherwise(verdict: Verdict, source: TextSource) -> Verdict:
    cited = verdict.citation.article_id
    own = source.id_of(cited) if isinstance(source, ArticleFile) else cited
    if own == cited:
        return verdict
    return replace(verdict, message=f"{verdict.message} (the file's only article is {own!r}, the one cited {cited!r})")


def _against(citation: Citation, edition: str, text: str) -> Verdict:
    stands = text[citation.start : citation.end] == citation.quote
    if edition == citation.edition:
        return Verdict(citation, "exact", "the quote stands at its span") if stands else _false(citation, text)
    replaced = f"edition {citation.edition[:12]} was replaced by {edition[:12]}"
    if stands:
        return Verdict(citation, "unchanged", f"{replaced}; the quote still stands at its span")
    places = list(_places(citation.quote, text))
    if places:
        found = _nearest(places, citation)
        where = "now stands" if len(places) == 1 else f"now stands {len(places)} times, nearest"
        return Verdict(citation, "moved", f"{replaced}; the quote {where} at characters {found[0]}-{found[1]}", found)
    return _changed(citation, text, replaced)


def _false(citation: Citation, text: str) -> Verdict:
    there = text[citation.start : citation.end]
    message = f"the edition cited reads {shown(there)} there, not the quote: the citation was altered"
    if citation.end > len(text):
        message = f"the edition cited has only {len(text)} characters: the citation was altered"
    places = list(_places(citation.quote, text))
    found = _nearest(places, citation) if places else None
    if found:
        message += f". The quote stands at characters {found[0]}-{found[1]}"
    words, others = _tokens(citation.quote), _tokens(text, citation.start, citation.end)
    return Verdict(citation, "false", message, found, _changes(citation, words, text, others))


def _changed(citation: Citation, text: str, replaced: str) -> Verdict:
    words = _tokens(citation.quote)
    if len(words) > _MOST_TOKENS:
        message = f"{replaced}, which does not hold the quote; its {len(words)} words are too many to compare"
        return Verdict(citation, "changed", message)
    others = _most_similar(citation.quote, words, text)
    if not others:
        message = f"{replaced}, which says nothing like the quote. Read it: pressmark show {citation.article_id}"
        return Verdict(citation, "changed", message)
    found = (others[0][0], others[-1][1])
    changes = _changes(citation, words, text, others)
    count = f"{len(changes)} change{'s'[: len(changes) != 1]}" if changes else "other white space"
    message = f"{replaced}, where characters {found[0]}-{found[1]} are most like the quote, with {count}"
    return Verdict(citation, "changed", message, found, changes)


def _places(quote: str, text: str) -> Iterator[int]:
    """Where the quote stands, without overlaps: found in linear time whatever the two hold."""
    at = text.find(quote)
    while at >= 0:
        yield at
        at = text.find(quote, at + len(quote))


def _nearest(places: Iterable[int], citation: Citation) -> Span:
    start = min(places, key=lambda place: abs(place - citation.start))
    return start, start + len(citation.quote)


# --- words, and the stretch of a text most like a quote ---------------------------------------------------------------


def _tokens(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The spans of words and punctuation marks within ``text[start:end]``."""
    return [match.span() for match in _TOKEN.finditer(text, start, len(text) if end is None else end)]


def _is_word(token: str) -> bool:
    return token[0].isalnum()


def _at(text: str, spans: Iterable[Span]) -> list[str]:
    return [text[start:end] for start, end in spans]


def _most_similar(quote: str, words: Sequence[Span], text: str) -> list[Span]:
    """The tokens of the stretch of the text most like the quote; none when it shares less than a third of its words."""
    window = _richest_window(quote, text)
    if window is None:
        return []
    slack = len(quote) // 4 + 40
    lo, hi = max(0, window[0] - slack), min(len(text), window[1] + slack)
    others = _tokens(text, lo, hi)
    if others and lo and others[0][0] == lo:  # perhaps the end of a word that the window cuts in two
        others = others[1:]
    if others and hi < len(text) and others[-1][1] == hi:
        others = others[:-1]
    wanted = _at(quote, words)
    matched = _matcher(wanted, _at(text, others)).get_matching_blocks()
    stretch = _best_run(matched, len(others))
    inside = [block for block in matched if block.size and stretch[0] <= block.b < stretch[1]]
    shared = sum(_is_word(wanted[at]) for block in inside for at in range(block.a, block.a + block.size))
    if not shared or 3 * shared < sum(map(_is_word, wanted)):
        return []
    before, after = inside[0].a, len(words) - inside[-1].a - inside[-1].size
    if after and wanted[-1] not in _SENTENCE_ENDS:  # then no full stop stands for its last word
        hi = next((at for at in range(stretch[1], len(others)) if text[others[at][0]] in _SENTENCE_ENDS), len(others))
        others = others[:hi]
    return _widened(others, stretch, before, after, text)


def _richest_window(quote: str, text: str) -> Span | None:
    """The stretch, somewhat longer than the quote, that shares most of its words and pairs of neighbouring words.

    A feature counts as often as the quote has it, and weighs more the rarer it is in the text. Whole numbers, so that
    the running total does not drift.
    """
    wanted = Counter(feature for _, feature in _features(quote, None))
    number = {feature: at for at, feature in enumerate(wanted)}
    places, hits = array("Q"), array("Q")  # a long text may hold millions: 16 bytes each, not a tuple
    for place, feature in _features(text, number):
        places.append(place)
        hits.append(number[feature])
    counts = Counter(hits)
    weight = [round(1000 * (1 + log(len(hits) / counts[at]))) if counts[at] else 0 for at in range(len(number))]
    room = list(wanted.values())  # how many more of each feature would count
    width = len(quote) + len(quote) // 4 + 40
    best: tuple[int, Span | None] = (0, None)
    total = left = 0
    for place, hit in zip(places, hits, strict=True):
        total += weight[hit] if room[hit] > 0 else 0
        room[hit] -= 1
        while place - places[left] > width:
            leaving = hits[left]
            room[leaving] += 1
            total -= weight[leaving] if room[leaving] > 0 else 0
            left += 1
        if total > best[0]:
            best = (total, (places[left], place))
    return best[1]


def _features(text: str, known: Container[str] | None) -> Iterator[tuple[int, str]]:
    """Where each word, and each pair of words that follow each other, starts; only those ``known``, if given."""
    previous = ""
    for match in _TOKEN.finditer(text):
        word = match[0].casefold()
        if not _is_word(word):
            continue
        if known is not None and word not in known:
            previous = ""
            continue
        yield match.start(), word
        if previous and (known is None or f"{previous} {word}" in known):
            yield match.start(), f"{previous} {word}"
        previous = word


def _matcher(wanted: list[str], others: list[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, wanted, others, autojunk=len(wanted) > _MANY_TOKENS)


def _best_run(matched: Iterable[Match], count: int) -> Span:
    """The run of tokens with the most matched and the fewest others: a maximum subarray, by Kadane's algorithm.

    Without it, a lone "the" far from the rest would stretch what is reported.
    """
    worth = [-1] * count
    for block in matched:
        worth[block.b : block.b + block.size] = [3] * block.size
    best: tuple[int, Span] = (0, (0, 0))
    run = start = 0
    for at, value in enumerate(worth):
        if run <= 0:
            run, start = 0, at
        run += value
        if run > best[0]:
            best = (run, (start, at + 1))
    return best[1]


def _widened(others: list[Span], stretch: Span, before: int, after: int, text: str) -> list[Span]:
    """The stretch with as many tokens more at its ends as the quote has unmatched there, within the same sentence."""
    lo, hi = stretch
    while before and lo and _together(text, others[lo - 1], others[lo]):
        lo, before = lo - 1, before - 1
    while after and hi < len(others) and _together(text, others[hi - 1], others[hi]):
        hi, after = hi + 1, after - 1
    return others[lo:hi]


def _together(text: str, left: Span, right: Span) -> bool:
    return text[left[0]] not in _SENTENCE_ENDS and "\n\n" not in text[left[1] : right[0]]


def _changes(citation: Citation, words: Sequence[Span], text: str, others: Sequence[Span]) -> tuple[Change, ...]:
    if len(words) > _MOST_TOKENS:
        return ()
    matcher = _matcher(_at(citation.quote, words), _at(text, others))
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


# --- citations in what was exported -----------------------------------------------------------------------------------


def citations_in(document: object) -> list[Citation]:
    """Every citation, once each, in the JSON of ``search`` or ``ask``, in one hit or citation, or in a list of them.

    Raises:
        BadQuery: there is none, or a place that should hold one holds something else.
        BadRecord: a citation breaks its own rules; the message says which.
    """
    citations = list(dict.fromkeys(_citations(document, "$")))
    if not citations:
        raise BadQuery("no citation in this document. Give the output of: pressmark search --json, or ask --json")
    return citations


def _citations(found: object, place: str) -> Iterator[Citation]:
    if isinstance(found, list):
        for at, item in enumerate(found):
            yield from _cited_by(item, f"{place}[{at}]")
    elif isinstance(found, dict) and (keys := [key for key in _LISTS if key in found]):
        for key in keys:
            if not isinstance(found[key], list):
                raise BadQuery(f"{place}.{key} is a list of citations, got {shown(repr(found[key]))}")
            yield from _citations(found[key], f"{place}.{key}")
    else:
        yield from _cited_by(found, place)


def _cited_by(found: object, place: str) -> Iterator[Citation]:
    """The citation that a hit or a citation is."""
    if isinstance(found, dict) and "citation" in found:
        found, place = found["citation"], f"{place}.citation"
    if not isinstance(found, dict) or not _MARKS & found.keys():
        raise BadQuery(
            f"{place} holds no citation: {shown(repr(found))}. "
            "Give the output of: pressmark search --json, or ask --json"
        )
    try:
        yield citation_from_json(found)
    except BadRecord as error:
        raise BadRecord(f"{place}: {error}") from error


_LISTS = ("hits", "citations", "nearest")
_MARKS = {"article_id", "quote", "locator"}
