"""What one answer is worth: its words, against answers that would be right, and its citations, against the evidence.

EM and F1 are SQuAD's and look at the answer's words alone; ``is_right`` is the rule by which every other measure here
and in ``risk`` calls an answer right.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Sequence

from eval.gold import Span
from eval.spans import coverage
from service.answer.records import Support

Places = Sequence[Sequence[Span]]
"""The evidence: for each piece of it the places where the same words stand."""

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_YES_OR_NO = {"yes", "no"}
_HALF = 0.5
_MOST = 0.75


def words_of(text: str) -> list[str]:
    """The words that count: lower case, without ASCII punctuation, without a, an and the.

    >>> words_of("The Kremlin's U.S. policy")
    ['kremlins', 'us', 'policy']

    Source: Rajpurkar, Zhang, Lopyrev and Liang, "SQuAD: 100,000+ Questions for Machine Comprehension of Text" (EMNLP
    2016) and its evaluation script, whose order of steps matters: punctuation goes before articles do.
    """
    return _ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split()


def exact_match(said: str, answers: Iterable[str]) -> float:
    """1 when the words are those of one of the answers, in order, else 0."""
    return float(any(words_of(said) == words_of(answer) for answer in answers))


def word_f1(said: str, answers: Iterable[str]) -> float:
    """The best F1 of shared words over the answers; two texts without words agree.

    >>> word_f1("Khatami", ["Mohammad Khatami"])  # precision 1, recall 1/2
    0.6666666666666666
    """
    return max((_f1(words_of(said), words_of(answer)) for answer in answers), default=0.0)


def is_right(said: str, supports: Sequence[Support], answers: Sequence[str], evidence: Places) -> bool:
    """Whether somebody who reads the answer and what it cites has what the question asked for.

    One of these is enough, for one of the answers that would be right:

    - F1 with it is 1/2 or more.
    - All of its words stand in a row in what is said, as when a sentence is said where two words would do.
    - At least half of the words said are among its words, and the citations that lie in the evidence hold three
      quarters of its words: the right words are pointed at, and the rest of them is cited. So an answer in parts counts
      when its parts are cited, in one sentence or in several, and not when only one of the parts is.
    - It is a mere "yes" or "no", and a citation lies in the evidence: a sentence that settles the question does not
      hold that word. Whether it was read the right way round is left to whoever reads the sentence.

    A citation lies in the evidence when at least half of the shorter of the two is the other's too. Where a suite has
    no quotes as evidence but judges articles, each relevant article is evidence as a whole.
    """
    there = [support.citation.quote for support in supports if _lies_in(_span(support), evidence)]
    cited = words_of(" ".join(there))
    return any(_says(words_of(said), words_of(answer), cited, bool(there)) for answer in answers)


def citation_scores(supports: Sequence[Support], evidence: Places) -> tuple[float, float]:
    """Precision and recall of the citations.

    Precision is the share of the cited characters that lie in the evidence (as ``spans`` counts: what two citations
    share counts once); recall is the share of the pieces of evidence in which a citation lies, as ``is_right`` says.
    """
    if not evidence:  # all that would answer is empty in the corpus: nothing can be found
        return 0.0, 0.0
    cited = [_span(support) for support in supports]
    _, precision, _ = coverage(cited, evidence)
    found = [any(_overlaps(span, place) for span in cited for place in places) for places in evidence]
    return precision, sum(found) / len(found)


def _says(said: list[str], answer: list[str], cited: list[str], there: bool) -> bool:
    if " ".join(answer) in _YES_OR_NO and there:
        return True
    if not said or not answer:
        return False
    if _f1(said, answer) >= _HALF or _stands_in(answer, said):
        return True
    return _share(said, answer) >= _HALF and _share(answer, cited) >= _MOST


def _f1(some: list[str], others: list[str]) -> float:
    if not some or not others:
        return float(some == others)
    shared = (Counter(some) & Counter(others)).total()
    return 2 * shared / (len(some) + len(others))


def _share(some: list[str], others: list[str]) -> float:
    """How many of some words are among others, a word as often as it stands there."""
    return (Counter(some) & Counter(others)).total() / len(some)


def _stands_in(some: list[str], others: list[str]) -> bool:
    return any(others[start : start + len(some)] == some for start in range(len(others) - len(some) + 1))


def _span(support: Support) -> Span:
    return Span(support.citation.article_id, support.citation.start, support.citation.end)


def _lies_in(span: Span, evidence: Places) -> bool:
    return any(_overlaps(span, place) for places in evidence for place in places)


def _overlaps(one: Span, other: Span) -> bool:
    if one.article_id != other.article_id:
        return False
    shared = min(one.end, other.end) - max(one.start, other.start)
    return 2 * shared >= min(one.end - one.start, other.end - other.start)
