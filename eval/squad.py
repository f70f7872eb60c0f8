"""A suite in SQuAD's JSON: paragraphs with questions of them, some of which they do not answer.

Each paragraph becomes an article under its title, and the archive of all of them is what is asked. So a question is
answered from any of them, as in use, and not from the paragraph that it was written for alone.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from eval.suite import Query, Suite
from indexer.errors import BadQuery, BadSuite, InputError
from indexer.model import cache_dir, write_whole
from service.query import parse_query
from service.reader.squad import Paragraph, QuestionSet, read_questions


def is_squad(path: Path) -> bool:
    return path.name.endswith((".json", ".json.gz"))


def load_squad(path: Path) -> Suite:
    """The questions of a SQuAD file (``.json``, ``.json.gz``), in its order, and its paragraphs as their corpus.

    Raises:
        BadSuite: it is no such file, has no question, a question that cannot be asked, or an id twice.
        ModelError: the cache cannot be written.
    """
    try:
        asked = read_questions(path)
    except InputError as error:
        raise BadSuite(str(error)) from error
    if not asked.questions:
        raise BadSuite(f"{path} asks nothing. A SQuAD file has data, its paragraphs, and their qas")
    known: set[str] = set()
    for question in asked.questions:
        if question.id in known:
            raise BadSuite(f"{path} has the question id {question.id!r} twice. Give each question its own")
        known.add(question.id)
        try:
            parse_query(question.text)
        except BadQuery as problem:
            raise BadSuite(f"{path}, question {question.id!r}: {problem}") from problem
    return Suite(path.name.partition(".")[0], path, _queries(asked), _corpus(asked.paragraphs))


def _queries(asked: QuestionSet) -> tuple[Query, ...]:
    return tuple(
        Query(
            question.id,
            question.text,
            answers=tuple(dict.fromkeys(question.answers)),
            articles={_name(question.paragraph): 1} if question.spans else {},
            unanswerable=not question.spans,
        )
        for question in asked.questions
    )


def _name(paragraph: int) -> str:
    return f"paragraph-{paragraph:06d}"


def _corpus(paragraphs: list[Paragraph]) -> Path:
    """The paragraphs as a file that can be indexed, kept in the cache under the digest of what is in it."""
    lines = "".join(
        json.dumps({"_id": _name(number), "title": paragraph.title, "text": paragraph.text}, ensure_ascii=False) + "\n"
        for number, paragraph in enumerate(paragraphs)
    )
    place = cache_dir() / "eval" / f"squad-{hashlib.sha256(lines.encode()).hexdigest()[:16]}.jsonl"
    if not place.is_file():
        write_whole(place, lines)
    return place
