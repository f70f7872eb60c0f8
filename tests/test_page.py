from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import service.web
from service.api import create_app
from service.search import Searcher
from service.web.page import files
from tests.fakes import WordEmbedder
from tests.test_api import make_archive, problem

STATIC = Path(service.web.__file__).parent / "static"
SOURCES = sorted(path for path in STATIC.iterdir() if path.suffix in {".js", ".css", ".html", ".svg"})
NAMESPACE = "http://www.w3.org/2000/svg"
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|createContextualFragment|DOMParser|\beval\(|"
    r"new Function|srcdoc|[\s\"']style=|setAttribute\(\s*[\"']style|[{,]\s*style:|javascript:"
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    searcher = Searcher(make_archive(tmp_path_factory.mktemp("page") / "archive"), WordEmbedder())
    with TestClient(create_app(searcher)) as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/", "/?q=bridge", "/article/example.org/bridge", "/page/main.js", "/page/offers.json"]
)
def test_whatever_the_page_is_made_of_comes_under_its_policy(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert "camera=()" in headers["permissions-policy"]


def test_every_file_comes_as_what_it_is_byte_for_byte(client: TestClient) -> None:
    types = {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
    }
    assert {path.name for path in STATIC.iterdir()} == set(files())
    for path in SOURCES:
        response = client.get(f"/page/{path.name}")
        assert (response.status_code, response.headers["content-type"]) == (200, types[path.suffix])
        assert response.content == path.read_bytes()


def test_what_a_browser_has_is_not_sent_again(client: TestClient) -> None:
    for path in ("/", "/page/style.css"):
        tag = client.get(path).headers["etag"]
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_an_article_has_the_page_at_its_address_and_so_has_an_unknown_one(client: TestClient) -> None:
    page = client.get("/").content
    for path in ("/article/example.org/bridge", "/article/k%C3%A4se%20%231%3F/x%20y", "/article/none"):
        assert client.get(path).content == page
    assert client.head("/").status_code == 200


@pytest.mark.parametrize("name", ["none.js", "..%2fpage.py", "%2e%2e/page.py", "page.py", ""])
def test_no_other_file_is_sent(client: TestClient, name: str) -> None:
    problem(client.get(f"/page/{name}"), 404, "not-found")


def test_the_page_is_told_what_can_be_asked_for(client: TestClient) -> None:
    assert client.get("/page/offers.json").json() == {"answers": False, "writes": False, "upload_bytes": 100_000_000}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_line_is_no_longer_than_those_of_the_rest(path: Path) -> None:
    assert [line for line in path.read_text("utf-8").splitlines() if len(line) > 120] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_file_names_no_other_host_and_makes_no_markup_of_text(path: Path) -> None:
    text = path.read_text("utf-8")
    assert [url for url in re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"')]*", text) if url != NAMESPACE] == []
    assert MARKUP.findall(text) == []
    assert not re.search(r"@import|url\(", text) or path.suffix == ".js"
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=", text), "no script or style within the page"


def test_everything_that_is_imported_is_there_and_everything_there_is_used() -> None:
    page = (STATIC / "index.html").read_text("utf-8")
    used, found = {"index.html"}, set(re.findall(r"/page/([\w.-]+)", page))
    while found - used:
        name = (found - used).pop()
        used.add(name)
        text = (STATIC / name).read_text("utf-8")
        found |= set(re.findall(r"from \"\./([\w.-]+)\"", text))
    assert used == set(files())


def luminance(colour: str) -> float:
    """Source: Web Content Accessibility Guidelines 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_counted_as_its_source_has_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(scheme: int) -> None:
    roots = re.findall(r":root \{(.*?)\}", (STATIC / "style.css").read_text("utf-8"), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", roots[scheme]))
    for text in ("ink", "muted", "accent", "danger"):
        for behind in ("bg", "surface"):
            assert contrast(colours[text], colours[behind]) >= 4.5, (text, behind)
    assert contrast(colours["accent-ink"], colours["accent"]) >= 4.5
    assert contrast(colours["ink"], colours["mark"]) >= 4.5
