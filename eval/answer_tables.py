"""Answers as tables: for the terminal, for the report's page, and in Markdown for the README.

As in ``tables``: measures are shown times 100, and nothing of a suite acts on a terminal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.answer_result import AnswerResult
from eval.interval import Interval
from eval.result import Result
from eval.risk import LOWER_IS_BETTER
from eval.tables import KindRow, config_line, percent, plain, print_table
from indexer.errors import BadSuite
from service.cli.terminal import console

KIND_MEASURES = ("overall right", "answer F1", "citation precision", "citation recall")
_README = (
    "answer right",
    "answer EM",
    "answer F1",
    "citation precision",
    "refusal precision",
    "refusal recall",
    "AURC",
)
_OVER = {
    "answer right": "answerable",
    "answer EM": "answerable",
    "answer F1": "answerable",
    "citation precision": "answered of the answerable",
    "citation recall": "answerable",
    "refusal recall": "unanswerable",
    "refusal precision": "refused",
    "answer precision": "answered",
}
_MARKS = ("p50", "p95", "p99")


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure, the questions that it is of, and its value."""

    name: str
    over: str
    value: Interval


def measure_rows(answers: AnswerResult) -> list[MeasureRow]:
    return [
        MeasureRow(f"{name} (less is better)" if name in LOWER_IS_BETTER else name, _OVER.get(name, "all"), value)
        for name, value in answers.measures.items()
    ]


def answer_kinds(answers: AnswerResult) -> list[KindRow]:
    """A row a kind, in the suite's order; none when the suite tells no kinds apart."""
    if set(answers.by_kind) <= {""}:
        return []
    asked = Counter(query.kind for query in answers.per_query.values())
    return [KindRow(kind or "no kind", asked[kind], measures) for kind, measures in answers.by_kind.items()]


def asked_line(answers: AnswerResult) -> str:
    """How many questions were asked, of how many, and how."""
    drawn = f", drawn with seed {answers.seed}" if answers.seed is not None else ""
    unanswerable = answers.asked - answers.answerable
    return (
        f"{answers.asked:,} asked of {answers.of:,}{drawn}; {answers.answerable:,} answerable, {unanswerable:,} not; "
        f"{config_line(answers.config)}"
    )


def show_answers(answers: AnswerResult) -> None:
    """What was asked, how well it was answered or refused, and how fast."""
    out = console()
    rows = [(row.name, row.over, percent(row.value)) for row in measure_rows(answers)]
    print_table(out, f"answers (x100) and 95% interval: {asked_line(answers)}", ["measure", "questions", "value"], rows)
    if kinds := answer_kinds(answers):
        rows_of_kinds = [
            (row.kind, f"{row.queries:,}", *(percent(row.measures.get(name)) for name in KIND_MEASURES))
            for row in kinds
        ]
        print_table(out, "answers by kind of question", ["kind", "asked", *KIND_MEASURES], rows_of_kinds)
    times = [(phase, *(f"{at[mark]:,.1f}" for mark in _MARKS)) for phase, at in answers.latency_ms.items()]
    print_table(out, "milliseconds an answer", ["phase", *_MARKS], times)


def notes_on_answers(result: Result) -> Iterator[str]:
    """What the numbers do not say of themselves."""
    answers = result.answers
    if answers is None:
        return
    if answers.asked < answers.of:
        yield (
            f"{answers.asked:,} of {answers.of:,} questions were asked; --sample {answers.of} asks all, which takes "
            f"about {answers.of * answers.latency_ms['total']['p50'] / 60_000:,.0f} minutes"
        )
    by_article = not any(name.startswith("passage ") for name in result.measures)
    if by_article and answers.answerable < answers.asked:
        yield (
            "this suite judges articles: a question counts as unanswerable when its own article does not answer it, so "
            "that an answer from another one counts as wrong even where it is right"
        )


def markdown_answers(results: Sequence[Result]) -> str:
    """A row a suite whose answers were measured, as the README shows it (x100), and the median time of an answer.

    Raises:
        BadSuite: no result has answers.
    """
    answered = [(result, result.answers) for result in results if result.answers]
    if not answered:
        raise BadSuite("no result has answers. Measure them: pressmark eval SUITE --out RESULT.json")
    lines = [["suite", "asked", *_README, "p50"], ["---", *["---:"] * (len(_README) + 2)]]
    for result, answers in answered:
        cells = [percent(answers.measures.get(name)) for name in _README]
        total = answers.latency_ms["total"]
        lines.append([plain(result.suite), f"{answers.asked:,}", *cells, f"{total['p50']:.0f} ms"])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
