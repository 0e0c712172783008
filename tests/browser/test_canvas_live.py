"""The automation builder and what is alive around it: saving, publishing, versions, numbers, tests with people, access."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.canvas_fixtures import browser, open_page, server  # noqa: F401 -- fixtures
from tests.browser.canvas_page import Canvas, Open, Width

pytestmark = pytest.mark.browser


@pytest.fixture
def canvas(open_page: Open) -> Canvas:  # noqa: F811
    return open_page().open()


# -- the draft saves itself


def expected(canvas: Canvas, *texts: str) -> None:
    """These messages of the browser were provoked by the test."""
    canvas.errors[:] = [error for error in canvas.errors if not any(text in error for text in texts)]


def test_a_lost_connection_is_said_and_the_draft_is_saved_when_it_is_back(canvas: Canvas) -> None:
    canvas.fake.fail_next("PUT", "/draft", status=503, times=1)
    canvas.select("pause").get_by_label("How long: how many").fill("4")
    expect(canvas.page.locator(".ae-save")).to_have_text("Offline, will retry")
    canvas.saved()
    assert canvas.draft()["nodes"]["pause"]["for"] == "P4D"
    expected(canvas, "503")


def test_a_draft_that_somebody_else_changed_is_never_overwritten_unasked(canvas: Canvas) -> None:
    theirs = canvas.fake.automations["welcome"]
    theirs.draft["nodes"]["pause"]["for"] = "P9D"
    theirs.revision += 1
    canvas.select("barista").get_by_label("Subject").fill("Mine")
    alert = canvas.page.get_by_role("alert")
    expect(alert).to_contain_text("Somebody else changed this automation.")
    assert theirs.draft["nodes"]["barista"]["subject"] != "Mine"
    alert.get_by_role("button", name="Load their version").click()
    expect(canvas.card("pause")).to_contain_text("9 days")
    theirs.revision += 1
    canvas.select("barista").get_by_label("Subject").fill("Mine")
    canvas.page.get_by_role("alert").get_by_role("button", name="Keep mine instead").click()
    assert canvas.node("barista")["subject"] == "Mine"
    expected(canvas, "409")


def test_a_refusal_is_said_with_its_reason(canvas: Canvas) -> None:
    canvas.fake.fail_next("PUT", "/draft", status=422, times=1)
    canvas.select("barista").get_by_label("Subject").fill("Mine")
    expect(canvas.page.get_by_role("alert")).to_contain_text("This was to be expected.")
    canvas.button("Try again").click()
    assert canvas.node("barista")["subject"] == "Mine"
    expected(canvas, "422")


def test_typing_is_one_step_of_undo(canvas: Canvas) -> None:
    subject = canvas.select("barista").get_by_label("Subject")
    subject.press_sequentially(" Tell us!", delay=20)
    canvas.page.keyboard.press("Control+z")
    expect(subject).to_have_value("What should we roast next?")


def test_the_automation_is_renamed_in_the_bar(canvas: Canvas) -> None:
    canvas.page.get_by_role("heading", level=1).get_by_role("button").click()
    canvas.page.get_by_label("Name of this automation").fill("Hello, coffee")
    canvas.page.keyboard.press("Enter")
    canvas.saved()
    assert canvas.fake.automations["welcome"].name == "Hello, coffee"
    expect(canvas.page.get_by_role("heading", level=1)).to_have_text("Hello, coffee")
    canvas.page.get_by_role("heading", level=1).get_by_role("button").click()
    canvas.page.get_by_label("Name of this automation").fill("Not this")
    canvas.page.keyboard.press("Escape")
    expect(canvas.page.get_by_role("heading", level=1)).to_have_text("Hello, coffee")


def test_a_load_that_fails_can_be_tried_again(open_page: Open) -> None:  # noqa: F811
    canvas = open_page()
    canvas.fake.fail_next("GET", "/catalogue", status=500)
    canvas.open(wait=False)
    expect(canvas.page.get_by_role("alert")).to_contain_text("This automation could not be opened")
    canvas.button("Try again").click()
    expect(canvas.step("welcome")).to_be_visible()
    expected(canvas, "500")


# -- publishing and versions


def test_publishing_leads_to_what_is_not_ready_and_then_says_what_changed(canvas: Canvas) -> None:
    canvas.button(re.compile(r"^Publish\b")).click()
    publish = canvas.dialog.get_by_role("button", name="Publish")
    expect(canvas.dialog).to_contain_text("1 step is not ready.")
    expect(publish).to_be_disabled()
    canvas.dialog.get_by_role("button", name="Brewing tip: Choose a sender number for SMS.").click()
    canvas.expect_focus("brewing")
    canvas.panel.get_by_label("Sender number").fill("+49 30 1234")
    canvas.saved()
    expect(canvas.card("brewing")).not_to_contain_text("Choose a sender number")
    canvas.button("Publish", exact=True).click()
    expect(canvas.dialog).to_contain_text("Publish version 8")
    expect(canvas.dialog).to_contain_text("The 212 people now inside")
    canvas.dialog.get_by_label("Move to version 8 at their next step").check()
    canvas.dialog.get_by_label("Name of this version").fill("With a brewing tip")
    publish.click()
    expect(canvas.page.get_by_text("Live v8")).to_be_visible()
    expect(canvas.button("Publish", exact=True)).to_be_disabled()
    method, _path, body = next(request for request in canvas.fake.requests if request[1].endswith("/publish"))
    assert (method, body) == ("POST", {"in_flight": "move", "name": "With a brewing tip", "confirm": 0})


def test_a_publish_that_fails_says_so_and_keeps_the_dialog(canvas: Canvas) -> None:
    canvas.select("brewing").get_by_label("Sender number").fill("1")
    canvas.saved()
    canvas.fake.fail_next("POST", "/publish", status=500)
    canvas.button("Publish", exact=True).click()
    canvas.dialog.get_by_role("button", name="Publish").click()
    expect(canvas.dialog.get_by_role("alert")).to_contain_text("This was to be expected.")
    expected(canvas, "500")


def test_versions_are_looked_at_compared_and_restored(canvas: Canvas) -> None:
    canvas.button("Versions").click()
    first = canvas.panel.get_by_role("listitem").filter(has_text="Version 5")
    first.get_by_role("button", name="Compare").click()
    expect(first).to_contain_text("“1 day” became “3 days”")
    first.get_by_role("button", name="View").click()
    expect(canvas.page.get_by_text("You are looking at version 5")).to_be_visible()
    expect(canvas.card("pause")).to_contain_text("1 day")
    expect(canvas.page.locator(".ae-plus")).to_have_count(0)
    canvas.button("Back to the draft").first.click()
    expect(canvas.card("pause")).to_contain_text("3 days")
    first.get_by_role("button", name="Restore as draft").click()
    assert canvas.node("pause")["for"] == "P1D"
    canvas.button("Undo").click()
    assert canvas.node("pause")["for"] == "P3D"


def test_hold_stops_everybody_and_release_asks_about_what_is_overdue(canvas: Canvas) -> None:
    canvas.button("Hold").click()
    expect(canvas.page.get_by_text("On hold v7")).to_be_visible()
    canvas.fake.automations["welcome"].overdue = 31
    canvas.button("Release").click()
    expect(canvas.dialog).to_contain_text("31 people should have moved on meanwhile")
    canvas.dialog.get_by_label("Skip what is too old").check()
    canvas.dialog.get_by_role("button", name="Release").click()
    expect(canvas.page.get_by_text("Live v7")).to_be_visible()
    assert [body for _, path, body in canvas.fake.requests if path.endswith("/release")] == [
        {"overdue": "skip"}
    ]


def test_archiving_asks_first_and_ends_editing(canvas: Canvas) -> None:
    canvas.button("More", exact=True).click()
    canvas.page.get_by_role("menuitem", name="Archive…").click()
    expect(canvas.dialog).to_contain_text("212 people inside leave at once")
    canvas.dialog.get_by_role("button", name="Archive").click()
    expect(canvas.page.get_by_text("Archived", exact=True)).to_be_visible()
    expect(canvas.page.locator(".ae-plus")).to_have_count(0)


# -- numbers and people


def test_numbers_stay_fresh_and_one_switch_hides_them(canvas: Canvas) -> None:
    expect(canvas.card("")).to_contain_text("3,418")
    canvas.fake.numbers["entered"] = 3420
    expect(canvas.card("")).to_contain_text("3,420", timeout=8_000)
    canvas.button("Live numbers").click()
    expect(canvas.card("")).not_to_contain_text("Started")
    expect(canvas.page.locator(".ae-line-count")).to_have_count(0)


def test_a_number_opens_the_list_of_those_people(canvas: Canvas) -> None:
    canvas.button(re.compile("^Waiting 128")).click()
    links = canvas.panel.get_by_role("link")
    expect(links).to_have_count(20)
    expect(links.first).to_have_attribute("href", "/contacts/0199-0000?automation=welcome#automations")
    expect(links.first).to_contain_text("Goes on Sat 21 Nov, 10:14")
    canvas.panel.get_by_role("button", name="Show more").click()
    expect(links).to_have_count(40)
    canvas.page.keyboard.press("Escape")
    canvas.button(re.compile("^Failed 12")).click()
    expect(canvas.panel).to_contain_text("The address does not exist.")


def test_a_list_that_fails_can_be_tried_again(canvas: Canvas) -> None:
    canvas.fake.fail_next("GET", "/people", status=500)
    canvas.button(re.compile("^Waiting 128")).click()
    canvas.panel.get_by_role("button", name="Try again").click()
    expect(canvas.panel.get_by_role("link")).to_have_count(20)
    expected(canvas, "500")


# -- testing with a person


def test_a_persons_way_lights_up_with_dates_and_reasons_and_editing_is_off(canvas: Canvas) -> None:
    canvas.select("pause").get_by_label("How long: how many").fill("6")
    canvas.button("Test", exact=True).click()
    canvas.dialog.get_by_label("Find a person").fill("lena")
    canvas.dialog.get_by_role("button", name="Lena").click()
    banner = canvas.page.locator(".ae-banner-test")
    expect(banner).to_contain_text("Would get 2 e-mails and be done on")
    expect(canvas.card("pause")).to_contain_text("until Fri 27 Nov, 08:14")  # the draft was saved first
    expect(canvas.card("opened")).to_contain_text("Opened it on 21 November at 09:12.")
    expect(canvas.card("brewing")).to_have_class(re.compile("ae-faded"))
    expect(canvas.page.locator(".ae-line-lit").first).to_be_attached()
    expect(canvas.page.locator(".ae-plus")).to_have_count(0)
    canvas.button("Outline").click()
    expect(canvas.page.locator(".ae-outline")).to_be_visible()
    expect(canvas.card("opened")).to_contain_text("Yes · Fri 27 Nov, 08:14")
    canvas.select("brewing")
    expect(canvas.panel).to_contain_text("This person would not come here.")
    expect(canvas.panel.get_by_label("Sender number")).to_be_disabled()
    canvas.button("Stop test").click()
    expect(canvas.page.locator(".ae-plus").first).to_be_visible()


def test_the_messages_of_a_test_can_be_sent_to_oneself(canvas: Canvas) -> None:
    canvas.button("Test", exact=True).click()
    canvas.dialog.get_by_role("button", name="Lena").click()
    canvas.button("Send me these messages now").click()
    expect(canvas.page.get_by_text("2 e-mails on the way to maya@fernhill.example.")).to_be_visible()
    sent = [(mail["to"], mail["contact_id"], mail["subject"]) for mail in canvas.fake.test_mails]
    assert [one[:2] for one in sent] == [("maya@fernhill.example", "0199-0000")] * 2
    assert sent[1][2] == "A small thank-you for your next bag"


def test_a_test_that_fails_says_why(canvas: Canvas) -> None:
    canvas.fake.fail_next("POST", "/simulate", status=500)
    canvas.button("Test", exact=True).click()
    canvas.dialog.get_by_role("button", name="Amir").click()
    expect(canvas.page.locator(".ae-banner-test")).to_contain_text("This was to be expected.")
    expected(canvas, "500")


# -- the e-mail


def test_an_email_is_written_with_a_live_preview(canvas: Canvas) -> None:
    canvas.select("barista").get_by_role("button", name="Edit e-mail").click()
    frame = canvas.dialog.frame_locator("iframe")
    expect(frame.get_by_text("Hello Alex")).to_be_visible()
    source = canvas.dialog.get_by_label("Source of the e-mail")
    source.fill(
        "<mjml><mj-body><mj-section><mj-column>\n<mj-text>Dear {{ contact.last_name }}</mj-text>\n</mj-column></mj-section></mj-body></mjml>"
    )
    expect(frame.get_by_text("Dear Example")).to_be_visible()
    canvas.button("As seen by").click()
    canvas.dialog.get_by_label("Find a person").fill("tanaka")
    canvas.dialog.get_by_role("button", name="Mei Tanaka").click()
    expect(frame.get_by_text("Dear Tanaka")).to_be_visible()
    canvas.button("Insert a block").click()
    canvas.page.get_by_role("menuitem", name="Button").click()
    expect(frame.get_by_text("Your button")).to_be_visible()
    canvas.button("Phone", exact=True).click()
    width = canvas.dialog.locator("iframe").evaluate("e => e.clientWidth")
    assert width == 375
    canvas.button("Done").click()
    assert "Your button" in canvas.node("barista")["body"]


def test_faults_in_an_email_are_named_by_line(canvas: Canvas) -> None:
    canvas.select("barista").get_by_role("button", name="Edit e-mail").click()
    source = canvas.dialog.get_by_label("Source of the e-mail")
    source.fill("<p>Hello</p>\n<p>{% if %}</p>\n")
    canvas.dialog.get_by_role("button", name=re.compile("^Line 2: ")).click()
    selected = source.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)")
    assert selected == "<p>{% if %}</p>"
    source.fill("")
    canvas.button("Start with a simple layout").click()
    expect(source).to_have_value(re.compile("<mjml>"))


def test_a_test_mail_goes_to_whoever_writes_it(canvas: Canvas) -> None:
    canvas.select("barista").get_by_role("button", name="Edit e-mail").click()
    canvas.button("Send me a test").click()
    expect(canvas.dialog.get_by_label("Send the test to")).to_have_value("maya@fernhill.example")
    canvas.dialog.get_by_role("button", name="Send", exact=True).click()
    expect(canvas.dialog.get_by_text("On its way to maya@fernhill.example.")).to_be_visible()
    assert [mail["to"] for mail in canvas.fake.test_mails] == ["maya@fernhill.example"]
    assert canvas.fake.test_mails[0]["subject"] == "What should we roast next?"


def test_the_preview_can_run_no_script(canvas: Canvas) -> None:
    canvas.select("barista").get_by_role("button", name="Edit e-mail").click()
    canvas.dialog.get_by_label("Source of the e-mail").fill("<p>Safe</p><script>top.hacked = 1</script>")
    expect(canvas.dialog.frame_locator("iframe").get_by_text("Safe")).to_be_visible()
    assert canvas.page.evaluate("window.hacked") is None
    expected(canvas, "Blocked script execution")


# -- the keyboard


def test_the_whole_tree_is_walked_and_edited_by_keyboard(canvas: Canvas) -> None:
    keys = canvas.page.keyboard
    canvas.step("").focus()
    for key, step in [
        ("ArrowDown", "welcome"), ("ArrowDown", "pause"), ("ArrowDown", "opened"), ("ArrowDown", "second"),
        ("ArrowRight", "brewing"), ("ArrowLeft", "second"), ("ArrowUp", "opened"),
    ]:  # fmt: skip
        keys.press(key)
        canvas.expect_focus(step)
        expect(canvas.step(step)).to_be_in_viewport()
    keys.press("Enter")
    expect(canvas.panel.get_by_label("Name in this automation")).to_be_focused()
    keys.press("Escape")
    canvas.expect_focus("opened")
    expect(canvas.panel).to_be_hidden()
    keys.press("?")
    expect(canvas.dialog).to_contain_text("Keyboard shortcuts")
    keys.press("Escape")
    canvas.expect_focus("opened")
    keys.press("Control+k")
    canvas.dialog.get_by_role("combobox").fill("barista")
    keys.press("Enter")
    canvas.expect_focus("barista")
    expect(canvas.step("barista")).to_be_in_viewport()


def test_tab_goes_from_a_card_to_its_numbers_to_its_plus_to_the_next_card(canvas: Canvas) -> None:
    canvas.step("pause").focus()
    names: list[str] = []
    for _ in range(5):
        canvas.page.keyboard.press("Tab")
        names.append(
            canvas.page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.innerText")
        )
    assert [re.split(r"[\s:]", name)[0] for name in names] == ["Waiting", "Left", "Add", "3,254", "Split"]


# -- who may do what, and how it is shown


def test_without_permission_everything_can_be_seen_and_nothing_changed(open_page: Open) -> None:  # noqa: F811
    canvas = open_page().open(can_edit=False)
    expect(canvas.page.get_by_text("View only")).to_be_visible()
    expect(canvas.page.locator(".ae-plus")).to_have_count(0)
    expect(canvas.button(re.compile("^Publish"))).to_be_disabled()
    expect(canvas.button("Hold")).to_have_count(0)
    canvas.select("pause")
    expect(canvas.panel.get_by_label("How long: how many")).to_be_disabled()
    expect(canvas.panel.get_by_role("button", name="Remove")).to_have_count(0)
    canvas.step("pause").focus()
    canvas.page.keyboard.press("Delete")
    canvas.page.keyboard.press("Control+d")
    canvas.page.wait_for_timeout(900)
    assert not [request for request in canvas.fake.requests if request[0] == "PUT"]


def test_the_outline_is_what_prints(canvas: Canvas) -> None:
    canvas.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    canvas.page.emulate_media(media="print")
    expect(canvas.page.locator(".ae-outline")).to_be_visible()
    expect(canvas.page.locator(".ae-tools")).to_be_hidden()
    canvas.page.evaluate("dispatchEvent(new Event('afterprint'))")
    canvas.page.emulate_media(media="screen")
    expect(canvas.page.locator(".ae-canvas")).to_be_visible()


def test_nothing_moves_when_asked_to_keep_still(open_page: Open) -> None:  # noqa: F811
    canvas = open_page(reduced_motion="reduce").open()
    canvas.button("Publish 1 thing to put right").click()
    expect(canvas.dialog).to_be_visible()
    assert canvas.dialog.evaluate("e => getComputedStyle(e).animationName") == "none"


def test_the_element_can_be_moved_in_the_page_and_keeps_what_was_written(canvas: Canvas) -> None:
    canvas.select("barista").get_by_label("Subject").fill("Before the move")
    canvas.page.evaluate("document.body.append(document.querySelector('automation-editor'))")
    expect(canvas.step("welcome")).to_be_visible()
    canvas.page.wait_for_timeout(400)
    assert canvas.draft()["nodes"]["barista"]["subject"] == "Before the move"
    expect(canvas.page.locator(".ae-root")).to_have_count(1)


# -- for everybody


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_everything_can_be_used_with_a_screen_reader(open_page: Open, width: Width) -> None:  # noqa: F811
    """axe finds nothing (WCAG 2.2 AA) on the tree, in every panel, in every dialog."""
    canvas = open_page(width, bypass_csp=True).open()
    canvas.check_accessible()
    canvas.button("Canvas" if width == "phone" else "Outline").click()
    expect(canvas.page.locator(".ae-canvas" if width == "phone" else ".ae-outline")).to_be_visible()
    canvas.check_accessible()
    canvas.button("Outline").click()
    expect(canvas.page.locator(".ae-outline")).to_be_visible()
    for step in ["", "welcome", "pause", "opened", "again", "story", "brewing"]:
        canvas.select(step)
        canvas.check_accessible()
        canvas.page.keyboard.press("Escape")
    canvas.step("pause").focus()
    canvas.page.keyboard.press("+")
    canvas.check_accessible()
    canvas.page.keyboard.press("Escape")
    canvas.button(re.compile("^Waiting 128")).click()
    canvas.check_accessible()
    canvas.page.keyboard.press("Escape")


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_dialogs_and_modes_can_be_used_with_a_screen_reader(open_page: Open, width: Width) -> None:  # noqa: F811
    canvas = open_page(width, bypass_csp=True).open()
    for key in ["?", "Control+k"]:
        canvas.page.keyboard.press(key)
        expect(canvas.dialog).to_be_visible()
        canvas.check_accessible()
        canvas.page.keyboard.press("Escape")
    canvas.button(re.compile(r"^Publish\b")).click()
    expect(canvas.dialog).to_contain_text("What changed")
    canvas.check_accessible()
    canvas.page.keyboard.press("Escape")
    canvas.select("barista").get_by_role("button", name="Edit e-mail").click()
    expect(canvas.dialog.get_by_label("Subject")).to_be_visible()
    canvas.check_accessible()
    canvas.page.keyboard.press("Escape")
    canvas.page.keyboard.press("Escape")
    canvas.button(re.compile("^Test")).click()
    canvas.dialog.get_by_role("button", name="Lena").click()
    expect(canvas.page.get_by_text("Nothing is sent.")).to_be_visible()
    canvas.check_accessible()
    canvas.button("Stop test").click()
    canvas.open("blank").check_accessible()
