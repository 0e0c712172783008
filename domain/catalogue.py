"""The catalogue as the canvas and the API see it: which triggers and steps there are, with the forms that their settings need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from domain.conditions.fields import STANDARD
from domain.conditions.operators import OFFERS
from domain.custom_fields import CustomField
from domain.definitions import forms
from domain.steps import STEPS, Step
from domain.triggers import TRIGGERS, TriggerKind

Json = dict[str, Any]
_STRUCTURE = frozenset({"kind", "name", "next", "on_timeout", "else", "paths"})
_WIDGETS: Mapping[str, str] = {
    "for": "duration",
    "timeout": "duration",
    "wait.until": "until",
    "wait_until.until": "condition",
}


@dataclass(frozen=True, slots=True)
class _Shape:
    """A box that gives a drawing its shape: part of the language, whatever is installed."""

    kind: str
    title: str
    help: str
    group: str
    icon: str
    form: type[BaseModel]
    sample: Json


_ENDS: Json = {"next": None}
_SHAPES = (
    _Shape(
        kind="wait",
        title="Wait",
        help="For a while, until a time of day or a date",
        group="Timing",
        icon="clock",
        form=forms.Wait,
        sample={"for": "P3D"},
    ),
    _Shape(
        kind="wait_until",
        title="Wait for something",
        help="Until they do something, with a time limit",
        group="Timing",
        icon="hourglass",
        form=forms.WaitUntil,
        sample={"until": {"event": "order.placed"}, "timeout": "P7D", "on_timeout": None},
    ),
    _Shape(
        kind="branch",
        title="Split by condition",
        help="Yes or no, by anything you know of a person",
        group="Logic",
        icon="arrow-ramp-right-2",
        form=forms.Branch,
        sample={"paths": [{"label": "Yes", "when": {"tag": "vip"}, **_ENDS}], "else": None},
    ),
    _Shape(
        kind="split",
        title="A/B split",
        help="Try two or more ways, by share",
        group="Logic",
        icon="arrows-split-2",
        form=forms.Split,
        sample={"paths": [{"label": "A", "share": 50, **_ENDS}, {"label": "B", "share": 50, **_ENDS}]},
    ),
    _Shape(
        kind="leave",
        title="Leave",
        help="Ends the automation for this person",
        group="Logic",
        icon="door-exit",
        form=forms.Leave,
        sample={},
    ),
)


def catalogue(
    *,
    attributes: Iterable[CustomField] = (),
    events: Iterable[str] = (),
    tags: Iterable[str] = (),
    steps: Mapping[str, Step] = STEPS,
    triggers: Mapping[str, TriggerKind] = TRIGGERS,
) -> Json:
    """Everything a drawing can be made of in one workspace, whose fields, events and tags are given."""
    return {
        "triggers": [_entry(kind, {}) for kind in triggers.values()],
        "steps": [
            *map(_shape, _SHAPES),
            *(_entry(step, {"answers": step.answers}) for step in steps.values()),
        ],
        "fields": [*_standard_fields(), *map(_custom_field, attributes)],
        "events": sorted(set(events)),
        "tags": sorted(set(tags)),
        "operators": {
            kind: [{"op": one.op, "label": one.label, "value": one.value} for one in offers]
            for kind, offers in OFFERS.items()
        },
    }


def _entry(kind: Step | TriggerKind, ui: Json) -> Json:
    summary = {"summary": kind.summary} if kind.summary else {}
    return {
        "kind": kind.kind,
        "title": kind.title,
        "help": kind.help,
        "group": kind.group,
        "icon": kind.icon,
        "schema": form_schema(kind.params),
        "ui": {**summary, **ui},
        "sample": dict(kind.sample),
    }


def form_schema(params: type[BaseModel]) -> Json:
    """JSON Schema of the settings, with conditions left to their own builder: what they may say is described elsewhere."""
    schema = params.model_json_schema()
    schema["properties"] = {name: _slim(one) for name, one in schema.get("properties", {}).items()}
    if "$ref" not in str(schema["properties"]):
        schema.pop("$defs", None)
    return schema


def _slim(schema: Json) -> Json:
    if schema.get("x-widget") != "condition":
        return schema
    return {
        "type": "object",
        **{key: schema[key] for key in ("title", "description", "x-widget") if key in schema},
    }


def _shape(shape: _Shape) -> Json:
    fields = shape.form.model_json_schema().get("properties", {})
    settings = {
        name: _control(shape.kind, name, one) for name, one in fields.items() if name not in _STRUCTURE
    }
    return {
        "kind": shape.kind,
        "title": shape.title,
        "help": shape.help,
        "group": shape.group,
        "icon": shape.icon,
        "schema": {"type": "object", "properties": settings},
        "ui": {"control": True},
        "sample": shape.sample,
    }


def _control(kind: str, name: str, schema: Json) -> Json:
    widget = _WIDGETS.get(f"{kind}.{name}") or _WIDGETS[name]
    return {"title": schema.get("title", name), "x-widget": widget}


def _standard_fields() -> list[Json]:
    return [
        {"path": f"contact.{name}", "label": one.label, "type": one.kind, "options": None}
        for name, one in STANDARD.items()
    ]


def _custom_field(field: CustomField) -> Json:
    return {
        "path": f"contact.{field.name}",
        "label": field.label or field.name,
        "type": field.type,
        "options": list(field.options) or None,
    }
