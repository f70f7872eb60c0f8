from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, Route, expect

from indexer.build import open_or_create
from service.access.key import Wanted
from service.access.keys import KeyStore
from tests.browsing import chromium, looking, served
from tests.fakes import WordEmbedder

HOSTILE = "<img src=x onerror=alert(1)>.txt"
PHONE = {"width": 400, "height": 800}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with lone_server(tmp_path_factory.mktemp("upload")) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with looking(browser, address) as page:
        page.goto("/")
        expect(page.locator("#upload-files")).to_be_attached()
        yield page


@contextmanager
def lone_server(folder: Path) -> Iterator[str]:
    """A server of an empty archive, at ``archive`` in the folder."""
    open_or_create(folder / "archive", WordEmbedder()).close()
    with served("tests.serve_fake", str(folder / "archive"), "127.0.0.1", "0") as address:
        yield address


def text_file(name: str, text: str) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


def choose(page: Page, *files: FilePayload) -> Locator:
    """Chooses files; their entry in the list, once it is over."""
    page.locator("#upload-files").set_input_files(list(files))
    return over(page, 0)


def over(page: Page, nth: int) -> Locator:
    """The list's entry, newest first, once it is over."""
    drop = page.locator(".upload-drop").nth(nth)
    expect(drop).to_have_attribute("data-state", "done", timeout=20_000)
    return drop


def drop_files(page: Page, paths: Sequence[Path]) -> None:
    """Drags files from outside onto the middle of the page, as a file manager does."""
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        dragged = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 400, "data": dragged})
        if kind == "dragOver":
            expect(page.locator(".upload-veil")).to_be_visible()


def search(page: Page, query: str) -> Locator:
    page.get_by_role("searchbox").first.fill(query)
    page.keyboard.press("Enter")
    return page.locator(".hit .quote").first


def ids(address: str) -> list[str]:
    with urlopen(f"{address}/v1/articles?limit=1000") as response:
        return [line["article_id"] for line in json.load(response)["articles"]]


def test_an_upload_is_found_without_the_page_being_loaded_anew(page: Page) -> None:
    page.evaluate("window.sameDocument = true")
    entry = choose(page, text_file("lamp.txt", "The lamp of Dornoch was lit in 1871."))
    expect(entry.locator(".upload-outcome")).to_have_text("1 added")
    expect(page.locator("#announced")).to_have_text("lamp.txt: 1 added")
    expect(search(page, "dornoch lamp")).to_have_text("The lamp of Dornoch was lit in 1871.")
    assert page.evaluate("window.sameDocument") is True


def test_a_search_stays_on_the_page_when_an_upload_ends(page: Page) -> None:
    choose(page, text_file("kiln.txt", "The kiln of Lybster burns peat."))
    held: list[Route] = []
    page.route("**/v1/jobs/*", lambda route: held.append(route))
    with page.expect_request("**/v1/jobs/*"):
        page.locator("#upload-files").set_input_files([text_file("loom.txt", "The loom of Lybster weaves flax.")])
    found = search(page, "lybster kiln")
    expect(found).to_have_text("The kiln of Lybster burns peat.")
    assert len(held) == 1
    page.unroute("**/v1/jobs/*")  # which lets go of it
    expect(page.locator("#announced")).to_have_text("loom.txt: 1 added")
    expect(found).to_have_text("The kiln of Lybster burns peat.")
    page.locator(".wordmark").click()
    expect(over(page, 0)).to_contain_text("loom.txt")


def test_a_file_that_is_no_article_shows_why_beside_those_that_are(page: Page, address: str) -> None:
    entry = choose(
        page,
        text_file("one.txt", "One ferry a day."),
        text_file("torn.pdf", "%PDF-1.4 torn"),
        text_file("two.txt", "Two ferries a day."),
    )
    expect(entry.locator(".upload-outcome")).to_have_text("2 added, 1 error")
    names = entry.locator(".upload-file:not(.failed) .upload-name")
    assert names.all_text_contents() == ["one.txt", "two.txt"]
    with urlopen(f"{address}/v1/jobs") as response:
        newest = json.load(response)["jobs"][0]
    assert [error["file"] for error in newest["errors"]] == ["torn.pdf"]
    assert entry.locator(".upload-error").all_text_contents() == [newest["errors"][0]["detail"]]
    expect(page.locator("#announced")).to_contain_text(newest["errors"][0]["detail"])


def test_what_is_there_already_is_told_apart_from_what_has_changed(page: Page) -> None:
    page.get_by_text("Add articles").click()
    expect(choose(page, text_file("tide.txt", "High tide at noon."))).to_contain_text("1 added")
    expect(choose(page, text_file("tide.txt", "High tide at noon."))).to_contain_text("1 already there")
    expect(choose(page, text_file("tide.txt", "High tide at one."))).to_contain_text("1 updated")
    page.get_by_role("button", name="Clear this list").click()
    expect(page.locator(".upload-drop")).to_have_count(0)
    expect(page.locator("#upload-files")).to_be_focused()


def test_a_file_leads_to_its_article(page: Page) -> None:
    entry = choose(page, text_file("Käse #1.txt", "Cheese is carried by ships."))
    entry.get_by_role("link", name="Käse #1.txt").click()
    page.wait_for_url("**/article/**")
    assert urlsplit(page.url).path == "/article/uploads/K%C3%A4se%20%231.txt"
    expect(page.get_by_text("Cheese is carried by ships.")).to_be_visible()


def test_files_and_folders_can_be_dropped_anywhere_on_the_page(page: Page, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    (folder / "2015").mkdir(parents=True)
    (folder / "north.txt").write_text("Report from the north.")
    (folder / "2015" / "south.txt").write_text("Report from the south.")
    (folder / ".hidden.txt").write_text("Nobody's business.")
    single = tmp_path / "single.txt"
    single.write_text("A single report.")
    drop_files(page, [single, folder])
    expect(over(page, 0).locator(".upload-outcome")).to_have_text("3 added")
    expect(page.locator(".upload-veil")).to_be_hidden()
    wanted = {"uploads/single.txt", "uploads/reports/north.txt", "uploads/reports/2015/south.txt"}
    assert {one for one in ids(address) if "single" in one or "reports" in one} == wanted


def test_a_folder_without_files_is_said_to_be_one(page: Page, tmp_path: Path) -> None:
    drop_files(page, [tmp_path])
    expect(page.locator(".upload-outcome")).to_have_text("What was dropped cannot be read: there is no file in it")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)


def test_drops_wait_for_those_before_them(page: Page, address: str) -> None:
    chooser = page.locator("#upload-files")
    for n in range(4):
        chooser.set_input_files([text_file(f"queue{n}.txt", f"Number {n} of the queue.")])
    over(page, 0)
    assert page.locator(".upload-drop .upload-name").all_text_contents() == [f"queue{n}.txt" for n in (3, 2, 1, 0)]
    with urlopen(f"{address}/v1/jobs") as response:
        jobs = [job["result"]["articles"] for job in json.load(response)["jobs"][:4]]
    assert jobs == [[f"uploads/queue{n}.txt"] for n in (3, 2, 1, 0)]


def test_two_files_of_one_name_are_sent_apart(page: Page) -> None:
    choose(page, text_file("same.txt", "The first."), text_file("same.txt", "The second."))
    expect(over(page, 1).locator(".upload-outcome")).to_have_text("1 added")
    expect(over(page, 0).locator(".upload-outcome")).to_have_text("1 updated")


def test_a_file_that_is_too_large_is_not_sent(page: Page, tmp_path: Path) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    large = tmp_path / "large.txt"
    with large.open("wb") as stream:
        stream.truncate(130_000_000)
    page.locator("#upload-files").set_input_files(large)
    error = page.locator(".upload-drop .upload-error")
    expect(error).to_have_text("It has 130 MB; the service takes 100 MB at once.")
    assert sent == []


def test_the_name_of_a_file_stays_text(page: Page) -> None:
    entry = choose(page, text_file(HOSTILE, "A harmless text."))
    expect(entry.locator(".upload-name")).to_have_text(HOSTILE)
    assert page.locator("img").count() == 0


def test_files_are_chosen_without_a_mouse(page: Page) -> None:
    chooser = page.locator("#upload-files")
    with page.expect_file_chooser() as opened:  # from the first, for it takes a while to be ready
        page.get_by_text("Add articles").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(chooser).to_be_focused()
        expect(chooser).to_have_accessible_name("Choose files")
        page.keyboard.press("Enter")
    assert opened.value.is_multiple()


def test_what_could_not_be_sent_can_be_sent_again(page: Page) -> None:
    def cut(route: Route) -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.continue_()

    page.route("**/v1/articles", cut)
    page.locator("#upload-files").set_input_files([text_file("again.txt", "Sent twice, in once.")])
    entry = page.locator(".upload-drop")
    expect(entry).to_contain_text("The connection ended before all was sent")
    page.unroute("**/v1/articles")
    entry.get_by_role("button", name="Try again").click()
    expect(over(page, 0).locator(".upload-outcome")).to_have_text("1 added")


def test_an_empty_archive_is_filled_from_its_page(browser: Browser, tmp_path: Path) -> None:
    with lone_server(tmp_path) as address, looking(browser, address, viewport=PHONE) as page:
        page.goto("/")
        expect(page.get_by_text("Choose files")).to_be_visible()
        long = f"{'long' * 30}.txt"
        choose(page, text_file(long, "A first article."), text_file(f"{'torn' * 30}.pdf", "torn"))
        expect(page.locator("main")).to_contain_text("1 article")
        expect(page.locator(".upload-drop").get_by_text(long)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_key_that_may_only_read_is_told_so(browser: Browser, tmp_path: Path) -> None:
    with lone_server(tmp_path) as address, looking(browser, address) as page:
        keys = KeyStore(tmp_path / "archive")
        _, token = keys.create(Wanted("a reader"))
        keys.close()
        page.add_init_script(f"sessionStorage.setItem('pressmark-key', {json.dumps(token)})")
        page.goto("/")
        page.locator("#upload-files").set_input_files([text_file("no.txt", "Not for this key.")])
        expect(page.locator(".upload-outcome")).to_contain_text("This key may not write.")
        expect(page.locator(".upload-file")).not_to_contain_class("taken")
    assert not list(tmp_path.glob("archive/jobs/*"))
