"""The outermost layer: a number for each request, safe headers on each answer, a limit to each body, a line in the log."""

import logging
import secrets
import time

import structlog
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from core import telemetry, visits
from core.settings import Settings

MAX_BODY = 10 * 1024 * 1024
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
GONE = 499  # nobody waits for the answer any more; only the numbers and the log see it
NAME = "mainspring.http"
logger = structlog.get_logger(NAME)
_log = logging.getLogger(NAME)


def safe_headers(settings: Settings) -> dict[str, str]:
    """What every answer carries unless its route says otherwise (a mail preview may be framed, a pixel shown anywhere)."""
    headers = {
        "content-security-policy": CONTENT_POLICY,
        "x-content-type-options": "nosniff",
        # not `no-referrer`: browsers would then send `Origin: null` with our own forms
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
        "cache-control": "no-store",
    }
    if settings.secure:
        headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return headers


class Edge:
    """One plain ASGI layer for all of it: at 1,700 requests a second each layer more costs a part of a core."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._defaults = [(name.encode(), value.encode()) for name, value in safe_headers(settings).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = visits.begin(scope, secrets.token_hex(8))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=visit.request_id)
        status, begun = 0, time.perf_counter()

        async def send_safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._completed(message["headers"], visit)
            await send(message)

        with telemetry.IN_FLIGHT.track_inprogress():
            try:
                await self._app(scope, _limited(scope, receive), send_safely)
            except ClientDisconnect:
                status = status or GONE
            except Exception as error:
                if status:
                    raise  # half of the answer is out: only cutting the line tells the reader that it is not whole
                await (await problems.unexpected(Request(scope), error))(scope, receive, send_safely)
        _record(scope, status, time.perf_counter() - begun)

    def _completed(
        self, headers: list[tuple[bytes, bytes]], visit: visits.Visit
    ) -> list[tuple[bytes, bytes]]:
        present = {name for name, _value in headers}
        ours = [(b"x-request-id", visit.request_id.encode())]
        ours += [(name.lower().encode(), value.encode()) for name, value in visit.headers.items()]
        return [*headers, *(pair for pair in self._defaults if pair[0] not in present), *ours]


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Stops reading at the limit of the route, which is known by the time its body is asked for."""
    received = 0

    async def limited() -> Message:
        nonlocal received
        limit: int = getattr(scope.get("endpoint"), "max_body", MAX_BODY)
        if not received and _announced(scope) > limit:
            raise HTTPException(413)
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413)
        return message

    return limited


def _announced(scope: Scope) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(length) if length.isdigit() else 0


def _record(scope: Scope, status: int, seconds: float) -> None:
    route, method = problems.route_of(scope), scope["method"]
    telemetry.count_request(method, route, status, seconds)
    level = logging.DEBUG if status < 400 else logging.INFO
    if _log.isEnabledFor(level):  # asked first: at full speed a line that nobody sees is dear
        logger.log(level, "answered", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
