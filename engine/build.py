"""Puts the loops of a worker process together: who hands what to whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from activities.emails import Mailroom, link_keys
from core import telemetry
from core.settings import Settings
from core.templating import Renderer
from core.temporal import connect
from engine.emails import Capture
from engine.loops import Loop
from engine.relay import Relay
from engine.router import Router
from engine.sweeper import Claimant, Reviver, Sweeper
from models.messages import Kept


@dataclass(frozen=True, slots=True)
class Engine:
    """The loops, and the renderer whose child processes they share."""

    loops: Sequence[Loop]
    renderer: Renderer

    async def close(self) -> None:
        await self.renderer.stop()


async def build(config: Settings) -> Engine:
    """All loops of one process. They start before Temporal is there, and go on while it is away."""
    client = await connect(config, telemetry.interceptors(config), lazy=True)
    renderer = Renderer()
    mailroom = Mailroom(
        renderer, link_keys(config.mainspring_home), base_url=config.url, sender=config.mail_from
    )
    claimant = Claimant()
    capture = Capture(mailroom, sandboxes_only=config.smtp_url is not None)

    def hand_over(reserved: Sequence[Kept]) -> None:
        capture.hand(reserved)

    routers = [Router(shard, hand_over) for shard in range(config.router_shards)]
    return Engine([*routers, capture, Relay(client), Sweeper(claimant), Reviver()], renderer)
