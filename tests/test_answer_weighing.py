"""What speaks for a candidate, each number by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from service.answer.candidates import Candidate, candidates_of
from service.answer.dates import date_words
from service.answer.question import asked
from service.answer.secondlook import UNREAD, SecondLook
from service.answer.weighing import NUMBERS, Asking
from tests.conftest import make_article
from tests.hand_candidates import candidate, passage, spans_of

PORT = make_article(
    "port",
    "General Ivashov reached Bandar in 2015. Tugs met the frigate there.",
    "Nine yachts lay in the bay for 17 days.",
    title="A visit",
    published="2015-10-03",
)
FIRST = PORT.text.index("\n\n")
"""The first paragraph is one passage, the second another."""


def measured(
    question: str, *found: Candidate, cosines: Sequence[float] = (), looks: Sequence[SecondLook] = ()
) -> list[dict[str, float]]:
    """The numbers of each candidate by name."""
    windows = date_words(question).windows
    rows = Asking(
        asked(question), windows, found, cosines or [0.0] * len(found), looks or [UNREAD] * len(found)
    ).numbers()
    assert rows.shape == (len(found), len(NUMBERS))
    return [dict(zip(NUMBERS, row.tolist(), strict=True)) for row in rows]


def of(question: str, words: str, article: Any = PORT) -> dict[str, float]:  # noqa: ANN401
    (row,) = measured(question, candidate(article, words, hit=passage(article, 0, FIRST)))
    return row


# --- what the reader and the search say -------------------------------------------------------------------------------


def test_the_readers_scores_are_the_spans_and_the_passages() -> None:
    hit = passage(PORT)
    found = candidates_of([hit], [replace(spans_of(hit, ("Bandar", 1.5), ("bay", -0.5)), score=2.5)])
    assert [(row["span"], row["passage"]) for row in measured("Where?", *found)] == [(1.5, 2.5), (-0.5, 2.5)]


def test_the_lead_is_over_the_best_other_answer_and_not_over_the_same_one_again() -> None:
    hit = passage(PORT)
    again = make_article("again", "He reached Bandar.")
    hits = [hit, passage(again, rank=2)]
    readings = [spans_of(hit, ("Bandar", 3.0), ("bay", 1.0)), spans_of(hits[1], ("Bandar", 2.0))]
    found = candidates_of(hits, readings)
    assert [(c.text, row["lead"]) for c, row in zip(found, measured("Where?", *found), strict=True)] == [
        ("Bandar", 3.0 - 1.0),
        ("Bandar", 2.0 - 1.0),
        ("bay", 1.0 - 3.0),
    ]


def test_an_answer_without_a_rival_leads_one_that_is_out_of_the_question() -> None:
    assert measured("Where?", candidate(PORT, "Bandar", 3.0))[0]["lead"] == 3.0 - (-10.0)


def test_the_search_counts_by_rank_words_and_cosine_and_by_what_it_is_behind_the_best() -> None:
    near = candidate(PORT, "Bandar", hit=passage(PORT, rank=1, dense=0.75, lexical=0.5))
    far = candidate(PORT, "bay", hit=passage(PORT, rank=4, dense=0.5))
    found = candidate(PORT, "Tugs", hit=passage(PORT, rank=5, lexical=1.0))
    rows = measured("Where?", near, far, found)
    assert [row["rank"] for row in rows] == [1 / 1, 1 / 4, 1 / 5]
    assert [row["cosine"] for row in rows] == [0.75, 0.5, 0.0]
    assert [row["cosine_lag"] for row in rows] == [0.0, 0.5 - 0.75, 0.0 - 0.75]
    assert [row["words"] for row in rows] == [0.5, 0.0, 1.0]


def test_the_sentences_own_cosine_and_what_it_is_behind_the_best_sentence() -> None:
    rows = measured("Where?", candidate(PORT, "Bandar"), candidate(PORT, "bay"), cosines=[0.25, 0.75])
    assert [(row["sentence_cosine"], row["sentence_lag"]) for row in rows] == [(0.25, 0.25 - 0.75), (0.75, 0.0)]


# --- what the question asks for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "words", "fits", "misfits"),
    [
        ("How many yachts lay in the bay?", "Nine", 1, 0),
        ("How many yachts lay in the bay?", "Tugs", 0, 1),
        ("In which year did he come?", "2015", 1, 0),
        ("Why did he come?", "2015", 0, 0),
    ],
)
def test_an_answer_of_the_kind_asked_for_fits(question: str, words: str, fits: float, misfits: float) -> None:
    (row,) = measured(question, candidate(PORT, words))
    assert (row["fits"], row["misfits"]) == (fits, misfits)


def test_an_answer_that_repeats_the_question_echoes_it() -> None:
    rows = measured("Who met the frigate?", candidate(PORT, "Tugs met the frigate"), candidate(PORT, "Tugs"))
    assert [row["echo"] for row in rows] == [pytest.approx(2 / 3), 0.0]


def test_words_that_tell_nothing_are_all_echo() -> None:
    assert measured("Who?", candidate(PORT, "there"))[0]["echo"] == 1.0


@pytest.mark.parametrize(
    ("question", "flags"),
    [
        ("Who reached Bandar?", ()),
        ("Did Ivashov reach Bandar?", ("yes_no",)),
        ("Which ships reached Bandar?", ("list",)),
        ("frigate bandar", ("keywords",)),
        ("Who reached Bandar, and when did he leave?", ("parts",)),
    ],
)
def test_the_kind_of_question_is_the_same_for_every_candidate(question: str, flags: tuple[str, ...]) -> None:
    for row in measured(question, candidate(PORT, "Bandar"), candidate(PORT, "bay")):
        assert [name for name in ("yes_no", "list", "keywords", "parts") if row[name]] == list(flags)


def test_the_length_is_of_the_words_on_a_log_scale() -> None:
    assert measured("Where?", candidate(PORT, "Bandar"))[0]["length"] == pytest.approx(math.log(len("Bandar")))


# --- what the text speaks of ------------------------------------------------------------------------------------------


def test_names_are_looked_for_in_the_sentence_and_the_passage() -> None:
    row = of("Did Ivashov and Shoigu see tugs?", "Tugs")
    assert row["names_in_sentence"] == 0 / 2
    assert row["names_in_passage"] == 1 / 2


def test_numbers_and_dates_are_exact() -> None:
    row = of("What happened in 2015 for 17 days?", "Tugs")
    assert row["exact_in_passage"] == 1 / 2  # the year alone
    undated = replace(PORT, published=None)
    assert of("What happened in 2015 for 17 days?", "Tugs", undated)["exact_in_sentence"] == 0 / 2
    assert row["exact_in_sentence"] == 1 / 2  # the date of publication speaks for every sentence


def test_plain_words_count_in_any_inflection() -> None:
    row = of("Did a yacht meet frigates?", "Tugs")
    found = [row[f"words_in_{part}"] for part in ("sentence", "passage")]
    assert found == pytest.approx([1 / 3, 1 / 3])  # met is no inflection that a stemmer knows


def test_what_is_not_asked_for_is_not_missed() -> None:
    row = of("Who?", "Tugs")
    assert {name: row[name] for name in NUMBERS if "_in_" in name and "window" not in name} == {
        f"{kind}_in_{part}": 1.0 for kind in ("names", "exact", "words") for part in ("sentence", "passage")
    }


@pytest.mark.parametrize(
    ("question", "instead"),
    [
        ("Did General Ivashov reach Bandar in 2015?", (0, 0, 0)),
        ("Did General Shoigu reach Bandar in 2015?", (1, 0, 0)),
        ("Did General Ivashov reach Bandar in 2010?", (0, 0, 1)),
    ],
)
def test_what_the_sentence_says_instead_counts(question: str, instead: tuple[float, float, float]) -> None:
    row = of(question, "Bandar")
    assert (row["another_name"], row["name_elsewhere"], row["another_time"]) == instead


def test_the_title_speaks_for_every_sentence() -> None:
    assert of("What was the visit?", "Tugs")["words_in_sentence"] == 1.0


@pytest.mark.parametrize(
    ("question", "published", "within"),
    [
        ("Who came in 2015?", None, (1.0, 0.0)),
        ("Who came in 2010?", None, (0.0, 1.0)),
        ("Who came in 2010?", "2010-05-01", (1.0, 0.0)),
        ("Who came?", None, (0.0, 0.0)),
        ("Who came, in articles from 2010?", None, (0.0, 0.0)),  # that limits the search
    ],
)
def test_a_passage_of_the_time_asked_for_is_in_its_window(
    question: str, published: str | None, within: tuple[float, float]
) -> None:
    dated = make_article("port", *PORT.text.split("\n\n"), published=published)
    row = of(question, "Bandar", dated)
    assert (row["in_window"], row["out_of_window"]) == within


def test_a_passage_without_any_time_is_neither_in_nor_out() -> None:
    calm = make_article("calm", "Tugs met the frigate there.")
    (row,) = measured("Who came in 2015?", candidate(calm, "Tugs"))
    assert (row["in_window"], row["out_of_window"]) == (0.0, 0.0)


def test_only_other_articles_whose_reading_is_not_unlikely_agree() -> None:
    texts = {
        "a": "He reached Bandar. Bandar is a port.",
        "b": "They lay at Bandar.",
        "c": "Bandar burned.",
        "d": "Lagos.",
    }
    hits = [passage(make_article(name, text), rank=rank) for rank, (name, text) in enumerate(texts.items(), 1)]
    scores = [1.0, -1.5, -2.5, 1.0]
    readings = [
        spans_of(hit, ("Lagos" if hit.citation.article_id == "d" else "Bandar", score))
        for hit, score in zip(hits, scores, strict=True)
    ]
    found = candidates_of(hits, readings)
    counted = {c.article_id: row["agreeing"] for c, row in zip(found, measured("Where?", *found), strict=True)}
    assert counted == {"a": 1.0, "b": 1.0, "c": 2.0, "d": 0.0}


def test_no_candidates_are_no_rows() -> None:
    assert measured("Where?") == []


def test_a_second_look_counts_as_it_is_and_one_that_was_not_taken_as_such() -> None:
    found = candidates_of([passage(PORT)], [spans_of(passage(PORT), ("Bandar", 1.5), ("bay", -0.5))])
    taken, not_taken = measured("Where?", *found, looks=[SecondLook(2.5, 3.5, same=True), UNREAD])
    assert [taken[name] for name in ("span_again", "passage_again", "same_again", "not_again")] == [2.5, 3.5, 1, 0]
    assert not_taken["not_again"] == 1
    assert not_taken["span_again"] < -10
