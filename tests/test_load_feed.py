"""Feeds: one article an entry, with the feed's metadata, and what is refused."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from indexer.errors import NotAnArticle
from indexer.load import feed as loader
from indexer.records import Article, PartialDate


def read(folder: Path, content: str | bytes) -> list[Article | NotAnArticle]:
    path = folder / "news.xml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(loader.load(path, "in/news.xml"))


def articles(folder: Path, content: str | bytes) -> list[Article]:
    found = read(folder, content)
    assert all(isinstance(one, Article) for one in found), found
    return [one for one in found if isinstance(one, Article)]


def rss(*items: str, channel: str = "<title>Tea News</title><language>en-gb</language>") -> str:
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom"'
    )
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0" {spaces}><channel>{channel}{body}</channel></rss>'


def atom(*entries: str, feed: str = "<title>Tea Journal</title>", language: str = "de") -> str:
    body = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">{feed}{body}</feed>'


def shown(article: Article) -> list[tuple[str, str]]:
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


def test_an_rss_item_is_an_article_with_its_metadata(tmp_path: Path) -> None:
    item = (
        "<title>Tea &amp; cake</title><link>https://example.org/tea?utm_source=rss</link>"
        "<dc:creator>Ada Lovelace</dc:creator><pubDate>Mon, 04 Mar 2024 23:30:00 -0500</pubDate>"
        "<description>Short.</description>"
        "<content:encoded><![CDATA[<p>First <b>words</b>.</p><h2>Then</h2><p>More.</p>]]></content:encoded>"
    )
    (found,) = articles(tmp_path, rss(item))
    assert shown(found) == [
        ("title", "Tea & cake"),
        ("paragraph", "First words."),
        ("heading", "Then"),
        ("paragraph", "More."),
    ]
    assert (found.id, found.url) == ("example.org/tea", "https://example.org/tea?utm_source=rss")
    assert (found.title, found.authors, found.publisher) == ("Tea & cake", ("Ada Lovelace",), "Tea News")
    assert (found.published, found.language) == (PartialDate(2024, 3, 4), "en")
    assert dict(found.provenance) == {
        "title": "entry title",
        "authors": "entry author",
        "publisher": "feed title",
        "published": "entry published",
        "url": "entry link",
        "language": "feed language",
    }


def test_an_atom_entry_is_an_article_and_its_update_is_not_its_publication(tmp_path: Path) -> None:
    entry = (
        '<title type="html">Über &lt;i&gt;Tee&lt;/i&gt;</title><id>tag:example.org,2024:1</id>'
        '<link href="http://example.org/tee"/><updated>2024-02-02T00:00:00Z</updated>'
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Gut.</p></div></content>'
    )
    published = entry.replace("/tee", "/zwei") + "<published>2024-01-31T23:00:00-05:00</published>"
    feed = "<title>Tea Journal</title><author><name>Redaktion</name></author>"
    one, two = articles(tmp_path, atom(entry, published, feed=feed))
    assert (one.title, one.authors, one.publisher, one.language) == ("Über Tee", ("Redaktion",), "Tea Journal", "de")
    assert (one.published, two.published) == (None, PartialDate(2024, 1, 31))
    assert one.provenance["authors"] == "feed author"


def test_the_date_of_an_rss_feed_that_only_has_dublin_core_dates_is_taken(tmp_path: Path) -> None:
    item = "<title>T</title><description>Words.</description><dc:date>2024-03-04T10:00:00Z</dc:date>"
    (found,) = articles(tmp_path, rss(item))
    assert (found.published, found.provenance["published"]) == (PartialDate(2024, 3, 4), "dc:date")
    (updated,) = articles(tmp_path, rss(item.replace("dc:date", "atom:updated")))
    assert updated.published is None


def test_a_plain_summary_is_text_and_not_html(tmp_path: Path) -> None:
    (found,) = articles(tmp_path, atom("<title>T</title><summary>If a &lt;b and\n b&gt; c.\n\nThen.</summary>"))
    assert shown(found)[1:] == [("paragraph", "If a <b and b> c."), ("paragraph", "Then.")]


def test_an_entry_without_text_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    items = ("<title>Empty</title><link>http://example.org/e</link>", "<title>T</title><description>D.</description>")
    error, found = read(tmp_path, rss(*items))
    assert str(error).startswith("in/news.xml: entry 1 (Empty): no content and no summary")
    assert isinstance(found, Article)


def test_entries_that_share_a_link_have_ids_of_their_own(tmp_path: Path) -> None:
    item = "<title>{0}</title><link>http://example.org/</link><guid>{0}</guid><description>D.</description>"
    found = articles(tmp_path, rss(item.format("a"), item.format("b")))
    assert [one.id for one in found] == ["example.org", "in/news.xml#b"]


def test_an_entry_that_stands_twice_is_an_error_the_second_time(tmp_path: Path) -> None:
    item = "<title>Same</title><guid isPermaLink='false'>g</guid><description>D.</description>"
    found, error = read(tmp_path, rss(item, item))
    assert isinstance(found, Article)
    assert found.id == "in/news.xml#g"
    assert "entry 2 (Same): the same id as one before it" in str(error)


def test_a_malformed_feed_that_can_still_be_read_is_used(tmp_path: Path) -> None:
    broken = rss("<title>Tea & cake</title><description>D.</description>")
    assert articles(tmp_path, broken)[0].title == "Tea & cake"


def test_a_feed_in_a_legacy_encoding_is_decoded(tmp_path: Path) -> None:
    feed = rss("<title>Café</title><description>Crème.</description>")
    content = feed.replace('version="1.0"?', 'version="1.0" encoding="ISO-8859-1"?', 1).encode("latin-1")
    assert articles(tmp_path, content)[0].text == "Café\n\nCrème."


@pytest.mark.parametrize("content", ["<svg xmlns='http://www.w3.org/2000/svg'/>", "plain words", "", "<note>x</note>"])
def test_what_is_no_feed_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(NotAnArticle, match=r"^in/news\.xml: not an RSS or Atom feed"):
        read(tmp_path, content)


def test_a_feed_without_entries_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAnArticle, match="a feed without entries"):
        read(tmp_path, rss())


def test_a_file_that_holds_an_address_is_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(NotAnArticle, match="not an RSS or Atom feed"):
        read(tmp_path, "http://127.0.0.1:9/feed.xml")
