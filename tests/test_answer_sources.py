"""Words that can be no answer where they stand: a source where none is asked for, and who merely cites the source."""

from __future__ import annotations

import pytest

from service.answer.sources import stands_aside

DELEGATION = (
    "A delegation came to Kiel in May to prepare the drill, according to an independent naval analyst Karl Brandt."
)
LOSS = "The Baltic Times quotes the Institute of Harbours in Riga, which estimated that the ports lost 13 million."
SHOT = "Deserters are shot according to the law on deserters signed by Putin."
OF_RIGA = "Pilots are paid well, according to Karl Brandt of the Riga Institute."


def aside(question: str, sentence: str, words: str) -> bool:
    start = sentence.index(words)
    return stands_aside(question, sentence, start, start + len(words))


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("Who led the delegation that came to Kiel?", DELEGATION, "Karl Brandt"),
        ("Who led the United States delegation to Kiel?", DELEGATION, "Karl Brandt"),
        ("Who ratified the drill in May?", DELEGATION, "Karl Brandt"),
        ("Which institute estimated the loss of the ports?", LOSS, "Baltic Times"),
        ("Which institute estimated the loss of the ports?", LOSS, "Baltic"),
        ("Who estimated that the ports lost 13 million?", LOSS, "The Baltic Times"),
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
        ("Who is Karl Brandt?", DELEGATION, "naval analyst"),
        ("Which naval analyst is independent?", DELEGATION, "Karl Brandt"),
        ("Who came to Kiel in May?", DELEGATION, "A delegation"),
        ("Which institute estimated the loss of the ports?", LOSS, "the Institute of Harbours in Riga"),
        ("Which paper quotes the Institute of Harbours?", LOSS, "The Baltic Times"),
        ("How much did the ports lose, as estimated in Riga?", LOSS, "13 million"),
        ("Who said it?", "The Times quoted Berg as saying that the port would close.", "The Times"),
        (
            "Who argues that it was illegal?",
            "Professor Smith cites the charter and argues that it was.",
            "Professor Smith",
        ),
        ("Who claimed to be ill?", "Berg cited his doctors when he claimed to be ill.", "Berg"),
        ("Who estimated the dead?", "Watch, cited by Reuters, estimated the dead.", "Watch"),
        ("How many people fled?", "According to the UN 13 million people fled.", "13 million"),
        ("Which country has warheads?", "According to the study Israel has 200 warheads.", "Israel"),
        ("Who signed the law on deserters?", SHOT, "Putin"),
        ("Where does Karl Brandt work?", OF_RIGA, "the Riga Institute"),
        ("Which institute does Karl Brandt work for?", OF_RIGA, "Riga Institute"),
        ("How are seats allocated?", "Seats are allocated according to religion.", "religion"),
    ],
)
def test_may_be_one(question: str, sentence: str, words: str) -> None:
    assert not aside(question, sentence, words)
