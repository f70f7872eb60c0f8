"""Whose claim some words of an article are, when the article reports them as somebody's.

Quoted words belong to whom the sentence gives them to; other words to whoever is said to say, think or deny them, the
outermost where one reports another. The answer is a span of the article that names the speaker, so that it can be
checked; where the grammar is not plain nobody is named, because a wrong speaker is worse than none.
"""

from __future__ import annotations

import re

from indexer.sentences import split_sentences
from service.answer.antecedents import antecedent, body_before
from service.answer.barenames import Span
from service.answer.reporting import QUOTES_OF, REPORTING, SPEAKS, VERB, is_verb
from service.answer.speakers import named_by, subject_before
from service.answer.views import MEASURE, views

_ACCORDING = re.compile(r"\b[Aa]ccording\s+to\s+|\b[Bb]y\s+(?=(?:these|those|some|most|many|all)\s+accounts)")
_ACCORDING_WHICH = re.compile(r"\bby\s+(?P<who>[^,;]{3,90}),\s+according\s+to\s+which\s+", re.IGNORECASE)
_AFTER_QUOTE = re.compile(rf"\s*[,—–-]?\s*(?P<verb>{SPEAKS})\s+(?P<who>[^,.;:\"“”]{{2,80}})")
_INVERTED = re.compile(
    r",[\"”]?\s+(?P<verb>said|says|writes|wrote|adds|added|notes|noted|argues|argued|warns|warned|explains|explained"
    r"|insists|insisted|concludes|concluded|reports|reported)\s+(?P<who>(?:the\s+)?[A-Z][^,.;:\"“”]{1,80}|he|she)(?=[,.;]|\Z)"
)
_PARENTHESIS = re.compile(
    rf",[\"”]?\s+(?:as\s+)?(?P<who>[^,;:.\"“”]{{2,60}}?)\s+(?P<verb>{SPEAKS})\b(?=[,.;\"“”]|\s+(?:in|on|to|at)\b)"
)
_REPORTED_BY = re.compile(
    r"\b(?:reported|quoted|cited|claimed|estimate[sd]?|according|described)\s+by\s+(?P<who>[^,.;:]{3,80})"
)
_BREAK = re.compile(r";|,\s+(?:but|while|whereas|although|though|yet)\s+")
_QUOTES = re.compile(r"[\"“„](?P<inside>[^\"“”„]*)(?:[\"”]|\Z)")
_FEW = 4
"""Words between quotation marks that may be the author's, with a doubt: their sentence may then say whose."""


def said_by(text: str, start: int, end: int) -> Span | None:
    """The span of the article that names whose claim ``text[start:end]`` is; None where it is the article's own.

    Args:
        text: the article's whole text, paragraphs parted by an empty line.
        start: where the words begin.
        end: where they end.

    >>> text = "The drill, Khazdadi said, might be held in the strait."
    >>> speaker(text, said_by(text, 39, 53))
    'Khazdadi'
    """
    paragraph = text.rfind("\n\n", 0, start) + 2 if "\n\n" in text[:start] else 0
    close = text.find("\n\n", end)
    body = text[paragraph : close if close >= 0 else len(text)]
    inside = _quotation_around(body, start - paragraph, end - paragraph)
    sentence = _sentence_around(body, start - paragraph, end - paragraph)
    found = None
    if inside is not None:
        found = _of_quotation(text, paragraph, body, inside)
    if found is None and (inside is None or len(body[inside[0] : inside[1]].split()) <= _FEW):
        found = _of_sentence(text, paragraph, body, sentence, start - paragraph)
    if found is None or (found[0] < end and start < found[1]):
        return None
    return found


def speaker(text: str, span: Span | None) -> str | None:
    """The words of a span that ``said_by`` found."""
    return None if span is None else text[span[0] : span[1]]


def _quotation_around(body: str, start: int, end: int) -> Span | None:
    for match in _QUOTES.finditer(body):
        if match.start("inside") <= start and end <= match.end():
            return match.start(), match.end()
    return None


def _sentence_around(body: str, start: int, end: int) -> Span:
    touched = [(s, e) for s, e in split_sentences(body) if s < max(end, start + 1) and start < e]
    return (touched[0][0], touched[-1][1]) if touched else (0, len(body))


def _of_quotation(text: str, paragraph: int, body: str, quotation: Span) -> Span | None:
    """Whose a quotation is: named after it, before it in its sentence, or with the quotation that it goes on from."""
    opens, closes = quotation
    after = _AFTER_QUOTE.match(body, closes)
    if after is not None and body[closes - 2 : closes - 1] in ",?!—-" and (who := _named(text, paragraph, after)):
        return who
    following = body[closes : closes + 120]
    verb = VERB.search(following)
    if (
        verb is not None
        and body[closes - 2 : closes - 1] in ",?!—-"
        and not re.search(r"[.;\"“”]", following[: verb.start()])
    ):
        who = subject_before(text, paragraph + closes + verb.start(), paragraph + closes)
        pronoun = re.fullmatch(r"\s*,?\s*(?:he|she)\s*", following[: verb.start()])
        if pronoun is not None:
            return antecedent(text, paragraph + opens, paragraph)
        if who is not None:
            return who
    start = max((m.end() for m in re.finditer(r"[.!?][\"”]?\s+(?=[A-Z\"“])", body[:opens])), default=0)
    start = min(start, max((s for s, e in split_sentences(body) if s <= opens), default=0))
    for match in reversed(list(QUOTES_OF.finditer(body, start, opens))):
        if is_verb(body, match) and (who := subject_before(text, paragraph + match.start(), paragraph)) is not None:
            return who
    earlier = [m for m in _QUOTES.finditer(body) if m.end() <= opens]
    if earlier and opens == start and len(body[earlier[-1].end() : opens].split()) <= 8:
        return _of_quotation(text, paragraph, body, (earlier[-1].start(), earlier[-1].end()))
    return None


def _of_sentence(text: str, paragraph: int, body: str, sentence: Span, words: int) -> Span | None:
    """Whose the words of a sentence are that stand in no quotation."""
    whole = _of_whole(text, paragraph, body, sentence, words)
    if whole is not None:
        return whole
    for match in REPORTING.finditer(body, sentence[0], min(words, sentence[1])):
        if not is_verb(body, match) or _in_quotation(body, match.start()):
            continue
        if _BREAK.search(body, match.end(), words) is not None:
            continue
        who = subject_before(text, paragraph + match.start(), paragraph)
        if who is not None:
            return who
    return None


def _of_whole(text: str, paragraph: int, body: str, sentence: Span, words: int) -> Span | None:
    """The speaker that a sentence names once for all of it: "according to", "in his view", ", she added,"."""
    begin, end = sentence
    which = _ACCORDING_WHICH.search(body, begin, end)
    if which is not None and words >= which.end() and not _apart(body, words, which.end()):
        return named_by(body, which.start("who"), which.end("who"), paragraph)
    for according in _ACCORDING.finditer(body, begin, end):
        measures = MEASURE.match(body, according.end()) or body.startswith("which", according.end())
        if not measures and not _apart(body, words, according.start()):
            return named_by(body, according.end(), _phrase_end(body, according.end(), end), paragraph)
    for view in views(body, begin, end):
        if _apart(body, words, view.start()):
            continue
        if view["pronoun"]:
            return antecedent(text, paragraph + view.start(), paragraph)
        return named_by(body, view.start("who"), view.end("who"), paragraph)
    for by in _REPORTED_BY.finditer(body, begin, end):
        if not _apart(body, words, by.start()):
            return named_by(body, by.start("who"), by.end("who"), paragraph)
    return _of_aside(text, paragraph, body, sentence, words)


def _apart(body: str, words: int, position: int) -> bool:
    """Whether a clause of its own begins between the words and the place where somebody is named."""
    return _BREAK.search(body, min(words, position), max(words, position)) is not None


def _of_aside(text: str, paragraph: int, body: str, sentence: Span, words: int) -> Span | None:
    """The speaker that a clause within the sentence names: ", she added,", ", said Berg."."""
    for form in (_PARENTHESIS, _INVERTED):
        for match in form.finditer(body, *sentence):
            if _in_quotation(body, match.start("verb")) or _apart(body, words, match.start()):
                continue
            who = _subject_of(text, paragraph, match) if form is _PARENTHESIS else _named(text, paragraph, match)
            if who is not None:
                return who
    return None


def _subject_of(text: str, paragraph: int, match: re.Match[str]) -> Span | None:
    if not is_verb(match.string, match, "verb"):
        return None
    if re.fullmatch(r"(?:he|she)(?:\s+\w+ly|\s+also)?", match["who"].strip(), re.IGNORECASE):
        return antecedent(text, paragraph + match.start("who"), paragraph)
    if match["who"].strip().lower() == "it":
        return body_before(text, paragraph + match.start("who"), paragraph)
    return subject_before(text, paragraph + match.start("verb"), paragraph)


def _named(text: str, paragraph: int, match: re.Match[str]) -> Span | None:
    """The speaker after an inverted verb ("said Khazdadi")."""
    if re.match(r"(?:he|she)\b", match["who"]):
        return antecedent(text, paragraph + match.start(), paragraph)
    if re.match(r"(?:that|it|they|to|in|on|there|this|of|the\s+same|what|how)\b", match["who"]):
        return None
    return named_by(match.string, match.start("who"), match.end("who"), paragraph)


def _phrase_end(body: str, start: int, end: int) -> int:
    stop = re.compile(r"[,;:.]\s|[.]\Z|\s+(?:dated|published|that|who|which|and\s+the)\b").search(body, start, end)
    return stop.start() if stop else end


def _in_quotation(body: str, position: int) -> bool:
    return any(m.start() < position < m.end() - 1 for m in _QUOTES.finditer(body))
