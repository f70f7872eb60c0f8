"""What the report's page is given on answers: tables, pictures, and the answers that were wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval import answer_tables
from eval.answer_plots import plot_answers
from eval.answer_result import AnswerResult, AskedQuery
from eval.drawing import Plot
from eval.result import Result
from eval.suite import Query, Suite
from eval.tables import KindRow

_MOST_WRONG = 12


@dataclass(frozen=True, slots=True)
class Wrong:
    """An answer that was given and is wrong."""

    query: Query
    brought: AskedQuery


@dataclass(frozen=True, slots=True)
class AnswersShown:
    """``wrong`` are the most confident ones of ``wrong_count``; ``held_back``: right ones that were not given."""

    said: str
    rows: Sequence[answer_tables.MeasureRow]
    kinds: Sequence[KindRow]
    kind_measures: Sequence[str]
    plots: Sequence[Plot]
    wrong: Sequence[Wrong]
    wrong_count: int
    held_back: int
    notes: Sequence[str]
    result: AnswerResult


def answers_shown(result: Result, suite: Suite) -> AnswersShown | None:
    """None when no question was asked."""
    answers = result.answers
    if answers is None:
        return None
    wrong = sorted(_wrong(answers, suite), key=lambda one: (-one.brought.confidence, one.query.id))
    return AnswersShown(
        said=answer_tables.asked_line(answers),
        rows=answer_tables.measure_rows(answers),
        kinds=answer_tables.answer_kinds(answers),
        kind_measures=answer_tables.KIND_MEASURES,
        plots=plot_answers(answers),
        wrong=wrong[:_MOST_WRONG],
        wrong_count=len(wrong),
        held_back=sum(query.right and query.abstained for query in answers.per_query.values()),
        notes=list(answer_tables.notes_on_answers(result)),
        result=answers,
    )


def _wrong(answers: AnswerResult, suite: Suite) -> Iterator[Wrong]:
    asked = {query.id: query for query in suite.queries}
    for name, brought in answers.per_query.items():
        if not brought.abstained and not brought.right and name in asked:
            yield Wrong(asked[name], brought)
