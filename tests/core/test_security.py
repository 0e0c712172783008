"""Hashes, tokens, keys: what they promise, and what an attacker would try."""

import dataclasses
import statistics
import time
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from core import security
from core.security import CannotOpen, Keyring, Passwords, Signer

PASSWORD = "correct horse battery staple"


class TestPasswords:
    async def test_the_right_password_matches_and_a_wrong_one_does_not(self) -> None:
        passwords = Passwords()
        hashed = await passwords.hash(PASSWORD)
        assert hashed.startswith("$argon2id$")
        assert await passwords.verify(PASSWORD, hashed)
        assert not await passwords.verify(PASSWORD + " ", hashed)

    async def test_nobody_has_no_password(self) -> None:
        assert not await Passwords().verify(PASSWORD, None)
        assert not await Passwords().verify(PASSWORD, "not a hash")

    async def test_an_unknown_account_takes_as_long_as_a_known_one(self) -> None:
        passwords = Passwords()
        hashed = await passwords.hash(PASSWORD)
        await passwords.verify("warm up", None)

        async def took(against: str | None) -> float:
            begun = time.perf_counter()
            await passwords.verify("wrong", against)
            return time.perf_counter() - begun

        known = statistics.median([await took(hashed) for _ in range(7)])
        unknown = statistics.median([await took(None) for _ in range(7)])
        assert 0.5 < known / unknown < 2

    async def test_weaker_parameters_of_the_past_are_noticed(self) -> None:
        weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024).hash(PASSWORD)
        assert Passwords().is_outdated(weak)
        assert not Passwords().is_outdated(await Passwords().hash(PASSWORD))


class TestTokens:
    def test_they_are_256_bits_and_never_the_same(self) -> None:
        tokens = {security.new_token() for _ in range(1000)}
        assert len(tokens) == 1000
        assert min(map(len, tokens)) >= 43

    def test_only_the_digest_is_kept(self) -> None:
        token = security.new_token()
        assert token not in security.digest(token)
        assert len(security.digest(token)) == 64


class TestKeyring:
    @given(st.binary(max_size=500), st.text(max_size=50))
    def test_what_is_sealed_opens_in_its_place(self, plain: bytes, place: str) -> None:
        ring = Keyring([b"k" * 32])
        assert ring.open(ring.seal(plain, bound_to=place), bound_to=place) == plain

    def test_a_ciphertext_moved_to_another_row_does_not_open(self) -> None:
        ring = Keyring([b"k" * 32])
        sealed = ring.seal(b"token", bound_to="shop-a/1")
        with pytest.raises(CannotOpen):
            ring.open(sealed, bound_to="shop-b/1")

    @pytest.mark.parametrize("position", [0, 12, -1])
    def test_one_altered_byte_is_noticed(self, position: int) -> None:
        ring = Keyring([b"k" * 32])
        sealed = ring.seal(b"token", bound_to="here")
        altered = bytearray(sealed.ciphertext)
        altered[position] ^= 1
        with pytest.raises(CannotOpen):
            ring.open(dataclasses.replace(sealed, ciphertext=bytes(altered)), bound_to="here")

    def test_the_same_value_never_looks_the_same(self) -> None:
        ring = Keyring([b"k" * 32])
        assert ring.seal(b"x", bound_to="here") != ring.seal(b"x", bound_to="here")

    def test_a_retired_secret_opens_what_it_sealed_and_the_new_one_seals(self, tmp_path: Path) -> None:
        running, old = Keyring.of(tmp_path), Keyring.of(tmp_path).seal(b"old", bound_to="here")
        security.retire_instance_secret(tmp_path)
        rotated = Keyring.of(tmp_path)
        new = rotated.seal(b"new", bound_to="here")
        assert new.key_id != old.key_id
        assert rotated.open(old, bound_to="here") == b"old"
        assert running.open(new, bound_to="here") == b"new", (
            "a process that was running finds the new key by itself"
        )
        security.retire_instance_secret(tmp_path)
        assert Keyring.of(tmp_path).open(old, bound_to="here") == b"old", "after two rotations as well"

    def test_secrets_are_readable_by_their_owner_only(self, tmp_path: Path) -> None:
        Keyring.of(tmp_path)
        security.retire_instance_secret(tmp_path)
        assert [path.stat().st_mode & 0o077 for path in tmp_path.glob("*.key")] == [0, 0]


class TestSigner:
    @given(st.text())
    def test_a_signed_message_comes_back(self, message: str) -> None:
        signer = Signer([b"k" * 32])
        assert signer.unpack(signer.pack(message)) == message

    @given(st.text(alphabet=st.characters(codec="ascii")))
    def test_what_was_not_signed_is_nothing(self, packed: str) -> None:
        assert Signer([b"k" * 32]).unpack(packed) is None

    def test_links_survive_a_rotation_and_purposes_do_not_mix(self, tmp_path: Path) -> None:
        before = Signer.of(tmp_path, "links").sign("contact")
        security.retire_instance_secret(tmp_path)
        after = Signer.of(tmp_path, "links")
        assert after.knows("contact", before)
        assert after.sign("contact") != before
        assert not Signer.of(tmp_path, "csrf").knows("contact", before)
