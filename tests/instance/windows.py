"""A Chromium, and windows of it in which a person uses a whole instance."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.canvas_page import FLAGS, WIDTHS, Width


@contextmanager
def chromium() -> Generator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Window:
    """One window, and what it complained about."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list[str])

    def listen(self) -> None:
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "response",
            lambda answer: (
                self.faults.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
            ),
        )
        self.page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((self.url, "data:", "blob:", "about:"))
                else self.faults.append(f"left the origin: {asked.url}")
            ),
        )


@contextmanager
def window(browser: Browser, url: str, width: Width, **options: Any) -> Generator[Window]:
    context = browser.new_context(base_url=url, **WIDTHS[width], **options)
    opened = Window(context.new_page(), url)
    opened.page.set_default_timeout(15_000)
    expect.set_options(timeout=15_000)
    opened.listen()
    yield opened
    context.close()


def sign_in(page: Page, known: Mapping[str, str]) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(known["email"])
    page.get_by_label("Password", exact=True).fill(known["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maya")
