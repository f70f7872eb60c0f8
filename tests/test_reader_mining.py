"""Near misses: what the search takes for an answer and is none."""

from __future__ import annotations

from service.reader.mining import near_misses
from service.reader.squad import Paragraph, Question, QuestionSet
from tests.fakes import WordEmbedder
from tests.small_reader import ships


def test_near_misses_hold_no_answer_and_are_never_the_own_paragraph() -> None:
    asked = ships()
    told: list[int] = []
    found = near_misses(asked, WordEmbedder(), each=3, tell=told.append)
    assert len(found) == len(asked.questions)
    assert told == list(range(1, 41))
    assert sum(map(bool, found)) >= 30  # a number of days may stand in every other paragraph, in a year
    for question, misses in zip(asked.questions, found, strict=True):
        assert question.paragraph not in misses
        assert len(misses) <= 3
        assert len(set(misses)) == len(misses)
        for other in misses:
            text = asked.paragraphs[other].text.casefold()
            assert not any(answer.casefold() in text for answer in question.answers)


def test_they_come_best_ranked_first() -> None:
    texts = ["Harbour gates of Lagos.", "Harbour gates locked in winter.", "Harbour birds.", "Wheat and barley grow."]
    asked = QuestionSet(
        [Paragraph("", text) for text in texts],
        [Question("q", "harbour gates locked in Lagos?", 0, ((17, 22),), ("Lagos",))],
    )
    [misses] = near_misses(asked, WordEmbedder())
    assert misses[:2] == [1, 2]


def test_another_paragraph_that_holds_the_answer_in_other_letters_is_no_miss() -> None:
    asked = QuestionSet(
        [Paragraph("", "The ship lay in Oslo."), Paragraph("", "The ship left OSLO."), Paragraph("", "The ship sank.")],
        [Question("q", 'Where did the "ship" lay?', 0, ((16, 20),), ("Oslo",))],
    )
    assert near_misses(asked, WordEmbedder()) == [[2]]


def test_a_question_that_nothing_can_be_ranked_by_has_none() -> None:
    asked = QuestionSet(
        [Paragraph("", "The ship lay in Oslo."), Paragraph("", "Rain fell.")],
        [
            Question("dots", "???", 0, ((16, 20),), ("Oslo",)),
            Question("long", "ship " * 3000, 0, ((16, 20),), ("Oslo",)),
        ],
    )
    assert near_misses(asked, WordEmbedder()) == [[], []]
