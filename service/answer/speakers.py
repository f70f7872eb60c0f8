"""Who the subject of a reporting verb is: the shortest exact words of the article that name them.

A name is preferred to its description, and a person to the pronoun that stands for them. A pronoun is resolved only to
somebody whom the paragraph, or the end of the one before it, has as a subject; otherwise nobody is named.
"""

from __future__ import annotations

import re
from functools import lru_cache

from indexer.sentences import split_sentences
from service.answer.commonwords import BODY_WORDS, TITLES
from service.answer.countries import country_of
from service.answer.names import Name, fold, names

Span = tuple[int, int]

_PRONOUN = re.compile(r"\b(?:he|she)\Z", re.IGNORECASE)
_UNRESOLVED = re.compile(
    r"\b(?:it|they|i|we|you|who|which|that|this|these|those|there|what|one|and|or)\Z", re.IGNORECASE
)
_BETWEEN = re.compile(
    r"(?:\s+(?:has|have|had|is|was|are|were|also|later|then|once|would|will|could|recently|repeatedly|\w+ly|further"
    r"|again|himself|herself|themselves|even|already|often|first|now|himself))+\Z",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r",\s*(?:for\s+(?:its|his|her|their)\s+part|however|moreover|meanwhile|too|in\s+turn|on\s+\w+day),\Z"
)
_APPOSITION = re.compile(r",\s+((?:an?|the|who|which|formerly|then|now|whose|Iran's|Russia's|[a-z])[^,;:.\"“”]*),\Z")
_CLAUSE_START = re.compile(
    r"[,;:—–(]\s*|[\"“”]\s*|(?<=[.!?])\s+"
    r"|\s+(?:that|and|but|while|as|because|although|though|whereas|when|if|since|what|which|where|how)\s+"
)
_PREPOSITION = re.compile(
    r"\b(?:of|in|at|from|to|with|by|for|on|near|against|under|over|between|among|and|or)\s+(?:the\s+)?\Z"
)
_NOUN_PHRASE = re.compile(
    r"(?:(?:[A-Z]|(?:many|some|several|most|other|others|numerous|few|analysts?|experts?|critics|sources?|officials?|press"
    r"|media|reports?|commentators?|commentaries|observers|diplomats?|the|an?|these|those|both|two|three|his|her|their"
    r"|our|one|government|state|local|western|senior|former)\b).*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_WITH_PRONOUN = re.compile(r"\b(?:he|she|it|they|we|i|you)\s+and\s+\Z", re.IGNORECASE)
_SOME_OF = re.compile(r"(?:other|some|many|most|few|several|numerous|both)\s", re.IGNORECASE)
_CONJUNCTION = re.compile(r"(?:(?:that|and|but|while|as|because|although|though|whereas|when|if|since)\s+)+")
_SUBJECT_JOINED = 3
_PARAGRAPHS_BACK = 3
"""A pronoun is followed back through paragraphs that speak of the same person by pronoun only, and no further."""
_LONGEST_PHRASE = 9
"""Words of a description that names a speaker; what is longer is a clause that was misread."""
_BODIES = frozenset(BODY_WORDS.split())


def subject_before(text: str, position: int, paragraph: int) -> Span | None:
    """The speaker whom the words just before a verb name.

    Args:
        text: the article.
        position: where the verb begins.
        paragraph: where its paragraph begins.
    """
    before = text[paragraph:position].rstrip()
    for aside in (_BETWEEN, _ASIDE, _BETWEEN):
        before = aside.sub("", before)
    before = before.rstrip()
    if before.endswith(","):
        apposition = _APPOSITION.search(before)
        inner = _name_ending(before[:-1], paragraph)
        if inner is not None and not _described(before[:-1], inner[0] - paragraph):
            return inner
        if apposition is None:
            return None
        before = before[: apposition.start()].rstrip()
    if _PRONOUN.search(before):
        return antecedent(text, paragraph + len(before), paragraph)
    if _UNRESOLVED.search(before):
        return None
    return _phrase_ending(before, paragraph)


def _described(before: str, name_start: int) -> bool:
    """Whether the name before a comma only ends a description ("the defense minister of Azerbaijan,")."""
    return _PREPOSITION.search(before[:name_start]) is not None


def _phrase_ending(before: str, offset: int) -> Span | None:
    clause = _clause_start(before)
    clause += len(before[clause:]) - len(before[clause:].lstrip())
    phrase = before[clause:]
    if re.match(r"(?:he|she|it|they|we|i|you)\b", phrase, re.IGNORECASE) or _WITH_PRONOUN.search(before[:clause]):
        return None  # "he and his hosts"
    if _SOME_OF.match(phrase) is not None and len(phrase.split()) <= _LONGEST_PHRASE:
        return offset + clause, offset + len(before)
    name = _name_ending(before, offset)
    if name is not None and name[0] - offset >= clause and not _described(before, name[0] - offset):
        return name
    if not phrase or len(phrase.split()) > _LONGEST_PHRASE or _NOUN_PHRASE.match(phrase) is None:
        return None
    return (offset + clause, offset + clause + len(phrase))


def _clause_start(before: str) -> int:
    """Where the clause begins that the words end with; "and" within a sentence's first words joins its subject."""
    starts = list(_CLAUSE_START.finditer(before))
    while starts:
        last = starts.pop()
        sentence = starts[-1].end() if starts else 0
        begins = sentence == 0 or before[:sentence].rstrip()[-1:] in ".!?"
        joins = begins and last[0].strip() == "and" and len(before[sentence : last.start()].split()) <= _SUBJECT_JOINED
        if not joins:
            rest = _CONJUNCTION.match(before, last.end())
            return rest.end() if rest else last.end()
    return 0


def _name_ending(before: str, offset: int) -> Span | None:
    """The name that the words end with, without titles before it."""
    tail = re.sub(r"(?:['’]s)?[\s)]*\Z", "", before)
    for name in names(tail[-200:]):
        start = name.start + max(0, len(tail) - 200)
        if start + len(name.text) == len(tail):
            return shortest(name.text, offset + start)
    return None


def shortest(name: str, start: int) -> Span:
    """The span of a name without the office, and the country, before it.

    >>> shortest("Armenian President Robert Kocharian", 0), shortest("General Staff", 0)
    ((19, 35), (0, 13))
    """
    words = name.split(" ")
    for cut_of in (_office_before, _country_before):
        rest = words[cut_of(words) :]
        if not any(_is_office(word) or fold(word) in _BODIES for word in rest):
            words = rest
    return start + len(name) - len(" ".join(words)), start + len(name)


def _is_office(word: str) -> bool:
    return word.lower().rstrip(".") in TITLES.split() or word.lower().endswith("-general")


def _office_before(words: list[str]) -> int:
    return max((position + 1 for position, word in enumerate(words[:-1]) if _is_office(word)), default=0)


def _country_before(words: list[str]) -> int:
    """How many words name a country before a name of two words or more."""
    return next((cut for cut in (2, 1) if len(words) >= cut + 2 and country_of(" ".join(words[:cut])) is not None), 0)


def antecedent(text: str, position: int, paragraph: int) -> Span | None:
    """The person that "he" or "she" at this place stands for: the last person who was a subject before it."""
    before = text[paragraph:position]
    own = _last_person(text, before, paragraph)
    if own is not None:
        return own
    for _ in range(_PARAGRAPHS_BACK):
        previous = _paragraph_before(text, paragraph)
        if previous is None:
            return None
        paragraph, end = previous
        found = _last_person(text, text[paragraph:end], paragraph)
        if found is not None or re.search(r"\b(?:he|she|his|her)\b", text[paragraph:end], re.IGNORECASE) is None:
            return found
    return None


def body_before(text: str, position: int, paragraph: int) -> Span | None:
    """The body that "it" at this place stands for: what the sentence before begins with, if that is one name."""
    sentences = [span for span in split_sentences(text[paragraph:position]) if text[paragraph + span[1] - 1] in ".!?"]
    if not sentences:
        return None
    start, end = sentences[-1]
    found = names(text[paragraph + start : paragraph + end])
    if not found or found[0].start != 0 or _is_person(found[0], text):
        return None
    return paragraph + start, paragraph + start + found[0].end


def _paragraph_before(text: str, paragraph: int) -> Span | None:
    """The paragraph before; a line that ends without a full stop is a heading, and is passed over."""
    end = len(text[:paragraph].rstrip())
    while end > 0:
        start = text.rfind("\n\n", 0, end) + 2 if "\n\n" in text[:end] else 0
        if text[start:end].rstrip("\"”’'").endswith((".", "!", "?", ":")):
            return start, end
        end = len(text[:start].rstrip())
    return None


def _last_person(text: str, before: str, offset: int) -> Span | None:
    """The last person in a stretch who begins a clause; without one the only person in it."""
    people = [name for name in names(before) if _is_person(name, text)]
    subjects = [name for name in people if _begins_clause(before, name)]
    if subjects:
        name = subjects[-1]
        return shortest(name.text, offset + name.start)
    if len({fold(name.text.split()[-1]) for name in people}) == 1:
        return shortest(people[-1].text, offset + people[-1].start)
    return None


def _begins_clause(before: str, name: Name) -> bool:
    ahead = re.search(
        r"(?:\A|[.!?:;,—–\n][\"“”]?\s*[\"“]?|\b(?:that|and|but|while|by)\s+)(?:[\w'’-]+\s+){0,3}\Z",
        before[: name.start],
    )
    after = before[name.end : name.end + 2]
    return ahead is not None and not after.startswith("'") and not after.startswith("’")


def _is_person(name: Name, text: str) -> bool:
    """Whether a name is a person's, as far as can be told: two names or more, or the last word of one such."""
    start, _ = shortest(name.text, 0)
    words = name.text[start:].split()
    if any(country_of(word) is not None or fold(word) in _BODIES or _is_office(word) for word in words):
        return False
    if any((len(word) > 2 and word.isupper()) or any(c.isdigit() for c in word) for word in words):
        return False
    return start > 0 or len(words) > 1 or fold(words[0]) in _last_names(text)


@lru_cache(maxsize=64)
def _last_names(text: str) -> frozenset[str]:
    found = set()
    for name in names(text):
        start, _ = shortest(name.text, 0)
        words = name.text[start:].split()
        if (
            (start or len(words) > 1)
            and len(words) <= 4
            and not any(country_of(w) or fold(w) in _BODIES for w in words)
        ):
            found.add(fold(words[-1]))
    return frozenset(found)
