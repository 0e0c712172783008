"""Fills one context into a compiled template, in the process that it is called in; `child` gives it limits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template as JinjaTemplate
from jinja2.exceptions import TemplateError

from core.templating.outcomes import Failure, Outcome, Rendered, failure
from domain.templating.language import MAX_TEXT, TooBig, language
from domain.templating.lint import read_tree, refusals
from domain.templating.parts import Part
from domain.templating.problems import BadTemplate
from domain.templating.urls import guard_urls


class TooSlow(BaseException):
    """Raised by the clock from outside; no text can catch it."""


@dataclass(frozen=True, slots=True)
class CompiledPart:
    name: str
    template: JinjaTemplate


def compile_parts(parts: Mapping[str, Part]) -> tuple[CompiledPart, ...] | Failure:
    compiled: list[CompiledPart] = []
    for name, part in parts.items():
        outcome = _limited(name, lambda part=part: _compile(part))
        if isinstance(outcome, Failure):
            return outcome
        compiled.append(CompiledPart(name, outcome))
    return tuple(compiled)


def _compile(part: Part) -> JinjaTemplate:
    for problem in refusals(read_tree(part.source)):
        raise BadTemplate(problem)
    source = guard_urls(part.source) if part.html else part.source
    return language(html=part.html).load(source)


def render(compiled: tuple[CompiledPart, ...], context: dict[str, Any]) -> Outcome:
    parts: dict[str, str] = {}
    for part in compiled:
        outcome = _limited(part.name, lambda part=part: _write(part.template, context))
        if isinstance(outcome, Failure):
            return outcome
        parts[part.name] = outcome
    return Rendered(parts)


def _write(template: JinjaTemplate, context: dict[str, Any]) -> str:
    pieces: list[str] = []
    length = 0
    for piece in template.root_render_func(template.new_context(context)):
        length += len(piece)
        if length > MAX_TEXT:
            raise TooBig("What this text makes is larger than 1 MB.")
        pieces.append(piece)
    written = "".join(pieces)
    written.encode()  # half a character, which only a hostile text contains, could not be sent anywhere
    return written


def _limited(name: str, work: Callable[[], Any]) -> Any:
    """Whatever a text of a user does, the answer is a Failure that says so."""
    try:
        return work()
    except TooSlow:
        return failure("too_slow", part=name)
    except TooBig as error:
        return failure("too_big", _shortened(error.message), part=name, line=_line_of(error))
    except MemoryError:
        return failure("too_much_memory", part=name)
    except RecursionError:
        return failure("error", "This text is nested too deeply, or calls itself without end.", part=name)
    except BadTemplate as bad:
        return failure("error", bad.problem.message, part=name, line=bad.problem.line)
    except Exception as error:  # noqa: BLE001 -- any error of user-written code is an outcome, not an accident of ours
        return failure("error", _in_plain_words(error), part=name, line=_line_of(error))


def _in_plain_words(error: Exception) -> str:
    if isinstance(error, TemplateError):
        return _shortened(error.message)
    if isinstance(error, SyntaxError):
        return "Tags and brackets are nested too deeply in this text."
    if isinstance(error, TypeError) and "not supported between" in str(error):
        return "A text and a number are compared here, which cannot be done."
    return (
        f"This text cannot be filled in with these values: {_shortened(str(error)) or type(error).__name__}"
    )


def _shortened(message: str | None) -> str:
    return (message or "")[:300].encode("utf-8", "replace").decode()


def _line_of(error: Exception) -> int:
    """The innermost line of the user's text in the traceback."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line
