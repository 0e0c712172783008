"""Logs: one line of JSON per fact (words on a terminal), with the request and the workspace; never a secret or an address."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, cast

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"
# By name: whatever is in there is nobody's business.
_PRIVATE = re.compile(
    r"password|passwd|secret|token|authorization|cookie|api_?key|csrf|ciphertext|email|phone|first_name|last_name",
    re.IGNORECASE,
)
# By look: what libraries put into their messages.
_LOOKS = (
    (re.compile(r"\bms_[A-Za-z0-9_-]{16,}"), "[key]"),
    (re.compile(r"\bBearer\s+\S+", re.IGNORECASE), "Bearer [hidden]"),
    (re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]*[A-Za-z]"), "[address]"),
    (re.compile(r"(://[^/\s:@]+:)[^@/\s]+@"), r"\1[hidden]@"),
    (re.compile(r"\b[A-Za-z0-9_-]{43}\b"), "[token]"),
)
_LINE_BREAKS = str.maketrans({"\r": "\\r", "\n": "\\n", "\x1b": "\\e"})


def configure(level: str = "info", *, json: bool | None = None) -> None:
    """Everything that logs, ours and the libraries', goes to stderr through the same filter."""
    as_json = not sys.stderr.isatty() if json is None else json
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(as_json)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    logging.getLogger(
        "uvicorn.access"
    ).disabled = True  # it writes whole addresses, in which tokens may stand


def _renderer(as_json: bool) -> Processor:
    if as_json:
        return structlog.processors.JSONRenderer(serializer=_dump)
    # not the default formatter of exceptions: it prints the local variables, passwords among them
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _dump(event: Any, **_options: Any) -> str:
    return orjson.dumps(event, default=repr).decode()


def hide(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Takes out what is private by its name, and what looks like a secret or an address wherever it is."""
    return {name: _hidden(name, value) for name, value in event.items()}


def _hidden(name: str, value: Any) -> Any:
    if name.startswith("_"):
        return value
    if value and _PRIVATE.search(name):
        return HIDDEN
    if isinstance(value, str):
        return scrub(value, keep_lines=name == "exception")
    if isinstance(value, Mapping):
        return {key: _hidden(str(key), item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_hidden(name, item) for item in cast("list[Any]", value)]
    return value


def scrub(text: str, *, keep_lines: bool = False) -> str:
    """The text without secrets, addresses and line breaks: a line of the log is always one line of ours."""
    for look, instead in _LOOKS:
        text = look.sub(instead, text)
    return text if keep_lines else text.translate(_LINE_BREAKS)
