"""BM25 by hand, and nothing that a person types an error."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.lexical import (
    FIELDS,
    LexicalIndex,
    LexicalRow,
    LexicalWriter,
    damaged_files,
    lexical_generation,
    telling_words,
    words_of,
)


def index_of(place: Path, *bodies: str, first: int = 1) -> LexicalIndex:
    writer = LexicalWriter(place)
    writer.stage([LexicalRow(i, 10 * i, "", "", body) for i, body in enumerate(bodies, first)], [])
    writer.publish(1)
    return LexicalIndex(place)


def bm25(frequency: int, length: int, mean: float, holding: int, total: int) -> float:
    idf = math.log(1 + (total - holding + 0.5) / (holding + 0.5))
    return idf * frequency * (1.2 + 1) / (frequency + 1.2 * (1 - 0.75 + 0.75 * length / mean))


def test_scores_are_bm25(tmp_path: Path) -> None:
    index = index_of(tmp_path, "port port ship", "port storm gale rain wind", "wheat barley")
    mean = (3 + 5 + 2) / 3
    found = dict(index.search("port", 10))
    assert found == pytest.approx(
        {
            1: FIELDS["body"] * bm25(2, 3, mean, 2, 3),
            2: FIELDS["body"] * bm25(1, 5, mean, 2, 3),
        },
        rel=1e-4,
    )
    both = dict(index.search("port storm", 10))
    assert both[2] == pytest.approx(FIELDS["body"] * (bm25(1, 5, mean, 2, 3) + bm25(1, 5, mean, 1, 3)), rel=1e-4)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("ports", "one port"),
        ("RUNNING", "they run"),
        ("cafe", "the Café"),
        ("Zürich", "in Zurich"),
        ("Москва", "город москва"),
        ("القاهرة", "في القاهرة"),
        ("北京", "北京,上海"),
    ],
)
def test_words_match_whatever_their_case_accents_or_script(tmp_path: Path, query: str, text: str) -> None:
    assert [i for i, _ in index_of(tmp_path, text, "other").search(query, 5)] == [1]


def test_chinese_without_spaces_is_one_word_and_no_error(tmp_path: Path) -> None:
    index = index_of(tmp_path, "中国船只抵达港口", "其他")
    assert index.search("港口", 5) == []
    assert [i for i, _ in index.search("中国船只抵达港口", 5)] == [1]


def test_words_that_mean_nothing_alone_find_nothing_beside_others(tmp_path: Path) -> None:
    index = index_of(tmp_path, "what the port is", "what is the question", "a port")
    for question in ("what is the port", "The PORT?", "port"):
        assert dict(index.search(question, 5)) == dict(index.search("port", 5))
        assert index.matching_any(question).tolist() == [1, 3]


def test_a_query_of_nothing_else_is_searched_by_all_its_words(tmp_path: Path) -> None:
    index = index_of(tmp_path, "To be, or not to be", "who was it", "a port")
    assert telling_words("To be or not") == ["to", "be", "or", "not"]
    assert [i for i, _ in index.search("to be or not to be", 5)] == [1]
    assert [i for i, _ in index.search("Who?", 5)] == index.matching_any("who").tolist() == [2]


def test_filters_by_phrase_heed_every_word(tmp_path: Path) -> None:
    index = index_of(tmp_path, "the port of call", "port call")
    assert index.matching("port of call").tolist() == [1]
    assert index.matching("the").tolist() == [1]


CALLS = (
    "the port of call",
    "a call at port",
    "port, then a long and slow way to a call",
    "call the port of call the port of call",
    "nothing of the kind",
    "calls to every port there is by sea",
)


def in_order(words: Sequence[str], pair: tuple[str, str]) -> int:
    return sum(both == pair for both in pairwise(words))


def test_pairs_that_stand_together_add_to_the_score(tmp_path: Path) -> None:
    index = index_of(tmp_path, *CALLS)
    texts = [[word.stem for word in words_of(text)] for text in CALLS]
    mean = sum(map(len, texts)) / len(texts)
    holding = {stem: sum(stem in words for words in texts) for stem in {"port", "of", "call"}}
    near = [1, 1, 0, 2, 0, 1]  # "port" and "call" at most six moves apart; the fourth repeats both, each pair once

    def oracle(words: list[str], together: int) -> float:
        def part(frequency: int, *stems: str) -> float:
            return sum(bm25(frequency, len(words), mean, holding[stem], len(texts)) for stem in stems)

        single = sum(part(words.count(stem), stem) for stem in ("port", "call"))
        beside = sum(part(in_order(words, pair), *pair) for pair in (("port", "of"), ("of", "call")))
        return single + 0.3 * beside + 0.3 * part(together, "port", "call")

    ids = list(range(1, len(CALLS) + 1))
    expected = [oracle(words, together) for words, together in zip(texts, near, strict=True)]
    assert list(index.score("port of call", ids, proximity=0.3).values()) == pytest.approx(expected, rel=1e-4)


def test_scores_without_proximity_are_those_of_search(tmp_path: Path) -> None:
    index = index_of(tmp_path, *CALLS)
    found = dict(index.search("port of call", 9))
    assert index.score("port of call", [1, 2, 3, 4, 5, 6], proximity=0) == {5: 0.0} | found
    assert index.score("port of call", [], proximity=0.3) == {}
    assert index.score("...", [1, 2], proximity=0.3) == {1: 0.0, 2: 0.0}


def test_a_pair_that_is_twice_in_the_query_or_of_one_word_counts_no_more(tmp_path: Path) -> None:
    index = index_of(tmp_path, *CALLS)
    once = index.score("port call", [1, 2, 3, 4], proximity=0.3)
    assert index.score("port call call", [1, 2, 3, 4], proximity=0.3) == once
    assert index.score("wheat port call rye port call", [1, 2, 3, 4], proximity=0.3)[3] == once[3]


def test_all_that_tie_with_the_last_are_returned(tmp_path: Path) -> None:
    index = index_of(tmp_path, *["port"] * 60, "port port")
    found = index.search("port", 5)
    assert found[0][0] == 61
    assert sorted(i for i, _ in found) == list(range(1, 62))


def test_keep_and_contents_limit_what_is_found(tmp_path: Path) -> None:
    index = index_of(tmp_path, *["port ship"] * 300)
    odd = index.search("port", 200, keep=lambda ids: ids % 2 == 1)
    assert sorted(i for i, _ in odd) == list(range(1, 301, 2))
    assert sorted(i for i, _ in index.search("port", 5, contents=[70, 80])) == [7, 8]
    plain = dict(index.search("port", 300))
    assert dict(index.search("port", 5, contents=[70])) == pytest.approx({7: plain[7]})
    assert index.search("port", 5, keep=lambda ids: np.zeros(len(ids), np.bool_)) == []
    assert index.search("port", 0) == []


def test_phrases_stand_side_by_side(tmp_path: Path) -> None:
    index = index_of(tmp_path, "the naval base", "base of naval power", "naval bases")
    assert index.matching("naval base").tolist() == [1, 3]
    assert index.matching("naval").tolist() == [1, 2, 3]
    assert index.matching("...").tolist() == []
    assert index.matching_any("power wheat").tolist() == [2]


def test_removed_rows_are_gone_and_replayed_rows_stand_once(tmp_path: Path) -> None:
    index_of(tmp_path, "port one", "port two", "port three")
    writer = LexicalWriter(tmp_path)
    writer.stage([LexicalRow(3, 30, "", "", "port again")], [1], again=True)
    writer.publish(2)
    index = LexicalIndex(tmp_path)
    assert sorted(i for i, _ in index.search("port", 9)) == [2, 3]
    assert (index.rows, lexical_generation(tmp_path), damaged_files(tmp_path)) == (2, 2, [])
    assert [i for i, _ in index.search("three", 9)] == []


def test_what_is_staged_shows_only_when_published(tmp_path: Path) -> None:
    before = index_of(tmp_path, "port")
    writer = LexicalWriter(tmp_path)
    writer.stage([LexicalRow(2, 20, "", "", "port")], [])
    assert LexicalIndex(tmp_path).rows == 1
    writer.discard()
    writer.start_over()
    writer.stage([LexicalRow(5, 50, "", "", "port")], [])
    assert LexicalIndex(tmp_path).rows == 1
    writer.publish(2)
    assert [i for i, _ in LexicalIndex(tmp_path).search("port", 5)] == [5]
    assert [i for i, _ in before.search("port", 5)] == [1]  # a reader keeps what it has open


def test_built_in_one_go_or_bit_by_bit_it_scores_alike(tmp_path: Path) -> None:
    bodies = [f"port {'ship ' * (i % 7)} storm{i % 5} word{i}" for i in range(20)]
    whole = index_of(tmp_path / "whole", *bodies)
    writer = LexicalWriter(tmp_path / "parts")
    for number, body in enumerate(bodies, 1):
        writer.stage([LexicalRow(number, 10 * number, "", "", body)], [])
        writer.publish(number)
    parts = LexicalIndex(tmp_path / "parts")
    query = "port ship storm3"
    assert dict(parts.search(query, 60)) == pytest.approx(dict(whole.search(query, 60)), rel=1e-5)


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return index_of(tmp_path_factory.mktemp("lexical") / "index", "port and ship", "AND OR NOT", "body:title^2 ~ *")


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters(), max_size=60) | st.text('+-"():*~^[]{}\\/ANDORT ', max_size=30))
def test_no_text_is_a_syntax_error(some: LexicalIndex, text: str) -> None:
    some.search(text, 5)
    some.matching(text)
    some.matching_any(text)
    assert all(0 <= w.start < w.end <= len(text) for w in words_of(text))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    chance = random.Random(3)
    words = [f"w{i}" for i in range(40)]
    bodies = [" ".join(chance.choices(words, range(40, 0, -1), k=chance.randint(3, 60))) for _ in range(400)]
    return index_of(tmp_path_factory.mktemp("many") / "index", *bodies)


@settings(max_examples=60, deadline=None)
@given(
    query=st.lists(st.integers(0, 39), min_size=1, max_size=40).map(lambda numbers: " ".join(f"w{i}" for i in numbers)),
    chosen=st.sets(st.integers(1, 400), min_size=1, max_size=60),
)
def test_a_score_does_not_depend_on_what_else_is_scored(many: LexicalIndex, query: str, chosen: set[int]) -> None:
    whole = many.score(query, range(1, 401), proximity=0.3)
    assert many.score(query, sorted(chosen), proximity=0.3) == {i: whole[i] for i in sorted(chosen)}
    assert all(whole[i] >= score for i, score in many.search(query, 400))


def test_a_long_text_is_scored_while_somebody_waits(many: LexicalIndex) -> None:
    chance = random.Random(5)
    query = " ".join(f"w{chance.randrange(40)}" for _ in range(3_000))
    started = time.perf_counter()
    many.score(query, range(1, 401), proximity=0.3)
    assert time.perf_counter() - started < 2


def test_a_query_of_ten_thousand_words_ends(some: LexicalIndex) -> None:
    started = time.perf_counter()
    some.search(" ".join(f"word{i}" for i in range(10_000)), 5)
    assert time.perf_counter() - started < 5
