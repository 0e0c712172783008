"""Finds out what is missing of the demo, and has it made: what an earlier run has finished stays as it is."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from core.db import Scope, session
from core.settings import Settings
from demo import business, handover
from demo.business import OWNER, Keys
from demo.handover import Handover
from demo.saying import Say
from models import users

CONTACTS = 2_500


async def fill(config: Settings, contacts: int, say: Say) -> None:
    """The shop and the sandbox, with the file that tells how to get in; it is written last."""
    home = config.mainspring_home
    known = handover.read(home)
    if known is None or not await business.recognised((known.api_key, known.sandbox_key)):
        made = await _make(config, min(contacts, CONTACTS), say)
        handover.write(home, made)
    elif known.url != config.url:
        handover.write(home, replace(known, url=config.url))
    if contacts > CONTACTS:
        await _grow(contacts, say)


async def _make(config: Settings, contacts: int, say: Say) -> Handover:
    """A new password and new keys in any case: those of a run that was cut short are known to nobody."""
    password, now = business.new_password(), datetime.now(UTC)
    team = await business.hire(password, now)
    keys = await _keys(config, team, contacts, now, say)
    return Handover(config.url, OWNER.email, password, keys.shop, keys.sandbox)


async def _keys(config: Settings, team: dict[str, UUID], contacts: int, now: datetime, say: Say) -> Keys:
    owner = team[OWNER.email]
    places = await business.find(owner)
    if places:
        async with session(business.scope(places, owner)) as db:
            return await business.cut_keys(db, places, owner, now)
    from demo.building import Wanted, build

    return await build(config, Wanted(business.planned(), team, contacts, now), say)


async def _grow(contacts: int, say: Say) -> None:
    from demo.crowd import grow

    async with session(Scope(presented=OWNER.email)) as db:
        owner = await users.by_email(db, OWNER.email)
    places = await business.find(owner.id) if owner else None
    if places:
        await grow(places.shop, contacts, say)
