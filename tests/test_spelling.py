"""What a misspelt word was meant to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.spelling import nearest

WORDS = {"harbour": 4, "harvest": 9, "warship": 7, "wars": 2, "convention": 3, "conversion": 5}


def like(letters: str) -> list[tuple[str, int]]:
    return [(word, count) for word, count in WORDS.items() if word.startswith(letters)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("harbor", "harbour"),  # a letter too few
        ("harbbour", "harbour"),  # one too many
        ("hirbour", "harbour"),  # one changed
        ("harbuor", "harbour"),  # two swapped
        ("warhsip", "warship"),
        ("conventoin", "convention"),
        ("konvention", None),  # the first letter must be right
        ("hrbor", None),  # two slips in a short word
        ("wra", None),  # too short to tell
        ("s300", None),  # a name, not a word
        ("", None),
    ],
)
def test_one_slip_is_forgiven_and_two_in_a_long_word(typed: str, meant: str | None) -> None:
    assert nearest(typed, like)[:1] == ([meant] if meant else [])


def test_of_words_equally_near_the_most_frequent_is_meant_then_the_first() -> None:
    assert nearest("cart", lambda _: [("card", 2), ("cars", 5), ("care", 5)]) == ["care", "cars", "card"]


@given(st.text(max_size=20))
def test_only_words_that_are_there_are_meant(typed: str) -> None:
    assert {*nearest(typed, like)} <= {*WORDS}
