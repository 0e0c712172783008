"""When something is not there, not allowed, or broken: what happened and what to do next."""

from dataclasses import dataclass
from typing import ClassVar

from web.contexts.base import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound(Page):
    template: ClassVar[str] = "errors/404.html"

    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPermission(Page):
    """`ask` are the people who can change that, by name and e-mail address."""

    template: ClassVar[str] = "errors/403.html"

    message: str = ""
    role: str = ""
    ask: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken(Page):
    template: ClassVar[str] = "errors/500.html"

    reference: str = ""  # the request id that support needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable(Page):
    template: ClassVar[str] = "errors/503.html"

    retry_after: int = 5
    message: str = ""
