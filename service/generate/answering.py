"""A question answered in a language model's words, where the archive answers it, and only as far as that holds.

The rule is the one for quotes: where the reader finds no answer that is sure enough, the model is not even asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from service.answer.answerer import Answerer
from service.answer.records import Answer, AskOptions, Dropped, Side
from service.generate.checked import Accepted
from service.generate.writing import write_answer, written
from service.search import Hit
from service.stopwatch import Stopwatch

if TYPE_CHECKING:
    from service.generate.client import Generator

_NOTHING_HOLDS = "nothing that the language model wrote is borne out by the passages"


def ask_model(
    answerer: Answerer, generator: Generator, question: str, options: AskOptions | None = None
) -> Iterator[Accepted | Dropped | Answer]:
    """Each sentence as it is checked, and last the answer: those that hold, or none and why.

    Raises:
        BadQuery: an empty or oversized question.
        GeneratorError: the endpoint fails; the sentences that came before stand, and no answer follows.
    """
    options = options or AskOptions()
    weighed = answerer.weigh(question, options)
    quoted = answerer.conclude(weighed, options)
    if quoted.abstained or not _was_read(quoted, weighed.results.hits):
        yield quoted
        return
    events: list[Accepted | Dropped] = []
    with weighed.watch.phase("write"):
        for event in write_answer(weighed.text, weighed.results.hits, generator, answerer.reader):
            events.append(event)
            yield event
    yield _answer(quoted, generator.model, events, weighed.results.hits[: options.nearest], weighed.watch)


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """``ask_model`` with everything but the question settled."""

    answerer: Answerer
    generator: Generator

    def __call__(self, question: str, options: AskOptions) -> Iterator[Accepted | Dropped | Answer]:
        return ask_model(self.answerer, self.generator, question, options)

    def within(self, publishers: Iterable[str]) -> ModelWriter:
        """The writer for those for whom only these publishers' articles exist."""
        return ModelWriter(self.answerer.within(publishers), self.generator)


def _was_read(quoted: Answer, hits: Sequence[Hit]) -> bool:
    """Whether the answer stands in a passage. A byline does not: the model has not read it and has nothing to add."""
    places = [(hit.citation.article_id, hit.citation.start, hit.citation.end) for hit in hits]
    return any(
        support.citation.article_id == article and start <= support.words[0] < end
        for support in quoted.supports
        for article, start, end in places
    )


def _answer(
    quoted: Answer, model: str, events: list[Accepted | Dropped], nearest: tuple[Hit, ...], watch: Stopwatch
) -> Answer:
    wrote, supports = written(model, events)
    holds = bool(wrote.sentences)
    return replace(
        quoted,
        answer=" ".join(sentence.text for sentence in wrote.sentences) if holds else None,
        abstained=not holds,
        reason=None if holds else _NOTHING_HOLDS,
        supports=supports,
        nearest=() if holds else nearest,
        items=(),
        sides=(),
        written=wrote,
        candidate=None if holds else Side(quoted.answer or "", quoted.confidence, quoted.supports),
        took_ms=watch.took_ms(),
        phases_ms=watch.phases_ms(),
    )
