"""Real child processes: what a text can do to others, which is nothing."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.templating import Failure, Part, Rendered, Renderer, Template
from core.templating.child import MEMORY
from core.templating.renderer import GIVE_UP_AFTER
from tests.core.templating.hostile import HOSTILE

HELLO = Template.text("Hello {{ contact.name }}")
CONTEXT = {"contact": {"email": "ada@shop.example", "tags": ["x"], "_secret": "S3CRET", "name": "Ada"}}


@pytest.fixture(scope="module")
async def renderer() -> AsyncIterator[Renderer]:
    async with Renderer(children=2) as renderer:
        yield renderer


def pids(renderer: Renderer) -> list[int]:
    return [process._child.pid for process in renderer._processes if process._child]


async def test_all_parts_are_filled_with_the_same_values(renderer: Renderer) -> None:
    template = Template(
        {"subject": Part("Hi {{ a }} & co"), "html": Part("<p>{{ a }}{{ b }}</p>", html=True)}
    )
    outcomes = await renderer.render_many(
        template, [{"a": "<1>"}, {"a": "2", "b": "own"}], common={"b": "shared"}
    )
    assert outcomes == [
        Rendered({"subject": "Hi <1> & co", "html": "<p>&lt;1&gt;shared</p>"}),
        Rendered({"subject": "Hi 2 & co", "html": "<p>2own</p>"}),
    ]


async def test_many_contexts_keep_their_order(renderer: Renderer) -> None:
    contexts = [{"contact": {"name": str(number)}} for number in range(2_345)]
    outcomes = await renderer.render_many(HELLO, contexts)
    assert [outcome.parts["text"] for outcome in outcomes if isinstance(outcome, Rendered)] == [
        f"Hello {number}" for number in range(2_345)
    ]


async def test_nothing_in_nothing_out(renderer: Renderer) -> None:
    assert await renderer.render_many(HELLO, []) == []


async def test_large_results_arrive_whole(renderer: Renderer) -> None:
    outcomes = await renderer.render_many(Template.text("{{ a }}"), [{"a": "ä" * 400_000}] * 5)
    assert all(isinstance(outcome, Rendered) and len(outcome.only) == 400_000 for outcome in outcomes)


async def test_one_bad_context_fails_alone(renderer: Renderer) -> None:
    template = Template.text("line one\n{{ 10 // contact.share }}")
    outcomes = await renderer.render_many(template, [{"contact": {"share": share}} for share in (5, 0, 2)])
    assert [type(outcome) for outcome in outcomes] == [Rendered, Failure, Rendered]
    assert outcomes[1] == Failure("error", "Here something is divided by zero.", "text", 2)


async def test_a_slow_context_fails_alone(renderer: Renderer) -> None:
    template = Template.text(
        "{% for a in range(n) %}{% for b in range(n) %}{% for c in range(n) %}{% endfor %}{% endfor %}{% endfor %}x"
    )
    outcomes = await renderer.render_many(template, [{"n": n} for n in (1, 1000, 2, 1000, 3)])
    assert [isinstance(outcome, Rendered) for outcome in outcomes] == [True, False, True, False, True]
    assert isinstance(outcomes[1], Failure)
    assert outcomes[1].kind == "too_slow"


async def test_after_some_heavy_contexts_in_a_row_the_rest_is_not_tried(renderer: Renderer) -> None:
    template = Template.text(HOSTILE["nested silent loops"])
    before = cpu_of_children()
    outcomes = await renderer.render_many(template, [CONTEXT] * 200)
    assert {outcome.kind for outcome in outcomes if isinstance(outcome, Failure)} == {"too_slow"}
    assert len(outcomes) == 200
    assert cpu_of_children() - before < GIVE_UP_AFTER


async def test_values_that_are_no_plain_data_fail_alone(renderer: Renderer) -> None:
    outcomes = await renderer.render_many(HELLO, [CONTEXT, {"contact": {1: 10**30}}, CONTEXT])
    assert [getattr(outcome, "kind", "fine") for outcome in outcomes] == ["fine", "not_plain_data", "fine"]


async def test_objects_arrive_as_texts_only(renderer: Renderer) -> None:
    class User:
        password = "S3CRET"

        def __str__(self) -> str:
            return "a user"

    outcome = await renderer.render(Template.text("{{ user }} {{ user.password }}"), {"user": User()})
    assert outcome == Rendered({"text": "a user "})


async def test_control_characters_of_values_do_not_arrive(renderer: Renderer) -> None:
    outcome = await renderer.render(Template.html("<p>{{ a }}</p>"), {"a": "x\x0e1\x1fy\x00\nz"})
    assert outcome == Rendered({"html": "<p>x1y\nz</p>"})


def environment_of(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


async def test_children_know_no_secret_of_ours(renderer: Renderer) -> None:
    for pid in pids(renderer):
        environment = environment_of(pid)
        assert {line.split(b"=")[0] for line in environment if line} <= {b"PYTHONDONTWRITEBYTECODE", b"PYTHONUTF8", b"PATH", b"LC_CTYPE"}  # fmt: skip


async def test_a_killed_child_is_replaced_and_nothing_is_lost(renderer: Renderer) -> None:
    template = Template.text("{% for a in range(300) %}{{ contact.name }}{% endfor %}")
    work = asyncio.ensure_future(renderer.render_many(template, [CONTEXT] * 3_000))
    await asyncio.sleep(0.15)
    for pid in pids(renderer):
        os.kill(pid, signal.SIGKILL)
    outcomes = await work
    assert len(outcomes) == 3_000
    assert all(isinstance(outcome, Rendered) for outcome in outcomes)


async def test_a_cancelled_call_leaves_no_answer_behind(renderer: Renderer) -> None:
    slow = Template.text(HOSTILE["nested silent loops"])
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(renderer.render(slow, CONTEXT), 0.05)
    for name in "abc":
        assert await renderer.render(HELLO, {"contact": {"name": name}}) == Rendered(
            {"text": f"Hello {name}"}
        )


def peak_memory(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) * 1024


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_text_ends_soon_and_the_child_goes_on(renderer: Renderer, name: str) -> None:
    """Two seconds of CPU at most; elapsed time is not ours alone on a machine that does other things."""
    before = cpu_of_children()
    outcome = await renderer.render(Template.html(HOSTILE[name]), CONTEXT, tenant="hostile")
    shown = str(outcome)
    assert "S3CRET" not in shown
    assert "class &#39;" not in shown
    assert "root:" not in shown
    assert cpu_of_children() - before < 2
    assert await renderer.render(HELLO, CONTEXT) == Rendered({"text": "Hello Ada"})
    assert max(map(peak_memory, pids(renderer))) <= MEMORY


def cpu_of_children() -> float:
    """Of all children of this process, ended ones included."""
    ended = os.times()
    running = 0.0
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            fields = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
            running += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return running + ended.children_user + ended.children_system


async def test_a_hostile_tenant_delays_nobody(renderer: Renderer) -> None:
    """He keeps twenty calls waiting; the neighbour's mails go out as if he were alone."""
    attack = Template.text(HOSTILE["slow filters"])
    flood = [asyncio.ensure_future(renderer.render(attack, CONTEXT, tenant="hostile")) for _ in range(20)]
    await asyncio.sleep(0.1)
    delays: list[float] = []
    for _ in range(20):
        began = time.monotonic()
        await renderer.render(HELLO, CONTEXT, tenant="neighbour")
        delays.append(time.monotonic() - began)
    for call in flood:
        call.cancel()
    await asyncio.gather(*flood, return_exceptions=True)
    assert max(delays) < 1, delays


async def test_stopping_leaves_no_process() -> None:
    renderer = Renderer(children=1)
    await renderer.render(HELLO, CONTEXT)
    (pid,) = pids(renderer)
    await renderer.stop()
    assert not is_alive(pid)


async def test_a_child_leaves_with_its_parent() -> None:
    code = (
        "import asyncio, os\n"
        "from core.templating import Renderer\n"
        "async def main():\n"
        "    renderer = Renderer(children=1)\n"
        "    await renderer.start()\n"
        "    print(renderer._processes[0]._child.pid, flush=True)\n"
        "    os._exit(9)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    out, _ = await parent.communicate()
    for _ in range(100):
        if not is_alive(int(out)):
            return
        await asyncio.sleep(0.05)
    pytest.fail("the child outlived its parent")


async def test_lone_fields(renderer: Renderer) -> None:
    context: dict[str, Any] = {"contact": {"name": None}}
    assert await renderer.render(
        Template.text("[{{ contact.name }}][{{ contact.age > 3 }}]"), context
    ) == Rendered({"text": "[][false]"})


async def test_a_child_that_was_warmed_is_the_one_that_answers() -> None:
    renderer = Renderer(children=1)
    try:
        await asyncio.gather(renderer.warm(), renderer.render(HELLO, CONTEXT))
        warmed = pids(renderer)
        await renderer.render(HELLO, CONTEXT)
        assert pids(renderer) == warmed
        assert len(warmed) == 1
    finally:
        await renderer.stop()
