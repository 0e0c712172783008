"""The description of the API (OpenAPI 3.1), completed with what holds for every route: problems, scopes, keys, limits."""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import MEDIA_TYPE, ProblemDocument, title
from domain.permissions import PERMISSIONS

METHODS = ("get", "post", "put", "patch", "delete")
_PROBLEM = {"$ref": "#/components/schemas/ProblemDocument"}
_MEANINGS = {
    400: "The request cannot be read, such as JSON with a missing bracket.",
    401: "Nobody is signed in, or the key is not known.",
    403: "Known, but not allowed to do this.",
    404: "There is no such thing in this workspace.",
    409: "It was changed meanwhile, exists already, or is still being worked on.",
    413: "More than is taken at once.",
    422: "What was sent must be changed; `errors` says where.",
    429: "Too often; `Retry-After` says when it is fine again.",
    503: "A part of this instance is away for a moment; try again.",
}
_ALWAYS = (401, 403, 422, 429, 503)
# Said in words and not as a parameter: whoever makes up requests from the description would make up keys as well, and be
# given the answer of another request.
_REPEATABLE = (
    "May be repeated safely: send `Idempotency-Key` (up to 255 letters, digits and signs, new for each new request), and a"
    " request that comes again is answered as before and done once. Keys are kept for 48 hours."
)


def describe(app: FastAPI) -> None:
    """Make `app.openapi()` say everything, and tell the 405 handler which methods an address takes."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    openapi_version="3.1.0",
                    description=app.description,
                    routes=app.routes,
                )
            )
        return app.openapi_schema

    app.openapi = openapi
    app.state.operations = [
        (_pattern(path), frozenset(method.upper() for method in operations if method in METHODS))
        for path, operations in openapi()["paths"].items()
    ]


def _pattern(path: str) -> re.Pattern[str]:
    """An id is a UUID, so `/contacts/batch` is no contact."""
    return re.compile(re.sub(r"\\{([^}]*)\\}", _part, re.escape(path)))


def _part(parameter: re.Match[str]) -> str:
    return "[0-9a-fA-F-]{32,36}" if parameter[1].endswith("_id") else "[^/]+"


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["ProblemDocument"] = problem
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    document["components"]["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key from the settings of the workspace.",
        },
    }
    document["security"] = [{"key": []}]
    for method, operation in _operations(document):
        _complete_operation(method, operation)
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for operations in document["paths"].values():
        for method in METHODS:
            if method in operations:
                yield method, operations[method]


def _complete_operation(method: str, operation: dict[str, Any]) -> None:
    needed = operation.get("x-needs")
    public = needed is None
    statuses: set[int] = {422, 503} if public else set(_ALWAYS)
    if any(_may_be_missing(parameter) for parameter in operation.get("parameters", ())):
        statuses.add(404)
    if method != "get":
        statuses |= {404, 409, 413}
    if "requestBody" in operation:
        statuses.add(400)
    responses = operation["responses"]
    for status in sorted(statuses):
        responses[str(status)] = _problem_response(status)
    if public:
        operation["security"] = []
    elif needed:
        scopes = ", ".join(f"`{scope}` ({PERMISSIONS[scope].lower()})" for scope in needed)
        operation["description"] = f"{operation.get('description', '')}\n\nScope: {scopes}.".strip()
    if method == "post" and not public:
        operation["x-repeatable"] = True
        operation["description"] = f"{operation['description']}\n\n{_REPEATABLE}"


def _may_be_missing(parameter: dict[str, Any]) -> bool:
    return parameter["in"] == "path" or parameter["name"] == "cursor" or parameter["name"].endswith("_id")


def _problem_response(status: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": f"{title(status)}. {_MEANINGS[status]}",
        "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
    }
    if status in (429, 503):
        response["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return response
