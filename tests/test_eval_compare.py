from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.change import ALPHA, Change, Moved
from eval.compare import Comparison, compare
from eval.interval import Interval
from eval.result import QueryResult, Result, load_result
from indexer.errors import NotComparable

MODEL = {"model": "words", "weights_sha256": "ab" * 32, "dim": 64, "chunk": {"size": 200, "overlap": 1}, "format": 1}


def result(scores: Mapping[str, Sequence[float]], **other: object) -> Result:
    """A run of queries q000, q001, ... with these scores; nothing here reads the measures' intervals."""
    count = len(next(iter(scores.values())))
    queries = {
        f"q{i:03d}": QueryResult("fact", True, {name: values[i] for name, values in scores.items()}, (f"a{i}",))
        for i in range(count)
    }
    measures = {name: Interval(float(np.mean(values)), 0.0, 1.0) for name, values in scores.items()}
    made = Result(
        suite="little",
        digest="d1" * 32,
        manifest=MODEL,
        corpus="c1" * 32,
        articles=3,
        passages=9,
        config={"mode": "hybrid", "depth": 100},
        queries=count,
        judged=count,
        measures=measures,
        by_kind={},
        latency_ms={},
        per_query=queries,
    )
    return replace(made, **other)  # type: ignore[arg-type]


def ndcg(count: int = 100, seed: int = 1) -> list[float]:
    rng = np.random.default_rng(seed)
    return [float(score) for score in rng.choice([0.0, 0.3562, 0.5, 0.6309, 1.0], count)]


def only(comparison: Comparison) -> Change:
    (change,) = comparison.changes
    return change


def test_a_real_loss_is_found() -> None:
    before = ndcg()
    rng = np.random.default_rng(2)
    after = [score * 0.5 if rng.random() < 0.2 else score for score in before]
    comparison = compare(result({"nDCG@10": before}), result({"nDCG@10": after}))
    change = only(comparison)
    assert (change.measure, change.queries) == ("nDCG@10", 100)
    assert (change.before, change.after) == pytest.approx((np.mean(before), np.mean(after)), abs=1e-4)
    assert change.difference.mean == pytest.approx(change.after - change.before)
    assert change.difference.high < 0
    assert change.p < ALPHA
    assert comparison.worse == (change,)
    assert comparison.better == ()


def test_helping_half_of_the_queries_and_hurting_half_is_no_change() -> None:
    before = [0.5] * 100
    after = [0.7, 0.3] * 50
    comparison = compare(result({"nDCG@10": before}), result({"nDCG@10": after}))
    assert only(comparison).p > 0.5
    assert (comparison.worse, comparison.better) == ((), ())
    assert len(comparison.moved) == 10


def test_a_tiny_loss_on_every_query_is_found() -> None:
    before = [max(score, 0.01) for score in ndcg()]
    comparison = compare(result({"RR@10": before}), result({"RR@10": [score - 0.001 for score in before]}))
    difference = only(comparison).difference
    assert (difference.mean, difference.low, difference.high) == pytest.approx((-0.001, -0.001, -0.001))
    assert comparison.worse


def test_a_gain_passes_the_gate() -> None:
    before = result({"nDCG@10": [0.2] * 30})
    comparison = compare(before, result({"nDCG@10": [0.4] * 30}))
    assert comparison.better == comparison.changes
    assert not comparison.worse


def test_a_loss_in_one_measure_fails_the_gate_whatever_the_others_gained() -> None:
    before = result({"nDCG@10": [0.2] * 30, "R@5": [0.5] * 30})
    comparison = compare(before, result({"nDCG@10": [0.9] * 30, "R@5": [0.4] * 30}))
    assert [change.measure for change in comparison.worse] == ["R@5"]


def test_the_other_way_round_flips_every_sign() -> None:
    one, other = result({"nDCG@10": ndcg(60, 3)}), result({"nDCG@10": ndcg(60, 4)})
    there, back = only(compare(one, other)), only(compare(other, one))
    assert there.difference.mean == pytest.approx(-back.difference.mean)
    assert (there.difference.low, there.difference.high) == pytest.approx((-back.difference.high, -back.difference.low))
    assert (there.before, there.after, there.p) == (back.after, back.before, back.p)


def test_a_result_against_itself_changed_nothing() -> None:
    same = result({"nDCG@10": ndcg(), "R@5": ndcg(seed=5)})
    comparison = compare(same, same)
    assert [change.measure for change in comparison.changes] == ["nDCG@10", "R@5"]
    assert {(change.p, change.difference) for change in comparison.changes} == {(1.0, Interval(0.0, 0.0, 0.0))}
    assert (comparison.moved, comparison.notes) == ((), ())


def test_a_run_does_not_differ_from_its_own_file(tmp_path: Path) -> None:
    # Every 1/3 is 0.3333 in the file: without care, a gain of 0.00003 on each query, at p = 0.0002.
    run = result({"nDCG@10": [1 / 3] * 50}, config={"mode": "hybrid", "phases": ("dense", "lexical")})
    run.save(tmp_path / "run.json")
    comparison = compare(load_result(tmp_path / "run.json"), run)
    assert only(comparison).p == 1.0
    assert (comparison.moved, comparison.notes) == ((), ())


def test_only_queries_judged_in_both_count() -> None:
    before, after = result({"nDCG@10": [0.5, 0.5, 0.5]}), result({"nDCG@10": [0.5, 0.5, 0.1]})
    unanswered = replace(after.per_query["q002"], judged=False, scores={})
    after = replace(after, per_query={**after.per_query, "q002": unanswered})
    comparison = compare(before, after)
    assert (only(comparison).queries, only(comparison).after) == (2, 0.5)
    assert comparison.notes == ("Left out where only one of the results scores them: q002.",)


def test_a_measure_of_some_queries_is_compared_on_those() -> None:
    before = result({"nDCG@10": [0.1, 0.2, 0.3], "span recall": [0.5, 0.5, 0.5]})
    plain = replace(before.per_query["q000"], scores={"nDCG@10": 0.1})
    before = replace(before, per_query={**before.per_query, "q000": plain})
    comparison = compare(before, before)
    assert [(change.measure, change.queries) for change in comparison.changes] == [("nDCG@10", 3), ("span recall", 2)]
    assert comparison.notes == ()


def test_measures_of_one_result_are_named_and_the_others_compared() -> None:
    before = result({"nDCG@10": [0.5] * 9, "R@5": [0.5] * 9})
    after = result({"nDCG@10": [0.5] * 9, "RR@10": [0.5] * 9})
    comparison = compare(before, after)
    assert only(comparison).measure == "nDCG@10"
    assert comparison.notes == (
        "Not compared, for only the result before has them: R@5.",
        "Not compared, for only the result after has them: RR@10.",
    )


def test_no_measure_in_common_is_refused() -> None:
    with pytest.raises(NotComparable, match=r"no measure in common: R@5 before, RR@10 after\. .*pressmark eval"):
        compare(result({"R@5": [0.5]}), result({"RR@10": [0.5]}))


def test_no_query_in_common_is_refused_for_an_empty_comparison_would_pass_the_gate() -> None:
    before = result({"R@5": [0.5]})
    after = replace(before, per_query={"q000": QueryResult("fact", False, {}, ())})
    with pytest.raises(NotComparable, match="no query of suite 'little' has a score in both"):
        compare(before, after)


def test_another_suite_is_refused_and_the_queries_of_one_only_are_named() -> None:
    before, after = result({"R@5": [0.5] * 8}), result({"R@5": [0.5] * 3}, digest="d2" * 32)
    added = {**after.per_query, "new": after.per_query["q000"]}
    with pytest.raises(NotComparable) as caught:
        compare(before, replace(after, per_query=added))
    assert str(caught.value) == (
        "the results answer different questions: suite 'little' (d1d1d1d1d1d1) has 8 queries, suite 'little' "
        "(d2d2d2d2d2d2) has 4; only before: q003, q004, q005 and 2 more; only after: new. Measure both with the same "
        "suite: pressmark eval SUITE --out RESULT.json"
    )


def test_edited_judgments_under_the_same_ids_are_refused() -> None:
    before = result({"R@5": [0.5]})
    with pytest.raises(NotComparable, match="ids are the same, so that a question or a judgment was edited"):
        compare(before, replace(before, digest="d2" * 32))


def test_a_result_that_lost_queries_is_refused_whatever_its_digest_says() -> None:
    with pytest.raises(NotComparable, match="only before: q001"):
        compare(result({"R@5": [0.5, 0.0]}), result({"R@5": [0.5]}))


@pytest.mark.parametrize("changed", [{"model": "other"}, {"weights_sha256": "cd" * 32}])
def test_another_model_is_refused_unless_asked_for(changed: dict[str, str]) -> None:
    before = result({"R@5": [0.5]})
    after = replace(before, manifest={**MODEL, **changed})
    with pytest.raises(NotComparable, match=r"words \(weights abababababab\) before, .* after\. .*--across-models"):
        compare(before, after)
    comparison = compare(before, after, across_models=True)
    (note,) = comparison.notes
    (name, value), *_ = changed.items()
    assert note == f"The archives were made differently: {name} from {MODEL[name]} to {value}."


def test_what_else_differs_is_noted() -> None:
    before = result({"R@5": [0.5]}, commit="aaa", versions={"tantivy": "0.24"})
    after = replace(
        before,
        corpus="c2" * 32,
        articles=1_004,
        manifest={**MODEL, "chunk": {"size": 120, "overlap": 1}},
        config={"mode": "dense", "depth": 100, "weight": 0.5},
        commit="bbb",
        versions={"tantivy": "0.25"},
    )
    assert compare(before, after).notes == (
        "The archive holds other articles than the baseline's did "
        "(3 articles and 9 passages before, 1,004 and 9 after).",
        "The archives were made differently: chunk.size from 200 to 120.",
        "The searches differ: mode from hybrid to dense, weight from nothing to 0.5.",
        "The libraries differ: tantivy from 0.24 to 0.25.",
        "The commits differ: commit from aaa to bbb.",
    )


def test_many_measures_that_changed_are_noted_with_what_chance_would_do() -> None:
    before = result({f"R@{k}": ndcg(20, k) for k in range(12)})
    after = result({f"R@{k}": ndcg(20, k + 50 if k < 10 else k) for k in range(12)})
    (note,) = compare(before, after, resamples=99).notes
    assert note.startswith("10 measures differ and were tested one by one: by chance alone up to 0.5 of them")


def test_moved_queries_are_those_of_the_primary_measure_that_changed_most() -> None:
    before = result({"nDCG@10": [0.2, 0.3, 0.9, 0.5], "R@5": [0.0, 0.0, 0.0, 0.0]})
    after = result({"nDCG@10": [0.1, 0.2, 0.4, 0.5], "R@5": [0.0, 0.0, 0.0, 1.0]})
    moved = compare(before, after).moved
    assert [m.query_id for m in moved] == ["q002", "q000", "q001"]  # 0.3 - 0.2 and 0.2 - 0.1 differ as floats
    assert moved[0] == Moved("q002", "nDCG@10", 0.9, 0.4, ("a2",), ("a2",))
    assert [m.query_id for m in compare(before, after, most_moved=1).moved] == ["q002"]


def test_moved_queries_show_passages_where_both_results_rank_them() -> None:
    before = result({"nDCG@10": [0.2], "passage nDCG@10": [0.3]})
    after = result({"nDCG@10": [0.2], "passage nDCG@10": [0.1]})
    old, new = (
        replace(r, per_query={"q000": replace(r.per_query["q000"], passages=(span,))})
        for r, span in ((before, "a0#0-9"), (after, "a0#9-30"))
    )
    assert compare(old, new).moved == (Moved("q000", "passage nDCG@10", 0.3, 0.1, ("a0#0-9",), ("a0#9-30",)),)
    assert compare(old, after).moved == (Moved("q000", "passage nDCG@10", 0.3, 0.1, ("a0",), ("a0",)),)


def test_changes_too_few_to_be_significant_are_said_to_be() -> None:
    before = [1.0] * 20
    after = [0.0] * 5 + [1.0] * 15
    comparison = compare(result({"nDCG@10": before}), result({"nDCG@10": after}))
    assert only(comparison).p > ALPHA
    assert any(note.startswith("Only 5 of the queries changed") for note in comparison.notes)
    enough = compare(result({"nDCG@10": before}), result({"nDCG@10": [0.0] * 6 + [1.0] * 14}))
    assert only(enough).worse
    assert not any("queries changed" in note for note in enough.notes)
