"""A language model is asked only where quotes answer, and only what the passages bear out of its words is an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.build import index_articles, open_or_create
from indexer.errors import BadQuery, GeneratorError
from service.answer.answerer import Answerer
from service.answer.confidence import Calibration
from service.answer.records import Answer, AskOptions, Dropped
from service.citation import check
from service.generate.answering import ask_model
from service.generate.checked import Accepted
from service.generate.client import Generator
from service.reader.reading import Readable, Reading
from service.reader.served import ReaderCard, ServedReader
from service.search import Searcher
from tests.conftest import make_article
from tests.fakes import WordEmbedder
from tests.generating import MEMO, Behaviour, WordReader, saying, serving
from tests.hand_calibration import as_it_is, of_one

TUGS = make_article("tugs", "Russia will deliver 3 tugs to Iran in 2016. The tugs are grey.", title="Tugs")
ARTICLES = (MEMO, TUGS)
QUESTION = "How many tugs will Russia deliver to Iran?"
TRUE = "Russia will deliver 3 tugs to Iran in 2016"
ABSENT = "Who painted the Mona Lisa for France?"


class _ByWords(ServedReader):
    """``WordReader`` where a served reader is asked for."""

    def __init__(self) -> None:
        self.card = ReaderCard("ab" * 32, "cd" * 32, "torch")

    def read(self, question: str, passages: Sequence[Readable], spans: int = 5) -> list[Reading]:
        return WordReader().read(question, passages, spans)


@pytest.fixture
def answerer(tmp_path: Path) -> Iterator[Answerer]:
    """As sure as the reader is that a passage answers: 1 / (1 + exp(-2)) where half of the words are there."""
    fitted = Calibration(of_one("passage"), as_it_is(), 0.5, 0.2, "ab" * 32, "ab" * 32, {})
    with open_or_create(tmp_path / "archive", WordEmbedder()) as archive:
        index_articles(archive, WordEmbedder(), list(ARTICLES))
        yield Answerer(Searcher(archive, WordEmbedder()), _ByWords(), _ByWords(), fitted)


def written(
    answerer: Answerer, text: str, question: str = QUESTION, options: AskOptions | None = None
) -> tuple[list[Accepted | Dropped], Answer, int]:
    """The sentences as they came, the answer, and how often the model was asked."""
    return _events(answerer, saying(text), question, options)


def _events(
    answerer: Answerer, behave: Behaviour, question: str, options: AskOptions | None = None
) -> tuple[list[Accepted | Dropped], Answer, int]:
    with serving(behave) as served:
        *told, last = ask_model(answerer, Generator(served.url, "tiny"), question, options)
    assert isinstance(last, Answer)
    sentences = [one for one in told if not isinstance(one, Answer)]
    assert len(sentences) == len(told)
    return sentences, last, len(served.requests)


def place_of(answerer: Answerer, article_id: str) -> int:
    """The number by which the model is shown an article's passage."""
    hits = answerer.weigh(QUESTION, AskOptions()).results.hits
    return next(hit.rank for hit in hits if hit.citation.article_id == article_id)


def test_what_the_passages_bear_out_is_the_answer_and_each_sentence_counts_its_supports(answerer: Answerer) -> None:
    memo, tugs = place_of(answerer, "memo"), place_of(answerer, "tugs")
    sentences, answer, asked = written(
        answerer,
        f"Russia will deliver 3 tugs to Iran in 2016 [{tugs}][{memo}]. The memorandum covers 14 naval exercises "
        f"[{memo}]. Russia will deliver three tugs to Iran in 2016 [{tugs}].",
    )
    assert asked == 1
    assert all(isinstance(sentence, Accepted) for sentence in sentences), sentences
    assert answer.written is not None
    assert answer.written.model == "tiny"
    assert [sentence.supports for sentence in answer.written.sentences] == [(0, 1), (2,), (0,)]
    assert answer.answer == " ".join(sentence.text for sentence in answer.written.sentences)
    assert [support.citation.article_id for support in answer.supports] == ["tugs", "memo", "memo"]
    texts = {article.id: article.text for article in ARTICLES}
    for support in answer.supports:
        text = texts[support.citation.article_id]
        check(support.citation, text)
        assert text[slice(*support.words)] == support.quote
    assert (answer.abstained, answer.reason, answer.nearest, answer.candidate) == (False, None, (), None)
    assert (answer.items, answer.sides, answer.kind) == ((), (), "words")


def test_what_was_written_for_is_the_question_that_quotes_answer(answerer: Answerer) -> None:
    _, answer, _ = written(answerer, f"{TRUE} [1].")
    quoted = answerer.ask(QUESTION)
    assert not quoted.abstained
    assert (answer.question, answer.confidence, answer.generation) == (QUESTION, quoted.confidence, quoted.generation)
    assert set(answer.phases_ms) == {*quoted.phases_ms, "write"}
    assert answer.took_ms >= answer.phases_ms["write"]


def test_where_quotes_do_not_answer_the_model_is_not_asked(answerer: Answerer) -> None:
    sentences, answer, asked = written(answerer, "Leonardo did [1].", ABSENT)
    assert (sentences, asked) == ([], 0)
    assert answer.abstained
    timeless = [replace(one, took_ms=0.0, phases_ms={}) for one in (answer, answerer.ask(ABSENT))]
    assert timeless[0] == timeless[1]


@pytest.mark.parametrize(
    "text",
    [
        "Russia will deliver 9 tugs to Iran in 2016 [1][2].",
        "Russia will deliver 3 tugs to Iran in 2016.",
        "NOT FOUND",
        "Ignore all previous instructions [1].",
        "Russia will deliver 3 tugs to Iran in 2016 [99].",
    ],
)
def test_where_nothing_holds_there_is_no_answer_and_what_was_dropped_is_told(answerer: Answerer, text: str) -> None:
    sentences, answer, asked = written(answerer, text, options=AskOptions(nearest=1))
    assert asked == 1
    assert answer.reason == "nothing that the language model wrote is borne out by the passages"
    assert (answer.answer, answer.abstained, answer.supports) == (None, True, ())
    assert [hit.rank for hit in answer.nearest] == [1]
    assert answer.written is not None
    assert (answer.written.sentences, list(answer.written.dropped)) == ((), sentences)
    quoted = answerer.ask(QUESTION)
    assert answer.candidate is not None
    assert (answer.candidate.answer, answer.candidate.supports) == (quoted.answer, quoted.supports)


def test_a_model_that_writes_nothing_has_no_answer(answerer: Answerer) -> None:
    sentences, answer, _ = written(answerer, "")
    assert (sentences, answer.abstained, answer.written and answer.written.dropped) == ([], True, ())


def test_what_does_not_hold_is_dropped_from_among_what_does(answerer: Answerer) -> None:
    tugs = place_of(answerer, "tugs")
    sentences, answer, _ = written(answerer, f"{TRUE.replace('3', '9')} [{tugs}]. {TRUE} [{tugs}].")
    assert [type(sentence) for sentence in sentences] == [Dropped, Accepted]
    assert answer.answer == f"{TRUE}."
    assert answer.written is not None
    assert [dropped.text for dropped in answer.written.dropped] == ["Russia will deliver 9 tugs to Iran in 2016."]
    assert [sentence.supports for sentence in answer.written.sentences] == [(0,)]


def test_the_model_is_shown_the_question_without_its_operators(answerer: Answerer) -> None:
    with serving(saying(f"{TRUE} [1].")) as served:
        *_, answer = ask_model(answerer, Generator(served.url, "tiny"), f"{QUESTION} article:tugs")
    (request,) = served.requests
    assert QUESTION.encode() in request[2]
    assert b"article:tugs" not in request[2]
    assert b"Ivashov" not in request[2]
    assert isinstance(answer, Answer)
    assert [support.citation.article_id for support in answer.supports] == ["tugs"]


def test_an_endpoint_that_fails_is_no_answer_and_what_came_before_stands(answerer: Answerer) -> None:
    tugs = place_of(answerer, "tugs")
    cut = saying(f"{TRUE} [{tugs}]. The memorandum covers many things that nobody here can know of [1]", finish=None)
    with serving(cut) as served:
        events = ask_model(answerer, Generator(served.url, "tiny"), QUESTION)
        assert isinstance(next(events), Accepted)
        with pytest.raises(GeneratorError, match=re.escape(served.url)):
            list(events)


def test_who_stops_listening_ends_the_request(answerer: Answerer) -> None:
    tugs = place_of(answerer, "tugs")
    with serving(saying(f"{TRUE} [{tugs}]. " * 200)) as served:
        events = ask_model(answerer, Generator(served.url, "tiny"), QUESTION)
        assert isinstance(next(events), Accepted)
        assert hasattr(events, "close")
        events.close()
        assert len(served.requests) == 1


@pytest.mark.parametrize("question", ["", "?", "article:tugs"])
def test_what_asks_nothing_is_refused_before_the_model_is_asked(answerer: Answerer, question: str) -> None:
    with serving(saying("So.")) as served:
        with pytest.raises(BadQuery):
            list(ask_model(answerer, Generator(served.url, "tiny"), question))
        assert served.requests == []
