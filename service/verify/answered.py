"""What became of the words that an exported answer gave, beside what became of the sentences that it cites."""

from __future__ import annotations

from dataclasses import replace

from service.citation import shown
from service.verify.exported import citations_in, require_quoted, words_in
from service.verify.judge import verify
from service.verify.sources import TextSource
from service.verify.verdict import AnswerWords, Verdict, Words


def verify_document(document: object, source: TextSource) -> list[Verdict]:
    """A verdict for each citation in exported JSON; an answer's says what became of its words too.

    Words that are not those of the quote at their place were altered: the verdict is ``false``, wherever the quote is.

    Raises:
        BadQuery: there is no citation in it.
        BadRecord: a citation, or what supports the answer, breaks its own rules, or the answer is none of its words.
        ArchiveDamaged: the source gives a text under an edition that is not its hash.
    """
    words = words_in(document)
    require_quoted(document, words)
    return [_with_words(verdict, words.get(verdict.citation, [])) for verdict in verify(citations_in(document), source)]


def _with_words(verdict: Verdict, given: list[Words]) -> Verdict:
    for words in given:
        there = _said(verdict, words)
        if not words.quote or there != words.quote:
            message = (
                f"the answer gives {shown(words.quote)}, and its citation reads {shown(there)} there: it was altered"
            )
            return replace(verdict, status="false", message=message)
    judged = tuple(dict.fromkeys(_judged(verdict, words) for words in given))
    message = "; ".join([verdict.message, *(_told(words) for words in judged if verdict.status == "changed")])
    return replace(verdict, message=message, words=judged)


def _said(verdict: Verdict, words: Words) -> str:
    """What the quote, as exported, reads where the words are said to stand; nothing outside it."""
    citation = verdict.citation
    if not citation.start <= words.start < words.end <= citation.end:
        return ""
    return citation.quote[words.start - citation.start : words.end - citation.start]


def _judged(verdict: Verdict, words: Words) -> AnswerWords:
    citation = verdict.citation
    if verdict.status == "changed":
        touching = tuple(change for change in verdict.changes if _touches(change.removed_at, words))
        # Without a comparison, which is made only of a quote that is short and still there in part, nothing is known.
        return AnswerWords(words, bool(verdict.changes) and not touching, None, touching)
    if not verdict.verified:
        return AnswerWords(words, False)
    start = verdict.found[0] if verdict.found else citation.start
    return AnswerWords(words, True, (words.start - citation.start + start, words.end - citation.start + start))


def _touches(removed: tuple[int, int], words: Words) -> bool:
    """Whether a change takes away some of the words, or puts something between them."""
    start, end = removed
    return start < words.end and words.start < end if start < end else words.start < start < words.end


def _told(judged: AnswerWords) -> str:
    quote = shown(judged.words.quote)
    if judged.stands:
        return f"the answering words {quote} are not among the changes"
    changed = ", ".join(f"{shown(c.removed)} became {shown(c.added)}" for c in judged.changes)
    return f"of the answering words {quote}, {changed}" if changed else f"the answering words {quote} are gone"
