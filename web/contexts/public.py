"""Pages for the people a business writes to: no sign-in, no app around them."""

from dataclasses import dataclass
from typing import ClassVar

from web.contexts.base import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe(Page):
    """Opening the link changes nothing; the button does."""

    template: ClassVar[str] = "public/unsubscribe.html"

    action: str  # where the button posts to
    business: str
    email: str
    postal_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribed(Page):
    """`undo` is where the "that was a mistake" button posts to; "" hides it."""

    template: ClassVar[str] = "public/unsubscribed.html"

    business: str
    email: str
    undo: str = ""
    subscribed_again: bool = False
    postal_address: str = ""
