"""10,000 contacts through tag → wait → e-mail at once: cohorts, beside one workflow per contact.

Both do the same work with the same functions of the product: the tag with its event, the reservation, the letter that is
filled in, the inbox. What differs is what waits; and the crowd writes down besides who is inside, where they stand and why,
which the peer does not. Both are warm and take turns, because a shared machine is not as fast in one minute as in the next.
"""

from collections.abc import Sequence
from typing import Any

from bench import alone
from bench.measured import Cpu, Measured
from bench.shop import Shop, until

CONTACTS = 10_000
ALONE = 300
ROUNDS = 2
FIRST = 100  # so that everything is warm
AT_LEAST = 80  # times faster (reference of the design: 155 to 190)
MAIL = """<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ contact.first_name }}, welcome to {{ workspace.name }}.</mj-text>
<mj-button href="https://shop.example/coffee">See what is fresh</mj-button></mj-column></mj-section></mj-body></mjml>"""
SERIES: dict[str, Any] = {
    "entry": {"trigger": {"kind": "event", "event": "crowd.started"}, "again": "never"},
    "start": "tag",
    "nodes": {
        "tag": {"kind": "add_tag", "tag": "welcomed", "next": "pause"},
        "pause": {"kind": "wait", "for": "PT1S", "next": "mail"},
        "mail": {
            "kind": "send_email",
            "subject": "Welcome, {{ contact.first_name }}",
            "body": MAIL,
            "topic": "marketing",
            "next": None,
        },
    },
}
SENT = "select count(*) from messages where automation_id = %s and state = 'sent'"


async def measure(shop: Shop) -> list[Measured]:
    together: list[float] = []
    told: list[Measured] = []
    by_one = [await _alone(shop, "0")]
    for number in map(str, range(1, ROUNDS + 1)):
        seconds, told = await _together(shop, number)
        together.append(seconds)
        by_one.append(await _alone(shop, number))
    quick, slow = ROUNDS * CONTACTS / sum(together), len(by_one) * ALONE / sum(by_one)
    what = f"{CONTACTS:,} contacts through tag → wait 1 s → e-mail"
    return [
        Measured(f"{what}, {ROUNDS} times", quick, "contacts/s"),
        *told,
        Measured(f"one workflow for each contact ({len(by_one)} × {ALONE})", slow, "contacts/s"),
        Measured("how many times faster", quick / slow, "×", least=AT_LEAST),
    ]


async def _together(shop: Shop, number: str) -> tuple[float, list[Measured]]:
    """Seconds for all of them, and what they used."""
    automation = await shop.publish(f"Crowd {number}", SERIES)
    await _through(shop, automation, await shop.acquaint(FIRST, f"first{number}"))
    ids = await shop.acquaint(CONTACTS, f"crowd{number}")
    cpu = Cpu(shop.pids)
    return await _through(shop, automation, ids), cpu.each(CONTACTS)


async def _through(shop: Shop, automation: str, ids: Sequence[str]) -> float:
    """Seconds from letting them in until the last one has the mail."""
    async with shop.counting(SENT, automation) as sent:
        already = await sent()

        async def everybody() -> bool:
            return await sent() - already == len(ids)

        await shop.enrol(automation, ids)
        return await until(everybody, within=300, every=0.1)


async def _alone(shop: Shop, number: str) -> float:
    """Seconds for all of them."""
    automation = await shop.publish(f"One by one {number}", SERIES)
    return await alone.run(shop, automation, await shop.acquaint(ALONE, f"alone{number}"))
