"""The sample pages served under the real policy, and one Chromium for all tests of this folder."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.web.preview import app

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}


@dataclass
class Visit:
    """A page in a window of its own, with what it complained about and what it asked the server for."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list[str])
    requests: list[Request] = field(default_factory=list[Request])

    def open(self, path: str) -> None:
        self.page.goto(self.url + path, wait_until="load")
        self.settle()

    def settle(self, seconds: float = 0.15) -> None:
        self.page.wait_for_timeout(seconds * 1000)

    def until(self, holds: Callable[[], bool], seconds: float = 5) -> None:
        """Asks again until it holds; Playwright's own waiting needs eval, which our policy forbids."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "it did not happen"
            self.page.wait_for_timeout(50)

    def sent(self, method: str = "POST") -> list[Request]:
        return [request for request in self.requests if request.method == method]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the samples are served, on a port that is free."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.force_exit = server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Closed with its module: while it runs, no asynchronous test can."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


def open_window(chromium: Browser, address: str, kind: dict[str, Any], **options: Any) -> Visit:
    context = chromium.new_context(**kind, **options)
    visit = Visit(context.new_page(), address)
    visit.page.on(
        "console",
        lambda said: visit.faults.append(said.text) if said.type in {"error", "warning"} else None,
    )
    visit.page.on("pageerror", lambda error: visit.faults.append(str(error)))
    visit.page.on("request", lambda request: visit.requests.append(request))  # noqa: PLW0108 -- Playwright marks what it is given
    return visit


@pytest.fixture
def visit_as(chromium: Browser, address: str) -> Iterator[Callable[..., Visit]]:
    """Opens a window of this kind: `visit_as(PHONE)`, `visit_as(DESKTOP, java_script_enabled=False)`."""
    opened: list[Visit] = []

    def of_kind(kind: dict[str, Any], **options: Any) -> Visit:
        opened.append(open_window(chromium, address, kind, **options))
        return opened[-1]

    yield of_kind
    for visit in opened:
        visit.page.context.close()


@pytest.fixture
def visit(visit_as: Callable[..., Visit]) -> Visit:
    return visit_as(DESKTOP)


@pytest.fixture(scope="module")
def inspected_phone(chromium: Browser, address: str) -> Visit:
    """One window for all pages, so that what they share is loaded once; open to axe."""
    return open_window(chromium, address, PHONE, bypass_csp=True)


@pytest.fixture(scope="module")
def inspected_desktop(chromium: Browser, address: str) -> Visit:
    return open_window(chromium, address, DESKTOP, bypass_csp=True)
