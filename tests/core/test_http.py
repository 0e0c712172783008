"""Requests to addresses of users: what reaches a machine, and what is said of what became of it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from socket import AF_INET, SOCK_STREAM

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from core.addresses import BlockedAddress, is_public
from core.http import Answered, HttpClient, NoReply, NotSent, Request, wrong_with_url
from tests.fakes.certificates import Certificates, make_certificates

# Every one of these leads to this machine, or to one that is not public (reference: OWASP, and what getaddrinfo makes of them)
PRIVATE_FORMS = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "0", "0.0.0.0",
    "１２７.0.0.1", "localhost", "LOCALHOST.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "[fe80::1]", "[fc00::1]", "10.0.0.1", "172.16.0.1",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "[64:ff9b:1::7f00:1]",
]  # fmt: skip


@dataclass
class Canary:
    """A server on this machine that counts who comes by."""

    port: int = 0
    hits: int = 0
    connections: int = 0
    requests: list[web.Request] = field(default_factory=list[web.Request])
    bodies: list[bytes] = field(default_factory=list[bytes])

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.hits += 1
        self.requests.append(request)
        self.bodies.append(await request.read())
        match request.path:
            case "/redirect":
                raise web.HTTPFound(f"http://127.0.0.1:{self.port}/secret")
            case "/slow":
                await asyncio.sleep(5)
            case "/cut":
                assert request.transport
                request.transport.abort()
            case "/large":
                return web.Response(body=b"x" * 50_000)
            case "/cookie":
                return web.Response(headers={"Set-Cookie": "a=b", "X-Odd": "1"})
            case "/drip":
                response = web.StreamResponse()
                await response.prepare(request)
                for _ in range(100):
                    await response.write(b"drip")
                    await asyncio.sleep(0.1)
            case "/broken":
                response = web.StreamResponse(headers={"Content-Length": "100"})
                await response.prepare(request)
                await response.write(b"half")
                assert request.transport
                request.transport.close()
                return response
            case _:
                pass
        return web.json_response({"path": request.path_qs}, status=201)


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    canary = Canary()
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", canary.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    canary.port = runner.addresses[0][1]
    yield canary
    await runner.cleanup()


@pytest.fixture
async def free() -> AsyncIterator[HttpClient]:
    """As with ALLOW_PRIVATE_URLS."""
    async with HttpClient(allow_private=True, timeout=0.5, max_answer=10_000) as client:
        yield client


@pytest.fixture
async def careful(canary: Canary) -> AsyncIterator[HttpClient]:
    """The canary's port is let through, so that the addresses have to be judged."""
    async with HttpClient(allow_private=False, timeout=2, ports={canary.port}) as client:
        yield client


@pytest.mark.parametrize("host", PRIVATE_FORMS)
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_no_form_of_a_private_address_is_reached(
    careful: HttpClient, canary: Canary, scheme: str, host: str
) -> None:
    outcome = await careful.send(Request(f"{scheme}://{host}:{canary.port}/"))
    assert isinstance(outcome, NotSent)
    assert outcome.reason in ("blocked", "invalid", "not_found")
    assert canary.hits == 0


async def test_a_name_that_changes_its_mind_is_of_no_use(canary: Canary) -> None:
    """First it is public, then it is us: the address that was judged is the one that is connected to."""
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["192.0.2.1"] if len(asked) == 1 else ["127.0.0.1"]

    async def one_is_ours(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34", "127.0.0.1"]

    for lookup in (rebinding, one_is_ours):
        async with HttpClient(allow_private=False, timeout=0.3, lookup=lookup, ports={canary.port}) as client:
            for _ in range(3):
                outcome = await client.send(Request(f"http://shop.example:{canary.port}/"))
                assert isinstance(outcome, NotSent)
    assert canary.hits == 0


async def test_the_last_look_is_at_the_socket(careful: HttpClient) -> None:
    with pytest.raises(BlockedAddress):
        careful._make_socket((AF_INET, SOCK_STREAM, 0, "", ("127.0.0.1", 80)))
    careful._make_socket((AF_INET, SOCK_STREAM, 0, "", ("8.8.8.8", 80))).close()


async def test_a_redirect_is_an_answer(free: HttpClient, canary: Canary) -> None:
    outcome = await free.send(Request(f"http://127.0.0.1:{canary.port}/redirect"))
    assert isinstance(outcome, Answered)
    assert (outcome.status, outcome.headers["location"]) == (302, f"http://127.0.0.1:{canary.port}/secret")
    assert canary.hits == 1


@pytest.mark.parametrize(
    "url",
    [
        "", "shop.example", "ftp://shop.example", "file:///etc/passwd", "gopher://shop.example:80/", "javascript:alert(1)",
        "http://", "http:///x", "http://user@shop.example", "http://user:pw@shop.example", "http://@shop.example",
        "http://shop.example:22", "http://shop.example:6379", "http://shop.example:0", "http://shop.example:99999",
        "http://shop.example/a b", "http://shop.example/\r\nHost: x", "http://shop.example\\@127.0.0.1/",
        "http://shop.example\t/", "http://[::1", "http://shop.example/" + "x" * 4_000,
    ],
)  # fmt: skip
async def test_what_is_no_public_web_address_is_refused_at_sight(url: str) -> None:
    async with HttpClient(allow_private=False) as client:
        outcome = await client.send(Request(url))
    assert isinstance(outcome, NotSent)
    assert outcome.reason == "invalid"
    assert outcome.is_permanent
    assert outcome.message.endswith(".")


@pytest.mark.parametrize(
    "url", ["https://shop.example", "http://shop.example:80/a?b=c#d", "https://shop.example:8443/ü"]
)
def test_public_web_addresses_are_fine_at_sight(url: str) -> None:
    assert wrong_with_url(url) is None


async def test_an_answer(free: HttpClient, canary: Canary) -> None:
    request = Request(
        f"http://127.0.0.1:{canary.port}/a?b=c",
        headers={"X-Key": "k", "Content-Type": "application/json"},
        body=b'{"a":1}',
    )
    outcome = await free.send(request)
    assert isinstance(outcome, Answered)
    assert (outcome.status, outcome.body, outcome.truncated) == (201, b'{"path": "/a?b=c"}', False)
    assert outcome.headers["content-type"] == "application/json; charset=utf-8"
    assert canary.bodies == [b'{"a":1}']
    assert canary.requests[0].method == "POST"
    assert canary.requests[0].headers["X-Key"] == "k"


async def test_headers_of_the_connection_are_ours(free: HttpClient, canary: Canary) -> None:
    headers = {
        "Host": "evil.example",
        "Content-Length": "3",
        "Transfer-Encoding": "chunked",
        "Connection": "close",
    }
    outcome = await free.send(Request(f"http://127.0.0.1:{canary.port}/", headers=headers, body=b"whole"))
    assert isinstance(outcome, Answered)
    assert canary.requests[0].headers["Host"] == f"127.0.0.1:{canary.port}"
    assert canary.bodies == [b"whole"]


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X\r\nY": "b"}, {"X": "a\nb"}, {"X": "a\x00b"}])
async def test_a_header_cannot_bring_in_another(
    free: HttpClient, canary: Canary, headers: dict[str, str]
) -> None:
    outcome = await free.send(Request(f"http://127.0.0.1:{canary.port}/", headers=headers))
    assert isinstance(outcome, NotSent)
    assert outcome.reason == "invalid"
    assert canary.hits == 0


async def test_cookies_are_not_kept(free: HttpClient, canary: Canary) -> None:
    for _ in range(2):
        await free.send(Request(f"http://localhost:{canary.port}/cookie"))
    assert "Cookie" not in canary.requests[1].headers


async def test_a_long_answer_is_cut(free: HttpClient, canary: Canary) -> None:
    outcome = await free.send(Request(f"http://127.0.0.1:{canary.port}/large"))
    assert isinstance(outcome, Answered)
    assert (len(outcome.body), outcome.truncated) == (10_000, True)


async def test_a_large_request_is_not_sent(canary: Canary) -> None:
    async with HttpClient(allow_private=True, max_request=1_000) as client:
        outcome = await client.send(Request(f"http://127.0.0.1:{canary.port}/", body=b"x" * 1_001))
    assert isinstance(outcome, NotSent)
    assert canary.hits == 0


@pytest.mark.parametrize("path", ["drip", "broken"])
async def test_an_answer_that_breaks_off_is_an_answer(free: HttpClient, canary: Canary, path: str) -> None:
    outcome = await free.send(Request(f"http://127.0.0.1:{canary.port}/{path}"))
    assert isinstance(outcome, Answered)
    assert (outcome.status, outcome.truncated) == (200, True)
    assert outcome.body.startswith((b"drip", b"half"))


@pytest.mark.parametrize(("path", "reason"), [("slow", "timed_out"), ("cut", "cut")])
async def test_what_has_left_and_got_no_answer_is_in_doubt(
    free: HttpClient, canary: Canary, path: str, reason: str
) -> None:
    outcome = await free.send(Request(f"http://127.0.0.1:{canary.port}/{path}"))
    assert isinstance(outcome, NoReply)
    assert outcome.reason == reason
    assert canary.hits == 1


async def test_nobody_listening(free: HttpClient) -> None:
    outcome = await free.send(Request("http://127.0.0.1:1/"))
    assert isinstance(outcome, NotSent)
    assert (outcome.reason, outcome.is_permanent) == ("refused", False)


async def test_no_such_name(free: HttpClient) -> None:
    outcome = await free.send(Request("http://nobody.invalid/"))
    assert isinstance(outcome, NotSent)
    assert outcome.reason == "not_found"


async def test_a_connection_that_never_comes_about_is_not_in_doubt() -> None:
    async def nowhere(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(5)
        return []

    async with HttpClient(allow_private=True, timeout=0.1, lookup=nowhere) as client:
        outcome = await client.send(Request("http://shop.example/"))
    assert outcome == NotSent("refused", "No connection came about in time.")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize("trusting", [True, False])
async def test_certificates_are_checked(certificates: Certificates, trusting: bool) -> None:
    async def hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(hello, "127.0.0.1", 0, ssl=certificates.server)
    url = f"https://localhost:{server.sockets[0].getsockname()[1]}/"
    trust: ssl.SSLContext | None = certificates.client if trusting else None
    async with server, HttpClient(allow_private=True, timeout=2, trust=trust) as client:
        outcome = await client.send(Request(url, method="GET"))
    if trusting:
        assert isinstance(outcome, Answered)
        assert outcome.body == b"hi"
    else:
        assert isinstance(outcome, NotSent)
        assert outcome.reason == "not_trusted"


async def test_connections_are_kept(free: HttpClient, canary: Canary) -> None:
    ports = set[int]()
    for _ in range(20):
        await free.send(Request(f"http://127.0.0.1:{canary.port}/"))
        transport = canary.requests[-1].transport
        ports.add(transport.get_extra_info("peername")[1] if transport else 0)
    assert len(ports) == 1


async def test_many_at_once(free: HttpClient, canary: Canary) -> None:
    outcomes = await asyncio.gather(
        *(free.send(Request(f"http://127.0.0.1:{canary.port}/{n}"), timeout=20) for n in range(300))
    )
    assert [outcome.body for outcome in outcomes if isinstance(outcome, Answered)] == [
        b'{"path": "/%d"}' % number for number in range(300)
    ]


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


PRIVATE_NETWORKS = [
    "10.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
]


@settings(deadline=None)
@given(st.data())
def test_no_private_address_is_public_in_any_disguise(data: st.DataObject) -> None:
    network = data.draw(st.sampled_from(PRIVATE_NETWORKS))
    address = data.draw(st.ip_addresses(v=4, network=network))
    packed = int(address)
    disguises = [
        str(address), f"::ffff:{address}", f"::{address}", f"64:ff9b::{address}", f"64:ff9b:1::{address}",
        f"2002:{packed >> 16:x}:{packed & 0xFFFF:x}::1",
    ]  # fmt: skip
    assert not any(map(is_public, disguises))


@settings(deadline=None)
@given(st.text(max_size=40))
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(f"x{text}")
