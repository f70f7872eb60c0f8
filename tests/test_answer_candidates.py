"""Spans become candidates: each with its sentence, each place once, every character cut from the article."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.answer.candidates import Around, candidates_of
from service.citation import check
from service.reader.reading import Reading, Span
from tests.conftest import make_article
from tests.hand_candidates import candidate, passage, spans_of

BRIDGE = make_article(
    "bridge",
    "The bridge opened in 1932. It is 503 metres long. Trams cross it.",
    "Nobody has counted them since 1958.",
    title="A bridge",
)
TEXT = BRIDGE.text
SECOND = TEXT.index("It is")


def test_the_context_is_the_sentence_around_the_words() -> None:
    found = candidate(BRIDGE, "503 metres")
    assert (found.text, found.context) == ("503 metres", "It is 503 metres long.")
    assert TEXT[slice(*found.words)] == "503 metres"
    assert TEXT[slice(*found.sentence)] == "It is 503 metres long."
    assert found.article_id == "bridge"


def test_words_over_the_end_of_a_sentence_have_both_sentences_around_them() -> None:
    assert candidate(BRIDGE, "1932. It is 503").context == "The bridge opened in 1932. It is 503 metres long."
    assert candidate(BRIDGE, "1932. It is 503 metres long. Trams").context == TEXT.split("\n\n")[0]


def test_offsets_are_the_articles_and_not_the_passages() -> None:
    found = candidate(BRIDGE, "503", hit=passage(BRIDGE, SECOND))
    assert found.words == (TEXT.index("503"), TEXT.index("503") + len("503"))
    assert found.sentence == (SECOND, SECOND + len("It is 503 metres long."))


def test_a_citation_is_the_articles_slice_with_the_articles_metadata() -> None:
    citation = candidate(BRIDGE, "503", hit=passage(BRIDGE, SECOND)).citation()
    check(citation, TEXT)
    assert citation.quote == "It is 503 metres long."
    assert (citation.article_id, citation.edition, citation.title) == ("bridge", BRIDGE.edition, "A bridge")
    assert citation.locator == f"bridge#{SECOND}-{SECOND + len('It is 503 metres long.')}"


def test_a_passage_that_begins_within_a_sentence_shows_what_it_has_of_it() -> None:
    assert candidate(BRIDGE, "1932", hit=passage(BRIDGE, TEXT.index("opened"))).context == "opened in 1932."


def test_around_is_the_article_where_it_is_at_hand_and_else_the_passage() -> None:
    hit = passage(BRIDGE, SECOND, TEXT.index("Trams"))
    assert candidate(BRIDGE, "503", hit=hit).around == Around(TEXT, 0)
    (bare,) = candidates_of([hit], [spans_of(hit, ("503", 1.0))])
    assert bare.around == Around("It is 503 metres long. ", SECOND)


def test_the_likeliest_comes_first_whatever_passage_it_is_in() -> None:
    tram = make_article("tram", "The tram has run since 1931.")
    hits = [passage(BRIDGE), passage(tram, rank=2)]
    readings = [spans_of(hits[0], ("1958", -1.0), ("1932", 0.5)), spans_of(hits[1], ("1931", 0.25))]
    assert [found.text for found in candidates_of(hits, readings)] == ["1932", "1931", "1958"]


def test_ties_go_by_article_id_and_then_by_offset() -> None:
    a, b = make_article("a", "One or two."), make_article("b", "Three or four.")
    hits = [passage(b), passage(a, rank=2)]
    readings = [spans_of(hits[0], ("four", 1.0), ("Three", 1.0)), spans_of(hits[1], ("two", 1.0), ("One", 1.0))]
    assert [found.text for found in candidates_of(hits, readings)] == ["One", "two", "Three", "four"]


@pytest.mark.parametrize(("first", "second", "kept"), [(1.0, 3.0, 1), (3.0, 1.0, 0)])
def test_where_passages_overlap_one_place_is_one_candidate_and_the_likelier(
    first: float, second: float, kept: int
) -> None:
    hits = [passage(BRIDGE, 0, TEXT.index("Trams")), passage(BRIDGE, SECOND, rank=2)]
    readings = [spans_of(hits[0], ("503 metres", first)), spans_of(hits[1], ("It is 503", second))]
    (found,) = candidates_of(hits, readings)
    assert found.hit is hits[kept]
    assert found.span.score == 3.0


def test_neighbours_are_two_places_and_so_are_equal_words_of_two_articles() -> None:
    hits = [passage(BRIDGE), passage(BRIDGE, SECOND, rank=2), passage(make_article("copy", TEXT), rank=3)]
    readings = [spans_of(hits[0], ("503", 3.0)), spans_of(hits[1], (" metres", 2.0)), spans_of(hits[2], ("503", 1.0))]
    assert [(c.article_id, c.text) for c in candidates_of(hits, readings)] == [
        ("bridge", "503"),
        ("bridge", " metres"),
        ("copy", "503"),
    ]


def test_without_spans_there_are_no_candidates() -> None:
    assert candidates_of([], []) == []
    assert candidates_of([passage(BRIDGE)], [Reading(-9.0, ())]) == []


def test_every_passage_must_have_been_read() -> None:
    with pytest.raises(ValueError, match="shorter"):
        candidates_of([passage(BRIDGE)], [])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_the_reader_marks_is_within_its_sentence_and_cited_to_the_letter(data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(TEXT) - 1), "passage from")
    end = data.draw(st.integers(begin + 1, len(TEXT)), "to")
    start = data.draw(st.integers(0, end - begin - 1), "words from")
    stop = data.draw(st.integers(start + 1, end - begin), "to")
    (found,) = candidates_of([passage(BRIDGE, begin, end)], [Reading(0.0, (Span(start, stop, 0.0),))])
    assert found.text == TEXT[begin + start : begin + stop] == TEXT[slice(*found.words)]
    assert begin <= found.sentence[0] <= found.words[0] < found.words[1] <= found.sentence[1] <= end
    check(found.citation(), TEXT)
