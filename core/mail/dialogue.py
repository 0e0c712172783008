"""Speaks SMTP over a connection that is greeted, encrypted and signed in: one mail, in as few round trips as the server allows.

aiosmtplib does everything up to here. It awaits each answer before it goes on, which costs most of the time there is;
with PIPELINING (RFC 2920) sender, recipient and DATA travel together.
"""

import asyncio
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

_READY_FOR_DATA = 354
_LEAVING = 421
MAX_REPLY = 64_000


class Cut(ConnectionError):  # noqa: N818 -- an error is named as the sentence that it is
    """The line was cut, or the server fell silent. `handed_over`: it had the whole mail and may have kept it."""

    def __init__(self, reason: str, *, handed_over: bool = False) -> None:
        super().__init__(reason)
        self.handed_over = handed_over


@dataclass(frozen=True, slots=True)
class Reply:
    """`250 2.0.0 Ok`; several lines are joined."""

    code: int
    text: str

    @property
    def is_positive(self) -> bool:
        return 200 <= self.code < 400

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Envelope:
    """Addresses as they are on the way."""

    sender: str
    recipient: str
    eight_bit: bool = False
    smtputf8: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply that decided, and to what: `MAIL`, `RCPT`, `DATA`, or `.` for the mail itself."""

    command: str
    reply: Reply


class Dialogue(asyncio.Protocol):
    """Takes a transport over from whoever opened it."""

    def __init__(
        self, transport: asyncio.Transport, *, extensions: Collection[str], timeout: float, patience: float
    ) -> None:
        self._transport = transport
        self._pipelining = "pipelining" in extensions
        self.extensions = extensions
        self._timeout = timeout
        self._patience = patience
        self._buffer = bytearray()
        self._lines: list[str] = []
        self._waiting: deque[asyncio.Future[Reply]] = deque()
        self.is_open = True
        self.sent = 0
        transport.set_protocol(self)

    async def deliver(self, envelope: Envelope, content: bytes) -> Answer:
        """Raises Cut; the connection is of no use after that."""
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._open_mail(envelope)
        except TimeoutError:
            raise self._give_up("The mail server did not answer in time.", handed_over=False) from None
        if answer.reply.code != _READY_FOR_DATA:
            return answer
        return Answer(".", await self._hand_over(content))

    def abort(self) -> None:
        """For a conversation that was left in the middle."""
        self._give_up("The conversation was broken off.", handed_over=False)

    def close(self) -> None:
        if self.is_open:
            self._transport.write(b"QUIT\r\n")
            self._transport.close()
        self.is_open = False

    async def _open_mail(self, envelope: Envelope) -> Answer:
        commands = (("MAIL", _mail(envelope)), ("RCPT", f"RCPT TO:<{envelope.recipient}>"), ("DATA", "DATA"))
        if not self._pipelining:
            return await self._one_by_one(commands)
        replies = await self._ask(*(line for _, line in commands))
        answers = [Answer(name, reply) for (name, _), reply in zip(commands, replies, strict=True)]
        refused = next((answer for answer in answers if not answer.reply.is_positive), None)
        if refused is None:
            return answers[-1]
        if answers[-1].reply.code == _READY_FOR_DATA:  # it would take a mail for nobody: end it empty
            await self._ask(".")
        await self._reset(refused)
        return refused

    async def _one_by_one(self, commands: tuple[tuple[str, str], ...]) -> Answer:
        answer = Answer("MAIL", Reply(0, ""))
        for name, line in commands:
            (reply,) = await self._ask(line)
            answer = Answer(name, reply)
            if not reply.is_positive:
                await self._reset(answer)
                break
        return answer

    async def _reset(self, refused: Answer) -> None:
        """The next mail must not find the sender of this one."""
        if refused.reply.code == _LEAVING:
            self.is_open = False
            self._transport.close()
        elif refused.command != "MAIL":
            await self._ask("RSET")

    async def _hand_over(self, content: bytes) -> Reply:
        reply = self._expect()
        self._write(stuffed(content))
        try:
            async with asyncio.timeout(self._patience):
                final = await reply
        except TimeoutError:
            raise self._give_up("The mail server took the mail and fell silent.", handed_over=True) from None
        except Cut as cut:
            raise Cut(str(cut), handed_over=True) from cut
        self.sent += 1
        return final

    async def _ask(self, *lines: str) -> list[Reply]:
        replies = [self._expect() for _ in lines]
        self._write("".join(f"{line}\r\n" for line in lines).encode())
        return [await reply for reply in replies]

    def _expect(self) -> asyncio.Future[Reply]:
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append(reply)
        return reply

    def _write(self, data: bytes) -> None:
        if not self.is_open:
            raise self._give_up("The mail server closed the connection.", handed_over=False)
        self._transport.write(data)

    def _give_up(self, reason: str, *, handed_over: bool) -> Cut:
        self.is_open = False
        self._transport.abort()
        self._fail_waiting(reason)
        return Cut(reason, handed_over=handed_over)

    def _fail_waiting(self, reason: str) -> None:
        while self._waiting:
            reply = self._waiting.popleft()
            if not reply.done():
                reply.set_exception(Cut(reason))
                reply.exception()  # nobody may be left to read it

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        *lines, rest = bytes(self._buffer).split(b"\n")
        self._buffer = bytearray(rest)
        if len(rest) > MAX_REPLY or len(self._lines) > MAX_REPLY // 100:
            self._give_up("The mail server talks without end.", handed_over=False)
            return
        for line in lines:
            self._take_line(line.decode("utf-8", "replace").rstrip("\r"))

    def _take_line(self, line: str) -> None:
        self._lines.append(line[4:].strip())
        if line[3:4] == "-":
            return
        text = " ".join(self._lines)[:500]
        self._lines.clear()
        if not line[:3].isdecimal() or not self._waiting:  # nobody asked: it says goodbye
            self._give_up(f"The mail server said: {line[:200]}", handed_over=False)
            return
        reply = self._waiting.popleft()
        if not reply.done():
            reply.set_result(Reply(int(line[:3]), text))

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        self._fail_waiting(f"The mail server closed the connection{f': {exc}' if exc else '.'}")


def _mail(envelope: Envelope) -> str:
    body = " BODY=8BITMIME" if envelope.eight_bit else ""
    return f"MAIL FROM:<{envelope.sender}>{body}{' SMTPUTF8' if envelope.smtputf8 else ''}"


def stuffed(content: bytes) -> bytes:
    """With dots doubled where a line begins with one, and the dot that ends it."""
    doubled = content.replace(b"\r\n.", b"\r\n..")
    start = b"." if doubled.startswith(b".") else b""
    end = b".\r\n" if doubled.endswith(b"\r\n") else b"\r\n.\r\n"
    return start + doubled + end
