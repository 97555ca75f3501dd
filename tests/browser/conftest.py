"""A real Chromium, driven by Playwright; where there is none, the tests are skipped and say so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# It has to draw without a screen, and to stay silent: what goes over the network is the page's doing alone.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


# Milliseconds: enough for a machine that is busy with something else as well.
expect.set_options(timeout=20_000)


@dataclass
class Tab:
    """A page in a browser context of its own, as if on a machine of its own, and all that it did."""

    page: Page
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        """Types the question into whatever has the focus, presses Enter and waits for what comes of it."""
        answered = self.page.locator(".turn .answer").count()
        self.page.keyboard.insert_text(question)
        self.page.keyboard.press("Enter")
        self.page.locator(".turn .answer").nth(answered).wait_for()

    def dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def texts(self, selector: str) -> list[str]:
        """textContent, and not what the layout makes of it."""
        return self.page.locator(selector).all_text_contents()

    def hosts(self) -> set[str | None]:
        return {urlsplit(url).hostname for url in self.requests if urlsplit(url).scheme not in {"data", "blob"}}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser to test in: none of {', '.join(BROWSERS)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[Callable[..., Tab]]:
    """Opens an address in a new browser context; waits_for: what the page shows once it is ready; further arguments are
    Playwright's, such as `viewport`."""
    contexts = []

    def open_tab(address: str, *, waits_for: str = "#question textarea", **options: Any) -> Tab:
        context = browser.new_context(**options)
        contexts.append(context)
        tab = Tab(context.new_page())
        context.on("request", lambda request: tab.requests.append(request.url))
        tab.page.on("websocket", lambda socket: tab.requests.append(socket.url))
        tab.page.on("dialog", tab.dismiss)
        tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.page.goto(address)
        tab.page.locator(waits_for).first.wait_for()
        return tab

    yield open_tab
    for context in contexts:
        context.close()
