"""The links of a message that come back to us: counted clicks, noticed openings, unsubscribing. Signed, so nobody can make one up.

A token is `key (1 byte) · signature (12 bytes) · payload` in base64url: the shortest that is safe, since mail programs
fold long headers. A destination travels inside of its token, so there is no redirect to anywhere else.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Literal
from uuid import UUID

from domain.emails.marks import LINK, LINK_END, NUMBER_END, PIXEL

CLICK_PATH, OPEN_PATH, UNSUBSCRIBE_PATH = "/t/c/", "/t/o/", "/unsubscribe/"
Purpose = Literal["click", "open", "unsubscribe"]

MAX_URL = 2_000
_HREF = 'href="'
_MAC = 12
_ID = 16
_NUMBER = 2
_MAX_NUMBER = 2 ** (8 * _NUMBER) - 1
_TOPICS: Mapping[str, bytes] = {"marketing": b"\1", "transactional": b"\2"}
_NAMED = 128
"""A topic of another name: this plus the length of the name, then the name."""
_TOPIC_NAMES = {code: name for name, code in _TOPICS.items()}
_GAPS = re.compile(r"\n{3,}")
_OURS = r"""https?://[^\s"'<>]{1,255}?"""
_COUNTED_LINK = re.compile(rf"{_OURS}{CLICK_PATH}([A-Za-z0-9_-]+)")
_NOTICED = re.compile(rf'<img src="{_OURS}{OPEN_PATH}([A-Za-z0-9_-]+)"[^>]*>')


@dataclass(frozen=True, slots=True)
class Click:
    """`link` is the number of the link in its version of the mail."""

    workspace_id: UUID
    message_id: UUID
    link: int
    url: str


@dataclass(frozen=True, slots=True)
class Opening:
    workspace_id: UUID
    message_id: UUID


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """Good for ever: people find the link in mails of years ago. `message_id` says which mail it was, where there is one."""

    workspace_id: UUID
    contact_id: UUID
    topic: str
    message_id: UUID | None = None


class Keys:
    """Signs with the first key and knows the signatures of all; give the newest first."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple((hashlib.sha256(b"link key" + key).digest()[:1], key) for key in keys)

    def sign(self, purpose: Purpose, payload: bytes) -> str:
        name, key = self._keys[0]
        return _encode(name + _mac(key, purpose, payload) + payload)

    def verify(self, purpose: Purpose, token: str) -> bytes | None:
        """The payload, or None of a token that is not ours or is for something else."""
        raw = _decode(token)
        if raw is None or len(raw) <= 1 + _MAC:
            return None
        name, mac, payload = raw[:1], raw[1 : 1 + _MAC], raw[1 + _MAC :]
        candidates = (key for known, key in self._keys if known == name)
        return (
            payload
            if any(hmac.compare_digest(mac, _mac(key, purpose, payload)) for key in candidates)
            else None
        )


def _mac(key: bytes, purpose: str, payload: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + payload, "sha256")[:_MAC]


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(token: str) -> bytes | None:
    """One token has one spelling: no padding, no characters that are passed over."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    return raw if _encode(raw) == token else None


def sign_click(keys: Keys, click: Click) -> str:
    number = min(click.link, _MAX_NUMBER).to_bytes(_NUMBER, "big")
    return keys.sign("click", click.workspace_id.bytes + click.message_id.bytes + number + click.url.encode())


def read_click(keys: Keys, token: str) -> Click | None:
    payload = keys.verify("click", token)
    if payload is None:
        return None
    workspace_id, message_id = _uuids(payload[: 2 * _ID])
    rest = payload[2 * _ID :]
    return Click(workspace_id, message_id, int.from_bytes(rest[:_NUMBER], "big"), rest[_NUMBER:].decode())


def sign_opening(keys: Keys, opening: Opening) -> str:
    return keys.sign("open", opening.workspace_id.bytes + opening.message_id.bytes)


def read_opening(keys: Keys, token: str) -> Opening | None:
    payload = keys.verify("open", token)
    if payload is None:
        return None
    workspace_id, message_id = _uuids(payload)
    return Opening(workspace_id, message_id)


def sign_unsubscription(keys: Keys, one: Unsubscription) -> str:
    topic = _TOPICS.get(one.topic) or bytes([_NAMED + len(one.topic.encode())]) + one.topic.encode()
    ids = one.workspace_id.bytes + one.contact_id.bytes + (one.message_id.bytes if one.message_id else b"")
    return keys.sign("unsubscribe", topic + ids)


def read_unsubscription(keys: Keys, token: str) -> Unsubscription | None:
    payload = keys.verify("unsubscribe", token)
    if payload is None:
        return None
    topic = _TOPIC_NAMES.get(payload[:1])
    length = 1 if topic else 1 + payload[0] - _NAMED
    ids = _uuids(payload[length:])
    return Unsubscription(ids[0], ids[1], topic or payload[1:length].decode(), ids[2] if ids[2:] else None)


def _uuids(raw: bytes) -> list[UUID]:
    return [UUID(bytes=raw[start : start + _ID]) for start in range(0, len(raw), _ID)]


@dataclass(frozen=True, slots=True)
class Tracking:
    """What is counted of one message. `base_url` is the address of this instance, without a slash at its end."""

    keys: Keys
    base_url: str
    workspace_id: UUID
    message_id: UUID
    clicks: bool = True
    openings: bool = True
    _signed: dict[tuple[int, str], str] = field(
        default_factory=dict[tuple[int, str], str], compare=False, repr=False
    )
    """The HTML and the text of a message have the same links: each is signed once."""

    def click_url(self, number: int, url: str) -> str:
        signed = self._signed.get((number, url))
        if signed is None:
            click = Click(self.workspace_id, self.message_id, number, url)
            signed = f"{self.base_url}{CLICK_PATH}{sign_click(self.keys, click)}"
            self._signed[number, url] = signed
        return signed

    def open_url(self) -> str:
        return f"{self.base_url}{OPEN_PATH}{sign_opening(self.keys, Opening(self.workspace_id, self.message_id))}"


def unsubscribe_url(keys: Keys, base_url: str, one: Unsubscription) -> str:
    """For `{{ unsubscribe_url }}` and for the List-Unsubscribe header alike."""
    return f"{base_url}{UNSUBSCRIBE_PATH}{sign_unsubscription(keys, one)}"


def finish_html(html: str, tracking: Tracking | None) -> str:
    """Puts tracked addresses and the pixel where the compiled mail has its marks; without tracking, takes the marks out."""
    head, *pieces = html.split(LINK)
    return (head + "".join(_html_link(piece, tracking) for piece in pieces)).replace(PIXEL, _pixel(tracking))


def finish_text(text: str, tracking: Tracking | None) -> str:
    """Also closes the gaps that are left where a part of the mail was not for this contact."""
    head, *pieces = text.split(LINK)
    finished = head + "".join(_text_link(piece, tracking) for piece in pieces)
    lines = "\n".join(map(str.rstrip, finished.split("\n")))
    return (_GAPS.sub("\n\n", lines) if "\n\n\n" in lines else lines).strip() + "\n"


def finish_line(line: str) -> str:
    """A subject or a name: one line, whatever was filled in."""
    return " ".join(line.split())


def quiet_html(html: str, keys: Keys) -> str:
    """A finished mail to look at: without the pixel, and its links lead straight to where they lead. Looking is not opening."""
    silent = _NOTICED.sub(lambda found: "" if read_opening(keys, found[1]) else found[0], html)
    return _COUNTED_LINK.sub(_straight(keys, escape), silent)


def quiet_text(text: str, keys: Keys) -> str:
    return _COUNTED_LINK.sub(_straight(keys, str), text)


def _straight(keys: Keys, write: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
    def lead(found: re.Match[str]) -> str:
        click = read_click(keys, found[1])
        return write(click.url) if click else found[0]

    return lead


def _pixel(tracking: Tracking | None) -> str:
    if tracking is None or not tracking.openings:
        return ""
    return f'<img src="{tracking.open_url()}" width="1" height="1" alt="" style="display:block;border:0">'


def _html_link(piece: str, tracking: Tracking | None) -> str:
    """`7␑href="https://…" …`: values are escaped, so the next quote is the end of the address."""
    number, _, rest = piece.partition(NUMBER_END)
    address, _, tail = rest.removeprefix(_HREF).partition('"')
    return f'{_HREF}{_counted(number, unescape(address), tracking) or address}"{tail}'


def _text_link(piece: str, tracking: Tracking | None) -> str:
    number, _, rest = piece.partition(NUMBER_END)
    address, _, tail = rest.partition(LINK_END)
    return f"{_counted(number, address, tracking) or address}{tail}"


def _counted(number: str, address: str, tracking: Tracking | None) -> str | None:
    """None for what is not counted: mail addresses, places in the mail, and what no mail program would follow."""
    address = address.strip()
    if tracking is None or not tracking.clicks or not number.isdecimal() or len(address) > MAX_URL:
        return None
    if not address.lower().startswith(("https://", "http://")):
        return None
    return tracking.click_url(int(number), address)
