"""Words that can be no answer where they stand: a source where none is asked for, and who merely cites the source."""

from __future__ import annotations

import pytest

from service.answer.sources import stands_aside

DELEGATION = (
    "A delegation came to Kiel in May to prepare the drill, according to an independent naval analyst Karl Brandt."
)
LOSS = "The Baltic Times quotes the Institute of Harbours in Riga, which estimated that the ports lost 13 million."


def aside(question: str, sentence: str, words: str) -> bool:
    start = sentence.index(words)
    return stands_aside(question, sentence, start, start + len(words))


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("Who led the delegation that came to Kiel?", DELEGATION, "Karl Brandt"),
        ("Who prepared the drill in May?", DELEGATION, "Karl Brandt"),
        ("Which institute estimated the loss of the ports?", LOSS, "Baltic Times"),
        ("Who estimated that the ports lost 13 million euros?", LOSS, "The Baltic Times"),
        (
            "Who said the ports lost money?",
            "Der Hafen says so, and Spiegel Online has cited it.",
            "Spiegel",
        ),
    ],
)
def test_is_no_answer(question: str, sentence: str, words: str) -> None:
    assert aside(question, sentence, words)


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("According to whom did a delegation come to Kiel?", DELEGATION, "Karl Brandt"),
        ("Who says that a delegation came to Kiel?", DELEGATION, "Karl Brandt"),
        ("Who is an independent naval analyst?", DELEGATION, "Karl Brandt"),
        ("Which naval analyst is independent?", DELEGATION, "Karl Brandt"),
        ("Who came to Kiel in May?", DELEGATION, "A delegation"),
        ("Which institute estimated the loss of the ports?", LOSS, "the Institute of Harbours in Riga"),
        ("Which paper quotes the Institute of Harbours?", LOSS, "The Baltic Times"),
        ("Which newspaper reported that the ports lost money?", LOSS, "The Baltic Times"),
        ("How much did the ports lose, as estimated in Riga?", LOSS, "13 million"),
        ("Who said it?", "Berg was quoted as saying that the port would close.", "Berg"),
    ],
)
def test_may_be_one(question: str, sentence: str, words: str) -> None:
    assert not aside(question, sentence, words)
