from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt
from markdown_it.token import Token

from indexer.archive import Archive
from indexer.build import index_articles
from indexer.errors import BadQuery
from service.answer.records import Answer
from service.answer.wording import according_to, how_sure, quoted
from service.cite import FORMATS, format_citations
from service.cite.markdown import block_quote
from service.export import FORMS, export_answer
from service.shapes import answer_json
from tests import hand_answers as hand
from tests.fakes import WordEmbedder


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return hand.bridge_archive(tmp_path_factory.mktemp("export") / "archive")


class Page:
    """A page of HTML as a browser takes it apart."""

    def __init__(self, document: str) -> None:
        self.root = html.document_fromstring(document)
        self.seen = " ".join(str(self.root.xpath("string()")).split())

    def found(self, path: str) -> list[Any]:
        nodes = self.root.xpath(path)
        assert isinstance(nodes, list)
        return nodes

    def text(self, path: str) -> str:
        return str(self.root.xpath(f"string({path})"))


def plain(answer_document: str) -> str:
    """What a reader of a Markdown document sees, on one line."""
    return Page(MarkdownIt("commonmark").render(answer_document)).seen


EVERY_ANSWER = [
    lambda archive: hand.answer(hand.opened(archive)),
    hand.abstention,
    hand.disagreement,
    hand.listing,
    hand.written,
]


# --- JSON -------------------------------------------------------------------------------------------------------------


def test_json_has_the_documented_keys_first_and_in_order(archive: Archive) -> None:
    shape = answer_json(hand.answer(hand.opened(archive)))
    documented = ["question", "answer", "abstained", "reason", "confidence", "citations", "nearest"]
    assert list(shape)[:7] == documented
    assert list(shape)[7:] == ["kind", "items", "support", "sides", "written", "notes", "generation", "took_ms"]
    assert "phases_ms" in answer_json(hand.answer(hand.opened(archive)), explain=True)


def test_support_stands_beside_its_citation_and_gives_the_exact_words(archive: Archive) -> None:
    for make in EVERY_ANSWER:
        shape = answer_json(make(archive))
        assert len(shape["support"]) == len(shape["citations"])
        for citation, support in zip(shape["citations"], shape["support"], strict=True):
            text = hand.TEXTS[citation["article_id"]]
            start, end = support["words"]
            assert citation["start"] <= start < end <= citation["end"]
            assert support["quote"] == text[start:end]
            assert support["locator"] == f"{citation['article_id']}#{start}-{end}"


def test_sides_and_sentences_cite_by_place(archive: Archive) -> None:
    sides = answer_json(hand.disagreement(archive))["sides"]
    assert [(side["answer"], side["citations"]) for side in sides] == [("1932", [0]), ("1931", [1])]
    told = answer_json(hand.written(archive))["written"]
    assert told["sentences"] == [{"text": "The bridge opened in 1932.", "citations": [0]}]
    assert told["dropped"] == [{"text": "It was painted <b>red</b>.", "why": "no passage says it"}]


def test_exported_json_is_what_the_command_line_prints(archive: Archive) -> None:
    answer = hand.disagreement(archive)
    assert json.loads(export_answer(answer, "json")) == json.loads(json.dumps(answer_json(answer)))


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (1.0, "very likely right (1.00)"),
        (0.999, "very likely right (0.99)"),
        (0.9, "very likely right (0.90)"),
        (0.57, "more likely right than not (0.57)"),
        (0.4999, "doubtful (0.49)"),
        (0.0, "doubtful (0.00)"),
    ],
)
def test_confidence_is_said_in_words_and_never_rounded_up(confidence: float, words: str) -> None:
    assert how_sure(confidence) == words


def test_what_one_source_states_itself_is_not_only_somebodys_word(archive: Archive) -> None:
    own, said = hand.disagreement(archive).supports
    assert according_to([said]) == "according to Mehdi Safari"
    assert according_to([own, said]) == according_to([]) == ""


def test_a_sentence_that_answers_twice_is_quoted_once_with_both_marks(archive: Archive) -> None:
    (one,) = quoted(hand.listing(archive).supports).values()
    assert [one.citation.quote[start:end] for start, end in one.marks] == ["trams", "trains"]


# --- Markdown ---------------------------------------------------------------------------------------------------------


def test_markdown_says_question_answer_quote_and_reference(archive: Archive) -> None:
    answer = hand.answer(hand.opened(archive))
    assert export_answer(answer, "md", accessed=date(2026, 11, 22)) == (
        "# When did the bridge open?\n\n"
        "**1932**\n\n"
        "Very likely right (0.93).\n\n"
        "> The bridge opened in **1932**.\n\n"
        "\\[1\\]\n\n"
        "## References\n\n"
        '1. Ada Byron. "A bridge." *The Span*, October 2015. <https://example.org/bridge>\\\n'
        f"   span#0-26 in the text whose SHA-256 is {answer.citations[0].edition}, accessed 22 November 2026\n\n"
        "Asked of generation 1 of the archive on 22 November 2026.\n"
    )


@pytest.mark.parametrize("form", FORMS)
def test_without_a_date_given_no_clock_is_read(archive: Archive, form: str) -> None:
    documents = {export_answer(hand.disagreement(archive), form) for _ in range(2)}
    assert len(documents) == 1
    assert str(date.today().year) not in documents.pop()


@pytest.mark.parametrize("form", ["md", "html"])
def test_sides_stand_apart_with_source_date_and_speaker(archive: Archive, form: str) -> None:
    answer = hand.disagreement(archive)
    seen = plain(export_answer(answer, form)) if form == "md" else Page(export_answer(answer, "html")).seen
    first, second = seen.index("The Span, 2015-10"), seen.index("The Arch, 2014")
    assert seen.index("The sources disagree") < first < seen.index("opened in 1932.") < second
    assert second < seen.index("according to Mehdi Safari") < seen.index("opened in 1931,")


@pytest.mark.parametrize("form", ["md", "html"])
def test_an_abstention_shows_the_nearest_as_such_and_no_reference(archive: Archive, form: str) -> None:
    document = export_answer(hand.abstention(archive), form)
    assert "Not found in this archive" in document
    assert "no passage answers it" in document
    assert "The nearest passages, none of which answers it" in document
    assert document.index("none of which") < document.index("Wheat and barley")
    assert "References" not in document
    assert "<mark>" not in document


@pytest.mark.parametrize("form", ["md", "html"])
def test_what_a_model_wrote_is_said_to_be_and_what_was_dropped_shown_apart(archive: Archive, form: str) -> None:
    answer = hand.written(archive)
    seen = plain(export_answer(answer, form)) if form == "md" else Page(export_answer(answer, "html")).seen
    assert "The bridge opened in 1932. [1]" in seen
    assert "Written by tiny" in seen
    assert seen.index("Left out") < seen.index("It was painted <b>red</b>.") < seen.index("no passage says it")


@pytest.mark.parametrize("style", [style for style in FORMATS if style != "markdown"])
@pytest.mark.parametrize("form", ["md", "html"])
def test_another_style_is_added_as_the_document_that_cite_writes(archive: Archive, form: str, style: str) -> None:
    answer = hand.answer(hand.opened(archive))
    document = format_citations(answer.citations, style).rstrip()
    if form == "md":
        fences = [t for t in MarkdownIt().parse(export_answer(answer, "md", style=style)) if t.type == "fence"]
        assert [fence.content.rstrip() for fence in fences] == [document]
    else:
        assert Page(export_answer(answer, "html", style=style)).text("//pre").rstrip() == document


def test_what_cannot_be_written_is_refused_with_the_choices(archive: Archive) -> None:
    answer = hand.answer(hand.opened(archive))
    with pytest.raises(BadQuery, match=r"'pdf'\. Use one of: md, html, json"):
        export_answer(answer, "pdf")
    for form in FORMS:
        with pytest.raises(BadQuery, match=r"'apa'\. Use one of: bibtex"):
            export_answer(answer, form, style="apa")
    with pytest.raises(BadQuery, match="'arch' cannot be linked to"):
        export_answer(hand.disagreement(archive), "md", style="link")


# --- marks ------------------------------------------------------------------------------------------------------------


def strong(tokens: list[Token] | None) -> str:
    """What Markdown shows in bold."""
    found, inside = "", False
    for token in tokens or []:
        inside = (inside or token.content == "<strong>" or token.type == "strong_open") and not (
            token.content == "</strong>" or token.type == "strong_close"
        )
        found += token.content if inside and token.type in {"text", "text_special", "code_inline"} else ""
    return found


@given(
    before=st.text(st.sampled_from("a*_`<>[]()!. “”'-1\\é#+~|&;"), max_size=6),
    words=st.text(st.sampled_from("a*_`<>[]()!. “”'-1\\é#+~|&;"), min_size=1, max_size=6).filter(str.strip),
    after=st.text(st.sampled_from("a*_`<>[]()!. “”'-1\\é#+~|&;"), max_size=6),
)
def test_any_words_are_shown_in_bold_and_nothing_else_is(before: str, words: str, after: str) -> None:
    quote = before + words + after
    tokens = MarkdownIt("commonmark").parse(block_quote(quote, [(len(before), len(before) + len(words))]))
    (inline,) = [token for token in tokens if token.type == "inline"]
    assert strong(inline.children) == words.strip()
    assert "".join(c.content for c in inline.children or [] if c.type.startswith("text")).strip() == quote.strip()


def test_a_mark_over_several_lines_is_bold_on_each() -> None:
    quote = "One two\nthree.\n\nfour five"
    marked = block_quote(quote, [(quote.index("two"), quote.index(" five"))])
    assert marked == "> One **two**\n> **three.**\n>\n> **four** five"


# --- hostile articles -------------------------------------------------------------------------------------------------

HOSTILE = (
    "</blockquote><script>alert(1)</script> ![x](http://evil/x.png) [a](javascript:alert(1)) *{{ 7*7 }}* \u202egnp"
)


@pytest.fixture
def hostile(tmp_path: Path) -> Answer:
    archive = hand.bridge_archive(tmp_path / "archive")
    stated = {"title": f"{HOSTILE} title", "publisher": f"{HOSTILE} paper", "authors": (HOSTILE,)}
    url = 'https://example.org/"onclick="alert(1)'
    index_articles(
        archive, WordEmbedder(), [hand.article(f"x`<{HOSTILE.replace(' ', '')}", HOSTILE, url=url, **stated)]
    )
    found = hand.support(archive, f"x`<{HOSTILE.replace(' ', '')}", HOSTILE, "alert(1)</script>", said_by=HOSTILE)
    return hand.answer(found, question=f"{HOSTILE}?", answer=HOSTILE, notes=(HOSTILE,))


def test_hostile_text_on_the_page_is_text(hostile: Answer) -> None:
    document = export_answer(hostile, "html", style="bibtex")
    page = Page(document)
    assert not page.found("//script | //img | //iframe | //link | //object | //form | //svg | //base")
    assert not page.found("//@*[starts-with(name(), 'on')]")
    assert all(re.match(r"#|https?:", target) for target in page.found("//@href"))
    assert page.text("//blockquote") == HOSTILE
    assert page.text("//mark") == "alert(1)</script>"
    assert not re.search(r"@import|url\(|\bsrc=", document.replace("(http", ""))


def test_hostile_text_in_markdown_is_text(hostile: Answer) -> None:
    def flattened(tokens: list[Token]) -> list[Token]:
        return [one for token in tokens for one in (token, *flattened(token.children or []))]

    tokens = flattened(MarkdownIt("commonmark").parse(export_answer(hostile, "md")))
    assert not [token for token in tokens if token.type in {"image", "html_block"}]
    assert {t.content for t in tokens if t.type == "html_inline"} <= {"<strong>", "</strong>"}
    assert all(re.match(r"https?:", str(token.attrs["href"])) for token in tokens if token.type == "link_open")
    assert [token.content for token in tokens if token.type == "heading_open"] == ["", ""]


def test_a_fence_is_longer_than_any_in_what_it_holds(archive: Archive) -> None:
    answer = hand.answer(hand.opened(archive))
    (support,) = answer.supports
    citation = dataclasses.replace(support.citation, title="A ```` fence")
    odd = dataclasses.replace(answer, supports=(dataclasses.replace(support, citation=citation),))
    tokens = MarkdownIt().parse(export_answer(odd, "md", style="csl-json"))
    (fence,) = [token for token in tokens if token.type == "fence"]
    assert json.loads(fence.content)[0]["title"] == "A ```` fence"


@pytest.mark.parametrize("make", EVERY_ANSWER)
def test_every_page_is_well_formed_loads_nothing_and_points_at_what_is_there(
    archive: Archive, make: Callable[[Archive], Answer]
) -> None:
    document = export_answer(make(archive), "html")
    page = Page(document)
    assert "default-src 'none'" in document
    ids = page.found("//@id")
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in page.found("//@href") if target.startswith("#")} <= set(ids)
