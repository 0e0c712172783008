"""What must be mended before a drawing can be published: at which step, in which setting, and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from domain import errors
from domain.texts import shown


@dataclass(frozen=True, slots=True)
class Problem:
    """`node` is None for the trigger, the goal and the whole; `field` is where in the step it is written (`paths[0].when`)."""

    node: str | None
    field: str | None
    message: str


_WORDS: Mapping[str, str] = {
    "string_type": "Write a text here; in YAML put it in quotes.",
    "string_too_short": "This must not be empty.",
    "string_too_long": "This is too long; at most {max_length} characters are possible.",
    "string_pattern_mismatch": "This cannot be used here: {hint}",
    "uuid_parsing": "This is not an id.",
    "uuid_type": "This is not an id.",
    "int_type": "Write a whole number here.",
    "int_parsing": "Write a whole number here.",
    "float_type": "Write a number here.",
    "float_parsing": "Write a number here.",
    "finite_number": "Write a number here.",
    "bool_type": "Write true or false here.",
    "bool_parsing": "Write true or false here.",
    "literal_error": "Choose one of {expected}.",
    "greater_than_equal": "It must be {ge:g} or more.",
    "less_than_equal": "It must be {le:g} or less.",
    "too_long": "There are too many here; at most {max_length} are possible.",
    "too_short": "Add at least {min_length}.",
    "tuple_type": "Write a list here.",
    "list_type": "Write a list here.",
    "dict_type": "Write names with their values here.",
    "model_type": "Write settings with their values here.",
    "model_attributes_type": "Write settings with their values here.",
}
ABSENT = (
    "This {what} is not installed here. Choose another one, or ask whoever looks after this installation."
)
NAME_HINT = "use letters, digits, _ and -, at most 64 of them."


def explain(error: Mapping[str, Any], known: Sequence[str] = (), hint: str = NAME_HINT) -> str:
    """One error of Pydantic's in our words. `known` are the settings that there are beside an unknown one."""
    name = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        return unknown_setting(name, known)
    if error["type"] == "missing":
        return f"`{name}` is needed here."
    words = _WORDS.get(error["type"])
    return words.format_map({"hint": hint, **error.get("ctx", {})}) if words else error["msg"]


def unknown_setting(name: str, known: Sequence[str]) -> str:
    alike = get_close_matches(name, known, 1)
    if alike:
        return f"There is no setting `{shown(name)}` here. Did you mean `{alike[0]}`?"
    return (
        f"There is no setting `{shown(name)}` here; there are {', '.join(known)}."
        if known
        else f"There is no setting `{shown(name)}` here."
    )


def located(path: errors.Path) -> tuple[str | None, str | None]:
    """`("nodes", "pause", "until", "time")` → the step `pause` and its `until.time`."""
    if len(path) >= 2 and path[0] == "nodes":
        return str(path[1]), errors.dotted(path[2:]) or None
    return None, errors.dotted(path) or None
