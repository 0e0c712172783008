"""Requests to addresses that users give us: to public machines only, within limits, and with a plain word about the outcome.

A request is in doubt (`NoReply`) only once its first byte may have left; everything before that has certainly not happened.
"""

import asyncio
import re
import ssl
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from socket import AddressFamily, socket
from types import SimpleNamespace, TracebackType
from typing import Any, Literal, Self

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from core.addresses import BlockedAddress, Lookup, NoSuchHost, is_public, look_up, resolve

log = structlog.stdlib.get_logger()
PORTS = frozenset({80, 443, 8443})
MAX_URL = 4_000
_NO_ADDRESS = "This is no web address: write it like https://shop.example/orders."
_CREDENTIALS = re.compile(r"[a-z]+://[^/?#]*@", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_NOT_IN_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_UNUSABLE = re.compile(r"[\x00-\x20\x7f\\]")
_OURS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect"}
)
"""Headers that belong to the connection: another value would let one request pass for two."""

NotSentReason = Literal["invalid", "blocked", "not_found", "refused", "not_trusted"]
NoReplyReason = Literal["timed_out", "cut"]


@dataclass(frozen=True, slots=True)
class Request:
    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """Header names are in lower case. `truncated`: the answer was longer than its limit, or broke off."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class NotSent:
    """It has certainly not happened."""

    reason: NotSentReason
    message: str

    @property
    def is_permanent(self) -> bool:
        """Trying again changes nothing: the address itself is at fault."""
        return self.reason in ("invalid", "blocked")


@dataclass(frozen=True, slots=True)
class NoReply:
    """It may have happened."""

    reason: NoReplyReason
    message: str


Outcome = Answered | NotSent | NoReply


class HttpClient:
    """One for a process: connections are kept and shared. `send` never raises for what a server or a network does."""

    def __init__(
        self,
        *,
        allow_private: bool,
        timeout: float = 15.0,
        max_request: int = 1_000_000,
        max_answer: int = 1_000_000,
        connections: int = 500,
        connections_per_host: int = 100,
        ports: Collection[int] = PORTS,
        lookup: Lookup = look_up,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._ports = None if allow_private else ports
        self._timeout = timeout
        self._max_request = max_request
        self._max_answer = max_answer
        self._connections = (connections, connections_per_host)
        self._lookup = lookup
        self._trust = trust
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, request: Request, *, timeout: float | None = None) -> Outcome:
        """One attempt; redirects are answers like any other."""
        wrong = wrong_with_url(request.url, ports=self._ports) or self._wrong_with(request)
        if wrong:
            return NotSent("invalid", wrong)
        deadline = asyncio.get_running_loop().time() + (timeout or self._timeout)
        progress = SimpleNamespace(begun=False)
        try:
            async with asyncio.timeout_at(deadline):
                response = await self._ask(request, progress)
        except TimeoutError:
            return _timed_out(begun=progress.begun)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return _cut(error) if progress.begun else _not_sent(error)
        async with response:
            body, truncated = await self._read(response, deadline)
        known = {name.lower(): value for name, value in response.headers.items()}
        return Answered(response.status, known, body, truncated)

    def _wrong_with(self, request: Request) -> str | None:
        if request.body and len(request.body) > self._max_request:
            return f"The request is larger than {self._max_request // 1000:,} kB."
        if not _NAME.fullmatch(request.method):
            return f"There is no method “{request.method[:20]}”."
        for name, value in request.headers.items():
            if not _NAME.fullmatch(name) or _NOT_IN_VALUE.search(value):
                return f"The header “{name[:40]}” has characters that headers cannot have."
        return None

    async def _ask(self, request: Request, progress: SimpleNamespace) -> aiohttp.ClientResponse:
        return await self._open_session().request(
            request.method,
            request.url,
            headers={name: value for name, value in request.headers.items() if name.lower() not in _OURS},
            data=request.body,
            allow_redirects=False,
            trace_request_ctx=progress,
        )

    async def _read(self, response: aiohttp.ClientResponse, deadline: float) -> tuple[bytes, bool]:
        """What breaks off after the status is an answer all the same: the other side has acted."""
        body = bytearray()
        try:
            async with asyncio.timeout_at(deadline):
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > self._max_answer:
                        break
                else:
                    return bytes(body), False
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is one
            log.debug("an answer broke off", reason=str(error))
        response.close()
        return bytes(body[: self._max_answer]), True

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=self._connector(),
                cookie_jar=aiohttp.DummyCookieJar(),  # what one tenant's server sets, another's must not get
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
                headers={"User-Agent": "Mainspring", "Accept-Encoding": "identity"},
                trace_configs=[_watch()],
                auto_decompress=True,
            )
        return self._session

    def _connector(self) -> aiohttp.TCPConnector:
        total, per_host = self._connections
        return aiohttp.TCPConnector(
            resolver=_JudgingResolver(self._lookup, allow_private=self._allow_private),
            socket_factory=self._make_socket,
            limit=total,
            limit_per_host=per_host,
            keepalive_timeout=4,  # servers close after five seconds and more; who closes first is never in doubt
            ssl=self._trust or True,
        )

    def _make_socket(self, target: Any) -> socket:
        """The last look before a connection is made, at the very address that it goes to."""
        family, kind, protocol, _, address = target
        if not self._allow_private and not is_public(address[0]):
            raise BlockedAddress(f"{address[0]} is not on the public internet.")
        return socket(family, kind, protocol)


def wrong_with_url(url: str, *, ports: Collection[int] | None = PORTS) -> str | None:
    """Only what can be told by looking at it; where a name leads is judged when it is looked up. `ports` None: any."""
    if not url or len(url) > MAX_URL or _UNUSABLE.search(url):
        return _NO_ADDRESS
    try:
        parsed = URL(url)
        port = parsed.port
    except ValueError:
        return _NO_ADDRESS
    if parsed.scheme not in ("http", "https") or not parsed.host:
        return "A web address begins with https:// or http://."
    if _CREDENTIALS.match(url):
        return "Put user name and password into a header, not into the address."
    if ports is not None and port not in ports:
        return f"Only the ports {', '.join(map(str, sorted(ports)))} can be used."
    return None


class _JudgingResolver(AbstractResolver):
    """Hands out addresses that have been judged, so that those are connected to and no others."""

    def __init__(self, lookup: Lookup, *, allow_private: bool) -> None:
        self._lookup = lookup
        self._allow_private = allow_private

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: AddressFamily = AddressFamily.AF_UNSPEC,  # noqa: ARG002
    ) -> list[ResolveResult]:
        targets = await resolve(host, port, allow_private=self._allow_private, lookup=self._lookup)
        return [
            ResolveResult(
                hostname=host, host=target.address, port=port, family=target.family, proto=0, flags=0
            )
            for target in targets
        ]

    async def close(self) -> None:
        """Nothing is kept open."""


def _watch() -> aiohttp.TraceConfig:
    async def begin(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.begun = True

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(begin)
    return trace


def _timed_out(*, begun: bool) -> NotSent | NoReply:
    if begun:
        return NoReply("timed_out", "No answer came in time.")
    return NotSent("refused", "No connection came about in time.")


def _cut(error: Exception) -> NoReply:
    return NoReply("cut", f"The connection broke off before an answer came: {_plain(error)}.")


def _not_sent(error: Exception) -> NotSent:
    """aiohttp wraps what went wrong, sometimes twice and sometimes in a group."""
    causes = list(_causes(error))
    if any(isinstance(cause, BlockedAddress) for cause in causes):
        return NotSent("blocked", "This address leads to a machine that is not on the public internet.")
    if isinstance(error, aiohttp.InvalidURL):
        return NotSent("blocked", "This is no address of a machine on the public internet.")
    if any(isinstance(cause, NoSuchHost) for cause in causes):
        return NotSent("not_found", "There is no machine of this name.")
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return NotSent("not_trusted", f"The encryption of this machine cannot be trusted: {_plain(error)}.")
    if isinstance(error, ValueError):
        return NotSent("invalid", f"The request cannot be sent like this: {_plain(error)}.")
    return NotSent("refused", f"No connection came about: {_plain(error)}.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        inner = getattr(error, "os_error", None) or getattr(error, "certificate_error", None)
        if isinstance(inner, BaseException):
            yield inner
        error = error.__cause__ or error.__context__


def _plain(error: Exception) -> str:
    return (str(error) or type(error).__name__).rstrip(".")[:200]
