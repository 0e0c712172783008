"""The settings of steps and triggers against the catalogue: what is missing, misspelt, or cannot be read, and their templates."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from domain import errors
from domain.definitions.problems import explain

Lint = Callable[[str, str], Iterable[str]]
"""What is wrong with a text that users wrote: called with the widget (`template` or `email_body`) and the text."""
_TEMPLATES = frozenset({"template", "email_body"})
_FORM_MISSING = "Fill this in: {title}."


def judge(model: type[BaseModel], given: Mapping[str, Any], lint: Lint | None) -> Iterator[errors.Problem]:
    """Every problem of these settings, each with the setting where it is."""
    faulty: set[str] = set()
    for problem in _misfits(model, given):
        faulty.add(problem.path.partition(".")[0].partition("[")[0])
        yield problem
    if lint:
        yield from (problem for problem in _lint(model, given, lint) if problem.path not in faulty)


def _misfits(model: type[BaseModel], given: Mapping[str, Any]) -> Iterator[errors.Problem]:
    try:
        model.model_validate(given)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            yield errors.Problem(errors.dotted(one["loc"]), _message(model, one))


def _message(model: type[BaseModel], error: Mapping[str, Any]) -> str:
    field = model.model_fields.get(str(error["loc"][0])) if error["loc"] else None
    if field and error["type"] in ("missing", "string_too_short"):
        return _FORM_MISSING.format(title=(field.title or str(error["loc"][0])).lower())
    hint = (field.description if field else None) or ""
    return explain(error, list(model.model_fields), hint)


def _lint(model: type[BaseModel], given: Mapping[str, Any], lint: Lint) -> Iterator[errors.Problem]:
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        widget = extra.get("x-widget") if isinstance(extra, dict) else None
        text = given.get(name)
        if widget in _TEMPLATES and isinstance(text, str):
            yield from (errors.Problem(name, message) for message in lint(str(widget), text))
