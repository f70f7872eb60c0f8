"""Hard negatives: the answer goes, the question changes, and nothing else does."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reader.negatives import altered, without_answers

TEXT = (
    "The frigate Ardent left Oslo in 1942 with 120 men. Admiral Berg led her to Port Said. "
    "She reached the northern coast before the 3 other ships. Ardent sank in May."
)


def span(answer: str, text: str = TEXT) -> tuple[tuple[int, int], ...]:
    return ((text.index(answer), text.index(answer) + len(answer)),)


def changes(question: str, answer: str, text: str = TEXT) -> set[str | None]:
    """Every change that some seed makes."""
    return {altered(question, text, span(answer, text), random.Random(seed)) for seed in range(200)}


def test_the_sentence_of_an_answer_goes_and_so_does_any_that_repeats_it() -> None:
    assert without_answers(TEXT, span("1942")) == TEXT[TEXT.index("Admiral") :]
    left = without_answers(TEXT, span("Ardent"))
    assert left is not None
    assert "ardent" not in left.lower()
    assert left == TEXT[TEXT.index("Admiral") : TEXT.index(" Ardent sank")]


def test_every_span_counts() -> None:
    spans = (*span("1942"), *span("Port Said"))
    assert without_answers(TEXT, spans) == TEXT[TEXT.index("She reached") :]


def test_a_text_that_is_all_answer_leaves_nothing() -> None:
    assert without_answers("It rained in Oslo.", span("Oslo", "It rained in Oslo.")) is None


def test_a_name_of_the_question_becomes_another_of_the_text() -> None:
    question = "When did the frigate Ardent leave?"
    swapped = {change for change in changes(question, "1942") if change and "Ardent" not in change}
    assert swapped
    for change in swapped:
        name = re.fullmatch(r"When did the frigate (.+) leave\?", change)
        assert name is not None
        assert name[1] in TEXT


def test_a_name_is_never_swapped_for_the_answer_or_one_that_the_question_has() -> None:
    question = "Whom did the Ardent carry from Oslo?"
    for change in changes(question, "Admiral Berg"):
        assert change is None or "Berg" not in change
        assert change is None or len(re.findall("Ardent|Oslo", change)) == 2 - (change.split() != question.split())


def test_the_first_word_of_a_question_is_no_name() -> None:
    assert all(change is None or change.startswith("Ardent") for change in changes("Ardent left where?", "Oslo"))


def test_a_number_becomes_one_of_the_text_or_one_near_it() -> None:
    question = "who sailed with 120 others?"
    swapped = changes(question, "Admiral Berg")
    assert None not in swapped
    numbers = {int(re.sub(r"\D", "", change or "")) for change in swapped}
    assert {1942, 3} <= numbers
    assert numbers <= {1942, 3} | {120 + by for by in (-30, -10, -3, -2, -1, 1, 2, 3, 10, 30)}


def test_a_year_becomes_a_year() -> None:
    text = "In 1942 it held 120 men; in 1950, 80."
    found = {int(re.sub(r"\D", "", change or "")) for change in changes("what held men in 1942?", "120", text)}
    assert 1950 in found
    assert not found & {80, 120}


@pytest.mark.parametrize(
    ("question", "turned"),
    [
        ("who reached the northern coast?", {"who reached the southern coast?"}),
        ("what did she reach before them?", {"what did she reach after them?"}),
        ("who was the first?", {"who was the last?"}),
        (
            "how many more were there?",
            {"how few more were there?", "how many less were there?", "how many fewer were there?"},
        ),
    ],
)
def test_a_word_is_turned_round(question: str, turned: set[str]) -> None:
    assert changes(question, "Admiral Berg") == turned


def test_what_has_nothing_to_swap_is_negated_now_and_then() -> None:
    assert changes("what did she carry?", "120 men") == {None, "what didn't she carry?"}
    assert changes("what did she carry without them?", "120 men") == {None}
    assert changes("what of her?", "120 men") == {None}


@given(
    question=st.text(max_size=60) | st.sampled_from(["When did Ardent leave Oslo in 1942?", "Did Berg lead 0 ships?"]),
    text=st.sampled_from([TEXT, "1942", "Ardent. Oslo.", "0 1 2"]),
    seed=st.integers(0, 1000),
)
def test_a_changed_question_is_another_and_the_same_for_the_same_seed(question: str, text: str, seed: int) -> None:
    spans = ((0, 1),)
    change = altered(question, text, spans, random.Random(seed))
    assert change != question
    assert change == altered(question, text, spans, random.Random(seed))
