"""Reads the description of the API (OpenAPI) into the documentation page."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from web.contexts.api_reference import Answer, ApiReference, Field, Group, Operation, Refusal

PREFIX = "/api/v1"
METHODS = ("get", "post", "put", "patch", "delete")
_FIRST = ("Events", "Contacts", "Automations")  # what most people come for; the rest by name
_DEEPEST = 4  # a shape may hold itself
_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "null": "null",
}
_FORMATS = {"uuid": "id", "date-time": "instant", "email": "e-mail address", "binary": "file"}
Document = Mapping[str, Any]


def page(document: Document, *, base: str) -> ApiReference:
    """`base` is where the API of this instance is reached; the example at the top starts with it."""
    reader = _Reader(document)
    groups: dict[str, list[Operation]] = {}
    for path, method, found in _operations(document):
        groups.setdefault(found["tags"][0], []).append(reader.operation(path, method, found))
    return ApiReference(
        base=base,
        text=document["info"].get("description", ""),
        groups=tuple(
            Group(title=title, anchor=_anchor(title), operations=tuple(ones))
            for title, ones in sorted(groups.items(), key=lambda group: (_place(group[0]), group[0]))
        ),
        problems=tuple(_refusals(document)),
    )


def _place(title: str) -> int:
    return _FIRST.index(title) if title in _FIRST else len(_FIRST)


def _operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                yield path, method, operations[method]


def _refusals(document: Document) -> Iterator[Refusal]:
    """What each status means is the same everywhere, so it is told once."""
    texts = {
        status: answer["description"]
        for _path, _method, found in _operations(document)
        for status, answer in found["responses"].items()
        if int(status) >= 400
    }
    for status, text in sorted(texts.items()):
        yield Refusal(status=status, text=text)


def _anchor(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


def _content(holder: Document) -> Document:
    """The schema of what is sent or answered, whichever media type it has."""
    return next(iter(holder.get("content", {}).values()), {}).get("schema", {})


def _type(schema: Document) -> str:
    """A type in words."""
    if name := schema.get("$ref", ""):
        return name.rpartition("/")[2]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(map(_type, options)))
    if "const" in schema:
        return json.dumps(schema["const"])
    if 0 < len(schema.get("enum", ())) <= 8:
        return " or ".join(map(json.dumps, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    plain: str = _TYPES.get(schema.get("type", ""), "anything")
    return _FORMATS.get(schema.get("format", ""), plain)


class _Reader:
    """Knows the shapes that the operations of one document refer to."""

    def __init__(self, document: Document) -> None:
        self._shapes: Mapping[str, Document] = document.get("components", {}).get("schemas", {})
        names = "|".join(map(re.escape, self._shapes)) or "(?!)"
        self._a_shape = re.compile(rf"\b(?:{names})\b")

    def operation(self, path: str, method: str, found: Document) -> Operation:
        first, *rest = _paragraphs(found.get("description", "")) or ("",)
        body = _content(found.get("requestBody", {}))
        return Operation(
            anchor=f"{method}-{_anchor(path.removeprefix(PREFIX))}",
            method=method.upper(),
            path=path.removeprefix(PREFIX),
            title=first or found.get("summary", ""),
            paragraphs=tuple(rest),
            parameters=tuple(self._parameter(one) for one in found.get("parameters", ())),
            body=self._fields(body),
            example=json.dumps(self._sample(body), indent=2, ensure_ascii=False) if body else "",
            answers=tuple(
                self._answer(status, answer)
                for status, answer in found["responses"].items()
                if int(status) < 400
            ),
        )

    def _answer(self, status: str, answer: Document) -> Answer:
        text = answer.get("description", "")
        return Answer(
            status=status,
            text="" if text == "Successful Response" else text,
            fields=self._fields(_content(answer)),
        )

    def _parameter(self, found: Document) -> Field:
        schema = found["schema"]
        return Field(
            name=found["name"],
            type=_type(schema),
            required=found.get("required", False),
            text=found.get("description") or schema.get("description", ""),
        )

    def _fields(self, schema: Document, *, within: str = "", depth: int = 0) -> tuple[Field, ...]:
        """The fields of a shape, each followed by those of the shape that it holds: `items[].id`."""
        shape = self._resolved(schema)
        required = shape.get("required", ())
        fields: list[Field] = []
        for name, field in shape.get("properties", {}).items():
            inner, mark = self._inner(field)
            fields.append(
                Field(
                    name=f"{within}{name}",
                    type=self._outer_type(field),
                    required=name in required,
                    text=field.get("description", ""),
                )
            )
            if depth < _DEEPEST:
                fields += self._fields(inner, within=f"{within}{name}{mark}.", depth=depth + 1)
        return tuple(fields)

    def _outer_type(self, field: Document) -> str:
        """`object` where the fields of the shape follow: the name of a shape says nothing to a reader."""
        words = self._a_shape.sub("object", _type(field))
        return words.replace("list of object", "list of objects")

    def _inner(self, field: Document) -> tuple[Document, str]:
        """The shape that a field is, or is a list of."""
        for option in (field, *field.get("anyOf", ())):
            if "$ref" in option:
                return option, ""
            if "$ref" in option.get("items", {}):
                return option["items"], "[]"
        return {}, ""

    def _resolved(self, schema: Document) -> Document:
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        return self._shapes[name] if name else schema

    def _sample(self, schema: Document, depth: int = 0) -> Any:
        """A value that fits: the examples that were written down, else what each type suggests."""
        schema = self._resolved(schema)
        if depth > _DEEPEST:
            return {}
        if examples := schema.get("examples"):
            return examples[0]
        if options := [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]:
            return self._sample(options[0], depth + 1)
        match schema.get("type"):
            case "object":
                return self._sample_object(schema, depth)
            case "array":
                return [self._sample(schema.get("items", {}), depth + 1)]
            case kind:
                return _plain_sample(schema, kind)

    def _sample_object(self, schema: Document, depth: int) -> dict[str, Any]:
        fields, required = schema.get("properties", {}), schema.get("required", ())
        shown = [name for name in fields if name in required or "examples" in fields[name]]
        return {name: self._sample(fields[name], depth + 1) for name in shown}


def _plain_sample(schema: Document, kind: str | None) -> Any:
    if choices := schema.get("enum"):
        return choices[0]
    formats = {
        "date-time": "2026-11-21T09:00:00Z",
        "uuid": "01a1fd04-7030-77d1-9995-90cff1e3320a",
        "email": "lena@example.com",
    }
    kinds: Mapping[str | None, Any] = {"integer": 1, "number": 1, "boolean": True, "string": "…"}
    return formats.get(schema.get("format", ""), kinds.get(kind))
