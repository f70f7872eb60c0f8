"""What an answer is worth, against hand arithmetic and against what the words themselves say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.answer_measures import citation_scores, exact_match, is_right, word_f1, words_of
from eval.gold import Span
from service.answer.records import Support
from service.citation import Citation

TEXT = "Two ships, the Volgodonsk and the Makhachkala, trained at Anzaili. Three Iranian ones met them in August."
FIRST = (0, TEXT.index("Three") - 1)
SECOND = (TEXT.index("Three"), len(TEXT))


def cited(start: int, end: int, article: str = "drill", text: str = TEXT) -> Support:
    quote = text[start:end]
    citation = Citation(article, "ab" * 32, None, (), None, None, None, start, end, quote)
    return Support(citation, (start, end), 0.5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The quick, brown fox.", ["quick", "brown", "fox"]),
        ("A/B and an O'Neill", ["ab", "and", "oneill"]),  # punctuation goes first, so that A is no article here
        ("a-the an", ["athe"]),
        ("10th and 11th centuries", ["10th", "and", "11th", "centuries"]),
        ("“Typographic”", ["“typographic”"]),  # SQuAD's script knows ASCII punctuation only
        (" \t the \n", []),
        ("theatre another", ["theatre", "another"]),
    ],
)
def test_words_are_those_that_squad_counts(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("said", "answers", "em", "f1"),
    [
        ("France", ["France"], 1, 1),
        ("the france!", ["France"], 1, 1),
        ("in the 10th and 11th centuries", ["10th and 11th centuries"], 0, 2 * (4 / 5) * 1 / (4 / 5 + 1)),
        ("10th", ["the first half of the 10th century", "10th century"], 0, 2 * 1 * (1 / 2) / (1 + 1 / 2)),
        ("no no no", ["no"], 0, 2 * (1 / 3) * 1 / (1 / 3 + 1)),  # a word counts as often as both have it
        ("Denmark", ["Rollo"], 0, 0),
        ("", ["Rollo"], 0, 0),
        ("the", ["a"], 1, 1),
        ("Rollo", [], 0, 0),
    ],
)
def test_em_and_f1_are_the_best_over_the_answers(said: str, answers: list[str], em: float, f1: float) -> None:
    assert exact_match(said, answers) == em
    assert word_f1(said, answers) == pytest.approx(f1)


@given(st.text(), st.lists(st.text(), min_size=1, max_size=3))
def test_f1_is_a_share_and_no_less_than_em(said: str, answers: list[str]) -> None:
    assert 0 <= exact_match(said, answers) <= word_f1(said, answers) <= 1
    assert word_f1(said, [said]) == exact_match(said, [said]) == 1
    assert word_f1(said, answers) == pytest.approx(max(word_f1(answer, [said]) for answer in answers))


EVIDENCE = ((Span("drill", *FIRST),), (Span("drill", *SECOND),))
SHIPS = "the Volgodonsk and the Makhachkala"


@pytest.mark.parametrize(
    ("said", "supports", "answers", "right"),
    [
        # F1: 1 of 3 words said is 1/2, for 2 * 1 / (1 + 3); 1 of 4 is less
        ("Volgodonsk", [], [SHIPS], True),
        ("Volgodonsk", [], ["Volgodonsk, Makhachkala, Joshan, Peika"], False),
        # the answer stands in what is said, in a row and only so
        (TEXT, [], ["Anzaili"], True),
        (TEXT, [], ["Volgodonsk and Makhachkala"], True),
        (TEXT, [], ["Makhachkala Volgodonsk"], False),
        # a part of the answer is said, and all of it cited: where the evidence is, or it does not count
        ("Volgodonsk", [cited(*FIRST)], ["two ships: the Volgodonsk and the Makhachkala at Anzaili"], True),
        (
            "Volgodonsk",
            [cited(*FIRST, "elsewhere")],
            ["two ships: the Volgodonsk and the Makhachkala at Anzaili"],
            False,
        ),
        ("Volgodonsk", [cited(0, 20)], ["two ships: the Volgodonsk and the Makhachkala at Anzaili"], False),
        # other words of the right sentence are said
        ("trained", [cited(*FIRST)], [SHIPS], False),
        # an answer in two parts: words 2 ships trained at anzaili 3 iranian ones in august, of which each half holds 5
        ("ships", [cited(*FIRST)], ["two ships trained at Anzaili; three Iranian ones in August"], False),
        (
            "ships",
            [cited(*FIRST), cited(*SECOND)],
            ["two ships trained at Anzaili; three Iranian ones in August"],
            True,
        ),
        # a sentence cannot hold the word yes
        (TEXT[slice(*SECOND)], [cited(*SECOND)], ["Yes: three against two", "Yes"], True),
        (TEXT[slice(*SECOND)], [cited(*SECOND, "elsewhere")], ["Yes"], False),
        ("No idea", [], ["No"], True),  # 2 * 1 / (2 + 1)
        ("", [cited(*FIRST)], [SHIPS], False),
        ("", [], ["the"], False),
    ],
)
def test_what_is_right_is_what_a_reader_would_call_so(
    said: str, supports: list[Support], answers: list[str], right: bool
) -> None:
    assert is_right(said, supports, answers, EVIDENCE) is right


def test_a_citation_that_half_lies_in_the_evidence_lies_in_it() -> None:
    evidence = ((Span("drill", 10, 30),),)
    for start, end, lies in [(0, 20, True), (0, 19, False), (20, 90, True), (21, 90, False), (14, 16, True)]:
        precision, recall = citation_scores([cited(start, end)], evidence)
        assert recall == float(lies), (start, end)
        assert precision == pytest.approx((min(end, 30) - max(start, 10)) / (end - start))


def test_citations_are_scored_by_the_characters_cited_and_the_pieces_found() -> None:
    evidence = ((Span("drill", 0, 40), Span("copy", 100, 140)), (Span("drill", 60, 80),))
    # 40 characters of the first piece, in its copy, and 10 that are no evidence
    assert citation_scores([cited(100, 140, "copy", "x" * 200), cited(50, 60)], evidence) == (40 / 50, 1 / 2)
    # what two citations share counts once
    assert citation_scores([cited(0, 40), cited(20, 40), cited(60, 80)], evidence) == (1.0, 1.0)
    assert citation_scores([], evidence) == (0.0, 0.0)
    assert citation_scores([cited(0, 40)], ()) == (0.0, 0.0)
