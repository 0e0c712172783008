"""Outlets: which way the e-mail of each workspace goes, and the connections to the mail servers that are in use."""

import asyncio
from collections.abc import Iterable
from uuid import UUID

from activities.connections import NO_KEY, House
from core.db import Db, scope_to
from core.security import CannotOpen
from domain.connections import Way
from integrations.smtp import Server, SmtpChannel
from models import clocks, connections
from models.connections import Chosen

_UNUSED_FOR = 600.0  # seconds after which nobody is expected to send over a server any more


class Outlets:
    """What is chosen is read for each batch: a change holds from the next mail on, in every process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._channels: dict[Server, SmtpChannel] = {}
        self._used: dict[Server, float] = {}

    async def going(self, db: Db, ways: Iterable[Way]) -> list[UUID]:
        """All workspaces whose e-mail goes one of these ways."""
        return await self._of(db, await clocks.all_workspaces(db), ways)

    async def among(
        self, db: Db, found: Iterable[tuple[UUID, UUID]], ways: Iterable[Way]
    ) -> list[tuple[UUID, UUID]]:
        """Those (workspace, message) that go one of these ways."""
        rows = list(found)
        ours = set(await self._of(db, {workspace_id for workspace_id, _ in rows}, ways))
        return [row for row in rows if row[0] in ours]

    async def _of(self, db: Db, workspace_ids: Iterable[UUID], ways: Iterable[Way]) -> list[UUID]:
        ids, wanted = list(workspace_ids), set(ways)
        await scope_to(db, ids)
        chosen = await connections.chosen(db, ids)
        return [workspace_id for workspace_id, one in chosen.items() if self._way(one) in wanted]

    def _way(self, chosen: Chosen) -> Way:
        return self._house.way(chosen.connection, sandbox=chosen.sandbox)

    async def channels(self, db: Db, workspace_ids: Iterable[UUID]) -> dict[UUID, SmtpChannel | str]:
        """What the mails of each workspace go over, or why that cannot be said at the moment."""
        chosen = await connections.chosen(db, workspace_ids)
        found: dict[UUID, SmtpChannel | str] = {}
        for workspace_id, one in chosen.items():
            server = await self._server(db, workspace_id, one)
            found[workspace_id] = self._channel(server) if isinstance(server, Server) else server
        return found

    async def _server(self, db: Db, workspace_id: UUID, chosen: Chosen) -> Server | str:
        match self._way(chosen), chosen.connection.server:
            case "own", server if server:
                try:
                    password = await connections.password(db, self._house.keys, workspace_id)
                except CannotOpen:
                    return NO_KEY
                return self._house.reach(server, password)
            case "instance", _ if self._house.server:
                return self._house.server
            case _:
                return "The way that e-mail goes out has just been changed."

    def _channel(self, server: Server) -> SmtpChannel:
        self._used[server] = asyncio.get_running_loop().time()
        if server not in self._channels:
            self._channels[server] = SmtpChannel(server)
        return self._channels[server]

    async def tidy(self) -> None:
        """Hang up on servers that nobody uses any more."""
        now = asyncio.get_running_loop().time()
        for server in [one for one, used in self._used.items() if now - used > _UNUSED_FOR]:
            del self._used[server]
            await self._channels.pop(server).close()

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()
