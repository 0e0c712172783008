"""What each kind of step needs before it can run."""

from collections.abc import Iterator, Mapping

from domain.conditions import FieldClause
from domain.conditions.checks import Vocabulary, check
from domain.definitions.compiling import date_path
from domain.definitions.forms import Action, AnyNode, Branch, Split, Until, Wait, WaitUntil
from domain.definitions.problems import ABSENT
from domain.definitions.settings import Lint, judge
from domain.errors import Problem
from domain.steps import Step

_TOLERANCE = 0.005
_EXAMPLES = "for example P3D for three days"
Found = Iterator[Problem]


def node_problems(
    node: AnyNode, steps: Mapping[str, Step], vocabulary: Vocabulary, lint: Lint | None
) -> Found:
    match node:
        case Wait():
            yield from _wait(node, vocabulary)
        case WaitUntil():
            yield from _wait_until(node, vocabulary)
        case Branch():
            yield from _branch(node, vocabulary)
        case Split():
            yield from _split(node)
        case Action():
            yield from _action(node, steps, lint)
        case _:
            return


def _wait(node: Wait, vocabulary: Vocabulary) -> Found:
    until = node.until or Until()
    if until.attribute:
        yield from _date(node, until, until.attribute, vocabulary)
        return
    if not (node.lasts or until.time or until.weekdays):
        yield Problem(
            "for", f"Say how long to wait ({_EXAMPLES}), until what time of day, or until which date."
        )
    if until.weekdays and not until.time:
        yield Problem("until.time", "Say at what time on these days.")
    if until.offset is not None:
        yield Problem(
            "until.offset", "Days before or after belong to a date; choose which date this is about."
        )


def _date(node: Wait, until: Until, attribute: str, vocabulary: Vocabulary) -> Found:
    if node.lasts:
        yield Problem("for", "Wait either for a length of time or until a date; take one of them out.")
    if until.weekdays:
        yield Problem("until.weekdays", "A date is on one day only; take the weekdays out.")
    try:
        clause = FieldClause(field=date_path(attribute), op="exists")
    except ValueError:
        yield Problem("until.attribute", "This is no field. Choose a date that you keep about people.")
        return
    yield from (Problem("until.attribute", one.message) for one in check(clause, vocabulary))


def _wait_until(node: WaitUntil, vocabulary: Vocabulary) -> Found:
    if node.until is None:
        yield Problem("until", "Say what to wait for.")
    else:
        yield from check(node.until, vocabulary, path="until")
    if node.timeout is None:
        yield Problem("timeout", f"Say how long to wait at most ({_EXAMPLES}).")
    if "on_timeout" not in node.model_fields_set:
        yield Problem("on_timeout", "Say where to go when the time is up; null ends it there.")


def _branch(node: Branch, vocabulary: Vocabulary) -> Found:
    if not node.paths:
        yield Problem("paths", "Add a path with its condition.")
    for index, path in enumerate(node.paths):
        at = f"paths[{index}].when"
        if path.when is None:
            yield Problem(at, f"Say who takes the path “{path.label or index + 1}”.")
        else:
            yield from check(path.when, vocabulary, path=at)


def _split(node: Split) -> Found:
    if len(node.paths) < 2:
        yield Problem("paths", "Add a second path: a split needs at least two.")
    for index, path in enumerate(node.paths):
        if not path.share:
            yield Problem(
                f"paths[{index}].share", "Give this path a share of more than 0 per cent, or remove it."
            )
    total = sum(path.share for path in node.paths)
    if node.paths and abs(total - 100) > _TOLERANCE:
        yield Problem("paths", f"The shares add up to {total:g}; change them so that they make 100.")


def _action(node: Action, steps: Mapping[str, Step], lint: Lint | None) -> Found:
    step = steps.get(node.kind)
    if step is None:
        yield Problem("kind", ABSENT.format(what="step"))
        return
    yield from judge(step.params, node.params, lint)
    if node.minds_failure and not step.answers:
        yield Problem("on_failure", "This step does not tell whether it worked, so nothing can depend on it.")
