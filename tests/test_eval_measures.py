"""What a ranking is worth: hand arithmetic, and the queries that must not drop out of a mean."""

from __future__ import annotations

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy import float32

from eval.measures import MEASURES, rank_scores, scores_of
from indexer.errors import BadSuite

GRADED = {"q": {"a": 3, "b": 2, "c": 1, "d": 0}}
TEN = [f"x{n}" for n in range(10)]


def one(ranking: list[str], grades: dict[str, int]) -> dict[str, float]:
    return scores_of({"q": ranking}, {"q": grades})["q"]


def test_the_measures_are_spelled_as_the_field_spells_them() -> None:
    assert MEASURES == ("nDCG@10", "R@5", "R@100", "RR@10", "AP", "Success@1", "Success@3", "Success@5")


def test_ndcg_gains_are_the_grades_themselves_as_in_trec_eval() -> None:
    scores = scores_of({"q": ["b", "x", "a"]}, GRADED)["q"]
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert scores["nDCG@10"] == pytest.approx((2 / log2(2) + 0 / log2(3) + 3 / log2(4)) / ideal)
    exponential = 7 / log2(2) + 3 / log2(3) + 1 / log2(4)
    assert scores["nDCG@10"] != pytest.approx((3 / log2(2) + 7 / log2(4)) / exponential, abs=0.01)


def test_ndcg_at_10_sees_neither_rank_11_nor_an_ideal_deeper_than_10() -> None:
    assert one([*TEN, "a"], {"a": 1})["nDCG@10"] == 0
    assert one(TEN, dict.fromkeys([*TEN, "y", "z"], 1))["nDCG@10"] == 1


def test_average_precision_is_over_the_whole_ranking_and_all_that_is_relevant() -> None:
    scores = one(["a", "x", "b", *TEN[1:], "c"], {"a": 1, "b": 1, "c": 1, "missed": 1})
    assert scores["AP"] == pytest.approx((1 / 1 + 2 / 3 + 3 / 13) / 4)
    assert one([*(f"x{n}" for n in range(150)), "a"], {"a": 1})["AP"] == pytest.approx(1 / 151)


def test_recall_is_the_share_of_the_relevant_within_k() -> None:
    filler = [f"x{n}" for n in range(95)]
    scores = one(["a", "x", "y", "z", "b", *filler[:-1], "c", "d"], dict.fromkeys("abcd", 1))
    assert scores["R@5"] == 2 / 4
    assert scores["R@100"] == 3 / 4


def test_success_asks_whether_there_is_one_within_k() -> None:
    scores = one(["x", "y", "z", "a", "b"], {"a": 1, "b": 1})
    assert (scores["Success@1"], scores["Success@3"], scores["Success@5"]) == (0, 0, 1)
    scores = one(["x", "y", "a"], {"a": 1})
    assert (scores["Success@1"], scores["Success@3"], scores["Success@5"]) == (0, 1, 1)


def test_reciprocal_rank_ends_at_rank_10() -> None:
    assert one(["x", "y", "a", "b"], {"a": 1, "b": 1})["RR@10"] == 1 / 3
    assert one([*TEN[:9], "a"], {"a": 1})["RR@10"] == 1 / 10
    assert one([*TEN, "a"], {"a": 1})["RR@10"] == 0


def test_a_grade_of_0_or_below_is_not_relevant() -> None:
    assert one(["junk", "no", "a"], {"a": 1, "no": 0, "junk": -2})["RR@10"] == 1 / 3
    assert one(["junk", "no", "a"], {"a": 1, "no": 0, "junk": -2})["nDCG@10"] == pytest.approx(1 / log2(4))
    assert set(one(["no"], {"no": 0}).values()) == {0.0}


def test_queries_without_results_score_0_and_are_not_left_out() -> None:
    qrels = {"hit": {"a": 1}, "absent from the run": {"a": 1}, "found nothing": {"a": 1}}
    scores = scores_of({"hit": ["x", "a"], "found nothing": []}, qrels)
    assert list(scores) == list(qrels)
    assert [values["RR@10"] for values in scores.values()] == [1 / 2, 0, 0]
    assert [values["Success@5"] for values in scores.values()] == [1, 0, 0]
    assert all(list(values) == list(MEASURES) for values in scores.values())


def test_an_empty_run_scores_0_for_every_query() -> None:
    scores = scores_of({}, {"p": {"a": 1}, "q": {"b": 2}})
    assert scores == {query: dict.fromkeys(MEASURES, 0.0) for query in "pq"}


def test_a_query_whose_judgments_are_empty_scores_0() -> None:
    assert scores_of({"p": ["a"], "q": ["b"]}, {"p": {}, "q": {"b": 1}})["p"] == dict.fromkeys(MEASURES, 0.0)


def test_a_query_without_judgments_changes_nothing() -> None:
    alone = scores_of({"q": ["a"]}, {"q": {"a": 1}})
    assert scores_of({"unjudged": ["a", "b"], "q": ["a"]}, {"q": {"a": 1}}) == alone


def test_the_order_given_is_the_order_scored_whatever_the_ids() -> None:
    for first, second in [("a", "b"), ("b", "a"), ("", "é"), ("a b", "a\tb"), ("x\0y", "x\0z"), ("\ud800", "\udfff")]:
        assert one([first, second], {first: 1})["RR@10"] == 1
        assert one([first, second], {second: 1})["RR@10"] == 1 / 2
        assert one([first, second], {second: 1})["AP"] == 1 / 2


def test_a_ranking_of_thousands_has_no_ties() -> None:
    names = [f"{n}" for n in range(5000)]
    assert len(set(map(float32, rank_scores("q", names).values()))) == len(names)
    assert one(names, {"4999": 1})["AP"] == pytest.approx(1 / 5000)
    assert one(names, {"4998": 1})["AP"] == pytest.approx(1 / 4999)


def test_an_id_twice_in_one_ranking_is_an_error_that_names_it() -> None:
    with pytest.raises(BadSuite, match=r"query 'q' names 'news/a\.txt' twice, the second time at rank 3"):
        scores_of({"q": ["news/a.txt", "b", "news/a.txt"]}, {"q": {"b": 1}})


def test_nothing_to_score_against_is_an_error() -> None:
    with pytest.raises(BadSuite, match="no judgments"):
        scores_of({"q": ["a"]}, {})


@pytest.mark.parametrize("grade", [2**31 + 1, -(2**40)])
def test_a_grade_that_would_crash_trec_eval_is_an_error(grade: int) -> None:
    with pytest.raises(BadSuite, match=f"query 'q' grades 'a' with {grade}"):
        one(["a"], {"a": grade})


@given(
    st.lists(st.integers(0, 30).map(str), unique=True, max_size=20),
    st.dictionaries(st.integers(0, 30).map(str), st.integers(0, 3), max_size=8),
)
def test_every_measure_agrees_with_its_definition(ranking: list[str], grades: dict[str, int]) -> None:
    relevant = {name for name, grade in grades.items() if grade > 0}
    ranks = [rank for rank, name in enumerate(ranking, 1) if name in relevant]
    gains = [grades.get(name, 0) / log2(rank + 1) for rank, name in enumerate(ranking[:10], 1)]
    ideal = [grade / log2(rank + 1) for rank, grade in enumerate(sorted(grades.values(), reverse=True)[:10], 1)]
    expected = {
        "nDCG@10": sum(gains) / (sum(ideal) or 1),
        "AP": sum(found / rank for found, rank in enumerate(ranks, 1)) / (len(relevant) or 1),
        "RR@10": max([1 / rank for rank in ranks if rank <= 10], default=0),
    }
    for k in (5, 100):
        expected[f"R@{k}"] = sum(rank <= k for rank in ranks) / (len(relevant) or 1)
    for k in (1, 3, 5):
        expected[f"Success@{k}"] = float(any(rank <= k for rank in ranks))
    assert one(ranking, grades) == pytest.approx(expected)
