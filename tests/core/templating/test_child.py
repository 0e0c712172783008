"""The child's own parts, in this process: its cache, its clock, its way of answering."""

import signal
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import orjson
import pytest

from core.templating.child import CPU_PER_BATCH, FLUSH_AT, KEPT_SOURCE, KEPT_TEMPLATES, Cache, Child, Clock
from core.templating.outcomes import Failure
from core.templating.wire import frame, read_frame


@pytest.fixture
def clock() -> Iterator[Clock]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGPROF, signal.SIGVTALRM)}
    yield Clock()
    for number, handler in kept.items():
        signal.signal(number, handler)


def frames(out: BytesIO) -> list[Any]:
    out.seek(0)
    return [orjson.loads(one) for one in iter(lambda: read_frame(out), b"")]


def ask(clock: Clock, source: str, contexts: list[dict[str, Any]]) -> list[Any]:
    out = BytesIO()
    parts = [["text", source, False]]
    Child(clock, out).answer(
        orjson.dumps({"key": "k", "parts": parts, "common": {"shop": "F"}, "contexts": contexts})
    )
    return frames(out)


def burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_an_answer(clock: Clock) -> None:
    (answer,) = ask(clock, "{{ shop }} {{ a }}", [{"a": 1}, {"shop": "G"}])
    assert answer == {"outcomes": [{"text": "F 1"}, {"text": "G "}], "done": True}


def test_what_cannot_be_compiled_fails_for_all(clock: Clock) -> None:
    (answer,) = ask(clock, "\n{{ a|safe }}", [{}, {}])
    assert [outcome[0::3] for outcome in answer["outcomes"]] == [["error", 2]] * 2


def test_much_is_answered_in_pieces(clock: Clock) -> None:
    answers = ask(clock, "{{ a }}", [{"a": "x" * (FLUSH_AT // 2)}] * 5)
    assert len(answers) > 1
    assert sum(len(answer["outcomes"]) for answer in answers) == 5
    assert [answer.get("done", False) for answer in answers] == [False] * (len(answers) - 1) + [True]


def test_a_batch_that_takes_long_is_handed_back(clock: Clock) -> None:
    source = "{% for a in range(1000) %}{% for b in range(n) %}{% endfor %}{% endfor %}"
    (answer,) = ask(clock, source, [{"n": 300}] * 500)
    assert answer["done"]
    assert 0 < len(answer["outcomes"]) < 500


def test_control_characters_end_here(clock: Clock) -> None:
    (answer,) = ask(clock, "{{ a }}", [{"a": "x\x0ey"}])
    assert answer["outcomes"] == [{"text": "xy"}]


def test_the_clock_rings_and_is_quiet_afterwards(clock: Clock) -> None:
    outcome = clock.limited(0.05, lambda: burn(5))
    assert isinstance(outcome, Failure)
    assert outcome.kind == "too_slow"
    burn(0.1)
    assert clock.limited(0.2, lambda: "in time") == "in time"
    assert CPU_PER_BATCH > 0


def test_the_cache_keeps_what_was_used_last() -> None:
    cache = Cache()
    parts = [("text", "{{ a }}", False)]
    first = cache.get("first", parts)
    for number in range(KEPT_TEMPLATES - 1):
        cache.get(str(number), parts)
    assert cache.get("first", parts) is first
    cache.get("one more", parts)
    assert cache.get("first", parts) is first
    assert cache.get("0", parts) is not first
    assert len(cache._kept) == KEPT_TEMPLATES


def test_the_cache_is_bounded_by_size_too() -> None:
    cache = Cache()
    for number in range(5):
        cache.get(str(number), [("text", "x" * (KEPT_SOURCE // 3), False)])
    assert len(cache._kept) == 3


def test_a_broken_frame_is_the_end() -> None:
    assert read_frame(BytesIO(b"")) == b""
    assert read_frame(BytesIO(b"\x00\x00")) == b""
    assert read_frame(BytesIO(frame(b"abc"))) == b"abc"
