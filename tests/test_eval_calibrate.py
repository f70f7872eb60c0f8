"""The command that fits a calibration: what it asks, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.calibrate import held_out, main
from service.answer.confidence import read_calibration

# --- the command ------------------------------------------------------------------------------------------------------


def test_held_out_are_the_questions_of_every_other_article(tmp_path: Path) -> None:
    articles = [
        {"title": title, "paragraphs": [{"context": "It is 1932.", "qas": [asked(f"{title}-1"), asked(f"{title}-2")]}]}
        for title in ("d", "a", "c", "b")
    ]
    file = tmp_path / "dev.json"
    file.write_text(json.dumps({"data": articles}))
    out = held_out(file)
    assert len(out) == 4
    assert len({name.split("-")[0] for name in out}) == 2


def asked(name: str) -> dict[str, object]:
    return {"id": name, "question": f"When, {name}?", "answers": [{"text": "1932", "answer_start": 6}]}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["no such suite"], "there is no suite 'no such suite'"),
        (["{own}"], "has no articles of its own. Give a BEIR folder, or seeds"),
        ([], "0 questions cannot be parted into 5 folds"),
        pytest.param(["seeds", "--most", "0"], "a sample of 0 questions", marks=pytest.mark.model),
    ],
)
def test_what_cannot_be_fitted_ends_with_the_reason_and_writes_nothing(
    arguments: list[str], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.jsonl"
    evidence = [{"article": "a", "quote": "It is 1932."}]
    own.write_text(json.dumps({"question": "When?", "answers": ["1932"], "evidence": evidence}) + "\n")
    assert main([*(part.format(own=own) for part in arguments), "--out", str(tmp_path / "out.json")]) == 2
    assert why in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()


@pytest.mark.model
@pytest.mark.slow
def test_the_seeds_make_a_calibration_that_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "calibration.json"
    assert main(["seeds", "--most", "12", "--risk", "0.5", "--out", str(out)]) == 0
    fitted = read_calibration(out)
    assert fitted.fitted_on == {"seeds": 12}
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(f"threshold {fitted.threshold:.3f} for a risk of 0.5, in {out}")
    assert told[1].startswith("seeds: answered right ")
