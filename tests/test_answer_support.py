"""What a source does not bear out."""

from __future__ import annotations

import pytest

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
