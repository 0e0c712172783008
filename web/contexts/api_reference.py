"""The documentation of the API: made from its description, so it cannot say anything else."""

from dataclasses import dataclass
from typing import ClassVar

from web.contexts.base import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    name: str
    type: str  # in words: "list of texts", "instant"
    required: bool = False
    text: str = ""  # `code` stands between backticks, here and in all texts below


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: str
    text: str = ""
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    anchor: str
    method: str
    path: str
    title: str
    paragraphs: tuple[str, ...] = ()
    parameters: tuple[Field, ...] = ()
    body: tuple[Field, ...] = ()
    example: str = ""
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    title: str
    anchor: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    status: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiReference(Page):
    template: ClassVar[str] = "api/index.html"

    base: str  # the address that all paths start with
    text: str
    groups: tuple[Group, ...]
    problems: tuple[Refusal, ...]
