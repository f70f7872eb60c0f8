"""Reranking: the invariants of every search hold, and the reader's view counts as much as it is said to."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from eval.run import run
from eval.suite import Evidence, Query, Suite
from eval.sweep import run_sweep
from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.chunk import ChunkConfig
from indexer.errors import BadQuery
from indexer.filters import Filter
from service.api.schemas import SearchBody
from service.cli import bars
from service.fusion import Fusion
from service.locator import Locator
from service.reader.reading import Readable, Reading, Span
from service.rerank import DEPTH
from service.search import Group, Hit, Mode, Results, Searcher, SearchOptions
from service.shapes import hit_json
from tests.conftest import make_article
from tests.fakes import WORDS, WordEmbedder

QUESTION = "Which port did the fleet reach?"


@dataclass
class VowelReader:
    """Log-odds by eye: the passage's share of vowels, in tenths from a half. Its only span is the first word."""

    asked: list[tuple[str, list[Readable]]] = field(default_factory=list)

    def read(self, question: str, passages: Sequence[Readable], spans: int = 5) -> list[Reading]:
        self.asked.append((question, list(passages)))
        return [Reading(vowels(p.text), (Span(0, p.text.index(" "), vowels(p.text)),)) for p in passages]


def share(hit: Hit, hits: tuple[Hit, ...]) -> float:
    """The odds that it answers, of all odds and those of no answer, which are 1."""
    odds = [math.exp(vowels(other.citation.quote)) for other in hits[:DEPTH]]
    return math.exp(vowels(hit.citation.quote)) / (1 + sum(odds))


def vowels(text: str) -> float:
    return round(10 * sum(c in "aeiou" for c in text.lower()) / len(text) - 3, 3)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    rng, embedder = random.Random(3), WordEmbedder()
    archive = open_or_create(tmp_path_factory.mktemp("rerank") / "a", embedder, ChunkConfig(size=40, overlap=0))
    index_articles(
        archive,
        embedder,
        [
            make_article(
                f"{number:03}",
                *(" ".join(rng.choices(WORDS, k=30)).capitalize() + "." for _ in range(rng.randint(1, 3))),
                title=" ".join(rng.choices(WORDS, k=3)),
                publisher="ABC"[number % 3],
            )
            for number in range(60)
        ],
    )
    return archive


@pytest.fixture
def reader() -> VowelReader:
    return VowelReader()


@pytest.fixture
def searcher(archive: Archive, reader: VowelReader) -> Searcher:
    return Searcher(archive, WordEmbedder(), reader)


def locators(results: Results) -> list[str]:
    return [hit.citation.locator for hit in results.hits]


def hits_of(searcher: Searcher, rerank: float, fusion: Fusion = "convex") -> tuple[Hit, ...]:
    return searcher.search(QUESTION, SearchOptions(k=1000, fusion=fusion, rerank=rerank)).hits


@pytest.mark.parametrize("weight", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("fusion", get_args(Fusion))
def test_the_first_are_ordered_by_both_scores_and_the_others_stay_behind(
    searcher: Searcher, weight: float, fusion: Fusion
) -> None:
    fused, mixed = hits_of(searcher, 0, fusion), hits_of(searcher, weight, fusion)
    expected = {}
    for hit in fused[:DEPTH]:
        expected[hit.citation.locator] = (1 - weight) * hit.score / fused[0].score + weight * share(hit, fused)
    assert {hit.citation.locator: hit.score for hit in mixed[:DEPTH]} == pytest.approx(expected)
    order = sorted(expected, key=lambda locator: (-np.float32(expected[locator]), locator))
    assert [hit.citation.locator for hit in mixed] == order + [hit.citation.locator for hit in fused[DEPTH:]]
    for before, after in zip(fused[DEPTH:], mixed[DEPTH:], strict=True):
        assert after.score == pytest.approx((1 - weight) * before.score / fused[0].score)
    scores = [hit.score for hit in mixed]
    assert scores == sorted(scores, reverse=True)


def test_what_was_read_is_with_the_hit_and_points_into_its_quote(searcher: Searcher) -> None:
    hits = hits_of(searcher, 0.5)
    for hit in hits[:DEPTH]:
        assert hit.reader is not None
        assert hit.reading is not None
        assert hit.reader.score == hit.reading.score == vowels(hit.citation.quote)
        assert hit.reader.normalised == pytest.approx(share(hit, hits))
        [span] = hit.reading.spans
        assert hit.citation.quote[span.start : span.end] == hit.citation.quote.split()[0]
    ranks = [hit.reader.rank for hit in hits[:DEPTH] if hit.reader]
    said = [vowels(hit.citation.quote) for hit in hits[:DEPTH]]
    assert ranks == [1 + sum(other > own for other in said) for own in said]
    assert {(hit.reader, hit.reading) for hit in hits[DEPTH:]} == {(None, None)}


def test_the_reader_sees_the_title_the_passage_and_the_words_as_they_were_typed(
    searcher: Searcher, reader: VowelReader
) -> None:
    results = searcher.search('Which "fleet" reached the embasy? -gulf publisher:A', SearchOptions(rerank=0.5))
    assert any("embasy" in note for note in results.notes)  # the words are respelt for those who count them
    [(question, passages)] = reader.asked
    assert question == "Which fleet reached the embasy?"
    snapshot = searcher.archive.snapshot()
    shown = {(p.title, p.text) for p in passages}
    for hit in results.hits:
        assert (hit.citation.title, hit.citation.quote) in shown
        assert snapshot.article(hit.citation.article_id).publisher == "A"
        assert "gulf" not in hit.citation.quote.lower()


@pytest.mark.parametrize("group", get_args(Group))
def test_fewer_results_are_the_first_of_more(searcher: Searcher, group: Group) -> None:
    options = SearchOptions(k=100, group=group, rerank=0.5)
    most = searcher.search(QUESTION, options)
    for k in (1, 5, DEPTH - 1, DEPTH, DEPTH + 1, 40):
        fewer = searcher.search(QUESTION, replace(options, k=k))
        assert fewer.hits == most.hits[:k]
        assert fewer.total == most.total


@pytest.mark.parametrize("group", get_args(Group))
def test_pages_join_without_a_seam(searcher: Searcher, group: Group) -> None:
    options = SearchOptions(k=1000, group=group, rerank=0.5)
    whole = searcher.search(QUESTION, options)
    seen: list[Hit] = []
    cursor: str | None = None
    while True:
        page = searcher.search(QUESTION, replace(options, k=7, cursor=cursor))
        seen += page.hits
        cursor = page.next
        if cursor is None:
            break
    assert tuple(seen) == whole.hits
    assert len(seen) == len(set(locators(whole))) == whole.total


def test_a_page_of_another_weight_is_refused(archive: Archive, searcher: Searcher) -> None:
    mixed = searcher.search(QUESTION, SearchOptions(k=5, rerank=0.5)).next
    with pytest.raises(BadQuery, match="another query"):
        searcher.search(QUESTION, SearchOptions(k=5, rerank=0.4, cursor=mixed))
    with pytest.raises(BadQuery, match="another query"):  # it cannot go on in an order that it does not make
        Searcher(archive, WordEmbedder()).search(QUESTION, SearchOptions(k=5, rerank=0.5, cursor=mixed))


def test_an_article_stands_where_its_best_reranked_passage_does(searcher: Searcher) -> None:
    passages = hits_of(searcher, 0.6)
    articles = searcher.search(QUESTION, SearchOptions(k=1000, group="article", rerank=0.6)).hits
    best: dict[str, str] = {}
    for hit in passages:
        best.setdefault(hit.citation.article_id, hit.citation.locator)
    assert [hit.citation.locator for hit in articles] == list(best.values())


def test_equal_scores_are_ordered_by_article_and_offset(tmp_path: Path, reader: VowelReader) -> None:
    embedder = WordEmbedder()
    archive = open_or_create(tmp_path / "a", embedder, ChunkConfig(size=40, overlap=0))
    same = "Fleet leaves port."
    index_articles(archive, embedder, [make_article(name, same, title=f"t{name}") for name in "ecba"])
    results = Searcher(archive, embedder, reader).search("fleet port", SearchOptions(rerank=0.5))
    assert [hit.citation.article_id for hit in results.hits] == list("abce")


def test_a_search_of_one_retriever_is_not_reranked(searcher: Searcher, reader: VowelReader) -> None:
    modes: tuple[Mode, ...] = ("dense", "lexical")
    for mode in modes:
        options = SearchOptions(mode=mode)
        assert locators(searcher.search(QUESTION, replace(options, rerank=0.9))) == locators(
            searcher.search(QUESTION, options)
        )
        assert searcher.recipe(replace(options, rerank=0.9)).rerank == 0
    searcher.similar(Locator("005"), SearchOptions(rerank=0.9))
    assert not reader.asked


def test_without_a_reader_or_a_weight_nothing_is_read(
    archive: Archive, searcher: Searcher, reader: VowelReader
) -> None:
    without = Searcher(archive, WordEmbedder())
    plain = searcher.search(QUESTION, SearchOptions(rerank=0))
    assert without.search(QUESTION, SearchOptions(rerank=0.9)).hits == plain.hits
    assert without.recipe(SearchOptions(rerank=0.9)).rerank == 0
    assert plain.phases_ms["rerank"] == 0
    assert not reader.asked


def test_a_request_may_ask_for_no_reranking() -> None:
    usual, plain = (SearchBody.model_validate({"query": "port", **more}) for more in ({}, {"rerank": False}))
    assert usual.options() == SearchOptions()
    assert plain.options() == replace(SearchOptions(), rerank=0)
    assert not plain.options().reads


def test_nothing_found_is_nothing_read(searcher: Searcher, reader: VowelReader) -> None:
    options = SearchOptions(rerank=0.5, filter=Filter(publishers=("nobody",)))
    assert searcher.search(QUESTION, options).hits == ()
    assert not reader.asked


@pytest.mark.parametrize("weight", [-0.1, 1.1, math.nan])
def test_a_weight_that_cannot_be_is_refused(weight: float) -> None:
    with pytest.raises(BadQuery, match="from 0"):
        SearchOptions(rerank=weight)


def test_its_time_is_named_and_its_scores_are_shown(searcher: Searcher) -> None:
    results = searcher.search(QUESTION, SearchOptions(k=30, rerank=0.5))
    assert results.phases_ms["rerank"] > 0
    first, last = hit_json(results.hits[0], explain=True), hit_json(results.hits[-1], explain=True)
    said = vowels(results.hits[0].citation.quote)
    assert first["scores"]["reader"] == first["explanation"]["reader"]["raw"] == said
    assert first["explanation"]["reader"]["normalised"] == pytest.approx(share(results.hits[0], results.hits))
    assert last["scores"]["reader"] is last["explanation"]["reader"] is None


def test_a_measured_result_says_what_was_reranked(archive: Archive, searcher: Searcher) -> None:
    quote = archive.snapshot().article("003").text[:40]
    suite = Suite("w", Path("w"), (Query("q", QUESTION, evidence=(Evidence("003", quote),), articles={"003": 1}),))
    options = SearchOptions(rerank=0.25)
    result, _, _ = run(suite, searcher, options)
    assert result.config == asdict(searcher.recipe(options))
    assert result.config["rerank"] == 0.25
    assert "rerank" in result.latency_ms
    assert run(suite, Searcher(archive, WordEmbedder()), options)[0].config["rerank"] == 0


def test_weights_can_be_swept_where_there_is_a_reader(archive: Archive, searcher: Searcher) -> None:
    quote = archive.snapshot().article("003").text[:40]
    suite = Suite("w", Path("w"), (Query("q", QUESTION, evidence=(Evidence("003", quote),), articles={"003": 1}),))
    shown = {"queries": bars.queries, "indexing": bars.indexing}
    _, rows = run_sweep(suite, searcher, SearchOptions(), ["rerank=0,1"], **shown)  # type: ignore[arg-type]
    alone = run(suite, searcher, SearchOptions(rerank=1))[0]
    after = {label: {c.measure: c.after for c in comparison.changes} for label, comparison in rows}
    assert after["rerank=1"]["RR@10"] == pytest.approx(alone.measures["RR@10"].mean)
    assert after["rerank=0"]["RR@10"] == pytest.approx(
        run(suite, searcher, SearchOptions(rerank=0))[0].measures["RR@10"].mean
    )
    with pytest.raises(BadQuery, match="without a reader"):
        run_sweep(suite, Searcher(archive, WordEmbedder()), SearchOptions(), ["rerank=0.5"], **shown)  # type: ignore[arg-type]
