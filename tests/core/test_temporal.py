"""What is sealed on its way to Temporal, and opened again after the instance's secret was changed."""

from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload

from core.security import CannotOpen, instance_secrets, retire_instance_secret
from core.temporal import Encryption

SAID = Payload(metadata={"encoding": b"json/plain"}, data=b'"an id"')


async def test_what_is_sealed_says_nothing_and_opens_again(tmp_path: Path) -> None:
    codec = Encryption(*instance_secrets(tmp_path))
    [sealed] = await codec.encode([SAID])
    assert b"an id" not in sealed.SerializeToString()
    assert await codec.decode([sealed, SAID]) == [SAID, SAID]


async def test_what_waits_is_readable_after_the_secret_was_retired(tmp_path: Path) -> None:
    [sealed] = await Encryption(*instance_secrets(tmp_path)).encode([SAID])
    retire_instance_secret(tmp_path)
    assert await Encryption(*instance_secrets(tmp_path)).decode([sealed]) == [SAID]


async def test_a_stranger_opens_nothing(tmp_path: Path) -> None:
    [sealed] = await Encryption(*instance_secrets(tmp_path / "ours")).encode([SAID])
    with pytest.raises(CannotOpen):
        await Encryption(*instance_secrets(tmp_path / "theirs")).decode([sealed])
