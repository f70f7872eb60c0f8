from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.highlight import highlights_of


def test_words_are_marked_in_every_form_and_at_their_place_in_the_article() -> None:
    quote = "Warships trained; the WARSHIP's crew rested."
    marked = highlights_of("warship training", quote, 1000)
    assert [quote[start - 1000 : end - 1000] for start, end in marked] == ["Warships", "trained", "WARSHIP"]


def test_accents_and_astral_characters_do_not_shift_a_mark() -> None:
    quote = "\U0001f600 Se\u0301curite\u0301 \U0001f600 café"
    assert [quote[a:b] for a, b in highlights_of("cafe", quote, 0)] == ["café"]


def test_words_without_meaning_are_marked_only_where_there_is_no_other() -> None:
    assert highlights_of("what is the matter", "What is the matter?", 0) == [(12, 18)]
    assert highlights_of("what is the", "What is the matter?", 0) == [(0, 4), (5, 7), (8, 11)]


@given(st.text(max_size=60), st.text(max_size=60))
def test_marks_are_in_order_and_inside_the_quote(query: str, quote: str) -> None:
    spans = highlights_of(query, quote, 0)
    assert all(0 <= start < end <= len(quote) for start, end in spans)
    assert spans == sorted(set(spans))
