"""Security: password hashes, tokens, keys derived from the instance's secret, and what is sealed with them."""

import asyncio
import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.settings import instance_secret

T = TypeVar("T")


class Passwords:
    """Argon2id. Two at a time, beside the event loop: a hash takes 64 MiB, and many at once would be an attack by memory."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(16))

    async def hash(self, password: str) -> str:
        return await self._aside(lambda: self._hasher.hash(password))

    async def verify(self, password: str, against: str | None) -> bool:
        """An unknown account (`against` is None) takes as long as a known one, so time tells nobody who exists."""
        return await self._aside(lambda: self._matches(password, against))

    def is_outdated(self, hashed: str) -> bool:
        """Whether the parameters have been raised since: hash again while the password is at hand."""
        return self._hasher.check_needs_rehash(hashed)

    def _matches(self, password: str, against: str | None) -> bool:
        try:
            matches = self._hasher.verify(against or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return matches and against is not None

    async def _aside(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def new_token() -> str:
    """256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token: enough to recognise it, useless to present. Plain SHA-256 is right for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def derive(secret: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose; keys of other purposes say nothing about it."""
    return HKDF(SHA256(), 32, salt=None, info=f"mainspring/{purpose}".encode()).derive(secret)


def instance_secrets(home: Path) -> list[bytes]:
    """The secret in force, then those that were retired: what they sealed and signed is still good."""
    retired = sorted(home.glob("retired-*.key"), reverse=True)
    return [instance_secret(home), *(bytes.fromhex(path.read_text().strip()) for path in retired)]


def retire_instance_secret(home: Path) -> None:
    """Begin a new secret; the old one goes on opening what it has sealed. Running processes notice by themselves."""
    number = len(list(home.glob("retired-*.key"))) + 1
    current, fresh = home / "secret.key", home / "next.key"
    instance_secret(home)
    (home / f"retired-{number:04}.key").hardlink_to(current)
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_hex(32))
    fresh.replace(
        current
    )  # at no instant is there no secret: a process that starts now would make one of its own


@dataclass(frozen=True, slots=True)
class Sealed:
    """`key_id` says which key opens it; the first 12 bytes of `ciphertext` are its nonce."""

    key_id: str
    ciphertext: bytes


class CannotOpen(Exception):  # noqa: N818 -- an error is named as the sentence that it is
    """The key is not here, or what is opened was made for another row or has been altered."""


class Keyring:
    """AES-256-GCM: seals with the first key, opens with any. `reload` reads the keys again when one is not known."""

    def __init__(self, keys: Sequence[bytes], *, reload: Callable[[], Sequence[bytes]] | None = None) -> None:
        self._reload = reload
        self._take(keys)

    @classmethod
    def of(cls, home: Path, purpose: str = "secrets") -> "Keyring":
        """The keys that this instance derives for a purpose, newest first."""

        def keys() -> list[bytes]:
            return [derive(secret, purpose) for secret in instance_secrets(home)]

        return cls(keys(), reload=keys)

    def _take(self, keys: Sequence[bytes]) -> None:
        self._keys = {hashlib.sha256(key).hexdigest()[:16]: AESGCM(key) for key in keys}
        self.current = next(iter(self._keys))

    def refresh(self) -> None:
        if self._reload:
            self._take(self._reload())

    def seal(self, plain: bytes, *, bound_to: str) -> Sealed:
        """`bound_to` names the place it belongs to; it opens nowhere else."""
        nonce = os.urandom(12)
        return Sealed(self.current, nonce + self._keys[self.current].encrypt(nonce, plain, bound_to.encode()))

    def open(self, sealed: Sealed, *, bound_to: str) -> bytes:
        if sealed.key_id not in self._keys:
            self.refresh()
        key = self._keys.get(sealed.key_id)
        if key is None:
            raise CannotOpen(f"no key {sealed.key_id}")
        nonce, ciphertext = sealed.ciphertext[:12], sealed.ciphertext[12:]
        try:
            return key.decrypt(nonce, ciphertext, bound_to.encode())
        except InvalidTag as error:
            raise CannotOpen("altered, or made for another row") from error


class Signer:
    """HMAC-SHA256 over text: signs with the first key, knows signatures by any. For links and CSRF tokens."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    @classmethod
    def of(cls, home: Path, purpose: str) -> "Signer":
        return cls([derive(secret, purpose) for secret in instance_secrets(home)])

    def sign(self, message: str) -> str:
        return _mac(self._keys[0], message)

    def knows(self, message: str, signature: str) -> bool:
        return any(same(_mac(key, message), signature) for key in self._keys)

    def pack(self, message: str) -> str:
        """The message with its signature, fit for a URL."""
        return f"{urlsafe_b64encode(message.encode()).rstrip(b'=').decode()}.{self.sign(message)}"

    def unpack(self, packed: str) -> str | None:
        """The message, when its signature is ours."""
        encoded, _, signature = packed.partition(".")
        try:
            message = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        except ValueError:
            return None
        return message if self.knows(message, signature) else None


def _mac(key: bytes, message: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, message.encode(), "sha256")).rstrip(b"=").decode()
