"""Why there is no answer: nothing to read, something never mentioned, nothing of the kind, or plain doubt."""

from __future__ import annotations

import pytest

from indexer.filters import Filter
from indexer.records import PartialDate
from service.answer.confidence import Judged
from service.answer.question import asked
from service.answer.reasons import reason_for
from tests.conftest import make_article
from tests.hand_candidates import judged

PORT = make_article(
    "port",
    "General Ivashov reached the port of Bandar in 2015. Wheat was sown near the port.",
    title="A visit to Tehran",
)


def reason(question: str, *found: Judged, threshold: float = 0.5, limits: Filter | None = None) -> str:
    return reason_for(asked(question), found, threshold, limits or Filter())


def test_an_archive_without_passages_has_nothing_to_read() -> None:
    assert reason("Who came?") == "no passage in the archive has anything to read"


def test_a_filter_that_leaves_nothing_is_named_as_the_cause() -> None:
    limits = Filter(after=PartialDate(2030))
    assert reason("Who came?", limits=limits) == "no passage that the filter leaves has anything to read"


def test_what_the_question_takes_as_given_and_the_passage_lacks_is_named() -> None:
    found = judged(PORT, "Bandar", 0.1)
    assert reason("What did Shoigu buy?", found) == 'the nearest passage does not speak of "Shoigu"'
    assert reason("What did Shoigu buy in 2010?", found) == (
        'the nearest passage does not speak of "Shoigu" and "2010"'
    )


def test_no_more_than_three_are_named() -> None:
    said = reason("Did Shoigu, Kocharian, Soleimani or Abiyev come?", judged(PORT, "Bandar", 0.1))
    assert said == 'the nearest passage does not speak of "Shoigu" and "Kocharian" and "Soleimani"'


def test_the_title_speaks_for_its_passage() -> None:
    assert "does not speak of" not in reason("Why did Ivashov go to Tehran?", judged(PORT, "Bandar", 0.1))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many wheat fields are near the port?", "a number"),
        ("How much money did wheat cost?", "a sum of money"),
        ("What percentage of the wheat was sown?", "a share in percent"),
        ("When was the wheat sown?", "a time"),
        ("In which year was the wheat sown?", "a year"),
        ("For how long was wheat sown?", "a length of time"),
    ],
)
def test_what_was_asked_for_and_is_not_there_is_named(question: str, kind: str) -> None:
    near = judged(make_article("wheat", "Wheat was sown near the port."), "near the port", 0.1)
    assert reason(question, near) == f"the question asks for {kind}, and the nearest passages name none for it"


def test_a_name_is_asked_for_by_what_bears_one() -> None:
    near = judged(make_article("wheat", "Wheat was sown 14 times."), "14", 0.1)
    assert reason("Who sowed wheat?", near).startswith("the question asks for somebody, and")
    assert reason("Where was wheat sown?", near).startswith("the question asks for a place, and")


def test_otherwise_it_is_doubt_in_numbers() -> None:
    assert reason("Who reached the port?", judged(PORT, "General Ivashov", 0.123)) == (
        "the nearest passages are not sure enough to answer it: 12%, and an answer needs 50%"
    )


@pytest.mark.parametrize(
    ("confidence", "numbers"),
    [(0.494, "49%, and an answer needs 50%"), (0.496, "49.6%, and an answer needs 50.0%"), (0.4996, "49.96%, and")],
)
def test_a_narrow_miss_is_told_with_the_digits_that_part_it(confidence: float, numbers: str) -> None:
    assert numbers in reason("Who reached the port?", judged(PORT, "General Ivashov", confidence))
