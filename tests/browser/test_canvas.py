"""The automation builder in a real browser, against a fake of its API: what a marketer does, at desktop and phone width."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.canvas_fixtures import browser, open_page, server  # noqa: F401 -- fixtures
from tests.browser.canvas_page import Canvas, Open

pytestmark = pytest.mark.browser


@pytest.fixture
def canvas(open_page: Open) -> Canvas:  # noqa: F811
    return open_page().open()


# -- the drawing


def test_the_tree_is_drawn_in_words_with_numbers(canvas: Canvas) -> None:
    expect(canvas.page.get_by_role("heading", level=1)).to_have_text("Welcome new customers")
    expect(canvas.card("week")).to_contain_text("7 days, then 09:00 on weekdays")
    expect(canvas.step("pause")).to_have_accessible_name(re.compile(r"^Wait: 3 days ?\. .*Waiting 128"))
    expect(canvas.step("brewing")).to_have_accessible_name(re.compile(r"Problem: Choose a sender number"))
    expect(canvas.card("")).to_contain_text("Again after 180 days")
    expect(canvas.page.get_by_text("Live v7")).to_be_visible()
    expect(canvas.button("5 changes not published")).to_be_visible()


def test_a_step_reached_twice_is_drawn_once_and_linked(canvas: Canvas) -> None:
    links = canvas.page.locator(".ae-link")
    expect(links).to_have_count(2)
    canvas.press(links.get_by_role("button", name="Second bag", exact=False).first)
    canvas.expect_focus("second")


def test_nothing_on_the_canvas_overlaps_when_a_panel_opens_and_the_step_stays_in_view(canvas: Canvas) -> None:
    canvas.select("barista")
    canvas.page.keyboard.press("Escape")
    canvas.expect_focus("barista")
    expect(canvas.step("barista")).to_be_in_viewport()


def test_a_drawing_of_240_steps_opens_and_can_be_changed(open_page: Open) -> None:  # noqa: F811
    canvas = open_page().open("long")
    expect(canvas.page.locator(".ae-card")).to_have_count(268)
    canvas.add_after("step_3", "wait for")
    expect(canvas.page.locator(".ae-card")).to_have_count(269)


# -- adding, removing, moving


def test_a_step_is_added_where_the_plus_stands_by_typing_and_enter(canvas: Canvas) -> None:
    canvas.button("Add a step after “Welcome: your first bag”").click()
    canvas.page.keyboard.type("add a tag")
    expect(canvas.picker.get_by_role("option")).to_have_count(1)
    canvas.page.keyboard.press("Enter")
    canvas.expect_focus("add_tag")
    expect(canvas.panel).to_contain_text("Add a tag")
    canvas.choose(canvas.panel, "Tag", "fan club")
    assert canvas.node("add_tag") == {"kind": "add_tag", "tag": "fan club", "next": "pause"}
    assert canvas.node("welcome")["next"] == "add_tag"
    expect(canvas.card("add_tag")).to_contain_text("Add the tag “fan club”")


def test_the_picker_is_walked_with_arrows_and_left_with_escape(canvas: Canvas) -> None:
    plus = canvas.button("Add a step after “3 days”")
    plus.click()
    options = canvas.picker.get_by_role("option")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    canvas.page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    canvas.page.keyboard.press("ArrowUp")
    canvas.page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    canvas.page.keyboard.press("Escape")
    expect(canvas.picker).to_be_hidden()
    expect(plus).to_be_focused()


def test_undo_and_redo_bring_back_exactly_what_was(canvas: Canvas) -> None:
    before = canvas.draft()["nodes"]
    made = canvas.add_after("pause", "wait")
    canvas.page.keyboard.press("Control+z")
    canvas.saved()
    assert canvas.draft()["nodes"] == before
    canvas.page.keyboard.press("Control+Shift+Z")
    canvas.saved()
    assert canvas.draft()["nodes"]["pause"]["next"] == made


def test_delete_heals_the_line(canvas: Canvas) -> None:
    canvas.step("pause").focus()
    canvas.page.keyboard.press("Delete")
    canvas.expect_focus("welcome")
    assert canvas.node("welcome")["next"] == "opened"
    assert "pause" not in canvas.draft()["nodes"]


def test_removing_a_split_asks_which_path_stays(canvas: Canvas) -> None:
    canvas.step("bought").focus()
    canvas.page.keyboard.press("Delete")
    expect(canvas.dialog).to_contain_text("Which path stays?")
    canvas.dialog.get_by_role("radio", name="No Goes on").check()
    expect(canvas.dialog.get_by_role("button", name="Remove")).to_have_text(
        "Remove"
    )  # “buyer” is reached by B too
    canvas.dialog.get_by_role("radio", name="Yes").check()
    canvas.dialog.get_by_role("button", name="Remove with 2 steps").click()
    assert canvas.node("week")["next"] == "buyer"
    assert not {"bought", "story", "barista"} & set(canvas.draft()["nodes"])


def test_ctrl_d_copies_and_the_copy_has_the_keyboard(canvas: Canvas) -> None:
    canvas.step("welcome").focus()
    canvas.page.keyboard.press("Control+d")
    canvas.expect_focus("send_email")
    assert canvas.node("send_email")["name"] == "Welcome: your first bag (copy)"
    assert canvas.node("welcome")["next"] == "send_email"


def test_a_step_moves_to_another_line(canvas: Canvas) -> None:
    canvas.step("pause").focus()
    canvas.page.keyboard.press("m")
    expect(canvas.page.get_by_text("Where should “3 days” go?")).to_be_visible()
    canvas.button("Move here, after “Order paid”").click()
    canvas.expect_focus("pause")
    canvas.saved()
    assert canvas.draft()["start"] == "pause"
    assert canvas.node("welcome")["next"] == "opened"


def test_a_path_can_continue_at_another_step_and_be_cut_again(canvas: Canvas) -> None:
    canvas.step("buyer").focus()
    canvas.page.keyboard.press("+")
    canvas.picker.get_by_role("combobox").fill("continue")
    canvas.page.keyboard.press("Enter")
    canvas.picker.get_by_role("combobox").fill("3 days")
    canvas.page.keyboard.press("Enter")
    assert canvas.node("buyer")["next"] == "pause"
    expect(canvas.page.locator(".ae-link", has_text="Goes back to")).to_contain_text("3 days")
    canvas.press(canvas.button("End here instead of going on to “3 days”"))
    assert canvas.node("buyer")["next"] is None


def test_only_a_path_that_ends_offers_to_leave(canvas: Canvas) -> None:
    canvas.step("welcome").focus()
    canvas.page.keyboard.press("+")
    expect(canvas.picker.get_by_role("option", name="Leave", exact=False)).to_have_count(0)
    canvas.page.keyboard.press("Escape")
    made = canvas.add_after("barista", "leave")
    assert canvas.node("barista")["next"] == made
    expect(canvas.card(made)).to_contain_text("Leave")


# -- from nothing to a running automation


def test_an_empty_automation_asks_when_it_should_start(open_page: Open) -> None:  # noqa: F811
    canvas = open_page().open("blank")
    expect(canvas.page.get_by_role("heading", name="When should this start?")).to_be_visible()
    canvas.page.keyboard.type("tag")
    canvas.page.keyboard.press("Enter")
    canvas.expect_focus("")
    canvas.choose(canvas.panel, "Tag", "vip")
    canvas.button("Add the first step").click()
    canvas.page.keyboard.type("send e")
    canvas.page.keyboard.press("Enter")
    canvas.expect_focus("send_email")
    canvas.panel.get_by_label("Subject").fill("Good to have you")
    canvas.saved()
    draft = canvas.draft()
    assert draft["entry"] == {"trigger": {"kind": "tag_added", "tag": "vip"}, "again": "never"}
    assert draft["start"] == "send_email"
    assert draft["nodes"]["send_email"]["subject"] == "Good to have you"
    assert "<mjml>" in draft["nodes"]["send_email"]["body"]
    canvas.button("Publish").click()
    expect(canvas.dialog).to_contain_text("Publish version 1")
    expect(canvas.dialog).to_contain_text("Starts: Gets the tag “vip”.")
    expect(canvas.dialog).to_contain_text("1 step. People come in from the moment you publish.")
    canvas.dialog.get_by_role("button", name="Publish").click()
    expect(canvas.page.get_by_text("Live v1")).to_be_visible()


# -- settings


def test_a_wait_is_set_in_three_ways_and_said_in_words(canvas: Canvas) -> None:
    panel = canvas.select("pause")
    panel.get_by_label("How long: how many").fill("5")
    panel.get_by_label("How long: unit").select_option("weeks")
    panel.get_by_label("Then wait for a time of day").check()
    panel.get_by_label("At", exact=True).fill("10:30")
    panel.get_by_role("button", name="Weekdays only").click()
    expect(canvas.card("pause")).to_contain_text("5 weeks, then 10:30 on weekdays")
    weekdays = ["mon", "tue", "wed", "thu", "fri"]
    assert canvas.node("pause") == {
        "kind": "wait",
        "for": "P5W",
        "until": {"time": "10:30", "weekdays": weekdays},
        "next": "opened",
    }
    panel.get_by_label("Until a date of theirs").check()
    canvas.choose(panel, "Which date", "renews")
    panel.get_by_label("How long: how many").fill("2")
    assert canvas.node("pause") == {
        "kind": "wait",
        "until": {"attribute": "renews_on", "offset": "-P2D"},
        "next": "opened",
    }
    expect(canvas.card("pause")).to_contain_text("Until 2 days before “Renews on”")
    panel.get_by_label("Until a time of day").check()
    assert canvas.node("pause") == {"kind": "wait", "until": {"time": "09:00"}, "next": "opened"}


def test_a_developers_step_gets_its_form_from_the_schema(canvas: Canvas) -> None:
    made = canvas.add_after("buyer", "web address")
    panel = canvas.panel
    panel.get_by_label("Method").select_option(label="PUT")
    panel.get_by_label("Address").fill("https://example.com/hook")
    panel.get_by_role("button", name="Add", exact=True).click()
    panel.get_by_label("Name 1").fill("X-Key")
    panel.get_by_label("Value 1").fill("secret")
    panel.get_by_text("More settings").click()
    panel.get_by_label("Tries").fill("3")
    panel.get_by_label("Wait for the answer").check()
    panel.get_by_label("Those it fails for go a way of their own").check()
    assert canvas.node(made) == {
        "kind": "http_request", "method": "PUT", "url": "https://example.com/hook", "headers": {"X-Key": "secret"},
        "body": "", "follow": True, "retries": 3, "next": None, "on_failure": None,
    }  # fmt: skip
    expect(canvas.page.get_by_text("It failed")).to_be_attached()
    expect(canvas.card(made)).to_contain_text("PUT https://example.com/hook")


def test_a_detail_is_put_in_and_gets_a_word_for_those_without(canvas: Canvas) -> None:
    panel = canvas.select("barista")
    subject = panel.get_by_label("Subject")
    subject.fill("Hello ")
    panel.get_by_role("button", name="Insert a detail").first.click()
    panel.get_by_role("menuitem", name="First name").click()
    expect(subject).to_have_value("Hello {{ contact.first_name }}")
    panel.get_by_role("button", name="Use").click()
    assert canvas.node("barista")["subject"] == 'Hello {{ contact.first_name | default("there") }}'


def test_conditions_of_every_kind_are_built_and_read_back(canvas: Canvas) -> None:
    panel = canvas.select("opened")
    panel.get_by_role("button", name="Add a condition").last.click()
    second = panel.get_by_role("group", name="Condition 2")
    canvas.choose(second, "What happened", "order placed")
    second.get_by_label("Is it so").select_option("no")
    second.get_by_role("button", name="+ in the last…").click()
    second.get_by_label("In the last: how many").fill("14")
    second.get_by_role("button", name="+ how often").click()
    second.get_by_label("Times", exact=True).fill("3")
    second.get_by_role("button", name="+ only where…").click()
    canvas.choose(second, "Which detail", "total")
    second.get_by_label("How it compares").select_option(label="is more than")
    second.get_by_label("Value").fill("50")
    panel.get_by_role("button", name="Add a group").last.click()
    group = panel.get_by_role("group", name="Group 3")
    group.get_by_label("How the conditions go together").select_option("none")
    group.get_by_label("What it is about").nth(0).select_option("tag")
    canvas.choose(group, "Tag", "vip")
    group.get_by_label("What it is about").nth(1).select_option("field")
    canvas.choose(group, "Which detail", "country")
    group.get_by_label("How it compares").select_option(label="is one of")
    canvas.choose(group, "Add a value", "Germany")
    canvas.choose(group, "Add a value", "Austria")
    assert canvas.node("opened")["paths"][0]["when"] == {
        "all": [
            {"event": "email.opened", "where": {"field": "event.node", "op": "is", "value": "welcome"}},
            {"not": {
                "event": "order.placed", "within": "P14D", "count": {"op": "at_least", "value": 3},
                "where": {"field": "event.total", "op": "more_than", "value": 50},
            }},
            {"not": {"any": [{"tag": "vip"}, {"field": "contact.country", "op": "in", "value": ["DE", "AT"]}]}},
        ]
    }  # fmt: skip
    words = panel.locator(".ae-in-words").first
    expect(words).to_contain_text(
        "not order placed (Total is more than 50) at least 3 times in the last 14 days"
    )
    expect(words).to_contain_text("none of these: has the tag “vip” or Country is one of Germany or Austria")


def test_conditions_by_type_offer_what_fits(canvas: Canvas) -> None:
    panel = canvas.select("")
    section = panel.get_by_role("region", name="Only if")
    section.get_by_role("button", name="Add a condition").click()
    canvas.choose(section, "Which detail", "renews")
    compares = section.get_by_label("How it compares")
    compares.select_option(label="is within the next")
    section.get_by_label("How long: how many").fill("10")
    canvas.saved()
    assert canvas.draft()["entry"]["trigger"]["where"] == {
        "field": "contact.renews_on",
        "op": "within_next",
        "value": "P10D",
    }
    canvas.choose(section, "Which detail", "wholesale")
    section.get_by_label("Value").select_option("false")
    canvas.saved()
    assert canvas.draft()["entry"]["trigger"]["where"] == {
        "field": "contact.wholesale",
        "op": "is",
        "value": False,
    }
    compares.select_option(label="is not known")
    canvas.saved()
    assert canvas.draft()["entry"]["trigger"]["where"] == {
        "not": {"field": "contact.wholesale", "op": "exists"}
    }
    section.get_by_role("button", name="Remove condition 1").click()
    canvas.saved()
    assert "where" not in canvas.draft()["entry"]["trigger"]


def test_a_condition_that_is_not_finished_says_so_and_nothing_else(canvas: Canvas) -> None:
    panel = canvas.select("bought")
    panel.get_by_role("button", name="Add a condition").last.click()
    canvas.saved()
    expect(canvas.card("bought")).to_contain_text("Finish the condition")
    expect(panel.locator(".ae-wrong")).to_have_text("Finish the condition: something in it is still empty.")
    expect(panel.locator(".ae-in-words")).to_have_count(0)
    canvas.choose(panel.get_by_role("group", name="Condition 2"), "What happened", "review")
    expect(canvas.card("bought")).not_to_contain_text("Finish the condition")


def test_a_filter_stands_on_the_start_card(canvas: Canvas) -> None:
    section = canvas.select("").get_by_role("region", name="Only if")
    section.get_by_role("button", name="Add a condition").click()
    section.get_by_label("What it is about").select_option("tag")
    canvas.choose(section, "Tag", "vip")
    canvas.button("Only if has the tag “vip”").click()
    expect(section).to_be_in_viewport()


def test_the_rules_on_the_start_card_open_their_own_section(canvas: Canvas) -> None:
    canvas.button("Add a reason to leave early").click()
    section = canvas.panel.get_by_role("region", name="Leaves early when")
    expect(section).to_be_in_viewport()
    section.get_by_role("button", name="Add a condition").click()
    section.get_by_label("What it is about").select_option("tag")
    canvas.choose(section, "Tag", "do not disturb")
    canvas.saved()
    assert canvas.draft()["exit_when"] == {"tag": "do not disturb"}
    expect(canvas.card("")).to_contain_text("Leaves when has the tag “do not disturb”")
    canvas.panel.get_by_label("Only once, ever").check()
    canvas.panel.get_by_label("Run separately for each order, booking…").check()
    canvas.saved()
    assert canvas.draft()["entry"]["again"] == "never"
    assert canvas.draft()["entry"]["key"] == "event.order_id"


def test_paths_of_a_split_are_added_ordered_and_removed(canvas: Canvas) -> None:
    panel = canvas.select("opened")
    panel.get_by_role("button", name="Add a path").click()
    panel.get_by_label("Label on the line").nth(1).fill("Clicked")
    expect(canvas.page.get_by_text("Everyone else").first).to_be_visible()
    panel.get_by_role("button", name="Move “Clicked” up").click()
    labels = [path["label"] for path in canvas.node("opened")["paths"]]
    assert labels == ["Clicked", "Yes"]
    panel.get_by_role("button", name="Remove “Clicked”").click()
    assert len(canvas.node("opened")["paths"]) == 1


def test_shares_must_make_a_hundred_and_one_press_makes_them_even(canvas: Canvas) -> None:
    panel = canvas.select("story")
    panel.get_by_label("Share of way 1 in per cent").fill("70")
    expect(panel).to_contain_text("The shares make 120%, not 100%.")
    panel.get_by_role("button", name="Share evenly").click()
    panel.get_by_role("button", name="Add a way").click()
    assert [path["share"] for path in canvas.node("story")["paths"]] == [34, 33, 33]


# -- at phone width


@pytest.fixture
def phone(open_page: Open) -> Canvas:  # noqa: F811
    return open_page("phone").open()


def test_a_phone_starts_with_the_outline_and_edits_in_a_sheet(phone: Canvas) -> None:
    expect(phone.page.locator(".ae-outline")).to_be_visible()
    phone.step("welcome").click()
    expect(phone.panel).to_be_visible()
    expect(phone.step("welcome")).to_be_in_viewport()
    phone.panel.get_by_label("Subject").fill("Hello from a phone")
    assert phone.node("welcome")["subject"] == "Hello from a phone"
    phone.check_fits()


def test_the_outline_adds_moves_and_removes(phone: Canvas) -> None:
    phone.button("Add a step after “3 days”").click()
    phone.picker.get_by_role("option", name="Remove a tag").click()
    assert phone.node("pause")["next"] == "remove_tag"
    phone.panel.get_by_role("button", name="Close").click()
    more = phone.card("remove_tag").get_by_role("button", name=re.compile("^Actions for"))
    more.click()
    phone.page.get_by_role("menuitem", name="Move up").click()
    assert phone.node("welcome")["next"] == "remove_tag"
    more.click()
    phone.page.get_by_role("menuitem", name="Move down").click()
    assert phone.node("pause")["next"] == "remove_tag"
    more.click()
    phone.page.get_by_role("menuitem", name="Remove").click()
    assert phone.node("pause")["next"] == "opened"
    phone.button("Undo").click()
    assert phone.node("pause")["next"] == "remove_tag"


def test_the_canvas_works_on_a_phone_too(phone: Canvas) -> None:
    phone.button("Canvas").click()
    phone.button("Add a step after “Welcome: your first bag”").click()
    phone.picker.get_by_role("option", name="Wait", exact=False).first.click()
    assert phone.node("welcome")["next"] == "wait"
    expect(phone.step("wait")).to_be_in_viewport()
    phone.check_fits()


def test_the_plus_can_be_hit_with_a_thumb(phone: Canvas) -> None:
    phone.button("Canvas").click()
    box = phone.button("Add a step after “Welcome: your first bag”").bounding_box()
    assert box
    phone.page.touchscreen.tap(box["x"] + box["width"] / 2 + 17, box["y"] + box["height"] / 2)
    expect(phone.picker).to_be_visible()
