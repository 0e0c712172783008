"""What is different between two drawings, in words for the publish dialog: “Wait: from 2 days to 3 days”."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from domain.calendars import Duration
from domain.calendars.words import duration_words
from domain.conditions import Clause, Condition
from domain.definitions.describing import (
    again_said,
    condition_said,
    describe,
    titled,
    value_said,
    wait_said,
)
from domain.definitions.forms import Action, AnyNode, Branch, Definition, Split, Wait
from domain.steps import STEPS, Step
from domain.triggers import TRIGGERS, TriggerKind

_LONG = 200


@dataclass(frozen=True, slots=True)
class Change:
    """`node` is None for the trigger, the goal and the exits."""

    kind: Literal["added", "changed", "removed"]
    node: str | None
    text: str


Found = Iterator[Change]


def describe_changes(
    old: Definition,
    new: Definition,
    *,
    steps: Mapping[str, Step] = STEPS,
    triggers: Mapping[str, TriggerKind] = TRIGGERS,
) -> list[Change]:
    """The entry first, then the steps in the order of the new drawing, then what was removed."""
    return list(_Comparison(old, new, steps, triggers).changes())


class _Comparison:
    def __init__(
        self, old: Definition, new: Definition, steps: Mapping[str, Step], triggers: Mapping[str, TriggerKind]
    ) -> None:
        self.old = old
        self.new = new
        self.steps = steps
        self.triggers = triggers

    def changes(self) -> Found:
        yield from self._entry()
        for node_id, node in self.new.nodes.items():
            before = self.old.nodes.get(node_id)
            if before is None:
                yield Change("added", node_id, f"Added: {titled(node, self.steps)}.")
            elif before != node:
                yield from (Change("changed", node_id, text) for text in self._node(before, node))
        for node_id in self.old.nodes.keys() - self.new.nodes.keys():
            yield Change("removed", node_id, f"Removed: {titled(self.old.nodes[node_id], self.steps)}.")

    # Entry

    def _entry(self) -> Found:
        old, new = self.old.entry, self.new.entry
        if old.trigger != new.trigger:
            yield _at_entry(
                f"What lets people in: from {self._trigger(self.old)} to {self._trigger(self.new)}."
            )
        if old.again != new.again:
            yield _at_entry(f"How often: from “{again_said(old.again)}” to “{again_said(new.again)}”.")
        if old.key != new.key:
            yield _at_entry(f"Runs are told apart by {value_said(new.key)}, before by {value_said(old.key)}.")
        for name, before, after in (
            ("The goal", self.old.goal, self.new.goal),
            ("The exit", self.old.exit_when, self.new.exit_when),
        ):
            if before != after:
                yield _at_entry(_from_to(name, condition_said(before), condition_said(after)))
        if self._rewired(self.old.start, self.new.start):
            yield _at_entry(f"The first step is {self._target(self.new.start)}.")

    def _trigger(self, definition: Definition) -> str:
        chosen = definition.entry.trigger
        if chosen is None:
            return "nothing"
        kind = self.triggers.get(chosen.kind)
        settings = ", ".join(_trigger_setting(name, value) for name, value in chosen.params.items() if value)
        title = kind.title if kind else chosen.kind
        return f"“{title}{f': {settings}' if settings else ''}”"

    # Steps

    def _node(self, old: AnyNode, new: AnyNode) -> Iterator[str]:
        if old.kind != new.kind:
            yield f"{self._titled(old)} has become “{describe(new, self.steps)}”."
            return
        if old.name != new.name:
            yield f"{self._titled(old)} is now called {value_said(new.name)}."
        yield from self._settings(old, new)
        if isinstance(old, Branch | Split) and isinstance(new, Branch | Split):
            yield from self._paths(old, new)
        yield from self._lines(old, new)

    def _settings(self, old: AnyNode, new: AnyNode) -> Iterator[str]:
        if isinstance(old, Wait) and isinstance(new, Wait):
            yield from _wait(old, new)
            return
        title = self._titled(old)
        before, after = _settings_of(old), _settings_of(new)
        for name in dict.fromkeys([*before, *after]):
            if before.get(name) != after.get(name):
                yield _changed(title, self._label(new, name), before.get(name), after.get(name))

    def _label(self, node: AnyNode, name: str) -> str:
        step = self.steps.get(node.kind)
        field = step.params.model_fields.get(name) if step else None
        return ((field.title if field else None) or _LABELS.get(name, name)).lower()

    def _paths(self, old: Branch | Split, new: Branch | Split) -> Iterator[str]:
        title = self._titled(old)
        before, after = _path_texts(old), _path_texts(new)
        for label in dict.fromkeys([*before, *after]):
            if label not in after:
                yield f"{title}: the path “{label}” was removed."
            elif label not in before:
                yield f"{title}: the path “{label}” was added, for {after[label]}."
            elif before[label] != after[label]:
                yield _from_to(f"{title}: the path “{label}”", before[label], after[label])

    def _lines(self, old: AnyNode, new: AnyNode) -> Iterator[str]:
        before, after = dict(old.targets()), dict(new.targets())
        for field, target in after.items():
            if field in before and self._rewired(before[field], target):
                to, instead = self._target(target), self._target(before[field])
                yield f"{self._titled(new)} leads to {to} instead of {instead}."

    def _rewired(self, before: str | None, after: str | None) -> bool:
        """Lines that only made room for a new step, or closed the gap of an old one, go without saying."""
        if before == after:
            return False
        return not (after and after not in self.old.nodes) and not (before and before not in self.new.nodes)

    def _target(self, target: str | None) -> str:
        node = self.new.nodes.get(target) or self.old.nodes.get(target) if target else None
        return self._titled(node) if node else "the end"

    def _titled(self, node: AnyNode) -> str:
        return f"“{titled(node, self.steps)}”"


_LABELS: Mapping[str, str] = {"until": "what it waits for", "timeout": "at most"}
_STRUCTURE = frozenset({"kind", "name", "next", "on_timeout", "on_failure", "otherwise", "paths"})


def _settings_of(node: AnyNode) -> dict[str, Any]:
    if isinstance(node, Action):
        return dict(node.params)
    return {name: value for name, value in node if name not in _STRUCTURE}


def _changed(title: str, label: str, before: Any, after: Any) -> str:
    if isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > _LONG:
        return f"{title}: {label} was rewritten."
    return _from_to(f"{title}: {label}", _said(before), _said(after))


def _said(value: Any) -> str:
    if isinstance(value, Duration):
        return duration_words(value)
    return condition_said(cast("Condition", value)) if isinstance(value, Clause) else value_said(value)


def _wait(old: Wait, new: Wait) -> Iterator[str]:
    if (old.lasts, old.until) == (new.lasts, new.until):
        return
    title = f"“{new.name}”: wait" if new.name else "Wait"
    if old.until or new.until:
        yield f"{title} {wait_said(new)} instead of {wait_said(old)}."
    else:
        yield _from_to(title, wait_said(old), wait_said(new))


def _path_texts(node: Branch | Split) -> dict[str, str]:
    """For whom each path is, by its label; paths without one go by their number."""
    if isinstance(node, Branch):
        said = [(path.label, condition_said(path.when)) for path in node.paths]
    else:
        said = [(path.label, f"{path.share:g}%") for path in node.paths]
    return {label or str(number): text for number, (label, text) in enumerate(said, 1)}


def _trigger_setting(name: str, value: Any) -> str:
    return f"{name} {value_said(value)}" if isinstance(value, str | int | float | list) else name


def _from_to(what: str, before: str, after: str) -> str:
    return f"{what} from {before} to {after}."


def _at_entry(text: str) -> Change:
    return Change("changed", None, text)
