"""Events posted by ten connections, each performing an HTTP action: event → condition → POST, everything durable.

n8n 2.8 performs 144 a second at its best on this kind of machine, with load and receiver on the same two cores.
"""

import asyncio
import itertools
import time
from typing import Any
from urllib.parse import urlsplit

from bench.measured import Cpu, Measured, percentile
from bench.shop import Shop, until
from bench.wire import Connection, Sink, sink

CONNECTIONS = 10
SECONDS = 10.0
CONTACTS = 2_000
AT_LEAST = 1_000
PEER = 144


async def measure(shop: Shop) -> list[Measured]:
    async with sink() as receiver:
        await shop.publish("Orders", _automation(receiver.url))
        await shop.acquaint(CONTACTS, "buyer")
        await _post(shop, seconds=2.0, first=-1_000_000)  # so that everything is warm
        await _settled(receiver)
        cpu = Cpu(shop.pids)
        began = time.perf_counter()
        posted, answers = await _post(shop, seconds=SECONDS, first=1)
        performed = sum(number > 0 and at <= began + SECONDS for number, at in receiver.received.items())
        await _settled(receiver)
        lost = len(posted.keys() - receiver.received.keys())
        latencies = [
            receiver.received[number] - at for number, at in posted.items() if number in receiver.received
        ]
        used = cpu.each(len(posted))
    return [
        Measured("events accepted", len(posted) / SECONDS, "a second"),
        Measured("HTTP actions performed inside that time", performed / SECONDS, "a second", least=AT_LEAST),
        Measured("times n8n's best on this kind of machine", performed / SECONDS / PEER, "×"),
        Measured("answer to a post, median", percentile(answers, 0.5) * 1000, "ms"),
        Measured("answer to a post, 99th percentile", percentile(answers, 0.99) * 1000, "ms"),
        Measured("event → action, median", percentile(latencies, 0.5) * 1000, "ms"),
        Measured("event → action, 99th percentile", percentile(latencies, 0.99) * 1000, "ms"),
        *used,
        Measured("lost", lost, "", most=0),
        Measured("doubled", receiver.doubled, "", most=0),
    ]


def _automation(url: str) -> dict[str, Any]:
    call = {
        "kind": "http_request",
        "method": "POST",
        "url": url,
        "body": '{"number": {{ event.number }}, "total": {{ event.total }}}',
        "next": None,
    }
    return {
        "entry": {"trigger": {"kind": "event", "event": "order.placed"}, "again": "always"},
        "start": "large",
        "nodes": {
            "large": {
                "kind": "branch",
                "paths": [
                    {
                        "label": "Large",
                        "when": {"field": "event.total", "op": "more_than", "value": 50},
                        "next": "call",
                    }
                ],
                "else": None,
            },
            "call": call,
        },
    }


async def _post(shop: Shop, *, seconds: float, first: int) -> tuple[dict[int, float], list[float]]:
    """When each event was posted, by number, and how long each answer took."""
    place = urlsplit(shop.url)
    head = (
        f"POST /api/v1/events HTTP/1.1\r\nhost: {place.netloc}\r\nauthorization: Bearer {shop.key}\r\n"
        "content-type: application/json\r\n"
    ).encode()
    numbers = itertools.count(first)
    posted: dict[int, float] = {}
    answers: list[float] = []
    end = time.perf_counter() + seconds

    async def one() -> None:
        async with Connection(place.hostname or "", place.port or 80, head) as connection:
            while (at := time.perf_counter()) < end:
                number = next(numbers)
                posted[number] = at
                if (
                    status := await connection.post(_event(number, shop.address("buyer", number % CONTACTS)))
                ) != 202:
                    raise RuntimeError(f"an event was answered by {status}")
                answers.append(time.perf_counter() - at)

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return posted, answers


def _event(number: int, address: str) -> dict[str, Any]:
    return {
        "events": [
            {
                "name": "order.placed",
                "contact": {"email": address},
                "properties": {"number": number, "total": 99.5, "currency": "EUR"},
                "idempotency_key": f"order-{number}",
            }
        ]
    }


async def _settled(receiver: Sink) -> None:
    """Until nothing has come for a second."""
    seen = -1

    async def still() -> bool:
        nonlocal seen
        before, seen = seen, len(receiver.received)
        await asyncio.sleep(1)
        return before == seen

    await until(still, within=120)
