"""Builds the demo: first in memory, then in one transaction, so that there is all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from activities import automations as publishing
from activities import holds as holding
from activities.emails import Mailroom, link_keys
from activities.plans import PLANS
from core import plugins
from core.db import Db, session
from core.settings import Settings
from core.templating import Renderer
from demo import business, contacts, diary, mails, passages
from demo.automations import SHOWN, Shown
from demo.business import Keys, Places
from demo.goods import BREWERS, ROASTS
from demo.lives import deeds
from demo.people import DAYS, people
from demo.replay import Life, Line
from demo.saying import Say
from domain.custom_fields import CustomField
from models import automations, custom_fields, versions
from models.automations import Automation
from models.workspaces import Workspace

SEED = "Fernhill"
FIELDS = (
    CustomField("favourite_roast", "choice", "Favourite roast", ROASTS),
    CustomField("brews_with", "choice", "Brews with", BREWERS),
    CustomField("birthday", "date", "Birthday"),
    CustomField("city", "text", "City"),
    CustomField("country", "text", "Country"),
    CustomField("company", "text", "Company"),
    CustomField("orders", "number", "Orders so far"),
    CustomField("spent", "number", "Spent, in euros"),
    CustomField("last_order_on", "date", "Last order"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`team` are the ids of its people by e-mail address."""

    places: Places
    team: dict[str, UUID]
    contacts: int
    now: datetime

    @property
    def since(self) -> datetime:
        return self.now - timedelta(days=DAYS + 3)

    @property
    def owner(self) -> UUID:
        return self.team[business.OWNER.email]


async def build(config: Settings, wanted: Wanted, say: Say) -> Keys:
    for folder in ("activities.steps", "domain.triggers"):
        plugins.load(folder)
    async with session(business.scope(wanted.places, wanted.owner)) as db:
        say("opening Fernhill Coffee")
        shop = await business.open_shop(db, wanted.places, wanted.team, since=wanted.since, now=wanted.now)
        await business.connect_shop(db, wanted.places, wanted.owner, since=wanted.since, now=wanted.now)
        for field in FIELDS:
            await custom_fields.create(db, shop.id, field, at=wanted.since)
        drawn = [(shown, await _draw(db, shop, shown, wanted.now)) for shown in SHOWN]
        lives = _lived(wanted, [await _line(db, one, wanted.now) for one in drawn if one[0].versions], say)
        await _write(db, config, shop, lives, say)
        await diary.write(db, shop, wanted.team, drawn, now=wanted.now)
        await business.open_sandbox(db, wanted.places, wanted.owner, wanted.now)
        return await business.cut_keys(db, wanted.places, wanted.owner, wanted.now)


async def _draw(db: Db, shop: Workspace, shown: Shown, now: datetime) -> Automation:
    """An automation with its versions, each published when it was; what was drawn since is its draft."""
    first = shown.versions[0].definition if shown.versions else shown.draft or {}
    row = await automations.create(db, shop.id, name=shown.name, draft=dict(first), now=now - shown.begun)
    for version in shown.versions:
        at = now - version.ago
        await automations.save_draft(
            db, row.id, draft=dict(version.definition), name=None, revision=None, now=at
        )
        await publishing.publish(db, row.id, in_flight="finish", name=version.name, by=version.by, now=at)
    if shown.draft:
        at = now - shown.drawn
        await automations.save_draft(db, row.id, draft=dict(shown.draft), name=None, revision=None, now=at)
    if shown.held:
        await holding.hold(db, row.id, by="Jonas Weber", now=now - shown.held)
    return row


async def _line(db: Db, one: tuple[Shown, Automation], now: datetime) -> Line:
    shown, row = one
    numbered = await versions.page(db, row.id, before=None, limit=len(shown.versions))
    ready = await PLANS.versions(db, [version.id for version in numbered])
    since = sorted((version.published_at, ready[version.id]) for version in numbered)
    return Line(since, now - shown.held if shown.held else None)


def _lived(wanted: Wanted, lines: Sequence[Line], say: Say) -> list[Life]:
    """Everybody's life so far. Each has dice of its own, so that one more person changes nobody else."""
    lives: list[Life] = []
    for person in people(Random(SEED), wanted.contacts, wanted.now):  # noqa: S311
        if len(lives) % 250 == 0:
            say(f"living the last eighteen months: {len(lives):,} of {wanted.contacts:,} people")
        dice = Random(f"{SEED}:{person.number}")  # noqa: S311
        lives.append(Life(person, deeds(dice, person, wanted.now), lines, rng=dice, now=wanted.now).live())
    contacts.number_orders(lives)
    return lives


async def _write(db: Db, config: Settings, shop: Workspace, lives: Sequence[Life], say: Say) -> None:
    all_mails = [mail for life in lives for mail in life.mails]
    say(f"storing {len(lives):,} contacts")
    await contacts.write_people(db, shop.id, lives)
    await passages.write(db, lives)
    say(f"writing {len(all_mails):,} e-mails")
    async with Renderer() as renderer:
        keys = link_keys(config.mainspring_home)
        mailroom = Mailroom(renderer, keys, base_url=config.url, sender=config.mail_from)
        letters = await mails.fill_in(db, all_mails, mailroom)
    say(f"storing {len(all_mails):,} e-mails")
    await mails.write(db, all_mails, letters)
    say("storing what happened in eighteen months")
    await contacts.write_events(db, shop.id, lives)
    await contacts.write_farewells(db, shop.id, lives)
