"""The main job as a marketer does it, in a real browser at both widths: sign in with what `make run` prints, draw an automation
by hand, publish it, make a key, let the shop report an event with it, move the sandbox's clock on, read the mail."""

import re
import secrets
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.canvas_page import Width
from tests.instance.conftest import Instance
from tests.instance.windows import chromium, sign_in, window

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_what_is_drawn_sends_its_mail(instance: Instance, browser: Browser, width: Width) -> None:
    run = secrets.token_hex(3)
    event, address = f"brewed_{run}", f"lena-{run}@example.com"
    with window(browser, instance.url, width) as opened:
        page = opened.page
        sign_in(page, instance.demo())
        open_the_sandbox(page)
        draw(page, event, f"Cup {run} for")
        publish(page)
        report(instance.url, make_key(page, f"Shop {run}"), event, address)
        expect_one_inside(page)
        move_on_by_a_day(page)
        read(page, f"Cup {run} for Lena", address)
        assert opened.faults == []


def open_the_sandbox(page: Page) -> None:
    page.locator("summary[aria-label^='Your account']").click()
    page.get_by_role("button", name=re.compile("sandbox", re.IGNORECASE)).locator("visible=true").click()
    expect(page.locator("#clock")).to_be_visible()


def draw(page: Page, event: str, greeting: str) -> None:
    """On the canvas, and on a phone in the outline: when this happens, wait a day, then send this."""
    page.goto("/automations/new")
    page.get_by_role("button", name="Something happens").click()
    step(page, "").click()
    name_event(settings(page), event)
    close(page)
    page.get_by_role("button", name="Add the first step").click()
    take(page, "Wait")
    expect(settings(page).get_by_label("How long: how many")).to_have_value("1")
    close(page)
    page.get_by_role("button", name="Add a step after “1 day”").click()
    take(page, "Send e-mail")
    settings(page).get_by_label("Subject").fill(greeting + " {{ contact.first_name }}")
    close(page)
    expect(page.locator(".ae-card, .ae-row-card").filter(has_text=greeting)).to_be_visible()
    expect(page.locator(".ae-save")).to_have_text("Saved")


def step(page: Page, step_id: str) -> Locator:
    """The main button of a step; "" is the start."""
    return page.locator(f'[data-step-focus="{step_id}"]')


def settings(page: Page) -> Locator:
    return page.locator(".ae-panel")


def name_event(panel: Locator, event: str) -> None:
    """A name that nobody has reported yet is offered as a new one."""
    box = panel.get_by_role("combobox", name="Event", exact=True)
    box.click()
    box.fill(event)
    panel.get_by_role("option", name=event).click()


def take(page: Page, title: str) -> None:
    picker = page.get_by_role("dialog", name="What should happen next?")
    picker.get_by_role("option").filter(has=page.get_by_text(title, exact=True)).click()
    expect(picker).to_be_hidden()


def close(page: Page) -> None:
    settings(page).get_by_role("button", name="Close").click()
    expect(settings(page)).to_be_hidden()


def publish(page: Page) -> None:
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Live v1")).to_be_visible()


def make_key(page: Page, name: str) -> str:
    drawing = page.url
    page.goto("/settings/api-keys")
    page.get_by_label("What is it for?").fill(name)
    page.get_by_label("Report events").check()
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text(f"“{name}” is ready.")).to_be_visible()
    key = page.locator("pre.ms-code").first.inner_text()
    page.goto(drawing)
    return key


def report(url: str, key: str, event: str, address: str) -> None:
    contact = {"email": address, "first_name": "Lena", "consent": {"email": "subscribed"}}
    answer = httpx.post(
        f"{url}/api/v1/events",
        json={"events": [{"name": event, "contact": contact}]},
        headers={"Authorization": f"Bearer {key}"},
        timeout=30,
    )
    assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}


def expect_one_inside(page: Page) -> None:
    """The drawing says that somebody waits, by itself."""
    expect(step(page, "wait")).to_have_accessible_name(re.compile("Waiting 1"))


def move_on_by_a_day(page: Page) -> None:
    page.goto("/inbox")
    page.locator("#clock summary").click()
    page.get_by_role("button", name="Move on by 1 day").click()


def read(page: Page, subject: str, address: str) -> None:
    """The inbox shows what came while the clock moved, without being asked again."""
    page.get_by_role("link", name=subject).click()
    reader = page.locator("#reader")
    expect(reader).to_contain_text(subject)
    expect(reader).to_contain_text(address)
    expect(page.frame_locator("#reader iframe").locator("body")).to_contain_text("Good to have you with us.")
