from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from eval.suites import load_suite
from indexer.errors import BadSuite

HARBOUR = "The harbour was closed in 1968. Ann Lee had built it."


def squad(*asked: dict[str, object], title: str = "Harbour") -> str:
    return json.dumps({"data": [{"title": title, "paragraphs": [{"context": HARBOUR, "qas": list(asked)}]}]})


def question(name: str, text: str, answer: str | None = None) -> dict[str, object]:
    answers = [{"text": answer, "answer_start": HARBOUR.index(answer)}] * 2 if answer else []
    return {"id": name, "question": text, "is_impossible": answer is None, "answers": answers}


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSMARK_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("packed", [False, True])
def test_a_squad_file_asks_its_questions_of_its_paragraphs(tmp_path: Path, packed: bool) -> None:
    text = squad(question("a", "Who built the harbour?", "Ann Lee"), question("b", "Who closed it?")).encode()
    file = tmp_path / ("dev.json.gz" if packed else "dev.json")
    file.write_bytes(gzip.compress(text) if packed else text)
    suite = load_suite(str(file))
    assert (suite.name, suite.source) == ("dev", file)
    answered, refused = suite.asked
    assert (answered.id, answered.text, answered.answers) == ("a", "Who built the harbour?", ("Ann Lee",))
    assert (refused.id, refused.answers, refused.unanswerable, refused.articles) == ("b", (), True, {})
    assert suite.corpus is not None
    [article] = [json.loads(line) for line in suite.corpus.read_text("utf-8").splitlines()]
    assert answered.articles == {article["_id"]: 1}
    assert (article["title"], article["text"]) == ("Harbour", HARBOUR)


def test_other_paragraphs_are_another_corpus(tmp_path: Path) -> None:
    file = tmp_path / "dev.json"
    found = set()
    for title in ("Harbour", "Harbour", "Port"):
        file.write_text(squad(question("a", "Who built it?", "Ann Lee"), title=title), "utf-8")
        found.add(load_suite(str(file)).corpus)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "holds no questions"),
        ("{", "holds no questions"),
        (squad(), "asks nothing"),
        (squad(question("a", "Who?"), question("a", "When?")), "'a' twice"),
        (squad(question("a", "?!")), "question 'a': '?!' holds no word"),
    ],
)
def test_what_cannot_be_asked_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "dev.json"
    file.write_text(text, "utf-8")
    with pytest.raises(BadSuite) as refused:
        load_suite(str(file))
    assert said in str(refused.value)
