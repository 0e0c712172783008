"""A mail as bytes (RFC 5322, MIME): written by hand, since the standard library takes twenty-five times as long.

Nothing that is filled in can add a header: control characters end as spaces, and names and subjects are encoded.
"""

import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import blake2b

import idna

MAX_LINE = 998
"""Bytes that a line may have on its way (RFC 5321)."""

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_NEEDS_ENCODING = re.compile(r"[^\x20-\x7e]|=\?")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ .-]*")
_NOT_LOCAL = re.compile(r"[\s<>,;:\\\"()\[\]@]")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
_FOLD_AT = 62
"""The 78 characters of a line, less the name of the header."""
_ENCODED_WORD = 42
"""Bytes of text in one encoded word: it may have 75 characters with everything around them."""


class BadAddress(ValueError):  # noqa: N818 -- an error is named as the sentence that it is
    """This cannot be written to."""


@dataclass(frozen=True, slots=True)
class Address:
    email: str
    name: str = ""

    @property
    def wire(self) -> str:
        """As it is on the way: the domain in ASCII, the local part as it is. Raises BadAddress."""
        return _wire(self.email)

    @property
    def needs_smtputf8(self) -> bool:
        return not self.wire.isascii()

    def header(self) -> str:
        name = clean(self.name)
        if not name:
            return self.wire
        if _NEEDS_ENCODING.search(name):
            return f"{encoded_words(name)}\r\n <{self.wire}>"
        quoted = (
            name
            if _ATOMS.fullmatch(name) and "." not in name
            else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
        )
        return f"{quoted} <{self.wire}>"


@lru_cache(4096)
def _wire(email: str) -> str:
    local, at, domain = email.strip().rpartition("@")
    if not at or not local or _UNSAFE.search(email) or _NOT_LOCAL.search(local):
        raise BadAddress(f"“{clean(email)}” is no e-mail address.")
    return f"{local}@{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode() if not domain.isascii() else _checked(domain)
    except idna.IDNAError:
        raise BadAddress(f"“{domain}” is no domain that mail can go to.") from None


def _checked(domain: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[0-9A-Za-z.:]+\]", domain):
        raise BadAddress(f"“{domain}” is no domain that mail can go to.")
    return domain


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one recipient. `send_key` names it for ever: the Message-ID is made from it and stays the same."""

    sender: Address
    to: Address
    subject: str
    text: str
    html: str
    send_key: str
    date: datetime
    reply_to: Address | None = None
    unsubscribe_url: str | None = None
    """Where one click unsubscribes (RFC 8058); marketing mails have it."""
    unsubscribe_mailto: str | None = None
    feedback_id: str | None = None
    """Up to four names with colons between, by which Gmail sums up complaints: `campaign:customer:type:sender`."""
    auto_submitted: bool = False
    """Sent by a rule and not by a person: answering machines keep quiet (RFC 3834)."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def message_id(self) -> str:
        name = blake2b(self.send_key.encode(), digest_size=20).hexdigest()
        return f"<{name}@{self.sender.wire.rpartition('@')[2]}>"

    @property
    def needs_smtputf8(self) -> bool:
        addresses = (self.sender, self.to, self.reply_to)
        return any(address.needs_smtputf8 for address in addresses if address)

    def header_fields(self) -> dict[str, str]:
        """In the order in which they are written; names and values are safe."""
        return {name: value for name, value in self._headers() if value}

    def to_bytes(self, *, eight_bit: bool = True) -> bytes:
        """With CRLF throughout, and no dots stuffed. Without 8BITMIME at the server ask for `eight_bit=False`."""
        boundary = f"=_{blake2b(self.send_key.encode(), digest_size=12).hexdigest()}"
        lines = [f"{name}: {value}" for name, value in self.header_fields().items()]
        lines += ("MIME-Version: 1.0", f'Content-Type: multipart/alternative; boundary="{boundary}"', "", "")
        head = "\r\n".join(lines).encode()
        edge = f"--{boundary}\r\n".encode()
        text = _part("text/plain", self.text, eight_bit=eight_bit)
        html = _part("text/html", self.html, eight_bit=eight_bit)
        return b"".join((head, edge, text, edge, html, edge[:-2], b"--\r\n"))

    def _headers(self) -> Iterator[tuple[str, str | None]]:
        yield "From", self.sender.header()
        yield "To", self.to.header()
        yield "Reply-To", self.reply_to.header() if self.reply_to else None
        yield "Subject", header_text(self.subject) or " "
        yield "Date", _written(self.date)
        yield "Message-ID", self.message_id
        yield "List-Unsubscribe", self._list_unsubscribe()
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click" if self.unsubscribe_url else None
        yield "Feedback-ID", clean(self.feedback_id or "")
        yield "Auto-Submitted", "auto-generated" if self.auto_submitted else None
        for name, value in self.headers.items():
            if _HEADER_NAME.fullmatch(name):
                yield name, header_text(value)

    def _list_unsubscribe(self) -> str:
        """On one line however long it is: addresses that were folded have broken signatures (DKIM)."""
        mailto = f"mailto:{self.unsubscribe_mailto}" if self.unsubscribe_mailto else None
        return ", ".join(f"<{_UNSAFE.sub('', url)}>" for url in (self.unsubscribe_url, mailto) if url)


def clean(text: str) -> str:
    """One line, whatever was filled in."""
    return " ".join(_UNSAFE.sub(" ", text).split())


def header_text(text: str) -> str:
    line = clean(text)
    if _NEEDS_ENCODING.search(line) or max(map(len, line.split(" "))) > MAX_LINE // 2:
        return encoded_words(line)
    return _folded(line)


def _folded(line: str) -> str:
    """Lines of at most 78 characters where there are spaces; the name of the header needs some of them."""
    lines, current = list[str](), ""
    for word in line.split(" "):
        if current and len(current) + len(word) > _FOLD_AT:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    return "\r\n ".join([*lines, current])


def encoded_words(text: str) -> str:
    """RFC 2047, in base64; no character is cut in two."""
    chunks, current = list[bytes](), b""
    for character in text:
        encoded = character.encode()
        if len(current) + len(encoded) > _ENCODED_WORD:
            chunks.append(current)
            current = b""
        current += encoded
    return "\r\n ".join(f"=?utf-8?b?{b64encode(chunk).decode()}?=" for chunk in [*chunks, current])


def _part(content_type: str, content: str, *, eight_bit: bool) -> bytes:
    if "\r" in content:
        content = content.replace("\r\n", "\n").replace("\r", "\n")
    body = content.replace("\n", "\r\n").encode("utf-8", "replace")
    encoding = _encoding(body, eight_bit=eight_bit)
    body += b"\r\n"
    if encoding == "quoted-printable":
        body = b2a_qp(body, istext=True)  # breaks its lines as the first line of the text is broken
    head = f"Content-Type: {content_type}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body


def _encoding(body: bytes, *, eight_bit: bool) -> str:
    if _has_long_line(body):
        return "quoted-printable"
    if body.isascii():
        return "7bit"
    return "8bit" if eight_bit else "quoted-printable"


def _has_long_line(body: bytes) -> bool:
    """Leaps from line end to line end, a whole permitted length at a time."""
    position = 0
    while len(body) - position > MAX_LINE:
        end = body.rfind(b"\n", position, position + MAX_LINE + 2)
        if end < 0:
            return True
        position = end + 1
    return False


@lru_cache(256)
def _written(date: datetime) -> str:
    return format_datetime(date)
