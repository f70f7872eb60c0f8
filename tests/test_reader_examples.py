"""From questions to batches: what a window shows, where its answers are, and that a seed decides all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reader.examples import (
    LONGEST_ANSWER,
    QUESTION_TOKENS,
    TITLE_TOKENS,
    Batch,
    Recipe,
    epoch,
    head_of,
    special,
    token_span,
)
from service.reader.squad import Paragraph, Question, QuestionSet
from tests.small_reader import ships, tokenizer_for

ASKED = ships()
TOKENIZER = tokenizer_for(ASKED)
NOTHING_NEAR: list[list[int]] = [[] for _ in ASKED.questions]
PLAIN = Recipe(batch=8, keywords=0, misspelt=0, unanswered=1)
POSITIVES = replace(PLAIN, negatives=0)


def words(ids: Iterable[int]) -> str:
    """What the tokens spell, without spaces."""
    return "".join((TOKENIZER.id_to_token(int(i)) or "").removeprefix("##") for i in ids)


def spelt(text: str) -> str:
    return "".join(text.split())


def rows(batches: list[Batch]) -> list[tuple[str, str, str, list[str]]]:
    """Each example as words: question, title, passage, answers."""
    found = []
    for batch in batches:
        for row, spans in enumerate(batch.spans):
            ids = batch.ids[row][batch.mask[row] == 1]
            parts = words(ids).split("[SEP]")
            answers = [words(batch.ids[row, first : last + 1]) for first, last in spans]
            found.append((parts[0].removeprefix("[CLS]"), parts[1] if len(parts) == 4 else "", parts[-2], answers))
    return found


@given(st.lists(st.text("abc,.-", min_size=1, max_size=6), min_size=1, max_size=12), st.data())
def test_the_tokens_of_a_span_spell_its_words(pieces: list[str], data: st.DataObject) -> None:
    text = " ".join(pieces)
    first = data.draw(st.integers(0, len(pieces) - 1))
    last = data.draw(st.integers(first, len(pieces) - 1))
    start = len(" ".join(pieces[:first])) + (first > 0)
    end = start + len(" ".join(pieces[first : last + 1]))
    encoded = TOKENIZER.encode(text, add_special_tokens=False)
    found = token_span(encoded, start, end)
    touched = [i for i, (a, b) in enumerate(encoded.offsets) if a < end and b > start]
    if len(touched) > LONGEST_ANSWER:
        assert found is None
    else:
        assert found == (touched[0], touched[-1])
        assert words(encoded.ids[found[0] : found[1] + 1]) == spelt(text[start:end])


def test_a_span_inside_a_word_takes_the_tokens_that_it_touches_and_an_empty_one_none() -> None:
    encoded = TOKENIZER.encode("The frigate", add_special_tokens=False)
    assert [encoded.offsets[i] for i in (0, 1)] == [(0, 3), (4, 11)]
    assert token_span(encoded, 5, 6) == (1, 1)
    assert token_span(encoded, 2, 5) == (0, 1)
    assert token_span(encoded, 3, 4) is None


def test_the_longest_answer_is_taught_and_a_longer_one_is_not() -> None:
    encoded = TOKENIZER.encode("x " * 40, add_special_tokens=False)
    assert token_span(encoded, 0, 2 * LONGEST_ANSWER - 1) == (0, LONGEST_ANSWER - 1)
    assert token_span(encoded, 0, 2 * LONGEST_ANSWER + 1) is None


def test_an_epoch_of_positives_shows_each_question_once_with_its_answer() -> None:
    found = rows(epoch(ASKED, NOTHING_NEAR, TOKENIZER, POSITIVES, 1))
    assert sorted(q for q, _, _, _ in found) == sorted(spelt(q.text) for q in ASKED.questions)
    expected = {spelt(q.text): q for q in ASKED.questions}
    for question, title, passage, answers in found:
        asked = expected[question]
        paragraph = ASKED.paragraphs[asked.paragraph]
        assert answers == [spelt(asked.answers[0])]
        assert passage == spelt(paragraph.text)
        assert title in ("", spelt(paragraph.title))
    titled = [title for _, title, _, _ in found if title]
    assert 0 < len(titled) < len(found)


@pytest.mark.parametrize("shown", [12, 15, 20, 25])
def test_a_window_always_holds_the_answer(shown: int) -> None:
    recipe = replace(POSITIVES, passage_tokens=shown)
    starts = set()
    for seed in range(5):
        batches = epoch(ASKED, NOTHING_NEAR, TOKENIZER, recipe, seed)
        for question, _, passage, answers in rows(batches):
            asked = next(q for q in ASKED.questions if spelt(q.text) == question)
            assert answers == [spelt(asked.answers[0])]
            whole = spelt(ASKED.paragraphs[asked.paragraph].text)
            assert passage in whole
            starts.add(whole.index(passage))
        assert max(int(batch.readable.sum(1).max()) for batch in batches) <= shown
    assert len(starts) > 3


def test_answers_outside_the_window_are_left_out_and_inside_it_all_are_marked() -> None:
    text = "in Oslo " + "x " * 60 + "and Oslo or Oslo"
    places = [text.index("Oslo"), text.index("Oslo", 20), text.rindex("Oslo")]
    spans = tuple((at, at + 4) for at in places[1:] + places[:1])
    asked = QuestionSet([Paragraph("", text)], [Question("q", "where?", 0, spans, ("Oslo",))])
    recipe = replace(POSITIVES, passage_tokens=40)
    for seed in range(20):
        [(_, _, passage, answers)] = rows(epoch(asked, [[]], TOKENIZER, recipe, seed))
        assert passage.count("Oslo") == len(answers)
        assert set(answers) == {"Oslo"}


def test_an_answer_too_long_drops_its_question_and_an_unanswerable_one_stays_without_spans() -> None:
    text = "x " * 50
    long = Question("long", "what?", 0, ((0, 2 * LONGEST_ANSWER + 1),), ("x",))
    none = Question("none", "who?", 0, ())
    both = Question("both", "which?", 0, (*long.spans, (0, 1)), ("x",))
    asked = QuestionSet([Paragraph("", text)], [long, none, both])
    found = rows(epoch(asked, [[], [], []], TOKENIZER, POSITIVES, 1))
    assert sorted((q, a) for q, _, _, a in found) == [("which?", ["x"]), ("who?", [])]


def test_negatives_never_have_spans_and_are_of_each_kind() -> None:
    near = [[(q.paragraph + 1) % 10] for q in ASKED.questions]
    recipe = replace(PLAIN, negatives=1.0, near=0.4, removed=0.3)
    found = rows(epoch(ASKED, near, TOKENIZER, recipe, 2))
    known = {spelt(q.text): q for q in ASKED.questions}
    kinds = {"own": 0, "near": 0, "removed": 0, "changed": 0}
    for question, title, passage, answers in found:
        asked = known.get(question)
        paragraph = ASKED.paragraphs[asked.paragraph] if asked else None
        if asked is None or paragraph is None:
            kinds["changed"] += 1
            assert answers == []
        elif passage == spelt(paragraph.text):
            kinds["own"] += 1
            assert answers == [spelt(asked.answers[0])]
        elif passage == spelt(ASKED.paragraphs[near[ASKED.questions.index(asked)][0]].text):
            kinds["near"] += 1
            assert answers == []
            assert title != spelt(paragraph.title)
        else:
            kinds["removed"] += 1
            assert answers == []
            assert spelt(asked.answers[0]) not in passage
    assert kinds["own"] == 40
    assert min(kinds.values()) > 3
    assert sum(kinds.values()) <= 80


def test_what_people_wrote_to_have_no_answer_comes_as_often_as_the_recipe_says() -> None:
    asked = QuestionSet([Paragraph("", "Oslo is cold.")], [Question("none", "who?", 0, ())])
    found = rows(epoch(asked, [[]], TOKENIZER, replace(POSITIVES, unanswered=3), 1))
    assert [(q, a) for q, _, _, a in found] == [("who?", [])] * 3


def test_lessons_come_as_they_are_as_often_as_the_recipe_says() -> None:
    lessons = QuestionSet(ASKED.paragraphs[:1], [replace(q, id=f"lesson {q.id}") for q in ASKED.questions[:2]])
    nothing, recipe = QuestionSet(), replace(PLAIN, negatives=1.0, lessons=2)
    found = rows(epoch(nothing, [], TOKENIZER, recipe, 1, lessons))
    wanted = [(spelt(q.text), [spelt(q.answers[0])]) for q in lessons.questions] * 2
    assert sorted((q, a) for q, _, _, a in found) == sorted(wanted)


def test_some_questions_ask_in_keywords_and_some_with_a_slip() -> None:
    asked = QuestionSet(
        [Paragraph("", "Oslo has the fleet.")], [Question("q", "Where does the fleet lie?", 0, ((0, 4),), ("Oslo",))]
    )
    short = rows(epoch(asked, [[]], TOKENIZER, replace(POSITIVES, keywords=1.0), 1))
    slips = [rows(epoch(asked, [[]], TOKENIZER, replace(POSITIVES, misspelt=1.0), seed))[0] for seed in range(5)]
    assert [(q.lower(), a) for q, _, _, a in short] == [(spelt("fleet lie").lower(), ["Oslo"])]
    assert all(question != spelt("Where does the fleet lie?") for question, _, _, _ in slips)


def test_the_same_seed_gives_the_same_epoch_and_another_seed_another() -> None:
    def ids(seed: int) -> list[list[list[int]]]:
        return [batch.ids.tolist() for batch in epoch(ASKED, NOTHING_NEAR, TOKENIZER, Recipe(batch=8), seed)]

    assert ids(1) == ids(1)
    assert ids(1) != ids(2)


def test_a_batch_marks_what_is_there_what_is_passage_and_what_may_be_read() -> None:
    for batch in epoch(ASKED, NOTHING_NEAR, TOKENIZER, Recipe(batch=8), 3):
        assert batch.ids.dtype == batch.mask.dtype == batch.types.dtype == np.int64
        assert batch.ids.shape == batch.mask.shape == batch.types.shape == batch.readable.shape
        assert batch.mask.sum(1).max() == batch.ids.shape[1]
        for row, spans in enumerate(batch.spans):
            ids, length = batch.ids[row], int(batch.mask[row].sum())
            seps = [i for i in range(length) if ids[i] == special(TOKENIZER, "[SEP]")]
            assert ids[0] == special(TOKENIZER, "[CLS]")
            assert seps[-1] == length - 1
            assert (ids[length:] == special(TOKENIZER, "[PAD]")).all()
            assert batch.mask[row].tolist() == [1] * length + [0] * (ids.size - length)
            assert batch.types[row].tolist() == [0] * (seps[0] + 1) + [1] * (length - seps[0] - 1) + [0] * (
                ids.size - length
            )
            readable = np.flatnonzero(batch.readable[row]).tolist()
            assert readable == list(range(seps[-2] + 1, seps[-1]))
            assert all(first in readable and last in readable for first, last in spans)


def test_batches_are_of_even_length_and_none_is_lost() -> None:
    batches = epoch(ASKED, NOTHING_NEAR, TOKENIZER, POSITIVES, 4)
    assert [len(batch.ids) for batch in batches] == [8] * 5
    lengths = sorted((batch.mask.sum(1).min(), batch.mask.sum(1).max()) for batch in batches)
    assert all(longest <= shortest for (_, longest), (shortest, _) in pairwise(lengths))


def test_what_stands_before_a_passage_is_cut_to_its_room() -> None:
    cls, sep = special(TOKENIZER, "[CLS]"), special(TOKENIZER, "[SEP]")
    assert head_of([7, 8], [], TOKENIZER) == [cls, 7, 8, sep]
    assert head_of([7, 8], [9], TOKENIZER) == [cls, 7, 8, sep, 9, sep]
    assert head_of([7] * 99, [9] * 99, TOKENIZER) == [cls, *[7] * QUESTION_TOKENS, sep, *[9] * TITLE_TOKENS, sep]
