"""Who waits for a message in doubt goes on when a person has decided: it arrived, it did not, or it is sent once more."""

from collections import Counter
from typing import Any

from sqlalchemy import text

from activities import attention as deciding
from core.db import Scope, session
from models import clocks
from models.attention import Which
from tests.engine.test_holds import entered, settle, tag, tags
from tests.engine.test_passages import DAY, contact, happen, publish
from tests.fakes.sink import Sink, sink
from tests.workflows.conftest import Sandbox


def asking(receiver: Sink) -> dict[str, Any]:
    call = {
        "kind": "http_request",
        "url": f"{receiver.url}/hook",
        "body": "{}",
        "save_as": "shop",
        "next": "done",
        "on_failure": "missed",
    }
    return entered({"call": call, "done": tag("done"), "missed": tag("missed")})


async def in_doubt(sandbox: Sandbox, receiver: Sink) -> None:
    """Ada stands at a call that the receiver has taken and answered with an error of its own."""
    receiver.status = 500
    await publish(sandbox, asking(receiver))
    await happen(sandbox, "signed_up", await contact(sandbox))
    await sandbox.advance(by=DAY)
    assert (await states(sandbox), await tags(sandbox)) == (["unknown"], Counter())


async def states(sandbox: Sandbox) -> list[str]:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        return list((await db.execute(text("select state from messages"))).scalars())


async def resolve(sandbox: Sandbox, outcome: deciding.Outcome) -> None:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        now = await clocks.now(db, sandbox.id)
        await deciding.resolve(db, sandbox.id, Which(state="unknown"), outcome, by="Maya", now=now)
    await settle(sandbox)


async def test_it_arrived(sandbox: Sandbox) -> None:
    async with sink() as receiver:
        await in_doubt(sandbox, receiver)
        await resolve(sandbox, "sent")
        assert len(receiver.received) == 1
    assert (await states(sandbox), await tags(sandbox)) == (["sent"], Counter({"done": 1}))


async def test_it_did_not_and_shall_not(sandbox: Sandbox) -> None:
    async with sink() as receiver:
        await in_doubt(sandbox, receiver)
        await resolve(sandbox, "not_sent")
        assert len(receiver.received) == 1
    assert (await states(sandbox), await tags(sandbox)) == (["dropped"], Counter({"missed": 1}))


async def test_it_is_sent_once_more_under_its_key(sandbox: Sandbox) -> None:
    async with sink() as receiver:
        await in_doubt(sandbox, receiver)
        receiver.status = 200
        async with session(Scope(workspaces=(sandbox.id,))) as db:
            assert (await deciding.retry(db, sandbox.id, Which(state="unknown"))).count == 1
        await settle(sandbox)
        [first, second] = receiver.received
    assert first == second, "the receiver can tell that it is the same one"
    assert (await states(sandbox), await tags(sandbox)) == (["sent"], Counter({"done": 1}))
