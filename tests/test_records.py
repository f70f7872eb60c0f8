"""Canonical text, dates and articles keep their own rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import BadDate, BadRecord
from indexer.records import Article, Block, PartialDate, canonical_text, edition_of


@given(st.text())
def test_canonical_text_is_idempotent(raw: str) -> None:
    once = canonical_text(raw)
    assert canonical_text(once) == once
    assert not set(once) & set("\r\u0085\u2028\u2029\0\ufeff")


def test_an_edition_is_the_sha256_of_the_text() -> None:
    assert edition_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("text", ["2015", "2015-10", "2015-10-02", "0001-01-01"])
def test_dates_read_back_as_written(text: str) -> None:
    assert str(PartialDate.parse(text)) == text


@pytest.mark.parametrize("text", ["", "15", "2015-13", "2015-02-30", "2015-1", "2015/10/02", "0000", "2015-10-02T00"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadDate):
        PartialDate.parse(text)


def test_a_partial_date_spans_its_days() -> None:
    assert str(PartialDate(2016, 2).last_day) == "2016-02-29"
    assert str(PartialDate(2015).last_day) == "2015-12-31"
    assert str(PartialDate(2015).first_day) == "2015-01-01"


@pytest.mark.parametrize(
    ("article_id", "text", "blocks"),
    [
        ("", "text", [(0, 4)]),
        (" a", "text", [(0, 4)]),
        ("a\nb", "text", [(0, 4)]),
        ("a", "  ", []),
        ("a", "text\r", [(0, 4)]),
        ("a", "e\u0301", [(0, 2)]),
        ("a", "text", []),
        ("a", "text", [(0, 5)]),
        ("a", "text", [(0, 2), (1, 4)]),
        ("a", "one two", [(0, 3)]),
        ("a", "half \ud800", [(0, 6)]),
    ],
)
def test_an_article_that_breaks_its_rules_is_refused(article_id: str, text: str, blocks: list[tuple[int, int]]) -> None:
    with pytest.raises(BadRecord):
        Article(article_id, text, tuple(Block(start, end, "paragraph") for start, end in blocks))
