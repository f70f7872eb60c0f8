from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.errors import NotAnArticle
from indexer.load.bounded import (
    LONGEST_AUTHORS,
    LONGEST_ID,
    LONGEST_PUBLISHER,
    LONGEST_TITLE,
    LONGEST_URL,
    bounded,
)
from indexer.load.files import load_file
from indexer.records import Article, Block

TEXT = "The dam opened in 1911 after a long delay and many quarrels about who was to pay for it."


def article(article_id: str = "dam", **fields: object) -> Article:
    return Article(article_id, TEXT, (Block(0, len(TEXT), "paragraph"),), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "most", "value"),
    [
        ("title", LONGEST_TITLE, lambda size: "t" * size),
        ("publisher", LONGEST_PUBLISHER, lambda size: "p" * size),
        ("url", LONGEST_URL, lambda size: "https://" + "u" * (size - 8)),
        ("authors", LONGEST_AUTHORS, lambda size: ("a" * (size - 3), "Ada")),
    ],
)
def test_a_field_that_is_too_long_is_left_out_and_named(field: str, most: int, value: object) -> None:
    assert callable(value)
    kept = article(provenance={field: "somewhere", "language": "detected"}, **{field: value(most)})
    assert list(bounded(kept, "dam.txt")) == [kept]
    error, left = bounded(article(provenance=kept.provenance, **{field: value(most + 1)}), "dam.txt")
    assert isinstance(error, NotAnArticle)
    assert str(error).startswith(f"dam.txt: its {field} has {most + 1:,} characters; the most is {most:,}.")
    assert left == article(provenance={"language": "detected"})


def test_an_article_whose_id_is_too_long_costs_itself() -> None:
    assert list(bounded(article("i" * LONGEST_ID), "dam.txt")) == [article("i" * LONGEST_ID)]
    (error,) = bounded(article("i" * (LONGEST_ID + 1)), "dam.txt")
    assert isinstance(error, NotAnArticle)
    assert len(str(error)) < 250


@pytest.mark.parametrize("suffix", [".html", ".jsonl"])
def test_a_title_of_ten_megabytes_costs_the_title(tmp_path: Path, suffix: str) -> None:
    title = "t" * 10_000_000
    source = {
        ".html": f"<html><head><title>{title}</title></head><body><article><p>{TEXT}</p></article></body></html>",
        ".jsonl": json.dumps({"title": title, "text": TEXT}),
    }[suffix]
    (path := tmp_path / f"dam{suffix}").write_text(source)
    error, read = load_file(path, path.name)
    assert isinstance(error, NotAnArticle)
    assert "10,000,000" in str(error)
    assert isinstance(read, Article)
    assert (read.title, read.text) == (None, TEXT)
