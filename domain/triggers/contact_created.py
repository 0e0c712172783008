"""Trigger: somebody becomes a contact."""

from datetime import datetime

from pydantic import Field

from domain.conditions import Condition, Verdict
from domain.facts import Facts, Happening
from domain.triggers import Trigger, holds, trigger


@trigger(
    "contact_created",
    title="A contact is added",
    help="By hand, by an import, a form or a program",
    group="Contacts",
    icon="user-plus",
    sample={},
)
class ContactCreated(Trigger):
    where: Condition | None = Field(
        default=None,
        title="Only if",
        description="For which new contacts; empty is for all.",
        json_schema_extra={"x-widget": "condition"},
    )

    def listens(self) -> frozenset[str]:
        return frozenset({"contact.created"})

    def matches(self, happening: Happening, facts: Facts, now: datetime) -> Verdict:
        return holds(self.where, happening, facts, now)
