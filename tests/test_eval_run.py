"""A suite and a searcher in, a result out: what is ranked, what it is scored as, what the field's tools say of it."""

from __future__ import annotations

from dataclasses import replace
from math import log2
from pathlib import Path

import ir_measures
import pytest

from eval.rankings import DEPTH, rank
from eval.result import load_result
from eval.run import run
from eval.runfile import score_file, spans_of, write_trec
from eval.suite import Evidence, Query, Suite
from indexer.archive import Archive
from indexer.build import index_articles
from indexer.errors import BadQuery, BadSuite
from service.search import Results, Searcher, SearchOptions
from tests.conftest import archive_of, make_article
from tests.fakes import WordEmbedder

FRIGATE = "The frigate reached the port of Bandar on Monday."
TUGS = "Tugs left the port before the storm."


def question(name: str, text: str, *evidence: tuple[str, str], kind: str = "fact") -> Query:
    quotes = tuple(Evidence(*pair) for pair in evidence)
    return Query(name, text, kind=kind, evidence=quotes, articles={e.article: 1 for e in quotes})


@pytest.fixture
def suite() -> Suite:
    queries = (
        question("where", "Which port did the frigate reach?", ("a", "port of Bandar")),
        question("who", "Who left the port before the storm?", ("b", TUGS), kind="who"),
        question("wheat", "When is the frigate wheat of the port sown?", ("c", "Wheat and barley"), kind="who"),
        question("none", "Who painted the harbour master?", kind="absent"),
    )
    return Suite("harbour", Path("harbour.jsonl"), queries)


@pytest.fixture
def searcher(ports: Archive, embedder: WordEmbedder) -> Searcher:
    return Searcher(ports, embedder)


def test_scores_are_those_of_the_ranks_that_a_search_gives(suite: Suite, searcher: Searcher) -> None:
    result, _, _ = run(suite, searcher)
    for query in suite.judged:
        hits = searcher.search(query.text, SearchOptions(k=10)).hits
        place = [hit.citation.article_id for hit in hits].index(query.evidence[0].article) + 1
        scores = result.per_query[query.id].scores
        assert scores["RR@10"] == pytest.approx(1 / place)
        assert scores["nDCG@10"] == scores["passage nDCG@10"] == pytest.approx(1 / log2(place + 1))
        assert result.per_query[query.id].passages[0] == hits[0].citation.locator
    assert result.measures["RR@10"].mean == pytest.approx(
        sum(result.per_query[name].scores["RR@10"] for name in ("where", "who", "wheat")) / 3
    )


def test_a_question_that_is_not_answered_is_searched_and_scored_nowhere(suite: Suite, searcher: Searcher) -> None:
    result, _, rankings = run(suite, searcher)
    assert (result.queries, result.judged) == (4, 3)
    assert result.per_query["none"].scores == {}
    assert result.per_query["none"].cosine is not None
    assert "none" not in rankings.articles
    assert set(result.by_kind) == {"fact", "who"}


def test_span_measures_count_the_characters_of_the_quote(suite: Suite, searcher: Searcher) -> None:
    result, _, _ = run(suite, searcher)
    scores = result.per_query["where"].scores
    everything = sum(len(text) for text in (FRIGATE, TUGS, "Wheat and barley are sown in autumn."))
    assert scores["span recall@3"] == 1.0
    assert scores["span precision@5"] == pytest.approx(len("port of Bandar") / everything)


def test_a_copy_that_is_not_shown_stands_behind_the_article_that_is(archive: Archive, embedder: WordEmbedder) -> None:
    told = "The frigate reached the port of Bandar on Monday, after a week of storms, with forty sailors on board. " * 2
    index_articles(
        archive,
        embedder,
        [
            make_article("first", told, published="2015-01-01"),
            make_article("repost", told, published="2016-01-01"),
            make_article("other", "A frigate is a ship."),
        ],
    )
    suite = Suite("copies", Path("x"), (Query("q", "frigate in the port of Bandar", articles={"repost": 1}),))
    rankings = rank(suite, Searcher(archive, embedder), SearchOptions())
    assert list(rankings.articles["q"]) == ["first", "repost", "other"]


def test_rankings_are_a_hundred_deep_and_timed_as_a_user_searches(archive: Archive, embedder: WordEmbedder) -> None:
    index_articles(archive, embedder, [make_article(f"a{n:03}", f"Ship {n} left the port.") for n in range(DEPTH + 20)])
    suite = Suite("ships", Path("x"), (Query("q", "ship", articles={"a007": 1}),))
    rankings = rank(suite, Searcher(archive, embedder), SearchOptions())
    assert len(rankings.articles["q"]) == DEPTH
    assert rankings.passages == {}
    assert rankings.times_ms["q"]["total"] > 0


def test_a_result_read_back_is_the_result(suite: Suite, searcher: Searcher, tmp_path: Path) -> None:
    result, _, _ = run(suite, searcher)
    result.save(tmp_path / "results" / "harbour.json")
    again = load_result(tmp_path / "results" / "harbour.json")
    assert again.measures == result.measures
    assert again.per_query.keys() == result.per_query.keys()
    assert again.per_query["where"].passages == result.per_query["where"].passages
    assert again.config == {**result.config}
    assert "Which port" not in (tmp_path / "results" / "harbour.json").read_text()


def test_two_runs_of_the_same_archive_rank_alike(suite: Suite, searcher: Searcher) -> None:
    first, second = (run(suite, searcher)[0] for _ in range(2))
    assert {n: q.scores for n, q in first.per_query.items()} == {n: q.scores for n, q in second.per_query.items()}
    assert first.corpus == second.corpus


def test_another_article_is_another_corpus(suite: Suite, searcher: Searcher, embedder: WordEmbedder) -> None:
    before, _, _ = run(suite, searcher)
    index_articles(archive_of(searcher), embedder, [make_article("d", "Salt is mined in the hills.")])
    searcher.archive.refresh()
    after, _, _ = run(suite, searcher)
    assert before.corpus != after.corpus


@pytest.mark.parametrize("level", ["article", "passage"])
def test_the_fields_tools_get_our_numbers_from_the_files(
    level: str, suite: Suite, searcher: Searcher, tmp_path: Path
) -> None:
    result, gold, rankings = run(suite, searcher)
    write_trec(tmp_path, suite, gold, rankings)
    measures = [ir_measures.nDCG @ 10, ir_measures.R @ 100, ir_measures.AP]
    found = ir_measures.calc_aggregate(
        measures,
        ir_measures.read_trec_qrels(str(tmp_path / f"{level}.qrels")),  # type: ignore[no-untyped-call]
        ir_measures.read_trec_run(str(tmp_path / f"{level}.run")),  # type: ignore[no-untyped-call]
    )
    before = "passage " if level == "passage" else ""
    assert {str(m): pytest.approx(v, abs=1e-6) for m, v in found.items()} == {
        str(m): result.measures[f"{before}{m}"].mean for m in measures
    }


@pytest.mark.parametrize("level", ["article", "passage"])
def test_a_run_file_is_scored_as_the_search_that_wrote_it(
    level: str, suite: Suite, searcher: Searcher, tmp_path: Path
) -> None:
    result, gold, rankings = run(suite, searcher)
    write_trec(tmp_path, suite, gold, rankings)
    again, _, _ = score_file(suite, searcher.archive.snapshot(), tmp_path / f"{level}.run", level)
    assert again.measures
    for name, interval in again.measures.items():
        assert interval == result.measures[name]
    assert all(("passage " in name or "span " in name) == (level == "passage") for name in again.measures)


def test_a_query_that_a_run_file_lacks_scores_nothing(suite: Suite, searcher: Searcher, tmp_path: Path) -> None:
    (tmp_path / "one.run").write_text("where Q0 a 1 1.0 x\n")
    result, _, _ = score_file(suite, searcher.archive.snapshot(), tmp_path / "one.run", "article")
    assert result.measures["RR@10"].mean == pytest.approx((1 + 0 + 0) / 3)


@pytest.mark.parametrize(
    ("lines", "level", "said"),
    [
        ("other Q0 a 1 1.0 x\n", "article", "ranks 0 of 3 judged queries"),
        ("where Q0 elsewhere 1 1.0 x\n", "article", "'elsewhere'"),
        ("where Q0 a 1 1.0 x\n", "passage", "names an article, not a passage"),
        ("where Q0 a 1 1.0 x\n", "page", "--level article"),
    ],
)
def test_a_run_file_that_cannot_be_scored_is_refused(
    lines: str, level: str, said: str, suite: Suite, searcher: Searcher, tmp_path: Path
) -> None:
    (tmp_path / "bad.run").write_text(lines)
    with pytest.raises(BadSuite, match=said):
        score_file(suite, searcher.archive.snapshot(), tmp_path / "bad.run", level)


def test_a_passage_run_of_a_suite_without_evidence_is_refused(searcher: Searcher, tmp_path: Path) -> None:
    suite = Suite("beir", Path("beir"), (Query("q", "port", articles={"a": 1}),))
    (tmp_path / "x.run").write_text("q Q0 a#0-5 1 1.0 x\n")
    with pytest.raises(BadSuite, match="--level article"):
        score_file(suite, searcher.archive.snapshot(), tmp_path / "x.run", "passage")


def test_a_locator_that_is_none_is_refused() -> None:
    with pytest.raises(BadQuery, match="backwards"):
        spans_of(["a#9-3"])


def test_an_archive_that_changes_while_it_is_measured_is_refused(
    suite: Suite, searcher: Searcher, embedder: WordEmbedder
) -> None:
    def write(done: int, total: int) -> None:
        if done == 1:
            index_articles(archive_of(searcher), embedder, [make_article("new", "Two frigates left the port.")])

    with pytest.raises(BadSuite, match=r"went from generation 1 to 2 while it was measured"):
        run(suite, searcher, tell=write)


class LastFirst(Searcher):
    """A searcher that ranks backwards."""

    def search(self, query: str, options: SearchOptions | None = None) -> Results:
        results = super().search(query, options)
        return replace(results, hits=results.hits[::-1])


def test_a_broken_ranking_scores_lower(suite: Suite, ports: Archive, embedder: WordEmbedder) -> None:
    good, _, _ = run(suite, Searcher(ports, embedder))
    bad, _, _ = run(suite, LastFirst(ports, embedder))
    assert bad.measures["nDCG@10"].mean < good.measures["nDCG@10"].mean
    assert bad.measures["passage RR@10"].mean < good.measures["passage RR@10"].mean


def test_a_copy_that_carries_the_evidence_is_as_right_as_the_article_that_is_quoted(
    archive: Archive, embedder: WordEmbedder
) -> None:
    told = "The frigate reached the port of Bandar on Monday, after a week of storms, with forty sailors on board. " * 2
    index_articles(
        archive,
        embedder,
        [
            make_article("first", told + "It left on Friday.", published="2015-01-01"),
            make_article("repost", told + "It left on Friday.", published="2016-01-01"),
        ],
    )
    query = question("q", "When did it leave the port?", ("repost", "It left on Friday."))
    result, gold, _ = run(Suite("copies", Path("x"), (query,)), Searcher(archive, embedder))
    assert gold.articles == {"q": {"first": 1, "repost": 1}}
    assert result.measures["Success@1"].mean == result.measures["nDCG@10"].mean == 1.0
