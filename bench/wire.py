"""HTTP/1.1 at its leanest on both ends, so that what is measured is the product and not the load or the receiver."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any, Self, cast

import orjson

_OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


def _whole(data: bytes | bytearray) -> int:
    """Where the first message ends, 0 when it is not all there yet."""
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return 0
    for line in bytes(data[:head]).lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            end = head + 4 + int(line[15:])
            return end if len(data) >= end else 0
    return head + 4


class Connection:
    """One kept-alive connection that posts JSON and waits for each answer."""

    def __init__(self, host: str, port: int, head: bytes) -> None:
        self._host, self._port, self._head = host, port, head

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def post(self, body: dict[str, Any]) -> int:
        """The status of the answer."""
        content = orjson.dumps(body)
        self._writer.write(self._head + b"content-length: %d\r\n\r\n" % len(content) + content)
        answer = bytearray()
        while not (end := _whole(answer)):
            if not (more := await self._reader.read(65536)):
                raise ConnectionError("the connection was closed")
            answer += more
        del answer[end:]
        return int(answer[9:12])


class _Receiver(asyncio.Protocol):
    def __init__(self, received: Callable[[bytes], None]) -> None:
        self._received = received
        self._data = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        while end := _whole(self._data):
            head = self._data.find(b"\r\n\r\n") + 4
            self._received(bytes(self._data[head:end]))
            del self._data[:end]
            self._transport.write(_OK)


@dataclass
class Sink:
    """`received`: the number in each body that came, and when (perf_counter)."""

    url: str
    received: dict[int, float] = field(default_factory=dict[int, float])
    doubled: int = 0

    def take(self, body: bytes) -> None:
        number = int(orjson.loads(body)["number"])
        self.doubled += number in self.received
        self.received.setdefault(number, time.perf_counter())


@contextlib.asynccontextmanager
async def sink() -> AsyncGenerator[Sink]:
    made = Sink("")
    server = await asyncio.get_running_loop().create_server(lambda: _Receiver(made.take), "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    yield made
    server.close()
