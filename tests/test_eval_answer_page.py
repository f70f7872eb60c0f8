"""What a person sees of answers: tables, pictures and the report say what the result holds, and act on nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random
from xml.etree import ElementTree

import pytest
from lxml.html import HtmlElement, document_fromstring
from markdown_it import MarkdownIt

from eval.answer_means import by_kind, measures_of
from eval.answer_page import answers_shown
from eval.answer_plots import plot_answers
from eval.answer_result import AnswerResult, AskedQuery
from eval.answer_tables import answer_kinds, markdown_answers, measure_rows, notes_on_answers, show_answers
from eval.compare import compare
from eval.page import page
from eval.result import Result
from eval.suite import Suite
from indexer.errors import BadSuite
from tests.test_eval_tables import HOSTILE, KINDS, fake_result, fake_suite


def answered_suite() -> Suite:
    suite = fake_suite()
    queries = []
    for query in suite.queries:
        answers = (HOSTILE, f"answer {query.line}") if query.evidence else ()
        queries.append(replace(query, answers=answers, unanswerable=not answers))
    return replace(suite, queries=tuple(queries))


def fake_answers(suite: Suite, skill: float = 0.8, seed: int = 5) -> AnswerResult:
    """Answers of this skill; every question has a part in some measure."""
    chance = Random(seed)
    per_query = {}
    for query in suite.queries:
        right = not query.unanswerable and chance.random() < skill
        confidence = round(min(1.0, chance.random() * 0.5 + 0.5 * right), 5)
        abstained = confidence < 0.35
        well = float(abstained if query.unanswerable else right and not abstained)
        scores = {"refusal recall": well} if query.unanswerable else {"answer right": well, "answer F1": well / 2}
        scores |= {"overall right": well, "abstention accuracy": float(abstained == query.unanswerable)}
        cited = () if abstained else (f"{HOSTILE}#0-{query.line}",)
        brought = AskedQuery(query.kind, not query.unanswerable, abstained, confidence, right, scores, cited, 80.0)
        per_query[query.id] = brought
    return AnswerResult(
        digest="e1" * 32,
        asked=len(per_query),
        of=2 * len(per_query),
        answerable=sum(query.answerable for query in per_query.values()),
        seed=5,
        config={"passages": 20},
        measures=measures_of(per_query),
        by_kind=by_kind(per_query),
        latency_ms={"total": {"p50": 80.0, "p95": 120.0, "p99": 180.0}},
        per_query=per_query,
    )


@pytest.fixture(scope="module")
def suite() -> Suite:
    return answered_suite()


@pytest.fixture(scope="module")
def result(suite: Suite) -> Result:
    return replace(fake_result(suite), answers=fake_answers(suite))


def answers_in(result: Result) -> AnswerResult:
    assert result.answers
    return result.answers


def test_the_terminal_shows_each_measure_with_what_it_is_of(result: Result, capsys: pytest.CaptureFixture[str]) -> None:
    show_answers(answers_in(result))
    printed = capsys.readouterr().out
    for name in ("answer right", "refusal recall", "AURC (less is better)", "milliseconds an answer", *KINDS):
        assert name in printed
    assert re.search(r"refusal recall +unanswerable +\d", printed)
    assert "60 asked of 120, drawn with seed 5; 45 answerable, 15 not" in " ".join(printed.split())


def test_rows_hold_the_values_of_the_result(result: Result) -> None:
    answers = answers_in(result)
    assert {row.name.removesuffix(" (less is better)"): row.value for row in measure_rows(answers)} == answers.measures
    assert [row.kind for row in answer_kinds(answers)] == list(answers.by_kind)
    assert sum(row.queries for row in answer_kinds(answers)) == answers.asked
    assert answer_kinds(replace(answers, by_kind={})) == []


def test_notes_say_what_was_not_asked_and_what_unanswerable_means(result: Result) -> None:
    assert [note.split(";")[0] for note in notes_on_answers(result)] == ["60 of 120 questions were asked"]
    by_article = {name: value for name, value in result.measures.items() if not name.startswith("passage ")}
    *_, last = notes_on_answers(replace(result, measures=by_article))
    assert "counts as wrong even where it is right" in last
    assert list(notes_on_answers(replace(result, answers=None))) == []


def test_the_readme_has_a_row_for_each_suite_with_answers(result: Result) -> None:
    table = markdown_answers([result, replace(result, answers=None)])
    html = MarkdownIt().enable("table").render(table)
    assert html.count("<tr>") == 2
    assert "80 ms" in table
    with pytest.raises(BadSuite, match="no result has answers"):
        markdown_answers([replace(result, answers=None)])


def test_pictures_say_the_numbers_and_are_the_same_each_time(result: Result) -> None:
    answers = answers_in(result)
    risk, reliability, kinds = plot_answers(answers)
    assert f"AURC {100 * answers.measures['AURC'].mean:.1f}" in risk.svg
    given = [query for query in answers.per_query.values() if not query.abstained]
    wrong = sum(not query.right for query in given)
    answered, risky = 100 * len(given) / answers.asked, 100 * wrong / len(given)
    assert f"{answered:.1f} of 100 questions, {risky:.1f} of 100 answers wrong" in risk.said
    assert f"Calibration error {100 * answers.measures['calibration error'].mean:.1f}" in reliability.said
    assert "overall right by kind of question" in kinds.title
    for plot in (risk, reliability, kinds):
        ElementTree.fromstring(plot.svg)
    assert plot_answers(answers)[0].svg == risk.svg


def test_pictures_of_nothing_answered_and_of_one_question_are_drawn(result: Result) -> None:
    answers = answers_in(result)
    refused = {name: replace(query, abstained=True) for name, query in answers.per_query.items()}
    risk, *_ = plot_answers(replace(answers, per_query=refused))
    assert "It answered none of the questions." in risk.said
    one = dict(list(answers.per_query.items())[:1])
    risk, *_ = plot_answers(replace(answers, per_query=one, measures=measures_of(one), answerable=1))
    assert risk.svg


def test_the_report_has_a_section_with_the_most_confident_wrong_answers(result: Result, suite: Suite) -> None:
    report = page(result, suite)
    html: HtmlElement = document_fromstring(report)
    (section,) = (found for found in html.iter("section") if found.get("aria-labelledby") == "answers")
    text = str(section.text_content())
    shown = answers_shown(result, suite)
    assert shown
    assert shown.wrong_count == sum(not q.right and not q.abstained for q in answers_in(result).per_query.values())
    sure = [one.brought.confidence for one in shown.wrong]
    assert sure == sorted(sure, reverse=True)
    assert f"{shown.wrong_count} answers given are wrong" in " ".join(text.split())
    assert len(list(section.iter("figure"))) == 3
    assert "<script" not in report
    assert "\x1b" not in report
    ids = [str(element.get("id")) for element in html.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_a_report_without_answers_says_nothing_of_them(result: Result, suite: Suite) -> None:
    assert 'id="answers"' not in page(replace(result, answers=None), suite)


def test_the_report_of_a_comparison_shows_answers_that_changed(result: Result, suite: Suite) -> None:
    before = replace(result, answers=fake_answers(suite, skill=0.2))
    comparison = compare(before, result, resamples=500)
    document: HtmlElement = document_fromstring(page(result, suite, comparison))
    report = " ".join(str(document.text_content()).split())
    assert "Answers that became right or wrong" in report
    assert "before: overall right 0.0" in report
