"""Keys that were just recognised are remembered for two seconds, and not one longer than they are good."""

from uuid import uuid4

import pytest

from domain.permissions import Caller
from models.api_keys import KnownKeys


def caller() -> Caller:
    return Caller(kind="api_key", id=uuid4(), name="Shop", workspace_id=uuid4(), permissions=frozenset())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock, to be moved by hand."""
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_a_key_is_known_for_two_seconds(clock: list[float]) -> None:
    keys, shop = KnownKeys(), caller()
    keys.remember("a", shop)
    clock[0] += 1.99
    assert keys.get("a") is shop
    clock[0] += 0.02
    assert keys.get("a") is None


def test_a_revoked_one_is_forgotten_at_once(clock: list[float]) -> None:
    keys = KnownKeys()
    keys.remember("a", caller())
    keys.forget("a")
    keys.forget("never seen")
    assert keys.get("a") is None


def test_nobody_fills_the_memory(clock: list[float]) -> None:
    keys = KnownKeys(most=100)
    for number in range(1000):
        keys.remember(str(number), caller())
    assert sum(keys.get(str(number)) is not None for number in range(1000)) <= 100
