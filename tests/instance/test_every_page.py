"""Every page that can be reached from home by links, with the demo's real data: it answers, fits, complains about nothing, leaves
nobody out. The sample pages of `tests/web/chromium` show the states that the demo has not."""

import re
from collections import deque
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from tests.browser.canvas_page import AXE, AXE_CALL, AXE_RULES, WIDTHS, Width
from tests.instance.conftest import Instance
from tests.instance.windows import Window, chromium, sign_in, window

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(300)]
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
NO_PAGE = re.compile(r"/export|\.csv|\.json|/html$|^/api/v1")
DRAWN = {"/automations/{id}": "[data-step-focus]"}  # by scripts, after the page is there
KINDS = 22  # at least so many: else the crawl lost its way
MEASURE = """() => {
  const small = [...document.querySelectorAll('a, button, input, select, summary, [role=button]')].filter((one) => {
    const box = one.getBoundingClientRect();
    const scale = box.width / (one.offsetWidth || box.width || 1);
    const pressed = box.width > 0 && getComputedStyle(one).display !== 'inline' && one.type !== 'hidden';
    return pressed && Math.min(box.width, box.height) / scale < 23.5;
  });
  return {
    title: document.title,
    headings: document.querySelectorAll('h1').length,
    width: Math.max(document.documentElement.scrollWidth, innerWidth),
    small: small.map((one) => one.outerHTML.slice(0, 120)),
    links: [...document.querySelectorAll('a[href]')].map((one) => one.getAttribute('href')),
  };
}"""


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_there_is_nothing_to_complain_about(instance: Instance, width: Width) -> None:
    instance.wait()
    with chromium() as browser, window(browser, instance.url, width, bypass_csp=True) as opened:
        sign_in(opened.page, instance.demo())
        seen = crawl(opened, width)
    assert len(seen) >= KINDS, sorted(seen)
    assert {kind: complaints for kind, complaints in seen.items() if complaints} == {}


def crawl(opened: Window, width: Width) -> dict[str, list[str]]:
    """One page of each kind, and what is wrong with it."""
    queue, seen = deque(["/"]), dict[str, list[str]]()
    while queue:
        path = queue.popleft()
        kind = ID.sub("{id}", urlsplit(path).path)
        if kind in seen:
            continue
        opened.faults.clear()
        answer = opened.page.goto(path)
        if kind in DRAWN:
            opened.page.wait_for_selector(DRAWN[kind])
        found = opened.page.evaluate(MEASURE)
        status = answer.status if answer else 0
        seen[kind] = [*wrong(found, status, width), *inaccessible(opened), *opened.faults]
        queue.extend(linked(opened, found["links"]))
    return seen


def wrong(found: dict[str, Any], status: int, width: Width) -> list[str]:
    viewport = WIDTHS[width]["viewport"]["width"]
    checks = {
        f"answered {status}": status != 200,
        f"is {found['width']} px wide": found["width"] > viewport + 1,
        f"has the title {found['title']!r}": len(found["title"]) < 5,
        f"has {found['headings']} main headings": found["headings"] != 1,
        f"has what no thumb can hit: {found['small']}": width == "phone" and found["small"],
    }
    return [complaint for complaint, holds in checks.items() if holds]


def inaccessible(opened: Window) -> list[str]:
    opened.page.evaluate(AXE.read_text() + ";null")
    return opened.page.evaluate(AXE_CALL, AXE_RULES)


def linked(opened: Window, links: list[str]) -> list[str]:
    """The pages of this instance that are linked from here."""
    targets = [urldefrag(urljoin(opened.page.url, link))[0] for link in links]
    ours = [target.removeprefix(opened.url) for target in targets if target.startswith(f"{opened.url}/")]
    return [path for path in ours if not NO_PAGE.search(path)]
