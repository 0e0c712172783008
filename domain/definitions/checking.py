"""What a publisher must mend: everything that keeps a drawing from running as it was meant, in plain words with the cure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from domain import errors
from domain.conditions import AllOf, AnyOf, Condition, EventClause
from domain.conditions.checks import ANYTHING, Vocabulary, check
from domain.conditions.evaluation import reaches
from domain.definitions.forms import AnyNode, Definition, Target, Wait, WaitUntil
from domain.definitions.graph import circles, drawing_order, targets
from domain.definitions.nodes import node_problems
from domain.definitions.problems import ABSENT, Problem
from domain.definitions.settings import Lint, judge
from domain.steps import STEPS, Step
from domain.texts import shown
from domain.triggers import TRIGGERS, Trigger, TriggerKind

Found = Iterator[Problem]


def problems(
    definition: Definition,
    *,
    steps: Mapping[str, Step] = STEPS,
    triggers: Mapping[str, TriggerKind] = TRIGGERS,
    vocabulary: Vocabulary = ANYTHING,
    lint: Lint | None = None,
) -> list[Problem]:
    """The trigger first, then the steps from the top down, then those that nothing leads to; nothing twice."""
    return list(dict.fromkeys(_problems(definition, steps, triggers, vocabulary, lint)))


def _problems(
    definition: Definition,
    steps: Mapping[str, Step],
    triggers: Mapping[str, TriggerKind],
    vocabulary: Vocabulary,
    lint: Lint | None,
) -> Found:
    reached = drawing_order(definition)
    yield from _entry(definition, triggers, vocabulary, lint)
    yield from _ends(definition, vocabulary)
    yield from _start(definition)
    for node_id in [*reached, *(one for one in definition.nodes if one not in reached)]:
        node = definition.nodes[node_id]
        yield from _lines(definition, node_id, node)
        for one in node_problems(node, steps, vocabulary, lint):
            yield Problem(node_id, one.path or None, one.message)
        if node_id not in reached:
            yield Problem(
                node_id, None, "Nothing leads to this step. Connect it with another one, or remove it."
            )
    yield from _circles(definition, reached)


# The trigger, the goal, the start


def _entry(
    definition: Definition, triggers: Mapping[str, TriggerKind], vocabulary: Vocabulary, lint: Lint | None
) -> Found:
    chosen = definition.entry.trigger
    kind = triggers.get(chosen.kind) if chosen else None
    if chosen is None:
        yield Problem(None, "entry.trigger", "Choose what lets people in.")
    elif kind is None:
        yield Problem(None, "entry.trigger.kind", ABSENT.format(what="trigger"))
    else:
        faults = list(judge(kind.params, chosen.params, lint))
        yield from (_at_trigger(one) for one in faults)
        if not faults:
            yield from _trigger(definition, kind.params.model_validate(chosen.params), vocabulary)


def _at_trigger(problem: errors.Problem) -> Problem:
    return Problem(None, errors.join("entry.trigger", problem.path), problem.message)


def _trigger(definition: Definition, trigger: Trigger, vocabulary: Vocabulary) -> Found:
    key = definition.entry.key
    roots = frozenset({"contact", "event"} if trigger.listens() else {"contact"})
    known = replace(vocabulary, roots=roots)
    for name, condition in trigger.conditions():
        yield from map(_at_trigger, check(condition, known, path=name))
    if key and not key.startswith("event."):
        yield Problem(None, "entry.key", "Tell runs apart by something of the event, such as event.order_id.")
    elif key and not trigger.listens():
        yield Problem(None, "entry.key", "This trigger has no event to tell runs apart by; leave this empty.")


def _ends(definition: Definition, vocabulary: Vocabulary) -> Found:
    for name, condition in (("goal", definition.goal), ("exit_when", definition.exit_when)):
        for one in check(condition, vocabulary, path=name) if condition else ():
            yield Problem(None, one.path, one.message)


def _start(definition: Definition) -> Found:
    if definition.start is None:
        yield Problem(None, "start", "Add a first step: so far nothing happens to those who enter.")
    elif definition.start not in definition.nodes:
        yield Problem(None, "start", _nowhere(definition.start))


# The lines


def _lines(definition: Definition, node_id: str, node: AnyNode) -> Found:
    for field, target in node.targets():
        if target is not None and target not in definition.nodes:
            yield Problem(node_id, field, _nowhere(target))


def _nowhere(target: str) -> str:
    return f"This leads to “{shown(target)}”, and there is no such step. Choose another, or let it end here."


def _circles(definition: Definition, reached: list[str]) -> Found:
    for circle in circles(reached, lambda node: _quick_targets(definition, node)):
        names = " → ".join(_title(definition, node) for node in [*circle, circle[0]])
        yield Problem(
            circle[0],
            None,
            f"These steps go round in a circle without a wait: {names}. Put a wait on the way, or let one of them end.",
        )


def _title(definition: Definition, node: str) -> str:
    return definition.nodes[node].name or node


def _quick_targets(definition: Definition, node_id: str) -> list[str]:
    """The steps where somebody may be at the same moment."""
    found = [target for target in _quick(definition.nodes[node_id]) if target]
    return [target for target in found if target in definition.nodes]


def _quick(node: AnyNode) -> list[Target]:
    match node:
        case Wait():  # a date may be in the past already
            return [node.next] if node.until and node.until.attribute else []
        case WaitUntil():
            return [] if node.until and _must_happen(node.until) else [node.next]
        case _:
            return targets(node)


def _must_happen(condition: Condition) -> bool:
    """Whether it cannot be true before something new has happened, however often the contact comes by."""
    match condition:
        case EventClause():
            return condition.within is None and not reaches(condition.count, 0)
        case AllOf():
            return any(_must_happen(part) for part in condition.all)
        case AnyOf():
            return all(_must_happen(part) for part in condition.any)
        case _:
            return False
