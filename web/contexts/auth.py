"""Coming in: signing in, signing up a business, accepting an invitation."""

from dataclasses import dataclass
from typing import ClassVar

from web.contexts.base import BLANK, Form, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn(Page):
    template: ClassVar[str] = "auth/sign_in.html"

    form: Form = BLANK
    next: str = ""  # where to go afterwards; a path of ours
    can_sign_up: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgotPassword(Page):
    """`sends`: whether this instance has a mail server; `asked` is the address, once a link was asked for."""

    template: ClassVar[str] = "auth/forgot_password.html"

    sends: bool
    asked: str = ""
    form: Form = BLANK


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPassword(Page):
    template: ClassVar[str] = "auth/reset_password.html"

    token: str
    email: str
    form: Form = BLANK


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp(Page):
    template: ClassVar[str] = "auth/sign_up.html"

    time_zones: tuple[str, ...]
    form: Form = BLANK


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptInvitation(Page):
    """`known`: the person has a password already and only says yes."""

    template: ClassVar[str] = "auth/accept_invitation.html"

    token: str
    workspace_name: str
    invited_by: str
    role: str
    email: str
    known: bool = False
    form: Form = BLANK
