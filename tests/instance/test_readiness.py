"""`/readyz` on a whole instance: it says which part is away while it is, and is ready again soon after the part is back."""

import signal
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import httpx
import pytest

from tests.instance.conftest import Instance

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
RECOVERY = 10.0  # seconds after the part is back
RESTART = 60.0  # how long the part itself may take, on a machine that is busy with other tests


@pytest.mark.parametrize("part", ["Postgres", "Temporal", "Worker"])
def test_it_says_who_is_away_and_is_ready_soon_after(instance: Instance, part: str) -> None:
    word = f"{part} is back"
    before = said(instance).count(word)
    with nobody_looking_after(instance):
        instance.kill(part)
        until(lambda: away(instance, part.lower()), within=5.0, what=f"{part} is killed and seems well")
        assert away(instance, part.lower()), "it says so for as long as it is"
    until(lambda: said(instance).count(word) > before, within=RESTART, what=f"{part} was not started again")
    until(instance.ready, within=RECOVERY, what=f"{part} is back and the instance is not ready")


@contextmanager
def nobody_looking_after(instance: Instance) -> Generator[None]:
    """What is killed meanwhile stays away; else it may be back before anybody asks."""
    instance.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        instance.process.send_signal(signal.SIGCONT)


def said(instance: Instance) -> str:
    """What `make run` printed so far."""
    return (instance.home / "run.log").read_text()


def away(instance: Instance, part: str) -> bool:
    answer = httpx.get(f"{instance.url}/readyz", timeout=5)
    body = answer.json()
    if answer.status_code == 200:
        assert body == {"status": "ready", "parts": dict.fromkeys(("postgres", "temporal", "worker"), "ok")}
        return False
    assert (answer.status_code, body["status"]) == (503, "not_ready")
    return body["parts"][part] == "away"


def until(holds: Callable[[], bool], *, within: float, what: str) -> None:
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, f"{what}, after {within:.0f} s"
        time.sleep(0.02)
