"""A questions file: one JSON object a line, whose evidence is quotes of articles.

    {"id": "tugs", "kind": "fact", "question": "Which port did the tugs leave?", "answers": ["Bandar"],
     "evidence": [{"article": "news/tugs.txt", "quote": "Tugs left Bandar before the storm."}]}

``question`` and ``evidence`` are required; ``[]`` as evidence says that the archive does not answer it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eval.lines import Problems, as_written, json_lines
from eval.suite import Evidence, Query, Suite
from indexer.errors import BadQuery, BadSuite
from indexer.records import canonical_text
from service.query import parse_query

Record = Mapping[str, object]
_FORM = '{"question": "...", "evidence": [{"article": "ID", "quote": "words of the article"}]}'
_KEYS = ("id", "kind", "question", "answers", "evidence")
_EVIDENCE_KEYS = ("article", "quote")


def load_questions(path: Path) -> Suite:
    """The suite of a questions file, named after it.

    Raises:
        BadSuite: the file cannot be read, or some of its lines are no questions (all of them are named), or none of its
            questions has evidence.
    """
    problems = Problems(path)
    queries: dict[str, Query] = {}
    for number, record in json_lines(path, "line", problems):
        try:
            query = _query(record, number)
        except (BadSuite, BadQuery) as problem:
            problems.add(f"line {number}: {problem}")
            continue
        first = queries.setdefault(query.id, query)
        if first is not query:
            problems.add(f"line {number}: its id {query.id!r} is that of line {first.line}. Give each its own id")
    problems.refuse()
    if not queries:
        raise BadSuite(f"{path} holds no question. Write one JSON object a line: {_FORM}")
    suite = Suite(path.stem, path, tuple(queries.values()))
    if not suite.judged:
        raise BadSuite(
            f"{path}: none of its {len(queries):,} questions has evidence, so nothing can be scored. "
            f"Quote what answers them: {_FORM}"
        )
    return suite


def _query(record: Record, number: int) -> Query:
    _require_keys(record, required=("question", "evidence"), known=_KEYS)
    question = _string(record, "question")
    if not question.strip():
        raise BadSuite("its question is empty. Write one, or remove the line")
    parse_query(question)
    answers = tuple(_items(record, "answers"))
    if not all(isinstance(answer, str) for answer in answers):
        raise BadSuite(f"its answers are not all strings: {as_written(list(answers))}. Put each in quotes")
    evidence = tuple(_evidence(item, place) for place, item in enumerate(_items(record, "evidence"), 1))
    if answers and not evidence:
        raise BadSuite("it has answers but no evidence. Quote where they stand, or leave the answers out")
    return Query(
        id=_filled(record, "id") if "id" in record else str(number),
        text=question,
        kind=_string(record, "kind") if "kind" in record else "",
        answers=tuple(map(str, answers)),
        evidence=evidence,
        articles={item.article: 1 for item in evidence},
        unanswerable=not evidence,
        line=number,
    )


def _evidence(item: object, place: int) -> Evidence:
    if not isinstance(item, dict):
        raise BadSuite(f"its evidence {place} is {as_written(item)}. Write an object: {_FORM}")
    try:
        _require_keys(item, required=_EVIDENCE_KEYS, known=_EVIDENCE_KEYS)
        return Evidence(_filled(item, "article"), _filled(item, "quote"))
    except BadSuite as problem:
        raise BadSuite(f"in its evidence {place}, {problem}") from problem


def _require_keys(record: Record, required: tuple[str, ...], known: tuple[str, ...]) -> None:
    if missing := [key for key in required if key not in record]:
        mend = "Say which quotes answer it, or [] where the archive does not" if missing == ["evidence"] else "Write"
        raise BadSuite(f"it has no {' and no '.join(map(repr, missing))}. {mend}: {_FORM}")
    if unknown := [key for key in record if key not in known]:
        raise BadSuite(f"it has an unknown {' and '.join(map(repr, unknown))}. The keys are {', '.join(known)}")


def _string(record: Record, key: str) -> str:
    value = record[key]
    if not isinstance(value, str):
        raise BadSuite(f"its {key} is {as_written(value)}, not a string. Put it in quotes")
    return value


def _filled(record: Record, key: str) -> str:
    value = _string(record, key)
    if not canonical_text(value).strip():
        raise BadSuite(f"its {key} is empty. Fill it in")
    return value


def _items(record: Record, key: str) -> list[object]:
    value = record.get(key, [])
    if not isinstance(value, list):
        raise BadSuite(f"its {key} is {as_written(value)}, not a list. Put it in square brackets")
    return value
