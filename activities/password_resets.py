"""Mails a link for a new password.

It goes over the instance's own mail server alone: a captured inbox is read by the whole team, and the mail server of a
workspace by whoever runs that workspace, while the password opens all workspaces of its person.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from html import escape

import structlog

from core.db import Scope, session
from core.mail.message import Address, Message
from core.settings import Settings
from domain.ids import new_id
from domain.steps import Later, Performed, Sent
from integrations.smtp import Server, SmtpChannel, parse_url
from models import password_resets, users

log = structlog.get_logger(__name__)
_PAUSES = (0.0, 2.0, 15.0)  # seconds before each attempt; somebody is waiting for this mail


@dataclass(frozen=True, slots=True)
class Post:
    """How this instance sends mails about accounts."""

    server: Server
    sender: str
    url: str

    @classmethod
    def of(cls, config: Settings) -> "Post | None":
        """None where the instance has no mail server: then whoever runs it hands out links."""
        if config.smtp_url is None:
            return None
        return cls(parse_url(config.smtp_url.get_secret_value()), config.mail_from, config.url)


def link(url: str, token: str) -> str:
    return f"{url}/reset-password/{token}"


async def issue(email: str, *, now: datetime) -> tuple[str, str] | None:
    """Name and token of whoever has this address; None when nobody does."""
    async with session(Scope(presented=email)) as db:
        user = await users.by_email(db, email)
    if user is None:
        return None
    async with session(Scope(user=user.id)) as db:
        return user.name, await password_resets.issue(db, user.id, now=now)


async def send_link(post: Post, email: str, *, now: datetime) -> None:
    """To whoever has this address. Done beside the answer, so that its time tells nobody whether there is an account."""
    issued = await issue(email, now=now)
    if issued is None:
        return
    name, token = issued
    outcome = await _send(post.server, _letter(post, email, name, link(post.url, token), now))
    if not isinstance(outcome, Sent):
        log.warning("a link for a new password could not be sent", reason=str(outcome))


async def _send(server: Server, message: Message) -> Performed:
    """Again only where nothing has been handed over."""
    channel = SmtpChannel(server, connections=1, timeout=20)
    outcome: Performed = Later("not tried")
    try:
        for pause in _PAUSES:
            await asyncio.sleep(pause)
            outcome = await channel.send(message)
            if not isinstance(outcome, Later):
                break
    finally:
        await channel.close()
    return outcome


def _letter(post: Post, email: str, name: str, address: str, now: datetime) -> Message:
    hello = f"Hello {name},"
    why = "somebody, we hope you, asked for a new password for your account at Mainspring. Choose it here:"
    else_ = "The link works once, for one hour. If it was not you, do nothing: your password stays as it is."
    return Message(
        sender=Address(post.sender, "Mainspring"),
        to=Address(email, name),
        subject="Choose a new password",
        text=f"{hello}\n\n{why}\n\n{address}\n\n{else_}\n",
        html=f'<p>{escape(hello)}</p><p>{why}</p><p><a href="{escape(address)}">{escape(address)}</a></p><p>{else_}</p>',
        send_key=f"password-reset:{new_id()}",
        date=now,
        auto_submitted=True,
    )
