from __future__ import annotations

import dataclasses
import json
import random
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.errors import ArchiveDamaged, BadQuery, BadRecord, NotAnArticle
from indexer.records import edition_of
from service.citation import Citation, as_json, cite_span
from service.verify import ArticleFile, Change, Verdict, citations_in, verdict_as_json, verify
from tests.test_citation import article, cited

TEXT = (
    "The bridge opened in 1932.\n\n"
    "It was built by 1,400 workers over eight years. Six million rivets hold it together.\n\n"
    "Nobody paints it all at once."
)


class Held:
    """A source of the texts given, by id."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts

    def text_of(self, article_id: str) -> tuple[str, str] | None:
        text = self.texts.get(article_id)
        return None if text is None else (edition_of(text), text)


def quoted(quote: str, text: str = TEXT, article_id: str = "a") -> Citation:
    start = text.index(quote)
    return cite_span(dataclasses.replace(article(text), id=article_id), text, start, start + len(quote))


def verdict_on(citation: Citation, text: str) -> Verdict:
    (verdict,) = verify([citation], Held(a=text))
    return verdict


def test_the_same_edition_verifies_exactly() -> None:
    verdict = verdict_on(quoted("eight years"), TEXT)
    assert (verdict.status, verdict.verified, verdict.found, verdict.changes) == ("exact", True, None, ())


def test_a_quote_before_the_change_is_unchanged() -> None:
    verdict = verdict_on(quoted("opened in 1932"), TEXT + " Ever.")
    assert (verdict.status, verdict.verified) == ("unchanged", True)
    assert edition_of(TEXT)[:12] in verdict.message
    assert edition_of(TEXT + " Ever.")[:12] in verdict.message


def test_a_quote_that_stands_elsewhere_has_moved_there() -> None:
    verdict = verdict_on(quoted("eight years"), f"Updated. {TEXT}")
    start = TEXT.index("eight years") + len("Updated. ")
    assert (verdict.status, verdict.verified, verdict.found) == ("moved", True, (start, start + 11))
    assert verdict.locator == f"a#{start}-{start + 11}"


def test_of_several_new_places_the_nearest_is_given_and_the_number_said() -> None:
    verdict = verdict_on(quoted("it", "xxxx it"), "it. xxit, it")
    assert (verdict.status, verdict.found) == ("moved", (6, 8))
    assert "stands 3 times" in verdict.message


def test_a_changed_quote_is_compared_word_by_word_with_what_replaced_it() -> None:
    citation = quoted("It was built by 1,400 workers over eight years.")
    text = "The bridge.\n\nIt was built by about 1,600 workers over ten years. Six million rivets."
    verdict = verdict_on(citation, text)
    stretch = "It was built by about 1,600 workers over ten years."
    assert (verdict.status, verdict.verified) == ("changed", False)
    assert verdict.found == (text.index(stretch), text.index(stretch) + len(stretch))
    start = citation.start
    assert verdict.changes == (
        Change("1,400", (start + 16, start + 21), "about 1,600", (29, 40)),
        Change("eight", (start + 35, start + 40), "ten", (54, 57)),
    )


def test_a_first_word_replaced_does_not_pull_in_the_sentence_before() -> None:
    verdict = verdict_on(quoted("Nobody paints it all at once."), f"{TEXT[:-29]}Everybody paints it all at once.")
    assert [(change.removed, change.added) for change in verdict.changes] == [("Nobody", "Everybody")]


def test_a_word_removed_from_the_end_leaves_nothing_in_its_place() -> None:
    verdict = verdict_on(quoted("over eight years"), TEXT.replace("over eight years.", "over eight."))
    assert [(change.removed, change.added) for change in verdict.changes] == [("years", "")]


def test_other_white_space_is_a_change_without_words() -> None:
    verdict = verdict_on(quoted("eight years. Six million"), TEXT.replace("years. Six", "years.\nSix"))
    assert (verdict.status, verdict.changes) == ("changed", ())
    assert "other white space" in verdict.message


def test_a_quote_that_left_nothing_behind_is_compared_with_nothing() -> None:
    verdict = verdict_on(quoted("Six million rivets hold"), "Weather tomorrow: rain in the north.")
    assert (verdict.status, verdict.found, verdict.changes) == ("changed", None, ())
    assert "pressmark show a" in verdict.message


def test_the_stretch_is_found_deep_in_a_long_text() -> None:
    words = random.Random(7).choices([f"word{n}" for n in range(3000)], k=100_000)
    text = " ".join(words)
    place = len(" ".join(words[:60_000])) + 1
    passage = words[60_000:60_040]
    quote = " ".join(["first", *passage[1:20], "inserted", *passage[20:]])
    verdict = verdict_on(quoted(quote, quote), text)
    assert verdict.found == (place, place + len(" ".join(passage)))
    assert [(change.removed, change.added) for change in verdict.changes] == [
        ("first", words[60_000]),
        ("inserted", ""),
    ]


def test_scripts_without_spaces_are_compared_sign_by_sign() -> None:
    quote = "橋は一九三二年に開通した。"
    verdict = verdict_on(quoted(quote, quote), "序文。橋は一九三三年に開通した。")
    assert [(change.removed, change.added) for change in verdict.changes] == [("二", "三")]


def test_an_article_that_is_not_there_is_gone() -> None:
    (verdict,) = verify([quoted("eight years")], Held(b=TEXT))
    assert (verdict.status, verdict.verified) == ("gone", False)
    assert "'a'" in verdict.message


def test_a_forged_quote_is_false_and_shows_what_was_forged() -> None:
    citation = dataclasses.replace(quoted("1,400 workers"), quote="9,900 workers")
    verdict = verdict_on(citation, TEXT)
    assert (verdict.status, verdict.verified, verdict.found) == ("false", False, None)
    assert "'1,400 workers'" in verdict.message
    assert [(change.removed, change.added) for change in verdict.changes] == [("9,900", "1,400")]


def test_shifted_offsets_are_false_and_the_quotes_place_is_given() -> None:
    true = quoted("eight years")
    verdict = verdict_on(dataclasses.replace(true, start=true.start + 1, end=true.end + 1), TEXT)
    assert (verdict.status, verdict.found) == ("false", (true.start, true.end))


def test_a_span_beyond_the_text_is_false() -> None:
    true = quoted("eight years")
    verdict = verdict_on(dataclasses.replace(true, start=1000, end=1011), TEXT)
    assert verdict.status == "false"
    assert f"only {len(TEXT)} characters" in verdict.message


def test_a_text_that_is_not_its_edition_is_refused() -> None:
    class Altered:
        def text_of(self, article_id: str) -> tuple[str, str] | None:
            return edition_of(TEXT), TEXT.replace("1932", "1923")

    with pytest.raises(ArchiveDamaged, match="pressmark doctor"):
        verify([quoted("eight years")], Altered())


def test_verdicts_keep_the_order_and_number_of_the_citations() -> None:
    several = [quoted("eight"), quoted("rivets", article_id="b"), quoted("1932"), quoted("eight")]
    verdicts = verify(several, Held(a=TEXT))
    assert [verdict.citation for verdict in verdicts] == several
    assert [verdict.status for verdict in verdicts] == ["exact", "gone", "exact", "exact"]


@given(cited())
def test_every_citation_of_every_text_verifies_exactly(given_: tuple[Citation, str]) -> None:
    citation, text = given_
    (verdict,) = verify([citation], Held(**{citation.article_id: text}))
    assert (verdict.status, verdict.verified) == ("exact", True)


@given(cited(), st.data())
def test_one_other_character_in_the_quote_is_never_exact(given_: tuple[Citation, str], data: st.DataObject) -> None:
    citation, text = given_
    at = data.draw(st.integers(citation.start, citation.end - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"]))
    assume(other != text[at])
    altered = text[:at] + other + text[at + 1 :]
    (replaced,) = verify([citation], Held(**{citation.article_id: altered}))
    assert replaced.status in {"moved", "changed"}
    if replaced.status == "moved":
        assert replaced.found is not None
        assert altered[slice(*replaced.found)] == citation.quote
    # The same character forged into the citation instead of the text.
    quote = altered[citation.start : citation.end]
    (forged,) = verify([dataclasses.replace(citation, quote=quote)], Held(**{citation.article_id: text}))
    assert forged.status == "false"


WORDS = st.lists(st.sampled_from(["a", "b", "cat", "dog", "sat", "on", ".", ","]), min_size=1, max_size=30)


@given(WORDS, WORDS, WORDS, WORDS)
def test_changes_turn_the_quote_into_what_was_found(
    before: list[str], quote: list[str], now: list[str], after: list[str]
) -> None:
    citation = quoted(" ".join(quote), " ".join(quote))
    citation = dataclasses.replace(citation, start=citation.start + 5, end=citation.end + 5)
    text = " ".join(before + now + after)
    verdict = verdict_on(citation, text)
    assume(verdict.status == "changed" and verdict.found is not None)
    assert verdict.found is not None
    rebuilt = citation.quote
    for change in reversed(verdict.changes):
        first, last = (at - citation.start for at in change.removed_at)
        assert citation.quote[first:last] == change.removed
        assert text[slice(*change.added_at)] == change.added
        rebuilt = f"{rebuilt[:first]} {change.added} {rebuilt[last:]}"
    assert rebuilt.split() == text[slice(*verdict.found)].split()


def test_a_verdict_is_json_with_its_new_locator() -> None:
    citation = quoted("eight years")
    shape = json.loads(json.dumps(verdict_as_json(verdict_on(citation, f"Updated. {TEXT}"))))
    assert shape.pop("citation") == as_json(citation)
    assert shape == {
        "status": "moved",
        "verified": True,
        "message": shape["message"],
        "found": [citation.start + 9, citation.end + 9],
        "locator": f"a#{citation.start + 9}-{citation.end + 9}",
        "changes": [],
    }


# Files


def test_a_file_alone_verifies_and_says_when_it_has_another_name(tmp_path: Path) -> None:
    path = tmp_path / "renamed.txt"
    path.write_text(TEXT, encoding="utf-8")
    source = ArticleFile(path)
    held = source.text_of("renamed.txt")
    assert held is not None
    citation = quoted("eight years", held[1], "renamed.txt")
    (same,) = verify([citation], source)
    (other,) = verify([dataclasses.replace(citation, article_id="example.org/bridge")], source)
    assert (same.status, other.status) == ("exact", "exact")
    assert "renamed.txt" not in same.message
    assert "'renamed.txt'" in other.message
    assert "'example.org/bridge'" in other.message


def test_a_file_of_several_articles_answers_by_id(tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    lines = [json.dumps({"id": key, "text": f"{TEXT} {key}"}) for key in ("one", "two")]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    source = ArticleFile(path)
    held = source.text_of("two")
    assert held is not None
    assert held[1].endswith("two")
    assert source.text_of("three") is None


def test_a_file_without_an_article_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("", encoding="utf-8")
    with pytest.raises(NotAnArticle):
        ArticleFile(path)
    with pytest.raises(NotAnArticle):
        ArticleFile(tmp_path / "missing.txt")


# Exported documents

ONE, TWO = quoted("eight years"), quoted("1932")


def hit(citation: Citation) -> dict[str, object]:
    return {"rank": 1, "score": 0.5, "citation": as_json(citation), "highlights": []}


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (as_json(ONE), [ONE]),
        ([as_json(ONE), as_json(TWO), as_json(ONE)], [ONE, TWO]),
        (hit(ONE), [ONE]),
        ([hit(TWO), as_json(ONE)], [TWO, ONE]),
        ({"query": "q", "hits": [hit(ONE), hit(TWO)], "next": None}, [ONE, TWO]),
        ({"question": "q", "answer": "a", "citations": [as_json(TWO)], "nearest": [hit(ONE), hit(TWO)]}, [TWO, ONE]),
        ({"question": "q", "answer": None, "citations": [], "nearest": [hit(ONE)]}, [ONE]),
    ],
)
def test_citations_are_found_in_every_exported_shape(document: object, found: list[Citation]) -> None:
    assert citations_in(json.loads(json.dumps(document))) == found


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "holds no citation"),
        (None, "holds no citation"),
        ("a#1-2", "holds no citation"),
        ([], "no citation in this document"),
        ({"hits": []}, "no citation in this document"),
        ({"hits": None}, r"\$\.hits is a list"),
        ({"hits": [hit(ONE), {"rank": 2}]}, r"\$\.hits\[1\] holds no citation"),
        ([as_json(ONE), 3], r"\$\[1\] holds no citation: '3'"),
        ([[as_json(ONE)]], r"\$\[0\] holds no citation"),
        ({"citation": None}, r"\$\.citation holds no citation"),
    ],
)
def test_a_document_without_citations_is_refused(document: object, said: str) -> None:
    with pytest.raises(BadQuery, match=said):
        citations_in(document)


def test_a_broken_citation_is_named_by_its_place() -> None:
    broken = as_json(ONE) | {"quote": "eighty years"}
    with pytest.raises(
        BadRecord, match=r"\$\.hits\[0\]\.citation: the quote of a#.* has 12 characters and its span 11"
    ):
        citations_in({"hits": [{"citation": broken}]})
