"""Step: write down something about the contact."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from domain.conditions import lookup
from domain.facts import Facts
from domain.steps import Changes, Params, Scalar, SetAttribute, step

# A value is either written out, or all of it is taken from somewhere: that keeps a number a number.
_TAKEN_FROM = re.compile(r"\{\{\s*((?:contact|event|data)\.[A-Za-z0-9_.-]+)\s*\}\}")

_ONE_VALUE = "Take over one value as a whole, such as {{ event.plan }}, or write out a text."


class SetAttributeParams(Params):
    attribute: str = Field(
        title="Field",
        description="Which of your own fields to fill in.",
        examples=["favourite_drink"],
        pattern=r"^[A-Za-z][A-Za-z0-9_]{0,59}$",
        json_schema_extra={"x-widget": "attribute"},
    )
    value: Annotated[str, StringConstraints(max_length=5_000)] | int | float | bool | None = Field(
        default=None,
        title="Value",
        description="What to write there, or {{ event.plan }} to take it over from elsewhere. Empty clears the field.",
        examples=["gold"],
        json_schema_extra={"x-widget": "template"},
    )

    @field_validator("value")
    @classmethod
    def _whole(cls, value: Scalar) -> Scalar:
        if isinstance(value, str) and "{{" in value and not _TAKEN_FROM.fullmatch(value.strip()):
            raise PydanticCustomError("value", "{reason}", {"reason": _ONE_VALUE})
        return value


@step(
    "set_attribute",
    title="Change a field",
    help="Write down something about the person",
    group="Data",
    icon="pencil",
    summary="{attribute}: {value}",
    sample={"attribute": "level", "value": "gold"},
)
def set_attribute(params: SetAttributeParams, facts: Facts) -> Changes:
    return (SetAttribute(params.attribute, _value(params.value, facts)),)


def _value(value: Scalar, facts: Facts) -> Scalar:
    taken_from = _TAKEN_FROM.fullmatch(value.strip()) if isinstance(value, str) else None
    if not taken_from:
        return value
    found = lookup(taken_from[1], facts)
    if isinstance(found, datetime):
        return found.isoformat()
    return found if isinstance(found, str | int | float) else None
