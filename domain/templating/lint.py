"""Says what is wrong with a text before it is saved, and which values may be missing when it is sent."""

from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import cast

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError

from domain.templating.filters import FILTERS
from domain.templating.gaps import find_gaps
from domain.templating.language import LOOP_METHODS, MAX_TEXT, METHODS, TESTS, language
from domain.templating.problems import BadTemplate, Problem, has_errors
from domain.templating.tags import mask

MAX_SOURCE = 500_000
MAX_TAGS = 2_000
MAX_TAG = 2_000

Roots = Mapping[str, Collection[str] | None]
"""The names that a text may begin with, and the fields of each; None where any field is fine."""

_BUILT_IN = frozenset({"loop", "caller", "varargs", "kwargs", "range"})
_BANNED: dict[type[nodes.Node], str] = {
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% from … import %}",
    nodes.Extends: "{% extends %}",
    nodes.Block: "{% block %}",
    nodes.ScopedEvalContextModifier: "{% autoescape %}",
    nodes.EvalContextModifier: "{% autoescape %}",
}
_REFUSED_FILTERS = {
    "safe": "Values are always shown as text, so |safe cannot be used: write the HTML in the mail itself.",
    "attr": "|attr cannot be used: write contact.name instead of contact|attr('name').",
    "format": "|format cannot be used: join texts with ~, and write amounts with |money and |round.",
}


def lint(
    source: str, roots: Roots, *, sure: Collection[str] = (), usual: Collection[str] = ()
) -> list[Problem]:
    """Errors keep a text from being saved; warnings name values that may be missing (`sure` never are)."""
    try:
        tree = parse(source)
        problems = sorted(set(refusals(tree)) | set(_unknown_names(tree, roots)))
        return (
            problems
            if has_errors(problems)
            else sorted([*problems, *find_gaps(tree, roots, sure=sure, usual=usual)])
        )
    except BadTemplate as bad:
        return [bad.problem]
    except RecursionError:
        return [Problem(1, "Tags and brackets are nested too deeply in this text.")]


def parse(source: str) -> nodes.Template:
    """Raises BadTemplate; what is read here has been counted first, so that reading takes no time worth mentioning."""
    if len(source) > MAX_SOURCE:
        raise BadTemplate(
            Problem(1, f"This text is too long: {MAX_SOURCE:,} characters are enough for any mail.")
        )
    tags = mask(source).tags
    if len(tags) > MAX_TAGS:
        raise BadTemplate(
            Problem(tags[MAX_TAGS].line, f"There are more than {MAX_TAGS:,} tags in this text.")
        )
    for tag in tags:
        if len(tag.source) > MAX_TAG:
            raise BadTemplate(
                Problem(tag.line, f"This tag is too long: {MAX_TAG:,} characters are the most.")
            )
    return read_tree(source)


def read_tree(source: str) -> nodes.Template:
    """Raises BadTemplate in plain words, whatever the size."""
    try:
        return language(html=True).parse(source)
    except TemplateSyntaxError as error:
        raise BadTemplate(Problem(error.lineno, _in_plain_words(error.message or ""))) from None


def _in_plain_words(message: str) -> str:
    if message.startswith("Encountered unknown tag"):
        name = message.split("'")[1]
        return f"There is no {{% {name} %}} that opens here. You can use if, for, set and macro."
    if message.startswith("unexpected end of template"):
        return "A tag begins here and is never closed."
    if message.startswith("Unexpected end of template"):
        return "Something is opened and never closed: an {% endif %} or {% endfor %} is missing."
    return f"This cannot be read: {message[:1].lower()}{message[1:200]}"


def refusals(tree: nodes.Template) -> Iterator[Problem]:
    """What is never allowed, whichever values there are."""
    for node in walk(tree):
        check = _CHECKS.get(type(node))
        message = check(node) if check else None
        if type(node) in _BANNED:
            message = f"{_BANNED[type(node)]} cannot be used here: every text stands for itself."
        if message:
            yield Problem(node.lineno, message)


def walk(tree: nodes.Node) -> Iterator[nodes.Node]:
    """All nodes, outer ones first, without recursion: a text may be nested as deeply as it likes."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(list(node.iter_child_nodes())))


def _check_filter(node: nodes.Node) -> str | None:
    name = cast("nodes.Filter", node).name
    if name in FILTERS:
        return None
    return _REFUSED_FILTERS.get(name) or f"There is no filter |{name}.{suggestion(name, FILTERS)}"


def _check_test(node: nodes.Node) -> str | None:
    name = cast("nodes.Test", node).name
    return None if name in TESTS else f"There is no test “is {name}”.{suggestion(name, TESTS)}"


def _check_attribute(node: nodes.Node) -> str | None:
    return _check_private(cast("nodes.Getattr", node).attr)


def _check_item(node: nodes.Node) -> str | None:
    argument = cast("nodes.Getitem", node).arg
    return _check_private(argument.value) if isinstance(argument, nodes.Const) else None


def _check_name(node: nodes.Node) -> str | None:
    return _check_private(cast("nodes.Name", node).name)


def _check_private(name: object) -> str | None:
    if isinstance(name, str) and name.startswith("_"):
        return f"“{name}” is private: names that begin with _ cannot be read."
    return None


def _check_call(node: nodes.Node) -> str | None:
    called = cast("nodes.Call", node).node
    if not isinstance(called, nodes.Getattr) or called.attr.startswith("_"):
        return None
    if called.attr in METHODS | LOOP_METHODS:
        return None
    instead = f" Use the filter |{called.attr} instead." if called.attr in FILTERS else ""
    return f"“.{called.attr}()” cannot be called here.{instead}"


def _check_product(node: nodes.Node) -> str | None:
    product = cast("nodes.Mul", node)
    for side in (product.left, product.right):
        if isinstance(side, nodes.List | nodes.Tuple) or (
            isinstance(side, nodes.Const) and isinstance(side.value, str)
        ):
            return f"Only numbers can be multiplied; a text may have {MAX_TEXT:,} characters at most."
    return None


_CHECKS: dict[type[nodes.Node], Callable[[nodes.Node], str | None]] = {
    nodes.Filter: _check_filter,
    nodes.Test: _check_test,
    nodes.Getattr: _check_attribute,
    nodes.Getitem: _check_item,
    nodes.Name: _check_name,
    nodes.Call: _check_call,
    nodes.Mul: _check_product,
}


def _unknown_names(tree: nodes.Template, roots: Roots) -> Iterator[Problem]:
    known = {*roots, *_BUILT_IN, *assigned_names(tree)}
    for node in walk(tree):
        if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in known:
            yield Problem(
                node.lineno, f"There is nothing called “{node.name}” here.{suggestion(node.name, roots)}"
            )
        elif isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
            yield from _unknown_field(node, node.node.name, roots)


def _unknown_field(node: nodes.Getattr, root: str, roots: Roots) -> Iterator[Problem]:
    fields = roots.get(root)
    if fields is not None and node.attr not in fields and node.attr not in METHODS:
        hint = suggestion(node.attr, fields, prefix=f"{root}.")
        yield Problem(node.lineno, f"“{root}” has no field “{node.attr}”.{hint}")


def assigned_names(tree: nodes.Template) -> set[str]:
    """What the text defines itself, by set, for, with or macro."""
    names = {
        node.name for node in walk(tree) if isinstance(node, nodes.Name) and node.ctx in ("store", "param")
    }
    return names | {node.name for node in walk(tree) if isinstance(node, nodes.Macro)}


def suggestion(name: str, known: Collection[str], *, prefix: str = "") -> str:
    close = get_close_matches(name, sorted(known), 1)
    if close:
        return f" Did you mean “{prefix}{close[0]}”?"
    listed = ", ".join(sorted(known)[:20])
    return f" You can use: {listed}." if listed else ""
