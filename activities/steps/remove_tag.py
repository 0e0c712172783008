"""Step: take a tag away from the contact."""

from pydantic import Field

from domain.facts import Facts
from domain.steps import Changes, Params, RemoveTag, step


class RemoveTagParams(Params):
    tag: str = Field(
        title="Tag",
        description="The tag to take away; nothing happens to those who do not have it.",
        examples=["trial"],
        min_length=1,
        max_length=80,
        json_schema_extra={"x-widget": "tag"},
    )


@step(
    "remove_tag",
    title="Remove a tag",
    help="Take a mark away from the person",
    group="Data",
    icon="tag-off",
    summary="{tag}",
    sample={"tag": "trial"},
)
def remove_tag(params: RemoveTagParams, _facts: Facts) -> Changes:
    return (RemoveTag(params.tag),)
