"""Answers held against earlier answers: the same tests and the same gate as rankings have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.answer_result import AnswerResult, AskedQuery
from eval.answering import answers_digest
from eval.change import Change
from eval.compare import compare, comparison_json
from eval.compare_answers import require_sample
from eval.interval import Interval
from eval.result import Result, load_result
from eval.sample import Sample
from eval.significance import Scores, set_intervals, set_paired
from eval.suite import Query, Suite
from indexer.errors import BadSuite, NotComparable
from tests.test_eval_compare import ndcg, result

COUNT = 100
UNANSWERABLE = 20


def answers(right: Sequence[bool], abstained: Sequence[bool], confidence: Sequence[float]) -> AnswerResult:
    """Questions q000 to q099, the last twenty of them unanswerable."""
    per_query = {}
    for number in range(COUNT):
        answerable = number < COUNT - UNANSWERABLE
        given = not abstained[number]
        well = (right[number] and given) if answerable else not given
        scores = {"abstention accuracy": float(given == answerable), "overall right": float(well)}
        scores |= {"answer right": float(well)} if answerable else {"refusal recall": float(well)}
        per_query[f"q{number:03d}"] = AskedQuery(
            "fact",
            answerable,
            abstained[number],
            confidence[number],
            answerable and right[number],
            scores,
            (f"a{number}#0-9",) if given else (),
        )
    return AnswerResult(
        digest="e1" * 32,
        asked=COUNT,
        of=COUNT,
        answerable=COUNT - UNANSWERABLE,
        seed=None,
        config={"passages": 20},
        measures={},
        by_kind={},
        latency_ms={},
        per_query=per_query,
    )


RIGHT = [number % 4 > 0 for number in range(COUNT)]
REFUSED = [number >= COUNT - UNANSWERABLE for number in range(COUNT)]
SURE = [0.8 if right and not refused else 0.3 for right, refused in zip(RIGHT, REFUSED, strict=True)]
GOOD = answers(RIGHT, REFUSED, SURE)


def with_answers(section: AnswerResult | None) -> Result:
    return result({"nDCG@10": ndcg(COUNT)}, answers=section)


def changed(before: AnswerResult, after: AnswerResult) -> dict[str, Change]:
    return {change.measure: change for change in compare(with_answers(before), with_answers(after)).changes}


def test_the_same_answers_are_not_worse() -> None:
    changes = changed(GOOD, GOOD)
    assert {"nDCG@10", "answer right", "refusal recall", "refusal F1", "AURC", "Brier"} <= set(changes)
    assert {change.verdict for change in changes.values()} == {"same"}
    assert {change.p for change in changes.values()} == {1.0}


def test_answers_that_became_wrong_close_the_gate() -> None:
    wrong = [right and number % 10 > 1 for number, right in enumerate(RIGHT)]
    comparison = compare(with_answers(GOOD), with_answers(answers(wrong, REFUSED, SURE)))
    worse = {change.measure for change in comparison.worse}
    assert {"answer right", "overall right", "answer precision", "AURC", "Brier"} <= worse
    assert "refusal recall" not in worse
    lost = [n for n in range(80) if RIGHT[n] and not wrong[n]]
    assert [moved.query_id for moved in comparison.answers_moved] == [f"q{n:03d}" for n in lost[:10]]
    assert comparison.answers_moved[0].ranking_before == (f"a{lost[0]}#0-9",)
    assert comparison_json(comparison)["answers_moved"][0]["measure"] == "overall right"


def test_a_refusal_that_was_given_up_closes_the_gate() -> None:
    changes = changed(GOOD, answers(RIGHT, [False] * COUNT, SURE))
    assert changes["refusal recall"].worse
    assert (changes["refusal recall"].before, changes["refusal recall"].after) == (1.0, 0.0)
    assert changes["refusal recall"].queries == UNANSWERABLE
    assert changes["refusal F1"].worse
    assert "refusal precision" not in changes  # nothing was refused, so that there is none


def test_a_lower_risk_is_better_and_a_higher_one_worse() -> None:
    unsure = [1 - sure for sure in SURE]
    there, back = changed(GOOD, answers(RIGHT, REFUSED, unsure)), changed(answers(RIGHT, REFUSED, unsure), GOOD)
    for measure in ("AURC", "Brier", "calibration error"):
        assert there[measure].difference.mean > 0, measure
        assert (there[measure].verdict, back[measure].verdict) == ("worse", "better"), measure
    assert there["AUROC right"].difference.mean < 0
    assert there["AUROC right"].worse


def test_answers_of_one_result_only_are_said_not_to_be_compared() -> None:
    for before, after, when in ((GOOD, None, "before"), (None, GOOD, "after")):
        comparison = compare(with_answers(before), with_answers(after))
        assert [change.measure for change in comparison.changes] == ["nDCG@10"]
        assert f"only the result {when} has any" in comparison.notes[-1]


def test_other_settings_are_said() -> None:
    comparison = compare(with_answers(GOOD), with_answers(replace(GOOD, config={"passages": 10})))
    assert "The questions were answered differently: passages from 20 to 10." in comparison.notes


def test_other_questions_are_refused() -> None:
    with pytest.raises(NotComparable, match="they or their answers are not the same"):
        changed(GOOD, replace(GOOD, digest="e2" * 32))


def test_a_baseline_of_another_sample_is_refused_before_anything_is_asked() -> None:
    suite = Suite("s", Path("s"), tuple(Query(f"q{n}", f"q{n}", answers=("x",)) for n in range(30)))
    drawn = Sample(10, seed=5)
    asked = drawn.of(suite)
    per_query = {query.id: GOOD.per_query["q000"] for query in asked}
    before = replace(GOOD, digest=answers_digest(asked), asked=10, of=30, seed=5, per_query=per_query)
    require_sample(before, suite, drawn)
    with pytest.raises(NotComparable, match="Ask the same ones: --sample 10 --seed 5"):
        require_sample(before, suite, Sample())


def test_a_result_with_answers_is_read_back_as_it_was(tmp_path: Path) -> None:
    section = replace(
        GOOD,
        seed=7,
        measures={"answer right": Interval(0.75, 0.6, 0.9)},
        by_kind={"fact": {"answer right": Interval(0.75, 0.6, 0.9)}},
        latency_ms={"total": {"p50": 4.5}},
    )
    with_answers(section).save(tmp_path / "r.json")
    assert load_result(tmp_path / "r.json") == with_answers(section)
    lines = (tmp_path / "r.json").read_text().splitlines()
    assert sum(line.startswith('   "q') for line in lines) == COUNT  # a question a line


def test_a_result_of_the_format_before_answers_is_read(tmp_path: Path) -> None:
    old = with_answers(None).to_json().replace('"format": 2', '"format": 1')
    (tmp_path / "r.json").write_text(old)
    assert load_result(tmp_path / "r.json") == with_answers(None)


@pytest.mark.parametrize(
    ("there", "damaged"),
    [
        ('"confidence": 0.8', '"confidence": 1.8'),
        ('"abstained": ', '"refused": '),
        ('"config": {\n   "passages": 20\n  }', '"config": 7'),
    ],
)
def test_damaged_answers_are_refused(tmp_path: Path, there: str, damaged: str) -> None:
    written = with_answers(GOOD).to_json()
    assert there in written
    (tmp_path / "r.json").write_text(written.replace(there, damaged))
    with pytest.raises(BadSuite, match="missing or unknown"):
        load_result(tmp_path / "r.json")


def mean_and_median(rows: Scores) -> Scores:
    return np.array([rows.mean(), np.median(rows), np.nan])


def test_numbers_of_a_set_have_the_intervals_that_means_have() -> None:
    rows = np.random.default_rng(3).random((200, 1))
    found, middle, nothing = set_intervals(rows, mean_and_median, resamples=4_000)
    assert found is not None
    assert middle is not None
    spread = 1.96 * float(rows.std()) / 200**0.5  # the normal approximation, good for 200 of a mean
    assert (found.low, found.high) == pytest.approx((rows.mean() - spread, rows.mean() + spread), abs=0.004)
    assert middle.low < middle.mean < middle.high
    assert nothing is None


def test_a_number_of_a_set_that_did_not_change_has_p_1_and_one_that_did_has_a_low_one() -> None:
    rows = np.random.default_rng(3).random((200, 1))
    for after, low in ((rows, False), (rows + 0.05, True), (rows[::-1], False)):
        (difference, p), _, nothing = set_paired(rows, after, mean_and_median)  # type: ignore[misc]
        assert (p < 0.01) is low
        assert difference.low <= difference.mean <= difference.high
        assert nothing is None
    with pytest.raises(NotComparable):
        set_paired(rows, rows[:10], mean_and_median)
