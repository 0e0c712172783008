"""Puts the loops of a worker process together: who hands what to whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from activities.connections import House
from activities.emails import Mailroom, link_keys
from core import telemetry
from core.http import HttpClient
from core.settings import Settings
from core.templating import Renderer
from core.temporal import connect
from engine.delivery import Delivery
from engine.emails import Capture, Smtp
from engine.loops import Loop
from engine.outlets import Outlets
from engine.relay import Relay
from engine.router import Router
from engine.steps import Requests, StepDelivery
from engine.sweeper import Claimant, Reviver, Sweeper
from models import queue
from models.messages import Kept


@dataclass(frozen=True, slots=True)
class Engine:
    """The loops, and what they share that has to be closed after them."""

    loops: Sequence[Loop]
    renderer: Renderer
    http: HttpClient

    async def close(self) -> None:
        await self.renderer.stop()
        await self.http.close()


async def build(config: Settings) -> Engine:
    """All loops of one process. They start before Temporal is there, and go on while it is away."""
    client = await connect(config, telemetry.interceptors(config), lazy=True)
    renderer = Renderer()
    http = HttpClient(allow_private=config.allow_private_urls)
    mailroom = Mailroom(
        renderer, link_keys(config.mainspring_home), base_url=config.url, sender=config.mail_from
    )
    claimant = Claimant()
    outlets = Outlets(House.of(config))
    capture = Capture(mailroom, outlets)
    deliveries: list[Delivery] = [
        StepDelivery(claimant, renderer, Requests(http)),
        Smtp(claimant, mailroom, outlets),
    ]

    def hand_over(reserved: Sequence[Kept]) -> None:
        capture.hand(reserved)
        for delivery in deliveries:
            delivery.hand(reserved)

    routers = [Router(shard, hand_over) for shard in (queue.EVENTS, queue.PAGES, queue.MORE_PAGES)]
    loops = [*routers, capture, *deliveries, Relay(client), Sweeper(claimant), Reviver()]
    return Engine(loops, renderer, http)
