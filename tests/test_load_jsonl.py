"""JSON lines: each good line an article, each bad line an error that names it."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import NotAnArticle
from indexer.load.jsonl import load
from indexer.records import Article, Original, PartialDate, canonical_text, edition_of


def items_of(
    tmp_path: Path, *lines: str | bytes | dict[str, object], name: str = "a.jsonl"
) -> list[Article | NotAnArticle]:
    path = tmp_path / "a.jsonl"
    raw = [
        line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
        for line in lines
    ]
    path.write_bytes(b"\n".join(raw))
    return list(load(path, name))


def article_of(tmp_path: Path, **record: object) -> Article:
    (item,) = items_of(tmp_path, record)
    assert isinstance(item, Article), item
    return item


def error_of(tmp_path: Path, line: str | bytes | dict[str, object]) -> str:
    good: dict[str, object] = {"id": "good", "text": "Good."}
    first, error = items_of(tmp_path, good, line)
    assert isinstance(first, Article)
    assert isinstance(error, NotAnArticle), error
    return str(error)


def test_every_documented_field_is_read(tmp_path: Path) -> None:
    article = article_of(
        tmp_path,
        id="r-1",
        title="BAHIA",
        author=["Ada Lund"],
        source="Newswire",
        date="26-FEB-1987 15:01:01.79RM",
        url="https://a.example/1",
        lang="en",
        original={"publisher": "Shore News", "published": 2015},
        text="Rain fell\non the hills.\n    It stopped.",
        stars=5,
    )
    assert article.id == "r-1"
    assert (article.title, article.authors, article.publisher) == ("BAHIA", ("Ada Lund",), "Newswire")
    assert (article.published, article.url, article.language) == (PartialDate(1987, 2, 26), "https://a.example/1", "en")
    assert article.original == Original("Shore News", PartialDate(2015))
    assert article.text == "Rain fell\non the hills.\n    It stopped."
    assert [article.text[b.start : b.end] for b in article.blocks] == ["Rain fell\non the hills.", "It stopped."]
    assert article.provenance["publisher"] == "JSON field source"


def test_beir_lines_keep_their_ids(tmp_path: Path) -> None:
    article = article_of(tmp_path, _id="0-0-7", title="", text="Rivers run.", metadata={"a": 1})
    assert (article.id, article.title) == ("0-0-7", None)


def test_without_an_id_the_url_or_the_text_names_the_article(tmp_path: Path) -> None:
    assert article_of(tmp_path, text="Rain.", url="https://A.example/x/").id == "a.example/x"
    assert article_of(tmp_path, text="Rain.").id == f"a.jsonl/{edition_of('Rain.')[:12]}"
    assert article_of(tmp_path, text="Rain.", id=17).id == "17"


def test_a_title_alone_is_the_text(tmp_path: Path) -> None:
    article = article_of(tmp_path, title=" Rain  expected ", text=" ")
    assert (article.text, [block.kind for block in article.blocks]) == ("Rain expected", ["title"])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{bad", "line 2 is no JSON"),
        ("[" * 100_000, "line 2 is no JSON"),
        ('["a"]', "line 2 is a JSON array, not an object"),
        ("null", "JSON null"),
        (b'{"text": "\xff"}', "line 2: byte 10 is not UTF-8"),
        ('{"text": 5}', "field 'text' is a JSON number"),
        ('{"id": "x"}', "no field 'text', only 'id'"),
        ('{"title": "x"}', "no field 'text', only 'title'"),
        ('{"id": "x", "text": ""}', "neither text nor title"),
        ('{"text": "a\\ud800b"}', r"half a character \(U\+D800\)"),
        ('{"id": "good", "text": "Other."}', "line 2: its id 'good' is that of line 1"),
    ],
    ids=lambda value: str(value)[:25],
)
def test_a_bad_line_costs_that_line_only(tmp_path: Path, line: str | bytes, message: str) -> None:
    error = error_of(tmp_path, line)
    assert error.startswith("a.jsonl line 2")
    assert re.search(message, error)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "a", "date": "soon"}', "field 'date' is 'soon', which is not a date"),
        ('{"text": "a", "date": "03/04/2019"}', "YYYY-MM-DD"),
        ('{"text": "a", "date": true}', "'date' is True"),
        ('{"text": "a", "title": ["x"]}', "'title' is"),
        ('{"text": "a", "authors": [1]}', "'authors' is 1, which is not text"),
    ],
    ids=lambda value: str(value)[:25],
)
def test_a_bad_field_costs_that_field_only(tmp_path: Path, line: str, message: str) -> None:
    error, article = items_of(tmp_path, line)
    assert isinstance(article, Article)
    assert article.text == "a"
    assert (article.title, article.authors, article.published) == (None, (), None)
    assert re.search(message, str(error))
    assert "line 1" in str(error)
    assert "indexed without it" in str(error)


def test_a_mistyped_hour_leaves_the_day(tmp_path: Path) -> None:
    assert article_of(tmp_path, text="a", date="31-MAR-1987 605:12:19.12").published == PartialDate(1987, 3, 31)


def test_a_whole_pair_of_surrogates_is_one_character(tmp_path: Path) -> None:
    (article,) = items_of(tmp_path, '{"text": "\\ud83d\\ude00"}')
    assert isinstance(article, Article)
    assert article.text == "\U0001f600"


def test_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    items = items_of(tmp_path, b'\xef\xbb\xbf{"text": "a"}', "", " ", '{"text": "b"}', "{}")
    assert [item.text for item in items if isinstance(item, Article)] == ["a", "b"]
    assert "line 5" in str(items[-1])


def test_a_compressed_file_reads_as_the_plain_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id": "a", "text": "A."}\n{"id": "b", "text": "B."}\n'))
    assert [item.id for item in load(path, "a.jsonl.gz") if isinstance(item, Article)] == ["a", "b"]


def test_a_file_cut_short_gives_what_came_before_and_then_the_error(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": str(n), "text": f"{n * 7919 % 10007} " * 20}) + "\n" for n in range(4000))
    whole = gzip.compress(lines.encode())
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(whole[: len(whole) // 2])
    *before, last = load(path, "a.jsonl.gz")
    assert len(before) > 1000
    assert all(isinstance(item, Article) for item in before)
    assert isinstance(last, NotAnArticle)
    assert f"damaged after line {len(before)}" in str(last)


def test_a_file_that_is_another_format_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("not json\n" * 5000)
    errors: list[Article | NotAnArticle] = []
    with pytest.raises(NotAnArticle, match="none of its first 100 lines is an article"):
        errors.extend(load(path, "a.jsonl"))
    path.write_text("\n \n")
    with pytest.raises(NotAnArticle, match="has no lines"):
        list(load(path, "a.jsonl"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(
    ["id", "_id", "text", "title", "author", "authors", "date", "url", "lang", "source", "original"]
)


@given(st.lists(st.dictionaries(FIELDS, JSON | st.text()) | JSON, min_size=1, max_size=5))
def test_any_record_is_an_article_or_an_error(tmp_path_factory: pytest.TempPathFactory, records: list[object]) -> None:
    lines = [json.dumps(record) for record in records]
    items = items_of(tmp_path_factory.mktemp("any"), *lines)
    whole = [item for item in items if not str(item).endswith("indexed without it")]
    assert len(whole) == len(records)
    for item, record in zip(whole, records, strict=True):
        if (
            isinstance(item, Article)
            and isinstance(record, dict)
            and canonical_text(str(record.get("text") or "")).strip()
        ):
            assert item.text == canonical_text(record["text"])
