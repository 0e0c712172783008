"""What publishing a draft would do to those who are inside, if they were moved: asked of the kernel before anybody is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from activities.enrolments import facts_of, ground, position_of, remember
from activities.plans import PLANS, Ready
from core.db import Db
from domain.definitions import Definition, compile_plan
from domain.kernel import run
from domain.kernel.moving import move, moves_at_once
from domain.kernel.values import Outcome, Reserve
from domain.sending import ADDRESSES
from models import standings
from models.automations import Automation
from models.enrolments import Placed
from models.standings import Group

MOST = 2_000
"""So many are asked about one by one; of more, so many are drawn and the rest is reckoned."""
MANY = 100
"""Messages at once that nobody should send by accident."""


@dataclass(frozen=True, slots=True)
class Moves:
    """How many would go on at once, would stand at another step, would leave; and the messages that go out at once."""

    at_once: int = 0
    elsewhere: int = 0
    leaving: int = 0
    messages: int = 0

    @property
    def moves_now(self) -> int:
        return self.at_once + self.elsewhere + self.leaving

    @property
    def confirm(self) -> int | None:
        """The number of messages that a person should have seen before it happens."""
        return self.messages if self.messages > MANY else None

    def __add__(self, other: "Moves") -> "Moves":
        return Moves(
            self.at_once + other.at_once,
            self.elsewhere + other.elsewhere,
            self.leaving + other.leaving,
            self.messages + other.messages,
        )

    def times(self, factor: float) -> "Moves":
        counts = (self.at_once, self.elsewhere, self.leaving, self.messages)
        return Moves(*(round(count * factor) for count in counts))


async def preview(db: Db, row: Automation, draft: Definition, now: datetime) -> Moves:
    """What moving everybody to this draft, which must be ready, would do at once."""
    groups = await standings.groups(db, row.id)
    older = await PLANS.versions(db, {group.version_id for group in groups})
    concerned = [
        group for group in groups if _concerned(group, older[group.version_id].plan.definition, draft)
    ]
    if not concerned:
        return Moves()
    newer = Ready(row.id, row.id, row.workspace_id, row.name, compile_plan(draft, row.id), now)
    people = await standings.sample(db, row.id, concerned, limit=MOST)
    total = sum(group.count for group in concerned)
    found = await _moved(db, people, newer, now)
    return found.times(total / len(people)) if len(people) < total else found


def _concerned(group: Group, old: Definition, new: Definition) -> bool:
    """Nobody moves whose step is as it was."""
    before, after = old.nodes.get(group.node), new.nodes.get(group.node)
    if before is None or after is None:
        return True
    return before.model_copy(update={"name": None}) != after.model_copy(update={"name": None})


async def _moved(db: Db, people: Sequence[Placed], newer: Ready, now: datetime) -> Moves:
    here = await ground(db, [newer.workspace_id], [row.contact_id for row in people])
    older = await PLANS.versions(db, {row.version_id for row in people})
    remembered = await remember(db, [(newer, row.contact_id) for row in people])
    total = Moves()
    for row in people:
        known = here.known[row.contact_id]
        facts = facts_of(known, row.data, remembered.get(row.contact_id, {}))
        before = position_of(row)
        after = move(older[row.version_id].plan, newer.plan, before, facts, now)
        if after.position is None:
            total += Moves(leaving=1)
        elif moves_at_once(before, after, now):
            onward = run(newer.plan, after.position, facts, now, limits=here.limits(newer, known))
            total += Moves(at_once=1, messages=_messages(onward))
        elif after.position.node != before.node:
            total += Moves(elsewhere=1)
    return total


def _messages(outcome: Outcome) -> int:
    """To people; a call to another system disturbs nobody."""
    reserved = [
        act for one in outcome.effects if isinstance(act := one.act, Reserve) and act.state == "reserved"
    ]
    return sum(act.channel in ADDRESSES for act in reserved)
