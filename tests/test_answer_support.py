"""What a source does not bear out."""

from __future__ import annotations

import pytest

from service.answer.agreement import conflict, same_answer
from service.answer.coverage import coverage, missing
from service.answer.expected import Expects
from service.answer.question import asked
from service.answer.support import contradictions

SALE = (
    "In 2007 the yard agreed to sell Norland five boats of the type K-300PM, also called SA-20, for $800 million. "
    "In June 2010 a resolution of the Security Council banned the sale."
)


@pytest.mark.parametrize(
    "claim",
    [
        "In 2007, Norland was to get 5 K-300PM boats for 800 million dollars.",
        "The price of the five boats was US$800m.",
        "The Security Council banned the sale in 2010.",
        "The sale was banned in June.",
        'The boats are "also called SA-20".',
    ],
)
def test_the_same_in_another_form_is_borne_out(claim: str) -> None:
    assert contradictions(claim, SALE) == ()


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("In 2008 the yard agreed to sell five boats.", '"2008" is not in the source'),
        ("The yard agreed to sell six boats.", '"six" is not in the source'),
        ("The boats cost $900 million.", '"$900 million" is not in the source'),
        ("The boats cost 800 million euros.", '"800 million euros" is not in the source'),
        ("The sale was banned in 2007 or 2011.", '"2011" is not in the source'),
        ("The sale was banned in July 2010.", '"July 2010" is not in the source'),
        ("The yard agreed to sell Sudland five boats.", '"Sudland" is not in the source'),
        ("The yard sold boats of the type K-400.", '"K-400" is not in the source'),
        ('The Council called the sale "a threat to peace".', 'the quotation "a threat to peace" is not in the source'),
    ],
)
def test_what_the_source_does_not_have_is_named(claim: str, reason: str) -> None:
    assert reason in contradictions(claim, SALE)


@pytest.mark.parametrize(
    ("claim", "source", "reason"),
    [
        ("The treaty is legally binding.", "The treaty has no binding legal force.", 'the source says "no"'),
        ("The treaty is not binding.", "The treaty is binding on both.", 'the source does not say "not"'),
        (
            "They signed an agreement on ports.",
            "They reportedly signed an agreement on ports.",
            'the source only says so with "reportedly"',
        ),
        (
            "The two navies compete for influence in the bay.",
            "He rejects as false the reports that the two navies compete for influence in the bay.",
            'the source disputes it ("rejects")',
        ),
    ],
)
def test_what_is_turned_around_is_named(claim: str, source: str, reason: str) -> None:
    assert contradictions(claim, source) == (reason,)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The treaty is not legally binding.", "The treaty has no binding legal force."),
        ("The treaty matters for two reasons.", "The treaty has no legal force. It matters for two reasons."),
        ("They may have signed an agreement on ports.", "They reportedly signed an agreement on ports."),
    ],
)
def test_what_is_denied_and_doubted_in_both_is_borne_out(claim: str, source: str) -> None:
    assert contradictions(claim, source) == ()


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("It sailed in the 1990s.", "It sailed in 1995."),
        ("From 1980 to 1988 it sailed.", "In 1980 it set out. It was home in 1988."),
    ],
)
def test_a_wider_time_is_borne_out(claim: str, source: str) -> None:
    assert contradictions(claim, source) == ()


def test_a_narrower_time_is_not() -> None:
    assert contradictions("It sailed in 1995.", "It sailed in the 1990s.") == ('"1995" is not in the source',)


def test_a_title_and_a_date_before_the_source_count() -> None:
    claim = "On January 20, 2015 Anna Berg signed it."
    assert contradictions(claim, "On January 20 Berg signed it.") != ()
    assert contradictions(claim, "Anna Berg in the south. 2015-02-01. On January 20 Berg signed it.") == ()


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("What did Finland buy in 2010?", "In 2000 Finland bought arms.", ["2010"]),
        ("What did Finland buy in 2010?", "In June 2010 the Finns bought arms.", []),
        ("What did Helsinki buy?", "Finnish officials bought arms.", []),
        ("What did Ivashof say in Washigton?", "Ivashov, in Washington, said so.", []),
        ("Where does the S-300 stand?", "The S-300PMU-1 stands there.", []),
        ("What is the OSCE?", "The Organization for Security and Cooperation in Europe is a body.", []),
        ("What did Iran say?", "Iraq said so.", ["Iran"]),
        ("What did Austria say?", "Australia said so.", ["Austria"]),
        ('Who called it "a turning point"?', "Berg called it a turning point.", []),
        ('Who called it "a turning point"?', "Berg called it a mistake.", ["a turning point"]),
        ("Who sold the 40 launchers?", "Berg sold forty launchers.", []),
        ("Who sold the 40 launchers?", "Berg sold 45 launchers.", ["40"]),
        ("Who came in the summer of 2015?", "Berg came in August 2015.", []),
    ],
)
def test_what_a_text_never_mentions_is_missing(question: str, text: str, expected: list[str]) -> None:
    assert [given.text for given in missing(asked(question).given, text)] == expected


def test_coverage_is_the_share_of_what_is_given() -> None:
    found = coverage(asked("How many launchers did Finland order in 2010?").given, "Finland ordered launchers in 2000.")
    assert found.share("name") == 1
    assert found.share("date") == 0
    assert found.share("word") == 1
    assert found.share() == 3 / 4
    assert found.share("phrase") == 1
    assert [given.text for given in found.missing_of("date", "number")] == ["2010"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jan. 20", "January 20"),
        ("January 20, 2015", "20 January"),
        ("the 1990s", "nineties"),
        ("1980-88", "1980 to 1988"),
        ("Khatami", "Mohammad Khatami"),
        ("Hossein Dehghan", "Hussein Dehghan"),
        ("OSCE", "the Organization for Security and Cooperation in Europe"),
        ("USA", "the United States"),
        ("five", "five boats"),
        ("5", "five"),
        ("$800 million", "800 million dollars"),
        ("6.1 percent", "6.1%"),
        ("air strikes", "air strikes on the port"),
    ],
)
def test_two_wordings_of_one_answer_are_one(one: str, other: str) -> None:
    assert same_answer(one, other)
    assert same_answer(other, one)
    assert not conflict(one, other, "who")


@pytest.mark.parametrize(
    ("one", "other", "expects"),
    [
        ("2007", "in 2008", "year"),
        ("June 2010", "July 2010", "date"),
        ("$4 billion", "$13 billion", "money"),
        ("three", "two", "number"),
        ("three days", "three weeks", "duration"),
        ("Sergei Shoigu", "Hossein Dehghan", "person"),
        ("Tehran", "Moscow", "place"),
        ("Yes", "No", None),
    ],
)
def test_two_values_of_what_was_asked_conflict(one: str, other: str, expects: Expects | None) -> None:
    assert not same_answer(one, other)
    assert conflict(one, other, expects)
    assert conflict(other, one, expects)


@pytest.mark.parametrize(
    ("one", "other", "expects"),
    [
        ("30 days", "one month", "duration"),
        ("Anzali", "Iran", "place"),
        ("Anna Berg", "the commander of the fleet", "who"),
        ("$4 billion", "three days", "money"),
        ("an alliance", "a treaty", None),
    ],
)
def test_what_may_both_be_right_does_not_conflict(one: str, other: str, expects: Expects | None) -> None:
    assert not conflict(one, other, expects)
