"""Questions with the spans that answer them, read from SQuAD's JSON or from a BEIR folder that carries answers."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer.errors import InputError


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text that questions are asked of. ``title`` may be empty."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of one paragraph. ``spans`` are ``[start, end)`` in its text; none means it does not answer it."""

    id: str
    text: str
    paragraph: int
    spans: tuple[tuple[int, int], ...]
    answers: tuple[str, ...] = ()


@dataclass(slots=True)
class QuestionSet:
    """Paragraphs and the questions asked of them; a question names its paragraph by position."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def extend(self, other: QuestionSet) -> None:
        offset = len(self.paragraphs)
        self.paragraphs += other.paragraphs
        self.questions += [Question(q.id, q.text, q.paragraph + offset, q.spans, q.answers) for q in other.questions]

    def without(self, texts: Iterable[str]) -> QuestionSet:
        """The same without these paragraphs, compared by their words, and without what is asked of them."""
        unwanted = {_key(text) for text in texts}
        kept: dict[int, int] = {}
        left = QuestionSet()
        for index, paragraph in enumerate(self.paragraphs):
            if _key(paragraph.text) not in unwanted:
                kept[index] = len(left.paragraphs)
                left.paragraphs.append(paragraph)
        left.questions = [
            Question(q.id, q.text, kept[q.paragraph], q.spans, q.answers) for q in self.questions if q.paragraph in kept
        ]
        return left

    def only_titles(self, titles: Sequence[str]) -> QuestionSet:
        """All paragraphs, and the questions of those under one of these titles."""
        wanted = set(titles)
        asked = [q for q in self.questions if self.paragraphs[q.paragraph].title in wanted]
        return QuestionSet(self.paragraphs, asked)

    def by_digest(self) -> dict[str, Paragraph]:
        """The paragraphs by the SHA-256 of their texts, in hexadecimal digits."""
        return {hashlib.sha256(p.text.encode()).hexdigest(): p for p in self.paragraphs}

    def asked_titles(self) -> list[str]:
        """The titles under which something is asked, sorted."""
        return sorted({self.paragraphs[q.paragraph].title for q in self.questions})


def read_questions(path: Path, known: Mapping[str, Paragraph] | None = None) -> QuestionSet:
    """The questions of a SQuAD file (``.json``, ``.json.gz``) or of a BEIR folder whose queries carry answers.

    A SQuAD file may ask about paragraphs that it does not hold: ``context_sha256`` stands in the place of ``context``,
    and the paragraph is the one of ``known`` with that digest. What is asked about one that is not known is left out.

    Raises:
        InputError: it is neither.
    """
    try:
        return _read_folder(path) if path.is_dir() else _read_squad(path, known or {})
    except (OSError, EOFError, zlib.error, AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} holds no questions to learn from ({type(error).__name__}: {error}). Give a SQuAD file (.json or "
            ".json.gz), or a BEIR folder whose queries have metadata with answers, paragraph and unanswerable"
        ) from error


def _read_squad(path: Path, known: Mapping[str, Paragraph]) -> QuestionSet:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    found = QuestionSet()
    for article in json.loads(raw)["data"]:
        for part in article["paragraphs"]:
            if "context_sha256" not in part:
                paragraph = Paragraph(str(article.get("title", "")).replace("_", " "), part["context"])
            elif part["context_sha256"] in known:
                paragraph = known[part["context_sha256"]]
            else:
                continue
            found.paragraphs.append(paragraph)
            for asked in part["qas"]:
                question = _from_squad(asked, paragraph.text, len(found.paragraphs) - 1)
                if question.spans or not question.answers:  # what is answered, nobody knows where, teaches nothing
                    found.questions.append(question)
    return found


def _from_squad(asked: dict[str, Any], text: str, paragraph: int) -> Question:
    answers = [] if asked.get("is_impossible") else [a for a in asked["answers"] if a["text"]]
    spans = {(a["answer_start"], a["answer_start"] + len(a["text"])): a["text"] for a in answers}
    exact = tuple((start, end) for (start, end), quote in spans.items() if text[start:end] == quote)
    return Question(str(asked["id"]), asked["question"], paragraph, exact, tuple(a["text"] for a in answers))


def _read_folder(folder: Path) -> QuestionSet:
    found, places = QuestionSet(), {}
    for record in _records(folder / "corpus.jsonl"):
        places[record["_id"]] = len(found.paragraphs)
        found.paragraphs.append(Paragraph(record.get("title", ""), record["text"]))
    for record in _records(folder / "queries.jsonl"):
        known = record["metadata"]
        paragraph = places[known["paragraph"]]
        answers = () if known["unanswerable"] else tuple(known["answers"])
        spans = _places_of(answers, found.paragraphs[paragraph].text)
        if answers and not spans:
            continue
        found.questions.append(Question(record["_id"], record["text"], paragraph, spans, answers))
    return found


def _records(file: Path) -> Iterator[dict[str, Any]]:
    """One a line. JSON may hold the other line ends of Unicode as they are, so ``splitlines`` would cut records."""
    for line in file.read_text("utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


def _places_of(answers: Sequence[str], text: str) -> tuple[tuple[int, int], ...]:
    """Where the answers stand, for those that stand there once: which of two places was meant is not known."""
    once = [answer for answer in dict.fromkeys(answers) if text.count(answer) == 1]
    some = once or [answer for answer in answers if answer in text][:1]
    return tuple((text.index(answer), text.index(answer) + len(answer)) for answer in some)


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()
