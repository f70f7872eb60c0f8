from __future__ import annotations

import dataclasses
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ArchiveDamaged, BadRecord, UnknownArticle
from indexer.records import Article, Block, PartialDate, canonical_text, edition_of
from service.citation import Citation, as_json, check, citation_from_json, cite_span

TEXT = "The bridge opened in 1932.\n\nIt is 503 metres long."


def article(text: str = TEXT, **fields: object) -> Article:
    whole = Article(
        id="example.org/bridge",
        text=text,
        blocks=(Block(0, len(text), "paragraph"),),
        title="A bridge",
        authors=("Ada Byron", "Grace Hopper"),
        publisher="The Span",
        published=PartialDate(2015, 10),
        url="https://example.org/bridge",
    )
    return dataclasses.replace(whole, **fields)  # type: ignore[arg-type]


def test_a_span_is_cited_with_its_characters_and_the_articles_metadata() -> None:
    citation = cite_span(article(), TEXT, 4, 10)
    assert as_json(citation) == {
        "article_id": "example.org/bridge",
        "edition": edition_of(TEXT),
        "title": "A bridge",
        "authors": ["Ada Byron", "Grace Hopper"],
        "publisher": "The Span",
        "published": "2015-10",
        "url": "https://example.org/bridge",
        "start": 4,
        "end": 10,
        "quote": "bridge",
        "locator": "example.org/bridge#4-10",
    }
    assert list(as_json(citation)) == list(Citation.__dataclass_fields__)


def test_unknown_metadata_is_null() -> None:
    bare = article(title=None, authors=(), publisher=None, published=None, url=None)
    shape = as_json(cite_span(bare, TEXT, 0, 3))
    assert [shape[key] for key in ("title", "authors", "publisher", "published", "url")] == [None, [], None, None, None]


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (4, 3), (0, len(TEXT) + 1)])
def test_a_span_outside_the_text_is_refused(start: int, end: int) -> None:
    with pytest.raises(UnknownArticle, match=f"characters 0-{len(TEXT)}, not {start}-{end}"):
        cite_span(article(), TEXT, start, end)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("start", -1, "no such span"),
        ("end", 4, "no such span"),
        ("quote", "bridges", "7 characters and its span 6"),
        ("edition", "ab", "64 hexadecimal digits"),
        ("edition", edition_of(TEXT).upper(), "64 hexadecimal digits"),
        ("article_id", "", "names its article"),
        ("published", "2015-13", "no date"),
        ("published", " 2015", "no date"),
        ("published", "October", "no date"),
    ],
)
def test_a_citation_that_contradicts_itself_is_refused(field: str, value: object, said: str) -> None:
    with pytest.raises(BadRecord, match=said):
        dataclasses.replace(cite_span(article(), TEXT, 4, 10), **{field: value})  # type: ignore[arg-type]


def test_what_leaves_is_what_the_text_holds() -> None:
    citation = cite_span(article(), TEXT, 4, 10)
    check(citation, TEXT)
    with pytest.raises(ArchiveDamaged, match=r"'bridge'.*'tunnel'.*pressmark doctor"):
        check(citation, TEXT.replace("bridge", "tunnel"))
    with pytest.raises(ArchiveDamaged):
        check(citation, TEXT[:9])


@st.composite
def cited(draw: st.DrawFn) -> tuple[Citation, str]:
    text = draw(st.text(min_size=1).map(canonical_text).filter(lambda text: bool(text.strip())))
    start = draw(st.integers(0, len(text) - 1))
    return cite_span(article(text), text, start, draw(st.integers(start + 1, len(text)))), text


@given(cited())
def test_every_span_survives_json_and_still_holds(given_: tuple[Citation, str]) -> None:
    citation, text = given_
    for ascii_only in (True, False):
        read = citation_from_json(json.loads(json.dumps(as_json(citation), ensure_ascii=ascii_only)))
        assert read == citation
        check(read, text)


def test_offsets_count_code_points_not_utf16_units_or_graphemes() -> None:
    family, accent = "👩‍👩‍👧", "q\u0301"  # five code points (eight UTF-16 units); two that NFC cannot compose
    text = f"{family} {accent} end"
    assert text == unicodedata.normalize("NFC", text)
    citation = cite_span(article(text), text, 6, 8)
    assert citation.quote == accent
    assert cite_span(article(text), text, 0, 1).quote == "👩"
    wire = json.dumps(as_json(cite_span(article(text), text, 0, 5)))
    assert "\\ud83d\\udc69" in wire
    assert citation_from_json(json.loads(wire)).quote == family


def shape(**changes: object) -> dict[str, object]:
    return as_json(cite_span(article(), TEXT, 4, 10)) | changes


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "a JSON object"),
        (None, "a JSON object"),
        ({key: value for key, value in shape().items() if key not in ("quote", "url")}, "lacks url, quote"),
        (shape(score=1.0), "has no score"),
        (shape(start=True), "start is a whole number"),
        (shape(end=10.0), "end is a whole number"),
        (shape(start="4"), "start is a whole number"),
        (shape(quote=None), "quote is a string"),
        (shape(title=3), "title is a string"),
        (shape(authors="Ada Byron"), "authors is a list"),
        (shape(authors=[None]), "authors is a string"),
        (shape(locator="example.org/bridge#4-11"), "contradicts"),
        (shape(quote="bridg\ud83d"), "surrogate"),
        (shape(quote="bridge opened"), "13 characters and its span 6"),
    ],
)
def test_json_that_is_no_citation_is_refused_with_the_reason(found: object, said: str) -> None:
    with pytest.raises(BadRecord, match=said):
        citation_from_json(found)
