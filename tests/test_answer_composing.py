"""Groups become one answer: below the threshold none, sides where sources conflict, and each sentence cited once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.errors import ArchiveDamaged
from service.answer.candidates import Around, candidates_of
from service.answer.composing import MOST_CITED, Composed, compose, support_of
from service.answer.confidence import Judged
from service.answer.groups import grouped
from service.answer.question import asked
from service.citation import check
from tests.conftest import make_article
from tests.hand_candidates import judged, passage, spans_of

SPAN = make_article("span", "The bridge opened in 1932. It is 503 metres long. Since 1932 it has carried trams.")
ARCH = make_article("arch", "It was in 1931 that it opened. Others say that it opened in 1930.")
BOTH = make_article("both", "The bridge opened in 1932, or in 1931 by another count.")
WHEN = asked("When did the bridge open?")
FLEET = make_article("fleet", "Nigeria, Niger and Chad sent the Ardent, the Bold and the Comet.")
WHICH = asked("Which ships did they send?")


def composed(question: str, *found: Judged, threshold: float = 0.5) -> Composed | None:
    return compose(asked(question), grouped(found), threshold)


def when(*found: Judged, threshold: float = 0.5) -> Composed:
    answer = composed("When did the bridge open?", *found, threshold=threshold)
    assert answer is not None
    return answer


def test_the_questions_are_of_the_kinds_meant() -> None:
    assert (WHEN.kind, WHEN.expects, WHICH.kind) == ("words", "date", "list")


# --- the threshold ----------------------------------------------------------------------------------------------------


def test_below_the_threshold_there_is_no_answer_and_from_it_on_there_is() -> None:
    assert composed("When did the bridge open?", judged(SPAN, "1932", 0.49)) is None
    assert when(judged(SPAN, "1932", 0.5)).text == "1932"


def test_without_candidates_there_is_no_answer_at_any_threshold() -> None:
    assert compose(WHEN, [], 0.0) is None


# --- what is cited ----------------------------------------------------------------------------------------------------


def test_an_answer_is_the_surest_words_with_their_sentence() -> None:
    answer = when(judged(SPAN, "1932", 0.8), judged(FLEET, "Chad", 0.6))
    assert (answer.text, answer.confidence, answer.items, answer.sides) == ("1932", 0.8, (), ())
    (support,) = answer.supports
    assert (support.quote, support.confidence) == ("1932", 0.8)
    assert support.citation.quote == "The bridge opened in 1932."
    check(support.citation, SPAN.text)


def test_a_sentence_is_cited_once_and_another_that_says_the_same_too() -> None:
    answer = when(judged(SPAN, "1932", 0.8), judged(SPAN, "in 1932", 0.7), judged(SPAN, "Since 1932", 0.6))
    assert [(s.quote, s.confidence) for s in answer.supports] == [("1932", 0.8), ("Since 1932", 0.6)]


def test_equal_offsets_of_two_articles_are_two_places() -> None:
    copy = make_article("copy", SPAN.text)
    answer = when(judged(SPAN, "1932", 0.8), judged(copy, "1932", 0.7))
    assert [support.citation.article_id for support in answer.supports] == ["span", "copy"]


@pytest.mark.parametrize(("confidence", "cited"), [(0.3, 2), (0.29, 1)])
def test_what_says_the_same_is_cited_from_half_of_the_threshold(confidence: float, cited: int) -> None:
    assert len(when(judged(SPAN, "1932", 0.8), judged(BOTH, "1932", confidence), threshold=0.6).supports) == cited


def test_no_more_is_cited_than_a_reader_reads() -> None:
    copies = [judged(make_article(f"copy {number}", SPAN.text), "1932", 0.8) for number in range(MOST_CITED + 2)]
    assert [s.citation.article_id for s in when(*copies).supports] == [f"copy {n}" for n in range(MOST_CITED)]


# --- sides ------------------------------------------------------------------------------------------------------------


def test_two_articles_that_conflict_are_two_sides_each_with_its_own_citation() -> None:
    answer = when(judged(SPAN, "1932", 0.8), judged(ARCH, "1931", 0.6), judged(SPAN, "Since 1932", 0.55))
    assert [(side.answer, side.confidence) for side in answer.sides] == [("1932", 0.8), ("1931", 0.6)]
    assert [[s.quote for s in side.supports] for side in answer.sides] == [["1932", "Since 1932"], ["1931"]]
    assert answer.text == "1932; 1931"
    assert answer.supports == answer.sides[0].supports + answer.sides[1].supports


def test_a_side_must_be_as_sure_as_an_answer() -> None:
    assert when(judged(SPAN, "1932", 0.8), judged(ARCH, "1931", 0.49)).sides == ()


def test_one_sentence_does_not_contradict_itself() -> None:
    answer = when(judged(BOTH, "1932", 0.8), judged(BOTH, "1931", 0.7))
    assert (answer.text, answer.sides) == ("1932", ())


def test_two_sentences_of_one_article_may() -> None:
    assert [side.answer for side in when(judged(ARCH, "1931", 0.8), judged(ARCH, "1930", 0.7)).sides] == [
        "1931",
        "1930",
    ]


def test_what_is_no_year_is_no_other_side() -> None:
    assert when(judged(SPAN, "1932", 0.8), judged(FLEET, "Chad", 0.7)).sides == ()


def test_where_nothing_certain_is_expected_nothing_conflicts() -> None:
    answer = composed("Why did it open?", judged(SPAN, "1932", 0.8), judged(ARCH, "1931", 0.7))
    assert answer is not None
    assert answer.sides == ()


def test_an_answer_seen_as_one_side_says_the_same() -> None:
    answer = when(judged(SPAN, "1932", 0.8))
    assert (answer.side.answer, answer.side.confidence, answer.side.supports) == ("1932", 0.8, answer.supports)


# --- lists and yes or no ----------------------------------------------------------------------------------------------


def test_a_list_has_each_item_once_and_every_item_is_cited() -> None:
    found = [judged(FLEET, "the Ardent", 0.9), judged(FLEET, "Bold", 0.8), judged(FLEET, "Ardent", 0.7)]
    answer = compose(WHICH, grouped([*found, judged(FLEET, "Comet", 0.4)]), 0.5)
    assert answer is not None
    assert answer.items == ("the Ardent", "Bold")
    assert answer.text == "the Ardent; Bold"
    assert answer.confidence == 0.9
    assert [support.quote for support in answer.supports] == ["the Ardent", "Bold"]


def test_what_stands_in_an_item_is_no_item_of_its_own_unless_it_is_only_part_of_a_word() -> None:
    question = asked("Which countries sent ships?")
    found = [judged(FLEET, "Nigeria", 0.9), judged(FLEET, "Niger", 0.8), judged(FLEET, "Chad sent", 0.7)]
    answer = compose(question, grouped([judged(FLEET, "and Chad sent the Ardent", 0.95), *found]), 0.5)
    assert answer is not None
    assert "Chad sent" not in answer.items
    assert answer.items[1] == "Nigeria"
    niger = judged(make_article("niger", "The Niger sent one as well."), "Niger", 0.8)
    answer = compose(question, grouped([found[0], niger]), 0.5)
    assert answer is not None
    assert answer.items == ("Nigeria", "Niger")


def test_a_list_has_eight_items_at_most() -> None:
    ships = make_article("ships", "Ardent, Bold, Comet, Eagle, Falcon, Gannet, Heron, Ibis, Jaguar and Kite sailed.")
    names = ["Ardent", "Bold", "Comet", "Eagle", "Falcon", "Gannet", "Heron", "Ibis", "Jaguar", "Kite"]
    answer = compose(WHICH, grouped([judged(ships, name, 0.9) for name in names]), 0.5)
    assert answer is not None
    assert answer.items == tuple(names[:8])


def test_a_yes_no_question_is_answered_with_the_sentence_that_settles_it() -> None:
    answer = composed("Has the bridge carried trams?", judged(SPAN, "carried trams", 0.8), judged(ARCH, "1931", 0.7))
    assert answer is not None
    assert answer.text == "Since 1932 it has carried trams."
    assert [support.quote for support in answer.supports] == ["carried trams"]


# --- a support --------------------------------------------------------------------------------------------------------


def test_who_said_it_is_looked_for_in_the_whole_article_and_not_in_the_passage() -> None:
    said = make_article(
        "said",
        "Admiral Khazdadi arrived on Monday. He said that the port would grow. He also said that a drill would follow.",
    )
    hit = passage(said, said.text.index("He also"))
    (bare,) = candidates_of([hit], [spans_of(hit, ("a drill", 1.0))])
    assert support_of(Judged(bare, 0.8)).said_by is None
    whole = replace(bare, article=Around(said.text))
    assert support_of(Judged(whole, 0.8)).said_by == "Khazdadi"


def test_what_the_article_says_itself_is_nobodys_claim() -> None:
    assert support_of(judged(SPAN, "1932", 0.8)).said_by is None


def test_a_support_leaves_only_if_the_article_has_its_sentence() -> None:
    found = judged(SPAN, "1932", 0.8)
    altered = replace(found.candidate, article=Around(SPAN.text.replace("1932", "1933")))
    with pytest.raises(ArchiveDamaged, match=r"should read 'The bridge opened in 1932\.'.*reads.*1933"):
        support_of(Judged(altered, 0.8))
