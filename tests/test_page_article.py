"""The article's page in a real browser: what is marked, selected, copied and exported is the archive's very text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from playwright.sync_api import Browser, Page, Route, expect

from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.load.layout import Part, lay_out
from indexer.records import Article, Original, PartialDate, edition_of
from tests.browsing import chromium, looking, served
from tests.fakes import WordEmbedder

CLIPBOARD = ["clipboard-read", "clipboard-write"]
CHEESE = "example.org/käse #1/a?b"
HOSTILE = "example.org/hostile"
LONG = "example.org/long"
TABLE = "example.org/table"
CHANGING = "example.org/changing"


def article(article_id: str, *parts: Part | str, **fields: Any) -> Article:  # noqa: ANN401
    text, blocks = lay_out(part if isinstance(part, Part) else Part("paragraph", part) for part in parts)
    return Article(article_id, text, blocks, **fields)


def cheese() -> Article:
    return article(
        CHEESE,
        Part("boilerplate", "Home 🏠 / Food"),
        Part("title", "𝕮heese 🧀 of the north"),
        "The 🧀 is carried by 𝓈𝒽𝒾𝓅𝓈 – in winter 👨‍👩‍👧 too.",
        Part("heading", "How 𝟛 ports share it", 2),
        "Each port takes a third of the cheese.\nThe rest is eaten.",
        Part("boilerplate", "Share this 🔗"),
        title="Cheese of the north",
        authors=("Ada Byron", "Bertil Ström"),
        publisher="The Rind",
        published=PartialDate(2015, 10),
        url="https://example.org/kaese?a=1&b=2",
        language="en",
        original=Original("The Arch", PartialDate(2014), None),
        provenance={"title": "front matter"},
    )


def hostile() -> Article:
    return article(
        HOSTILE,
        Part("title", "<script>globalThis.taken = 1</script>"),
        "<img src=x onerror='globalThis.taken = 2'> & </p></article><b onclick=alert(1)>bold</b> cheese",
        "[link](javascript:globalThis.taken=3) <!-- <style>*{display:none}</style>",
        title="<script>globalThis.taken = 1</script>",
        authors=("<i>Eve</i>",),
        publisher="\"><script src='//evil.example/x.js'></script>",
        url="javascript:globalThis.taken=4",
        language="<u>no language",
    )


def long() -> Article:
    fillers = [" ".join(f"filler{place} stands{place + word} here." for word in range(60)) for place in range(12)]
    return article(LONG, *(f"{filler} A windmill turned {n} times." for n, filler in enumerate(fillers)), title="Mills")


def table() -> Article:
    rows = ["Port\tTons 🚢\tYear", "Bandar\t1,200\t2015", "Anzali\t90\t2016"]
    poem = "Roses are red,\nviolets are blue,\nthe text is kept."
    wrapped = f"{'a line of a file that was wrapped at some width or other ' * 2}\nand its end."
    return article(TABLE, Part("paragraph", poem, page=1), *rows, Part("paragraph", wrapped, page=2), title="Tables")


def changing(*paragraphs: str) -> Article:
    return article(CHANGING, *paragraphs, title="A bridge", published=PartialDate(2015, 10, 2))


STANDS = ("The bridge opened in 1932 after six years.", "It is 503 metres long and carries eight lanes.")
ARTICLES = {made.id: made for made in (cheese(), hostile(), long(), table())}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = open_or_create(tmp_path_factory.mktemp("article") / "archive", WordEmbedder())
    index_articles(archive, WordEmbedder(), [*ARTICLES.values(), changing(*STANDS)])
    return archive


@pytest.fixture(scope="module")
def address(archive: Archive) -> Iterator[str]:
    with served("tests.serve_fake", str(archive.path), "127.0.0.1", "0") as address:
        yield address


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with looking(browser, address, permissions=CLIPBOARD) as page:
        yield page


def path_of(article_id: str, span: tuple[int, int] | None = None, edition: str | None = None, q: str = "") -> str:
    edition = edition or edition_of(ARTICLES[article_id].text)
    asked = f"?edition={edition}" + (f"&q={quote(q)}" if q else "")
    return f"/article/{quote(article_id)}{asked}" + (f"#{span[0]}-{span[1]}" if span else "")


def span_of(article_id: str, words: str) -> tuple[int, int]:
    start = ARTICLES[article_id].text.index(words)
    return start, start + len(words)


def marked(page: Page) -> list[str]:
    page.wait_for_selector("mark.cited")
    texts: list[str] = page.eval_on_selector_all("mark.cited", "marks => marks.map(mark => mark.textContent)")
    return texts


def clipboard(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def cited(address: str, article_id: str, span: tuple[int, int], style: str) -> str:
    wanted = {"locator": f"{article_id}#{span[0]}-{span[1]}", "style": style}
    return httpx.get(f"{address}/v1/cite", params=wanted).raise_for_status().text


# --- the text and its marks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("article_id", [CHEESE, HOSTILE, LONG, TABLE])
def test_every_character_of_every_block_stands_on_the_page_in_order(page: Page, article_id: str) -> None:
    page.goto(path_of(article_id))
    page.wait_for_selector(".text")
    found = page.eval_on_selector_all(
        "[data-start]", "all => all.map(one => [Number(one.dataset.start), Number(one.dataset.end), one.textContent])"
    )
    made = ARTICLES[article_id]
    assert found == [[block.start, block.end, made.text[block.start : block.end]] for block in made.blocks]


@pytest.mark.parametrize(
    "words", ["The", "🧀 is carried by 𝓈𝒽𝒾𝓅𝓈", "👨‍👩‍👧", "𝕮", "takes a third", "The rest is eaten."]
)
def test_the_mark_is_the_cited_span_behind_characters_outside_the_basic_plane(page: Page, words: str) -> None:
    span = span_of(CHEESE, words)
    page.goto(path_of(CHEESE, span))
    assert marked(page) == [words]
    assert page.evaluate("document.activeElement.textContent") == words
    expect(page.locator("mark.cited")).to_be_in_viewport()
    expect(page.locator("#announced")).to_contain_text(words)


def test_a_mark_crosses_blocks_and_opens_what_is_folded(page: Page) -> None:
    made = ARTICLES[CHEESE]
    start, end = made.text.index("too."), made.text.index("🔗") + 1
    page.goto(path_of(CHEESE, (start, end)))
    pieces = [made.text[max(start, b.start) : min(end, b.end)] for b in made.blocks if b.start < end and b.end > start]
    assert marked(page) == pieces
    assert len(pieces) == 4
    expect(page.locator("mark.cited").last).to_be_visible()


def test_a_span_far_down_is_scrolled_to(page: Page) -> None:
    page.goto(path_of(LONG, span_of(LONG, "A windmill turned 11 times.")))
    assert marked(page) == ["A windmill turned 11 times."]
    expect(page.locator("mark.cited")).to_be_in_viewport()
    assert page.evaluate("scrollY") > 500


def test_rows_are_a_table_verse_keeps_its_lines_and_pages_are_named(page: Page) -> None:
    page.goto(path_of(TABLE, span_of(TABLE, "1,200\t2015")))
    assert marked(page) == ["1,200\t", "2015"]
    assert page.locator("tr").count() == 3
    assert page.locator(".lines").all_text_contents() == ["Roses are red,\nviolets are blue,\nthe text is kept."]
    assert page.eval_on_selector_all("[data-page]", "all => all.map(one => one.dataset.page)") == ["1", "2"]


def test_the_head_names_what_is_known_and_links_only_to_the_web(page: Page) -> None:
    page.goto(path_of(CHEESE))
    head = page.locator(".column")
    expect(head).to_contain_text("By Ada Byron and Bertil Ström")
    expect(head).to_contain_text("First published by The Arch, 2014")
    expect(head.locator(".kicker time")).to_have_text("October 2015")
    source = head.locator("a.published-at")
    assert source.get_attribute("href") == "https://example.org/kaese?a=1&b=2"
    assert source.get_attribute("rel") == "noopener noreferrer"
    like = head.get_by_role("link", name="More like this").get_attribute("href")
    assert like is not None
    assert unquote(like) == f"/?like={CHEESE}".replace(" ", "+")
    page.get_by_text("About this text").click()
    expect(page.locator(".about")).to_contain_text("from: front matter")
    expect(page.locator(".proof")).to_contain_text("computed again here")


def test_a_hostile_article_is_read_as_the_text_that_it_is(page: Page) -> None:
    page.goto(path_of(HOSTILE, span_of(HOSTILE, "<b onclick=alert(1)>bold</b>"), q="cheese"))
    assert marked(page) == ["<b onclick=alert(1)>bold</b>"]
    page.wait_for_selector(".match-list a")
    page.locator(".card .pick").click()
    page.locator(".picked").get_by_role("button", name="Review").click()
    expect(page.locator(".review")).to_contain_text("<script>globalThis.taken = 1</script>")
    assert page.evaluate("globalThis.taken") is None
    assert page.locator(".article :is(script, img, style, b)").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0


# --- the article changes ----------------------------------------------------------------------------------------------


def put(archive: Archive, *paragraphs: str) -> None:
    index_articles(archive, WordEmbedder(), [changing(*paragraphs)])


@pytest.fixture
def link(archive: Archive, page: Page) -> str:
    """The permanent link to words of an article that is about to change."""
    put(archive, *STANDS)
    made = changing(*STANDS)
    start = made.text.index("503 metres long")
    page.goto(path_of(CHANGING, (start, start + 15), made.edition))
    assert marked(page) == ["503 metres long"]
    link: str = page.evaluate("location.href")
    assert unquote(link).endswith("&quote=503 metres long")
    return link


def test_words_that_still_stand_are_marked_and_said_to(archive: Archive, page: Page, link: str) -> None:
    put(archive, *STANDS, "More was written later.")
    page.goto("about:blank")
    page.goto(link)
    assert marked(page) == ["503 metres long"]
    expect(page.locator(".verdict-notice.good")).to_contain_text("at the same place")


def test_words_that_moved_are_marked_where_they_stand_now(archive: Archive, page: Page, link: str) -> None:
    put(archive, "A note was put first.", *STANDS)
    page.goto("about:blank")
    page.goto(link)
    assert marked(page) == ["503 metres long"]
    notice = page.locator(".verdict-notice.good")
    expect(notice).to_contain_text("The text has changed since this was cited")
    expect(notice).to_contain_text("moved to characters")
    assert page.evaluate("location.href") == link


def test_words_that_changed_are_compared_and_not_marked_as_cited(archive: Archive, page: Page, link: str) -> None:
    put(archive, STANDS[0], "It is 1149 metres long and carries eight lanes.")
    page.goto("about:blank")
    page.goto(link)
    notice = page.locator(".verdict-notice.changed")
    expect(notice).to_contain_text("no longer stand")
    assert notice.locator("del").all_text_contents() == ["503"]
    assert notice.locator("ins").all_text_contents() == ["1149"]
    expect(page.locator(".text.unsure mark.cited")).to_have_text("1149 metres long")


def test_a_link_without_the_words_says_that_it_cannot_tell(archive: Archive, page: Page, link: str) -> None:
    put(archive, "It is another text altogether, and it is long enough to reach that far, about 1149 metres.")
    page.goto("about:blank")
    page.goto(link.partition("&quote=")[0])
    expect(page.locator(".verdict-notice.changed")).to_contain_text("does not hold the words")
    expect(page.locator(".text.unsure mark.cited")).to_have_count(1)


def test_an_altered_link_is_found_out(page: Page, link: str) -> None:
    for quoted in ("504 metres long", "504 metres"):
        page.goto("about:blank")
        page.goto(f"{link.partition('&quote=')[0]}&quote={quote(quoted)}")
        expect(page.locator(".verdict-notice.bad")).to_contain_text("altered")
        expect(page.locator(".verdict-notice.bad blockquote")).to_have_text(quoted)
        expect(page.locator("mark.cited")).to_have_count(0)


def test_an_article_that_is_gone_leaves_the_words_of_its_link(page: Page, address: str) -> None:
    page.goto(f"/article/example.org/gone?edition={'0' * 64}&q=bridge#3-9&quote=a%20quote")
    notice = page.locator(".verdict-notice.bad")
    expect(notice).to_contain_text("There is no article example.org/gone")
    expect(notice.locator("blockquote")).to_have_text("a quote")
    assert notice.get_by_role("link").get_attribute("href") == "/?q=a+quote"
    assert page.get_by_role("link", name="Results for “bridge”").get_attribute("href") == "/?q=bridge"


def test_what_no_longer_stands_is_not_copied(archive: Archive, page: Page, link: str) -> None:
    put(archive, "Nothing of it is left.")
    page.evaluate("navigator.clipboard.writeText('before')")
    page.locator(".card .cite-copy").click()
    expect(page.locator(".card .cite-said")).to_contain_text("not copied")
    assert clipboard(page) == "before"


def test_what_cannot_be_copied_is_said_where_there_is_no_clipboard_either(
    archive: Archive, browser: Browser, address: str
) -> None:
    put(archive, *STANDS)
    with looking(browser, address) as page:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        page.goto(path_of(CHANGING, (0, 10), changing(*STANDS).edition))
        assert marked(page) == ["The bridge"]
        put(archive, "Nothing of it is left.")
        page.locator(".card .cite-copy").click()
        expect(page.locator(".card .cite-said")).to_contain_text("not copied")


def test_a_span_beyond_the_text_is_said_to_be_none(page: Page) -> None:
    page.goto(path_of(CHEESE, (5, 999_999)))
    expect(page.locator(".verdict-notice.bad")).to_contain_text("There is no such passage")
    expect(page.locator("mark.cited")).to_have_count(0)


# --- citing words -----------------------------------------------------------------------------------------------------

SELECT = """([from, to]) => {
  const place = ([start, units]) => [document.querySelector(`[data-start="${start}"]`).firstChild, units];
  getSelection().setBaseAndExtent(...place(from), ...place(to));
}"""


def select(page: Page, made: Article, start: int, end: int) -> None:
    """Select a span as a browser counts: in UTF-16 units of the blocks' text nodes."""

    def place(offset: int) -> tuple[int, int]:
        block = next(block for block in made.blocks if block.start <= offset <= block.end)
        return block.start, len(made.text[block.start : offset].encode("utf-16-le")) // 2

    page.evaluate(SELECT, [place(start), place(end)])


@pytest.mark.parametrize(
    "words", ["cheese", "𝓈𝒽𝒾𝓅𝓈 – in winter 👨‍👩‍👧", "too.\n\nHow 𝟛 ports share it\n\nEach", "cheese.\nThe rest"]
)
def test_selected_words_are_cited_by_their_exact_locator(page: Page, address: str, words: str) -> None:
    made = ARTICLES[CHEESE]
    span = span_of(CHEESE, words)
    page.goto(path_of(CHEESE))
    page.wait_for_selector(".text")
    select(page, made, *span)
    bar = page.get_by_role("toolbar")
    expect(bar.locator("q")).to_have_text(words)
    expect(bar.locator("code")).to_have_text(f"{span[0]}–{span[1]}")
    bar.get_by_role("button", name="Cite these words").click()
    expect(page.locator("#announced")).to_have_text("Copied: Markdown")
    assert clipboard(page) == cited(address, CHEESE, span, "markdown")
    bar.get_by_role("button", name="Copy link").click()
    expect(bar.locator(".cite-said").last).to_have_text("Copied")
    page.goto(clipboard(page))
    assert "".join(marked(page)) == words.replace("\n\n", "")


def test_space_around_the_words_is_not_cited_and_half_a_character_is_a_whole_one(page: Page) -> None:
    made = ARTICLES[CHEESE]
    start, end = span_of(CHEESE, " 🧀 is carried ")
    page.goto(path_of(CHEESE))
    page.wait_for_selector(".text")
    select(page, made, start, end)
    expect(page.locator(".words q")).to_have_text("🧀 is carried")
    at = next(block for block in made.blocks if block.start <= start < block.end).start
    page.evaluate(SELECT, [[at, start - at + 2], [at, start - at + 6]])  # from the middle of the pair
    expect(page.locator(".words q")).to_have_text("🧀 is")


def test_words_are_selected_with_the_mouse_over_several_blocks(page: Page) -> None:
    page.goto(path_of(CHEESE))
    first, last = page.locator("h1").bounding_box(), page.locator(".lines").bounding_box()
    assert first is not None
    assert last is not None
    page.mouse.move(first["x"], first["y"] + 10)
    page.mouse.down()
    page.mouse.move(last["x"] + 300, last["y"] + last["height"] - 5, steps=8)
    page.mouse.up()
    made = ARTICLES[CHEESE]
    expect(page.locator(".words q")).to_contain_text("Each port takes")
    span = page.locator(".words code").text_content()
    assert span is not None
    start, end = map(int, span.split("–"))
    assert start == made.text.index("𝕮heese")
    assert page.locator(".words q").text_content() == made.text[start:end]
    assert "Each port takes" in made.text[start:end]
    page.keyboard.press("Escape")
    expect(page.locator(".words")).to_be_hidden()


# --- copying ----------------------------------------------------------------------------------------------------------


def test_a_citation_is_copied_in_each_style_and_the_last_one_is_remembered(page: Page, address: str) -> None:
    span = span_of(CHEESE, "takes a third")
    page.goto(path_of(CHEESE, span))
    styles = {"Markdown": "markdown", "BibTeX": "bibtex", "RIS": "ris", "CSL-JSON": "csl-json", "source": "link"}
    for label, style in styles.items():
        page.locator(".card summary").click()
        page.locator(".card .cite-list").get_by_role("button", name=label).click()
        expect(page.locator("#announced")).to_contain_text("Copied")
        page.wait_for_function("wanted => navigator.clipboard.readText().then(text => text === wanted)",
                               arg=cited(address, CHEESE, span, style))  # fmt: skip
        assert page.evaluate("localStorage.getItem('pressmark-style')") == style
    page.reload()
    expect(page.locator(".card .cite-style")).to_have_text("Link to the source")


def test_what_was_said_of_a_copy_is_not_taken_away_with_what_was_said_before(page: Page) -> None:
    page.clock.install()
    page.goto(path_of(CHEESE, span_of(CHEESE, "takes a third")))
    copy, said = page.locator(".card .cite-copy"), page.locator(".card .cite-said")
    copy.click()
    expect(said).to_have_text("Copied")
    page.route("**/v1/verify", lambda route: route.abort())
    copy.click()
    expect(said).to_contain_text("The service does not answer")
    page.clock.run_for(10_000)
    expect(said).to_contain_text("The service does not answer")


def test_without_a_clipboard_for_scripts_the_text_is_copied_as_one_used_to(browser: Browser, address: str) -> None:
    span = span_of(CHEESE, "takes a third")
    with looking(browser, address) as page:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        page.goto(path_of(CHEESE, span))
        page.locator(".card .cite-copy").click()
        expect(page.locator(".card .cite-said")).to_have_text("Copied")
        assert page.evaluate("document.activeElement.className") == "cite-copy"
        page.locator("#q").focus()
        page.keyboard.press("Control+a")
        page.keyboard.press("Control+v")
        assert "takes a third" in page.locator("#q").input_value()


def test_where_nothing_may_be_copied_the_text_is_shown_selected(browser: Browser, address: str) -> None:
    with looking(browser, address) as page:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        page.add_init_script("document.execCommand = () => false")
        span = span_of(CHEESE, "takes a third")
        page.goto(path_of(CHEESE, span))
        page.locator(".card .cite-copy").click()
        text = page.locator("dialog textarea")
        assert text.input_value() == cited(address, CHEESE, span, "markdown")
        assert page.evaluate("getSelection().toString()") == text.input_value()


# --- the other matches ------------------------------------------------------------------------------------------------


def test_the_other_matches_stand_in_the_order_of_the_text_and_keys_go_between_them(page: Page, address: str) -> None:
    asked: dict[str, str | int] = {"q": "windmill", "article": LONG, "k": 20}
    hits = httpx.get(f"{address}/v1/search", params=asked).json()["hits"]
    spans = sorted((hit["citation"]["start"], hit["citation"]["end"]) for hit in hits)
    assert len(spans) > 2
    page.goto(path_of(LONG, spans[0], q="windmill"))
    links = page.locator(".match-list a")
    expect(links).to_have_count(len(spans))
    hrefs = page.eval_on_selector_all(".match-list a", "all => all.map(link => link.hash)")
    assert hrefs == [f"#{start}-{end}" for start, end in spans]
    made = ARTICLES[LONG]

    def marks(span: tuple[int, int]) -> list[str]:
        blocks = [block for block in made.blocks if block.start < span[1] and block.end > span[0]]
        return [made.text[max(block.start, span[0]) : min(block.end, span[1])] for block in blocks]

    page.keyboard.press("n")
    assert marked(page) == marks(spans[1])
    expect(page.locator(".rail-toggle")).to_have_text(f"Match 2 of {len(spans)}")
    expect(links.nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("p")
    page.keyboard.press("p")
    assert marked(page) == marks(spans[-1])
    links.nth(1).click()
    assert marked(page) == marks(spans[1])
    assert page.evaluate("location.hash") == hrefs[1]
    assert page.locator(".strip .tick").count() == len(spans)
    assert set(page.locator(".text .matched").all_text_contents()) == {"windmill"}
    assert page.locator(".back a").get_attribute("href") == "/?q=windmill"


@pytest.mark.parametrize("query", ["-cheese", "stilton"])
def test_a_search_that_finds_nothing_here_leaves_the_article_on_the_page(page: Page, query: str) -> None:
    with page.expect_response("**/v1/search*"):
        page.goto(path_of(CHEESE, span_of(CHEESE, "takes"), q=query))
    assert marked(page) == ["takes"]
    expect(page.locator(".back a")).to_have_text(f"← Results for “{query}”")


def test_an_article_that_is_left_before_its_matches_are_there_is_left(page: Page) -> None:
    def late(route: Route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/v1/search*", late)
    page.goto(path_of(LONG, span_of(LONG, "turned 1 times"), q="windmill"))
    marked(page)
    page.locator(".wordmark").click()
    page.wait_for_url("**/")
    page.wait_for_timeout(800)
    expect(page.locator(".article")).to_have_count(0)


def test_another_span_of_the_article_on_the_page_is_shown_without_loading_it_again(page: Page) -> None:
    page.goto(path_of(CHEESE, span_of(CHEESE, "takes")))
    assert marked(page) == ["takes"]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    start, end = span_of(CHEESE, "eaten")
    page.evaluate(f"location.hash = '#{start}-{end}'")
    expect(page.locator("mark.cited")).to_have_text("eaten")
    assert [url for url in asked if "/v1/" in url] == []


# --- the selection ----------------------------------------------------------------------------------------------------


def test_picked_passages_survive_navigation_and_their_exports_parse(page: Page) -> None:
    picks = [(CHEESE, "takes a third"), (LONG, "A windmill turned 3 times."), (TABLE, "violets are blue")]
    for article_id, words in picks:
        page.goto(path_of(article_id, span_of(article_id, words)))
        page.locator(".card .pick input").check()
    bar = page.locator(".picked")
    expect(bar.locator("output")).to_have_text("3 passages selected")
    exports = {}
    for label in ("Markdown", "BibTeX", "RIS", "CSL-JSON"):
        bar.get_by_role("combobox").select_option(label=label)
        with page.expect_download() as waiting:
            bar.get_by_role("button", name="Export").click()
        exports[waiting.value.suggested_filename] = Path(waiting.value.path()).read_text()
    assert set(exports) == {f"pressmark.{ending}" for ending in ("md", "bib", "ris", "json")}
    quotes = [words for _, words in picks]
    assert [item["annote"] for item in json.loads(exports["pressmark.json"])] == quotes
    assert [record["notes"][0] for record in rispy.loads(exports["pressmark.ris"])] == quotes
    library = parse_string(exports["pressmark.bib"])
    assert not library.failed_blocks
    assert [entry["annote"] for entry in library.entries] == quotes
    assert exports["pressmark.md"].count("\n  > ") + exports["pressmark.md"].count("- > ") == 3


def test_the_selection_is_verified_pruned_and_cleared(archive: Archive, page: Page, link: str) -> None:
    page.locator(".card .pick input").check()
    page.goto(path_of(CHEESE, span_of(CHEESE, "takes a third")))
    page.locator(".card .pick input").check()
    put(archive, "Nothing of it is left.")
    page.get_by_role("button", name="Review").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Verify all").click()
    expect(dialog.locator(".picked-said")).to_have_text("1 of 2 passages stands in this archive")
    expect(dialog.locator(".verdict").nth(0)).to_contain_text("✗")
    expect(dialog.locator(".verdict").nth(1)).to_contain_text("✓ the quote stands")
    with page.expect_download() as waiting:
        dialog.get_by_role("button", name="Export").click()
    expect(dialog.locator(".picked-said")).to_contain_text("without 1 passage")
    text = Path(waiting.value.path()).read_text()
    assert "takes a third" in text
    assert "503" not in text
    dialog.get_by_role("button", name="Remove").first.click()
    expect(dialog.locator("li")).to_have_count(1)
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator(".picked output")).to_have_text("1 passage selected")
    page.locator(".picked").get_by_role("button", name="Clear").click()
    expect(page.locator(".picked")).to_be_hidden()
    expect(page.locator(".card .pick input")).not_to_be_checked()


# --- without a mouse, and on a phone ----------------------------------------------------------------------------------


def test_everything_is_reached_and_done_from_the_keyboard(page: Page, address: str) -> None:
    span = span_of(CHEESE, "takes a third")
    page.goto(path_of(CHEESE, span, q="cheese"))
    marked(page)
    page.wait_for_selector(".match-list a")
    page.keyboard.press("c")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "BibTeX"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.localName") == "summary"
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.textContent") == "CSL-JSON"
    page.keyboard.press("Enter")
    expect(page.locator("#announced")).to_have_text("Copied: CSL-JSON")
    assert clipboard(page) == cited(address, CHEESE, span, "csl-json")
    page.evaluate("scrollTo(0, 0)")
    wanted = page.locator(".article :is(a, button, summary, input):visible:not([tabindex='-1'])")
    page.locator(".back a").focus()
    reached = [page.evaluate("document.activeElement.outerHTML")]
    for _ in range(wanted.count() - 1):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.outerHTML"))
    assert reached == [element.evaluate("one => one.outerHTML") for element in wanted.all()]


def test_a_phone_reads_the_article_in_its_width_with_the_rail_folded_below(browser: Browser, address: str) -> None:
    phone = {"viewport": {"width": 400, "height": 800}, "has_touch": True, "is_mobile": True}
    with looking(browser, address, **phone) as page:
        span = span_of(LONG, "A windmill turned 5 times.")
        page.goto(path_of(LONG, span, q="windmill"))
        assert marked(page) == ["A windmill turned 5 times."]
        expect(page.locator("mark.cited")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") == 400
        page.wait_for_selector(".match-steps")
        expect(page.locator(".match-list")).to_be_hidden()
        page.locator(".rail-toggle").tap()
        expect(page.locator(".card .cite-copy")).to_be_visible()
        page.locator(".match-list a").first.tap()
        expect(page.locator(".match-list")).to_be_hidden()
        expect(page.locator("mark.cited").first).to_be_in_viewport()
        for button in page.locator(".rail-bar button").all():
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44


def test_what_is_picked_hides_nothing_of_the_rail_on_a_phone(browser: Browser, address: str) -> None:
    with looking(browser, address, viewport={"width": 320, "height": 640}) as page:
        page.goto(path_of(LONG, span_of(LONG, "A windmill turned 5 times."), q="windmill"))
        page.wait_for_selector(".match-steps")
        page.locator(".rail-toggle").click()
        page.locator(".card .pick input").check()
        last = page.locator(".match-list a").last
        last.scroll_into_view_if_needed()
        page.locator(".rail").evaluate("rail => rail.scrollTo(0, rail.scrollHeight)")
        bar, row = page.locator(".picked").bounding_box(), last.bounding_box()
        assert bar is not None
        assert row is not None
        assert row["y"] + row["height"] <= bar["y"]
