"""What speaks for a candidate, and against it, in numbers; what they are worth is for ``confidence`` to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from indexer.records import PartialDate
from service.answer.agreement import same_answer
from service.answer.candidates import Candidate
from service.answer.coverage import Coverage, coverage
from service.answer.dates import Window, mentions
from service.answer.expected import fits
from service.answer.question import Asked, Given, GivenKind
from service.answer.secondlook import UNREAD, SecondLook
from service.answer.stems import stems_of
from service.answer.supplanted import supplanted

_EXACT: tuple[GivenKind, ...] = ("number", "date", "phrase")

NUMBERS = (
    "span",
    "passage",
    "span_again",
    "passage_again",
    "same_again",
    "not_again",
    "lead",
    "rank",
    "cosine",
    "cosine_lag",
    "sentence_cosine",
    "sentence_lag",
    "words",
    "fits",
    "misfits",
    "echo",
    "names_in_sentence",
    "names_in_passage",
    "exact_in_sentence",
    "exact_in_passage",
    "words_in_sentence",
    "words_in_passage",
    "another_name",
    "name_elsewhere",
    "another_time",
    "in_window",
    "out_of_window",
    "agreeing",
    "yes_no",
    "list",
    "keywords",
    "parts",
    "length",
)
"""What ``Asking.numbers`` measures, in order."""
_NOT_UNLIKELY = -2.0
"""Log-odds from which a span that says the same counts as agreeing."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A question and all of its candidates: what each of them is measured against."""

    asked: Asked
    windows: Sequence[Window]
    candidates: Sequence[Candidate]
    cosines: Sequence[float]
    """Of the question and each candidate's sentence."""
    looks: Sequence[SecondLook]
    """Of each candidate."""

    def numbers(self) -> NDArray[np.float64]:
        """What speaks for each candidate and against it: (n, ``NUMBERS``)."""
        agree = self._agreement()
        each = zip(self.candidates, self.cosines, self.looks, agree, strict=True)
        rows = [self._of(candidate, cosine, look, same) for candidate, cosine, look, same in each]
        return np.array([[row[name] for name in NUMBERS] for row in rows], np.float64).reshape(len(rows), len(NUMBERS))

    def _agreement(self) -> NDArray[np.bool_]:
        """Which candidates say the same: (n, n), symmetric. Every pair is compared once: it takes half of the time."""
        agree = np.eye(len(self.candidates), dtype=np.bool_)
        for one, other in combinations(range(len(self.candidates)), 2):
            same = same_answer(self.candidates[one].text, self.candidates[other].text)
            agree[one, other] = agree[other, one] = same
        return agree

    def _of(self, candidate: Candidate, cosine: float, look: SecondLook, agree: NDArray[np.bool_]) -> dict[str, float]:
        asked, cited = self.asked, candidate.hit.citation
        heading = ". ".join(
            part for part in (cited.title, *cited.authors, candidate.hit.heading, cited.published) if part
        )
        sentence, passage = (_coverage(asked.given, f"{heading}. {text}") for text in (candidate.context, cited.quote))
        fitting = fits(candidate.text, candidate.context, asked.expects)
        published = PartialDate.parse(cited.published) if cited.published else None
        timely = [mentions(window, cited.quote, published) for window in self.windows if not window.of_publication]
        elsewhere = [o.span.score for o, same in zip(self.candidates, agree, strict=True) if not same]
        agreeing = {
            o.article_id
            for o, same in zip(self.candidates, agree, strict=True)
            if same and o.span.score > _NOT_UNLIKELY
        }
        dense = candidate.hit.dense.score if candidate.hit.dense else 0.0
        instead = supplanted(asked.asking, candidate.context)
        return {
            "span": candidate.span.score,
            "passage": candidate.reading.score,
            "span_again": look.span,
            "passage_again": look.passage,
            "same_again": look.same,
            "not_again": look is UNREAD,
            "lead": candidate.span.score - max(elsewhere, default=-10.0),
            "rank": 1 / candidate.hit.rank,
            "cosine": dense,
            "cosine_lag": dense - max((c.hit.dense.score for c in self.candidates if c.hit.dense), default=0.0),
            "sentence_cosine": cosine,
            "sentence_lag": cosine - max(self.cosines),
            "words": candidate.hit.lexical.normalised if candidate.hit.lexical else 0.0,
            "fits": fitting is True,
            "misfits": fitting is False,
            "echo": _echo(candidate.text, asked.asking),
            "names_in_sentence": sentence.share("name"),
            "names_in_passage": passage.share("name"),
            "exact_in_sentence": sentence.share(*_EXACT),
            "exact_in_passage": passage.share(*_EXACT),
            "words_in_sentence": sentence.share("word"),
            "words_in_passage": passage.share("word"),
            "another_name": instead.gone,
            "name_elsewhere": instead.moved,
            "another_time": instead.date,
            "in_window": bool(timely) and all(timely),
            "out_of_window": any(in_time is False for in_time in timely),
            "agreeing": len(agreeing - {candidate.article_id}),
            "yes_no": asked.kind == "yes-no",
            "list": asked.kind == "list",
            "keywords": not asked.is_question,
            "parts": asked.parts > 1,
            "length": float(np.log(len(candidate.text))),
        }


@lru_cache(maxsize=256)
def _coverage(given: tuple[Given, ...], text: str) -> Coverage:
    """Candidates of one passage share theirs."""
    return coverage(given, text)


def _echo(words: str, question: str) -> float:
    """The share of the words that only repeat the question."""
    said = set(stems_of(words))
    return len(said & set(stems_of(question))) / len(said) if said else 1.0
