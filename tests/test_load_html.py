"""A saved web page becomes its article: the text as the page shows it, and what the page states about it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import escape, unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import NotAnArticle
from indexer.load.html.page import article_from_html, decode_html, load, parts_from_html
from indexer.load.layout import Part, lay_out
from indexer.records import Article, canonical_text

LEDE = "The ferry between the two islands stopped running on Tuesday, and nobody could say when it would start again."
REASON = (
    "Its owner, a cooperative of forty fishing families, had not been paid by the county since the spring of last year."
)
REPLY = (
    "A spokeswoman for the county said that the invoices had been lost, and a cheque would be in the post by Friday."
)
BODY = f"<h1>Ferry stops</h1><p>{LEDE}</p><h2>Why</h2><p>{REASON}</p><p>{REPLY}</p>"


def page(head: str = "", body: str = BODY, attributes: str = 'lang="en"') -> str:
    return f"<!DOCTYPE html><html {attributes}><head>{head}</head><body><article>{body}</article></body></html>"


def json_ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def read(head: str = "", body: str = BODY, attributes: str = 'lang="en"', url: str | None = None) -> Article:
    return article_from_html(page(head, body, attributes), "web/page.html", url=url)


def searched(article: Article) -> list[str]:
    return [article.text[block.start : block.end] for block in article.blocks if block.kind != "boilerplate"]


# --- the text


def test_headings_and_paragraphs_keep_their_order_kind_and_level() -> None:
    article = read('<meta property="og:title" content="Ferry stops">')
    kinds = [(block.kind, block.level, article.text[block.start : block.end]) for block in article.blocks]
    assert [entry for entry in kinds if entry[0] != "title"] == [
        ("paragraph", 0, LEDE),
        ("heading", 2, "Why"),
        ("paragraph", 0, REASON),
        ("paragraph", 0, REPLY),
    ]
    assert article.title == "Ferry stops"


def test_a_heading_that_repeats_the_title_is_a_title_block() -> None:
    html = f"<title>Ferry stops</title><body><article><h1>Ferry  stops!</h1>{BODY.partition('</h1>')[2]}</article>"
    blocks = article_from_html(html, "page.html").blocks
    assert [(block.kind, block.level) for block in blocks[:3]] == [("title", 0), ("paragraph", 0), ("heading", 2)]


def test_a_page_may_leave_out_the_tags_of_its_head_and_body() -> None:
    bare = f"<title>Ferry stops</title><article>{BODY}</article>"
    assert searched(article_from_html(bare, "page.html")) == ["Ferry stops", LEDE, "Why", REASON, REPLY]
    assert [part.text for part in parts_from_html("<title>T</title><section>a</section>b<body>c<p>d")] == [
        "a",
        "bc",
        "d",
    ]


def test_words_inside_links_times_and_emphasis_are_never_lost_from_a_sentence() -> None:
    lede = (
        '<p>The <b>ferry</b> <a href="/x">between the two</a> islands<sup>1</sup> stopped on '
        '<time datetime="2020-01-02">Tuesday</time>, and <i>no</i><i>body</i> could say when it would start again.</p>'
    )
    assert (
        "The ferry between the two islands1 stopped on Tuesday, and nobody could say when"
        in read(body=f"{lede}<p>{REASON}</p><p>{REPLY}</p>").text
    )


def test_a_menu_around_the_article_is_left_out() -> None:
    menu = "<nav><ul>" + "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(20)) + "</ul></nav>"
    html = f"<html><body>{menu}<main><article>{BODY}</article></main><footer>About us. Contact.</footer></body></html>"
    article = article_from_html(html, "page.html")
    assert "Section" not in article.text
    assert "Contact" not in article.text
    assert searched(article)[-3:] == ["Why", REASON, REPLY]


@pytest.mark.parametrize(
    "intruder",
    [
        "<figure><figcaption>The ferry in its better days, in the harbour of the north.</figcaption></figure>",
        '<p class="wp-caption-text">The ferry in its better days, in the harbour of the north.</p>',
        '<p>Read more: <a href="/b">Bridge to the islands is delayed by another year</a></p>',
        '<p><a href="/b">Bridge to the islands is delayed by another year, ministry says</a></p>',
        "<p>Sign up for our daily newsletter and never miss a story.</p>",
        "<p>Follow us on Twitter and Facebook</p>",
        "<p>Photo: Ann Lee/Example Pictures</p>",
        "<p>© 2020 Example Media. All rights reserved.</p>",
        "<p>By Ann Lee</p>",
        "<p>2 January 2020</p>",
        "<p>Advertisement</p>",
        '<div class="related-articles"><p>Bridge to the islands is delayed by another year.</p></div>',
    ],
)
def test_what_the_site_puts_between_paragraphs_is_not_searched(intruder: str) -> None:
    article = read(body=f"<p>{LEDE}</p>{intruder}<p>{REASON}</p><p>{REPLY}</p>")
    assert searched(article) == [LEDE, REASON, REPLY]


@pytest.mark.parametrize(
    "sentence",
    [
        "Related parties held four of the five seats, and sold them on to each other for a pound at a time.",
        "By Tuesday the pier was empty.",
        "Read the small print, the harbour master said.",
        "Sign up for a season ticket by phoning the office on the quay.",
    ],
)
def test_a_sentence_that_begins_like_a_prompt_is_searched(sentence: str) -> None:
    assert sentence in searched(read(body=f"<p>{LEDE}</p><p>{sentence}</p><p>{REASON}</p><p>{REPLY}</p>"))


def test_an_article_whose_own_wrapper_has_a_suspicious_name_is_searched() -> None:
    body = f'<div class="social sidebar-layout share"><p>{LEDE}</p><p>{REASON}</p><p>{REPLY}</p></div>'
    assert searched(read(body=body)) == [LEDE, REASON, REPLY]


def test_scripts_styles_and_handlers_are_no_text() -> None:
    body = f'<p onclick="steal()">{LEDE}<script>track()</script><style>p{{}}</style></p><p>{REASON}</p><p>{REPLY}</p>'
    article = read(body=body + "<noscript>Enable scripts</noscript><template>Hidden</template>")
    assert searched(article) == [LEDE, REASON, REPLY]


def test_a_page_of_one_sentence_is_an_article() -> None:
    article = article_from_html("<title>Note</title><p>The ferry runs again.", "note.html")
    assert (article.text, article.title, article.id) == ("The ferry runs again.", "Note", "note.html")


def test_a_page_cut_off_in_the_middle_gives_what_there_is() -> None:
    article = article_from_html(page()[: page().index("by Friday")], "page.html")
    assert article.text.endswith("a cheque would be in the post")


# --- body HTML without a page around it


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", []),
        ("<!-- nothing -->", []),
        ("plain words", [Part("paragraph", "plain words")]),
        ("<p>one<br>two</p>", [Part("paragraph", "one\ntwo")]),
        ("one<br><br>two<br> <br/>three", [Part("paragraph", word) for word in ("one", "two", "three")]),
        ("<p> a <b>b</b><i> c</i>d\n\te </p>", [Part("paragraph", "a b cd e")]),
        ("<p>a<!-- x -->b<script>c</script>d</p>", [Part("paragraph", "abd")]),
        ("<p>10&nbsp;000 &lt;b&gt; W&shy;ort</p>", [Part("paragraph", "10\u00a0000 <b> Wort")]),
        ("<h1>A</h1><h4><a>B</a></h4>", [Part("heading", "A", level=1), Part("heading", "B", level=4)]),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", [Part("paragraph", word) for word in "abc"]),
        ("<blockquote>a<p>b</p>c</blockquote>", [Part("paragraph", word) for word in "abc"]),
        ("<table><tr><th>a<th>b<tr><td><td>d</table>", [Part("paragraph", "a\tb"), Part("paragraph", "d")]),
        ("<table><tr><td><p>a<p>b<td>c</table>", [Part("paragraph", word) for word in "abc"]),
        ("<pre>if x:\n    y\n\n    z</pre>", [Part("paragraph", "if x:\n    y\n\n    z")]),
        ("<p hidden>a</p><p style='display: none'>b</p><p>c</p>", [Part("paragraph", "c")]),
        ("<p>a <span class='tooltip'>b<span class='tooltip-text'>x</span></span> c</p>", [Part("paragraph", "a b c")]),
        ("<?xml version='1.0' encoding='utf-8'?><html><body><p>é</p></body></html>", [Part("paragraph", "é")]),
        ("<p>half \ud800 a character</p>", [Part("paragraph", "half \ufffd a character")]),
    ],
)
def test_body_html_becomes_the_parts_that_a_reader_is_shown(html: str, expected: list[Part]) -> None:
    assert parts_from_html(html) == expected


@given(st.text(alphabet="<>/abphliu1 &;=\"'\n-!tdr", max_size=80))
def test_any_markup_gives_parts_that_lay_out(html: str) -> None:
    text, blocks = lay_out(parts_from_html(html))
    shown = re.sub(r"\s", "", text)
    assert re.sub(r"\s", "", "".join(text[block.start : block.end] for block in blocks)) == shown
    assert "<" in html or shown == re.sub(r"\s", "", unescape(html))


@given(st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12), min_size=1, max_size=8))
def test_escaped_words_come_back_as_they_were(words: list[str]) -> None:
    html = "<p>" + " ".join(f"<i>{escape(word)}</i>" for word in words) + "</p>"
    assert [part.text for part in parts_from_html(html)] == [" ".join(words)]
    assert lay_out(parts_from_html(html))[0] == canonical_text(" ".join(words))


# --- what the page states


def test_json_ld_comes_before_meta_elements_and_these_before_the_page() -> None:
    stated = {
        "@type": "NewsArticle",
        "headline": "Ferry &amp; pier",
        "datePublished": "2020-01-02T23:30:00-05:00",
        "dateModified": "2021-05-05",
        "author": [{"@type": "Person", "name": "Ann Lee"}, {"@type": "Person", "name": "Bo Chen"}],
        "publisher": {"@type": "Organization", "name": "The Island Post"},
    }
    metas = (
        '<title>Ferry | Other</title><meta property="og:title" content="Ferry"><meta name="author" content="Cy Dow">'
        '<meta property="article:published_time" content="2020-01-03">'
    )
    both = read(json_ld(stated) + metas)
    assert (both.title, both.authors, str(both.published)) == ("Ferry & pier", ("Ann Lee", "Bo Chen"), "2020-01-02")
    assert both.publisher == "The Island Post"
    assert both.provenance == {
        "title": "JSON-LD headline",
        "authors": "JSON-LD author",
        "publisher": "JSON-LD publisher",
        "published": "JSON-LD datePublished",
        "language": "html lang",
    }
    metas_only = read(metas)
    assert (metas_only.title, metas_only.authors, str(metas_only.published)) == ("Ferry", ("Cy Dow",), "2020-01-03")
    assert metas_only.provenance["published"] == "html meta article:published_time"
    bare = read("<title>Ferry</title>", body=f"<p>{LEDE}</p><p>{REASON}</p>")
    assert (bare.title, bare.authors, bare.published) == ("Ferry", (), None)
    assert bare.provenance == {"title": "html title", "language": "html lang"}


@pytest.mark.parametrize(
    "script",
    [
        json_ld(
            [{"@type": "Organization", "name": "X"}, {"@type": ["Article"], "datePublished": "2020-01-02", "a": 1}]
        ),
        json_ld({"@graph": [{"@type": "WebSite"}, {"@type": "BlogPosting", "datePublished": "2020-01-02", "a": 1}]}),
        json_ld({"@type": "WebPage", "mainEntity": {"@type": "Article", "datePublished": "2020-01-02", "a": 1}}),
        '<script type="application/ld+json">{"@type": "Article", "datePublished": "2020-01-02", "a": [1,],}</script>',
        '<script type="application/ld+json">//<![CDATA[\n{"@type":"Article","datePublished":"2020-01-02","a":1}\n//]]>'
        "</script>",
        '<script type="application/ld+json">{"@type": "Article", "datePub</script>'
        + json_ld({"@type": "Article", "datePublished": "2020-01-02", "a": "line\nbreak"}),
    ],
)
def test_json_ld_is_read_however_it_is_wrapped(script: str) -> None:
    assert str(read(script).published) == "2020-01-02"


def test_an_author_named_by_reference_is_found_in_the_graph() -> None:
    article = {"@type": "Article", "headline": "Ferry", "author": {"@id": "#ann"}}
    assert read(json_ld({"@graph": [article, {"@type": "Person", "@id": "#ann", "name": "Ann Lee"}]})).authors == (
        "Ann Lee",
    )


def test_broken_json_ld_changes_nothing() -> None:
    assert read('<script type="application/ld+json">{{{[</script>').provenance == {
        "title": "html h1",
        "language": "html lang",
    }


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("By Ann Lee", ("Ann Lee",)),
        ("by Ann Lee and Bo Chen", ("Ann Lee", "Bo Chen")),
        ("Ann Lee, Bo Chen & Cy Dow", ("Ann Lee", "Bo Chen", "Cy Dow")),
        ("Ann Lee; Bo Chen", ("Ann Lee", "Bo Chen")),
        ("Ann Lee, Ann Lee", ("Ann Lee",)),
        ("Lee, Ann", ("Ann Lee",)),
        ("Ann Lee, Jr.", ("Ann Lee, Jr.",)),
        ("Ann Lee for The Island Post", ("Ann Lee",)),
        ("Ann Lee (ann@example.org)", ("Ann Lee",)),
        ("Anders Land", ("Anders Land",)),
        ("https://example.org/people/ann", ()),
        ("@annlee", ()),
        ("The Island Post", ()),
        ("Island Post", ()),
        ("admin", ()),
        ("Staff", ()),
        ("Associated Press", ()),
        ("annlee42", ()),
    ],
)
def test_authors_are_the_names_of_people(stated: str, expected: tuple[str, ...]) -> None:
    head = f'<meta property="og:site_name" content="The Island Post"><meta name="author" content="{stated}">'
    assert read(head).authors == expected


def test_an_organization_is_no_author_and_the_next_source_is_asked() -> None:
    stated = {"@type": "Article", "headline": "F", "author": {"@type": "Organization", "name": "Island Radio"}}
    article = read(json_ld(stated), body=f'<p>By <a rel="author" href="/ann">Ann Lee</a></p>{BODY}')
    assert (article.authors, article.provenance["authors"]) == (("Ann Lee",), "html rel author")


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ('<meta property="article:published_time" content="2015-10">', "", "2015-10"),
        ("", '<p class="meta"><time datetime="2020-01-02T10:00">yesterday</time></p>', "2020-01-02"),
        ("", '<time class="updated" datetime="2021-01-01"></time><time datetime="2020-01-02"></time>', "2020-01-02"),
        ("", '<p class="post-date">Published on 3 July 2000 at 10:15</p>', "2000-07-03"),
        ("", '<p class="date">3 juillet 2000</p>', "2000-07-03"),
        ("", '<p class="date">Oct. 2015</p>', "2015-10"),
        ('<link rel="canonical" href="https://example.org/2020/01/02/ferry">', "", "2020-01-02"),
    ],
)
def test_a_stated_date_is_found_with_its_precision(head: str, body: str, expected: str) -> None:
    assert str(read(head, body + BODY).published) == expected


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta property="article:modified_time" content="2021-01-01">', ""),
        ('<meta property="og:updated_time" content="2021-01-01"><meta name="last-modified" content="2021-01-01">', ""),
        (json_ld({"@type": "Article", "headline": "F", "dateModified": "2021-01-01"}), ""),
        ("", '<time itemprop="dateModified" datetime="2021-01-01">1 January 2021</time>'),
        ("", '<p class="date">Last updated: 1 January 2021</p>'),
        ("", '<p class="date">03/04/2015</p>'),
        ("", "<p>In the spring of 2019, on 3 May 2019, the pier burned down.</p>"),
        ("", "<footer>© 2021 Example</footer>"),
        ('<meta property="og:image" content="https://example.org/2019/05/03/pier.jpg">', ""),
        ('<meta property="article:published_time" content="0001-01-01T00:00:00">', ""),
    ],
)
def test_a_date_that_is_not_stated_as_the_publications_is_left_empty(head: str, body: str) -> None:
    article = read(head, BODY + body)
    assert article.published is None
    assert "published" not in article.provenance


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<title>Ferry stops - The Island Post</title>", "Ferry stops"),
        ('<meta property="og:title" content="Ferry: it stops | Island Post">', "Ferry: it stops"),
        ('<meta property="og:title" content="A ferry - and a pier">', "A ferry - and a pier"),
        (
            json_ld({"@type": "Article", "headline": "A ferry th…", "a": 1}) + "<title>A ferry that</title>",
            "A ferry that",
        ),
    ],
)
def test_the_title_is_the_articles_without_the_sites_name(head: str, expected: str) -> None:
    site = '<meta property="og:site_name" content="The Island Post">'
    assert read(site + head, body=f"<p>{LEDE}</p><p>{REASON}</p>").title == expected


def test_the_canonical_address_names_the_article_and_its_host_the_publisher() -> None:
    article = read(
        '<link rel="canonical" href="https://www.Example.org/ferry?utm_source=x">', url="https://mirror.net/1"
    )
    assert article.url == "https://www.Example.org/ferry?utm_source=x"
    assert (article.id, article.publisher) == ("www.example.org/ferry", "example.org")
    assert article.provenance["publisher"] == "host name of the address"


@pytest.mark.parametrize(
    ("head", "url", "expected"),
    [
        ('<link rel="canonical" href="/ferry">', "https://example.org/x", "https://example.org/ferry"),
        ('<link rel="canonical" href="/ferry">', None, None),
        ('<link rel="canonical" href="https://example.org/">', None, None),
        ('<link rel="canonical" href="https://example.org/"><meta property="og:url" content="https://example.org/f">',
         None, "https://example.org/f"),
        ("", "https://example.org/x", "https://example.org/x"),
        ('<link rel="canonical" href="javascript:void(0)">', None, None),
    ],
)  # fmt: skip
def test_only_an_address_of_this_page_is_taken(head: str, url: str | None, expected: str | None) -> None:
    article = read(head, url=url)
    assert article.url == expected
    assert expected is not None or article.id == "web/page.html"


@pytest.mark.parametrize(
    ("attributes", "head", "language", "source"),
    [
        ('lang="en-GB"', "", "en", "html lang"),
        ("", '<meta property="og:locale" content="en_US">', "en", "html meta og:locale"),
        ("", '<meta http-equiv="Content-Language" content="en">', "en", "html meta content-language"),
        ("", "", "en", "detected"),
        ('lang="de"', "", "en", "detected (the page says de)"),
    ],
)
def test_the_language_is_stated_or_detected(attributes: str, head: str, language: str, source: str) -> None:
    article = read(head, BODY + f"<p>{LEDE} {REASON} {REPLY}</p>", attributes)
    assert (article.language, article.provenance["language"]) == (language, source)


# --- bytes and bad input

RUSSIAN = "Паром между двумя островами перестал ходить во вторник, и никто не мог сказать, когда он снова пойдёт. " * 3


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", None),
        ("utf-8", "utf-8"),
        ("utf-8", "iso-8859-1"),
        ("utf-8-sig", None),
        ("utf-16", "utf-16"),
        ("windows-1251", "windows-1251"),
        ("windows-1251", None),
        ("windows-1251", "iso-8859-1"),
        ("windows-1251", "utf-8"),
        ("windows-1251", "no-such-encoding"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_bytes_are_read_in_the_encoding_that_they_are_in(encoding: str, declared: str | None) -> None:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    html = f"<html><head>{meta}</head><body><p class='a long run of markup'>{RUSSIAN}</p></body></html>"
    assert decode_html(html.encode(encoding), "page.html") == html


def test_latin_1_means_windows_1252() -> None:
    html = '<meta charset="iso-8859-1"><p>“A café” – naïve, he said, and closed the door.</p>'
    assert decode_html(html.encode("cp1252"), "page.html") == html


def test_a_download_that_ends_within_a_character_loses_only_that() -> None:
    assert decode_html("<p>мир".encode()[:-1], "page.html") == "<p>ми"


def test_a_file_is_one_article_named_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(page(), encoding="utf-8")
    articles = list(load(tmp_path / "page.html", "web/page.html"))
    assert [article.id for article in articles if isinstance(article, Article)] == ["web/page.html"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "PNG"),
        (bytes(range(256)), "not text"),
        (b"<html><head><title>Title only</title></head><body></body></html>", "no article"),
        (b"<body><div id='root'></div><script>render()</script></body>", "no article"),
        (b"<body><nav>" + b"<li><a href='/a'>Section of the site</a></li>" * 30 + b"</nav></body>", "no article"),
        (
            b"<body>" + b"<p><a href='/a'>A headline about something that happened</a></p>" * 30 + b"</body>",
            "no article",
        ),
    ],
)
def test_a_file_without_an_article_is_refused_by_name_and_reason(tmp_path: Path, raw: bytes, reason: str) -> None:
    (tmp_path / "page.html").write_bytes(raw)
    with pytest.raises(NotAnArticle, match=rf"(?s)^web/page\.html .*{reason}"):
        list(load(tmp_path / "page.html", "web/page.html"))


def test_importing_the_loader_does_not_import_the_extractors() -> None:
    probe = (
        "import sys, indexer.load.html.page; sys.exit(any(name in sys.modules for name in ('trafilatura', 'htmldate')))"
    )
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
