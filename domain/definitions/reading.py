"""Reading definitions from outside: strictly for what shall run, leniently for drafts, which may be half done or wrong."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from domain import errors
from domain.definitions import forms
from domain.definitions.forms import Definition
from domain.definitions.problems import Problem, explain, located

MOST_TRIES = 20
_CONTROL: Mapping[str, type[BaseModel]] = {
    "wait": forms.Wait,
    "wait_until": forms.WaitUntil,
    "branch": forms.Branch,
    "split": forms.Split,
    "leave": forms.Leave,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What could be read of a draft, and what could not."""

    definition: Definition
    problems: tuple[Problem, ...] = ()

    def and_also(self, found: Iterable[Problem]) -> tuple[Problem, ...]:
        """With what else is wrong; a setting that could not be read is not also said to be missing."""
        told = {(one.node, one.field) for one in self.problems}
        return (*self.problems, *(one for one in found if (one.node, one.field) not in told))


def parse(raw: object) -> Definition:
    """A definition, or `Invalid` with everything that is wrong with its form."""
    try:
        return Definition.model_validate(raw)
    except ValidationError as error:
        found = [errors.Problem(errors.dotted(one.path), one.message) for one in _faults(raw, error)]
        raise errors.Invalid(problems=found) from None


def read_draft(raw: object) -> Draft:
    """Keep what can be kept: a setting that cannot be read is left out and reported, and so on until the rest is sound."""
    document: Any = copy.deepcopy(raw)
    found: list[Problem] = []
    for _ in range(MOST_TRIES):
        try:
            return Draft(Definition.model_validate(document), tuple(found))
        except ValidationError as error:
            faults = _faults(document, error)
        found.extend(Problem(*located(one.path), one.message) for one in faults)
        document = _without(document, [one.unusable for one in faults])
    return Draft(Definition(), tuple(found))


Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong, where; and what cannot be used because of it."""

    path: Path
    message: str
    unusable: Path


def _faults(raw: object, error: ValidationError) -> list[_Fault]:
    return [_fault(raw, one) for one in error.errors(include_url=False)]


def _fault(raw: object, error: Any) -> _Fault:
    path = written_at(raw, error["loc"])
    unusable = path[:-1] if error["type"] == "missing" else path
    return _Fault(path, explain(error, _settings_beside(raw, path)), _whole(raw, unusable))


def _whole(raw: Any, path: Path) -> Path:
    """A condition with a part left out would mean something else, so it is left out as a whole."""
    conditions = {"goal", "exit_when", "when"}
    if path[:1] == ("nodes",) and _at(raw, (*path[:2], "kind")) == "wait_until":
        conditions.add("until")
    end = next((index + 1 for index, part in enumerate(path) if part in conditions), len(path))
    return path[:end]


def _without(document: Any, paths: Sequence[Path]) -> Any:
    for path in dict.fromkeys(reversed(paths)):  # backwards, so that places in lists stay what they are
        if not path:
            return {}
        holder = _at(document, path[:-1])
        if _child(holder, path[-1]) is not _NOTHING:
            del holder[path[-1]]
    return document


def written_at(raw: object, loc: Iterable[str | int]) -> Path:
    """Where in the document it is: Pydantic's path without the names of the variants that it tried."""
    path: list[str | int] = []
    here: Any = raw
    parts = [part for part in loc if part != "[key]" and not str(part).startswith("#")]
    for index, part in enumerate(parts):
        inside = _child(here, part)
        if inside is not _NOTHING or index == len(parts) - 1:
            path.append(part)
            here = inside
    return tuple(path)


_NOTHING = object()


def _child(here: Any, part: str | int) -> Any:
    if isinstance(here, Mapping):
        return cast("Mapping[Any, Any]", here).get(part, _NOTHING)
    if isinstance(here, list) and isinstance(part, int) and part < len(cast("list[Any]", here)):
        return cast("list[Any]", here)[part]
    return _NOTHING


def _at(raw: Any, path: Iterable[str | int]) -> Any:
    for part in path:
        raw = _child(raw, part)
    return raw


def _settings_beside(raw: object, path: Sequence[str | int]) -> list[str]:
    """The settings that may stand where an unknown one was found."""
    form = _form_at(raw, path[:-1])
    return [field.alias or name for name, field in form.model_fields.items()] if form else []


def _form_at(raw: Any, path: Sequence[str | int]) -> type[BaseModel] | None:
    match list(path):
        case []:
            return Definition
        case ["entry"]:
            return forms.Entry
        case ["entry", "again"]:
            return forms.After
        case ["nodes", node, *rest]:
            return _form_in_node(str(_at(raw, ("nodes", node, "kind"))), rest)
        case _:
            return None


def _form_in_node(kind: str, rest: Sequence[str | int]) -> type[BaseModel] | None:
    match kind, rest:
        case _, []:
            return _CONTROL.get(kind)
        case "wait", ["until"]:
            return forms.Until
        case "branch", ["paths", int()]:
            return forms.Path
        case "split", ["paths", int()]:
            return forms.Share
        case _:
            return None
