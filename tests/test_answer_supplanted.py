from __future__ import annotations

import pytest

from service.answer.supplanted import Supplanted, supplanted

VISIT = "President Aoun is scheduled to visit Saudi Arabia in October."
SAYS = "On Friday the Iranian ambassador to Russia, Mehdi Safari, spoke of a pipeline; Turkey was not named."
SOLD = "In 2007 Russia agreed to sell five S-300 systems to Iran for $800 million."


@pytest.mark.parametrize(
    ("question", "sentence", "gone", "moved"),
    [
        ("When is Aoun scheduled to visit Qatar?", VISIT, 1, 0),
        ("When is Aoun scheduled to visit Saudi Arabia?", VISIT, 0, 0),
        ("Who is the Iranian ambassador to Egypt?", SAYS, 1, 0),
        ("Who is the Iranian ambassador to Turkey?", SAYS, 0, 1),
        ("Who is Iran's ambassador to Russia?", SAYS, 0, 0),
        ("Who is the Iraqi ambassador to Russia?", SAYS, 1, 0),
        ("How many S-400 systems did Russia agree to sell?", SOLD, 1, 0),
        ("How many S-300 systems did Moscow agree to sell?", SOLD, 0, 0),
        ("which chinese minister came", "The Russian minister came on Monday.", 1, 0),
    ],
)
def test_another_name_in_a_names_place_is_counted(question: str, sentence: str, gone: int, moved: int) -> None:
    found = supplanted(question, sentence)
    assert (found.gone, found.moved) == (gone, moved)


@pytest.mark.parametrize(
    "sentence",
    [
        "Nobody was scheduled to visit anybody in October.",  # no other name
        "The tour begins in October.",  # nor the word that the name stands beside
        "",
    ],
)
def test_where_nothing_stands_in_its_place_a_name_is_only_missing(sentence: str) -> None:
    assert supplanted("When is Aoun scheduled to visit Qatar?", sentence) == Supplanted(0, 0, False)


@pytest.mark.parametrize(
    ("question", "sentence", "other"),
    [
        ("What was sold in 2010?", SOLD, True),
        ("What was sold in 2007?", SOLD, False),
        ("What was sold in October 2010?", "Arms were sold in August.", True),
        ("What was sold in October 2010?", "Arms were sold in October.", False),
        ("What was sold in 2007?", "Arms were sold in October of that year.", False),
        ("What was sold in 2007?", "Arms were sold.", False),
        ("What was sold?", SOLD, False),
    ],
)
def test_a_sentence_of_another_time_is_told_from_one_of_none(question: str, sentence: str, other: bool) -> None:
    assert supplanted(question, sentence).date == other


def test_a_name_asked_about_twice_counts_once() -> None:
    assert supplanted("Did Qatar visit Qatar officials?", "Oman visit. Oman officials.").gone == 1


@pytest.mark.parametrize("text", ["", "?", "\u0000", "Ω 😀", "A" * 5_000, "to " * 2_000])
def test_any_text_is_gone_through(text: str) -> None:
    assert supplanted(text, text) == Supplanted(0, 0, False)
    supplanted(f"Who met {text} in Oman?", text)
