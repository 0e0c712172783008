"""Turns a page's context into HTML: one Jinja environment, strict about what is missing, escaping everything."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from web import charts, formats
from web.assets import Assets
from web.contexts.base import Frame, Page

TEMPLATES = Path(__file__).parent.parent / "templates"
# A 422 is the form with its errors; the other refusals are said in a toast
HTMX_CONFIG = {
    "noSwap": [204, 304, 401, 403, 404, 409, 413, 429, "5xx"],
    "history": "reload",  # going back loads the page anew: menus, the palette and islands are whole again
    "defaultTimeout": 30000,
    "includeIndicatorCSS": False,
}
NO_ICON = "square-rounded"  # stands for one that the sprite lacks: a plug-in's, named only at run time
# What a frame puts beside a page's own fields; no page may use these names for something else
FRAME_NAMES = frozenset({"shell", "csrf_token", "zone", "now", "section", "page"})


class Renderer:
    """Made once per process."""

    def __init__(self, assets: Assets) -> None:
        self.environment = build_environment(assets)

    def warm(self) -> None:
        """Compiles every template, so that nobody's first visit waits for it."""
        for name in self.environment.list_templates(extensions=["html"]):
            self.environment.get_template(name)

    def render(self, page: Page, frame: Frame, *, fragment: str | None = None) -> str:
        """The whole page, or the part of it that is named in the page's `fragments`."""
        name = page.fragments[fragment] if fragment else page.template
        return self.environment.get_template(name).render(variables(page, frame))


@cache
def renderer() -> Renderer:
    return Renderer(Assets())


def render(page: Page, frame: Frame, *, fragment: str | None = None) -> str:
    """What the handlers call."""
    return renderer().render(page, frame, fragment=fragment)


def variables(page: Page, frame: Frame) -> dict[str, Any]:
    own = {item.name: getattr(page, item.name) for item in fields(page)}  # pyright: ignore[reportArgumentType] -- every page is a dataclass
    return {
        **own,
        "page": page,
        "section": page.section,
        "shell": frame,
        "csrf_token": frame.csrf_token,
        "zone": frame.zone,
        "now": frame.now,
    }


def build_environment(assets: Assets) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(helpers(assets))
    environment.filters.update(filters())
    return environment


def helpers(assets: Assets) -> dict[str, Any]:
    return {
        "asset": assets.url,
        "has_asset": assets.has,
        "asset_imports": assets.imports,
        "icon": icon_maker(assets),
        "htmx_config": HTMX_CONFIG,
        "sparkline": charts.sparkline,
        "bars": charts.bars,
        "stacked": charts.stacked,
    }


def filters() -> dict[str, Any]:
    plain = (
        formats.number,
        formats.compact,
        formats.percent,
        formats.plural,
        formats.listed,
        formats.initials,
        formats.hue,
        formats.iso,
        formats.phone,
    )
    local = (
        formats.moment,
        formats.day_long,
        formats.day_short,
        formats.day_heading,
        formats.clock_time,
        formats.relative,
        formats.greeting,
    )
    return {
        **{format_.__name__: format_ for format_ in plain},
        **{format_.__name__: in_zone(format_) for format_ in local},
        "when": when,
    }


def icon_maker(assets: Assets) -> Callable[..., Markup]:
    def icon(name: str, *, size: str = "") -> Markup:
        """An icon beside words, or in a button that has a label: hidden from screen readers. `size`: "sm" or nothing."""
        name = name if name in assets.manifest.icons else NO_ICON
        small = f" icon-{size}" if size else ""
        return Markup(
            '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
        ).format(small, assets.url("icons.svg"), name)

    return icon


def in_zone(format_: Callable[..., str]) -> Callable[..., str]:
    """Gives a format the workspace's zone and now, as far as it asks for them."""
    _subject, *wanted = inspect.signature(format_).parameters

    @pass_context
    def filter_(context: Context, subject: Any) -> str:
        return format_(subject, **{name: context[name] for name in wanted})

    return filter_


@pass_context
def when(context: Context, at: Any, style: str = "relative") -> Markup:
    """A moment as people say it ("5 h ago"), with the exact one for machines and for whoever points at it."""
    zone, now = context["zone"], context["now"]
    exact = formats.moment(at, zone, now)
    away = formats.relative(at, zone, now)
    words = {"relative": away, "since": formats.since(at, now), "moment": exact}[style]
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), escape(exact), words)
