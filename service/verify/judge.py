"""The verdict on each citation: where its quote stands now, and what stands there instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from indexer.errors import ArchiveDamaged
from indexer.records import edition_of
from service.citation import Citation, shown
from service.verify.sources import ArticleFile, TextSource
from service.verify.stretch import most_similar
from service.verify.verdict import Span, Verdict
from service.verify.words import MOST_TOKENS, changes_between, tokens


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
    words, others = tokens(citation.quote), tokens(text, citation.start, citation.end)
    return Verdict(citation, "false", message, found, changes_between(citation, words, text, others))


def _changed(citation: Citation, text: str, replaced: str) -> Verdict:
    words = tokens(citation.quote)
    if len(words) > MOST_TOKENS:
        message = f"{replaced}, which does not hold the quote; its {len(words)} words are too many to compare"
        return Verdict(citation, "changed", message)
    others = most_similar(citation.quote, words, text)
    if not others:
        message = f"{replaced}, which says nothing like the quote. Read it: pressmark show {citation.article_id}"
        return Verdict(citation, "changed", message)
    found = (others[0][0], others[-1][1])
    changes = changes_between(citation, words, text, others)
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
