"""Forms: what was typed, checked field by field, and given back with what is wrong when it cannot be taken."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from starlette.datastructures import FormData
from starlette.responses import Response

from domain.errors import Invalid, MainspringError, TooMany
from web.contexts.base import Form

T = TypeVar("T")
# A browser does not show it again: whoever mistyped a password types it anew.
_NEVER_SHOWN = frozenset({"password", "csrf"})


class Checked:
    """Runs the checks of a form one by one and keeps what they find; `raise_faults` then refuses it as a whole."""

    def __init__(self) -> None:
        self._errors: dict[str, str] = {}

    def take(self, name: str, check: Callable[[], T], default: T) -> T:
        """The checked value; `default` when it is refused, which nobody gets to see."""
        try:
            return check()
        except Invalid as error:
            self._errors[name] = error.problems[0].message if error.problems else error.message
            return default

    def raise_faults(self) -> None:
        if self._errors:
            raise Refused(self._errors)


class Refused(Invalid):
    """A form with faults: field → what to do about it; "" is about the form as a whole."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("Some of this must be changed.")
        self.errors = dict(errors)


def typed(sent: FormData, names: Iterable[str]) -> dict[str, str]:
    """The fields of these names, as text; a field that was not sent is not there."""
    return {name: str(sent[name]) for name in names if name in sent}


def refused(error: MainspringError, values: Mapping[str, str]) -> Form:
    """The form again, as it was left, with what is wrong where it is wrong."""
    shown = {name: value for name, value in values.items() if name not in _NEVER_SHOWN}
    return Form(values=shown, errors=_errors(error))


def patient(response: Response, error: MainspringError) -> Response:
    """Says when to try again, where there were too many attempts."""
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return response


def _errors(error: MainspringError) -> dict[str, str]:
    if isinstance(error, Refused):
        return error.errors
    if isinstance(error, Invalid) and error.problems:
        return {problem.path: problem.message for problem in reversed(error.problems)}
    return {"": error.message}
