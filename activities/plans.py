"""Published versions, made ready to run once per process and kept for as long as they do not change."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.db import Db
from domain.definitions import Plan, compile_plan
from domain.definitions.reading import parse
from models import automations, clocks
from models.automations import Published

_KEPT = 5_000  # versions, those that were read last


@dataclass(frozen=True, slots=True)
class Ready:
    """A version that can be run."""

    version_id: UUID
    automation_id: UUID
    workspace_id: UUID
    name: str
    plan: Plan
    published_at: datetime


class Plans:
    """The versions that this process has met. Live ones are known by event name, since that is how they are asked for."""

    def __init__(self) -> None:
        self._versions: dict[UUID, Ready] = {}
        self._live: dict[UUID, tuple[int, Mapping[str, Sequence[Ready]]]] = {}

    async def entrances(
        self, db: Db, workspace_ids: Sequence[UUID]
    ) -> dict[UUID, Mapping[str, Sequence[Ready]]]:
        """For each workspace, by event name, the versions into which that event may let somebody.

        What has been published is known from the next event on: its count stands in the transaction that reads here.
        """
        counts = await clocks.plans(db, workspace_ids)
        stale = [w for w in workspace_ids if w not in self._live or self._live[w][0] != counts[w]]
        if stale:
            await self._load_live(db, stale, counts)
        return {workspace_id: self._live[workspace_id][1] for workspace_id in workspace_ids}

    async def live(self, db: Db, workspace_id: UUID, automation_id: UUID) -> Ready | None:
        """The version into which people come now; None when the automation is not live."""
        found = await automations.live(db, [workspace_id], automation_id)
        return self._keep(found)[0] if found else None

    async def versions(self, db: Db, version_ids: Iterable[UUID]) -> Mapping[UUID, Ready]:
        """The versions of these ids; they never change, so each is read once for as long as it is kept."""
        wanted = set(version_ids)
        known = {version_id: self._versions[version_id] for version_id in wanted & self._versions.keys()}
        if missing := wanted - known.keys():
            known |= {one.version_id: one for one in self._keep(await automations.published(db, missing))}
        return known

    async def _load_live(self, db: Db, workspace_ids: Sequence[UUID], counts: Mapping[UUID, int]) -> None:
        by_event: dict[UUID, dict[str, list[Ready]]] = {w: defaultdict(list) for w in workspace_ids}
        for ready in self._keep(await automations.live(db, workspace_ids)):
            for event in ready.plan.entrances:
                by_event[ready.workspace_id][event].append(ready)
        for workspace_id in workspace_ids:
            self._live[workspace_id] = (counts[workspace_id], dict(by_event[workspace_id]))

    def _keep(self, published: Iterable[Published]) -> list[Ready]:
        ready = [self._versions.get(row.version_id) or _ready(row) for row in published]
        self._versions.update({one.version_id: one for one in ready})
        for version_id in list(itertools.islice(self._versions, max(0, len(self._versions) - _KEPT))):
            del self._versions[version_id]
        return ready


def _ready(row: Published) -> Ready:
    plan = compile_plan(parse(row.definition), row.automation_id)
    return Ready(row.version_id, row.automation_id, row.workspace_id, row.name, plan, row.published_at)


PLANS = Plans()
