"""Step: call a web address. The request carries our send key, so a receiver that honours it acts once."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field, StringConstraints

from domain.steps import (
    HttpAnswer,
    Later,
    NoAnswer,
    Params,
    Performed,
    Refused,
    Sent,
    StepContext,
    Unknown,
    step,
)

MAX_KEPT = 32_768  # bytes of an answer that are kept for later steps
LONGEST_BACK_OFF = timedelta(days=1)
NOT_DONE_YET = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})

HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", max_length=200)]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[^\r\n]*$", max_length=4_000)]


class HttpRequest(Params):
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(
        default="POST",
        title="Method",
        description="How to call it; most services that take something want POST.",
    )
    url: str = Field(
        title="Address",
        description="Where to send the request.",
        examples=["https://example.com/hooks/orders"],
        min_length=1,
        max_length=4_000,
        pattern=r"^(https?://|\{\{)\S.*$",
        json_schema_extra={"x-widget": "template", "x-placeholder": "https://"},
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        default_factory=dict,
        title="Headers",
        description="Sent along, such as a key that the service gave you.",
        max_length=50,
        json_schema_extra={"x-widget": "headers", "x-advanced": True},
    )
    body: str = Field(
        default="",
        title="Content",
        description="What is sent; {{ contact.email | json }} fills in a value so that it stays valid JSON.",
        examples=['{"email": {{ contact.email | json }}}'],
        max_length=100_000,
        json_schema_extra={"x-widget": "template"},
    )
    save_as: str | None = Field(
        default=None,
        title="Keep the answer as",
        description="A short name; later steps read it as {{ data.name.body }}. The person waits here for the answer.",
        max_length=60,
        pattern=r"^[a-z][a-z0-9_]*$",
        json_schema_extra={"x-widget": "line", "x-advanced": True},
    )
    on_unknown: Literal["ask", "repeat"] = Field(
        default="ask",
        title="If nobody can tell whether it arrived",
        description="Repeat only if the receiver honours the Idempotency-Key header, or if twice does no harm.",
        json_schema_extra={"x-labels": {"ask": "Ask me", "repeat": "Send it again"}, "x-advanced": True},
    )


@step(
    "http_request",
    title="Call a web address",
    help="Tell another program, or ask it something",
    group="Data",
    icon="world-upload",
    summary="{method} {url}",
    sample={
        "method": "POST",
        "url": "https://example.com/hooks/orders",
        "body": '{"email": {{ contact.email | json }}}',
    },
    channel="http",
)
async def perform(context: StepContext, params: HttpRequest) -> Performed:
    try:
        answer = await context.http.request(params.method, **rendered(context, params))
    except NoAnswer as error:
        return _in_doubt(params, str(error) or "No answer came.")
    return judged(params, answer)


def rendered(context: StepContext, params: HttpRequest) -> dict[str, Any]:
    """The request with the contact's values filled in."""
    headers = {name.lower(): context.render(value) for name, value in params.headers.items()}
    headers["idempotency-key"] = context.send_key
    body = context.render(params.body)
    if body:
        headers.setdefault("content-type", _content_type(body))
    return {
        "url": context.render(params.url).strip(),
        "headers": headers,
        "body": body.encode() if body else None,
    }


def judged(params: HttpRequest, answer: HttpAnswer) -> Performed:
    """What an answer means: done, no, not yet, or nobody knows."""
    if 200 <= answer.status < 300:
        return Sent({"status": answer.status, "body": _kept(answer)})
    said = f"It answered {answer.status} {_phrase(answer.status)}".strip()
    if answer.status in NOT_DONE_YET:
        return Later(said, _retry_after(answer))
    if 300 <= answer.status < 400:
        return Refused(f"{said}. Enter the address it leads to; redirects are not followed.")
    return Refused(said) if answer.status < 500 else _in_doubt(params, said)


def _in_doubt(params: HttpRequest, reason: str) -> Performed:
    return Later(reason) if params.on_unknown == "repeat" else Unknown(reason)


def _content_type(body: str) -> str:
    return "application/json" if body.lstrip()[:1] in ("{", "[") else "text/plain; charset=utf-8"


def _kept(answer: HttpAnswer) -> Any:
    """JSON as values, anything else as text; None where it is too long to carry along."""
    if len(answer.body) > MAX_KEPT:
        return None
    text = (
        answer.body.decode(errors="replace").replace("\x00", "").replace("\\u0000", "")
    )  # Postgres keeps no NUL
    try:
        return orjson.loads(text) if "json" in answer.headers.get("content-type", "") else text
    except orjson.JSONDecodeError:
        return text


def _phrase(status: int) -> str:
    return next((known.phrase for known in HTTPStatus if known == status), "")


def _retry_after(answer: HttpAnswer) -> timedelta | None:
    seconds = answer.headers.get("retry-after", "")
    return (
        min(timedelta(seconds=int(seconds)), LONGEST_BACK_OFF)
        if seconds.isdecimal() and len(seconds) < 8
        else None
    )
