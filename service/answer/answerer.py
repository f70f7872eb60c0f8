"""The product's other half: a question in, an answer whose every word is cited out, or none and why.

    question --search--> passages --read--> candidates --judge--> groups --> one answer, both sides, or "not found"

The command line, HTTP, agents and the eval suite all call ``Answerer.ask`` and nothing beside it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from indexer.errors import UnknownArticle
from indexer.filters import Filter
from indexer.records import PartialDate
from indexer.snapshot import Snapshot
from service.answer.candidates import Candidate, candidates_of
from service.answer.composing import Composed, compose
from service.answer.confidence import Calibration, Judged, evidence_of, shipped_calibration
from service.answer.dates import Window, date_words
from service.answer.groups import grouped
from service.answer.question import Asked, asked
from service.answer.reasons import reason_for
from service.answer.records import Answer, AskOptions
from service.query import parse_query
from service.reader.reading import Readable, Reading
from service.reader.served import ServedReader
from service.search import Hit, Results, Searcher, SearchOptions

JUDGED = 8
"""Candidates that are weighed: the likeliest by the reader. The right one is seldom behind them."""
_SPANS = 3


class Answerer:
    """Answers from one archive with one reader. Safe to use from several threads.

    Raises:
        ModelError: the calibration was fitted with another reader.
    """

    def __init__(self, searcher: Searcher, reader: ServedReader, calibration: Calibration | None = None) -> None:
        self.searcher = searcher
        self.reader = reader
        self.calibration = calibration or shipped_calibration()
        self.calibration.require_reader(reader.card.weights_sha256)

    def ask(self, question: str, options: AskOptions | None = None) -> Answer:
        """The answer that the archive gives, or that it gives none.

        No threshold is ever lowered: what falls short of it is shown as nearest and not as an answer.

        Raises:
            BadQuery: an empty or oversized question.
        """
        options = options or AskOptions()
        watch = _Watch()
        parsed = parse_query(question, options.filter)
        understood, dates = asked(parsed.text), date_words(parsed.text)
        limits, notes = _limited(parsed.filter, dates.windows)
        with watch.phase("search"):
            results = self.searcher.search(question, self._search(options, limits))
        with watch.phase("read"):
            readings = self._readings(parsed.text, results.hits)
        with watch.phase("judge"):
            judged = self._judged(understood, dates.windows, results, readings)
            composed = compose(understood, grouped(judged), self.calibration.threshold)
        reason = None if composed else reason_for(understood, judged, self.calibration.threshold, limits)
        return self._answer(
            question,
            understood,
            composed,
            judged,
            results,
            reason=reason,
            notes=(*results.notes, *notes, *dates.notes),
            nearest=options.nearest,
            watch=watch,
        )

    def _search(self, options: AskOptions, limits: Filter) -> SearchOptions:
        asked_for = SearchOptions(k=options.passages, filter=limits)
        return asked_for if options.rerank else replace(asked_for, rerank=0.0)

    def _readings(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
        """What each passage says: from the reranking where it read them, read now where it did not."""
        unread = [hit for hit in hits if hit.reading is None]
        shown = [Readable(hit.citation.title or "", hit.citation.quote) for hit in unread]
        read = iter(self.reader.read(question, shown, _SPANS) if shown else ())
        return [hit.reading or next(read) for hit in hits]

    def _judged(
        self, understood: Asked, windows: Sequence[Window], results: Results, readings: Sequence[Reading]
    ) -> list[Judged]:
        """The likeliest candidates with what they are worth, the surest first; ties by article id, then offset."""
        weighed = candidates_of(results.hits, readings)[:JUDGED]
        if not weighed:
            return []
        texts = _Texts(self.searcher.archive.snapshot())
        rows = np.array([evidence_of(c, understood, windows, texts.of(c), weighed) for c in weighed])
        judged = [Judged(c, float(p)) for c, p in zip(weighed, self.calibration.judge(rows), strict=True)]
        return sorted(judged, key=lambda one: (-one.confidence, one.candidate.article_id, one.candidate.words))

    def _answer(
        self,
        question: str,
        understood: Asked,
        composed: Composed | None,
        judged: Sequence[Judged],
        results: Results,
        *,
        reason: str | None,
        notes: tuple[str, ...],
        nearest: int,
        watch: _Watch,
    ) -> Answer:
        held_back = None if composed else compose(understood, grouped(judged), 0.0)
        return Answer(
            question=question,
            kind=understood.kind,
            answer=composed.text if composed else None,
            abstained=composed is None,
            reason=reason,
            confidence=judged[0].confidence if judged else 0.0,
            supports=composed.supports if composed else (),
            nearest=() if composed else results.hits[:nearest],
            generation=results.generation,
            items=composed.items if composed else (),
            sides=composed.sides if composed else (),
            candidate=held_back.side if held_back else None,
            notes=notes,
            took_ms=watch.took_ms(),
            phases_ms=dict(watch.phases_ms),
        )


def _limited(limits: Filter, windows: Sequence[Window]) -> tuple[Filter, tuple[str, ...]]:
    """The filter with what the question says of when articles were published, and a note on each such limit."""
    notes = []
    for window in windows:
        if not window.of_publication:
            notes.append(f'"{window.words}": passages that speak of that time count more')
            continue
        after = PartialDate(window.first.year, window.first.month, window.first.day) if window.first else None
        until = window.last and window.last.toordinal() + 1
        before = PartialDate(*_ymd(until)) if until else None
        limits = Filter(after=after, before=before, also=limits or None)
        notes.append(f'"{window.words}": only articles published then are searched')
    return limits, tuple(notes)


def _ymd(ordinal: int) -> tuple[int, int, int]:
    from datetime import date

    day = date.fromordinal(ordinal)
    return day.year, day.month, day.day


class _Texts:
    """The texts of the articles that candidates stand in, each read once.

    Where an article changed or went since the search, its passage speaks for it: the next question sees what is new.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[str, str] = {}

    def of(self, candidate: Candidate) -> str:
        cited = candidate.hit.citation
        if cited.article_id not in self._known:
            try:
                article = self._snapshot.article(cited.article_id)
                self._known[cited.article_id] = article.text if article.edition == cited.edition else cited.quote
            except UnknownArticle:
                self._known[cited.article_id] = cited.quote
        return self._known[cited.article_id]


@dataclass(slots=True)
class _Watch:
    """Milliseconds by phase."""

    started: float = field(default_factory=time.perf_counter)
    phases_ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.phases_ms[name] = round((time.perf_counter() - began) * 1000, 2)

    def took_ms(self) -> float:
        return round((time.perf_counter() - self.started) * 1000, 2)
