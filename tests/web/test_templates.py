"""Every page and fragment, rendered from its sample: strict about what is missing, and held to the rules of the house."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from html.parser import HTMLParser

import pytest

from tests.web import samples
from tests.web.samples.frames import SANDBOX, SHELL
from web.contexts.base import Page
from web.rendering import FRAME_NAMES, TEMPLATES, render, renderer

Attributes = dict[str, str | None]
# Mails and documents are no pages; the last two are tested where they are made
OTHERS = ("mail/", "documents/", "errors/refused.html", "api/index.html")
VOID = {"input", "img", "meta", "link", "hr", "br", "wbr", "use", "path", "rect", "line", "source"}
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form")
KEYS = ("hx-get", "hx-post", "action", "formaction", "href", "src")


class Reader(HTMLParser):
    """The elements of a page in order; what stands in a form knows which."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Attributes]] = []
        self.words: dict[str, list[str]] = {"title": [], "h1": [], "script": []}
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in self.words:
            self.words[tag].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.words:
            self.words[self.open[-1]][-1] += data

    def having(self, *names: str) -> Iterator[tuple[str, Attributes]]:
        return ((tag, found) for tag, found in self.elements if any(name in found for name in names))


@cache
def read(path: str) -> Reader:
    sample = samples.PAGES[path]
    return Reader(render(sample.page, sample.frame))


@cache
def fragment(name: str) -> str:
    page, part = samples.FRAGMENTS[name]
    return render(page, SHELL if "clock" not in name else SANDBOX, fragment=part)


def everything() -> list[Reader]:
    return [read(path) for path in samples.PAGES] + [Reader(fragment(name)) for name in samples.FRAGMENTS]


@pytest.mark.parametrize("path", samples.PAGES)
class TestPages:
    def test_has_one_title_and_one_heading(self, path: str) -> None:
        words = read(path).words
        assert [bool(title.split(" · ")[0].strip()) for title in words["title"]] == [True]
        assert len(words["h1"]) == 1

    def test_its_elements_are_closed_in_order(self, path: str) -> None:
        assert read(path).open == []

    def test_ids_are_unique_and_references_lead_somewhere(self, path: str) -> None:
        page = read(path)
        ids = Counter(found["id"] for _tag, found in page.having("id"))
        assert [name for name, count in ids.items() if count > 1] == []
        for _tag, found in page.having(*REFERENCES):
            for reference in REFERENCES:
                for wanted in (found.get(reference) or "").split():
                    assert wanted in ids, f'{reference}="{wanted}" leads nowhere'

    def test_fields_say_what_they_are(self, path: str) -> None:
        page = read(path)
        labelled = {found["for"] for tag, found in page.elements if tag == "label" and "for" in found}
        for tag, found in page.elements:
            if tag not in {"input", "select", "textarea"} or found.get("type") in {"hidden", "radio"}:
                continue
            wrapped = found.get("name") == "columns"  # stands inside its label
            assert "aria-label" in found or found.get("id") in labelled or wrapped, found

    def test_runs_no_script_of_its_own(self, path: str) -> None:
        page = read(path)
        assert [words for words in page.words["script"] if words.strip()] == []
        for tag, found in page.elements:
            handlers = [name for name in found if name.startswith(("on", "hx-on"))]
            assert handlers == [], f"<{tag}>"
            assert "[" not in (found.get("hx-trigger") or ""), "a trigger's filter needs eval"
            assert not (found.get("hx-vals") or "").startswith("js:")
            assert not (found.get("href") or "").startswith("javascript:")

    def test_loads_nothing_from_elsewhere(self, path: str) -> None:
        for tag, found in read(path).having("src", "href", "action"):
            address = found.get("src") or found.get("href") or found.get("action") or ""
            outside = address.startswith(("http:", "https:", "//"))
            assert not outside, f"<{tag}> {address}"


@pytest.mark.parametrize("name", samples.FRAGMENTS)
def test_a_fragment_is_no_page(name: str) -> None:
    html = fragment(name)
    assert "<html" not in html
    assert "<h1" not in html
    assert Reader(html).open == []


def test_every_template_is_rendered_by_a_sample() -> None:
    loaded = renderer().environment.cache
    assert loaded is not None
    everything()
    rendered = {str(key[1]) for key in loaded}
    there = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    assert {name for name in there - rendered if not name.startswith(OTHERS)} == set()


def test_every_page_has_a_sample() -> None:
    shown = [type(sample.page) for sample in samples.PAGES.values()]
    shown += [type(page) for page, _part in samples.FRAGMENTS.values()]
    ours = {page.__name__ for page in pages() if page.template not in OTHERS}
    assert ours - {page.__name__ for page in shown} == set()


def test_every_fragment_has_a_sample() -> None:
    shown = {(type(page).__name__, part) for page, part in samples.FRAGMENTS.values() if part}
    declared = {
        (type(sample.page).__name__, part)
        for sample in samples.PAGES.values()
        for part in sample.page.fragments
    }
    same = {("InboxShow", "rows"), ("Inbox", "reader")}
    assert declared - shown - same == set()


def test_no_field_hides_what_templates_use() -> None:
    used = set(renderer().environment.globals) | FRAME_NAMES
    for page in pages():
        assert {field.name for field in fields(page)} & used == set(), page.__name__  # pyright: ignore[reportArgumentType]


def test_every_form_that_writes_carries_the_token() -> None:
    for template in TEMPLATES.rglob("*.html"):
        name = str(template.relative_to(TEMPLATES))
        if name.startswith((*OTHERS, "public/")):
            continue
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", template.read_text(), re.DOTALL):
            assert "csrf" in form, f"{name}: {form[:120]}"


def test_what_htmx_posts_also_works_as_a_plain_form() -> None:
    for page in everything():
        for tag, found in page.having("hx-post"):
            plain = found.get("action") if tag == "form" else found.get("formaction", found["hx-post"])
            assert found["hx-post"] == plain, f"<{tag}> {found}"


def test_what_htmx_gets_is_also_a_link_or_a_form() -> None:
    """Polling, searching as one types and the feed add to a page that works without them."""
    for page in everything():
        for tag, found in page.having("hx-get"):
            if tag == "a":
                assert found.get("href") == found["hx-get"]
            else:
                assert "hx-trigger" in found, f"<{tag}> {found}"


def test_targets_are_on_the_page() -> None:
    for path in samples.PAGES:
        page = read(path)
        ids = {f"#{found['id']}" for _tag, found in page.having("id")}
        for _tag, found in page.having("hx-target"):
            assert found["hx-target"] in ids, f"{path}: {found['hx-target']}"


@pytest.mark.parametrize(
    ("name", "root"),
    [
        ("clock at rest", "clock"),
        ("numbers", "numbers"),
        ("automations at work", "running"),
        ("contacts", "contacts"),
        ("timeline", "timeline"),
        ("tags", "tags"),
        ("consents", "consents"),
        ("rehearsal", "rehearsal"),
        ("progress", "progress"),
        ("automations", "automations"),
        ("mails", "mails"),
        ("processes", "processes"),
        ("process", "live"),
        ("audit", "audit"),
        ("check", "check"),
    ],
)
def test_a_fragment_replaces_the_element_that_it_is(name: str, root: str) -> None:
    _tag, found = Reader(fragment(name)).elements[0]
    assert found["id"] == root


class TestPermissions:
    """What somebody may not do is not offered to them."""

    @pytest.mark.parametrize("path", ["/contacts", "/automations", "/settings/team", "/settings/api-keys"])
    def test_a_viewer_is_offered_no_writes(self, path: str) -> None:
        viewer = samples.VIEWER
        page = Reader(render(samples.PAGES[path].page, viewer))
        own = ("/sign-out", "/workspaces/", "/contacts/bulk")
        writes = [
            str(found["action"])
            for tag, found in page.elements
            if tag == "form" and found.get("method") == "post" and not str(found["action"]).startswith(own)
        ]
        assert writes == []

    def test_the_navigation_shows_what_may_be_opened(self) -> None:
        html = render(samples.PAGES["/"].page, samples.VIEWER)
        links = {found.get("href") for _tag, found in Reader(html).having("href")}
        assert "/contacts" in links
        assert "/automations/new" not in links
        settings = render(samples.PAGES["/settings/team"].page, samples.VIEWER)
        assert "/settings/api-keys" not in {
            found.get("href") for _tag, found in Reader(settings).having("href")
        }


def pages() -> list[type[Page]]:
    return [page for page in subclasses(Page) if hasattr(page, "template") and is_dataclass(page)]


def subclasses(base: type[Page]) -> list[type[Page]]:
    own = base.__subclasses__()
    return [*own, *(deeper for one in own for deeper in subclasses(one))]
