"""What makes a text a copy of another, and a passage one that says nothing new."""

from __future__ import annotations

import pytest

from indexer.duplicates import Wording, bands_of, resembles, signature_of, word_runs

TEXT = (
    "The ministry said on Tuesday that 41 ships had passed the strait during the week, more than in any week since the "
    "spring, and that the navy did not stop any of them although two had been warned over the radio before they left."
)


def test_a_text_covers_itself_and_its_parts() -> None:
    wording = Wording.of(TEXT)
    assert wording.covers(TEXT)
    assert wording.covers(TEXT[: len(TEXT) // 2].rpartition(" ")[0])
    assert wording.covers(TEXT.upper())
    assert not wording.covers("")
    assert not wording.covers("Another story altogether, about a court and a case.")


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("41", "42"),
        ("41", "4.1"),
        ("did not stop", "did stop"),
        ("had been", "had never been"),
        ("had been", "hadn't been"),
        ("Tuesday", "Monday"),
        ("The ministry", "The Rival ministry"),
    ],
)
def test_a_changed_number_name_or_negation_is_never_covered_either_way(said: str, changed: str) -> None:
    padding = " ".join(f"word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(120))
    other = TEXT.replace(said, changed, 1) + " " + padding
    assert other != TEXT + " " + padding
    assert not Wording.of(TEXT + " " + padding).covers(other)
    assert not Wording.of(other).covers(TEXT + " " + padding)


def test_short_texts_are_formulas_not_copies() -> None:
    assert signature_of("Dow closes up 1.2 per cent.") == b""
    assert bands_of(b"") == []


def test_signatures_of_copies_share_bands_and_of_others_do_not() -> None:
    mine = set(bands_of(signature_of(TEXT)))
    assert len(mine) == 32
    assert mine & set(bands_of(signature_of(TEXT.replace("41", "42"))))
    assert not mine & set(bands_of(signature_of(" ".join(f"w{i}" for i in range(60)))))


def test_one_text_inside_another_resembles_it() -> None:
    assert resembles(word_runs(TEXT), word_runs(TEXT + " And more was said by nobody in particular on that day."))
    assert not resembles(word_runs(TEXT), word_runs("short"))
