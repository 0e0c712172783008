"""Trigger: something happens that is about the contact, sent by a program or noticed by us."""

from datetime import datetime

from pydantic import Field

from domain.conditions import Condition, Verdict
from domain.facts import Facts, Happening
from domain.triggers import Trigger, holds, trigger


@trigger(
    "event",
    title="Something happens",
    help="An event arrives, such as an order or a sign-up",
    group="Events",
    icon="bolt",
    sample={"event": "order.placed"},
)
class SomethingHappens(Trigger):
    event: str = Field(
        title="Event",
        description="The name under which your program sends it.",
        examples=["order.placed"],
        min_length=1,
        max_length=200,
        json_schema_extra={"x-widget": "event"},
    )
    where: Condition | None = Field(
        default=None,
        title="Only if",
        description="Which of these events count, and for whom.",
        json_schema_extra={"x-widget": "condition"},
    )

    def listens(self) -> frozenset[str]:
        return frozenset({self.event})

    def matches(self, happening: Happening, facts: Facts, now: datetime) -> Verdict:
        return holds(self.where, happening, facts, now)
