"""Problems: every error leaves as RFC 9457, the same shape for a typing mistake and for an outage."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import psycopg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from core.visits import visit
from domain.errors import (
    Conflict,
    Forbidden,
    Invalid,
    MainspringError,
    NotFound,
    Problem,
    TooLarge,
    Unavailable,
    dotted,
)

PREFIX = "/api/v1"
MEDIA_TYPE = "application/problem+json"
logger = structlog.get_logger(__name__)


class Fault(BaseModel):
    """One thing to change."""

    path: str = Field(description="Where it is: `contacts[2].email`.")
    message: str = Field(description="What to do about it.")


class ProblemDocument(BaseModel):
    """What went wrong and what to do next (RFC 9457)."""

    type: str = Field(description="Address of a page about this kind of problem.")
    title: str = Field(description="The kind of problem in a few words.")
    status: int = Field(description="The HTTP status, again.")
    detail: str = Field(description="What happened this time, for people.")
    code: str = Field(description="The kind of problem, for programs.")
    errors: list[Fault] | None = Field(
        None, description="Everything that must be changed, when the request was wrong."
    )


Translate = Callable[[Any], MainspringError]


def handle_errors(app: FastAPI) -> None:
    """Map every way to fail. Pages of the web side answer for themselves, under `app.state.page_error`."""
    app.add_exception_handler(HTTPException, _answer_http)
    for kind, translate in _TRANSLATIONS.items():
        app.add_exception_handler(kind, _answering(translate))


def _answering(translate: Translate) -> Callable[[Request, Any], Awaitable[Response]]:
    async def handler(request: Request, error: Exception) -> Response:
        return await answer(request, translate(error))

    return handler


async def answer(
    request: Request, error: MainspringError, headers: Mapping[str, str] | None = None
) -> Response:
    """The error as its reader needs it: a problem document for programs, a page for people."""
    page = getattr(request.app.state, "page_error", None)
    if page is not None and not request.url.path.startswith("/api/"):
        response: Response = await page(request, error)
        response.headers.update(headers or {})
        return response
    return respond(error, headers)


def respond(error: MainspringError, headers: Mapping[str, str] | None = None) -> Response:
    extra = dict(headers or {})
    if (wait := getattr(error, "retry_after", None)) is not None:
        extra["Retry-After"] = str(max(1, round(wait)))
    if error.status == HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = 'Bearer realm="Mainspring"'
    return JSONResponse(document(error), error.status, extra, media_type=MEDIA_TYPE)


def document(error: MainspringError) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"/api#{error.code}",
        "title": title(error.status),
        "status": error.status,
        "detail": error.message,
        "code": error.code,
    }
    if isinstance(error, Invalid) and error.problems:
        body["errors"] = [{"path": one.path, "message": one.message} for one in error.problems]
    return {**error.details, **body}


def title(status: int) -> str:
    return HTTPStatus(status).phrase


async def unexpected(request: Request, error: Exception) -> Response:
    """A fault of ours: the log has the details, the reader gets the number to ask with, and nothing else."""
    request_id = visit(request).request_id
    logger.error("request failed", exc_info=error, route=route_of(request.scope))
    fault = MainspringError(
        "Something went wrong on our side. Try again; if it stays, tell us the request id.",
        request_id=request_id,
    )
    return await answer(request, fault)


def route_of(scope: Any) -> str:
    """The route with its parameters' names: addresses may hold tokens, so they are never logged."""
    route = scope.get("route")
    path: str = getattr(route, "path_format", None) or getattr(route, "path", None) or "/unknown"
    return f"{PREFIX}{path}" if scope["path"].startswith(PREFIX) and not path.startswith(PREFIX) else path


def invalid_request(error: RequestValidationError) -> MainspringError:
    """What FastAPI found. JSON that cannot be read at all is 400, everything else 422."""
    faults = [Problem(_path(one["loc"]), _message(one)) for one in error.errors()]
    if any(one["type"] == "json_invalid" for one in error.errors()):
        return MainspringError(
            "The body is not valid JSON. Check quotes, commas and brackets.", status=400, code="not_json"
        )
    return Invalid(problems=faults)


def _path(location: tuple[str | int, ...]) -> str:
    """Without the first word, which says `body`, `query` or `path`; a header keeps its name."""
    return dotted(location[1:])


INSTANT = "Write it like 2026-11-21T09:00:00Z."


def _message(error: Mapping[str, Any]) -> str:
    known = {
        "missing": "This is needed.",
        "extra_forbidden": "There is no such field. Remove it, or check its spelling.",
        "uuid_parsing": "This is not an id.",
        "uuid_type": "This is not an id.",
        "json_type": "Send a JSON document.",
        "model_attributes_type": "Send a JSON object, with Content-Type: application/json.",
        "dict_type": "Send a JSON object.",
        "too_short": "Send at least one.",
        "string_pattern_mismatch": "There are characters in here that are not allowed at this place.",
        "datetime_type": INSTANT,
        "datetime_parsing": INSTANT,
        "datetime_from_date_parsing": INSTANT,
    }
    text: str = known.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return text if text.endswith((".", "?", "!")) else f"{text}."


async def _answer_http(request: Request, error: Any) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and (allowed := methods_of(request)):
        headers["Allow"] = ", ".join(allowed)
    return await answer(request, http_error(error), headers)


def http_error(error: HTTPException) -> MainspringError:
    match error.status_code:
        case 404:
            return NotFound("There is nothing at this address.")
        case 405:
            return MainspringError(
                "This address does not take that method; the Allow header names those it takes.",
                status=405,
                code="method_not_allowed",
            )
        case 413:
            return TooLarge("That is too much at once. Send it in smaller parts.")
        case 400:
            return MainspringError(
                "The body cannot be read. Check its form and its Content-Type.", status=400, code="unreadable"
            )
        case 403:
            return Forbidden(str(error.detail))
        case status:
            return MainspringError(str(error.detail), status=status, code="http_error")


def methods_of(request: Request) -> list[str]:
    """The methods that an address of the API takes, from its description."""
    operations: Sequence[tuple[re.Pattern[str], frozenset[str]]] = request.app.state.operations
    found = (methods for pattern, methods in operations if pattern.fullmatch(request.url.path))
    return sorted(next(found, ()))


def database_error(error: DBAPIError) -> MainspringError:
    """Postgres away is 503; a value that it cannot store is the sender's to change; a clash was a race lost."""
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return _away()
    if isinstance(error, IntegrityError):
        logger.warning("constraint refused a change", constraint=_constraint(error))
        return Conflict(
            "Somebody else changed this at the same moment. Load it again and repeat your change."
        )
    if type(error).__name__ == "DataError":
        return _unstorable()
    raise error


def driver_error(error: psycopg.Error) -> MainspringError:
    """The same from statements that go to the driver directly."""
    if isinstance(error, psycopg.DataError):
        return _unstorable()
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return _away()
    raise error


def _constraint(error: IntegrityError) -> str | None:
    diagnosis = getattr(error.orig, "diag", None)
    return getattr(diagnosis, "constraint_name", None)


def _away() -> Unavailable:
    return Unavailable("The database is away for a moment. Nothing was changed; try again.", retry_after=2)


def _unstorable() -> Invalid:
    return Invalid(
        "A text holds a character that cannot be stored (such as a zero byte), or a number is too large."
    )


def _as_is(error: MainspringError) -> MainspringError:
    return error


def _too_busy(_error: PoolTimeout) -> Unavailable:
    return Unavailable(
        "Too many requests are being worked on. Nothing was changed; try again.", retry_after=1
    )


def _not_text(_error: UnicodeEncodeError) -> Invalid:
    return _unstorable()


_TRANSLATIONS: Mapping[type[Exception], Translate] = {
    MainspringError: _as_is,
    RequestValidationError: invalid_request,
    DBAPIError: database_error,
    psycopg.Error: driver_error,
    PoolTimeout: _too_busy,
    UnicodeEncodeError: _not_text,
}
