"""Results as files: what is written is read back, and what was damaged is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.interval import Interval
from eval.result import QueryResult, Result, load_result
from indexer.errors import BadSuite

RESULT = Result(
    suite="little",
    digest="d1" * 32,
    manifest={"model": "words", "chunk": {"size": 200}},
    corpus="c1" * 32,
    articles=3,
    passages=9,
    config={"mode": "hybrid"},
    queries=2,
    judged=1,
    measures={"nDCG@10": Interval(0.5, 0.1, 0.9)},
    by_kind={"fact": {"nDCG@10": Interval(0.5, 0.1, 0.9)}},
    latency_ms={"total": {"p50": 4.5}},
    per_query={
        "q1": QueryResult("fact", True, {"nDCG@10": 0.5}, ("a", "b"), ("a#0-5",), 0.25, 3.5, 4.5),
        "é 2": QueryResult("absent", False, {}, ()),
    },
)


def test_a_result_is_read_back_as_it_was(tmp_path: Path) -> None:
    RESULT.save(tmp_path / "r.json")
    assert load_result(tmp_path / "r.json") == RESULT
    assert json.loads((tmp_path / "r.json").read_text())["per_query"]["q1"]["scores"] == {"nDCG@10": 0.5}


def damaged(**changes: Any) -> str:  # noqa: ANN401 - any JSON
    return json.dumps({**json.loads(RESULT.to_json()), **changes})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is no JSON"),
        (RESULT.to_json()[:200], "is no JSON"),
        ("[]", "no result of this version"),
        (damaged(format=99), "no result of this version"),
        (damaged(settings={}), "is a sweep"),
        (damaged(manifest=None), "missing or unknown"),
        (damaged(per_query=None), "missing or unknown"),
        (damaged(per_query={"q1": {"judged": True, "scores": {"nDCG@10": "a"}}}), "missing or unknown"),
        (damaged(per_query={"q1": {"judged": True, "scores": {"nDCG@10": None}}}), "missing or unknown"),
        (damaged(per_query={"q1": {"judged": True, "scores": {"nDCG@10": 7.5}}}), "scores from 0 to 1"),
        (damaged(more=1), "missing or unknown"),
    ],
)
def test_a_damaged_result_is_refused_with_the_mend(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "r.json").write_text(content)
    with pytest.raises(BadSuite, match=said) as caught:
        load_result(tmp_path / "r.json")
    assert "Make it anew: pressmark eval SUITE --out RESULT.json" in str(caught.value)


def test_a_result_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere.json"):
        with pytest.raises(BadSuite, match="cannot be read"):
            load_result(place)
