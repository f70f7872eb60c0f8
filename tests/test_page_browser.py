from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from indexer.build import index_articles, open_or_create
from indexer.records import Article, Block, PartialDate
from service.access.key import Wanted
from service.access.keys import KeyStore
from tests.browsing import chromium, looking, served, shown
from tests.fakes import WordEmbedder
from tests.hand_answers import DATED, MISSPELT, bridge_archive

EVIL_ID = "evil/<img src=x onerror=alert(1)> #1?&"
EVIL_TITLE = '<script>alert("title")</script><img src=x onerror=alert(2)>'
EVIL_TEXT = (
    '🧀🧀 The smuggler’s "cheese" <script>alert(3)</script> came by <img src=x onerror=alert(4)> raft.\n\n'
    '<a href="javascript:alert(5)">Here</a>, 𝔗𝔥𝔢 smuggler wrote &lt;b&gt;.'
)
LONG = "The harbour master counts the ferries of the harbour every morning. " * 13
LATE = "Nothing of note is said about this for a long while in these lines.\n\n" * 12 + "A lantern keeper came last."

LINES_OF_FOLDED = """
    quotes => quotes.map(quote => {
        const texts = document.createTreeWalker(quote, NodeFilter.SHOW_TEXT)
        const boxes = [quote.getBoundingClientRect()]
        while (texts.nextNode()) {
            const range = new Range()
            range.selectNode(texts.currentNode)
            boxes.push(...[...range.getClientRects()].filter(box => box.width))
        }
        return boxes.map(box => [box.top, box.bottom])
    })
"""
"""The edges of each quote, then of each piece of its lines."""


def article(article_id: str, text: str, **stated: object) -> Article:
    return Article(article_id, text, (Block(0, len(text), "paragraph"),), **stated)  # type: ignore[arg-type]


def make_archive(place: Path) -> None:
    evil = article(
        EVIL_ID,
        EVIL_TEXT,
        title=EVIL_TITLE,
        publisher="<b>Evil</b>",
        authors=("<i onclick=alert(6)>X</i>",),
        url="javascript:alert(7)",
        published=PartialDate(2016, 5, 1),
    )
    ferries = [
        article(f"ferry/{n}", f"Ferry number {n} leaves harbour {n}.", published=PartialDate(2000 + n))
        for n in range(14)
    ]
    with bridge_archive(place) as archive:
        index_articles(archive, WordEmbedder(), [evil, article("long", LONG), article("late", LATE), *ferries])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = tmp_path_factory.mktemp("page") / "archive"
    make_archive(place)
    with served("tests.serve_answers", str(place)) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with looking(browser, address, viewport={"width": 1200, "height": 900}) as page:
        yield page


def asked(page: Page) -> dict[str, list[str]]:
    """What the page's address holds."""
    return parse_qs(urlsplit(page.url).query, keep_blank_values=True)


def quotes_stand(page: Page, address: str) -> int:
    """Hold every quote on the page against the text of its article; how many there are."""
    quotes: list[list[str]] = page.eval_on_selector_all(
        "blockquote[data-locator]", "found => found.map(one => [one.dataset.locator, one.textContent])"
    )
    for locator, text in quotes:
        article_id, _, span = locator.rpartition("#")
        start, end = (int(offset) for offset in span.split("-"))
        whole = httpx.get(f"{address}/v1/articles/{quote(article_id)}").json()["text"]
        assert text == whole[start:end]
    return len(quotes)


# --- searching --------------------------------------------------------------------------------------------------------


def test_typing_searches_and_the_address_holds_the_search(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Search the archive")
    page.get_by_role("searchbox").press_sequentially("ferry number", delay=20)
    expect(page.locator(".hit h3").first).to_contain_text("ferry/")
    expect(page.locator(".count")).to_contain_text(re.compile(r"^10 of 20 passages, best first · \d+ ms$"))
    assert asked(page) == {"q": ["ferry number"]}
    assert page.title() == "ferry number · Pressmark"
    assert page.locator(".hit mark").first.text_content() in {"Ferry", "number"}


def test_every_way_to_search_that_the_page_shows_can_be_typed_as_it_stands(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".home dt").first).to_be_visible()
    for example in shown(page, ".home dt"):
        page.goto(f"/?q={quote(example)}")
        expect(page.locator(".count")).to_contain_text(re.compile("passage|Nothing found"))
        expect(page.locator(".problem")).to_have_count(0)


def test_going_back_and_forward_shows_what_was_there(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("searchbox")
    box.fill("wheat in autumn")
    box.press("Enter")
    expect(page.locator(".hit h3").first).to_have_text("farm")
    box.fill("cheese")
    expect(page.locator(".hit h3").first).to_have_text(EVIL_TITLE)
    page.go_back()
    expect(page.locator(".hit h3").first).to_have_text("farm")
    expect(box).to_have_value("wheat in autumn")
    page.go_back()
    expect(page.locator(".home")).to_be_visible()
    page.go_forward()
    expect(page.locator(".hit h3").first).to_have_text("farm")
    assert asked(page) == {"q": ["wheat in autumn"]}


def test_a_slow_answer_to_an_earlier_search_never_replaces_a_later_one(page: Page) -> None:
    late: list[Route] = []
    page.goto("/")
    page.route(
        "**/v1/search",
        lambda route: late.append(route) if "wheat" in (route.request.post_data or "") else route.continue_(),
    )
    box = page.get_by_role("searchbox")
    box.fill("wheat")
    box.press("Enter")
    box.fill("cheese")
    box.press("Enter")
    expect(page.locator(".hit h3").first).to_have_text(EVIL_TITLE)
    assert len(late) == 1
    late[0].continue_()
    page.wait_for_timeout(300)
    expect(page.locator(".hit h3").first).to_have_text(EVIL_TITLE)


def test_a_start_page_that_comes_late_never_replaces_an_article(page: Page) -> None:
    late: list[Route] = []
    page.goto("/article/farm")
    expect(page.get_by_role("heading", level=1)).to_have_text("farm")
    page.route(re.compile(r"v1/articles\?limit=1$"), lambda route: late.append(route))
    page.locator(".wordmark").click()
    expect(page.locator(".home")).to_be_attached()
    page.go_back()
    expect(page.locator("h1")).to_have_text("farm")
    assert len(late) == 1
    late[0].continue_()
    page.wait_for_timeout(300)
    expect(page.locator("h1")).to_have_text("farm")


def test_a_permanent_link_shows_the_same_in_a_new_tab(browser: Browser, address: str) -> None:
    seen = []
    for _ in range(2):
        with looking(browser, address) as page:
            page.goto("/?q=ferry+harbour&after=2005&before=2010&group=article")
            expect(page.locator(".hit")).to_have_count(5)
            seen.append(shown(page, ".hit h3"))
    assert seen[0] == seen[1]
    assert set(seen[0]) == {f"ferry/{n}" for n in range(5, 10)}


def test_more_is_loaded_behind_what_is_there_and_is_there_again_on_the_way_back(page: Page) -> None:
    page.goto("/?q=ferry")
    expect(page.locator(".hit")).to_have_count(10)
    before = shown(page, ".hit h3")
    page.get_by_role("button", name="Show 10 more").click()
    expect(page.locator(".hit")).to_have_count(20)
    assert shown(page, ".hit h3")[:10] == before
    assert len(set(shown(page, ".hit"))) == 20
    expect(page.locator(".count")).to_contain_text("20 passages")
    page.locator(".hit h3 a").nth(15).click()
    expect(page).to_have_url(re.compile("/article/"))
    page.go_back()
    expect(page.locator(".hit")).to_have_count(20)


def test_one_passage_per_article_is_a_switch(page: Page) -> None:
    page.goto("/?q=harbour+ferries")
    expect(page.locator(".count")).to_contain_text("passages")
    page.get_by_label("One passage per article").check()
    expect(page.locator(".count")).to_contain_text("articles")
    assert asked(page)["group"] == ["article"]
    page.get_by_label("One passage per article").uncheck()
    expect(page.locator(".count")).to_contain_text("passages")


def test_more_like_a_passage_is_a_search_of_its_own(page: Page) -> None:
    page.goto("/?q=ferry+number+3")
    page.locator(".hit").first.get_by_role("link", name="More like this").click()
    expect(page.locator(".source h3")).to_have_text("ferry/3")
    expect(page.locator(".source .quote")).to_have_text("Ferry number 3 leaves harbour 3.")
    assert asked(page)["like"] == ["ferry/3#0-32"]
    expect(page.locator(".count")).to_contain_text("19 articles")
    expect(page.locator(".hit").first).to_contain_text("leaves harbour")
    assert "ferry/3" not in shown(page, ".hit h3")


def test_a_long_passage_is_folded_and_whole(page: Page, address: str) -> None:
    page.goto("/?q=harbour+master+counts")
    folded = page.locator(".hit .quote.folded").first
    short = folded.bounding_box()
    page.locator(".hit").first.get_by_role("button", name="Show the whole passage").click()
    whole = page.locator(".hit .quote").first.bounding_box()
    assert short is not None
    assert whole is not None
    assert whole["height"] > short["height"]
    assert quotes_stand(page, address) == 10


def test_a_folded_passage_shows_where_the_words_stand(page: Page) -> None:
    page.goto("/?q=lantern+keeper")
    folded = page.locator(".hit .quote.folded").first
    mark = folded.locator("mark").first
    expect(mark).to_have_text("lantern")
    outer, inner = folded.bounding_box(), mark.bounding_box()
    assert outer is not None
    assert inner is not None
    assert outer["y"] < inner["y"] < inner["y"] + inner["height"] < outer["y"] + outer["height"]


def test_a_fold_cuts_through_no_line(page: Page) -> None:
    page.goto("/?q=lantern+keeper+harbour+master")
    expect(page.locator(".hit .quote.folded")).to_have_count(2)
    for width in (1200, 400):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(200)
        cut: list[list[list[float]]] = page.eval_on_selector_all(".quote.folded", LINES_OF_FOLDED)
        for (top, bottom), *lines in cut:
            seen = [line for line in lines if line[0] < bottom and line[1] > top]
            assert all(top <= above and below <= bottom for above, below in seen)
            assert 3 <= len({round(above) for above, _ in seen}) < len({round(above) for above, _ in lines})


# --- answers ----------------------------------------------------------------------------------------------------------


def test_an_answer_stands_on_top_with_its_sentence_and_leads_to_it(page: Page, address: str) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("When did the bridge open?")
    answer = page.get_by_role("region", name="Answer")
    expect(answer.locator(".said")).to_have_text("1932")
    expect(answer.locator(".quote")).to_have_text("The bridge opened in 1932.")
    expect(answer.locator("mark")).to_have_text("1932")
    expect(answer.locator(".sureness")).to_have_text("Very likely right · 93%")
    expect(answer).to_contain_text("The Span")
    expect(answer).to_contain_text("October 2015")
    assert quotes_stand(page, address) > 1
    link = answer.get_by_role("link", name="A bridge")
    assert (link.get_attribute("href") or "").endswith("#0-26")
    link.click()
    expect(page).to_have_url(re.compile(r"/article/span\?edition=[0-9a-f]{64}.*#0-26"))


def test_what_is_not_found_is_said_plainly_with_the_nearest_as_such(page: Page, address: str) -> None:
    page.goto("/?q=Who+sows+wheat+on+Mars%3F")
    none = page.get_by_role("region", name="Not found in this archive")
    expect(none.locator(".reason")).to_have_text("No passage answers it.")
    expect(none).to_contain_text("Nearest passages, which do not answer it")
    expect(none.get_by_role("link", name="farm")).to_be_visible()
    assert quotes_stand(page, address) > 1


def test_an_answer_says_how_the_question_was_taken_and_nothing_twice(page: Page) -> None:
    page.goto("/?q=Was+wheet+sown+in+1932%3F")
    answer = page.get_by_role("region", name="Not found in this archive")
    expect(answer.get_by_role("list", name="Notes on this answer")).to_have_text(f"{DATED}.")
    expect(page.get_by_text(MISSPELT[1:])).to_have_count(1)
    page.goto("/?q=Who+sows+wheat+on+Mars%3F")
    expect(answer).to_be_visible()
    expect(answer.locator(".notes")).to_have_count(0)


def test_words_are_answered_on_enter_and_no_answer_to_them_is_no_alarm(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("searchbox")
    box.fill("wheat autumn")
    expect(page.locator(".hit h3").first).to_have_text("farm")
    expect(page.locator(".answer-place")).to_be_empty()
    box.press("Enter")
    expect(page.locator(".answer-place")).to_have_text(
        "No passage answers this as a question; these are nearest to it."
    )


def test_sources_that_disagree_stand_side_by_side_each_with_its_date(page: Page, address: str) -> None:
    page.goto("/?q=In+which+year+did+it+open%3F")
    sides = page.locator(".side-taken")
    expect(page.get_by_role("heading", name="The sources disagree")).to_be_visible()
    expect(sides).to_have_count(2)
    expect(sides.nth(0)).to_contain_text("The Span")
    expect(sides.nth(0)).to_contain_text("October 2015")
    expect(sides.nth(1)).to_contain_text("As said by Mehdi Safari")
    expect(sides.nth(1)).to_contain_text("2014")
    assert quotes_stand(page, address) > 2


def test_a_list_has_its_items_and_one_sentence_once(page: Page) -> None:
    page.goto("/?q=What+does+it+carry%3F")
    expect(page.locator(".said li")).to_have_text(["trams", "trains"])
    expect(page.locator(".evidence")).to_have_count(1)
    assert shown(page, ".evidence mark") == ["trams", "trains"]


def test_what_a_model_writes_has_its_citations_and_what_was_dropped_is_folded_away(page: Page) -> None:
    page.goto("/?q=When+did+the+bridge+open%3F")
    page.get_by_role("link", name="Have a language model write it out").click()
    answer = page.get_by_role("region", name="Written by tiny from the passages cited")
    expect(answer.locator(".sentence")).to_contain_text("The bridge opened in 1932.")
    expect(answer.get_by_role("link", name="Citation 1")).to_be_visible()
    dropped = answer.get_by_text("It was painted <b>red</b>.")
    expect(dropped).to_be_hidden()
    answer.get_by_text("One sentence was dropped").click()
    expect(dropped).to_be_visible()
    page.get_by_role("link", name="Show the articles' own words").click()
    expect(page.locator(".said")).to_have_text("1932")


# --- what articles may not do -----------------------------------------------------------------------------------------


def test_a_hostile_article_is_text_and_nothing_of_it_runs(page: Page, address: str) -> None:
    page.goto("/?q=smuggler+cheese+raft")
    hit = page.locator(".hit").first
    expect(hit.locator("h3")).to_have_text(EVIL_TITLE)
    expect(hit.locator(".byline")).to_contain_text("<b>Evil</b>")
    assert shown(page, ".hit .quote")[0] == EVIL_TEXT
    assert shown(page, "#hit-1 mark") == ["smuggler", "cheese", "raft", "smuggler"]
    assert page.locator("#main img, #main script, #main i, #main b").count() == 0
    assert [
        href for href in page.eval_on_selector_all("a", "all => all.map(a => a.href)") if "javascript" in href
    ] == []
    assert quotes_stand(page, address) == 10
    hit.locator("h3 a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(EVIL_TITLE)
    page.wait_for_timeout(200)
    assert page.locator("#main img, #main script").count() == 0


# --- how it is used ---------------------------------------------------------------------------------------------------


def test_a_keyboard_is_enough(page: Page) -> None:
    page.goto("/?q=ferry")
    expect(page.locator(".hit")).to_have_count(10)
    focused = "document.activeElement.closest('.hit')?.id ?? document.activeElement.id"
    page.keyboard.press("/")
    assert page.evaluate(focused) == "q"
    page.keyboard.type("wheat/barley")
    expect(page.locator(".hit h3").first).to_have_text("farm")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "hit-1"
    for key, at in (("j", "hit-2"), ("ArrowDown", "hit-3"), ("k", "hit-2"), ("ArrowUp", "hit-1"), ("ArrowUp", "q")):
        page.keyboard.press(key)
        assert page.evaluate(focused) == at
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/article/farm"))


def test_the_first_tab_leads_past_the_head(page: Page) -> None:
    page.goto("/?q=ferry")
    expect(page.locator(".hit")).to_have_count(10)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the results"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    expect(page.locator(".hit")).to_have_count(10)


def test_every_control_has_a_name_and_headings_nest(page: Page) -> None:
    for path in ("/", "/?q=In+which+year+did+it+open%3F", "/?q=Who+sows+wheat+on+Mars%3F"):
        page.goto(path)
        page.wait_for_selector(".home h1, .answer:not(.awaited)")
        nameless = page.eval_on_selector_all(
            "main :is(a, button), .top :is(a, button)",
            "all => all.filter(one => !(one.textContent.trim() || one.ariaLabel)).map(one => one.outerHTML)",
        )
        unlabelled = page.eval_on_selector_all(
            "main :is(input, select), .top input",
            "all => all.filter(one => !(one.labels.length || one.ariaLabel)).map(one => one.outerHTML)",
        )
        assert (nameless, unlabelled) == ([], [])
        levels = page.eval_on_selector_all("h1, h2, h3, h4", "all => all.map(one => Number(one.tagName[1]))")
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_breaks_the_rules_of_accessibility_that_can_be_tested(
    browser: Browser, address: str, scheme: Literal["light", "dark"]
) -> None:
    axe = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    with looking(browser, address, color_scheme=scheme) as page:
        for path in ("/", "/?q=In+which+year+did+it+open%3F&publisher=The+Arch", "/?q=Who+sows+wheat+on+Mars%3F"):
            page.goto(path)
            page.wait_for_selector(".home h1, .answer:not(.awaited)")
            page.wait_for_selector(".home h1, .filters-group")
            page.evaluate(f"{axe}; undefined")
            broken = page.evaluate("axe.run().then(found => found.violations.map(one => [one.id, one.nodes[0].html]))")
            assert broken == []


@pytest.mark.parametrize("path", ["/", "/?q=smuggler", "/?q=In+which+year+did+it+open%3F", "/?q=%22%22"])
def test_a_phone_needs_no_scrolling_sideways(browser: Browser, address: str, path: str) -> None:
    with looking(browser, address, viewport={"width": 400, "height": 800}) as page:
        page.goto(path)
        page.wait_for_selector(".home h1, .hit h3, .problem")
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") == 400


def test_it_is_dark_where_the_reader_likes_it_dark(browser: Browser, address: str) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        with looking(browser, address, color_scheme=scheme) as page:
            page.goto("/")
            seen[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    light, dark = (sum(map(int, re.findall(r"\d+", seen[scheme])[:3])) for scheme in ("light", "dark"))
    assert dark < 150 < 600 < light


def test_what_cannot_be_searched_for_is_told_with_the_mend(page: Page) -> None:
    page.goto("/?q=%22%22")
    expect(page.locator(".problem h2")).to_have_text("This cannot be searched for")
    expect(page.locator(".problem")).to_contain_text("holds no word to search for")
    page.get_by_role("searchbox").fill("wheat")
    expect(page.locator(".hit h3").first).to_have_text("farm")
    expect(page.locator(".problem")).to_have_count(0)


def test_a_half_typed_phrase_is_no_error(page: Page) -> None:
    page.goto("/?q=wheat")
    expect(page.locator(".hit h3").first).to_have_text("farm")
    page.get_by_role("searchbox").fill('"')
    expect(page.locator(".count")).to_have_text("…")
    expect(page.locator(".found .problem")).to_have_count(0)
    page.get_by_role("searchbox").fill('"barley are sown"')
    expect(page.locator(".hit")).to_have_count(1)


def test_a_service_that_is_gone_is_said_to_be_and_tried_again(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".home h1")).to_be_visible()
    page.route("**/v1/**", lambda route: route.abort())
    page.get_by_role("searchbox").fill("wheat")
    expect(page.locator(".found .problem")).to_contain_text("The service does not answer")
    page.unroute("**/v1/**")
    page.get_by_role("button", name="Try again").first.click()
    expect(page.locator(".hit h3").first).to_have_text("farm")


# --- other archives ---------------------------------------------------------------------------------------------------


def test_an_empty_archive_says_how_to_fill_it(browser: Browser, tmp_path: Path) -> None:
    open_or_create(tmp_path / "archive", WordEmbedder()).close()
    with (
        served("tests.serve_fake", str(tmp_path / "archive"), "127.0.0.1", "0") as address,
        looking(browser, address) as page,
    ):
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_have_text("This archive is empty.")
        expect(page.locator(".home")).to_contain_text("pressmark index FOLDER")
        expect(page.get_by_role("region", name="Add articles")).to_be_visible()


@pytest.fixture(scope="module")
def guarded(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """The address of a service that asks for keys, one of them, and one that may ask once a minute."""
    place = tmp_path_factory.mktemp("guarded") / "archive"
    bridge_archive(place).close()
    keys = KeyStore(place)
    (_, often), (_, seldom) = keys.create(Wanted("desk")), keys.create(Wanted("seldom", per_minute=1))
    keys.close()
    with served("tests.serve_answers", str(place)) as address:
        yield address, often, seldom


def test_a_key_is_asked_for_where_one_is_needed_and_kept_for_the_tab(
    browser: Browser, guarded: tuple[str, str, str]
) -> None:
    address, token, _ = guarded
    with looking(browser, address) as page:
        page.goto("/?q=wheat")
        expect(page.get_by_role("heading", name="An access key is needed")).to_be_visible()
        field = page.get_by_label("Access key", exact=True)
        field.fill("wrong")
        page.get_by_role("button", name="Use this key").click()
        expect(page.locator(".refused")).to_contain_text("does not hold here")
        field.fill(token)
        field.press("Enter")
        expect(page.locator(".hit h3").first).to_have_text("farm")
        page.reload()
        expect(page.locator(".hit h3").first).to_have_text("farm")
        page.get_by_role("button", name="Forget the access key").click()
        expect(field).to_be_visible()
        assert token not in page.url


def test_whoever_asks_too_often_is_told_when_to_ask_again(browser: Browser, guarded: tuple[str, str, str]) -> None:
    address, _, token = guarded
    with looking(browser, address) as page:
        page.goto("/")
        field = page.get_by_label("Access key", exact=True)
        field.fill(token)
        field.press("Enter")
        expect(page.locator(".home h1")).to_contain_text("Search the archive")
        page.get_by_role("searchbox").fill("wheat")
        expect(page.locator(".found .problem")).to_contain_text(re.compile(r"Try again in \d+ seconds"))
