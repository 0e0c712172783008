"""A mail server that does what the name of the recipient asks for, and remembers all that it took.

`busy@` 451 · `gone@` 550 5.1.1 · `full@` 552 5.2.2 · `policy@` 550 5.7.1 · `old@` 550 without more · `spam@` 554 after
the mail · `later@` 450 after the mail · `slow@` answers after `delay` · `cut@` takes the mail and hangs up ·
`hangup@` hangs up before DATA · `silent@` takes the mail and never answers. Everybody else gets mail.
"""
# ruff: noqa: N802 -- aiosmtpd calls its handlers by these names

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ON_RECIPIENT = {
    "busy": "451 4.3.2 Try again later",
    "gone": "550 5.1.1 No such user here",
    "full": "552 5.2.2 Mailbox full",
    "policy": "550 5.7.1 We do not like you",
    "old": "550 No",
}
ON_MAIL = {"spam": "554 5.7.1 This is spam", "later": "450 4.7.1 Greylisted", "moved": "550 5.1.6 Moved away"}


@dataclass(frozen=True, slots=True)
class Taken:
    sender: str
    recipient: str
    content: bytes
    options: tuple[str, ...]


@dataclass
class FakeSmtp:
    """`async with FakeSmtp() as server: … server.url`. `extensions` are offered beside those of aiosmtpd."""

    extensions: tuple[str, ...] = ("PIPELINING",)
    without: tuple[str, ...] = ()
    """What aiosmtpd would offer and this server does not: `8BITMIME`."""
    tls: ssl.SSLContext | None = None
    tls_from_start: bool = False
    password: str | None = None
    delay: float = 0.3
    goodbye_after: int | None = None
    """Closes each connection after so many mails, without a word."""
    taken: list[Taken] = field(default_factory=list[Taken])
    connections: int = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        tls = self.tls if self.tls_from_start else None
        self._server = await loop.create_server(self._accept(loop), "127.0.0.1", port, ssl=tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"{'smtps' if self.tls_from_start else 'smtp'}://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Refuses connections from now on, and hangs up on those that are there."""
        self._server.close()
        for server in self._open:
            if server.transport:
                server.transport.abort()
        await asyncio.sleep(0)

    def to(self, recipient: str) -> list[Taken]:
        return [mail for mail in self.taken if mail.recipient == recipient]

    def _accept(self, loop: asyncio.AbstractEventLoop) -> Callable[[], SMTP]:
        self._open: list[SMTP] = []

        def accept() -> SMTP:
            self.connections += 1
            server = SMTP(
                _Handler(self),
                hostname="fake.example",
                enable_SMTPUTF8="SMTPUTF8" not in self.without,
                tls_context=None if self.tls_from_start else self.tls,
                auth_require_tls=False,
                authenticator=self._authenticate if self.password else None,
                loop=loop,
            )
            self._open.append(server)
            return server

        return accept

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        matches = isinstance(data, LoginPassword) and data.password.decode() == self.password
        return AuthResult(success=matches, handled=False)


class _Handler:
    def __init__(self, fake: FakeSmtp) -> None:
        self._fake = fake
        self._mails = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        kept = [line for line in responses if line[4:].split(" ")[0] not in self._fake.without]
        return [*kept[:-1], *(f"250-{name}" for name in self._fake.extensions), kept[-1]]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        name = address.partition("@")[0]
        if name == "hangup":
            server.transport.abort()
        if name in ON_RECIPIENT:
            return ON_RECIPIENT[name]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        recipient = envelope.rcpt_tos[0]
        name = recipient.partition("@")[0]
        if name in ON_MAIL:
            return ON_MAIL[name]
        self._fake.taken.append(
            Taken(
                envelope.mail_from or "",
                recipient,
                bytes(envelope.content or b""),
                tuple(envelope.mail_options),
            )
        )
        self._mails += 1
        await self._behave(name, server)
        return f"250 2.0.0 OK queued as {len(self._fake.taken)}"

    async def _behave(self, name: str, server: SMTP) -> None:
        if name == "slow":
            await asyncio.sleep(self._fake.delay)
        if name == "silent":
            await asyncio.sleep(3600)
        if name == "cut":
            server.transport.abort()
        if self._mails == self._fake.goodbye_after:
            asyncio.get_running_loop().call_later(0.02, server.transport.abort)
