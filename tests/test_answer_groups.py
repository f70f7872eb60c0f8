"""Candidates that say the same are one answer, the surest of them speaks for it, and an article counts once."""

from __future__ import annotations

from service.answer.groups import grouped
from tests.conftest import make_article
from tests.hand_candidates import judged

SPAN = make_article("span", "The bridge opened in 1932. Since 1932 it has carried trams.")
ARCH = make_article("arch", "It opened in the year 1932, they say.")
HALL = make_article("hall", "The bridge was opened in 1931.")


def test_what_says_the_same_joins_the_surest_that_says_it() -> None:
    surest, other, third = judged(SPAN, "1932", 0.9), judged(HALL, "1931", 0.7), judged(ARCH, "in the year 1932", 0.6)
    first, second = grouped([surest, other, third])
    assert first.members == (surest, third)
    assert second.members == (other,)


def test_a_group_is_as_sure_as_its_surest_member() -> None:
    group, _ = grouped([judged(SPAN, "1932", 0.9), judged(HALL, "1931", 0.7), judged(ARCH, "1932", 0.6)])
    assert group.head.candidate.article_id == "span"
    assert group.confidence == 0.9


def test_groups_keep_the_order_of_their_surest_members() -> None:
    sure = [judged(HALL, "1931", 0.8), judged(SPAN, "1932", 0.7), judged(ARCH, "1932", 0.6), judged(SPAN, "trams", 0.5)]
    assert [group.head.candidate.text for group in grouped(sure)] == ["1931", "1932", "trams"]


def test_an_article_that_says_it_twice_is_one_article() -> None:
    again = judged(SPAN, "Since 1932", 0.4)
    (group,) = grouped([judged(SPAN, "1932", 0.9), judged(ARCH, "1932", 0.6), again])
    assert len(group.members) == 3
    assert group.articles == 2


def test_nothing_judged_is_no_group() -> None:
    assert grouped([]) == []
