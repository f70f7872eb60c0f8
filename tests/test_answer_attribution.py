"""Whose claim words are. In each text the words asked about stand between the marks [ and ]."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answer.attribution import said_by, speaker


def speaker_of(marked: str) -> str | None:
    start = marked.index("[")
    text = marked.replace("[", "").replace("]", "")
    return speaker(text, said_by(text, start, marked.index("]") - 1))


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ('"We shall sail [in May]," Anna Berg said.', "Anna Berg"),
        ("“We shall sail [in May],” Anna Berg said.", "Anna Berg"),
        ('"We shall sail [in May]," said Anna Berg, the harbour master.', "Anna Berg"),
        ('"We shall sail [in May]," said Admiral Anna Berg.', "Anna Berg"),
        ('Anna Berg said: "We shall sail [in May]."', "Anna Berg"),
        ('Anna Berg told reporters: "The fleet is ready. It shall sail [in May]. Nobody will stop it."', "Anna Berg"),
        ('Anna Berg came home. "We shall sail [in May]," she said.', "Anna Berg"),
        ('"The fleet is ready," Anna Berg said. "It shall sail [in May]."', "Anna Berg"),
        ('Anna Berg called the treaty ["a turning point"].', "Anna Berg"),
        ('Among its aims is to end what Norland regards as ["hostile acts"].', "Norland"),
        ('"We have won," said Anna Berg.\n\nShe added, "The fleet [sails in May]."', "Anna Berg"),
        ('"We shall sail [in May]," former Swedish Ambassador to Finland Anna Berg said in an interview.', "Anna Berg"),
    ],
)
def test_a_quotation_is_the_speakers(marked: str, expected: str) -> None:
    assert speaker_of(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("Berg said that the fleet would sail [in May].", "Berg"),
        ("Anna Berg, the harbour master, said that the fleet would sail [in May].", "Anna Berg"),
        ("Norland's ambassador to Sudland, Anna Berg, told the paper that they would sail [in May].", "Anna Berg"),
        ("President Anna Berg warned that the fleet would sail [in May].", "Anna Berg"),
        ("Many analysts have suggested that the fleet will sail [in May].", "Many analysts"),
        ("Officials in Norland, for their part, have noted that it sails [in May].", "Officials in Norland"),
        ("The drill, Berg writes, will be held [in May].", "Berg"),
        ("The drill will be held [in May], Berg said.", "Berg"),
        ("The drill will be held [in May], said Anna Berg.", "Anna Berg"),
        ("According to Anna Berg, the drill will be held [in May].", "Anna Berg"),
        ("The drill will be held [in May], according to Norland media.", "Norland media"),
        ("According to these commentaries, the two are [disturbed].", "these commentaries"),
        ("In Berg's view, the treaty is [modest].", "Berg"),
        (
            "An estimate by the Institute for Ports, according to which they lost [five ships], is new.",
            "Institute for Ports",
        ),
        ("Others claimed that it would sail [in May].", "Others"),
        ("Berg rejects as false the reports of [a rivalry] in the bay.", "Berg"),
        ("Berg denied that the fleet would sail [in May].", "Berg"),
        ("Berg does not believe that the fleet will sail [in May].", "Berg"),
        ("Berg, 54, believes that the fleet will sail [in May].", "Berg"),
        ("Anna Berg, 54, the harbour master, said that the fleet would sail [in May].", "Anna Berg"),
        ("In Berg's account, the fleet sailed [in May].", "Berg"),
        ("To Berg's mind the fleet should sail [in May].", "Berg"),
        ("Iran sold the tanks in 2010, but according to Moscow, the price was [low].", "Moscow"),
        ("The fleet sails according to plan, according to Berg, [in May].", "Berg"),
        ("The minister called Berg a liar [in May].", "The minister"),
    ],
)
def test_a_reported_claim_is_the_speakers(marked: str, expected: str) -> None:
    assert speaker_of(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("Berg said that Lund had denied that it would sail [in May].", "Berg"),
        ("Anna Berg came to the port. The drill, she added, will be held [in May].", "Anna Berg"),
        ("Interviewed by the Courier, she said it would sail [in May].", None),
        ("Anna Berg drew up the plan. Interviewed by the Courier, she said it would sail [in May].", "Anna Berg"),
        ("NNA, the news agency of Norland, spoke of it. The talks, it noted, were held [in May].", "NNA"),
        ("Berg and her hosts spoke. They said that it would sail [in May].", None),
        ("He and his hosts announced that it would sail [in May].", None),
    ],
)
def test_the_outermost_speaker_is_named_and_a_pronoun_only_where_it_is_plain(marked: str, expected: str | None) -> None:
    assert speaker_of(marked) == expected


@pytest.mark.parametrize(
    "marked",
    [
        "The fleet will sail [in May].",
        "The reports said to be false were about [the fleet].",
        'The treaty is a ["modest"] one.',
        "The island is called [Farholm].",
        "Norland concluded a treaty [in May].",
        "Berg said nothing; the fleet sailed [in May].",
        "Berg said that it was late, but the fleet sailed [in May].",
        "[Anna Berg] said that the fleet would sail.",
        "Reports of a fleet were read [in May].",
        "The claims took another turn [in May].",
        "The Gulf states, Norland among them, bought [ships].",
        "The court did not rule on Berg's claim to [the patent].",
        "It should conclude agreements with [Norland].",
        "The bank paid [five million] dollars to the minister's account in Geneva.",
        "The bank keeps [five million] dollars in the minister's account in Geneva.",
        "Everything went according to plan and the ships left Anzali [on Monday].",
        "The ships left [on Monday], according to the original timetable.",
        "Iran sold the tanks in [2010], but according to Moscow, the price was low.",
        "Iran sold the tanks in [2010]; according to Moscow, the price was low.",
        "Iran sold the tanks in [2010]; in Berg's view, the price was low.",
        "Iran sold the tanks in [2010], while a low price was reported by Berg.",
        "The city called Anzali lies on the coast and has [100,000 people].",
        'The ship called "Anzali" sailed [in May].',
        "Mr. Petrov did not say that [the tanks] were sold.",
        "Berg hasn't said that the fleet will sail [in May].",
    ],
)
def test_the_articles_own_words_are_nobodys(marked: str) -> None:
    assert speaker_of(marked) is None


@given(st.text(alphabet='Ab ,."“”\nsaid he', max_size=80), st.data())
def test_any_span_of_any_text_is_looked_at_without_an_error(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = said_by(text, start, end)
    assert found is None or 0 <= found[0] < found[1] <= len(text)
