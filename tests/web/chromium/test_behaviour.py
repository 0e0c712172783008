"""What the pages do when somebody uses them: with a mouse, with keys, and without JavaScript."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from tests.web.chromium.conftest import DESKTOP, PHONE, Visit
from tests.web.samples.contacts import LENA

pytestmark = pytest.mark.browser


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


class TestLists:
    def test_searching_renews_the_list_and_keeps_the_focus(self, visit: Visit) -> None:
        visit.open("/contacts")
        visit.requests.clear()
        visit.page.focus("[name=q]")
        visit.page.keyboard.type("zzyx", delay=20)
        visit.until(lambda: visit.page.is_visible("text=Nobody found"))
        assert query(visit.page)["q"] == ["zzyx"]
        assert visit.page.evaluate("document.activeElement.name") == "q"
        assert len([one for one in visit.requests if "/contacts?" in one.url]) == 1, "one answer for one word"

    def test_going_back_shows_the_list_as_it_was(self, visit: Visit) -> None:
        visit.open("/contacts")
        visit.page.fill("[name=q]", "zzyx")
        visit.until(lambda: visit.page.is_visible("text=Nobody found"))
        visit.page.go_back()
        visit.until(lambda: visit.page.is_visible("text=Idris García"))
        visit.page.keyboard.press("Control+k")
        assert visit.page.is_visible("#palette"), "the page is whole again, not only its list"

    def test_sorting_and_filtering_have_addresses(self, visit: Visit) -> None:
        visit.open("/contacts")
        visit.page.click(".ms-sort:has-text('Name')")
        visit.until(lambda: query(visit.page).get("sort") == ["name"])
        visit.page.select_option("[name=tag]", "customer")
        visit.until(lambda: visit.page.is_visible(".ms-chip-on"))
        assert query(visit.page)["tag"] == ["customer"]
        assert visit.faults == []

    def test_the_slash_key_goes_to_the_search(self, visit: Visit) -> None:
        visit.open("/contacts")
        visit.page.keyboard.press("/")
        assert visit.page.evaluate("document.activeElement.name") == "q"
        assert visit.page.input_value("[name=q]") == ""


class TestSelection:
    def test_a_page_then_everybody_then_a_tag(self, visit: Visit) -> None:
        visit.open("/contacts")
        visit.page.check(".ms-select-all")
        assert visit.page.inner_text("[data-selected-count]") == "12"
        visit.page.click("[data-select-matching]")
        assert visit.page.inner_text("[data-selected-count]") == "All 2,431"
        visit.page.fill(".ms-selection [name=tag]", "autumn")
        visit.requests.clear()
        visit.page.click("button[value=add_tag]")
        visit.until(lambda: bool(visit.sent()))
        body = parse_qs(visit.sent()[0].post_data or "")
        assert (body["all"], body["tag"], body["action"]) == (["1"], ["autumn"], ["add_tag"])

    def test_who_is_selected_stays_so_while_the_list_changes(self, visit: Visit) -> None:
        visit.open("/contacts")
        visit.page.check(".ms-select >> nth=0")
        chosen = visit.page.input_value(".ms-select >> nth=0")
        visit.page.fill("[name=q]", "zzyx")
        visit.until(lambda: visit.page.is_visible("text=Nobody found"))
        visit.page.fill("[name=q]", "")
        visit.until(lambda: visit.page.is_visible("text=Idris García"))
        assert visit.page.is_checked(f".ms-select[value='{chosen}']")
        assert visit.page.inner_text("[data-selected-count]") == "1"

    def test_nobody_hides_the_bar(self, visit: Visit) -> None:
        visit.open("/contacts")
        visit.page.check(".ms-select >> nth=0")
        assert visit.page.is_visible(".ms-selection")
        visit.page.click("[data-select-none]")
        assert not visit.page.is_visible(".ms-selection")


class TestPalette:
    def test_is_used_with_keys_alone(self, visit: Visit) -> None:
        visit.open("/")
        visit.page.keyboard.press("Control+k")
        visit.until(lambda: visit.page.is_visible("#palette a[role=option]"))
        visit.page.keyboard.type("we")
        visit.settle(0.5)
        visit.page.keyboard.press("ArrowDown")
        active = visit.page.get_attribute("#palette input", "aria-activedescendant")
        assert active == "palette-2-1"
        assert visit.page.get_attribute(f"#{active}", "aria-selected") == "true"
        visit.page.keyboard.press("Enter")
        visit.until(lambda: visit.page.url.endswith("/contacts"))

    def test_the_search_box_opens_it_and_escape_closes_it(self, visit: Visit) -> None:
        visit.open("/")
        visit.page.click("[data-palette]")
        assert visit.page.is_visible("#palette")
        visit.page.keyboard.press("Escape")
        assert not visit.page.is_visible("#palette")

    def test_single_keys_can_be_switched_off(self, visit: Visit) -> None:
        visit.open("/")
        visit.page.keyboard.press("?")
        visit.page.uncheck("#single-keys")
        visit.page.keyboard.press("Escape")
        visit.page.keyboard.press("?")
        assert not visit.page.is_visible("#shortcuts")


class TestMenus:
    def test_arrows_walk_escape_returns(self, visit: Visit) -> None:
        visit.open("/")
        visit.page.focus("summary[aria-label^='Your account']")
        visit.page.keyboard.press("Enter")
        assert visit.page.is_visible("text=Sign out")
        visit.page.keyboard.press("ArrowUp")
        assert visit.page.evaluate("document.activeElement.textContent.trim()") == "Sign out"
        visit.page.keyboard.press("Escape")
        assert not visit.page.is_visible("text=Sign out")
        assert visit.page.evaluate("document.activeElement.tagName") == "SUMMARY"

    def test_a_click_elsewhere_closes(self, visit: Visit) -> None:
        visit.open("/")
        visit.page.click(".ms-side summary")
        visit.page.mouse.click(700, 600)
        assert visit.page.evaluate("document.querySelectorAll('details[data-menu][open]').length") == 0

    def test_the_phone_has_a_sheet_behind_more(self, visit_as: Callable[..., Visit]) -> None:
        phone = visit_as(PHONE)
        phone.open("/")
        phone.page.click(".ms-more summary")
        phone.page.click(".ms-sheet >> text=Processes")
        phone.until(lambda: phone.page.url.endswith("/processes"))


class TestAsking:
    def test_what_cannot_be_taken_back_asks_first(self, visit: Visit) -> None:
        visit.open("/automations")
        visit.requests.clear()
        visit.page.click("summary[aria-label='What to do with Cart reminder']")
        visit.page.click(".ms-menu-panel:visible button:has-text('Archive')")
        assert visit.page.inner_text("#confirm h2") == "Archive “Cart reminder”?"
        visit.page.click("#confirm [value=no]")
        visit.settle()
        assert visit.sent() == []

    def test_yes_sends_it_with_its_button(self, visit: Visit) -> None:
        visit.open(f"/contacts/{LENA.id}")
        visit.requests.clear()
        visit.page.click(".ms-consent button:has-text('Unsubscribe')")
        visit.page.click("#confirm [value=yes]")
        visit.until(lambda: bool(visit.sent()))
        assert parse_qs(visit.sent()[0].post_data or "")["state"] == ["unsubscribed"]
        assert visit.sent()[0].headers["x-csrf-token"] == "sample-token"

    def test_the_drawer_shows_the_form_beside_the_page(self, visit: Visit) -> None:
        visit.open(f"/contacts/{LENA.id}")
        visit.page.click("a[data-drawer]")
        visit.until(lambda: visit.page.is_visible("#drawer form"))
        visit.requests.clear()
        visit.page.click("#drawer .btn-primary")
        visit.until(lambda: visit.page.is_visible(".ms-toast"))
        assert urlsplit(visit.sent()[0].url).path == f"/contacts/{LENA.id}"
        visit.page.click("#drawer [aria-label=Close]")
        assert not visit.page.is_visible("#drawer")


class TestLive:
    def test_the_feed_grows_at_its_top(self, visit: Visit) -> None:
        visit.open("/")
        visit.until(lambda: "again" in visit.page.inner_text("#feed li >> nth=0"))
        assert visit.faults == []

    def test_the_clock_moves_on_and_the_page_follows(self, visit: Visit) -> None:
        visit.open("/home/empty")
        visit.page.click("#clock summary")
        visit.requests.clear()
        visit.page.click("#clock button[value=P7D]")
        visit.until(lambda: visit.page.is_visible("#clock [data-moving]"))
        assert parse_qs(visit.sent()[0].post_data or "")["by"] == ["P7D"]
        visit.until(lambda: visit.page.is_visible("#clock summary"))
        visit.until(lambda: any(urlsplit(one.url).path == "/home/empty" for one in visit.sent("GET")))

    def test_a_clock_that_cannot_move_says_why(self, visit: Visit) -> None:
        visit.open("/home/empty")
        visit.page.click("#clock summary")
        visit.page.click("#clock .btn-primary")
        visit.until(lambda: visit.page.is_visible("#clock-fault"))
        assert "only goes forward" in visit.page.inner_text("#clock-fault")

    def test_an_import_in_progress_comes_to_its_end(self, visit: Visit) -> None:
        visit.open("/contacts/import/1")
        assert visit.page.is_visible("text=1,490 of 2,412 rows")
        visit.until(lambda: visit.page.is_visible("text=Undo this import"))

    def test_a_tried_import_takes_the_focus_to_its_result(self, visit: Visit) -> None:
        visit.open("/contacts/import/1/mapping")
        assert visit.page.evaluate("scrollY") == 0
        visit.page.click("text=Try without saving")
        visit.until(lambda: visit.page.evaluate("document.activeElement.id") == "rehearsal-title")
        figures = "document.querySelector('.ms-tally').getBoundingClientRect().bottom"
        bar = "document.querySelector('.ms-sticky-end').getBoundingClientRect().top"
        visit.until(lambda: visit.page.evaluate(f"0 < {figures} && {figures} <= {bar}"))


class TestMail:
    def test_a_mail_opens_beside_the_list(self, visit: Visit) -> None:
        visit.open("/inbox")
        visit.page.click("[data-mail] >> nth=1")
        visit.until(lambda: "/inbox/" in visit.page.url)
        assert visit.page.get_attribute("[data-mail] >> nth=1", "aria-current") == "true"

    def test_on_a_phone_it_takes_the_place_of_the_list(self, visit_as: Callable[..., Visit]) -> None:
        phone = visit_as(PHONE)
        phone.open("/inbox")
        phone.page.click("[data-mail] >> nth=1")
        phone.until(lambda: phone.page.is_visible(".ms-mail-back"))
        assert not phone.page.is_visible(".ms-mail-list")
        phone.page.click(".ms-mail-back")
        phone.until(lambda: phone.page.is_visible(".ms-mail-list"))

    def test_no_script_of_a_mail_runs(self, visit: Visit) -> None:
        visit.open("/inbox")
        sandbox = visit.page.get_attribute(".ms-mail-frame", "sandbox") or ""
        assert "allow-scripts" not in sandbox
        assert "allow-same-origin" not in sandbox


class TestForms:
    def test_the_first_field_with_an_error_has_the_focus(self, visit: Visit) -> None:
        visit.open("/contacts/new/refused")
        assert visit.page.evaluate("document.activeElement.name") == "email"

    def test_a_password_can_be_shown(self, visit: Visit) -> None:
        visit.open("/sign-in")
        visit.page.click(".ms-reveal-button")
        assert visit.page.get_attribute("[name=password]", "type") == "text"

    def test_the_time_zone_is_guessed(self, visit_as: Callable[..., Visit]) -> None:
        tokyo = visit_as(DESKTOP, timezone_id="Asia/Tokyo")
        tokyo.open("/sign-up")
        assert tokyo.page.input_value("[name=time_zone]") == "Asia/Tokyo"

    def test_fields_of_a_mail_server_show_when_they_are_needed(self, visit: Visit) -> None:
        visit.open("/settings/connections")
        assert not visit.page.is_visible("[name=host]")
        visit.page.check("[value=smtp]")
        assert visit.page.is_visible("[name=host]")

    def test_a_chosen_file_is_named(self, visit: Visit) -> None:
        visit.open("/contacts/import")
        visit.page.set_input_files(
            "#file", {"name": "people.csv", "mimeType": "text/csv", "buffer": b"email\n"}
        )
        assert "people.csv" in visit.page.inner_text("[data-file-name]")

    def test_a_role_is_saved_as_it_is_chosen(self, visit: Visit) -> None:
        visit.open("/settings/team")
        visit.requests.clear()
        visit.page.select_option("select[name=role] >> nth=0", "admin")
        visit.until(lambda: bool(visit.sent()))
        assert parse_qs(visit.sent()[0].post_data or "")["role"] == ["admin"]

    def test_a_key_is_copied(self, visit_as: Callable[..., Visit]) -> None:
        visit = visit_as(DESKTOP, permissions=["clipboard-read", "clipboard-write"])
        visit.open("/settings/api-keys/fresh")
        visit.page.click("copy-button button")
        visit.until(lambda: visit.page.inner_text("copy-button").strip() == "Copied")
        assert str(visit.page.evaluate("navigator.clipboard.readText()")).startswith("ms_live_")


class TestWithoutScripts:
    @pytest.fixture
    def plain(self, visit_as: Callable[..., Visit]) -> Visit:
        return visit_as(DESKTOP, java_script_enabled=False)

    def test_searching_works(self, plain: Visit) -> None:
        plain.open("/contacts")
        plain.page.fill("[name=q]", "zzyx")
        plain.page.press("[name=q]", "Enter")
        plain.page.wait_for_load_state()
        assert plain.page.is_visible("text=Nobody found")

    def test_selected_people_go_with_the_form(self, plain: Visit) -> None:
        plain.open("/contacts")
        assert plain.page.is_visible(".ms-selection")
        plain.page.check(".ms-select >> nth=0")
        plain.page.click("button[value=add_tag]")
        plain.page.wait_for_load_state()
        assert len(parse_qs(plain.sent()[0].post_data or "")["id"]) == 1

    def test_menus_open_and_hidden_fields_show(self, plain: Visit) -> None:
        plain.open("/settings/connections")
        assert plain.page.is_visible("[name=host]")
        plain.page.click("summary[aria-label^='Your account']")
        assert plain.page.is_visible("text=Sign out")

    def test_the_search_box_leads_to_a_page(self, plain: Visit) -> None:
        plain.open("/")
        plain.page.click("[data-palette]")
        plain.page.wait_for_load_state()
        assert plain.page.url.endswith("/palette")
        assert plain.page.is_visible("text=Workspace settings")
