"""What the encoder is shown, and what is defined for texts that are none."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.errors import BadQuery, BadRecord
from service.reader.examples import LONGEST_ANSWER, QUESTION_TOKENS, TITLE_TOKENS, Recipe, epoch
from service.reader.reading import Readable
from service.reader.served import OVERLAP, WINDOW, ReaderCard, ServedReader
from service.reader.spans import BEGIN, END, LEAST
from service.reader.squad import Paragraph, Question, QuestionSet
from tests.tiny_reader import tiny_tokenizer

TOKENIZER = tiny_tokenizer()
CARD = ReaderCard("0" * 64, "0" * 64, "torch")


class DigitEncoder:
    """Says of every digit that an answer begins and ends there, the higher the better, and records what it is shown."""

    def __init__(self) -> None:
        self.shown: list[Mapping[str, NDArray[np.int64]]] = []

    def run(self, inputs: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        self.shown.append(inputs)
        rows = np.zeros((*inputs["input_ids"].shape, 131), np.float32)
        for digit in range(10):
            rows[inputs["input_ids"] == TOKENIZER.token_to_id(str(digit)), BEGIN : END + 1] = digit
        return rows

    def texts(self) -> list[str]:
        """Every row that was shown, in words, in the order shown."""
        return [
            " ".join(str(TOKENIZER.id_to_token(int(i))) for i, kept in zip(ids, mask, strict=True) if kept)
            for shown in self.shown
            for ids, mask in zip(shown["input_ids"], shown["attention_mask"], strict=True)
        ]


@pytest.fixture
def encoder() -> DigitEncoder:
    return DigitEncoder()


@pytest.fixture
def reader(encoder: DigitEncoder) -> ServedReader:
    return ServedReader(CARD, TOKENIZER, encoder)


@pytest.mark.parametrize("title", ["", "the port"])
def test_the_encoder_is_shown_what_it_was_trained_on(title: str, reader: ServedReader, encoder: DigitEncoder) -> None:
    text = "The ship lay in port for 7 days"
    asked = QuestionSet([Paragraph(title, text)], [Question("q", "Where was it?", 0, ((16, 20),), ("port",))])
    (batch,) = epoch(asked, [[]], TOKENIZER, Recipe(batch=1, negatives=0, untitled=0), 1)
    reader.read("Where was it?", [Readable(title, text)])
    (shown,) = encoder.shown
    np.testing.assert_array_equal(shown["input_ids"], batch.ids)
    np.testing.assert_array_equal(shown["attention_mask"], batch.mask)
    np.testing.assert_array_equal(shown["token_type_ids"], batch.types)


def test_padding_is_of_no_type_and_masked(reader: ServedReader, encoder: DigitEncoder) -> None:
    reader.read("who", [Readable("", "in port"), Readable("it", "the ship lay in port")])
    (shown,) = encoder.shown
    assert shown["input_ids"].shape == (2, 16)
    #                       [CLS] who [SEP] it [SEP] the ship lay in port [SEP]
    assert shown["token_type_ids"].tolist() == [
        [0] * 3 + [1] * 8 + [0] * 5,
        [0] * 3 + [1] * 3 + [0] * 10,
    ]
    assert shown["attention_mask"].sum(axis=1).tolist() == [11, 6]


def test_readings_come_in_the_order_of_the_passages_whatever_their_length(reader: ServedReader) -> None:
    passages = [Readable("", "the " * (n * 37 % 90) + f"port {n % 10}") for n in range(30)]
    readings = reader.read("who", passages, spans=1)
    for number, (passage, reading) in enumerate(zip(passages, readings, strict=True)):
        if number % 10:
            assert passage.text[reading.spans[0].start : reading.spans[0].end] == str(number % 10)


def test_no_more_spans_than_asked_for_and_the_same_first_ones(reader: ServedReader) -> None:
    passage = [Readable("", "in 3 days or 5, for 9")]
    five, two = reader.read("when", passage), reader.read("when", passage, spans=2)
    assert two[0].spans == five[0].spans[:2]
    assert len(five[0].spans) <= 5
    assert reader.read("when", passage, spans=0)[0].spans == ()


def test_answers_come_from_the_text_and_not_from_question_or_title(reader: ServedReader) -> None:
    passage = Readable("9 days", "the ship lay for 3 days")
    (reading,) = reader.read("for 8 days?", [passage], spans=1)
    assert passage.text[reading.spans[0].start : reading.spans[0].end] == "3"


@pytest.mark.parametrize("tokens", [WINDOW, WINDOW + 1, 2 * WINDOW - OVERLAP, 2 * WINDOW - OVERLAP + 1, 1000, 5000])
def test_windows_cover_a_long_passage_and_share_their_edges(
    tokens: int, reader: ServedReader, encoder: DigitEncoder
) -> None:
    letters = [chr(97 + n // 26**2) + chr(97 + n // 26 % 26) + chr(97 + n % 26) for n in range(tokens)]
    text = " ".join(letters)[: 4 * tokens]  # three tokens a word: a, ##b, ##c
    encoded = TOKENIZER.encode(text, add_special_tokens=False)
    reader.read("who", [Readable("", text)])
    rows = [row.split(" [SEP] ")[1].removesuffix(" [SEP]").split() for row in encoder.texts()]
    starts = sorted(_place(row, encoded.tokens) for row in rows)
    assert all(len(row) <= WINDOW for row in rows)
    assert starts[0] == 0
    assert starts[-1] + WINDOW >= len(encoded.ids)
    for one, other in pairwise(starts):
        assert one + WINDOW - other >= OVERLAP >= LONGEST_ANSWER
    assert len(rows) == 1 + max(0, -(-(len(encoded.ids) - WINDOW) // (WINDOW - OVERLAP)))


def _place(row: list[str], tokens: list[str]) -> int:
    return next(at for at in range(len(tokens)) if tokens[at : at + len(row)] == row)


def test_the_best_span_of_a_long_passage_is_found_wherever_it_stands(reader: ServedReader) -> None:
    for place in (0, 200, 255, 400, 599):
        words = ["the"] * 600
        words[place] = "9"
        words[300] = "5" if place != 300 else "9"
        text = " ".join(words)
        (reading,) = reader.read("who", [Readable("", text)], spans=1)
        assert reading.spans[0].start == sum(len(word) + 1 for word in words[:place])
        assert reading.spans[0].end == reading.spans[0].start + 1


def test_question_and_title_are_cut_to_what_was_trained(reader: ServedReader, encoder: DigitEncoder) -> None:
    reader.read("who " * 100, [Readable("it " * 100, "in port")])
    assert encoder.texts() == [
        " ".join(["[CLS]", *["who"] * QUESTION_TOKENS, "[SEP]", *["it"] * TITLE_TOKENS, "[SEP]", "in", "port", "[SEP]"])
    ]


def test_special_tokens_written_in_a_text_are_its_letters(encoder: DigitEncoder) -> None:
    tokenizer = tiny_tokenizer()
    tokenizer.encode_special_tokens = True
    reader = ServedReader(CARD, tokenizer, encoder)
    reader.read("who [SEP] it", [Readable("[SEP]", "in [SEP] port")])
    ids = encoder.shown[0]["input_ids"][0].tolist()
    assert ids.count(tokenizer.token_to_id("[SEP]")) == 3


def test_no_passages_give_no_readings(reader: ServedReader) -> None:
    assert reader.read("who", []) == []


@pytest.mark.parametrize("text", ["", "  \n", "\u200b"])
def test_a_passage_without_words_has_no_span_and_the_least_score(text: str, reader: ServedReader) -> None:
    empty, other = reader.read("who", [Readable("port", text), Readable("", "in 3 days")])
    assert (empty.score, empty.spans) == (LEAST, ())
    assert other.spans


@pytest.mark.parametrize("text", ["🚀🚀🚀", "日本銀行", "...", "العربية"])
def test_a_passage_of_anything_but_words_has_spans_of_it(text: str, reader: ServedReader) -> None:
    (reading,) = reader.read("who", [Readable("", text)])
    assert np.isfinite(reading.score)
    assert reading.spans
    assert all(text[span.start : span.end] for span in reading.spans)


@pytest.mark.parametrize("question", ["", "  \n\t"])
def test_an_empty_question_is_refused(question: str, reader: ServedReader) -> None:
    with pytest.raises(BadQuery, match="the question is empty"):
        reader.read(question, [Readable("", "in port")])


def test_half_a_character_is_named_where_it_stands(reader: ServedReader) -> None:
    with pytest.raises(BadQuery, match="holds half a character"):
        reader.read("who\ud800", [Readable("", "in port")])
    for passage in (Readable("", "in \ud800 port"), Readable("\ud800", "in port")):
        with pytest.raises(BadRecord, match="text 1 has half of a surrogate pair"):
            reader.read("who", [Readable("", "in port"), passage])
