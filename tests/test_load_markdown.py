"""Markdown: metadata from the front matter, the body as the plain text that a reader sees."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import NotAnArticle
from indexer.load.markdown import load
from indexer.records import Article, Original, PartialDate

FULL = """---
title: "The Ferry: A Life"
authors: [Ada Lund, Bo Chen]
site: Lake Review
date: 2015-10-02
canonical_url: https://Lake.example/ferry?utm_source=mail
lang: en-GB
layout: post
original: {publisher: Shore News, published: 2015-09, url: https://shore.example/f}
---
# The Ferry: A Life

It runs *every* day.
"""


def article_of(tmp_path: Path, source: str, name: str = "notes/a.md") -> Article:
    path = tmp_path / "a.md"
    path.write_text(source, encoding="utf-8", newline="")
    (article,) = load(path, name)
    assert isinstance(article, Article)
    return article


def blocks(article: Article) -> list[tuple[str, str]]:
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


def test_front_matter_gives_the_metadata(tmp_path: Path) -> None:
    article = article_of(tmp_path, FULL)
    assert article.id == "lake.example/ferry"
    assert article.title == "The Ferry: A Life"
    assert article.authors == ("Ada Lund", "Bo Chen")
    assert article.publisher == "Lake Review"
    assert article.published == PartialDate(2015, 10, 2)
    assert article.url == "https://Lake.example/ferry?utm_source=mail"
    assert article.language == "en"
    assert article.original == Original("Shore News", PartialDate(2015, 9), "https://shore.example/f")
    assert set(article.provenance.values()) == {"front matter"}
    assert blocks(article) == [("title", "The Ferry: A Life"), ("paragraph", "It runs every day.")]


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2015", "2015"),
        ("2015-10", "2015-10"),
        ('"2015-10-02"', "2015-10-02"),
        ("2015-10-02 09:30:00 +02:00", "2015-10-02"),
    ],
)
def test_a_date_keeps_its_precision(tmp_path: Path, value: str, date: str) -> None:
    assert article_of(tmp_path, f"---\npublished: {value}\n---\nText.").published == PartialDate.parse(date)


def test_values_stay_the_text_that_they_are(tmp_path: Path) -> None:
    article = article_of(tmp_path, "---\nid: 007\ntitle: No\nauthor: Ada Lund and Bo Chen\nurl: ~\n---\nText.")
    assert (article.id, article.title, article.authors, article.url) == ("007", "No", ("Ada Lund", "Bo Chen"), None)


def test_the_body_is_the_text_that_a_reader_sees(tmp_path: Path) -> None:
    source = """Intro with a [link](https://a.example "t"), ![a picture](p.png) `code` &amp; **bold**
on two lines.

## Why &ndash; *how*

- first
- second
  - inner

1. one

> A quote.

```python
x = 1
```

| river | length |
|---|---|
| Upper | 12 |

<!-- a comment -->
<div>In a <b>box</b>.</div>

---

Line one\\
line two<br>line three <span>end</span>
"""
    assert blocks(article_of(tmp_path, source)) == [
        ("paragraph", "Intro with a link,  code & bold on two lines."),
        ("heading", "Why – how"),
        ("paragraph", "first"),
        ("paragraph", "second"),
        ("paragraph", "inner"),
        ("paragraph", "one"),
        ("paragraph", "A quote."),
        ("paragraph", "x = 1"),
        ("paragraph", "river | length"),
        ("paragraph", "Upper | 12"),
        ("paragraph", "In a  box ."),
        ("paragraph", "Line one\nline two\nline three end"),
    ]


def test_the_first_heading_of_level_one_is_the_title_where_nothing_else_says(tmp_path: Path) -> None:
    article = article_of(tmp_path, "# Rain\n\nIt fell.\n\n# Snow\n\n### Deep\n\nIt lay.")
    assert (article.title, article.provenance) == ("Rain", {"title": "first heading"})
    assert [(block.kind, block.level) for block in article.blocks] == [
        *(("title", 0), ("paragraph", 0)),
        *(("heading", 1), ("heading", 3), ("paragraph", 0)),
    ]


def test_another_title_in_the_front_matter_leaves_the_heading_a_heading(tmp_path: Path) -> None:
    article = article_of(tmp_path, "---\ntitle: Weather\n---\n# Rain\n\nIt fell.")
    assert (article.title, article.blocks[0].kind) == ("Weather", "heading")
    assert article_of(tmp_path, "## Rain\n\nIt fell.").title is None


@pytest.mark.parametrize(
    "source", ["---\n\nA rule, then text.", "---\nJust prose here\n---\nand more.", "----\n- a\n----\nb"]
)
def test_a_line_of_dashes_that_opens_no_fields_is_a_rule(tmp_path: Path, source: str) -> None:
    assert article_of(tmp_path, source).title is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("---\ntitle: a\ndate: 2015-13-45\n---\nText", r"line 3: front matter field 'date' is '2015-13-45'"),
        ("---\ndate: 03/04/2019\n---\nText", r"YYYY-MM-DD"),
        ("---\ntitle: [a, b]\n---\nText", r"line 2: .*'title' is \['a', 'b'\], which is not text"),
        ("---\nauthors: {name: a}\n---\nText", r"'authors' is \{'name': 'a'\}"),
        ("---\nlanguage: the Queen's\n---\nText", r"language code"),
        ("---\noriginal: Shore News\n---\nText", r"'original' is 'Shore News'"),
    ],
)
def test_a_field_that_cannot_be_used_is_named_and_left_empty(tmp_path: Path, source: str, message: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(source)
    error, article = load(path, "a.md")
    assert isinstance(error, NotAnArticle)
    assert re.search(message, str(error))
    assert isinstance(article, Article)
    assert article.text == "Text"
    assert (article.authors, article.published, article.original) == ((), None, None)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("---\ntitle: a\nText", r"line 1: front matter is opened and never closed"),
        ("---\ntitle: a\nauthor: b: c\n---\nText", r"line 3: front matter is no YAML"),
        ("---\ntitle: a\n---\n<!-- nothing -->", r"holds no text"),
    ],
)
def test_bad_front_matter_is_refused_with_its_line(tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(NotAnArticle, match=r"notes/a\.md") as caught:
        article_of(tmp_path, source)
    assert caught.match(message)


@given(
    st.text(alphabet=st.one_of(st.characters(exclude_categories=["Cs", "Cc"]), st.sampled_from("\n#*-|`<>[]()! &;")))
)
def test_any_markdown_gives_blocks_that_hold_its_text(tmp_path_factory: pytest.TempPathFactory, source: str) -> None:
    try:
        article = article_of(tmp_path_factory.mktemp("any"), source)
    except NotAnArticle:
        return
    assert article.text.strip()  # Article itself refuses blocks that lose a character
