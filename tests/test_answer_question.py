"""What a question asks, and what can be an answer to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answer.expected import Expects, expected, fits
from service.answer.question import asked

SEEDS = Path(__file__).parent.parent / "eval/questions/seeds.jsonl"
QUESTIONS = [json.loads(line) for line in SEEDS.read_text().splitlines()]


def test_every_gold_answer_may_answer_its_question() -> None:
    refused = [
        (question["id"], answer)
        for question in QUESTIONS
        for answer in question["answers"]
        if fits(answer, " ".join(e["quote"] for e in question["evidence"]), asked(question["question"]).expects)
        is False
    ]
    assert refused == []


def test_keywords_are_told_from_questions() -> None:
    told = {question["id"]: asked(question["question"]).is_question for question in QUESTIONS}
    not_asked = {name for name, is_question in told.items() if not is_question}
    assert not_asked == {name for name in told if name.startswith("keyword")} | {"absent-06", "absent-13"}


@pytest.mark.parametrize(
    ("question", "expects"),
    [
        ("In which year did it sail?", "year"),
        ("since which year had it not sailed", "year"),
        ("On what day did it sail?", "day"),
        ("What weekday was it?", "day"),
        ("In what month and year did it sail?", "month"),
        ("When did it sail?", "date"),
        ("How far back do the talks go?", "date"),
        ("For how long did it sail?", "duration"),
        ("how much time did it take", "duration"),
        ("How many ships sailed?", "number"),
        ("How large is the fleet?", "number"),
        ("How much did they pay for it?", "money"),
        ("What was the contract for the ships worth?", "money"),
        ("What share of the exports went there?", "percent"),
        ("Who sent it?", "who"),
        ("Whose words are these?", "who"),
        ("talks in the port who", "who"),
        ("Which politician was invited?", "person"),
        ("In which northern city was it built?", "place"),
        ("ambassador to which contry?", "place"),
        ("Where was it built?", "place"),
        ("Which newspaper printed it?", "organisation"),
        ("Who is Anna Berg?", None),
        ("Why did it sail?", None),
        ("What place did it take among the buyers?", None),
        ("When people boycott a law, how is that called?", None),
        ("What components raise the temperature?", None),
    ],
)
def test_what_must_answer_is_read_off_the_words(question: str, expects: Expects | None) -> None:
    assert expected(question) == expects


@pytest.mark.parametrize(
    ("words", "expects", "fitting"),
    [
        ("2007", "year", True),
        ("the port", "year", False),
        ("five", "number", True),
        ("tens of thousands", "number", True),
        ("none", "number", None),
        ("in the harbour", "number", False),
        ("$800 million", "money", True),
        ("2011", "money", False),
        ("6.1 percent", "money", False),
        ("half", "percent", None),
        ("three years later", "date", True),
        ("with the lifting of all the bans", "date", None),
        ("the admiral", "date", False),
        ("three days", "duration", True),
        ("15 years", "who", False),
        ("Anna Berg", "who", True),
        ("many commentators", "who", None),
        ("Finland", "person", False),
        ("on Monday", "place", False),
        ("fourth", "place", None),
        ("anything", None, None),
    ],
)
def test_words_fit_or_not_or_it_cannot_be_said(words: str, expects: Expects | None, fitting: bool | None) -> None:
    assert fits(words, words, expects) is fitting


def test_words_without_a_year_are_not_refused_where_their_sentence_has_one() -> None:
    assert fits("that summer", "In 2015 it sailed that summer.", "year") is None


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Which ships sailed?", "list"),
        ("Name the ships that sailed.", "list"),
        ("On what three things do they agree?", "list"),
        ("Which ship sailed?", "words"),
        ("What sets this apart?", "words"),
        ("What offers evidence for the ways in which it sailed?", "words"),
        ("Which Texas city hosted the talks?", "words"),
        ("Which arms company sold the ships?", "words"),
        ("Which arms company did they sue?", "words"),
        ("Which sanctions regime ended in 2015?", "words"),
        ("Which company bought ships in 2015?", "words"),
        ("Which ships sank in 2015?", "list"),
        ("Which states never signed?", "list"),
        ("Which northern ports are closed?", "list"),
        ("Is it binding?", "yes-no"),
        ("Isn't it binding?", "yes-no"),
        ("Isn’t it binding?", "yes-no"),
        ("In the drill, did it sail first?", "yes-no"),
        ("reports that it sank, were they true?", "yes-no"),
        ("Would they break the law if they ignored what was agreed?", "yes-no"),
        ("Did it sail before or after the talks?", "words"),
        ("Were they in place when it sailed, or did they come later?", "words"),
    ],
)
def test_the_kind_of_answer_is_read_off_the_words(question: str, kind: str) -> None:
    assert asked(question).kind == kind


def test_what_a_question_takes_as_given_is_taken_apart() -> None:
    given_ = [(given.kind, given.text) for given in asked('Which five ships did Anna Berg call "old" in 2010?').given]
    assert given_ == [("word", "ships"), ("name", "Anna Berg"), ("phrase", "old"), ("date", "2010")]


def test_country_names_and_designations_are_known_in_lower_case() -> None:
    names = [given.text for given in asked("s-300 russia iran turkey delivery").given if given.kind == "name"]
    assert names == ["s-300", "russia", "iran", "turkey"]


def test_a_question_in_capitals_is_not_all_names() -> None:
    assert [g.text for g in asked("WHICH SHIPS WERE SOLD TO FINLAND?").given if g.kind == "name"] == ["FINLAND"]


def test_the_questions_in_one_are_counted() -> None:
    assert asked("Who came in 2000, and who came later?").parts == 2
    assert asked("Who came in 2000 and later?").parts == 1


def test_of_several_sentences_the_one_that_asks_is_read() -> None:
    several = asked("The minister who signed it went to Moscow. What did he say there?")
    assert several.asking == "What did he say there?"
    assert several.expects is None


@given(st.text(max_size=200))
def test_any_text_is_understood_somehow(text: str) -> None:
    understood = asked(text)
    assert all(text[given.start : given.end] == given.text for given in understood.given)
    fits(text, text, understood.expects)
