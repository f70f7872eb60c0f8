from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from indexer.archive import Archive
from indexer.build import index_articles
from indexer.errors import BadQuery, BadRecord
from service.shapes import answer_json
from service.verify import ArchiveTexts, ArticleFile, Verdict, verdict_as_json, verify_document
from tests import hand_answers as hand
from tests.fakes import WordEmbedder


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return hand.bridge_archive(tmp_path_factory.mktemp("verify") / "archive")


@pytest.fixture(scope="module")
def exported(archive: Archive) -> dict[str, Any]:
    """One citation, ``The bridge opened in 1932.``, whose words are ``1932`` at 21-25."""
    shape: dict[str, Any] = json.loads(json.dumps(answer_json(hand.answer(hand.opened(archive)))))
    assert shape["support"][0]["words"] == [21, 25]
    return shape


def verdict_after(exported: dict[str, Any], text: str, place: Path) -> Verdict:
    """What becomes of the answer when its article's text is another."""
    archive = hand.bridge_archive(place)
    index_articles(archive, WordEmbedder(), [hand.article("span", text)])
    (verdict,) = verify_document(exported, ArchiveTexts(archive.snapshot()))
    return verdict


def test_an_exported_answer_holds_in_its_archive_and_so_do_its_words(archive: Archive) -> None:
    for answer in (hand.disagreement(archive), hand.listing(archive), hand.written(archive), hand.abstention(archive)):
        exported = json.loads(json.dumps(answer_json(answer)))
        verdicts = verify_document(exported, ArchiveTexts(archive.snapshot()))
        assert {verdict.status for verdict in verdicts} == {"exact"}
        judged = [words for verdict in verdicts for words in verdict.words]
        assert [words.words.quote for words in judged] == [support["quote"] for support in exported["support"]]
        assert all(words.stands and words.found == (words.words.start, words.words.end) for words in judged)


def test_it_holds_against_the_articles_file_alone(exported: dict[str, Any], tmp_path: Path) -> None:
    place = tmp_path / "span.txt"
    place.write_text(hand.TEXTS["span"])
    (verdict,) = verify_document(exported, ArticleFile(place))
    assert (verdict.status, verdict.words[0].stands) == ("exact", True)


def test_words_move_with_their_sentence(exported: dict[str, Any], tmp_path: Path) -> None:
    verdict = verdict_after(exported, f"Updated. {hand.TEXTS['span']}", tmp_path / "archive")
    assert (verdict.status, verdict.words[0].found) == ("moved", (21 + 9, 25 + 9))


def test_words_that_an_edition_replaced_are_named(exported: dict[str, Any], tmp_path: Path) -> None:
    verdict = verdict_after(exported, hand.TEXTS["span"].replace("1932", "1933"), tmp_path / "archive")
    (words,) = verdict.words
    assert (verdict.status, verdict.verified, words.stands) == ("changed", False, False)
    assert [(change.removed, change.added) for change in words.changes] == [("1932", "1933")]
    assert "of the answering words '1932', '1932' became '1933'" in verdict.message
    assert verdict_as_json(verdict)["words"] == [
        {
            "quote": "1932",
            "words": [21, 25],
            "stands": False,
            "found": None,
            "changes": [{"removed": "1932", "removed_at": [21, 25], "added": "1933", "added_at": [21, 25]}],
        }
    ]


def test_words_beside_the_change_are_said_to_be(exported: dict[str, Any], tmp_path: Path) -> None:
    verdict = verdict_after(exported, hand.TEXTS["span"].replace("opened", "was opened"), tmp_path / "archive")
    assert (verdict.status, verdict.words[0].stands, verdict.words[0].changes) == ("changed", True, ())
    assert "'1932' are not among the changes" in verdict.message


def test_words_of_a_sentence_that_left_nothing_behind_are_gone(exported: dict[str, Any], tmp_path: Path) -> None:
    verdict = verdict_after(exported, "Weather tomorrow: rain in the north.", tmp_path / "archive")
    assert (verdict.status, verdict.words[0].stands) == ("changed", False)
    assert "the answering words '1932' are gone" in verdict.message


@pytest.mark.parametrize(
    ("support", "there"),
    [
        ({"quote": "1933"}, "'1932'"),
        ({"words": [20, 24]}, "' 193'"),
        ({"words": [27, 29], "quote": "It"}, "''"),
        ({"words": [25, 21]}, "''"),
        ({"words": [21, 21], "quote": ""}, None),
    ],
)
def test_words_that_are_not_the_quotes_were_altered(
    archive: Archive, exported: dict[str, Any], support: dict[str, Any], there: str | None
) -> None:
    forged = copy.deepcopy(exported)
    forged["support"][0] |= support
    (verdict,) = verify_document(forged, ArchiveTexts(archive.snapshot()))
    assert (verdict.status, verdict.verified) == ("false", False)
    assert there is None or f"reads {there} there: it was altered" in verdict.message


@pytest.mark.parametrize("altered", ["1933", "1932 or 1933", "The bridge opened in 1932. Twice."])
def test_an_answer_that_its_citations_do_not_say_was_altered(
    archive: Archive, exported: dict[str, Any], altered: str
) -> None:
    for make in (hand.disagreement, hand.listing):
        with pytest.raises(BadRecord, match="is not cut from what it cites"):
            verify_document(answer_json(make(archive)) | {"answer": altered}, ArchiveTexts(archive.snapshot()))
    with pytest.raises(BadRecord, match="is not cut from what it cites: it was altered"):
        verify_document(exported | {"answer": altered}, ArchiveTexts(archive.snapshot()))


@pytest.mark.parametrize("parts", [{"items": 5, "sides": True}, {"items": [3, None]}, {"sides": ["x", {}, 1]}])
def test_parts_that_are_none_do_not_hide_an_altered_answer(
    archive: Archive, exported: dict[str, Any], parts: dict[str, Any]
) -> None:
    with pytest.raises(BadRecord, match="is not cut from what it cites"):
        verify_document(exported | {"answer": "1933"} | parts, ArchiveTexts(archive.snapshot()))


def test_a_whole_sentence_or_a_yes_is_an_answer(archive: Archive, exported: dict[str, Any]) -> None:
    for answer in ("The bridge opened in 1932.", "The bridge\nopened in 1932.", "Yes"):
        verify_document(exported | {"answer": answer, "kind": "yes-no"}, ArchiveTexts(archive.snapshot()))


def test_what_is_altered_throughout_does_not_hold(archive: Archive, exported: dict[str, Any]) -> None:
    forged = json.loads(json.dumps(exported).replace("1932", "1933"))
    (verdict,) = verify_document(forged, ArchiveTexts(archive.snapshot()))
    assert (verdict.status, verdict.words[0].stands) == ("false", False)


@pytest.mark.parametrize(
    "support",
    [None, {}, [], "1932", [3], [{}], [{"words": [21], "quote": "1932"}], [{"words": [True, 25], "quote": "1932"}]],
)
def test_support_that_is_none_is_a_bad_record(archive: Archive, exported: dict[str, Any], support: object) -> None:
    with pytest.raises(BadRecord, match="pressmark ask --json"):
        verify_document(exported | {"support": support}, ArchiveTexts(archive.snapshot()))


def test_an_answer_without_citations_has_nothing_to_verify(archive: Archive) -> None:
    with pytest.raises(BadQuery, match="no citation"):
        verify_document(answer_json(hand.answer()), ArchiveTexts(archive.snapshot()))
