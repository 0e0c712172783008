"""The canvas as a test drives it: a server with the fake API, a page, and the words for what a person does there."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import uvicorn
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.fake_automation_api import FakeApi, create_app

Width = Literal["desktop", "phone"]
WIDTHS: dict[Width, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "device_scale_factor": 2,
    },
}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
AXE = Path("node_modules/axe-core/axe.min.js")
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE_CALL = """async (rules) => (await axe.run({runOnly: rules}))
    .violations.map(v => `${v.id} (${v.impact}): ${v.nodes.map(n => n.html.slice(0, 140)).join(' | ')}`)"""


@contextmanager
def serve(fake: FakeApi, dist: Path) -> Iterator[str]:
    """The fake on a free port of loopback; gives its address."""
    config = uvicorn.Config(create_app(fake, dist), host="127.0.0.1", port=0, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline, "the fake did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=5)


@dataclass
class Canvas:
    """One open editor. `errors` and `strangers` must be empty when a test is over."""

    page: Page
    fake: FakeApi
    url: str
    phone: bool = False
    automation: str = "welcome"
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on(
            "console", lambda m: self.errors.append(m.text) if m.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "request",
            lambda r: (
                None if r.url.startswith((self.url, "data:", "about:")) else self.strangers.append(r.url)
            ),
        )

    def open(self, automation: str = "welcome", *, can_edit: bool = True, wait: bool = True) -> "Canvas":
        self.automation = automation
        self.page.goto(f"{self.url}/automations/{automation}?can_edit={str(can_edit).lower()}")
        if wait:
            self.page.locator(".ae-card, .ae-row-card, .ae-start").first.wait_for()
        return self

    # -- what is on the screen

    def step(self, step_id: str) -> Locator:
        """The main button of a step; "" is the start."""
        return self.page.locator(f'[data-step-focus="{step_id}"]')

    def card(self, step_id: str) -> Locator:
        return self.page.locator(".ae-card, .ae-row-card", has=self.step(step_id))

    @property
    def panel(self) -> Locator:
        return self.page.locator(".ae-panel")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def picker(self) -> Locator:
        return self.page.locator(".ae-picker")

    def button(self, name: str | re.Pattern[str], *, exact: bool = False) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    def focused_step(self) -> str | None:
        found: str | None = self.page.evaluate("document.activeElement?.dataset?.stepFocus ?? null")
        return found

    def expect_focus(self, step_id: str) -> None:
        expect(self.step(step_id)).to_be_focused()

    # -- what a person does

    def press(self, button: Locator) -> None:
        """By keyboard, which also reaches what is not in view."""
        button.focus()
        self.page.keyboard.press("Enter")

    def select(self, step_id: str) -> Locator:
        """Finds the step with the keyboard, as somebody with a large drawing does."""
        self.step(step_id).focus()
        self.page.keyboard.press("Enter")
        expect(self.panel).to_be_visible()
        return self.panel

    def add_after(self, step_id: str, search: str) -> str:
        """Presses "+" on the step, types, takes the first; answers with the id of the new step."""
        before = set(self.draft()["nodes"])
        self.step(step_id).focus()
        self.page.keyboard.press("+")
        self.picker.get_by_role("combobox").fill(search)
        self.page.keyboard.press("Enter")
        expect(self.picker).to_be_hidden()
        self.saved()
        (made,) = set(self.draft()["nodes"]) - before
        return made

    def choose(self, where: Locator, name: str, typed: str) -> None:
        """Types into a box with suggestions and takes the first."""
        box = where.get_by_role("combobox", name=name, exact=True)
        box.click()
        box.fill(typed)
        self.page.keyboard.press("Enter")

    def saved(self) -> None:
        """Waits until the server has what is on the screen."""
        expect(self.page.locator(".ae-save")).to_have_text("Saved", timeout=10_000)

    def draft(self) -> dict[str, Any]:
        return self.fake.automations[self.automation].draft

    def node(self, step_id: str) -> dict[str, Any]:
        self.saved()
        found: dict[str, Any] = self.draft()["nodes"][step_id]
        return found

    # -- what a demanding user would notice

    def check_accessible(self) -> None:
        self.page.wait_for_timeout(350)  # colours are judged once nothing moves any more
        self.page.evaluate(AXE.read_text() + ";null")
        found: list[str] = self.page.evaluate(AXE_CALL, AXE_RULES)
        assert not found, "\n".join(found)

    def check_fits(self) -> None:
        over: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 1, f"scrolls sideways by {over} px"
        small: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll('automation-editor :is(a, button, input, select, summary)')].filter(e => {
                const r = e.getBoundingClientRect(), scale = r.width / (e.offsetWidth || r.width);
                return r.width > 0 && Math.min(r.width, r.height) / scale < 23.5 && e.type !== 'radio' && e.type !== 'checkbox' && getComputedStyle(e).display !== 'inline'
            }).map(e => e.outerHTML.slice(0, 120))"""
        )
        assert not small, f"too small to press: {small}"

    def check_quiet(self) -> None:
        assert not self.errors, json.dumps(self.errors, indent=1)
        assert not self.strangers, f"requests that leave the origin: {self.strangers}"


Open = Callable[..., Canvas]
"""`open_page("phone").open("blank")`: a new editor of that width."""


def open_canvas(browser: Browser, fake: FakeApi, url: str, width: Width, **options: Any) -> Canvas:
    context = browser.new_context(**WIDTHS[width], **options)
    canvas = Canvas(context.new_page(), fake, url, phone=width == "phone")
    canvas.page.set_default_timeout(8_000)
    canvas.listen()
    return canvas
