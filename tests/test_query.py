from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import BadQuery
from indexer.filters import Filter
from indexer.records import PartialDate
from service.query import LONGEST, ParsedQuery, parse_query


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("port visits", ParsedQuery("port visits")),
        ('the "naval bases" offer', ParsedQuery("the naval bases offer", phrases=("naval bases",), asks=True)),
        ("“naval bases”", ParsedQuery("naval bases", phrases=("naval bases",))),
        ("iran -syria", ParsedQuery("iran", without=("syria",))),
        ('iran -"air strikes"', ParsedQuery("iran", without=("air strikes",))),
        ("S-300 A2/AD P5+1", ParsedQuery("S-300 A2/AD P5+1")),
        ("iran - syria", ParsedQuery("iran - syria")),
        ('iran "unclosed', ParsedQuery('iran "unclosed')),
        ('iran "" x', ParsedQuery("iran x")),
        ("iran AND (NOT syria) OR c:\\x", ParsedQuery("iran AND (NOT syria) OR c:\\x")),
        ("publisher:RFE iran", ParsedQuery("iran", filter=Filter(publishers=("RFE",)))),
        ('publisher:"Global Research" iran', ParsedQuery("iran", filter=Filter(publishers=("Global Research",)))),
        ("Author:Abed author:Suchkov iran", ParsedQuery("iran", filter=Filter(authors=("Abed", "Suchkov")))),
        (
            "iran after:2015 before:2015-10",
            ParsedQuery("iran", filter=Filter(after=PartialDate(2015), before=PartialDate(2015, 10))),
        ),
        ("publisher: iran", ParsedQuery("publisher: iran")),
    ],
)
def test_operators_are_taken_out_and_everything_else_is_words(raw: str, expected: ParsedQuery) -> None:
    assert parse_query(raw) == expected


def test_a_date_that_is_none_is_searched_as_words_and_said() -> None:
    parsed = parse_query("iran after:yesterday")
    assert parsed.text == "iran after:yesterday"
    assert parsed.filter == Filter()
    assert "after:yesterday" in parsed.notes[0]


def test_operators_narrow_the_filter_they_are_given_with() -> None:
    base = Filter(publishers=("A",))
    assert parse_query("x publisher:B", base).filter == Filter(publishers=("B",), also=base)
    assert parse_query("x", base).filter == base


@pytest.mark.parametrize("raw", ["", "   ", "?!", '""', "-", "author:abed", "-syria", "after:2015 publisher:x", "\0"])
def test_nothing_to_rank_by_is_refused(raw: str) -> None:
    with pytest.raises(BadQuery, match="pressmark"):
        parse_query(raw)


def test_too_much_is_refused() -> None:
    with pytest.raises(BadQuery, match="10,001 characters"):
        parse_query("x" * (LONGEST + 1))
    with pytest.raises(BadQuery, match="1,000 operators"):
        parse_query("x " + "author:a " * 1000)
    with pytest.raises(BadQuery, match="half a character"):
        parse_query("x \ud800")


@given(st.text(alphabet=st.sampled_from("ab1 \"“”-:'()*?~^\\/publisherafter"), max_size=40))
def test_no_input_is_a_syntax_error(raw: str) -> None:
    try:
        parsed = parse_query(raw)
    except BadQuery:
        return
    assert any(character.isalnum() for character in parsed.text)
