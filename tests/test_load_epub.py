"""EPUB books: spine order, metadata, damaged and locked files."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from indexer.errors import NotAnArticle
from indexer.load import epub as loader
from indexer.records import Article, PartialDate

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
METADATA = (
    "<dc:title>On Tea</dc:title><dc:language>en-GB</dc:language><dc:publisher>Tea Press</dc:publisher>"
    '<dc:creator opf:role="aut">Ada Lovelace</dc:creator><dc:creator opf:role="ill">Some Painter</dc:creator>'
    '<dc:date opf:event="modification">2024-01-01</dc:date><dc:date opf:event="publication">1902-05-07</dc:date>'
)
CHAPTERS = {"two.xhtml": "<h1>Two</h1><p>Second.</p>", "one.xhtml": "<h1>One</h1><p>First.</p>"}


def package(metadata: str, chapters: Mapping[str, str], spine: list[str], navigation: str = "") -> str:
    items = "".join(
        f'<item id="i{i}" href="text/{href}" media-type="application/xhtml+xml"'
        + (' properties="nav"/>' if href == navigation else "/>")
        for i, href in enumerate(chapters)
    )
    order = "".join(f'<itemref idref="i{[*chapters].index(href)}"/>' for href in spine)
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" version="2.0" unique-identifier="own"><metadata'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        f"{metadata}</metadata><manifest>{items}</manifest><spine>{order}</spine></package>"
    )


def read(folder: Path, members: Mapping[str, str | bytes]) -> list[Article | NotAnArticle]:
    path = folder / "book.epub"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for member, content in {"mimetype": "application/epub+zip", **members}.items():
            book.writestr(member, content)
    return list(loader.load(path, "in/book.epub"))


def members(
    metadata: str = METADATA,
    chapters: Mapping[str, str] = CHAPTERS,
    spine: list[str] | None = None,
    navigation: str = "",
) -> dict[str, str | bytes]:
    opf = package(metadata, chapters, spine or ["one.xhtml", "two.xhtml"], navigation)
    files: dict[str, str | bytes] = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": opf}
    for href, body in chapters.items():
        html = f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{body}</body></html>'
        files[f"OEBPS/text/{href}"] = html
    return files


def article(found: list[Article | NotAnArticle]) -> Article:
    (only,) = found
    assert isinstance(only, Article)
    return only


def shown(article: Article) -> list[tuple[str, str]]:
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


def test_chapters_are_read_in_spine_order(tmp_path: Path) -> None:
    found = article(read(tmp_path, members()))
    assert shown(found) == [("heading", "One"), ("paragraph", "First."), ("heading", "Two"), ("paragraph", "Second.")]


def test_metadata_is_taken_with_its_source(tmp_path: Path) -> None:
    found = article(read(tmp_path, members()))
    assert (found.title, found.authors, found.publisher, found.language) == (
        *("On Tea", ("Ada Lovelace",), "Tea Press", "en"),
    )
    assert found.published == PartialDate(1902, 5, 7)
    assert dict(found.provenance) == {
        "title": "dc:title",
        "authors": "dc:creator",
        "publisher": "dc:publisher",
        "published": "dc:date",
        "language": "dc:language",
    }


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("urn:isbn:9780000000002", "urn:isbn:9780000000002"),
        ("https://example.org/books/7/", "example.org/books/7"),
        ("bookid", "in/book.epub"),
    ],
)
def test_the_id_is_the_books_own_where_that_is_a_global_one(tmp_path: Path, identifier: str, expected: str) -> None:
    metadata = f'<dc:identifier>other</dc:identifier><dc:identifier id="own">{identifier}</dc:identifier>'
    assert article(read(tmp_path, members(METADATA + metadata))).id == expected


def test_a_heading_that_says_the_title_is_the_title(tmp_path: Path) -> None:
    chapters = {"one.xhtml": "<h1>On Tea</h1><p>First.</p>", "two.xhtml": "<h2>On Tea</h2><p>Second.</p>"}
    found = article(read(tmp_path, members(chapters=chapters)))
    assert [kind for kind, _ in shown(found)] == ["title", "paragraph", "heading", "paragraph"]


def test_roles_that_refine_a_creator_are_read(tmp_path: Path) -> None:
    metadata = (
        '<dc:title>T</dc:title><dc:creator id="a">Ann</dc:creator><dc:creator id="b">Bob</dc:creator>'
        '<meta refines="#b" property="role">trl</meta><dc:date>1999</dc:date>'
    )
    found = article(read(tmp_path, members(metadata)))
    assert (found.authors, found.published) == (("Ann",), PartialDate(1999))


def test_a_table_of_contents_is_boilerplate(tmp_path: Path) -> None:
    chapters = {"nav.xhtml": "<nav><ol><li>One</li></ol></nav>", **CHAPTERS}
    spine = ["nav.xhtml", "one.xhtml", "two.xhtml"]
    found = article(read(tmp_path, members(chapters=chapters, spine=spine, navigation="nav.xhtml")))
    assert {kind for kind, text in shown(found)[:1]} == {"boilerplate"}
    assert shown(found)[-1] == ("paragraph", "Second.")


def test_a_missing_chapter_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    files = members()
    del files["OEBPS/text/one.xhtml"]
    error, found = read(tmp_path, files)
    assert "in/book.epub: lists the chapter 'OEBPS/text/one.xhtml' but does not hold it" in str(error)
    assert isinstance(found, Article)
    assert found.text == "Two\n\nSecond."


def test_a_chapter_s_declared_encoding_is_used(tmp_path: Path) -> None:
    files = members()
    body = '<?xml version="1.0" encoding="ISO-8859-1"?><html><body><p>Café à la crème</p></body></html>'
    files["OEBPS/text/one.xhtml"] = body.encode("latin-1")
    assert "Café à la crème" in article(read(tmp_path, files)).text


def locked(algorithm: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"'
        ' xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData>'
        f'<e:EncryptionMethod Algorithm="{algorithm}"/></e:EncryptedData></encryption>'
    )


def test_a_book_locked_to_a_device_is_refused_and_one_with_locked_fonts_is_read(tmp_path: Path) -> None:
    fonts = members() | {"META-INF/encryption.xml": locked("http://www.idpf.org/2008/embedding")}
    assert article(read(tmp_path, fonts)).title == "On Tea"
    text = members() | {"META-INF/encryption.xml": locked("http://www.w3.org/2001/04/xmlenc#aes128-cbc")}
    with pytest.raises(NotAnArticle, match=r"DRM, .*aes128-cbc"):
        read(tmp_path, text)


def test_damaged_books_are_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(NotAnArticle, match=r"holds no META-INF/container\.xml"):
        read(tmp_path, {"a.txt": "a"})
    with pytest.raises(NotAnArticle, match=r"its OEBPS/book\.opf is damaged"):
        read(tmp_path, members() | {"OEBPS/book.opf": "<package"})
    with pytest.raises(NotAnArticle, match="its spine lists no chapter"):
        read(tmp_path, members() | {"OEBPS/book.opf": package(METADATA, CHAPTERS, [])})
    with pytest.raises(NotAnArticle, match="2 chapters hold no text"):
        read(tmp_path, members(chapters={"one.xhtml": "<img/>", "two.xhtml": ""}))


def test_an_entity_that_would_read_another_file_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    opf = str(members()["OEBPS/book.opf"]).replace("On Tea", "On Tea &x;")
    doctype = f'<!DOCTYPE package [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    found = article(read(tmp_path, members() | {"OEBPS/book.opf": doctype + opf}))
    assert "secret" not in str(found.title)
