"""Evidence in an archive: where quotes stand, and which passages hold how much of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.gold import Gold, Span, gold_of
from eval.suite import Evidence, Query, Suite
from eval.suites import load_suite
from indexer.archive import Archive
from indexer.build import index_articles, index_paths, open_or_create
from indexer.chunk import ChunkConfig
from indexer.errors import BadSuite
from indexer.load.layout import Part, lay_out
from indexer.records import Article
from service.search import Searcher, SearchOptions
from tests.conftest import make_article
from tests.fakes import WordEmbedder

TUGS = "Two tugs left the harbour before the storm."
CREW = "Their crews had slept on board for a week."
REST = "Nobody in the town had been told of it."
WIRE = (
    "The ministry said on Tuesday that 41 ships had passed the strait during the week, more than in any week since "
    "the spring, and that the navy did not stop any of them although two had been warned over the radio before they "
    "turned north and anchored near the island to wait for the tide together with several tugs."
)


def suite(*asked: tuple[str, str], source: str = "questions.jsonl") -> Suite:
    """A query for each article and quote, on lines 1, 2 and so on."""
    queries = [
        Query(f"q{line}", "?", evidence=(Evidence(article, quote),), articles={article: 1}, line=line)
        for line, (article, quote) in enumerate(asked, 1)
    ]
    return Suite("questions", Path(source), tuple(queries))


def gold(archive: Archive, *asked: tuple[str, str]) -> Gold:
    return gold_of(suite(*asked), archive.snapshot())


def refusal(archive: Archive, *asked: tuple[str, str]) -> str:
    with pytest.raises(BadSuite) as caught:
        gold(archive, *asked)
    return str(caught.value)


def small(place: Path, embedder: WordEmbedder, overlap: int, size: int, *articles: Article) -> Archive:
    """An archive with passages of so many words and marks."""
    archive = open_or_create(place / "small", embedder, ChunkConfig(size=size, overlap=overlap, limit=254))
    index_articles(archive, embedder, articles)
    return archive


def locators(archive: Archive, article_id: str) -> list[str]:
    return [f"{article_id}#{row.start}-{row.end}" for row in archive.snapshot().passages_of(article_id)]


@pytest.fixture
def sentences(tmp_path: Path, embedder: WordEmbedder) -> Archive:
    """One article of three sentences, each a passage: characters 0-43, 44-86 and 87-126."""
    archive = small(tmp_path, embedder, 0, 10, make_article("a", f"{TUGS} {CREW} {REST}"))
    assert locators(archive, "a") == ["a#0-43", "a#44-86", "a#87-126"]
    return archive


# -- passages -------------------------------------------------------------------------------------------------------


def test_a_passage_that_holds_the_whole_quote_has_grade_10(sentences: Archive) -> None:
    found = gold(sentences, ("a", "slept on board"))
    assert found.passages == {"q1": {"a#44-86": 10}}
    start = len(f"{TUGS} Their crews had ")
    assert found.spans == {"q1": ((Span("a", start, start + len("slept on board")),),)}


def test_a_quote_over_two_passages_grades_the_one_that_holds_half_of_it(sentences: Archive) -> None:
    quote = f"before the storm. {CREW}"
    assert len(quote) == 17 + 1 + 42
    assert gold(sentences, ("a", quote)).passages["q1"] == {"a#44-86": round(10 * 42 / 60)}


def test_a_quote_cut_in_the_middle_counts_in_both_passages(sentences: Archive) -> None:
    quote = f"{TUGS} {CREW}"
    assert len(quote) == 43 + 1 + 42
    assert gold(sentences, ("a", quote)).passages["q1"] == {
        "a#0-43": round(10 * 43 / 86),
        "a#44-86": round(10 * 42 / 86),
    }


def test_where_no_passage_holds_half_the_best_ones_keep_their_share(sentences: Archive) -> None:
    quote = f"{TUGS} {CREW} {REST}"
    assert len(quote) == 126
    assert round(10 * 43 / 126) == 3
    assert gold(sentences, ("a", quote)).passages["q1"] == {"a#0-43": 3}


def test_the_best_of_many_small_shares_still_counts(tmp_path: Path, embedder: WordEmbedder) -> None:
    lines = [f"Number {number:02} was seen." for number in range(30)]
    archive = small(tmp_path, embedder, 0, 5, make_article("a", " ".join(lines)))
    assert len(locators(archive, "a")) == 30
    share = 19 / (30 * 19 + 29)
    assert round(10 * share) == 0
    assert gold(archive, ("a", " ".join(lines))).passages["q1"] == dict.fromkeys(locators(archive, "a"), 1)


def test_a_sentence_that_two_passages_share_makes_both_relevant(tmp_path: Path, embedder: WordEmbedder) -> None:
    archive = small(tmp_path, embedder, 1, 20, make_article("a", f"{TUGS} {CREW} {REST}"))
    assert locators(archive, "a") == ["a#0-86", "a#44-126"]
    assert gold(archive, ("a", CREW)).passages["q1"] == {"a#0-86": 10, "a#44-126": 10}
    assert gold(archive, ("a", TUGS)).passages["q1"] == {"a#0-86": 10}


def test_a_passage_keeps_its_best_grade_over_several_quotes(sentences: Archive) -> None:
    evidence = (Evidence("a", f"{TUGS} {CREW}"), Evidence("a", "Two tugs"), Evidence("a", REST))
    asked = Suite("s", Path("s.jsonl"), (Query("q", "?", evidence=evidence, articles={"a": 1}),))
    found = gold_of(asked, sentences.snapshot())
    assert found.passages["q"] == {"a#0-43": 10, "a#44-86": 5, "a#87-126": 10}
    assert found.spans["q"] == ((Span("a", 0, 86),), (Span("a", 0, 8),), (Span("a", 87, 126),))


def test_locators_are_those_of_hits(sentences: Archive, embedder: WordEmbedder) -> None:
    hits = Searcher(sentences, embedder).search("crews slept on board", SearchOptions(k=1)).hits
    assert list(gold(sentences, ("a", CREW)).passages["q1"]) == [hits[0].citation.locator]


def test_questions_without_evidence_are_left_out(sentences: Archive) -> None:
    asked = suite(("a", TUGS))
    mixed = Suite("s", asked.source, (*asked.queries, Query("none", "Who knows?", line=2)))
    found = gold_of(mixed, sentences.snapshot())
    assert list(found.spans) == list(found.passages) == ["q1"]


# -- quotes ---------------------------------------------------------------------------------------------------------


def test_white_space_is_alike_in_quote_and_text(archive: Archive, embedder: WordEmbedder) -> None:
    index_articles(archive, embedder, [make_article("a", "Tugs  left\nthe port.", "Then\u00a0came a storm.")])
    found = gold(archive, ("a", " left the\n\tport. Then came "), ("a", "Tugs left"))
    assert found.spans == {"q1": ((Span("a", 6, 31),),), "q2": ((Span("a", 0, 10),),)}


def test_a_quote_in_decomposed_characters_is_the_same_quote(archive: Archive, embedder: WordEmbedder) -> None:
    index_articles(archive, embedder, [make_article("a", "The caf\u00e9 closed.")])
    assert gold(archive, ("a", "cafe\u0301 closed")).spans["q1"] == ((Span("a", 4, 15),),)


def test_characters_that_mean_something_in_patterns_are_characters(archive: Archive, embedder: WordEmbedder) -> None:
    index_articles(archive, embedder, [make_article("a", "It cost $1.50 (about [one] euro)? Or $1x50 (about...).")])
    assert gold(archive, ("a", "$1.50 (about [one] euro)?")).spans["q1"] == ((Span("a", 8, 33),),)


def test_a_quote_that_is_absent_is_refused(sentences: Archive) -> None:
    assert refusal(sentences, ("a", "Three tugs left")) == (
        "questions.jsonl: line 1 (query 'q1'): 'Three tugs left' does not stand in article 'a'. "
        "See what does: pressmark show a"
    )


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("The “Grom” sailed – alone.", 'The "Grom" sailed - alone.'),
        ("The 'Grom' sailed alone.", "the ‘grom’ sailed alone"),
        ("It sailed -- alone.", "sailed — alone"),
    ],
)
def test_a_quote_that_differs_in_type_only_is_shown_as_the_article_has_it(
    archive: Archive, embedder: WordEmbedder, said: str, quoted: str
) -> None:
    index_articles(archive, embedder, [make_article("a", f"First. {said}")])
    start = f"First. {said}".casefold().index(quoted[:1].casefold(), 7)
    message = refusal(archive, ("a", quoted))
    words = f"First. {said}"[start : start + len(quoted) + said.count("--")]
    assert f"differs in case, quote marks or dashes from article 'a', which says {words!r}" in message
    assert message.endswith(f"pressmark show a#{start}-{start + len(words)}")


def test_a_quote_that_stands_twice_is_refused(archive: Archive, embedder: WordEmbedder) -> None:
    index_articles(archive, embedder, [make_article("a", "tata tata", "Then ta ta ta.")])
    message = refusal(archive, ("a", "ta ta"))
    assert "stands 3 times in article 'a', at 2-7, 16-21, 19-24. Make the quote longer" in message


def test_an_unknown_article_is_refused_with_the_nearest_ids(archive: Archive, embedder: WordEmbedder) -> None:
    index_articles(archive, embedder, [make_article("news/tugs.md", TUGS), make_article("farms.md", CREW)])
    message = refusal(archive, ("news/tug.md", TUGS), ("zzz", TUGS))
    assert "line 1 (query 'q1'): this archive holds no article 'news/tug.md' (nearest: 'news/tugs.md')." in message
    assert "line 2 (query 'q2'): this archive holds no article 'zzz'. List what it holds: " in message
    assert message.endswith("pressmark status --articles")


def test_all_problems_are_named_at_once_up_to_twenty(sentences: Archive) -> None:
    message = refusal(sentences, *[("a", f"absent {number}") for number in range(23)], ("a", TUGS))
    assert message.count("does not stand in article 'a'") == 20
    assert message.startswith("questions.jsonl: line 1 (")
    assert message.endswith("; and 3 more")


def test_a_quote_from_boilerplate_can_never_be_found(archive: Archive, embedder: WordEmbedder) -> None:
    text, blocks = lay_out([Part("paragraph", TUGS), Part("boilerplate", "Share this story")])
    bare, bare_blocks = lay_out([Part("boilerplate", "Subscribe now")])
    index_articles(archive, embedder, [Article("a", text, blocks), Article("b", bare, bare_blocks)])
    message = refusal(archive, ("a", "Share this"), ("b", "Subscribe now"))
    assert "line 1 (query 'q1'): 'Share this' can never be found: no passage of article 'a' holds it" in message
    assert "line 2 (query 'q2'): 'Subscribe now' can never be found" in message
    assert gold(archive, ("a", "the storm. Share")).passages["q1"] == {"a#0-43": round(10 * 10 / 17)}


# -- copies ---------------------------------------------------------------------------------------------------------


def test_one_text_under_two_ids_is_one_place_under_the_id_that_search_shows(
    archive: Archive, embedder: WordEmbedder
) -> None:
    later = make_article("a-late", TUGS, CREW, published="2020-01-02")
    index_articles(archive, embedder, [later, make_article("z-early", TUGS, CREW, published="2020-01-01")])
    found = gold(archive, ("a-late", CREW), ("z-early", CREW))
    assert found.spans["q1"] == found.spans["q2"] == ((Span("z-early", 45, 87),),)
    assert found.passages["q1"] == found.passages["q2"] == {"z-early#0-87": 10}
    hits = Searcher(archive, embedder).search("crews slept on board", SearchOptions(k=10)).hits
    assert [hit.citation.locator for hit in hits] == ["z-early#0-87"]


def wire(article_id: str, day: int, text: str) -> Article:
    return make_article(article_id, text, title=article_id, published=f"2020-01-{day:02}")


def test_the_words_of_a_quote_count_in_every_copy_that_search_shows(archive: Archive, embedder: WordEmbedder) -> None:
    corrected = WIRE.replace("41 ships", "47 ships")
    index_articles(archive, embedder, [wire("early", 1, WIRE), wire("late", 2, corrected)])
    found = gold(archive, ("late", "several tugs"), ("late", "47 ships"))
    at = WIRE.index("several tugs")
    assert found.spans["q1"] == ((Span("late", at, at + 12), Span("early", at, at + 12)),)
    assert found.passages["q1"] == {f"late#0-{len(WIRE)}": 10, f"early#0-{len(WIRE)}": 10}
    assert found.spans["q2"] == ((Span("late", 34, 42),),)
    assert found.passages["q2"] == {f"late#0-{len(WIRE)}": 10}


def test_a_passage_hidden_behind_an_earlier_copy_is_not_expected(archive: Archive, embedder: WordEmbedder) -> None:
    index_articles(archive, embedder, [wire("early", 1, WIRE), wire("late", 2, WIRE)])
    found = gold(archive, ("late", "several tugs"))
    assert [span.article_id for span in found.spans["q1"][0]] == ["late", "early"]
    assert found.passages["q1"] == {f"early#0-{len(WIRE)}": 10}
    hits = Searcher(archive, embedder).search("several tugs", SearchOptions(k=10)).hits
    assert [hit.citation.locator for hit in hits] == list(found.passages["q1"])


def test_a_quote_whose_only_place_is_hidden_is_refused(archive: Archive, embedder: WordEmbedder) -> None:
    reworded = WIRE.replace("to wait for the tide", "to await the tide")
    index_articles(archive, embedder, [wire("early", 1, WIRE), wire("late", 2, reworded)])
    assert refusal(archive, ("late", "to await the tide")).endswith(
        "what 'to await the tide' says in article 'late', an earlier copy says in nearly the same words, and a search "
        "shows only that. Quote the copy: 'early'"
    )


def test_every_quote_about_the_example_articles_stands_in_them(archive: Archive, embedder: WordEmbedder) -> None:
    seeds = load_suite("seeds")
    assert seeds.corpus is not None
    index_paths(archive, embedder, [seeds.corpus])
    found = gold_of(seeds, archive.snapshot())
    assert list(found.passages) == [query.id for query in seeds.judged]
    assert all(max(grades.values()) >= 5 for grades in found.passages.values())


# -- judged articles ------------------------------------------------------------------------------------------------


def test_articles_that_a_folder_of_judgments_needs_must_be_there(sentences: Archive) -> None:
    def judged(*articles: str) -> Suite:
        grades = dict.fromkeys(articles, 1) | {"unread": 0}
        return Suite("s", Path("beir"), (Query("q", "?", articles=grades),), Path("beir/corpus.jsonl"))

    assert gold_of(judged("a"), sentences.snapshot()) == Gold({}, {}, {})
    with pytest.raises(BadSuite) as caught:
        gold_of(judged("a", "x", *(f"y{i}" for i in range(6))), sentences.snapshot())
    assert str(caught.value) == (
        "beir: this archive lacks 7 of 8 relevant articles, first 'x', 'y0', 'y1', 'y2', 'y3'. "
        "Mend what of beir/corpus.jsonl could not be indexed, or name an archive that has them all"
    )


def test_a_relevant_article_that_is_empty_in_the_corpus_need_not_be_there(sentences: Archive, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text('{"_id": "a", "text": "x"}\n{"_id": "b", "title": " ", "text": ""}\n{"_id": "c", "title": "y"}\n')
    empty = Suite("s", tmp_path, (Query("q", "?", articles={"a": 1, "b": 1}),), corpus)
    assert gold_of(empty, sentences.snapshot()) == Gold({}, {}, {})
    filled = Suite("s", tmp_path, (Query("q", "?", articles={"b": 1, "c": 1}),), corpus)
    with pytest.raises(BadSuite, match="lacks 1 of 2 relevant articles, first 'c'"):
        gold_of(filled, sentences.snapshot())
