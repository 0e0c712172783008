"""What the canvas does with real people: lists behind numbers, failures sent again, moving at once, somebody invented, dragging."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.canvas_fixtures import browser, open_page, server
from tests.browser.canvas_page import Canvas, Open

__all__ = ["browser", "open_page", "server"]


@pytest.fixture
def canvas(open_page: Open) -> Canvas:
    return open_page().open()


# -- numbers


def test_the_number_of_a_line_and_of_an_end_opens_who_went_there(canvas: Canvas) -> None:
    canvas.button("1,954 people went this way").first.click()
    expect(canvas.panel).to_contain_text("Went this way")
    expect(canvas.panel.get_by_role("link")).to_have_count(20)
    canvas.button(re.compile("^End .* came to this end")).first.press("Enter")
    expect(canvas.panel).to_contain_text("Came to the end")


def test_the_numbers_of_the_outline_open_the_same_lists(open_page: Open) -> None:
    phone = open_page("phone").open()
    phone.button("1,954 people went this way").first.click()
    expect(phone.panel).to_contain_text("Went this way")
    phone.page.keyboard.press("Escape")
    phone.button(re.compile("^End .* came to this end")).first.press("Enter")
    expect(phone.panel).to_contain_text("Came to the end")
    phone.check_fits()


def test_what_fits_comes_first_after_a_message_time_elsewhere_a_message(canvas: Canvas) -> None:
    canvas.button("Add a step after “Welcome: your first bag”").click()
    expect(canvas.picker.get_by_role("option").first).to_contain_text("Wait")
    canvas.page.keyboard.press("Escape")
    canvas.button("Add a step after “3 days”").click()
    expect(canvas.picker.get_by_role("option").first).to_contain_text("Send e-mail")


def test_what_failed_raises_one_notice_and_is_sent_again_together(canvas: Canvas) -> None:
    canvas.button("12 failed").click()
    expect(canvas.panel).to_contain_text("Welcome: your first bag: 12")
    expect(canvas.panel).to_contain_text("Since it first went live, in all versions.")
    expect(canvas.panel).to_contain_text("The address does not exist.")
    canvas.panel.get_by_role("button", name="Try all of them again").click()
    expect(canvas.page.get_by_text("12 messages being sent once more.")).to_be_visible()
    asked = [body for _, path, body in canvas.fake.requests if path.endswith("/messages/retry")]
    assert asked == [{"automation_id": "welcome", "node": "welcome", "state": "failed"}]
    expect(canvas.button("12 failed")).to_be_hidden()
    expect(canvas.panel).to_contain_text("Nobody, at this moment.")
    expect(canvas.panel).not_to_contain_text("erased")


def test_whoever_has_been_erased_is_counted_and_said(canvas: Canvas) -> None:
    canvas.fake.erased = 3
    canvas.button(re.compile("^Not sent 4")).click()
    expect(canvas.panel.get_by_role("link")).to_have_count(1)
    expect(canvas.panel).to_contain_text("3 people of these 4 have been erased since")


# -- before people move


def test_publishing_says_who_moves_at_once_and_asks_for_the_number(canvas: Canvas) -> None:
    canvas.fake.moves = {
        "moves_now": 315, "at_once": 312, "elsewhere": 2, "leaving": 1, "messages": 300, "confirm": 300,
    }  # fmt: skip
    canvas.select("brewing").get_by_label("Sender number").fill("+49 30 1234")
    canvas.saved()
    canvas.button("Publish", exact=True).click()
    publish = canvas.dialog.get_by_role("button", name="Publish")
    expect(publish).to_be_enabled()  # whoever is inside finishes as they began
    canvas.dialog.get_by_label("Move to version 8 at their next step").check()
    expect(canvas.dialog).to_contain_text("312 people go on at once")
    expect(canvas.dialog).to_contain_text("2 people wait at a step that is gone")
    expect(canvas.dialog).to_contain_text("1 person leaves")
    expect(publish).to_be_disabled()
    canvas.dialog.get_by_label("This sends 300 messages at once").fill("300")
    publish.click()
    expect(canvas.page.get_by_text("Live v8")).to_be_visible()
    body = next(body for _, path, body in canvas.fake.requests if path.endswith("/publish"))
    assert body == {"in_flight": "move", "confirm": 300}


def test_releasing_many_at_once_asks_for_the_number(canvas: Canvas) -> None:
    canvas.button("Hold").click()
    canvas.fake.automations["welcome"].overdue = 812
    canvas.button("Release").click()
    release = canvas.dialog.get_by_role("button", name="Release")
    expect(release).to_be_enabled()
    canvas.dialog.get_by_label("Do it all now").check()
    expect(release).to_be_disabled()
    canvas.dialog.get_by_label("This moves 812 people on at once").fill("812")
    release.click()
    expect(canvas.page.get_by_text("Live v7")).to_be_visible()


def test_with_nobody_overdue_releasing_asks_nothing(canvas: Canvas) -> None:
    canvas.button("Hold").click()
    canvas.button("Release").click()
    expect(canvas.dialog).to_contain_text("Nobody is overdue.")
    expect(canvas.dialog.get_by_role("radio")).to_have_count(0)


# -- somebody invented


def test_a_test_can_be_made_with_somebody_invented(canvas: Canvas) -> None:
    canvas.button("Test", exact=True).click()
    canvas.dialog.get_by_role("button", name="Somebody invented").click()
    canvas.dialog.get_by_label("First name").fill("Ines")
    canvas.dialog.get_by_label("Where they live").select_option("Asia/Tokyo")
    canvas.dialog.get_by_role("button", name="Show the way").click()
    expect(canvas.page.locator(".ae-banner-test")).to_contain_text("Ines")
    expect(canvas.page.locator(".ae-line-lit").first).to_be_attached()
    body = next(body for _, path, body in canvas.fake.requests if path.endswith("/simulate"))
    person = body["person"]
    assert (person["first_name"], person["time_zone"]) == ("Ines", "Asia/Tokyo")
    assert person["consent"] == {"email": "subscribed"}
    assert person["events"]
    canvas.button("Send me these messages now").click()
    expect(canvas.page.get_by_text("2 e-mails on the way")).to_be_visible()
    assert all("contact_id" not in mail for mail in canvas.fake.test_mails)
    canvas.button("Change person").click()
    expect(canvas.dialog.get_by_label("First name")).to_have_value("Ines")
    canvas.check_accessible()


# -- dragging


def drag(canvas: Canvas, kind: str, place: str) -> None:
    """From the palette to the middle of a place, by the mouse, as slowly as a hand."""
    mouse = canvas.page.mouse
    tile = canvas.page.locator(".ae-palette-step", has_text=kind).bounding_box()
    assert tile
    mouse.move(tile["x"] + 60, tile["y"] + 20)
    mouse.down()
    mouse.move(tile["x"] + 220, tile["y"] + 40, steps=4)
    target = canvas.page.locator(f'[data-place="{place}"]').bounding_box()
    assert target
    mouse.move(target["x"] + target["width"] / 2, target["y"] + target["height"] / 2, steps=8)


def test_a_step_is_dragged_from_the_palette_onto_a_line(canvas: Canvas) -> None:
    canvas.button("Steps", exact=True).click()
    before = set(canvas.draft()["nodes"])
    drag(canvas, "A/B split", "welcome:next")
    expect(canvas.page.locator('[data-place="welcome:next"]')).to_have_class(re.compile("ae-drop-aim"))
    canvas.page.mouse.up()
    expect(canvas.page.locator(".ae-ghost")).to_be_hidden()
    expect(canvas.panel).to_be_visible()
    canvas.saved()
    (made,) = set(canvas.draft()["nodes"]) - before
    assert canvas.node("welcome")["next"] == made
    assert canvas.node(made)["paths"][0]["next"] == "pause"
    canvas.page.keyboard.press("Control+z")
    canvas.saved()
    assert set(canvas.draft()["nodes"]) == before


def test_what_is_dropped_elsewhere_or_escaped_goes_nowhere(canvas: Canvas) -> None:
    canvas.button("Steps", exact=True).click()
    before = canvas.draft()
    drag(canvas, "A/B split", "welcome:next")
    canvas.page.mouse.move(400, 860, steps=4)
    canvas.page.mouse.up()
    expect(canvas.page.locator("[data-place]")).to_have_count(0)
    drag(canvas, "A/B split", "welcome:next")
    canvas.page.keyboard.press("Escape")
    expect(canvas.page.locator(".ae-ghost")).to_be_hidden()
    canvas.page.mouse.up()
    expect(canvas.page.locator("[data-place]")).to_have_count(0)
    assert canvas.draft() == before


def test_the_palette_is_used_by_keyboard_too(canvas: Canvas) -> None:
    canvas.button("Steps", exact=True).click()
    canvas.press(canvas.page.locator(".ae-palette-step", has_text="A/B split"))
    expect(canvas.page.get_by_text("Where should “A/B split” go?")).to_be_visible()
    expect(canvas.page.locator("[data-place]").first).to_be_focused()
    canvas.page.keyboard.press("Enter")
    expect(canvas.panel).to_contain_text("A/B split")
    canvas.check_accessible()
