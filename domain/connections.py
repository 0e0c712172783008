"""Connections: which way the e-mail of a business goes out, and what the details of a mail server must be like."""

from collections.abc import Callable, Mapping
from typing import Literal, cast, get_args

from pydantic import BaseModel, ConfigDict

from domain.errors import Invalid, Problem
from domain.people import email_address

Channel = Literal["default", "captured", "smtp"]
Security = Literal["starttls", "tls", "none"]
Way = Literal["captured", "instance", "own"]

PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
LONGEST_HOST = 253
LONGEST_USERNAME = 320
LONGEST_PASSWORD = 1_000


class MailServer(BaseModel):
    """Somebody's mail server, without its password: that is a secret and kept elsewhere."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    security: Security = "starttls"
    username: str = ""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def trusts(self, other: "MailServer") -> bool:
        """Whether a password for this one may be shown to the other: to anybody else it must be typed again."""
        return (self.host, self.username) == (other.host, other.username)


class EmailConnection(BaseModel):
    """What a business has chosen. `default` is what the instance does by itself; a server is kept while it is not in use."""

    model_config = ConfigDict(frozen=True)

    channel: Channel = "default"
    server: MailServer | None = None


NOT_CHOSEN = EmailConnection()


def way(chosen: EmailConnection, *, sandbox: bool, instance: bool) -> Way:
    """Which way e-mail goes. A sandbox never writes to the world; `instance` is whether this instance has a server."""
    if sandbox or chosen.channel == "captured":
        return "captured"
    if chosen.channel == "smtp" and chosen.server:
        return "own"
    return "instance" if instance else "captured"


def email_connection(typed: Mapping[str, str], before: EmailConnection = NOT_CHOSEN) -> EmailConnection:
    """What was chosen, checked. The server is looked at only when it is to be used; every fault is told at once."""
    channel = typed.get("channel", "default")
    if channel not in get_args(Channel):
        raise Invalid.at("channel", f"Choose how e-mail goes out: {', '.join(get_args(Channel))}.")
    if channel != "smtp":
        return EmailConnection(channel=cast("Channel", channel), server=before.server)
    return EmailConnection(channel="smtp", server=mail_server(typed))


def mail_server(typed: Mapping[str, str]) -> MailServer:
    checked: dict[str, object] = {}
    problems: list[Problem] = []
    for name, check in _CHECKS.items():
        try:
            checked[name] = check(typed.get(name, ""))
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems=problems)
    return MailServer.model_validate(checked)


def password(text: str) -> str:
    if len(text) > LONGEST_PASSWORD or any(ord(sign) < 32 for sign in text):
        raise Invalid.at(
            "password",
            "This cannot be a password: it is too long or holds a line break. Copy it again, on its own.",
        )
    return text


def sender(text: str) -> str:
    """Providers refuse mail from nobody, or from an address that is not yours."""
    if not text.strip():
        raise Invalid.at(
            "mail_from", "Enter the address that your e-mails come from, such as hello@your-shop.example."
        )
    return email_address(text, path="mail_from")


def _host(text: str) -> str:
    host = text.strip().lower().rstrip(".")
    if not host:
        raise Invalid.at(
            "host", "Enter the name of your provider's mail server, such as smtp.provider.example."
        )
    if len(host) > LONGEST_HOST or not host.isprintable() or any(sign in host for sign in "/@\\ ,;"):
        raise Invalid.at("host", "Enter the name of the server alone, such as smtp.provider.example.")
    if host.count(":") == 1:
        raise Invalid.at("host", "Enter the name of the server here, and its port in the field beside it.")
    return host


def _port(text: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal() and 0 < int(digits[:6]) < 65_536 and len(digits) < 6):
        raise Invalid.at("port", "Enter a number from 1 to 65535. Most providers use 587.")
    return int(digits)


def _security(text: str) -> str:
    if text not in PORTS:
        raise Invalid.at("security", f"Choose the encryption: {', '.join(PORTS)}.")
    return text


def _username(text: str) -> str:
    name = text.strip()
    if len(name) > LONGEST_USERNAME or not name.isprintable():
        raise Invalid.at("username", "Enter the user name as your provider gave it to you.")
    return name


_CHECKS: Mapping[str, Callable[[str], object]] = {
    "host": _host,
    "port": _port,
    "security": _security,
    "username": _username,
}
