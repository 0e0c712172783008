"""A browser, a fake API and editors in it, for every test of the canvas."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.canvas_page import FLAGS, Canvas, Open, Width, open_canvas, serve
from tests.browser.fake_automation_api import FakeApi

DIST = Path(os.environ.get("CANVAS_DIST", "web/static/dist"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[FakeApi, str]]:
    assert (DIST / "manifest.json").exists(), (
        "The browser half is not built: run `make setup`, or `npm run build`."
    )
    fake = FakeApi()
    with serve(fake, DIST) as url:
        yield fake, url


@pytest.fixture
def open_page(browser: Browser, server: tuple[FakeApi, str]) -> Iterator[Open]:
    """Opens editors of both widths; afterwards nothing may have gone wrong unseen."""
    fake, url = server
    fake.reset()
    opened: list[Canvas] = []

    def open_one(width: Width = "desktop", **options: object) -> Canvas:
        canvas = open_canvas(browser, fake, url, width, **options)
        opened.append(canvas)
        return canvas

    yield open_one
    for canvas in opened:
        canvas.page.context.close()
        canvas.check_quiet()
