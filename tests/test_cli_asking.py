"""``ask`` as a person or a script meets it, over a real archive; the answers are made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import service.cli.asking as asking
from indexer.archive import Archive
from indexer.filters import Filter
from indexer.records import PartialDate
from service.answer.records import AskOptions
from service.cli.root import run
from service.export import export_answer
from service.shapes import answer_json
from tests import hand_answers as hand
from tests.test_api_asking import HandAnswerer

OPENED = "When did the bridge open?"
YEAR = "In which year did it open?"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return hand.bridge_archive(tmp_path_factory.mktemp("asking") / "archive")


@pytest.fixture
def answerer(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> HandAnswerer:
    """What answers in place of the reader."""
    answerer = HandAnswerer(archive)
    monkeypatch.setattr(asking, "open_answerer", lambda place, model: answerer)
    monkeypatch.setenv("COLUMNS", "90")
    return answerer


def test_a_person_sees_the_answer_its_sentence_source_and_locator(
    answerer: HandAnswerer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", *OPENED.split()]) == 0
    assert capsys.readouterr().out == (
        "1932\n"
        "very likely right (0.93)\n"
        "\n"
        "    │ The bridge opened in 1932.\n"
        "[1] A bridge · Ada Byron · The Span · 2015-10\n"
        "    span#0-26\n"
        "\n"
        "12 ms · generation 1\n"
    )


def test_both_sides_are_shown_with_source_date_and_speaker(
    answerer: HandAnswerer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", YEAR]) == 0
    said = capsys.readouterr().out
    assert said.index("The sources disagree.") < said.index("The Span, 2015-10; more likely right than not (0.60)")
    assert "The Arch, 2014; according to Mehdi Safari; doubtful (0.40)" in said
    assert "    said by Mehdi Safari" in said


def test_an_abstention_is_exit_1_and_calls_the_nearest_what_they_are(
    answerer: HandAnswerer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", "Who sows wheat on Mars?"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("Not found in this archive\nno passage answers it\n")
    assert said.index("The nearest passages, none of which answers it:") < said.index("Wheat and barley")


def test_what_a_model_wrote_and_what_was_left_out_are_told_apart(
    answerer: HandAnswerer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", "Who built it?", "--explain"]) == 0
    said = capsys.readouterr().out
    assert "The bridge opened in 1932. [1]\nwritten by tiny" in said
    assert "left out: It was painted <b>red</b>. (no passage says it)" in said
    assert "of these ms: search 2.5, read 10.0" in said


def test_json_is_the_documented_shape(
    answerer: HandAnswerer, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", OPENED, "--json"]) == 0
    expected = answer_json(hand.answer(hand.opened(archive)))
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(expected))
    assert run(["ask", "Mars", "--json", "--explain"]) == 1
    assert json.loads(capsys.readouterr().out)["phases_ms"] == {"search": 2.5, "read": 10.0}


def test_options_reach_the_answerer(answerer: HandAnswerer) -> None:
    filters = ["--publisher", "Span", "--article", "no such article", "--after", "2015"]
    assert run(["ask", OPENED, *filters, "--passages", "7", "--nearest", "0", "--no-rerank", "--json"]) == 0
    limits = Filter(publishers=("Span",), articles=("no such article",), after=PartialDate(2015))
    assert answerer.asked == [(OPENED, AskOptions(limits, 7, 0, False))]


@pytest.mark.parametrize("form", ["md", "html", "json"])
def test_an_export_is_printed_or_written_in_the_form_that_its_name_ends_in(
    answerer: HandAnswerer, archive: Archive, capsys: pytest.CaptureFixture[str], tmp_path: Path, form: str
) -> None:
    expected = export_answer(replace(hand.disagreement(archive), question=YEAR), form)
    assert run(["ask", YEAR, "--export", form]) == 0
    assert capsys.readouterr().out == expected
    place = tmp_path / f"answer.{form}"
    assert run(["ask", YEAR, "-o", str(place)]) == 0
    assert (place.read_text(encoding="utf-8"), capsys.readouterr().out) == (expected, "")


def test_an_export_states_the_day_and_style_that_it_is_told(
    answerer: HandAnswerer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", OPENED, "--export", "md", "--style", "bibtex", "--accessed", "2026-11-22"]) == 0
    said = capsys.readouterr().out
    assert "accessed 22 November 2026" in said
    assert "```\n@misc{byron2015bridge," in said


def test_an_exported_answer_verifies_and_an_altered_one_does_not(
    answerer: HandAnswerer, archive: Archive, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = tmp_path / "answer.json"
    assert run(["ask", YEAR, "-o", str(place)]) == 0
    assert run(["verify", str(place), "--archive", str(archive.path)]) == 0
    assert "2 of 2 citations hold" in capsys.readouterr().out
    place.write_text(place.read_text().replace('"quote": "1931"', '"quote": "1930"'))
    assert run(["verify", str(place), "--archive", str(archive.path)]) == 1
    assert "the answer gives '1930', and its citation reads '1931' there" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["", " "], "holds no word to search for"),
        (["publisher:TASS after:2015"], "only filters"),
        (["x" * 10_001], "a query of 10,001 characters"),
        (["a\0"[1:]], "holds no word"),
        (["bridge", "--passages", "0"], "passages is 0"),
        (["bridge", "--nearest", "101"], "nearest is 101"),
        (["bridge", "--after", "soon"], "not a date: 'soon'"),
        (["bridge", "--export", "pdf"], "no form of export 'pdf'. Use one of: md, html, json"),
        (["bridge", "-o", "answer.docx"], "no form of export 'docx'"),
        (["bridge", "-o", "answer"], "no form of export ''"),
        (["bridge", "--export", "md", "--style", "apa"], "no citation style 'apa'"),
        (["bridge", "--export", "md", "--json"], "Leave out --json, or write: --export json"),
        (["bridge", "--style", "bibtex"], "--style: only an export shows that. Add: --export md"),
        (["bridge", "--export", "json", "--accessed", "2026-11-22"], "JSON has no place for that"),
        (["bridge", "--export", "md", "--accessed", "2026-11"], "--accessed 2026-11 is no day"),
        ([YEAR, "--export", "md", "--style", "link"], "'arch' cannot be linked to"),
        ([OPENED, "-o", "/no/such/folder/answer.md"], "/no/such/folder/answer.md: No such file or directory"),
        (
            ["bridge", "--llm", "http://127.0.0.1:9/v1"],
            "--llm: a language model needs a URL and a name. Add: --llm-model",
        ),
        (["bridge", "--llm-model", "tiny"], "--llm-model: a language model needs a URL and a name. Add: --llm URL"),
        (["bridge", "--llm", "nowhere", "--llm-model", "tiny"], "nowhere"),
        (["bridge", "break"], "the reader's weights are gone"),
    ],
)
def test_what_cannot_be_asked_or_written_is_exit_2_and_one_line(
    answerer: HandAnswerer, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(["ask", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert said in captured.err


def test_no_word_of_an_article_or_a_model_steers_the_terminal(
    archive: Archive, answerer: HandAnswerer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "\x1b]0;owned\x07\u202e\x9b31m"
    (found,) = hand.answer(hand.opened(archive)).supports
    citation = replace(found.citation, title=evil, publisher=evil, article_id=f"x{evil}", authors=(evil,))
    support = replace(found, citation=citation, said_by=evil)
    told = hand.answer(support, answer=f"{evil} [bold]1932[/bold]", notes=(evil,), items=(evil, f"b\n{evil}"))
    monkeypatch.setattr(answerer, "ask", lambda question, options: told)
    for arguments in ([], ["--json"]):
        assert run(["ask", OPENED, *arguments]) == 0
        said = capsys.readouterr().out
        assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(said)
