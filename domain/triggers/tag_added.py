"""Trigger: the contact gets a tag, by hand, by an import or from another automation."""

from datetime import datetime

from pydantic import Field

from domain.conditions import FALSE, Condition, Verdict
from domain.facts import Facts, Happening
from domain.triggers import Trigger, holds, trigger


@trigger(
    "tag_added",
    title="A tag is added",
    help="Somebody is marked with a certain tag",
    group="Contacts",
    icon="tag",
    summary="{tag}",
    sample={"tag": "vip"},
)
class TagAdded(Trigger):
    tag: str = Field(
        title="Tag",
        description="Which tag lets people in; those who have it already do not enter.",
        examples=["vip"],
        min_length=1,
        max_length=80,
        json_schema_extra={"x-widget": "tag"},
    )
    where: Condition | None = Field(
        default=None,
        title="Only if",
        description="For which of those who get the tag; empty is for all.",
        json_schema_extra={"x-widget": "condition"},
    )

    def listens(self) -> frozenset[str]:
        return frozenset({"contact.tag_added"})

    def matches(self, happening: Happening, facts: Facts, now: datetime) -> Verdict:
        if happening.properties.get("tag") != self.tag:
            return FALSE
        return holds(self.where, happening, facts, now)
