"""One's own account: name, password, and the browsers one is signed in with."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from web.contexts.base import Form
from web.contexts.settings import SettingsPage


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInBrowser:
    id: UUID
    name: str  # "Firefox on Windows"
    ip: str
    seen_at: datetime
    begun_at: datetime
    this_one: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(SettingsPage):
    """Fields: name; current_password and new_password."""

    template: ClassVar[str] = "settings/account.html"
    tab: ClassVar[str] = "account"

    browsers: tuple[SignedInBrowser, ...]
    form: Form
