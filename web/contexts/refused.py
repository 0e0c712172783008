"""When what was sent cannot be done: what to change, for a form that cannot come back with its own words."""

from dataclasses import dataclass
from typing import ClassVar

from web.contexts.base import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Page):
    template: ClassVar[str] = "errors/refused.html"

    message: str
