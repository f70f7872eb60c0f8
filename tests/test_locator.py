from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import BadQuery
from service.citation import Citation
from service.locator import Locator, parse_locator


@pytest.mark.parametrize(
    ("text", "locator"),
    [
        ("example.org/a", Locator("example.org/a")),
        ("example.org/a#3-7", Locator("example.org/a", 3, 7)),
        (" a.txt#3-7\n", Locator("a.txt", 3, 7)),
        ("a#1-2#3-7", Locator("a#1-2", 3, 7)),
        ("a#top", Locator("a#top")),
        ("a#3-", Locator("a#3-")),
        ("a#-3-7", Locator("a#-3-7")),
        ("a b#0-1", Locator("a b", 0, 1)),
        ("a#٣-٧", Locator("a#٣-٧")),
    ],
)
def test_a_locator_names_an_article_or_a_span(text: str, locator: Locator) -> None:
    assert parse_locator(text) == locator


@pytest.mark.parametrize("text", ["", "  ", "#3-7", "a#7-3", "a#3-3", "a\nb"])
def test_a_locator_that_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadQuery, match="ID#START-END"):
        parse_locator(text)


@given(
    st.text("ab#-/19", min_size=1),
    st.integers(min_value=0, max_value=10**14),
    st.integers(min_value=1, max_value=10**14),
)
def test_every_locator_reads_back(article_id: str, start: int, length: int) -> None:
    citation = Citation(article_id, "0" * 64, None, (), None, None, None, 0, 1, "x")
    assert parse_locator(citation.locator) == Locator(article_id, 0, 1)
    assert parse_locator(f"{article_id}#{start}-{start + length}") == Locator(article_id, start, start + length)
