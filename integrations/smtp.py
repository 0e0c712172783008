"""E-mail over SMTP: one attempt for each mail, and a plain word about what came of it."""

import asyncio
import re
import ssl
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, cast
from urllib.parse import unquote, urlsplit

import aiosmtplib

from core.addresses import BlockedAddress, NoSuchHost, connect, is_public, resolve
from core.mail.dialogue import Answer, Cut, Dialogue, Envelope
from core.mail.message import BadAddress, Message
from domain.steps import Later, Performed, Refused, Sent, Unknown

Encryption = Literal["required", "from_start", "offered", "none"]
_ENCRYPTION: dict[str, Encryption] = {"smtp": "offered", "smtps": "from_start", "smtp+starttls": "required"}
_PORTS: dict[Encryption, int] = {"offered": 25, "from_start": 465, "required": 587, "none": 25}
_ENHANCED = re.compile(r"^[245]\.([0-9]{1,3})\.([0-9]{1,3})\b")
_ABOUT_SENDER = ("7", "8")
_CLOSED = "1"
_KEPT_FOR = 30.0
"""Seconds that an unused connection is kept: less than servers wait."""
_MAILS_A_CONNECTION = 500
_AFTER_BAD_LOGIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Bounced(Refused):
    """There is no such mailbox, or it is closed: this address should not be written to again."""


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    encryption: Encryption = "offered"
    allow_private: bool = True
    """Whoever runs this instance may name any host in SMTP_URL; what users type into a form may not reach private ones."""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


Cause = Literal["", "not_found", "not_public", "unreachable", "login", "certificate", "encryption", "refused"]


@dataclass(frozen=True, slots=True)
class Check:
    """What the connections page shows; `cause` is what advice goes by."""

    ok: bool
    message: str
    cause: Cause = ""


class CannotConnect(Exception):  # noqa: N818 -- an error is named as the sentence that it is
    """Nothing was sent. `after` says how long it makes no sense to try again."""

    def __init__(self, message: str, *, cause: Cause = "refused", after: timedelta | None = None) -> None:
        super().__init__(message)
        self.cause: Cause = cause
        self.after = after


def parse_url(url: str, *, allow_private: bool = True) -> Server:
    """`smtp://user:password@host:port`; `smtps://` is encrypted from the start, `smtp+starttls://` insists on STARTTLS."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise ValueError(f"This SMTP address cannot be read: {error}.") from None
    encryption = _ENCRYPTION.get(parts.scheme)
    if encryption is None or not parts.hostname:
        raise ValueError("An SMTP address looks like this: smtp://user:password@mail.example.com:587")
    return Server(
        parts.hostname,
        port or _PORTS[encryption],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        encryption,
        allow_private,
    )


class SmtpChannel:
    """Keeps up to `connections` open. `send` never raises for what a server or a network does.

    `patience` is how long a server may think about a whole mail; scanning one can take minutes.
    """

    def __init__(
        self,
        server: Server,
        *,
        connections: int = 10,
        timeout: float = 60.0,
        patience: float = 300.0,
        hello: str = "localhost",
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._timeout = timeout
        self._patience = patience
        self._hello = hello
        self._trust = trust
        self._free = asyncio.Semaphore(connections)
        self._idle: list[tuple[float, Dialogue]] = []

    async def send(self, message: Message) -> Performed:
        """One attempt to hand it over. `Unknown` only where the server had the whole mail and gave no answer."""
        try:
            envelope = Envelope(message.sender.wire, message.to.wire, smtputf8=message.needs_smtputf8)
        except BadAddress as error:
            return Bounced(str(error))
        async with self._free:
            return await self._attempt(envelope, message)

    async def check(self) -> Check:
        """Connects and signs in, and sends nothing."""
        try:
            dialogue = await self._connect()
        except CannotConnect as error:
            return Check(ok=False, message=str(error), cause=error.cause)
        dialogue.close()
        return Check(ok=True, message=f"Connected to {self._server}.")

    async def close(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()

    async def _attempt(self, envelope: Envelope, message: Message) -> Performed:
        try:
            kept = self._take_idle()
            if kept is not None:
                try:
                    return await self._deliver(kept, envelope, message)
                except Cut as cut:
                    if cut.handed_over:
                        raise
                    # it had been closed meanwhile and has taken nothing: a new one is as good as a first attempt
            return await self._deliver(await self._connect(), envelope, message)
        except CannotConnect as error:
            return Later(str(error), error.after)
        except Cut as cut:
            return Unknown(str(cut)) if cut.handed_over else Later(str(cut))

    def _take_idle(self) -> Dialogue | None:
        """The one used last, so that those that are too many grow old."""
        while self._idle:
            since, dialogue = self._idle.pop()
            if dialogue.is_open and time.monotonic() - since < _KEPT_FOR:
                return dialogue
            dialogue.close()
        return None

    async def _deliver(self, dialogue: Dialogue, envelope: Envelope, message: Message) -> Performed:
        eight_bit = "8bitmime" in dialogue.extensions
        if envelope.smtputf8 and "smtputf8" not in dialogue.extensions:
            self._keep(dialogue)
            return Refused(
                f"The mail server cannot write to “{message.to.email}”: it takes no accents before the @."
            )
        content = message.to_bytes(eight_bit=eight_bit or envelope.smtputf8)
        async with _left_whole(dialogue):
            answer = await dialogue.deliver(_with_body(envelope, eight_bit=eight_bit), content)
        self._keep(dialogue)
        return judged(answer, message)

    def _keep(self, dialogue: Dialogue) -> None:
        if dialogue.is_open and dialogue.sent < _MAILS_A_CONNECTION:
            self._idle.append((time.monotonic(), dialogue))
        else:
            dialogue.close()

    async def _connect(self) -> Dialogue:
        server = self._server
        try:
            targets = await resolve(server.host, server.port, allow_private=server.allow_private)
            connection = await connect(targets, timeout=min(self._timeout, 20))
        except NoSuchHost as error:
            raise CannotConnect(str(error), cause="not_found") from error
        except BlockedAddress as error:
            raise CannotConnect(str(error), cause="not_public") from error
        except OSError as error:
            raise CannotConnect(
                f"The mail server {server} cannot be reached: {_why(error)}.", cause="unreachable"
            ) from error
        is_local = not is_public(targets[0].address)
        client = self._client(is_local=is_local)
        try:
            await client.connect(sock=connection)
            await client.ehlo()
            self._insist_on_secrecy(client, is_local=is_local)
            if server.user:
                await client.login(server.user, server.password)
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, ValueError) as error:
            connection.close()
            client.close()
            raise _cannot(server, error) from error
        except BaseException:
            client.close()
            raise
        return self._dialogue(client)

    def _client(self, *, is_local: bool) -> aiosmtplib.SMTP:
        """On one's own machine there is nobody to listen, and no certificate that could be checked."""
        encryption = self._server.encryption
        start_tls = True if encryption == "required" else None
        if encryption == "from_start" or (is_local and encryption == "offered"):
            start_tls = False
        return aiosmtplib.SMTP(
            hostname=self._server.host,
            local_hostname=self._hello,
            timeout=self._timeout,
            use_tls=encryption == "from_start",
            start_tls=start_tls,
            tls_context=self._trust,
        )

    def _insist_on_secrecy(self, client: aiosmtplib.SMTP, *, is_local: bool) -> None:
        if self._server.user and not is_local and client.get_transport_info("sslcontext") is None:
            raise ValueError("it offers no encryption, so the password is not sent there")

    def _dialogue(self, client: aiosmtplib.SMTP) -> Dialogue:
        protocol = client.protocol
        transport = protocol.transport if protocol else None
        if transport is None:
            raise CannotConnect(f"The mail server {self._server} closed the connection.")
        return Dialogue(
            cast("asyncio.Transport", transport),
            extensions=frozenset(client.esmtp_extensions),
            timeout=self._timeout,
            patience=self._patience,
        )


@asynccontextmanager
async def _left_whole(dialogue: Dialogue) -> AsyncGenerator[None]:
    """Whoever leaves a conversation in its middle, by cancellation for instance, leaves it for good."""
    try:
        yield
    except BaseException:
        dialogue.abort()
        raise


def _with_body(envelope: Envelope, *, eight_bit: bool) -> Envelope:
    return Envelope(envelope.sender, envelope.recipient, eight_bit=eight_bit, smtputf8=envelope.smtputf8)


def judged(answer: Answer, message: Message) -> Performed:
    """What the deciding reply means for this mail and for its address."""
    reply = answer.reply
    if reply.is_positive:
        return Sent({"answer": str(reply), "message_id": message.message_id})
    if not 500 <= reply.code < 600:
        return Later(f"The mail server said: {reply}")
    if _is_about_address(answer):
        return Bounced(f"The mail server said: {reply}")
    return Refused(f"The mail server refused the mail: {reply}")


def _is_about_address(answer: Answer) -> bool:
    """`5.1.x` (no such mailbox) and `5.2.1` (it is closed); one that is full may be emptied, and `5.7.x` is about us. Old
    servers say no more than 550."""
    enhanced = _ENHANCED.match(answer.reply.text)
    if enhanced:
        subject, detail = enhanced.groups()
        about = detail not in _ABOUT_SENDER if subject == "1" else subject == "2" and detail == _CLOSED
        return about and answer.command != "MAIL"
    return answer.command == "RCPT" and answer.reply.code in (550, 551, 553)


def _cannot(server: Server, error: Exception) -> CannotConnect:
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return CannotConnect(
            f"The mail server {server} does not accept this user name and password.",
            cause="login",
            after=_AFTER_BAD_LOGIN,
        )
    fault = error.__cause__ or error
    if isinstance(fault, ssl.SSLCertVerificationError):
        return CannotConnect(
            f"The certificate of the mail server {server} cannot be trusted: {fault.verify_message}.",
            cause="certificate",
        )
    if isinstance(fault, ssl.SSLError):
        return CannotConnect(
            f"The encryption of the mail server {server} cannot be trusted: {fault}.", cause="encryption"
        )
    return CannotConnect(
        f"The mail server {server} did not let us in: {str(error).rstrip('.')}.",
        cause="encryption" if "starttls" in str(error).lower() else "refused",
    )


def _why(error: OSError) -> str:
    """In words: a time-out has none of its own."""
    return (error.strerror or "").lower() or str(error) or "no answer"
