"""The product's other half: a question in, an answer whose every word is cited out, or none and why.

    question --search--> passages --read--> candidates --judge--> groups --> one answer, both sides, or "not found"

The command line, HTTP, agents and the eval suite all call ``Answerer.ask`` and nothing beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from indexer.errors import UnknownArticle
from indexer.filters import Filter
from indexer.snapshot import Snapshot
from indexer.stored import StoredArticle
from service.answer.biographies import biographies
from service.answer.candidates import Around, Candidate, candidates_of
from service.answer.composing import Composed, compose
from service.answer.confidence import Calibration, Judged, shipped_calibration
from service.answer.dates import date_words
from service.answer.enumeration import listed
from service.answer.groups import grouped
from service.answer.imprint import told
from service.answer.limits import limited
from service.answer.question import Asked, asked
from service.answer.reasons import reason_for
from service.answer.records import Answer, AskOptions
from service.answer.secondlook import second_looks
from service.answer.sources import is_aside
from service.answer.weighing import Asking
from service.candidates import Recipe
from service.query import parse_query
from service.reader.reading import Readable, Reading
from service.reader.served import ServedReader
from service.rerank import WEIGHT
from service.search import Hit, Results, Searcher, SearchOptions
from service.stopwatch import Stopwatch

JUDGED = 12
"""Candidates that are weighed: the likeliest by the reader. The right one is seldom behind them."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question, what was found for it, and its candidates with ``numbers`` for each, (n, ``NUMBERS``).

    ``text`` is the question without its operators.
    """

    question: str
    text: str
    asked: Asked
    limits: Filter
    results: Results
    notes: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    numbers: NDArray[np.float64]
    watch: Stopwatch


class Answerer:
    """Answers from one archive, with a reader of passages and one that looks again. Safe to use from several threads.

    Raises:
        ModelError: the calibration was fitted with other readers.
    """

    def __init__(
        self, searcher: Searcher, reader: ServedReader, second: ServedReader, calibration: Calibration | None = None
    ) -> None:
        self.searcher = searcher
        self.reader, self.second = reader, second
        self.calibration = calibration or shipped_calibration()
        self.calibration.require_readers(reader.card.weights_sha256, second.card.weights_sha256)

    def ask(self, question: str, options: AskOptions | None = None) -> Answer:
        """The answer that the archive gives, or that it gives none.

        No threshold is ever lowered: what falls short of it is shown as nearest and not as an answer.

        Raises:
            BadQuery: an empty or oversized question.
        """
        options = options or AskOptions()
        return self.conclude(self.weigh(question, options), options)

    def within(self, publishers: Iterable[str]) -> Answerer:
        """The answerer of those for whom only these publishers' articles exist, spelt as the articles spell them."""
        return Answerer(self.searcher.within(publishers), self.reader, self.second, self.calibration)

    def recipe(self, options: AskOptions) -> Recipe:
        """How the passages that are read are ranked."""
        return self.searcher.recipe(self._search(options, options.filter))

    def conclude(self, weighed: Weighed, options: AskOptions) -> Answer:
        """What the candidates come to."""
        watch, threshold = weighed.watch, self.calibration.threshold
        with watch.phase("judge"):
            judged = self._judged(weighed)
            groups = grouped(judged)
            composed = self._told(weighed, threshold) or compose(weighed.asked, groups, threshold)
            held_back = compose(weighed.asked, groups, groups[0].confidence) if groups and not composed else None
        return Answer(
            question=weighed.question,
            kind=weighed.asked.kind,
            answer=composed.text if composed else None,
            abstained=composed is None,
            reason=None if composed else reason_for(weighed.asked, judged, threshold, weighed.limits),
            confidence=composed.confidence if composed else judged[0].confidence if judged else 0.0,
            supports=composed.supports if composed else (),
            nearest=() if composed else weighed.results.hits[: options.nearest],
            generation=weighed.results.generation,
            items=composed.items if composed else (),
            sides=composed.sides if composed else (),
            candidate=held_back.side if held_back else None,
            notes=weighed.notes,
            took_ms=watch.took_ms(),
            phases_ms=watch.phases_ms(),
        )

    def weigh(self, question: str, options: AskOptions) -> Weighed:
        """What might be the answer, and what speaks for it: what ``ask`` concludes from and a calibration is fitted on.

        Raises:
            BadQuery: an empty or oversized question.
        """
        watch = Stopwatch()
        parsed = parse_query(question, options.filter)
        quoted = tuple(" ".join(phrase.split()) for phrase in parsed.phrases)
        understood, dates = asked(parsed.text, quoted), date_words(parsed.text)
        limits, notes = limited(parsed.filter, dates.windows)
        with watch.phase("search"):
            results = self.searcher.search(question, self._search(options, limits))
        with watch.phase("read"):
            hits = results.hits
            if not (parsed.phrases or parsed.without):  # a box is no passage, which has the one and not the other
                hits += biographies(parsed.text, results.hits, limits, self.searcher)
            readings = self._readings(parsed.text, hits)
        with watch.phase("weigh"):
            texts = _Texts(self.searcher.archive.snapshot())
            likeliest = candidates_of(hits, readings)
            found = [*islice((c for c in likeliest if not is_aside(c, understood.asking)), JUDGED)]
            found = listed(found) if understood.kind == "list" else found
            candidates = [texts.around(candidate) for candidate in found]
            cosines = self.searcher.likeness(parsed.text, [candidate.context for candidate in candidates]).tolist()
            with watch.phase("read"):
                looks = second_looks(parsed.text, candidates, self.second)
            numbers = Asking(understood, dates.windows, candidates, cosines, looks).numbers()
        notes = (*results.notes, *notes, *dates.notes)
        return Weighed(question, parsed.text, understood, limits, results, notes, tuple(candidates), numbers, watch)

    def _told(self, weighed: Weighed, threshold: float) -> Composed | None:
        """What an article states of itself, where that is asked and it is sure enough."""
        found = told(weighed.asked, weighed.results.hits, self.searcher.archive.snapshot())
        return found if found and found.confidence >= threshold else None

    def _search(self, options: AskOptions, limits: Filter) -> SearchOptions:
        return SearchOptions(k=options.passages, filter=limits, rerank=WEIGHT if options.rerank else 0.0)

    def _readings(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
        """What each passage says: from the reranking where it read them, read now where it did not."""
        unread = [hit for hit in hits if hit.reading is None]
        shown = [Readable(hit.citation.title or "", hit.citation.quote) for hit in unread]
        read = iter(self.reader.read(question, shown) if shown else ())
        return [hit.reading or next(read) for hit in hits]

    def _judged(self, weighed: Weighed) -> list[Judged]:
        """The candidates with what they are worth, the surest first; ties by article id, then offset."""
        worth = self.calibration.judge(weighed.numbers)
        judged = [Judged(c, float(p)) for c, p in zip(weighed.candidates, worth, strict=True)]
        return sorted(judged, key=lambda one: (-one.confidence, one.candidate.article_id, one.candidate.words))


class _Texts:
    """The texts of the articles that candidates stand in, each read once.

    Where an article changed or went since the search, its passage speaks for it: the next question sees what is new.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[str, StoredArticle | None] = {}

    def around(self, candidate: Candidate) -> Candidate:
        """The candidate with its article's text, where that is still the text that was searched."""
        name = candidate.article_id
        if name not in self._known:
            try:
                self._known[name] = self._snapshot.article(name)
            except UnknownArticle:
                self._known[name] = None
        article = self._known[name]
        if article is None or article.edition != candidate.hit.citation.edition:
            return candidate
        return replace(candidate, article=Around(article.text))
