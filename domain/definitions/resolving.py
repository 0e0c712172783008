"""Segments and scores inside a definition, replaced by the conditions they stand for. One that is gone leaves its step not ready."""

from collections.abc import Mapping
from typing import Any

from domain.conditions import Condition, ScoreClause, SegmentClause, walk
from domain.conditions.checks import Resolver, resolve
from domain.definitions.forms import AnyNode, Branch, Definition, Path, WaitUntil
from domain.errors import Invalid
from domain.triggers import Trigger


def unknown(_clause: SegmentClause | ScoreClause) -> Condition | None:
    """A resolver that knows no segment and no score."""
    return None


def resolved(definition: Definition, resolver: Resolver) -> Definition:
    goal, exit_when = _one(definition.goal, resolver), _one(definition.exit_when, resolver)
    nodes = {node_id: _node(node, resolver) for node_id, node in definition.nodes.items()}
    return definition.model_copy(update={"goal": goal, "exit_when": exit_when, "nodes": nodes})


def resolved_trigger(trigger: Trigger, resolver: Resolver) -> Trigger | None:
    """None when it asks for something that is gone: better nobody enters than everybody."""
    update: Mapping[str, Any] = {name: _one(condition, resolver) for name, condition in trigger.conditions()}
    return None if None in update.values() else trigger.model_copy(update=update)


def _node(node: AnyNode, resolver: Resolver) -> AnyNode:
    match node:
        case WaitUntil():
            return node.model_copy(update={"until": _one(node.until, resolver)})
        case Branch():
            return node.model_copy(update={"paths": tuple(_path(path, resolver) for path in node.paths)})
        case _:
            return node


def _path(path: Path, resolver: Resolver) -> Path:
    return path.model_copy(update={"when": _one(path.when, resolver)})


def _one(condition: Condition | None, resolver: Resolver) -> Condition | None:
    if condition is None or not _unresolved(condition):
        return condition
    try:
        return resolve(condition, resolver)
    except Invalid:
        return None


def _unresolved(condition: Condition) -> bool:
    return any(isinstance(clause, SegmentClause | ScoreClause) for _, clause in walk(condition))
