"""An answer taken apart as it comes: the same sentences and citations, however it is cut into pieces."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.generate.sentences import Claim, Sentences

ANSWER = """**Answer:** The memo was signed in 2015 by Gen. Ivashov [1]. It cost $1.5 million [1, 2].  It binds.[2][3]
According to the U.S. Navy, 【1】 it sailed! [4†source]
- Item one [1-3]
- Item two
  continues [2](http://x.y/z).

[3] A leading mark says so. Nothing is cited here.
# Heading
2. Final [^1] "quoted." [1] End [99]"""
CLAIMS = [
    Claim("The memo was signed in 2015 by Gen. Ivashov.", (1,)),
    Claim("It cost $1.5 million.", (1, 2)),
    Claim("It binds.", (2, 3)),
    Claim("According to the U.S. Navy, it sailed!", (1, 4)),
    Claim("Item one", (1, 2, 3)),
    Claim("Item two continues.", (2,)),
    Claim("A leading mark says so.", (3,)),
    Claim("Nothing is cited here.", ()),
    Claim("Heading", ()),
    Claim('Final "quoted."', (1,)),
    Claim("End", (99,)),
]


def taken(pieces: list[str]) -> list[Claim]:
    sentences = Sentences()
    return [claim for piece in pieces for claim in sentences.take(piece)] + list(sentences.rest())


def test_sentences_have_their_citations_and_no_markup() -> None:
    assert taken([ANSWER]) == CLAIMS


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 40), min_size=1))
def test_the_pieces_do_not_matter(sizes: list[int]) -> None:
    pieces: list[str] = []
    start = 0
    while start < len(ANSWER):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(ANSWER[start : start + size])
        start += size
    assert taken(pieces) == CLAIMS


@pytest.mark.parametrize(
    ("mark", "cites"),
    [
        ("[1]", (1,)),
        ("[1][2]", (1, 2)),
        ("[1] [2]", (1, 2)),
        ("[1, 2]", (1, 2)),
        ("[1; 3 and 2]", (1, 3, 2)),
        ("[2, 2]", (2,)),
        ("[0]", (0,)),
        ("[99]", (99,)),
        ("[1–3]", (1, 2, 3)),
        ("[3-1]", (3, 1)),
        ("[1-999999999]", (1, 999999999)),
        ("【1】", (1,)),
        ("［2］", (2,)),
        ("[Passage 2]", (2,)),
        ("[passages 1 and 2]", (1, 2)),
        ("[^2]", (2,)),
        ("(1)", ()),
        ("[a]", ()),
        ("[" + "9" * 5000 + "]", ()),
    ],
)
@pytest.mark.parametrize("form", ["It sank {}.", "It sank. {}", "It sank.{}", "{} It sank.", "It {} sank."])
def test_every_form_of_citation_is_read(form: str, mark: str, cites: tuple[int, ...]) -> None:
    assert tuple(number for claim in taken([form.format(mark)]) for number in claim.cites) == cites


def test_a_citation_after_the_full_stop_is_of_the_sentence_before() -> None:
    assert taken(["It sank. [1] It rose. [2]"]) == [Claim("It sank.", (1,)), Claim("It rose.", (2,))]


def test_a_sentence_is_given_when_the_next_has_begun_and_not_at_the_end_only() -> None:
    sentences = Sentences()
    assert list(sentences.take("It sank in 2015 [1]. ")) == []
    found = list(sentences.take("The navy then said that nobody was to blame for what had happened there"))
    assert found == [Claim("It sank in 2015.", (1,))]


def test_a_script_without_spaces_is_taken_apart() -> None:
    assert taken(["船沉了。[1]船又浮了。[2]"]) == [Claim("船沉了。", (1,)), Claim("船又浮了。", (2,))]


@given(st.text(max_size=200))
def test_no_text_is_an_error_and_none_leaves_half_a_character(text: str) -> None:
    for claim in taken([text, "\ud83d", "\ude00 \ud800."]):
        claim.text.encode()
        assert claim.text.strip()


@pytest.mark.parametrize("text", ["." * 2000, "[1," * 700, " " * 2000, "a. " * 700, "“.”" * 700, "*`_" * 700])
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    taken(list(text))
    assert time.process_time() - started < 5
