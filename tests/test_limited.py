from __future__ import annotations

import gc
import json
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.errors import UnknownArticle
from indexer.filters import Filter
from indexer.records import Article, PartialDate
from service.locator import Locator
from service.search import Mode, Results, Searcher, SearchOptions
from service.shapes import results_json
from service.status import status_of
from tests.fakes import WordEmbedder
from tests.hand_answers import article

TIMES, POST = "The Bridge Times", "Harbour Post"
_SHARED = "The old bridge over the river was closed on Monday after engineers found cracks in the third pier of it."


def _by(publisher: str | None, name: str, text: str, day: int = 1) -> Article:
    return replace(
        article(name, text), publisher=publisher, published=PartialDate(2015, 3, day), authors=(f"A {name}",)
    )


OURS = [
    _by(TIMES, "t/bridge", "The bridge opened in 1932. It carries trains and cars over the harbour every day."),
    _by(TIMES, "t/port", "The port was dredged for larger ships. The harbour master spoke of a bridge to the west."),
    _by(TIMES, "t/copy", _SHARED, 9),
]
THEIRS = [
    _by(POST, "p/codename", "The merger is called operation Zirconium. The bridge is part of the harbour deal.", 2),
    _by(POST, "p/ships", "Ships of the navy wait in the harbour. The zirconium price rose and rose again.", 3),
    _by(POST, "p/copy", _SHARED, 4),
    _by("The Bridge Times Weekend", "w/bridge", "A weekend on the bridge with the harbour children.", 5),
    _by(None, "n/bridge", "Nobody says who published this line about the bridge and the harbour.", 6),
]


def archive_of(place: Path, articles: list[Article]) -> Archive:
    archive = open_or_create(place, WordEmbedder())
    index_articles(archive, WordEmbedder(), articles)
    return archive


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return archive_of(tmp_path_factory.mktemp("limited") / "whole", THEIRS[:2] + OURS + THEIRS[2:])


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return archive_of(tmp_path_factory.mktemp("limited") / "alone", OURS)


def _said(results: Results, digits: int = 3) -> object:
    """All that a response says, scores rounded; the mean length of a passage is the one thing that scores may tell."""
    shape = json.loads(json.dumps(results_json(results, explain=True)), parse_float=lambda n: round(float(n), digits))
    for field in ("generation", "took_ms", "phases_ms", "next"):
        del shape[field]
    return shape


QUERIES = (
    "bridge",
    "harbour ships",
    "zirconium",
    "zirconum merger",
    '"operation Zirconium"',
    "bridge -harbour",
    "cracks",
)


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
@pytest.mark.parametrize("query", QUERIES)
def test_a_part_answers_as_an_archive_of_its_own(whole: Archive, alone: Archive, query: str, mode: Mode) -> None:
    options = SearchOptions(mode=mode)
    theirs = Searcher(whole, WordEmbedder()).within([TIMES]).search(query, options)
    own = Searcher(alone, WordEmbedder()).search(query, options)
    assert [hit.citation for hit in theirs.hits] == [hit.citation for hit in own.hits]
    if mode == "dense":
        assert _said(theirs) == _said(own)
    assert (theirs.total, theirs.notes, bool(theirs.next)) == (own.total, own.notes, bool(own.next))
    assert [hit.also_published_by for hit in theirs.hits] == [hit.also_published_by for hit in own.hits]


def test_how_many_others_hold_a_word_does_not_change_its_score(tmp_path: Path) -> None:
    """Texts of one length, so that the mean length of a passage, which is counted over all, stays."""
    ours = [
        _by(TIMES, f"t/{n}", f"The bridge of {word} stands here.") for n, word in enumerate(("iron", "wood", "zinc"))
    ]
    archive = archive_of(tmp_path / "archive", ours)
    part = Searcher(archive, WordEmbedder()).within([TIMES])
    options = SearchOptions(mode="lexical")
    before = [hit.score for hit in part.search("zinc bridge", options).hits]
    index_articles(archive, WordEmbedder(), [_by(POST, f"p/{n}", f"The zinc of {n}m stays here.") for n in range(40)])
    after = part.search("zinc bridge", options)
    assert [hit.score for hit in after.hits] == pytest.approx(before, rel=1e-5)
    everybody = Searcher(archive, WordEmbedder()).search("zinc bridge", options)
    by_id = {hit.citation.article_id: hit.score for hit in everybody.hits}
    assert by_id["t/2"] != pytest.approx(before[0], rel=1e-2), "the whole archive weighs the word by all of it"


def test_a_passage_that_only_repeats_anothers_copy_is_seen_where_that_copy_is_not(whole: Archive) -> None:
    everything = Searcher(whole, WordEmbedder())
    (shown,) = [hit for hit in everything.search("cracks in the third pier").hits if "pier" in hit.citation.quote]
    assert shown.citation.article_id == "p/copy"
    assert [line.id for line in shown.also_published_by] == ["t/copy"]
    (ours,) = [
        hit
        for hit in everything.within([TIMES]).search("cracks in the third pier").hits
        if "pier" in hit.citation.quote
    ]
    assert ours.citation.article_id == "t/copy"
    assert ours.also_published_by == ()


def test_what_is_not_theirs_is_unknown_in_the_words_for_what_is_not_there(whole: Archive) -> None:
    snapshot = whole.limited([TIMES]).snapshot()
    said = []
    for name in ("p/codename", "w/bridge", "n/bridge", "x/codename"):
        with pytest.raises(UnknownArticle) as caught:
            snapshot.article(name)
        said.append(str(caught.value).replace(name, "ID"))
        with pytest.raises(UnknownArticle):
            Searcher(whole, WordEmbedder()).within([TIMES]).similar(Locator(name))
    assert len(set(said)) == 1


def test_lists_counts_and_names_are_of_the_part(whole: Archive, alone: Archive) -> None:
    part, own = whole.limited([TIMES]).snapshot(), alone.snapshot()
    assert part.article_ids() == own.article_ids() == sorted(one.id for one in OURS)
    assert part.article_lines(Filter(), "", 100) == own.article_lines(Filter(), "", 100)
    assert part.distinct("publisher") == own.distinct("publisher") == [(TIMES, 3)]
    assert part.counts() == own.counts()
    assert part.sources() == []
    assert len(part.vectors()[0]) == len(own.vectors()[0])


def test_the_status_of_a_part_is_that_of_an_archive_of_its_own_but_for_what_is_on_the_disk(
    whole: Archive, alone: Archive
) -> None:
    apart = {"archive", "generation", "bytes", "dense"}
    theirs, own = status_of(whole.limited([TIMES]), None), status_of(alone, None)
    assert {k: v for k, v in theirs.items() if k not in apart} == {k: v for k, v in own.items() if k not in apart}
    assert theirs["bytes"] is theirs["dense"] is None


def test_more_like_this_is_of_the_part(whole: Archive, alone: Archive) -> None:
    options = SearchOptions(k=50)
    theirs = Searcher(whole, WordEmbedder()).within([TIMES]).similar(Locator("t/port"), options)
    assert _said(theirs) == _said(Searcher(alone, WordEmbedder()).similar(Locator("t/port"), options))


def test_filters_narrow_a_part_and_never_widen_it(whole: Archive) -> None:
    part = Searcher(whole, WordEmbedder()).within([TIMES])
    for limits in (Filter(publishers=(POST,)), Filter(articles=("p/codename",)), Filter(authors=("p/ships",))):
        assert part.search("bridge", SearchOptions(filter=limits)).total == 0
    assert part.search("publisher:Bridge harbour").total == 3
    assert {line.publisher for line in whole.limited([TIMES]).snapshot().article_lines(Filter(), "", 99)} == {TIMES}


def test_a_part_of_a_part_is_what_both_leave(whole: Archive) -> None:
    assert whole.limited([TIMES, POST]).limited([POST, "Nobody"]).snapshot().distinct("publisher") == [(POST, 3)]
    assert whole.limited([TIMES]).limited([POST]).snapshot().article_ids() == []


def test_nobodys_articles_are_an_empty_archive_that_can_be_searched(whole: Archive) -> None:
    for names in ([], ["Nobody"]):
        part = Searcher(whole, WordEmbedder()).within(names)
        for query in QUERIES:
            for mode in ("hybrid", "dense", "lexical"):
                results = part.search(query, SearchOptions(mode=mode))
                assert (results.total, results.hits) == (0, ())


def test_what_is_removed_is_gone_from_a_part_with_the_next_response_and_what_comes_is_there(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "archive", OURS + THEIRS)
    part = Searcher(archive, WordEmbedder()).within([TIMES])
    assert part.search("dredged").hits[0].citation.article_id == "t/port"
    with archive.writer() as writer:
        writer.remove(["t/port"])
        writer.commit()
    results = part.search("dredged")
    assert (results.total, results.generation) == (2, archive.generation)
    index_articles(
        archive, WordEmbedder(), [_by(TIMES, "t/new", "A new line on dredged sand."), _by(POST, "p/x", "dredged")]
    )
    assert {hit.citation.article_id for hit in part.search("dredged").hits} == {"t/new", "t/bridge", "t/copy"}
    assert archive.refresh() == archive.generation


def test_an_article_that_changes_hands_changes_parts(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "archive", OURS)
    part = archive.limited([TIMES])
    assert "t/bridge" in part.snapshot().article_ids()
    index_articles(archive, WordEmbedder(), [replace(OURS[0], publisher=POST)])
    assert "t/bridge" not in part.snapshot().article_ids()
    assert archive.limited([POST]).snapshot().article_ids() == ["t/bridge"]


def test_a_large_part_counts_words_by_its_rows(whole: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("indexer.snapshot._FEW_PASSAGES", 0)
    archive = archive_of(tmp_path / "archive", OURS + THEIRS)
    few = Searcher(whole, WordEmbedder()).within([TIMES]).search("zirconum harbour bridge")
    many = Searcher(archive, WordEmbedder()).within([TIMES]).search("zirconum harbour bridge")
    assert [hit.citation for hit in few.hits] == [hit.citation for hit in many.hits]
    assert np.allclose([hit.score for hit in few.hits], [hit.score for hit in many.hits], atol=1e-5)


_WIRE = (
    "The harbour master closed both quays on Friday after the storm had torn a crane from its rails, and the pilots "
    "were told to wait beyond the breakwater until the wind from the north had fallen under forty knots. "
)
_LATE = "The fishing fleet stayed in the inner basin for two nights while divers looked at the broken rails there. "


def _copies() -> tuple[list[Article], list[Article]]:
    """Ours and others': what links two of ours is theirs; what covers two of ours; which of ours is theirs, earlier."""
    words = [f"word{n}" for n in range(100)]
    first, second = " ".join(words[:80]), " ".join(words[20:])
    again = replace(_by(TIMES, "t/again", _WIRE * 2, 6), title="The storm, again")
    ours = [
        _by(TIMES, "t/lone", _LATE * 2 + "Nobody spoke of it.", 9),
        replace(_by(TIMES, "t/wire", _WIRE * 2, 5), title="The storm"),
        again,
        _by(TIMES, "t/one", first, 3),
        _by(TIMES, "t/two", second, 3),
    ]
    theirs = [
        _by(POST, "p/lone", _LATE * 2 + "Somebody spoke of it.", 1),
        replace(_by(POST, "p/wire", _WIRE * 2, 1), title="A storm"),
        replace(again, id="p/again", publisher=POST, published=PartialDate(2015, 3, 2)),
        _by(POST, "p/both", " ".join(words), 1),
    ]
    return ours, theirs


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, Archive]:
    folder = tmp_path_factory.mktemp("copied")
    ours, theirs = _copies()
    return archive_of(folder / "whole", theirs + ours), archive_of(folder / "alone", ours)


def test_copies_are_linked_by_what_exists_alone(copied: tuple[Archive, Archive]) -> None:
    whole, alone = copied
    part, own = whole.limited([TIMES]).snapshot(), alone.snapshot()
    assert whole.snapshot().counts()["linked copies"] > own.counts()["linked copies"] == 2
    assert part.counts() == own.counts()


@pytest.mark.parametrize("query", ["harbour master", "fishing fleet", "word50", '"word50 word51"'])
def test_which_copy_is_shown_and_who_else_published_it_is_of_what_exists_alone(
    copied: tuple[Archive, Archive], query: str
) -> None:
    theirs, own = (
        [
            (hit.citation, [line.id for line in hit.also_published_by])
            for hit in Searcher(archive, WordEmbedder()).within([TIMES]).search(query).hits
        ]
        for archive in copied
    )
    assert theirs == own


@pytest.mark.parametrize("name", ["t/lone", "t/wire", "t/again", "t/one", "t/two"])
def test_more_like_this_leaves_out_the_copies_that_exist_alone(copied: tuple[Archive, Archive], name: str) -> None:
    theirs, own = (Searcher(one, WordEmbedder()).within([TIMES]).similar(Locator(name)) for one in copied)
    assert _said(theirs) == _said(own)


def test_links_among_copies_outlive_the_generation_and_not_the_copies(tmp_path: Path) -> None:
    ours, theirs = _copies()
    archive = archive_of(tmp_path / "archive", theirs + ours)
    part = archive.limited([TIMES])
    before = part.snapshot().counts()
    index_articles(archive, WordEmbedder(), [_by(POST, "p/new", "A line that is like no other.")])
    archive.refresh()
    assert part.snapshot().counts() == before
    with archive.writer() as writer:
        writer.remove(["t/again"])
        writer.commit()
    assert part.snapshot().counts()["linked copies"] == 0
    archive.refresh()
    assert part.snapshot().counts()["covered passages"] == 0


def test_a_part_is_opened_over_words_that_were_built_anew_since(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "archive", OURS + THEIRS)
    archive.snapshot()
    with archive.writer() as writer:
        writer.rebuild_words()
    assert Searcher(archive, WordEmbedder()).within([TIMES]).search("dredged").hits[0].citation.article_id == "t/port"


def test_a_part_shows_one_generation_however_many_read_while_it_is_written(tmp_path: Path) -> None:
    """Each generation holds two articles a publisher, which state its number; the other publisher's come and go."""

    def edition(publisher: str, number: int) -> list[Article]:
        return [_by(publisher, f"{publisher}/{n}", f"The bridge is in state{number}x now, said {n}.") for n in "ab"]

    archive = archive_of(tmp_path / "archive", edition(TIMES, 0) + edition(POST, 0))
    stop = threading.Event()

    def read(publisher: str) -> int:
        part, seen = Searcher(archive, WordEmbedder()).within([publisher]), 0
        while not stop.is_set():
            results = part.search("bridge state now")
            assert [hit.citation.publisher for hit in results.hits] == [publisher] * 2
            assert len({hit.citation.quote.split()[4] for hit in results.hits}) == 1
            seen += 1
        return seen

    def follow() -> int:
        seen = 0
        while not stop.is_set():
            archive.refresh()
            seen += 1
        return seen

    with ThreadPoolExecutor(5) as pool:
        readers = [pool.submit(read, name) for name in (TIMES, POST, TIMES, POST)] + [pool.submit(follow)]
        try:
            for number in range(1, 15):
                index_articles(archive, WordEmbedder(), edition(TIMES, number) + edition(POST, number))
        finally:
            stop.set()
        assert all(reader.result(timeout=60) for reader in readers)


def test_a_part_that_nobody_uses_is_closed_at_once(tmp_path: Path) -> None:
    """Not when cycles are collected next: until then a writer's log could not shrink, nor what is removed leave it."""
    archive = archive_of(tmp_path / "archive", OURS + THEIRS)
    used = weakref.ref(archive.limited([TIMES]).snapshot())
    index_articles(archive, WordEmbedder(), [_by(POST, "p/new", "A new line.")])
    gc.disable()
    try:
        archive.refresh()
        assert used() is None
    finally:
        gc.enable()


def test_a_part_takes_little_memory_of_its_own(whole: Archive) -> None:
    """As many parts as there are keys are open at once; a whole archive's cache may take 64 MiB."""
    (cached,) = whole.limited([TIMES]).snapshot()._all("PRAGMA main.cache_size")[0]
    assert -4096 <= cached < 0
