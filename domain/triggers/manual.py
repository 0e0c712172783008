"""Trigger: nobody enters by themselves; a person or a program puts them in."""

from domain.triggers import Trigger, trigger


@trigger(
    "manual",
    title="By hand",
    help="You, or a program over the API, put people in",
    group="Other",
    icon="hand-click",
    sample={},
)
class Manual(Trigger):
    pass
