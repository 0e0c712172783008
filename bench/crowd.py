"""10,000 contacts through tag → wait → e-mail at once: cohorts, beside one workflow per contact.

Both do the same work with the same functions of the product: the tag with its event, the reservation, the letter that is
filled in, the inbox. Only what waits differs. Both are warm, and the peer is measured before and after, because a shared
machine is not as fast in one minute as in the next.
"""

from collections.abc import Sequence
from typing import Any

from bench import alone
from bench.measured import Cpu, Measured
from bench.shop import Shop, until

CONTACTS = 10_000
ALONE = 300
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
    before = await _alone(shop, "early")
    together, used = await _together(shop)
    after = await _alone(shop, "late")
    one_by_one = 2 * ALONE / (before + after)
    return [
        Measured(f"{CONTACTS:,} contacts through tag → wait 1 s → e-mail", together, "contacts/s"),
        *used,
        Measured(f"one workflow for each contact (2 × {ALONE})", one_by_one, "contacts/s"),
        Measured("how many times faster", together / one_by_one, "×", least=AT_LEAST),
    ]


async def _together(shop: Shop) -> tuple[float, list[Measured]]:
    automation = await shop.publish("Crowd", SERIES)
    await _through(shop, automation, await shop.acquaint(FIRST, "first"))
    ids = await shop.acquaint(CONTACTS, "crowd")
    cpu = Cpu(shop.pids)
    seconds = await _through(shop, automation, ids)
    return CONTACTS / seconds, cpu.each(CONTACTS)


async def _through(shop: Shop, automation: str, ids: Sequence[str]) -> float:
    """Seconds from letting them in until the last one has the mail."""
    async with shop.counting(SENT, automation) as sent:
        already = await sent()

        async def everybody() -> bool:
            return await sent() - already == len(ids)

        await shop.enrol(automation, ids)
        return await until(everybody, within=300, every=0.1)


async def _alone(shop: Shop, prefix: str) -> float:
    """Seconds for all of them."""
    automation = await shop.publish(f"One by one, {prefix}", SERIES)
    return await alone.run(shop, automation, await shop.acquaint(ALONE, prefix))
