"""How long it takes from an event to its mail in the inbox when nothing else happens, with the wait for Postgres included."""

import time
from typing import Any

from bench.crowd import MAIL
from bench.measured import Measured, percentile
from bench.shop import Shop, until

MAILS = 60
AT_MOST = 60.0  # ms
_SENT = (
    "select from messages m join contacts c on c.id = m.contact_id where c.email = %s and m.state = 'sent'"
)


async def measure(shop: Shop) -> list[Measured]:
    await shop.publish("Greeting", _automation())
    await shop.acquaint(MAILS + 10, "calm")
    seconds = [await _one(shop, number) for number in range(MAILS + 10)][10:]
    return [
        Measured(
            "event → mail in the inbox when idle, median", percentile(seconds, 0.5) * 1000, "ms", most=AT_MOST
        ),
        Measured(
            "event → mail in the inbox when idle, 99th percentile", percentile(seconds, 0.99) * 1000, "ms"
        ),
    ]


def _automation() -> dict[str, Any]:
    mail = {"kind": "send_email", "subject": "Hello", "body": MAIL, "topic": "transactional", "next": None}
    return {
        "entry": {"trigger": {"kind": "event", "event": "calm.asked"}, "again": "always"},
        "start": "mail",
        "nodes": {"mail": mail},
    }


async def _one(shop: Shop, number: int) -> float:
    """Seconds from sending the request to the mail being there; looked for every millisecond."""
    address = shop.address("calm", number)
    async with shop.database() as db:

        async def there() -> bool:
            row = await (await db.execute(_SENT, (address,))).fetchone()
            return row is not None

        began = time.perf_counter()
        await shop.report({"name": "calm.asked", "contact": {"email": address}})
        await until(there, within=30, every=0.001)
        return time.perf_counter() - began
