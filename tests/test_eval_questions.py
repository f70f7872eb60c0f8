"""Questions files, and suites by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.questions import load_questions
from eval.suite import Evidence, Query
from eval.suites import load_seeds, load_suite
from indexer.errors import BadSuite

TUGS = {"question": "Who left?", "evidence": [{"article": "a", "quote": "Tugs left."}]}


def written(folder: Path, *lines: object) -> Path:
    """A file of these lines; what is no string is written as JSON."""
    place = folder / "asked.jsonl"
    place.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return place


def refusal(place: Path) -> str:
    with pytest.raises(BadSuite) as caught:
        load_questions(place)
    return str(caught.value).removeprefix(f"{place}: ")


def test_a_line_is_a_question_with_all_that_it_says(tmp_path: Path) -> None:
    evidence = [{"article": "a", "quote": " Tugs\n left. "}, {"article": "b", "quote": "“No.”"}]
    full = {"id": "x", "kind": "fact", "question": "Who left?", "answers": ["Tugs", "two tugs"], "evidence": evidence}
    suite = load_questions(written(tmp_path, full))
    assert (suite.name, suite.corpus, suite.source) == ("asked", None, tmp_path / "asked.jsonl")
    assert suite.queries == (
        Query(
            id="x",
            text="Who left?",
            kind="fact",
            answers=("Tugs", "two tugs"),
            evidence=(Evidence("a", " Tugs\n left. "), Evidence("b", "“No.”")),
            articles={"a": 1, "b": 1},
            line=1,
        ),
    )


def test_an_id_is_the_line_unless_it_is_given_and_blank_lines_count_as_lines(tmp_path: Path) -> None:
    suite = load_questions(written(tmp_path, TUGS, "", "   ", TUGS, TUGS | {"id": "7"}))
    assert [(query.id, query.line) for query in suite.queries] == [("1", 1), ("4", 4), ("7", 5)]
    assert suite.queries[0].kind == ""


def test_no_evidence_says_that_the_archive_does_not_answer(tmp_path: Path) -> None:
    suite = load_questions(written(tmp_path, TUGS, {"question": "Why?", "evidence": []}))
    assert [query.judged for query in suite.queries] == [True, False]


def test_byte_order_mark_windows_line_ends_and_line_separators_are_read(tmp_path: Path) -> None:
    place = tmp_path / "q.jsonl"
    text = json.dumps(TUGS | {"question": "Who\u2028left?"}, ensure_ascii=False)
    place.write_bytes(b"\xef\xbb\xbf" + f"{text}\r\n{text}\r\n".encode())
    assert [query.text for query in load_questions(place).queries] == ["Who\u2028left?"] * 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "is no JSON: "),
        ("[1]", "is [1], not an object. Write one JSON object a line"),
        ({"question": "Who?"}, "it has no 'evidence'. Say which quotes answer it, or [] where the archive does not"),
        ({"evidence": []}, "it has no 'question'. Write"),
        ({"questoin": "Who?"}, "it has no 'question' and no 'evidence'. Write"),
        (TUGS | {"anwsers": []}, "it has an unknown 'anwsers'. The keys are id, kind, question, answers, evidence"),
        (TUGS | {"question": 3}, "its question is 3, not a string"),
        (TUGS | {"question": " \n"}, "its question is empty"),
        (TUGS | {"question": "?!"}, "'?!' holds no word to search for"),
        (TUGS | {"question": "w " * 5_001}, "a query of 10,002 characters; 10,000 are the most"),
        (TUGS | {"kind": None}, "its kind is null, not a string"),
        (TUGS | {"id": 7}, "its id is 7, not a string"),
        (TUGS | {"id": " "}, "its id is empty"),
        (TUGS | {"answers": "Tugs"}, 'its answers is "Tugs", not a list'),
        (TUGS | {"answers": ["Tugs", 2]}, "its answers are not all strings"),
        (TUGS | {"evidence": {}}, "its evidence is {}, not a list"),
        (TUGS | {"evidence": ["a"]}, 'its evidence 1 is "a". Write an object'),
        (TUGS | {"evidence": [{"quote": "Tugs"}]}, "in its evidence 1, it has no 'article'. Write"),
        (TUGS | {"evidence": [{"article": "a"}]}, "in its evidence 1, it has no 'quote'. Write"),
        (TUGS | {"evidence": [{"article": "a", "quote": 1}]}, "in its evidence 1, its quote is 1, not a string"),
        (TUGS | {"evidence": [{"article": "a", "quote": "\n\ufeff"}]}, "in its evidence 1, its quote is empty"),
        (TUGS | {"evidence": [{"article": "", "quote": "Tugs"}]}, "in its evidence 1, its article is empty"),
        (TUGS | {"evidence": [{"article": "a", "quote": "b", "page": 1}]}, "in its evidence 1, it has an unknown"),
        (TUGS | {"evidence": [], "answers": ["Tugs"]}, "it has answers but no evidence"),
        (json.dumps(TUGS | {"kind": "\ud83d"}), "holds half a character"),
        ("[" * 100_000, "is no JSON"),
    ],
)
def test_a_line_that_is_no_question_is_refused_by_its_number(tmp_path: Path, line: object, said: str) -> None:
    message = refusal(written(tmp_path, TUGS, "", line))
    assert message.startswith("line 3")
    assert said in message


def test_an_id_given_twice_names_both_lines(tmp_path: Path) -> None:
    assert refusal(written(tmp_path, TUGS, TUGS | {"id": "3"}, TUGS)) == (
        "line 3: its id '3' is that of line 2. Give each its own id"
    )


def test_all_bad_lines_are_named_at_once_up_to_twenty(tmp_path: Path) -> None:
    assert refusal(written(tmp_path, "1", TUGS, "2")) == (
        "line 1 is 1, not an object. Write one JSON object a line; "
        "line 3 is 2, not an object. Write one JSON object a line"
    )
    many = refusal(written(tmp_path, *["1"] * 1_022, TUGS)).split("; ")
    assert (len(many), many[-1]) == (21, "and 1,002 more")


def test_a_line_that_is_not_utf8_is_named_among_the_others(tmp_path: Path) -> None:
    place = tmp_path / "q.jsonl"
    place.write_bytes(json.dumps(TUGS).encode() + b'\n{"question": "caf\xe9"}\n{')
    message = refusal(place)
    assert message.startswith("line 2 is not UTF-8 (byte 17). Save the file as UTF-8; line 3 is no JSON: ")


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_a_file_without_questions_is_refused(tmp_path: Path, content: str) -> None:
    assert "holds no question. Write one JSON object a line" in refusal(written(tmp_path, content))


def test_a_file_without_any_evidence_is_refused(tmp_path: Path) -> None:
    place = written(tmp_path, {"question": "Why?", "evidence": []}, {"question": "How?", "evidence": []})
    assert refusal(place).startswith("none of its 2 questions has evidence, so nothing can be scored")


def test_no_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "cannot be read: No such file or directory" in refusal(tmp_path / "none.jsonl")
    assert "cannot be read: Is a directory" in refusal(tmp_path)


# -- suites by name -------------------------------------------------------------------------------------------------


def test_a_file_is_a_questions_file(tmp_path: Path) -> None:
    place = written(tmp_path, TUGS)
    assert load_suite(str(place)) == load_questions(place)


@pytest.mark.parametrize("named", ["nothing-here", "x" * 5_000, "a\0b"])
def test_what_is_no_suite_is_told_what_one_is(named: str) -> None:
    with pytest.raises(
        BadSuite, match=r"A suite is a questions file .*, a folder of BEIR's layout .*, or the word see"
    ):
        load_suite(named)


def test_seeds_are_the_questions_about_the_example_articles() -> None:
    project = Path(__file__).parent.parent
    suite = load_suite("seeds")
    assert suite.name == "seeds"
    assert suite.corpus == project / "seeds"
    assert suite.source == project / "eval" / "questions" / "seeds.jsonl"
    assert {name for query in suite.queries for name in query.articles} <= {p.name for p in suite.corpus.iterdir()}


def test_an_installation_without_the_seeds_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadSuite, match=r"needs .*seeds\.jsonl, which is not there\. Run eval from a copy of the proj"):
        load_seeds(tmp_path)
    (tmp_path / "eval" / "questions").mkdir(parents=True)
    written(tmp_path / "eval" / "questions", TUGS).rename(tmp_path / "eval" / "questions" / "seeds.jsonl")
    with pytest.raises(BadSuite, match=r"needs .*seeds, which is not there"):
        load_seeds(tmp_path)
    (tmp_path / "seeds").mkdir()
    assert load_seeds(tmp_path).corpus == tmp_path / "seeds"
