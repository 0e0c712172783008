"""The language itself: Jinja in a sandbox that knows plain values only, where what is missing is empty and nothing is endless."""

import operator
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import BuiltinMethodType
from typing import Any, Self, cast

from jinja2 import ChainableUndefined, Template, nodes
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from domain.templating.filters import FILTERS, safe_url
from domain.templating.urls import FILTER_NAME

MAX_TEXT = 1_000_000
"""Characters that one value or one finished part may have."""
MAX_RANGE = 1_000
MAX_NUMBER = 10**30
METHODS = frozenset((
    "get", "items", "keys", "values", "upper", "lower", "title", "capitalize", "strip", "lstrip",
    "rstrip", "startswith", "endswith", "split",
))  # fmt: skip
TESTS = frozenset((
    "boolean", "defined", "divisibleby", "eq", "equalto", "even", "false", "float", "ge", "gt",
    "in", "integer", "iterable", "le", "lower", "lt", "mapping", "ne", "none", "number", "odd",
    "sequence", "string", "true", "undefined", "upper",
))  # fmt: skip
_PLAIN = "plain_text"
LOOP_METHODS = frozenset({"cycle", "changed"})
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class TooBig(TemplateRuntimeError):  # noqa: N818 -- an error is named as the sentence that it is
    """A value or a part is larger than any message needs."""


class Missing(ChainableUndefined):
    """A value that a contact does not have: it prints nothing, is false, and everything asked of it is missing too."""

    __slots__ = ()

    def _same(self, *_: Any, **__: Any) -> Self:
        return self

    def _no(self, _: Any) -> bool:
        return False

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _same  # type: ignore[assignment]
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __pos__ = __neg__ = _same  # type: ignore[assignment]
    __call__ = _same  # type: ignore[assignment]
    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _no  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, Missing)

    def __hash__(self) -> int:
        return hash(Missing)


def printed(value: Any) -> Any:
    """What is shown of a value: nothing of a missing one, true and false as in JSON, a list with commas."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(str(printed(one)) for one in cast("list[Any]", value))
    return value


def readable(value: Any) -> Any:
    """The same value without control characters: those mark places in a finished text, and no value may forge them."""
    if isinstance(value, str):
        return _CONTROL.sub("", value)
    if isinstance(value, dict):
        return {readable(key): readable(one) for key, one in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list):
        return [readable(one) for one in cast("list[Any]", value)]
    return value


class Language(ImmutableSandboxedEnvironment):
    """Reads nothing but dicts, lists, texts and numbers, and calls nothing but the methods named above."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, *, html: bool) -> None:
        # `optimized` would work out constant expressions while a text is merely being read
        super().__init__(autoescape=html, undefined=Missing, finalize=printed, optimized=False, loader=None)
        self.filters = {**FILTERS, FILTER_NAME: safe_url, _PLAIN: plain}
        self.tests = {name: test for name, test in self.tests.items() if name in TESTS} | {"none": _is_none}
        self.globals = {"range": short_range}

    def load(self, source: str) -> Template:
        """Ready to be filled in."""
        return self.from_string(cast("nodes.Template", _PlainSlices().visit(self.parse(source))))

    def getattr(self, obj: Any, attribute: str) -> Any:
        if attribute.startswith("_"):
            return self._missing(obj, attribute)
        if isinstance(obj, Mapping):
            found = cast("Mapping[str, Any]", obj).get(attribute)
            return self._method(cast("Any", obj), attribute) if found is None else found
        if isinstance(obj, LoopContext):
            return super().getattr(obj, attribute)
        return self._method(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        try:
            found = plain(obj)[argument]
        except (TypeError, LookupError):
            found = None
        return self._missing(obj, str(argument)) if found is None else found

    def is_safe_callable(self, obj: Any) -> bool:
        if isinstance(obj, BuiltinMethodType):
            return obj.__name__ in METHODS
        return obj is short_range or isinstance(obj, Macro | Missing | LoopContext) or _belongs_to_loop(obj)

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        if not self.is_safe_callable(obj):
            raise SecurityError("Only the filters, `range` and macros of this text can be used here.")
        return context.call(obj, *args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        if isinstance(left, Missing) or isinstance(right, Missing):
            return self._missing(None, "")
        return _OPERATORS[operator](left, right)

    def _method(self, obj: Any, name: str) -> Any:
        found = getattr(plain(obj), name, None) if name in METHODS else None
        return found if isinstance(found, BuiltinMethodType) else self._missing(obj, name)

    def _missing(self, obj: Any, name: str) -> Missing:
        return Missing(obj=obj, name=name)


def plain(value: Any) -> Any:
    """A text is escaped again once it is cut or changed: a piece of markup is no markup."""
    return str(value) if isinstance(value, Markup) else value


class _PlainSlices(NodeTransformer):
    """`x[1:3]` never comes to `getitem`: Jinja cuts by itself, so what is cut is made plain beforehand."""

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802 -- Jinja calls it by this name
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = nodes.Filter(node.node, _PLAIN, [], [], None, None, lineno=node.lineno)
        return node


def _is_none(value: Any) -> bool:
    return value is None or isinstance(value, Missing)


def _belongs_to_loop(obj: Any) -> bool:
    return isinstance(getattr(obj, "__self__", None), LoopContext) and obj.__name__ in LOOP_METHODS


def short_range(*limits: int) -> range:
    counted = range(*limits)
    if len(counted) > MAX_RANGE:
        raise TooBig(f"A loop may run {MAX_RANGE:,} times at most.")
    return counted


def _multiply(left: Any, right: Any) -> Any:
    if not (_is_number(left) and _is_number(right)):
        raise TemplateRuntimeError("Only numbers can be multiplied.")
    return _bounded(left * right)


def _power(left: Any, right: Any) -> Any:
    if not (_is_number(left) and _is_number(right)):
        raise TemplateRuntimeError("Only numbers can be raised to a power.")
    if abs(right) > 64 or abs(left) > MAX_NUMBER:
        raise TooBig("This power is too large a number.")
    return _bounded(left**right)


def _remainder(left: Any, right: Any) -> Any:
    if not (_is_number(left) and _is_number(right)):
        raise TemplateRuntimeError("Only numbers can be divided.")
    return _divided(operator.mod, left, right)


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) != isinstance(right, str):
        raise TemplateRuntimeError("To join a text and a number write ~ instead of +.")
    if isinstance(left, str) and len(left) + len(right) > MAX_TEXT:
        raise TooBig(f"A text may have {MAX_TEXT:,} characters at most.")
    return left + right


def _divided(function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    try:
        return function(left, right)
    except ZeroDivisionError:
        raise TemplateRuntimeError("Here something is divided by zero.") from None


def _bounded(number: Any) -> Any:
    if isinstance(number, complex) or abs(number) > MAX_NUMBER:
        raise TooBig("This is too large a number.")
    return number


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": _add,
    "-": operator.sub,
    "*": _multiply,
    "/": lambda left, right: _divided(operator.truediv, left, right),
    "//": lambda left, right: _divided(operator.floordiv, left, right),
    "%": _remainder,
    "**": _power,
}


@cache
def language(*, html: bool) -> Language:
    return Language(html=html)
