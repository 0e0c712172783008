"""From a definition to the plan that runs. Never fails: a step that cannot run becomes one at which people wait until it is mended.

That is how a draft can be rehearsed before it is ready, and why a deployment that forgets a plug-in loses nobody.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from domain.calendars.durations import Offset
from domain.calendars.zones import EVERY_DAY
from domain.conditions import Condition, mentions
from domain.conditions.checks import Resolver
from domain.definitions.forms import Action, AnyNode, Branch, Definition, Leave, Split, Until, Wait, WaitUntil
from domain.definitions.plans import (
    NOBODY,
    AbsentPlan,
    BranchPlan,
    DataPlan,
    EffectPlan,
    LeavePlan,
    NodePlan,
    PathPlan,
    Plan,
    SharePlan,
    SplitPlan,
    WaitPlan,
    WaitUntilPlan,
)
from domain.definitions.resolving import resolved, resolved_trigger, unknown
from domain.steps import STEPS, Addressed, Answering, Params, Step
from domain.triggers import TRIGGERS, Trigger, TriggerKind

LOTS = 10_000
"""Tickets of a split: a hundredth of a per cent each."""
CONTACT_CHANGED = frozenset({"contact.updated"})
NOT_READY = "This step is not ready: its settings are not complete."


def compile_plan(
    definition: Definition,
    automation: object = "",
    *,
    steps: Mapping[str, Step] = STEPS,
    triggers: Mapping[str, TriggerKind] = TRIGGERS,
    resolver: Resolver = unknown,
) -> Plan:
    """`automation` is its id, so that a contact keeps its side of a split from version to version."""
    ready = resolved(definition, resolver)
    trigger = _trigger(definition, triggers, resolver)
    entry = [condition for _, condition in trigger.conditions()] if trigger else []
    return Plan(
        automation=str(automation),
        definition=definition,
        trigger=trigger,
        again=ready.entry.again,
        key=ready.entry.key,
        goal=ready.goal,
        exit_when=ready.exit_when,
        start=ready.start,
        nodes=_nodes(ready, steps),
        entrances=trigger.listens() if trigger else NOBODY,
        always=mentions(ready.goal, ready.exit_when).reacts_to,
        asks=mentions(*entry, *_conditions(ready)),
    )


def _conditions(definition: Definition) -> Iterator[Condition | None]:
    yield from (definition.goal, definition.exit_when)
    for node in definition.nodes.values():
        if isinstance(node, WaitUntil):
            yield node.until
        if isinstance(node, Branch):
            yield from (path.when for path in node.paths)


def _trigger(
    definition: Definition, triggers: Mapping[str, TriggerKind], resolver: Resolver
) -> Trigger | None:
    chosen = definition.entry.trigger
    kind = triggers.get(chosen.kind) if chosen else None
    if chosen is None or kind is None:
        return None
    try:
        return resolved_trigger(kind.params.model_validate(chosen.params), resolver)
    except ValidationError:
        return None


def _nodes(definition: Definition, steps: Mapping[str, Step]) -> dict[str, NodePlan]:
    nodes = {node_id: _node(node_id, node, steps) for node_id, node in definition.nodes.items()}
    wanted = [
        definition.start,
        *(target for node in definition.nodes.values() for _, target in node.targets()),
    ]
    missing = {target for target in wanted if target and target not in nodes}
    return nodes | {target: AbsentPlan(target, "", "There is no such step.") for target in missing}


def _node(node_id: str, node: AnyNode, steps: Mapping[str, Step]) -> NodePlan:
    match node:
        case Wait():
            return _wait(node_id, node)
        case WaitUntil(until=until, timeout=timeout) if until and timeout:
            return WaitUntilPlan(
                node_id, until, timeout, node.next, node.on_timeout, mentions(until).reacts_to
            )
        case Branch():
            return _branch(node_id, node)
        case Split(paths=paths) if paths:
            return _split(node_id, node)
        case Leave():
            return LeavePlan(node_id)
        case Action():
            return _action(node_id, node, steps)
        case _:
            return AbsentPlan(node_id, node.kind, NOT_READY)


def _wait(node_id: str, node: Wait) -> NodePlan:
    until = node.until or Until()
    if not (node.lasts or until.time or until.attribute):
        return AbsentPlan(node_id, node.kind, NOT_READY)
    by_zone = until.time or until.attribute or (node.lasts and node.lasts.by_calendar)
    return WaitPlan(
        node_id,
        None if until.attribute else node.lasts,
        until.time,
        frozenset(until.weekdays) if until.weekdays else EVERY_DAY,
        until.attribute and date_path(until.attribute),
        until.offset or Offset(),
        node.next,
        CONTACT_CHANGED if by_zone else NOBODY,
    )


def date_path(attribute: str) -> str:
    """`renews_on` is the contact's; `event.starts_at` is what the trigger's event carried."""
    named = attribute.removeprefix("contact.attributes.")
    return named if "." in named else f"contact.{named}"


def _branch(node_id: str, node: Branch) -> NodePlan:
    paths = tuple(
        PathPlan(path.label or f"Path {number}", path.when, path.next)
        for number, path in enumerate(node.paths, 1)
        if path.when
    )
    if len(paths) < len(node.paths):
        return AbsentPlan(node_id, node.kind, NOT_READY)
    return BranchPlan(node_id, paths, node.otherwise)


def _split(node_id: str, node: Split) -> NodePlan:
    """Shares add up before they are rounded, so that three thirds leave nobody out."""
    total = sum(path.share for path in node.paths)
    if not total:
        return AbsentPlan(node_id, node.kind, NOT_READY)
    paths: list[SharePlan] = []
    reached = 0.0
    for number, path in enumerate(node.paths):
        reached += path.share
        label = path.label or chr(ord("A") + number % 26)
        paths.append(SharePlan(label, round(reached / total * LOTS), path.next))
    return SplitPlan(node_id, tuple(paths))


def _action(node_id: str, node: Action, steps: Mapping[str, Step]) -> NodePlan:
    step = steps.get(node.kind)
    if step is None:
        return AbsentPlan(node_id, node.kind, "This step is not installed here.")
    try:
        params = step.params.model_validate(node.params)
    except ValidationError:
        return AbsentPlan(node_id, node.kind, NOT_READY)
    if step.change:
        return DataPlan(node_id, node.kind, step.change, params, node.next)
    return _effect(node_id, node, step.channel or "", params)


def _effect(node_id: str, node: Action, channel: str, params: Params) -> EffectPlan:
    addressed: dict[str, Any] = {"topic": "transactional", "not_after": None}
    if isinstance(params, Addressed):
        addressed = {"topic": params.topic, "not_after": params.not_after}
    save_as = params.save_as if isinstance(params, Answering) else None
    return EffectPlan(
        node_id,
        node.kind,
        channel,
        params,
        **addressed,
        awaits=bool(save_as) or node.minds_failure,
        save_as=save_as,
        next=node.next,
        on_failure=node.on_failure if node.minds_failure else node.next,
    )
