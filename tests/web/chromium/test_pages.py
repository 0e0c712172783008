"""Every page in a real Chromium: no complaint, no request elsewhere, accessible, and fit for a phone."""

from pathlib import Path
from typing import Any

import pytest

from tests.web import samples
from tests.web.chromium.conftest import Visit

pytestmark = pytest.mark.browser
AXE = Path("node_modules/axe-core/axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MEASURE = """() => {
  const small = [...document.querySelectorAll('a, button, input, select, summary, [role=button]')].filter((element) => {
    const box = element.getBoundingClientRect();
    const shown = box.width > 0 && getComputedStyle(element).display !== 'inline' && element.type !== 'hidden';
    return shown && (box.width < 24 || box.height < 24);
  });
  // on a phone innerWidth grows along with what is too wide
  return { over: document.documentElement.scrollWidth - Math.min(innerWidth, screen.width), small: small.map((one) => one.outerHTML.slice(0, 120)) };
}"""
CHECK = """async (rules) => {
  const found = await axe.run({ runOnly: rules });
  return found.violations.map((one) => `${one.id} (${one.impact}): ${one.nodes[0].html.slice(0, 160)}`);
}"""
# The canvas asks the API for its automation; it is tried where there is one
CANVAS = [path for path in samples.PAGES if path.startswith("/automations/0")]
AT_DESKTOP = [
    "/",
    "/contacts",
    "/automations",
    "/automations/new",
    "/inbox",
    "/processes",
    "/settings/team",
    "/sign-up",
]


def look(visit: Visit, path: str) -> dict[str, Any]:
    visit.open(path)
    visit.page.evaluate(
        "scrollTo(0, 0)"
    )  # a page that leads to its news has fields under the bar at its foot
    measured = visit.page.evaluate(MEASURE)
    visit.page.evaluate(f"{AXE.read_text()};null")
    measured["violations"] = visit.page.evaluate(CHECK, RULES)
    return measured


def complaints(visit: Visit, status: int) -> list[str]:
    """A page that is an error by itself is named in the console as one."""
    return [fault for fault in visit.faults if status < 400 or f"status of {status}" not in fault]


@pytest.mark.parametrize("path", [path for path in samples.PAGES if path not in CANVAS])
def test_a_page_fits_a_phone_and_everybody(path: str, inspected_phone: Visit) -> None:
    seen = look(inspected_phone, path)
    assert seen["violations"] == []
    assert seen["over"] <= 1, "it scrolls sideways"
    assert seen["small"] == []


@pytest.mark.parametrize("path", AT_DESKTOP)
def test_a_page_is_accessible_on_a_desktop(path: str, inspected_desktop: Visit) -> None:
    seen = look(inspected_desktop, path)
    assert seen["violations"] == []
    assert seen["over"] <= 1


def test_no_page_complains_or_leaves_the_origin(visit: Visit) -> None:
    for path, sample in samples.PAGES.items():
        if path in CANVAS:
            continue
        visit.faults.clear()
        visit.requests.clear()
        visit.open(path)
        assert complaints(visit, sample.status) == [], path
        away = [request.url for request in visit.requests if not request.url.startswith((visit.url, "data:"))]
        assert away == [], path


def test_nothing_jumps_while_a_page_loads(visit: Visit) -> None:
    visit.page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach((one) => window.shift += one.value))"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    for path in ("/", "/contacts", "/inbox", "/automations"):
        visit.open(path)
        assert visit.page.evaluate("window.shift") < 0.05, path
