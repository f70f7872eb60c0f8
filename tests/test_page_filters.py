from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from indexer.build import index_articles, open_or_create
from indexer.records import PartialDate
from tests.browsing import chromium, looking, served
from tests.conftest import make_article
from tests.fakes import WordEmbedder

HOSTILE = "<img src=x onerror=alert(1)>"
MONTHLY = "The Monthly Ledger"
PUBLISHERS = ["North Wire", "South Wire", "Évian Gazette", "Harbour Herald", "Dock Post", "Quay Times", HOSTILE]
PUBLISHERS += ["Lock Letter", "Pier Press", "Basin Bulletin", "Canal Courier"]
AUTHORS = ["Ada Byron", "Bo Diaz", "Cleo Finch"]
EPOCH = date(1970, 1, 1).toordinal()
DATES = ["1998", "2003-05", "2003-06-01", "2004-02-29", "2007-11", "2010-01-01", "2010-12-31", "2012", None]
MONTHS = ["2015-01", "2015-03-04", "2015-03-30", "2015-05", "2015-12-31", "2016-02"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = tmp_path_factory.mktemp("filters") / "archive"
    articles = [
        make_article(
            f"n{n}",
            f"The harbour of town {n} has {n * n} berths.",
            title=f"Berths of town {n}",
            publisher=PUBLISHERS[n * n % 31 % len(PUBLISHERS)],
            authors=tuple(AUTHORS[: n % 4]),
            published=DATES[n % len(DATES)],
            language="fr" if n % 5 == 0 else "en",
        )
        for n in range(60)
    ]
    articles += [
        make_article(f"m{n}", f"The harbour ledger of {date}.", publisher=MONTHLY, published=date)
        for n, date in enumerate(MONTHS)
    ]
    embedder = WordEmbedder()
    with open_or_create(place, embedder) as archive:
        index_articles(archive, embedder, articles)
    with served("tests.serve_fake", str(place), "127.0.0.1", "0") as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with looking(browser, address, viewport={"width": 1280, "height": 900}) as page:
        yield page


@pytest.fixture(scope="module")
def lines(address: str) -> list[dict[str, Any]]:
    """The metadata of all articles."""
    with urlopen(f"{address}/v1/articles?limit=1000") as response:
        found: list[dict[str, Any]] = json.load(response)["articles"]
    return found


def open_search(page: Page, parameters: str = "") -> None:
    page.goto(f"/?q=harbour{parameters}")
    counted(page)


def counted(page: Page) -> None:
    """Waits until the panel shows the counts of this address."""
    expect(page.locator(".filters-body:not([aria-busy]) .filters-note").last).to_contain_text("Counts are exact")
    expect(page.locator(".hit h3").first).to_be_visible()


def asked(page: Page) -> dict[str, list[str]]:
    """The parameters of the address, but for the query."""
    found = parse_qs(urlsplit(page.url).query)
    assert found.pop("q") == ["harbour"]
    return found


def wait_for(page: Page, condition: Callable[[dict[str, list[str]]], bool]) -> dict[str, list[str]]:
    """The parameters of the address as soon as they meet the condition."""
    page.wait_for_url(lambda url: condition(parse_qs(urlsplit(url).query)))
    counted(page)
    return asked(page)


def group(page: Page, name: str) -> Locator:
    return page.locator(f".filters-group[data-list={name}]")


def counts(page: Page, name: str) -> dict[str, int]:
    """What a list shows, opened as far as it goes."""
    more = group(page, name).get_by_role("button", name="Show")
    if more.is_visible():
        more.click()
    found: dict[str, int] = group(page, name).evaluate(
        """group => Object.fromEntries([...group.querySelectorAll("li")].map(item =>
             [item.querySelector("input").value, parseInt(item.querySelector(".filters-count").textContent)]))"""
    )
    return found


def bar(page: Page, value: str) -> dict[str, float]:
    box = page.locator(f".histogram-bar[data-from='{value}']").evaluate(
        "bar => { const { x, width, height } = bar.getBoundingClientRect(); return { x, width, height }; }"
    )
    assert isinstance(box, dict)
    return box


def drag(page: Page, start: float, end: float) -> None:
    drawing = page.locator(".histogram-box svg")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box is not None
    y = box["y"] + 12
    page.mouse.move(start, y)
    page.mouse.down()
    page.mouse.move((start + end) / 2, y)
    page.mouse.move(end, y + 3)
    page.mouse.up()


def middle(page: Page, value: str) -> float:
    box = bar(page, value)
    return box["x"] + box["width"] / 2


# --- lists ------------------------------------------------------------------------------------------------------------


def test_counts_are_those_of_all_articles_counted_one_by_one(page: Page, lines: list[dict[str, Any]]) -> None:
    open_search(page)
    assert counts(page, "publisher") == Counter(line["publisher"] for line in lines)
    assert counts(page, "author") == Counter(author for line in lines for author in line["authors"])
    assert counts(page, "language") == Counter(line["language"] for line in lines)
    expect(page.locator(".filters")).to_contain_text(f"over the {len(lines)} articles of the 200 best results")
    undated = sum(line["published"] is None for line in lines)
    expect(group(page, "published")).to_contain_text(f"{undated} without a date")


def test_a_publisher_chosen_is_in_the_address_and_limits_all_but_its_own_list(
    page: Page, lines: list[dict[str, Any]]
) -> None:
    open_search(page)
    everybody = counts(page, "publisher")
    group(page, "publisher").get_by_label("South Wire").check()
    assert wait_for(page, lambda found: "publisher" in found) == {"publisher": ["South Wire"]}
    of_south = [line for line in lines if line["publisher"] == "South Wire"]
    assert counts(page, "publisher") == everybody
    assert counts(page, "author") == Counter(author for line in of_south for author in line["authors"])
    assert set(page.locator(".hit .publisher").all_inner_texts()) == {"South Wire"}
    group(page, "publisher").get_by_label("North Wire").check()
    assert wait_for(page, lambda found: len(found.get("publisher", [])) == 2) == {
        "publisher": ["South Wire", "North Wire"]
    }
    assert set(page.locator(".hit .publisher").all_inner_texts()) == {"South Wire", "North Wire"}
    page.reload()
    counted(page)
    boxes = group(page, "publisher").locator("input[type=checkbox]")
    assert [boxes.nth(n).is_checked() for n in range(3)] == [True, True, False]


def test_the_box_that_was_used_keeps_the_focus(page: Page) -> None:
    open_search(page)
    box = group(page, "author").get_by_label("Bo Diaz")
    box.focus()
    page.keyboard.press("Space")
    wait_for(page, lambda found: "author" in found)
    expect(group(page, "author").get_by_label("Bo Diaz")).to_be_focused()
    page.keyboard.press("Space")
    assert wait_for(page, lambda found: "author" not in found) == {}


def test_a_part_of_a_name_narrows_the_list_accents_aside(page: Page) -> None:
    open_search(page)
    group(page, "publisher").get_by_role("searchbox").fill("EVIAN")
    expect(group(page, "publisher").locator("li")).to_have_count(1)
    group(page, "publisher").get_by_label("Évian Gazette").check()
    assert wait_for(page, lambda found: "publisher" in found) == {"publisher": ["Évian Gazette"]}


def test_a_publisher_whose_name_is_markup_stays_text(page: Page) -> None:
    open_search(page)
    counts(page, "publisher")
    group(page, "publisher").get_by_label(HOSTILE).check()
    assert wait_for(page, lambda found: "publisher" in found) == {"publisher": [HOSTILE]}
    expect(page.locator(".chips")).to_contain_text(f"Publisher {HOSTILE}")
    assert page.locator("img").count() == 0


# --- dates ------------------------------------------------------------------------------------------------------------


def test_bars_are_as_high_as_articles_are_many(page: Page, lines: list[dict[str, Any]]) -> None:
    open_search(page)
    years = Counter(line["published"][:4] for line in lines if line["published"])
    most = max(years.values())
    tallest = bar(page, max(years, key=years.__getitem__))["height"]
    assert page.locator(".histogram-bar").count() == 2016 - 1998 + 1
    for year in range(1998, 2017):
        wanted = years[str(year)] / most * tallest
        assert bar(page, str(year))["height"] == pytest.approx(max(wanted, 2 if wanted else 0), abs=0.1)


@pytest.mark.parametrize(("start", "end"), [("2003", "2010"), ("2010", "2003"), ("2012", "2012")])
def test_dragging_over_bars_asks_for_their_years_exactly(page: Page, start: str, end: str) -> None:
    open_search(page)
    drag(page, middle(page, start), middle(page, end))
    first, last = sorted([start, end])
    wanted = {"after": [first], "before": [str(int(last) + 1)]}
    assert wait_for(page, lambda found: "after" in found) == wanted
    expect(page.get_by_role("textbox", name="From")).to_have_value(first)
    expect(page.get_by_role("textbox", name="To")).to_have_value(last)
    expect(page.locator(".histogram [role=status]")).to_have_text(first if first == last else f"{first} – {last}")
    assert page.locator(".histogram-bar").count() == 2016 - 1998 + 1


def test_dragging_an_edge_changes_that_end_alone(page: Page) -> None:
    open_search(page, "&after=2003-05-20&before=2011")
    handle = page.locator("[data-end=to] .histogram-grip").bounding_box()
    assert handle is not None
    to = bar(page, "2007")
    drag(page, handle["x"] + 4, to["x"] + to["width"])
    assert wait_for(page, lambda found: found["before"] != ["2011"]) == {"after": ["2003-05-20"], "before": ["2008"]}


def test_escape_takes_a_drag_back(page: Page) -> None:
    open_search(page)
    box = page.locator(".histogram-box svg").bounding_box()
    assert box is not None
    y = box["y"] + 10
    page.mouse.move(middle(page, "2003"), y)
    page.mouse.down()
    page.mouse.move(middle(page, "2007"), y)
    expect(page.locator(".histogram [role=status]")).to_have_text("2003 – 2007")
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".histogram [role=status]")).to_have_text("Any date")
    assert asked(page) == {}


def test_a_finger_drags_too(browser: Browser, address: str) -> None:
    with looking(browser, address, viewport={"width": 400, "height": 800}, has_touch=True, is_mobile=True) as page:
        open_search_on_phone(page)
        box = page.locator(".histogram-box svg").bounding_box()
        assert box is not None
        y = box["y"] + 20
        session = page.context.new_cdp_session(page)
        for kind, year in (("touchStart", "2004"), ("touchMove", "2006"), ("touchMove", "2010"), ("touchEnd", None)):
            points = [] if year is None else [{"x": middle(page, year), "y": y}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_url(lambda url: "after=" in url)
        assert asked(page) == {"after": ["2004"], "before": ["2011"]}


def test_keys_move_the_handles_and_the_focus_stays(page: Page) -> None:
    open_search(page)
    start, end = page.get_by_role("slider", name="Published from"), page.get_by_role("slider", name="Published to")
    expect(start).to_have_attribute("aria-valuetext", "1998")
    start.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
    expect(start).to_have_attribute("aria-valuetext", "2000")
    assert wait_for(page, lambda found: "after" in found) == {"after": ["2000"]}
    expect(start).to_be_focused()
    page.keyboard.press("End")  # as far as the other handle
    assert wait_for(page, lambda found: found["after"] != ["2000"]) == {"after": ["2016"]}
    page.keyboard.press("Home")
    assert wait_for(page, lambda found: found["after"] != ["2016"]) == {"after": ["1998"]}
    end.focus()
    page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    assert wait_for(page, lambda found: "before" in found) == {"after": ["1998"], "before": ["2015"]}
    assert [end.get_attribute(f"aria-value{name}") for name in ("min", "now", "max")] == ["0", "16", "18"]


def test_a_short_span_is_drawn_by_month(page: Page) -> None:
    open_search(page, "&publisher=Monthly")
    bars = page.locator(".histogram-bar")
    assert bars.count() == 14  # from January 2015 to February 2016
    heights = {month: bar(page, month)["height"] for month in ("2015-01", "2015-02", "2015-03", "2016-02")}
    assert heights["2015-02"] == 0
    assert heights["2015-03"] == pytest.approx(2 * heights["2015-01"])
    drag(page, middle(page, "2015-03"), middle(page, "2015-12"))
    wanted = {"publisher": ["Monthly"], "after": ["2015-03"], "before": ["2016-01"]}
    assert wait_for(page, lambda found: "after" in found) == wanted
    assert page.locator(".hit").count() == 4


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ("", "2010", {"before": ["2011"]}),
        ("2003-06", "", {"after": ["2003-06"]}),
        ("2003-05", "2003-12", {"after": ["2003-05"], "before": ["2004-01"]}),
        ("2004-02-29", "2010-12-31", {"after": ["2004-02-29"], "before": ["2011-01-01"]}),
        ("2004-02-28", "2004-02-29", {"after": ["2004-02-28"], "before": ["2004-03-01"]}),
    ],
)
def test_dates_typed_are_inclusive_at_both_ends(
    page: Page, start: str, end: str, wanted: dict[str, list[str]], lines: list[dict[str, Any]]
) -> None:
    open_search(page, "&group=article")
    page.get_by_role("textbox", name="From").fill(start)
    page.get_by_role("textbox", name="To").fill(end)
    page.keyboard.press("Enter")
    found = wait_for(page, lambda found: wanted.items() <= found.items())
    assert found == wanted | {"group": ["article"]}
    inside = [line for line in lines if line["published"] and may_lie_in(line["published"], start, end)]
    assert f" {len(inside)} article" in f" {page.locator('.count').inner_text()}".replace("of ", " ")
    page.reload()
    counted(page)
    expect(page.get_by_role("textbox", name="From")).to_have_value(start)
    expect(page.get_by_role("textbox", name="To")).to_have_value(end)


def may_lie_in(day: str, start: str, end: str) -> bool:
    """Whether some day of a date, as exact as it is, is one of the days from one to another."""
    return day + "-99" * (10 - len(day)) >= start and day <= end + "-99" if end else day + "-99" >= start


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        ("2015-02-30", "", "2015-02-30 is no date"),
        ("", "soon", "soon is no date"),
        ("2012", "2010", "2010 ends before 2012 begins"),
    ],
)
def test_a_date_that_cannot_be_is_said_and_asks_for_nothing(page: Page, start: str, end: str, says: str) -> None:
    open_search(page)
    page.get_by_role("textbox", name="From").fill(start)
    page.get_by_role("textbox", name="To").fill(end)
    page.keyboard.press("Enter")
    expect(page.locator(".filters-problem")).to_contain_text(says)
    assert asked(page) == {}


def test_one_end_alone_is_said_as_such(page: Page) -> None:
    for limit, says in (
        ("after=2003-06", "From Jun 2003"),
        ("before=2010", "To 2009"),
        ("before=2015-03-05", "To 4 Mar 2015"),
    ):
        open_search(page, f"&{limit}")
        expect(page.locator(".histogram [role=status]")).to_have_text(says)


def test_dates_are_reckoned_as_the_archive_does(page: Page) -> None:
    texts = [
        "0001",
        "0099-12",
        "1600-02-29",
        "1900-02-28",
        "1970-01-01",
        "1999-12-31",
        "2015-10",
        "2016-02",
        "9999-12-30",
    ]
    open_search(page)
    reckoned = page.evaluate(
        """async (texts) => {
             const { days, later, parse, write } = await import("/page/calendar.js");
             return texts.map((text) => [write(parse(text)), ...days(text), later(text, 1), later(text, -1)]);
           }""",
        texts,
    )
    for text, found in zip(texts, reckoned, strict=True):
        meant = PartialDate.parse(text)
        first, end = meant.first_day.toordinal() - EPOCH, meant.last_day.toordinal() + 1 - EPOCH
        assert found[:3] == [text, first, end]
        assert found[3] is None or PartialDate.parse(found[3]).first_day.toordinal() - EPOCH == end
        assert found[4] is None or PartialDate.parse(found[4]).last_day.toordinal() + 1 - EPOCH == first
        assert [one is None for one in found[3:]] == [False, text == "0001"]
    wrong = [
        "",
        "15",
        "2015-13",
        "2015-00",
        "2015-02-29",
        "2015-1-1",
        "0000",
        "2015-04-31",
        "20151001",
        "2015-10-02T00:00",
    ]
    assert page.evaluate("async (wrong) => wrong.map((await import('/page/calendar.js')).parse)", wrong) == [
        None
    ] * len(wrong)


@pytest.mark.parametrize(
    ("years", "count", "first", "last"),
    [
        ([1890, 2009], 120, ("1890", "1890"), ("2009", "2009")),
        ([1889, 2009], 13, ("1880", "1889"), ("2000", "2009")),
        ([1, 2009], 21, ("0001", "0099"), ("2000", "2099")),
        ([9990, 8000], 20, ("8000", "8099"), ("9900", "9999")),
    ],
)
def test_bars_grow_with_the_span_and_leave_out_no_article(
    page: Page, years: list[int], count: int, first: tuple[str, str], last: tuple[str, str]
) -> None:
    open_search(page)
    counts = [{"value": f"{year:04d}", "count": n} for n, year in enumerate(years, 3)]
    bars = page.evaluate("async (years) => (await import('/page/bars.js')).barsOf(years, [])", counts)
    assert len(bars) == count
    assert [(one["from"], one["to"]) for one in (bars[0], bars[-1])] == [first, last]
    for one, other in pairwise(bars):
        assert int(one["to"]) + 1 == int(other["from"])
    for counted in counts:
        assert sum(one["count"] for one in bars if one["from"] <= counted["value"] <= one["to"]) == counted["count"]


# --- the filters in force ---------------------------------------------------------------------------------------------


def test_chips_say_what_is_in_force_and_remove_it(page: Page) -> None:
    open_search(page, "&publisher=South+Wire&author=Ada+Byron&after=2003&before=2011&language=en")
    chips = page.locator(".chips .chip")
    words = ["Publisher South Wire", "Author Ada Byron", "Language English", "From 2003", "To 2010"]
    assert [re.sub(r"^Remove the filter |\s*×$", "", text) for text in chips.all_text_contents()] == words
    page.get_by_role("button", name="Remove the filter Author").click()
    found = wait_for(page, lambda found: "author" not in found)
    assert found == {"publisher": ["South Wire"], "after": ["2003"], "before": ["2011"], "language": ["en"]}
    expect(page.get_by_role("button", name="Remove the filter Language")).to_be_focused()
    page.get_by_role("button", name="Remove all filters").click()
    assert wait_for(page, lambda found: "publisher" not in found) == {}
    expect(page.locator(".chips")).to_be_hidden()


def test_conditions_that_the_address_holds_badly_can_be_removed(page: Page) -> None:
    page.goto("/?q=harbour&before=tomorrow&after=2003")
    page.get_by_role("button", name="Remove the filter Before tomorrow").click()
    assert wait_for(page, lambda found: "before" not in found) == {"after": ["2003"]}


# --- the line of time -------------------------------------------------------------------------------------------------


def test_the_line_of_time_has_the_dated_hits_at_their_dates(page: Page) -> None:
    open_search(page, "&publisher=Basin+Bulletin")
    dates = dict(
        page.locator(".hit:has(time)").evaluate_all(
            "hits => hits.map(hit => [Number(hit.dataset.rank), hit.querySelector('time').dateTime])"
        )
    )
    assert set(dates.values()) == {"2003-05", "2004-02-29", "2010-01-01", "2012"}
    page.locator("details.when summary").click()
    marks = page.locator(".timeline a")
    expect(marks).to_have_count(len(dates))
    boxes = marks.evaluate_all(
        "marks => marks.map(mark => { const box = mark.querySelector('rect').getBoundingClientRect();"
        " return [Number(mark.dataset.rank), box.left, box.right, box.top, box.bottom]; })"
    )
    assert {rank for rank, *_ in boxes} == set(dates)
    for n, (_, left, right, top, bottom) in enumerate(boxes):
        for _, other_left, other_right, other_top, other_bottom in boxes[:n]:
            assert right <= other_left or other_right <= left or bottom <= other_top or other_bottom <= top
    places = {dates[rank]: (left, right) for rank, left, right, *_ in boxes}
    start, end = middle_day("2004-02-29"), middle_day("2010-01-01")
    origin = sum(places["2004-02-29"]) / 2
    day = (sum(places["2010-01-01"]) / 2 - origin) / (end - start)  # in pixels
    for text, (left, right) in places.items():
        assert (left + right) / 2 == pytest.approx(origin + day * (middle_day(text) - start), abs=0.1)
    assert places["2012"][1] - places["2012"][0] == pytest.approx(366 * day, abs=0.1)


def middle_day(text: str) -> float:
    meant = PartialDate.parse(text)
    return (meant.first_day.toordinal() + meant.last_day.toordinal() + 1) / 2


def test_a_mark_on_the_line_of_time_leads_to_its_hit(page: Page) -> None:
    open_search(page, "&publisher=Basin+Bulletin")
    page.locator("details.when summary").click()
    mark = page.locator(".timeline a").last
    rank = mark.get_attribute("data-rank")
    expect(mark).to_have_accessible_name(re.compile(rf"Result {rank}: Berths of town \d+, 2012"))
    assert "/article/n" in (mark.get_attribute("href") or "")
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#hit-{rank} h3 a")).to_be_focused()


# --- a phone ----------------------------------------------------------------------------------------------------------


def open_search_on_phone(page: Page) -> None:
    page.goto("/?q=harbour")
    expect(page.locator(".filters-body")).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    expect(page.locator(".histogram-bar").first).to_be_attached()


def test_nothing_is_wider_than_the_screen_of_a_phone(browser: Browser, address: str) -> None:
    with looking(browser, address, viewport={"width": 400, "height": 800}) as page:
        open_search_on_phone(page)
        counts(page, "publisher")
        page.locator("details.when summary").click()
        for width in (400, 280):
            page.set_viewport_size({"width": width, "height": 800})
            expect(page.locator(f".histogram-box svg[width='{width - 32}']")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
