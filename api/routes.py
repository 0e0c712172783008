"""The router that every file of this folder makes for its noun: one transaction a request, repeatable POSTs, strict bodies."""

import json
import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any, Self, get_type_hints

import pydantic_core
from fastapi import APIRouter, Request, Response, params
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import SchemaValidator

from api.deps import Needs, current_caller
from api.idempotency import repeated
from api.problems import INSTANT
from core.visits import UnitRoute
from domain import permissions


class Part(BaseModel):
    """An object inside of what a client sends."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Body(Part):
    """What a client sends, the outermost object. Unknown fields are refused, and `false` is no number: it is read as
    strict JSON."""

    @model_validator(mode="wrap")
    @classmethod
    def _as_strict_json(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, dict):
            return handler(value)
        content = _to_json(value)
        if rb"\u0000" in content and _ZERO.search(content):
            raise ValueError(
                "A text in here holds a zero character (\\u0000), which cannot be stored. Leave it out."
            )
        if _DOUBTFUL.search(content) and not _storable(value):
            raise ValueError(
                "A number in here cannot be stored: it is too large, or none (NaN). Send at most 18 digits, or text."
            )
        return _strictly(cls).validate_json(content, strict=True)


_ZERO = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # not the six characters of somebody who writes about it

_DOUBTFUL = re.compile(rb"[0-9]{19}|NaN|Infinity")  # mostly an id in a text, rarely a number


def _storable(value: Any) -> bool:
    """Numbers without end are no JSON, and whole ones have 64 bits there."""
    if isinstance(value, dict):
        return all(map(_storable, value.values()))
    if isinstance(value, list):
        return all(map(_storable, value))
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or -(2**63) <= value < 2**63


@cache
def _strictly(body: type[Body]) -> SchemaValidator:
    """The validator of a body without the wrapper above: inside of a wrapper, JSON is no longer JSON, and a strict date
    is not read from text."""
    return SchemaValidator(_unwrapped(body.__pydantic_core_schema__))


def _unwrapped(schema: Any) -> Any:
    if schema["type"] == "function-wrap":
        return schema["schema"]
    return {**schema, "schema": _unwrapped(schema["schema"])}


def _to_json(value: Any) -> bytes:
    try:
        return pydantic_core.to_json(value)
    except (
        ValueError,
        pydantic_core.PydanticSerializationError,
    ):  # half of a surrogate pair, a number without end
        return json.dumps(value).encode()


def _not_a_number(value: Any) -> Any:
    """`since=0.5` is no instant, although it could be taken for half a second after 1970."""
    if isinstance(value, str) and re.fullmatch(r"[-+]?[0-9.]+", value):
        raise ValueError(INSTANT)
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_not_a_number)]  # for the query of a list


class ApiRoute(UnitRoute):
    """A route of the API: `Idempotency-Key` is honoured, and the permission that it needs stands in its description."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        dependencies: Sequence[params.Depends] | None = None,
        openapi_extra: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        checks = [d.dependency for d in dependencies or () if isinstance(d.dependency, Needs)]
        self.public = not checks  # then there is no caller whose keys could be told apart
        self.needed = [permission for check in checks for permission in check.permissions]
        extra = dict(openapi_extra or {})
        if checks:
            extra["x-needs"] = self.needed
        super().__init__(path, endpoint, dependencies=dependencies, openapi_extra=extra, **options)

    async def before(self, request: Request) -> Response | None:
        return None if self.public else await repeated(request)


class LeanRoute(ApiRoute):
    """A route that is asked a thousand times a second: its handler takes a body, the request and the caller, and no more.

    FastAPI's way from a body to a handler takes three times as long as this one. Whatever is not plainly right still goes
    that way, so that there is one place that says what is wrong. Only the order is another: who may not ask is told so before
    the body is read.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        dependencies: Sequence[params.Depends] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(path, endpoint, dependencies=dependencies, **options)
        body, *others, _answer = get_type_hints(endpoint).values()
        known = all(isinstance(one.dependency, Needs) for one in dependencies or ())
        if not known or not issubclass(body, Body) or others != [Request, permissions.Caller]:
            raise TypeError(f"{endpoint.__name__} asks for more than a LeanRoute gives")
        self._body: type[Body] = body

    async def before(self, request: Request) -> Response | None:
        if known := await super().before(request):
            return known
        caller = await current_caller(request)
        caller.require(*self.needed)
        posted = await _plain(self._body, request)
        if posted is None:
            return None
        return self._answer(await self.endpoint(posted, request, caller))

    def _answer(self, answer: BaseModel) -> Response:
        content = answer.__pydantic_serializer__.to_json(answer)
        return Response(content, self.status_code or 200, media_type="application/json")


# What only a second look can tell from a text or a number that cannot be stored: 1e400 has no end either.
_AMISS = re.compile(rb"\\u0000|[:,\[\s]-?[0-9.]+[eE]\+?[0-9]{3}|" + _DOUBTFUL.pattern)


async def _plain(body: type[Body], request: Request) -> Body | None:
    """What was sent, when there is nothing to say against it."""
    content = await request.body()
    if request.headers.get("content-type") != "application/json" or _AMISS.search(content):
        return None
    try:
        return _strictly(body).validate_json(content, strict=True)
    except ValidationError:
        return None


class Router(APIRouter):
    """`router = Router(prefix="/contacts", tags=["Contacts"])`: `api/app.py` finds it by its name."""

    def __init__(self, *, route_class: type[ApiRoute] = ApiRoute, **options: Any) -> None:
        super().__init__(route_class=route_class, **options)
