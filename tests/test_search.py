"""One suite for everything that retrieves: each mode, each grouping, against brute force and the invariants."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.chunk import ChunkConfig, embedding_input
from indexer.dense import cosines
from indexer.errors import ArchiveMismatch, BadQuery, UnknownArticle
from indexer.filters import Filter
from indexer.load.layout import Part, lay_out
from indexer.records import Article, PartialDate
from service.fusion import Fusion
from service.locator import Locator
from service.search import Group, Mode, Results, Searcher, SearchOptions
from tests.conftest import archive_of
from tests.fakes import WORDS, WordEmbedder

Array = NDArray[np.float64]
MODES: tuple[Mode, ...] = get_args(Mode)
GROUPS: tuple[Group, ...] = get_args(Group)


def article(article_id: str, *paragraphs: str, title: str | None = None, **metadata: object) -> Article:
    text, blocks = lay_out(Part("paragraph", paragraph) for paragraph in paragraphs)
    return replace(Article(article_id, text, blocks, title=title), **metadata)  # type: ignore[arg-type]


def some_articles(count: int) -> list[Article]:
    """Articles of random words, with publishers A to C, years from 2000 and authors in turn."""
    rng = random.Random(7)
    return [
        article(
            f"{number:03}.txt",
            *(" ".join(rng.choices(WORDS, k=30)).capitalize() + "." for _ in range(rng.randint(1, 4))),
            title=" ".join(rng.choices(WORDS, k=3)),
            publisher="ABC"[number % 3],
            authors=(f"Author {'XY'[number % 2]}",),
            published=PartialDate(2000 + number % 10),
            language="en",
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    embedder = WordEmbedder()
    archive = open_or_create(tmp_path_factory.mktemp("search") / "a", embedder, ChunkConfig(size=40, overlap=0))
    index_articles(archive, embedder, some_articles(60))
    return Searcher(archive, embedder)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Searcher]:
    def made(*articles: Article) -> Searcher:
        embedder = WordEmbedder()
        archive = open_or_create(tmp_path / "made", embedder, ChunkConfig(size=40, overlap=0))
        index_articles(archive, embedder, articles)
        return Searcher(archive, embedder)

    return made


def locators(results: Results) -> list[str]:
    return [hit.citation.locator for hit in results.hits]


def ids(results: Results) -> list[str]:
    return [hit.citation.article_id for hit in results.hits]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("group", GROUPS)
def test_fewer_results_are_the_first_of_more(searcher: Searcher, mode: Mode, group: Group) -> None:
    options = SearchOptions(k=100, mode=mode, group=group)
    most = locators(searcher.search("port treaty drill", options))
    for k in (1, 5, 10, 40):
        assert locators(searcher.search("port treaty drill", replace(options, k=k))) == most[:k]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("group", GROUPS)
def test_pages_join_without_a_seam_and_end_at_the_total(searcher: Searcher, mode: Mode, group: Group) -> None:
    options = SearchOptions(k=1000, mode=mode, group=group, depth=10)
    whole = searcher.search("port treaty", options)
    assert len(whole.hits) == whole.total
    assert whole.next is None
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = searcher.search("port treaty", replace(options, k=7, cursor=cursor))
        assert [hit.rank for hit in page.hits] == list(range(len(seen) + 1, len(seen) + 1 + len(page.hits)))
        seen += locators(page)
        cursor = page.next
        if cursor is None:
            break
    assert seen == locators(whole)
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("mode", ["hybrid", "dense"])
def test_k_larger_than_archive_returns_every_passage_once(searcher: Searcher, mode: Mode) -> None:
    results = searcher.search("port", SearchOptions(k=1000, mode=mode))
    snapshot = searcher.archive.snapshot()
    every = {
        f"{article_id}#{row.start}-{row.end}"
        for article_id in snapshot.article_ids()
        for row in snapshot.passages_of(article_id)
    }
    assert sorted(locators(results)) == sorted(every)
    assert results.total == len(every)


def test_every_quote_is_its_span_and_every_highlight_lies_in_it(searcher: Searcher) -> None:
    results = searcher.search("warship missile", SearchOptions(k=200))
    snapshot = searcher.archive.snapshot()
    for hit in results.hits:
        stored = snapshot.article(hit.citation.article_id)
        assert stored.text[hit.citation.start : hit.citation.end] == hit.citation.quote
        assert stored.edition == hit.citation.edition
        marked = {stored.text[start:end].lower() for start, end in hit.highlights}
        assert marked == {word for word in ("warship", "missile") if word in hit.citation.quote.lower()}


def test_dense_search_is_brute_force_over_the_embedding_inputs(searcher: Searcher) -> None:
    embedder, snapshot = WordEmbedder(), searcher.archive.snapshot()
    query = embedder.embed_queries(["gulf envoy canal"])[0]
    expected = []
    for article_id in snapshot.article_ids():
        stored = snapshot.article(article_id)
        for row in snapshot.passages_of(article_id):
            vector = embedder.embed_passages([embedding_input(stored.title, stored.text[row.start : row.end])])[0]
            stored_form = vector.astype(np.float16).astype(np.float32)
            expected.append((float(stored_form @ query / np.linalg.norm(stored_form)), article_id, row.start))
    expected.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
    results = searcher.search("gulf envoy canal", SearchOptions(k=50, mode="dense"))
    assert [hit.score for hit in results.hits] == pytest.approx([score for score, _, _ in expected[:50]], abs=1e-5)
    scores = [hit.score for hit in results.hits]
    assert scores == sorted(scores, reverse=True)


def scores_of(searcher: Searcher, query: str) -> dict[str, tuple[float, float, Array]]:
    """Every passage's cosine, lexical score and row for a query, by locator, without a search."""
    snapshot = searcher.archive.snapshot()
    passages = {
        Locator(article_id, row.start, row.end).text: row.id
        for article_id in snapshot.article_ids()
        for row in snapshot.passages_of(article_id)
    }
    vectors = snapshot.vectors_of(list(passages.values()))
    near = cosines(vectors, WordEmbedder().embed_queries([query])[0]).tolist()
    said = snapshot.score_lexical(query, list(passages.values()), 0.3)
    return dict(zip(passages, zip(near, said, vectors.astype(np.float64), strict=True), strict=True))


QUESTION = "gulf envoy canal in the embassy"


def min_max(scores: Array) -> Array:
    return np.asarray((scores - scores.min()) / (scores.max() - scores.min()))


def moved_by_the_first_three(cosines: Array, rows: Array, fused: Array, feedback: float) -> Array:
    """The cosines that a hybrid search counts, in the definition's own words."""
    first = rows[np.argsort(-fused, kind="stable")[:3]]
    cohesion = np.mean([first[a] @ first[b] for a, b in ((0, 1), (0, 2), (1, 2))])
    share = feedback * max(0.0, min(1.0, float(cohesion)))
    centre = first.mean(axis=0)
    return np.asarray((1 - share) * cosines + share * (rows @ (centre / np.linalg.norm(centre))))


@pytest.mark.parametrize("feedback", [0, 0.5, 1])
def test_every_hybrid_candidate_counts_by_its_own_scores_whoever_found_it(searcher: Searcher, feedback: float) -> None:
    scored = scores_of(searcher, QUESTION)
    candidates = sorted(
        set(locators(searcher.search(QUESTION, SearchOptions(k=20, mode="dense", depth=20))))
        | set(locators(searcher.search(QUESTION, SearchOptions(k=20, mode="lexical", depth=20))))
    )
    assert 20 < len(candidates) < 40
    near, said = (np.array([scored[key][i] for key in candidates]) for i in (0, 1))
    vectors = np.array([scored[key][2] for key in candidates])
    once = 0.3 * min_max(near) + 0.7 * said / said.max()
    counted = min_max(moved_by_the_first_three(near, vectors, once, feedback))
    fused = 0.3 * counted + 0.7 * said / said.max()
    options = SearchOptions(k=len(candidates) + 5, weight=0.3, depth=20, feedback=feedback)
    hits = searcher.search(QUESTION, options).hits
    shown = {hit.citation.locator: hit for hit in hits[: len(candidates)]}
    assert sorted(shown) == candidates
    for place, key in enumerate(candidates):
        hit = shown[key]
        assert hit.score == pytest.approx(fused[place], abs=1e-5)
        assert hit.dense is not None
        assert (hit.dense.rank, hit.dense.score) == (1 + sum(near > near[place]), near[place])
        assert hit.dense.normalised == pytest.approx(counted[place], abs=1e-5)
        if hit.lexical is None:
            assert said[place] == 0
            continue
        assert (hit.lexical.rank, hit.lexical.score) == (1 + sum(said > said[place]), said[place])
        assert hit.score == pytest.approx(0.3 * hit.dense.normalised + 0.7 * hit.lexical.normalised)
    assert [(hit.score, hit.lexical) for hit in hits[len(candidates) :]] == [(0.0, None)] * 5


def test_rank_fusion_ranks_the_same_candidates_by_either_score(searcher: Searcher) -> None:
    scored = scores_of(searcher, QUESTION)
    hits = searcher.search(QUESTION, SearchOptions(k=1000, depth=1000, fusion="rrf", feedback=0)).hits
    assert len(hits) == len(scored)
    for hit in hits:
        near, said, _ = scored[hit.citation.locator]
        expected = 1 / (61 + sum(other > near for other, _, _ in scored.values()))
        expected += 1 / (61 + sum(other > said for _, other, _ in scored.values())) if said else 0
        assert hit.score == pytest.approx(expected)


def test_feedback_takes_the_first_by_article_and_offset_where_scores_tie(make: Callable[..., Searcher]) -> None:
    tied = [article(f"{name}", "Fleet leaves port.", title=f"t{name}", publisher=name) for name in "ecba"]
    searcher = make(*tied, article("x", "Fleet treaty."), article("y", "Port canal treaty drill."))
    for fusion in get_args(Fusion):
        alike = searcher.search("fleet port", SearchOptions(k=6, fusion=fusion, feedback=0))
        led = searcher.search("fleet port", SearchOptions(k=6, fusion=fusion))
        assert ids(alike)[:4] == ids(led)[:4] == ["a", "b", "c", "e"]
        assert [hit.score for hit in alike.hits[:4]] == [alike.hits[0].score] * 4
        assert [hit.score == led.hits[0].score for hit in led.hits[:4]] == [True, True, True, False]


@pytest.mark.parametrize("depth", [1, 3, 10, 1000])
def test_lexical_search_scores_its_candidates_closely_and_never_below_those_behind(
    searcher: Searcher, depth: int
) -> None:
    plain = searcher.search(QUESTION, SearchOptions(k=1000, mode="lexical", depth=1000, proximity=0))
    closely = searcher.search(QUESTION, SearchOptions(k=1000, mode="lexical", depth=depth))
    said = {key: scores[1] for key, scores in scores_of(searcher, QUESTION).items()}
    first, behind = closely.hits[:depth], closely.hits[depth:]
    assert {hit.citation.locator for hit in first} == set(locators(plain)[:depth])
    assert {hit.citation.locator: hit.score for hit in first} == {
        hit.citation.locator: said[hit.citation.locator] for hit in first
    }
    assert [hit.citation.locator for hit in behind] == locators(plain)[depth:]
    assert [hit.score for hit in behind] == [hit.score for hit in plain.hits[depth:]]
    scores = [hit.score for hit in closely.hits]
    assert scores == sorted(scores, reverse=True)
    assert len(closely.hits) == closely.total == plain.total


def test_equal_scores_are_ordered_by_article_and_offset(make: Callable[..., Searcher]) -> None:
    same = "Fleet leaves port."
    searcher = make(*(article(name, same, title=f"t{name}", publisher=name) for name in ("c", "a", "b")))
    for mode in MODES:
        for depth in (1, 2, 3, 100):  # wherever the candidates end among them
            assert ids(searcher.search("fleet port", SearchOptions(mode=mode, depth=depth))) == ["a", "b", "c"]


def test_the_same_question_has_the_same_answer(searcher: Searcher) -> None:
    first, second = (searcher.search("border sanction", SearchOptions(k=60)) for _ in range(2))
    assert replace(first, took_ms=0, phases_ms={}) == replace(second, took_ms=0, phases_ms={})


@pytest.mark.parametrize("mode", MODES)
def test_phases_are_where_the_time_went(searcher: Searcher, mode: Mode) -> None:
    for query in ("border sanction", 'border -"port treaty"'):
        results = searcher.search(query, SearchOptions(k=60, mode=mode))
        assert list(results.phases_ms) == ["embed", "dense", "lexical", "fuse", "rerank", "cite"]
        assert 0 < sum(results.phases_ms.values()) <= results.took_ms
        assert results.phases_ms["cite"] > 0
        assert (results.phases_ms["dense"] > 0) == (mode != "lexical")
    near = searcher.similar(Locator("005.txt"))
    assert 0 < sum(near.phases_ms.values()) <= near.took_ms


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("limits", "allowed"),
    [
        (Filter(publishers=("A",)), lambda a: a.publisher == "A"),
        (Filter(publishers=("A", "b")), lambda a: a.publisher in "AB"),
        (Filter(authors=("author x",)), lambda a: a.authors == ("Author X",)),
        (Filter(after=PartialDate(2005)), lambda a: a.published.year >= 2005),
        (Filter(before=PartialDate(2003)), lambda a: a.published.year < 2003),
        (Filter(after=PartialDate(2003, 6), before=PartialDate(2004)), lambda a: a.published.year == 2003),
        (Filter(articles=("003.txt", "004.txt")), lambda a: a.id in {"003.txt", "004.txt"}),
        (
            Filter(languages=("EN",), publishers=("C",), authors=("Y",)),
            lambda a: a.publisher == "C" and "Y" in a.authors[0],
        ),
        (Filter(languages=("fr",)), lambda a: False),
    ],
)
def test_a_filter_returns_all_that_meet_it_and_nothing_else(
    searcher: Searcher, mode: Mode, limits: Filter, allowed: Callable[[Article], bool]
) -> None:
    unfiltered = searcher.search("port treaty", SearchOptions(k=1000, mode=mode))
    expected = {a.id for a in some_articles(60) if allowed(a)}
    results = searcher.search("port treaty", SearchOptions(k=1000, mode=mode, filter=limits, depth=3))
    assert set(ids(results)) == expected & set(ids(unfiltered))
    assert results.total == len(results.hits)
    if mode != "hybrid":  # a single retriever's order does not depend on what is left out
        whole = searcher.search("port treaty", SearchOptions(k=1000, mode=mode, filter=limits, depth=1000))
        everything = searcher.search("port treaty", SearchOptions(k=1000, mode=mode, depth=1000))
        assert locators(whole) == [x for x in locators(everything) if x.split("#")[0] in expected]


def test_an_article_scores_as_its_best_passage(searcher: Searcher) -> None:
    passages = searcher.search("reactor embassy", SearchOptions(k=1000))
    best: dict[str, float] = {}
    for hit in passages.hits:
        best.setdefault(hit.citation.article_id, hit.score)
    grouped = searcher.search("reactor embassy", SearchOptions(k=1000, group="article"))
    assert {hit.citation.article_id: hit.score for hit in grouped.hits} == best
    assert ids(grouped) == list(best)


def test_a_phrase_must_stand_there_letter_for_letter(make: Callable[..., Searcher]) -> None:
    searcher = make(
        article("a", "The naval\nbases stay open."),
        article("b", "A naval base stays open."),
        article("c", "Bases of a naval kind."),
        article("d", "Nothing of the sort.", title="Naval Bases"),
    )
    assert set(ids(searcher.search('"naval bases" open'))) == {"a", "d"}
    assert set(ids(searcher.search('open -"naval bases"'))) == {"b", "c"}


def test_an_excluded_word_excludes_its_passages(make: Callable[..., Searcher]) -> None:
    searcher = make(article("a", "Iran and Syria talk."), article("b", "Iran and Russia talk."))
    for mode in MODES:
        assert ids(searcher.search("iran talk -syria", SearchOptions(mode=mode))) == ["b"]


def test_exact_duplicates_are_one_hit_that_names_the_others(make: Callable[..., Searcher]) -> None:
    text = "The fleet leaves port at dawn."
    searcher = make(
        article("b", text, title="Fleet", publisher="Second", published=PartialDate(2001)),
        article("a", text, title="Fleet", publisher="First", published=PartialDate(2000)),
    )
    (hit,) = searcher.search("fleet").hits
    assert hit.citation.publisher == "First"
    assert [line.publisher for line in hit.also_published_by] == ["Second"]
    (other,) = searcher.search("fleet", SearchOptions(filter=Filter(publishers=("Second",)))).hits
    assert other.citation.article_id == "b"


WIRE = (
    "The ministry said on Tuesday that the fleet would leave the northern port before the end of the month. "
    "Officials in the capital declined to name the ships, but two envoys said that the drill would last ten days. "
    "Sanctions on the canal company remain in force, and the embassy has asked its staff to stay at home."
)


def test_a_syndicated_copy_is_shown_once_with_its_publishers(make: Callable[..., Searcher]) -> None:
    searcher = make(
        article("wire", WIRE, title="Fleet to leave", publisher="Wire", published=PartialDate(2015, 1, 1)),
        article("copy", WIRE, "Read it first in the Daily.", title="Ships to sail", publisher="Daily"),
    )
    hits = searcher.search("which fleet would leave the northern port", SearchOptions(k=10)).hits
    assert hits[0].citation.article_id == "wire"
    assert [line.publisher for line in hits[0].also_published_by] == ["Daily"]
    copies = searcher.search("northern port", SearchOptions(filter=Filter(publishers=("Daily",)))).hits
    assert any("northern port" in hit.citation.quote for hit in copies)


@pytest.mark.parametrize(("said", "corrected"), [("ten days", "12 days"), ("two envoys said", "two envoys denied")])
def test_a_copy_that_says_something_else_keeps_its_passage(
    make: Callable[..., Searcher], said: str, corrected: str
) -> None:
    searcher = make(
        article("wire", WIRE, title="Fleet to leave", published=PartialDate(2015, 1, 1)),
        article("correction", WIRE.replace(said, corrected), title="Fleet to leave"),
    )
    found = searcher.search("how long will the drill last", SearchOptions(k=10))
    assert all(hit.also_published_by == () for hit in found.hits if said in hit.citation.quote)
    assert all(hit.also_published_by == () for hit in found.hits if corrected in hit.citation.quote)
    assert any(corrected in hit.citation.quote for hit in found.hits)
    assert any(said in hit.citation.quote for hit in found.hits)


def test_removed_is_gone_from_the_next_answer_and_the_generation_moves(make: Callable[..., Searcher]) -> None:
    searcher = make(article("a", "Fleet leaves port."), article("b", "Fleet enters port."))
    before = searcher.search("fleet")
    with archive_of(searcher).writer() as writer:
        writer.remove(["a"])
        writer.commit()
    after = searcher.search("fleet")
    assert ids(after) == ["b"]
    assert after.generation == before.generation + 1


def test_a_cursor_holds_for_its_own_query_and_generation(make: Callable[..., Searcher]) -> None:
    searcher = make(article("a", "Fleet leaves port."), article("b", "Fleet enters port."))
    cursor = searcher.search("fleet", SearchOptions(k=1)).next
    both = ids(searcher.search("fleet"))
    assert ids(searcher.search("fleet", SearchOptions(k=1, cursor=cursor))) == both[1:]
    assert len(both) == 2
    with pytest.raises(BadQuery, match="another query"):
        searcher.search("port", SearchOptions(k=1, cursor=cursor))
    for other in (SearchOptions(k=1, feedback=0), SearchOptions(k=1, proximity=0)):
        with pytest.raises(BadQuery, match="another query"):
            searcher.search("fleet", replace(other, cursor=cursor))
    index_articles(archive_of(searcher), WordEmbedder(), [article("c", "Canal opens.")])
    with pytest.raises(BadQuery, match="generation"):
        searcher.search("fleet", SearchOptions(k=1, cursor=cursor))


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "bnVsbA", "W10", "eyJhIjoxfQ", "é", "WyJ4IiwgMSwgLTFd"])
def test_a_forged_cursor_is_refused(searcher: Searcher, cursor: str) -> None:
    with pytest.raises(BadQuery, match="cursor"):
        searcher.search("fleet", SearchOptions(cursor=cursor))


@pytest.mark.parametrize(
    "options",
    [
        {"k": 0},
        {"k": -1},
        {"k": 10_000_000},
        {"mode": "x"},
        {"group": "x"},
        {"fusion": "x"},
        {"weight": 2},
        {"depth": 0},
        {"feedback": 1.1},
        {"feedback": float("nan")},
        {"proximity": -0.1},
        {"proximity": float("nan")},
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, float | str]) -> None:
    with pytest.raises(BadQuery, match=next(iter(options))):
        SearchOptions(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", MODES)
def test_words_that_no_passage_holds_end_the_search(searcher: Searcher, mode: Mode) -> None:
    results = searcher.search("zzqq", SearchOptions(k=1000, mode=mode))
    assert len(results.hits) == results.total == (0 if mode == "lexical" else searcher.search("port").total)
    nothing = searcher.search("port -port", SearchOptions(mode=mode))
    assert all("port" not in hit.citation.quote.lower() for hit in nothing.hits)
    nowhere = SearchOptions(mode=mode, filter=Filter(publishers=("nobody",)))
    assert searcher.search("port", nowhere).hits == ()


def test_an_empty_archive_has_no_hits(make: Callable[..., Searcher]) -> None:
    searcher = make()
    for mode in MODES:
        results = searcher.search("anything", SearchOptions(mode=mode))
        assert (results.hits, results.total, results.next) == ((), 0, None)


def test_another_models_archive_is_refused(make: Callable[..., Searcher]) -> None:
    searcher = make(article("a", "Fleet."))
    other = WordEmbedder("other")
    other.card = replace(other.card, weights_sha256="1" * 64)
    with pytest.raises(ArchiveMismatch, match=r"fake-words.*other.*--rebuild"):
        Searcher(Archive(searcher.archive.path), other)


def test_similar_ranks_other_articles_by_the_mean_vector(searcher: Searcher) -> None:
    results = searcher.similar(Locator("005.txt"), SearchOptions(k=100, group="article"))
    assert "005.txt" not in ids(results)
    assert len(results.hits) == results.total == 59
    snapshot = searcher.archive.snapshot()
    rows = snapshot.passages_of("005.txt")
    mean = snapshot.vectors_of([row.id for row in rows]).mean(axis=0)
    first = results.hits[0].citation
    (row,) = [r for r in snapshot.passages_of(first.article_id) if r.start == first.start]
    cosine = float(snapshot.vectors_of([row.id])[0] @ mean / np.linalg.norm(mean))
    assert results.hits[0].score == pytest.approx(cosine, abs=1e-5)


def test_similar_to_nothing_known_is_refused(searcher: Searcher) -> None:
    with pytest.raises(UnknownArticle, match="no-such"):
        searcher.similar(Locator("no-such"))
    with pytest.raises(UnknownArticle, match="99999-100000"):
        searcher.similar(Locator("005.txt", 99_999, 100_000))


def test_a_question_that_quotes_what_stands_nowhere_is_searched_as_words_and_says_so(
    make: Callable[..., Searcher],
) -> None:
    searcher = make(article("a", "The naval bases stay open."), article("b", "Wheat is sown in autumn."))
    results = searcher.search('Do the "air bases" stay open? -wheat')
    assert ids(results) == ["a"]
    assert results.notes == ('no passage holds "air bases"; searched as words',)
    alone = searcher.search('"air bases"')
    assert (alone.hits, alone.total, alone.notes) == ((), 0, ())
    filtered = searcher.search('Do the "naval bases" stay open?', SearchOptions(filter=Filter(articles=("b",))))
    assert filtered.notes == ('no passage that the filter leaves holds "naval bases"; searched as words',)


def test_a_question_that_excludes_wherever_its_quotation_stands_finds_nothing(make: Callable[..., Searcher]) -> None:
    searcher = make(article("a", "The naval bases stay open."), article("b", "The port stays open."))
    results = searcher.search('Do the "naval bases" stay open? -naval')
    assert (results.hits, results.total, results.notes) == ((), 0, ())


def test_few_of_the_querys_words_count_for_less_than_most_of_them(make: Callable[..., Searcher]) -> None:
    searcher = make(
        article("a", "The harbour of Bandar was closed."),
        article("b", "Wheat is sown in autumn."),
        article("c", "Salt comes from the hills."),
    )
    few, most = (
        next(hit.lexical for hit in searcher.search(query).hits if hit.citation.article_id == "a")
        for query in ("harbour zeppelins juggling quartz", "harbour of Bandar closed")
    )
    assert few is not None
    assert most is not None
    assert few.normalised < 0.5 < most.normalised == 1.0


def test_a_misspelt_word_is_searched_as_the_one_that_was_meant_and_named(make: Callable[..., Searcher]) -> None:
    searcher = make(article("a", "The harbour was closed."), article("b", "Wheat is sown in autumn."))
    results = searcher.search("harbuor", SearchOptions(mode="lexical"))
    assert ids(results) == ["a"]
    assert results.notes == ('no passage holds "harbuor"; searched as "harbour"',)
    assert [results.hits[0].citation.quote[a:b] for a, b in results.hits[0].highlights] == ["harbour"]
    assert searcher.search("harbour", SearchOptions(mode="lexical")).notes == ()
    assert searcher.search("zeppelin", SearchOptions(mode="lexical")).hits == ()
    assert searcher.search('"harbuor"').notes == (), "where nothing can be found, nothing was searched as another word"


def test_the_words_of_a_removed_article_are_meant_by_no_slip(make: Callable[..., Searcher]) -> None:
    searcher = make(article("a", "The harbour was closed."), article("b", "Harbours and harvests."))
    assert searcher.search("harvezts").notes == ('no passage holds "harvezts"; searched as "harvest"',)
    with archive_of(searcher).writer() as writer:
        writer.remove(["b"])
        writer.commit()
    assert searcher.search("harvezts").notes == ()
    assert searcher.search("harbuor").notes == ('no passage holds "harbuor"; searched as "harbour"',)
