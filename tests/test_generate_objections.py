"""The example articles against themselves: each sentence bears itself out, and none made from it by one change."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from indexer.sentences import split_sentences
from service.generate.objections import objections

SEEDS = Path(__file__).parent.parent / "seeds"
SENTENCES = [
    paragraph[start:end]
    for file in sorted(SEEDS.glob("*.md"))
    for paragraph in file.read_text().split("---\n", 2)[2].split("\n\n")
    for start, end in split_sentences(paragraph)
    if end - start > 40
]


def test_every_sentence_bears_itself_out() -> None:
    assert len(SENTENCES) > 150
    assert [sentence for sentence in SENTENCES if objections(sentence, sentence)] == []


def test_no_sentence_bears_out_another() -> None:
    pairs = [(claim, source) for claim, source in pairwise(SENTENCES) if claim != source]
    assert [claim for claim, source in pairs if not objections(claim, source)] == []


@pytest.mark.parametrize(
    ("pattern", "change"),
    [
        (r"(?<!\w)\d+(?!\w)", lambda match: str(int(match[0]) + 1)),
        (r"\b(?:is|was|were|are|has|had|will)\b(?! not)", lambda match: f"{match[0]} not"),
        (r"\b(?:military|political|Russian)\b", lambda match: f"secretly {match[0]}"),
        (r"\bRussia\b(?=.*\bIran\b)", lambda match: "Iran"),
        (r"\b(?:the|a) (?=[a-z]+)", lambda match: f"{match[0]}only "),
    ],
)
def test_one_change_is_one_too_many(pattern: str, change: re.Match[str]) -> None:
    changed = [(re.sub(pattern, change, sentence, count=1), sentence) for sentence in SENTENCES]  # type: ignore[call-overload]
    changed = [(claim, source) for claim, source in changed if claim != source]
    assert len(changed) >= 10
    assert [claim for claim, source in changed if not objections(claim, source)] == []


def swapped(sentence: str, one: str, other: str) -> str:
    return re.sub(rf"\b(?:{one}|{other})\b", lambda match: other if match[0] == one else one, sentence)


def test_two_names_that_change_places_are_two_other_statements() -> None:
    both = [sentence for sentence in SENTENCES if "Iran" in sentence and "Russia" in sentence]
    changed = [(swapped(sentence, "Iran", "Russia"), sentence) for sentence in both]
    changed = [(claim, source) for claim, source in changed if claim != source]
    assert len(changed) >= 10
    assert [claim for claim, source in changed if not objections(claim, source)] == []


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Ivashov signed a memorandum.", "General Ivashov, who was ill, signed a naval memorandum with Iran."),
        ("In 2015, Ivashov signed a memorandum.", "Ivashov signed a memorandum in 2015."),
        ("Ivashov signed a memorandum in 2015.", "In October 2015 Ivashov signed a memorandum."),
        ("In Tehran, Ivashov signed it.", "Ivashov signed it in Tehran."),
        ("The fourteen Russian ships came.", "The 14 Russian ships came late."),
        ("Iran did not buy it.", "Iran didn't buy it."),
    ],
)
def test_a_shorter_or_turned_sentence_is_borne_out(claim: str, source: str) -> None:
    assert objections(claim, source) == ()


def test_an_order_of_times_is_kept_where_there_are_several() -> None:
    source = "In 2015 Iran signed and in 2016 Russia paid."
    assert objections("In 2015 Iran signed.", source) == ()
    assert objections("In 2016 Russia paid.", source) == ()
    assert objections("In 2015 Russia paid.", source) == ('the source says "2015" of something else',)
    assert objections("In 2016 Iran signed.", source) != ()
