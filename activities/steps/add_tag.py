"""Step: mark the contact with a tag."""

from pydantic import Field

from domain.facts import Facts
from domain.steps import AddTag, Changes, Params, step


class AddTagParams(Params):
    tag: str = Field(
        title="Tag",
        description="The tag that the contact gets; a new one is made when you type it.",
        examples=["vip"],
        min_length=1,
        max_length=80,
        json_schema_extra={"x-widget": "tag"},
    )


@step(
    "add_tag",
    title="Add a tag",
    help="Mark the person, for segments and other automations",
    group="Data",
    icon="tag",
    summary="{tag}",
    sample={"tag": "vip"},
)
def add_tag(params: AddTagParams, _facts: Facts) -> Changes:
    return (AddTag(params.tag),)
