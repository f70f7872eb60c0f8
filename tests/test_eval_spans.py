"""How exactly passages cover the evidence: hand arithmetic, and brute force over single characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gold import Span
from eval.spans import SPAN_MEASURES, span_scores
from indexer.errors import BadSuite

Character = tuple[str, int]


def scores(found: list[Span], *evidence: list[Span]) -> tuple[float, float, float, float]:
    """Recall@3, precision@5, recall@5, IoU@5."""
    recall_of_3, precision, recall, overlap = (span_scores(found, evidence)[name] for name in SPAN_MEASURES)
    return recall_of_3, precision, recall, overlap


def test_a_passage_that_holds_half_of_a_quote() -> None:
    assert scores([Span("a", 0, 100)], [Span("a", 80, 120)]) == (20 / 40, 20 / 100, 20 / 40, 20 / (100 + 40 - 20))


def test_the_same_offsets_of_another_article_are_other_characters() -> None:
    assert scores([Span("b", 0, 100)], [Span("a", 0, 100)]) == (0, 0, 0, 0)


def test_nothing_found_scores_0() -> None:
    assert scores([], [Span("a", 0, 10)]) == (0, 0, 0, 0)


def test_what_two_passages_share_counts_once() -> None:
    found = [Span("a", 0, 60), Span("a", 40, 100), Span("a", 40, 60)]
    assert scores(found, [Span("a", 50, 75)]) == (1, 25 / 100, 1, 25 / 100)


def test_what_two_quotes_share_counts_once() -> None:
    assert scores([Span("a", 0, 20)], [Span("a", 0, 30)], [Span("a", 10, 40)]) == (20 / 40, 20 / 20, 20 / 40, 20 / 40)


def test_recall_ends_at_3_and_at_5() -> None:
    quotes = [[Span("a", n * 100, n * 100 + 10)] for n in range(6)]
    found = [Span("a", n * 100, n * 100 + 20) for n in range(6)]
    assert scores(found, *quotes) == (30 / 60, 50 / 100, 50 / 60, 50 / (100 + 60 - 50))


def test_fewer_results_than_k_are_all_there_is_to_count() -> None:
    assert scores([Span("a", 0, 40)], [Span("a", 30, 50)]) == (10 / 20, 10 / 40, 10 / 20, 10 / 50)


def test_a_quote_found_in_a_copy_is_found() -> None:
    assert scores([Span("copy", 5, 15)], [Span("own", 0, 10), Span("copy", 5, 15)]) == (1, 1, 1, 1)


def test_the_place_that_is_covered_best_counts_and_the_other_neither_gains_nor_costs() -> None:
    found = [Span("own", 0, 14), Span("copy", 0, 50)]
    places = [Span("own", 10, 20), Span("copy", 10, 20)]
    # The copy's ten characters are gold; the own article's are left out, but for the ten that stand around them.
    assert scores(found, places) == (10 / 10, 10 / (10 + 50), 10 / 10, 10 / (10 + 50))


def test_the_better_covered_place_is_chosen_anew_for_each_k() -> None:
    elsewhere = Span("z", 0, 10)
    found = [Span("own", 0, 5), elsewhere, elsewhere, Span("copy", 0, 10)]
    assert scores(found, [Span("own", 0, 10), Span("copy", 0, 10)]) == (5 / 10, 10 / 20, 10 / 10, 10 / 20)


def test_places_of_different_length_are_compared_by_share() -> None:
    """White space may differ between copies: 9 of 9 is more than 9 of 10."""
    found = [Span("own", 0, 9), Span("copy", 0, 9)]
    assert scores(found, [Span("own", 0, 10), Span("copy", 0, 9)]) == (1, 1, 1, 1)


def test_another_place_that_is_also_another_quote_is_gold() -> None:
    repeated = [Span("a", 0, 10), Span("b", 0, 10)]
    assert scores([Span("a", 0, 10), Span("b", 0, 10)], repeated, [Span("b", 0, 20)]) == (20 / 30, 1, 20 / 30, 20 / 30)


@pytest.mark.parametrize("evidence", [[], [[]], [[Span("a", 0, 9)], []], [[Span("a", 3, 3)]]])
def test_evidence_that_stands_nowhere_is_an_error(evidence: list[list[Span]]) -> None:
    with pytest.raises(BadSuite, match="stands nowhere"):
        span_scores([Span("a", 0, 9)], evidence)


def drawn_spans(shortest: int) -> st.SearchStrategy[Span]:
    ends = st.tuples(st.integers(0, 20), st.integers(shortest, 12))
    return st.builds(lambda name, at: Span(name, at[0], at[0] + at[1]), st.sampled_from("ab"), ends)


FOUND = st.lists(drawn_spans(0), max_size=7)
EVIDENCE = st.lists(st.lists(drawn_spans(1), min_size=1, max_size=3), min_size=1, max_size=4)


def characters(*spans: Span) -> set[Character]:
    return {(span.article_id, offset) for span in spans for offset in range(span.start, span.end)}


def by_characters(found: list[Span], evidence: list[list[Span]]) -> tuple[float, float, float]:
    retrieved, gold, places = characters(*found), set[Character](), set[Character]()
    for item in evidence:
        shares = [len(characters(place) & retrieved) / len(characters(place)) for place in item]
        gold |= characters(item[shares.index(max(shares))])
        places |= characters(*item)
    counted = retrieved - (places - gold)
    hit = len(counted & gold)
    return hit / len(gold), hit / len(counted) if counted else 0.0, hit / len(counted | gold)


@given(FOUND, EVIDENCE)
def test_intervals_agree_with_sets_of_characters(found: list[Span], evidence: list[list[Span]]) -> None:
    recall_of_3, _, _ = by_characters(found[:3], evidence)
    recall, precision, overlap = by_characters(found[:5], evidence)
    assert scores(found, *evidence) == (recall_of_3, precision, recall, overlap)


@given(FOUND, EVIDENCE)
def test_values_are_from_0_to_1_and_iou_is_the_least(found: list[Span], evidence: list[list[Span]]) -> None:
    recall_of_3, precision, recall, overlap = scores(found, *evidence)
    assert 0 <= overlap <= min(precision, recall) <= max(precision, recall, recall_of_3) <= 1


@given(EVIDENCE.filter(lambda evidence: len(evidence) <= 3), st.data())
def test_exactly_the_quotes_wherever_they_stand_score_1(evidence: list[list[Span]], data: st.DataObject) -> None:
    found = [data.draw(st.sampled_from(places)) for places in evidence]
    assert scores(found, *evidence) == (1, 1, 1, 1)


@given(FOUND, EVIDENCE)
def test_neither_the_order_within_k_nor_that_of_the_quotes_matters(
    found: list[Span], evidence: list[list[Span]]
) -> None:
    assert scores(found[:3][::-1], *evidence[::-1]) == scores(found[:3], *evidence)
