"""Reading questions: every form, the spans they name, and files that hold none."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from indexer.errors import InputError
from service.reader.squad import Paragraph, Question, QuestionSet, read_questions

TEXT = "Oslo has a port. The port of Oslo froze in 1942.\u2028It thawed in May."


def asked(name: str, text: str, *answers: tuple[str, int], **more: object) -> dict[str, Any]:
    return {"id": name, "question": text, "answers": [{"text": a, "answer_start": at} for a, at in answers], **more}


def squad(*questions: dict[str, Any], title: str = "Port_of_Oslo") -> dict[str, Any]:
    return {"version": "x", "data": [{"title": title, "paragraphs": [{"context": TEXT, "qas": list(questions)}]}]}


def written(place: Path, content: object) -> Path:
    place.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return place


def folder(place: Path, *queries: dict[str, Any]) -> Path:
    place.mkdir()
    corpus = [{"_id": "p1", "title": "Oslo", "text": TEXT}, {"_id": "p2", "text": "Rain fell."}]
    for name, records in (("corpus", corpus), ("queries", queries)):
        lines = [json.dumps(record, ensure_ascii=False) for record in records]
        (place / f"{name}.jsonl").write_text("\n".join(lines) + "\n\n", "utf-8")
    return place


def query(name: str, *answers: str, paragraph: str = "p1", unanswerable: bool = False) -> dict[str, Any]:
    metadata = {"answers": list(answers), "paragraph": paragraph, "unanswerable": unanswerable}
    return {"_id": name, "text": f"{name}?", "metadata": metadata}


def test_squad_1_names_spans_of_its_paragraph(tmp_path: Path) -> None:
    year = TEXT.index("1942")
    found = read_questions(
        written(tmp_path / "q.json", squad(asked("q", "When?", ("1942", year), ("in 1942", year - 3), ("1942", year))))
    )
    assert found.paragraphs == [Paragraph("Port of Oslo", TEXT)]
    [question] = found.questions
    assert [TEXT[start:end] for start, end in question.spans] == ["1942", "in 1942"]
    assert question.answers == ("1942", "in 1942", "1942")


def test_squad_2_may_ask_what_is_not_answered(tmp_path: Path) -> None:
    plausible = {"plausible_answers": [{"text": "Oslo", "answer_start": 0}]}
    found = read_questions(
        written(
            tmp_path / "q.json",
            squad(
                asked("no", "Who?", is_impossible=True, **plausible),
                asked("yes", "Where?", ("Oslo", 0), is_impossible=False),
            ),
        )
    )
    assert [(q.id, q.spans, q.answers) for q in found.questions] == [("no", (), ()), ("yes", ((0, 4),), ("Oslo",))]


def test_a_compressed_file_reads_as_the_plain_one(tmp_path: Path) -> None:
    plain = written(tmp_path / "q.json", squad(asked("q", "Where?", ("Oslo", 0))))
    (tmp_path / "q.json.gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert read_questions(tmp_path / "q.json.gz") == read_questions(plain)


def test_a_file_may_ask_about_paragraphs_that_another_holds(tmp_path: Path) -> None:
    holder = read_questions(written(tmp_path / "holder.json", squad(asked("q", "Where?", ("Oslo", 0)))))
    year = TEXT.index("1942")
    parts = [
        {"context_sha256": "0" * 64, "qas": [asked("nobody's", "Why?", ("Oslo", 0))]},
        {"context_sha256": hashlib.sha256(TEXT.encode()).hexdigest(), "qas": [asked("more", "When?", ("1942", year))]},
        {"context": "Rain fell.", "qas": [asked("own", "What fell?", ("Rain", 0))]},
    ]
    place = written(tmp_path / "more.json", {"data": [{"title": "Of others", "paragraphs": parts}]})
    found = read_questions(place, holder.by_digest())
    assert found.paragraphs == [Paragraph("Port of Oslo", TEXT), Paragraph("Of others", "Rain fell.")]
    assert [(q.id, q.paragraph, q.spans) for q in found.questions] == [
        ("more", 0, ((year, year + 4),)),
        ("own", 1, ((0, 4),)),
    ]
    assert [q.id for q in read_questions(place).questions] == ["own"]


def test_a_span_that_does_not_hold_its_answer_is_left_out_and_never_taken_for_no_answer(tmp_path: Path) -> None:
    found = read_questions(
        written(
            tmp_path / "q.json",
            squad(
                asked("half", "Where?", ("Oslo", 0), ("Oslo", 1)),
                asked("gone", "Where?", ("Oslo", 1)),
                asked("empty", "Where?", ("", 3), ("port", 11)),
            ),
        )
    )
    assert [(q.id, q.spans, q.answers) for q in found.questions] == [
        ("half", ((0, 4),), ("Oslo", "Oslo")),
        ("empty", ((11, 15),), ("port",)),
    ]


def test_a_folder_names_the_places_where_answers_stand_once(tmp_path: Path) -> None:
    found = read_questions(
        folder(
            tmp_path / "beir",
            query("once", "1942", "in 1942"),
            query("one of two", "Oslo", "port of Oslo"),
            query("twice", "Oslo"),
            query("nowhere", "Bergen"),
            query("none", unanswerable=True),
        )
    )
    assert [p.title for p in found.paragraphs] == ["Oslo", ""]
    spans = {q.id: [TEXT[start:end] for start, end in q.spans] for q in found.questions}
    assert spans == {"once": ["1942", "in 1942"], "one of two": ["port of Oslo"], "twice": ["Oslo"], "none": []}
    assert next(q.spans for q in found.questions if q.id == "twice") == ((0, 4),)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("q.json", b"{"),
        ("q.json", b'{"version": 2}'),
        ("q.json", b"[1]"),
        ("q.json", b'{"data": [{"paragraphs": [{"context": "a", "qas": ["why"]}]}]}'),
        ("q.json", b'{"data": [{"paragraphs": [{"context": "a", "qas": [{"id": 1, "question": "b"}]}]}]}'),
        ("q.json", b"\xff\xfe"),
        ("q.json.gz", b"not compressed"),
        ("q.json.gz", gzip.compress(b'{"data": []}' * 50, mtime=0)[:-12]),
        ("q.json.gz", gzip.compress(b"{}", mtime=0)[:12] + b"\xff" * 20),
    ],
)
def test_a_file_without_questions_is_named_with_the_mend(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=r"q\.json.* holds no questions .*Give a SQuAD file"):
        read_questions(tmp_path / name)


def test_no_file_and_a_folder_without_answers_are_named_too(tmp_path: Path) -> None:
    bare = folder(tmp_path / "bare", {"_id": "q", "text": "Where?"})
    lost = folder(tmp_path / "lost", query("q", "Oslo", paragraph="p9"))
    for place in (tmp_path / "none.json", bare, lost, tmp_path):
        with pytest.raises(InputError, match="holds no questions"):
            read_questions(place)


def question(name: str, paragraph: int) -> Question:
    return Question(name, f"{name}?", paragraph, ((0, 1),), ("x",))


@pytest.fixture
def three() -> QuestionSet:
    return QuestionSet(
        [Paragraph("A", "x one"), Paragraph("B", "x  Two\nlines"), Paragraph("A", "x three")],
        [question("a", 0), question("b", 1), question("c", 2), question("d", 2)],
    )


def test_without_drops_paragraphs_by_their_words_and_what_is_asked_of_them(three: QuestionSet) -> None:
    left = three.without(["X two lines", "of no set"])
    assert left.paragraphs == [Paragraph("A", "x one"), Paragraph("A", "x three")]
    assert left.questions == [question("a", 0), question("c", 1), question("d", 1)]
    assert three.without([]) == three
    assert three.without(["x"]).questions == three.questions  # a part of a text is another text


def test_only_titles_keeps_every_paragraph_and_the_questions_under_them(three: QuestionSet) -> None:
    assert three.asked_titles() == ["A", "B"]
    under = three.only_titles(["A", "Z"])
    assert under.paragraphs == three.paragraphs
    assert [q.id for q in under.questions] == ["a", "c", "d"]
    assert under.asked_titles() == ["A"]


def test_a_set_extended_still_asks_each_question_of_its_own_paragraph(three: QuestionSet) -> None:
    other = QuestionSet([Paragraph("C", "x four")], [question("e", 0)])
    both = QuestionSet()
    both.extend(three)
    both.extend(other)
    assert {q.id: both.paragraphs[q.paragraph].text for q in both.questions} == {
        "a": "x one",
        "b": "x  Two\nlines",
        "c": "x three",
        "d": "x three",
        "e": "x four",
    }
    assert other.questions == [question("e", 0)]
