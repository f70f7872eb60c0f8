"""Answers as pictures: what a confidence is worth, and which kinds of question are answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eval.answer_result import AnswerResult
from eval.answer_tables import answer_kinds
from eval.compare_answers import PRIMARY
from eval.drawing import ABOVE, BLUE, INK, VERMILION, Plot, draw_svg
from eval.plots import dots_of_kinds
from eval.risk import operating_point, outcomes, reliability, risk_coverage

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEIGHT = 3.4


def plot_answers(answers: AnswerResult) -> Sequence[Plot]:
    """The curve of risk by coverage, the reliability diagram, and the right answers by kind."""
    rows = [row for row in answer_kinds(answers) if PRIMARY in row.measures]
    kinds = dots_of_kinds("answer-kinds", PRIMARY, rows, answers.measures[PRIMARY].mean)
    return (_risk(answers), _reliability(answers), kinds)


def _risk(answers: AnswerResult) -> Plot:
    title = "Risk by coverage"
    table = outcomes(answers.per_query.values())
    coverage, risk = risk_coverage(table)
    point = operating_point(table)
    area = answers.measures["AURC"].mean

    def draw(axes: Axes) -> None:
        axes.plot(100 * coverage, 100 * risk, color=BLUE, linewidth=2, label=f"AURC {100 * area:.1f}")
        if point:
            axes.plot(100 * point[0], 100 * point[1], "D", color=VERMILION, markersize=8, label="as it answers")
        axes.set_xlim(0, 102)
        axes.set_ylim(0, 102 * max(0.1, float(risk.max())))
        axes.set_xlabel("coverage: share of questions answered (x100)")
        axes.set_ylabel("risk: wrong answers (x100)")
        axes.legend(**ABOVE, ncols=2)

    now = (
        f"As it answers: {100 * point[0]:.1f} of 100 questions, {100 * point[1]:.1f} of 100 answers wrong."
        if point
        else "It answered none of the questions."
    )
    said = (
        f"If only the most confident answers were given: the share of wrong ones among them. {now} Over all "
        f"{len(table):,} questions; {len(table) - answers.answerable:,} of them have no right answer."
    )
    return Plot(title, said, draw_svg("risk", title, draw, _HEIGHT))


def _reliability(answers: AnswerResult) -> Plot:
    title = "Confidence and right answers"
    bins = reliability(outcomes(answers.per_query.values()))
    error = answers.measures["calibration error"].mean

    def draw(axes: Axes) -> None:
        axes.plot([0, 100], [0, 100], color=INK, linewidth=1, linestyle=":", label="as often as said")
        axes.bar(
            [100 * b.low for b in bins],
            [100 * b.right for b in bins],
            width=[100 * (b.high - b.low) for b in bins],
            align="edge",
            color=BLUE,
            alpha=0.35,
            label="right",
        )
        axes.plot([100 * b.confidence for b in bins], [100 * b.right for b in bins], "o", color=BLUE)
        for b in bins:
            axes.annotate(f"{b.questions:,}", (100 * (b.low + b.high) / 2, 2), ha="center", fontsize=8, color=INK)
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 104)
        axes.set_xlabel("confidence (x100); questions at the foot")
        axes.set_ylabel("right (x100)")
        axes.legend(**ABOVE, ncols=2)

    furthest = max(bins, key=lambda b: abs(b.right - b.confidence))
    said = (
        f"Calibration error {100 * error:.1f}: how far confidence is from the share of right answers, on average. "
        f"Furthest apart: {furthest.questions:,} questions with confidence {100 * furthest.confidence:.0f}, of which "
        f"{100 * furthest.right:.0f} of 100 are right."
    )
    return Plot(title, said, draw_svg("reliability", title, draw, _HEIGHT))
