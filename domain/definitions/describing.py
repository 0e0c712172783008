"""What a step does, in words taken from its settings: “Wait 3 days, then 09:00 on weekdays”."""

import re
from collections.abc import Mapping
from typing import Any

from domain.calendars import EVERY_DAY, WEEKDAYS
from domain.calendars.words import duration_words, offset_words, wait_words, weekday_words
from domain.conditions import Condition
from domain.conditions.words import field_words, words
from domain.definitions.compiling import date_path
from domain.definitions.forms import Action, After, Again, AnyNode, Branch, Split, Until, Wait, WaitUntil
from domain.steps import Step
from domain.texts import shown

_SETTING = re.compile(r"\{(\w+)\}")
_LONGEST = 60


def describe(node: AnyNode, steps: Mapping[str, Step]) -> str:
    match node:
        case Wait():
            return f"Wait {wait_said(node)}"
        case WaitUntil():
            return f"Wait for: {words(node.until) if node.until else 'nothing'}"
        case Branch():
            return "Split by condition"
        case Split(paths=paths):
            return f"A/B split {' / '.join(f'{path.share:g}' for path in paths)}"
        case Action():
            return _action(node, steps)
        case _:
            return "Leave"


def titled(node: AnyNode, steps: Mapping[str, Step]) -> str:
    """The marketer's own title, or what the step does."""
    return node.name or describe(node, steps)


def wait_said(node: Wait) -> str:
    until = node.until or Until()
    if until.attribute:
        what = field_words(date_path(until.attribute))
        date = offset_words(until.offset, what) if until.offset else f"on {what}"
        return f"until {date}{f' at {until.time:%H:%M}' if until.time else ''}"
    return wait_words(node.lasts, until.time, until.weekdays or EVERY_DAY)


def condition_said(condition: Condition | None) -> str:
    return f"“{words(condition)}”" if condition else "nothing"


def again_said(again: Again) -> str:
    if isinstance(again, After):
        return f"again after {duration_words(again.after)}"
    return {"never": "each person once", "always": "again every time"}[again]


def value_said(value: Any) -> str:
    """A setting, short; a long text is not worth quoting."""
    if value is None or value == "" or value == []:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple) and all(day in WEEKDAYS for day in value):
        return weekday_words(value) or "every day"
    return f"“{shown(str(value), _LONGEST)}”"


def _action(node: Action, steps: Mapping[str, Step]) -> str:
    step = steps.get(node.kind)
    if step is None:
        return node.kind
    said = _SETTING.sub(lambda found: _setting(node.params.get(found[1])), step.summary).strip(" :")
    return f"{step.title}: {shown(said, _LONGEST)}" if said else step.title


def _setting(value: Any) -> str:
    return "" if value is None else str(value)
