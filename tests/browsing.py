"""A real browser at a real server, for the tests of the page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, sync_playwright

from tests.real_server import serving


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window; where there is none, the tests that want it are skipped."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("the page is tested in Chromium, which is not here. Install it: apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(module: str, *arguments: str) -> Iterator[str]:
    """The address of a server that a module of the tests runs."""
    with serving("-m", module, *arguments) as server:
        yield server.address


@contextmanager
def looking(browser: Browser, address: str, **settings: Any) -> Iterator[Page]:  # noqa: ANN401
    """A page of its own, whose paths are of the address.

    At the end nothing may have gone wrong in it: no script's error, nothing that its policy kept from running, no
    dialog, and no request to anywhere else.
    """
    context = browser.new_context(base_url=address, **settings)
    wrong: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            wrong.append(message.text)

    def asked(dialog: Dialog) -> None:
        wrong.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", asked)
    page.on("request", lambda request: _outside(request.url, address, wrong))
    try:
        yield page
        assert wrong == []
    finally:
        context.close()


def _outside(url: str, address: str, wrong: list[str]) -> None:
    if not url.startswith((f"{address}/", "data:", "blob:")):
        wrong.append(f"a request to {url}")


def shown(page: Page, selector: str) -> Sequence[str]:
    """The texts of what a selector finds, character for character."""
    texts: list[str] = page.eval_on_selector_all(selector, "found => found.map(one => one.textContent)")
    return texts
