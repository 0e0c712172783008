"""How the people of the demo read their mail: when they open it, what they do then, who has had enough."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from demo import goods
from demo.lives import Deed, bought
from demo.people import Person
from domain.calendars.zones import zone_named

_WAKES, _SLEEPS = 7, 23
_APPEAL = {
    "thanks": 1.35,
    "reminder": 1.2,
    "ships": 1.25,
    "greeting": 1.3,
    "last": 0.85,
    "missed": 0.75,
    "fifteen": 0.8,
    "unsure": 0.8,
    "farewell": 0.7,
}
"""How much likelier than usual a mail is opened."""
_BUYS = {
    "reminder": 0.42,
    "ships": 0.5,
    "last": 0.3,
    "ten": 0.3,
    "free": 0.36,
    "greeting": 0.35,
    "fifteen": 0.3,
}
"""How likely somebody buys who has clicked, where the mail has an offer."""
_COUPONS = {"ten": "SECOND", "fifteen": "HELLOAGAIN", "greeting": "BIRTHDAY"}
_LINKS = {
    "thanks": "/about",
    "arrived": "/about",
    "espresso": "/brew-guides/espresso",
    "filter": "/brew-guides/filter",
    "reminder": "/cart",
    "ships": "/cart",
    "last": "/cart",
    "picked": "/shop/coffee/ethiopia-guji",
    "farewell": "/subscription",
}
"""Where the button of a mail leads, if not to the coffees."""
_LEAVES = 0.009


@dataclass(slots=True)
class Reading:
    """What became of a mail, and what its reader did because of it."""

    opened_at: datetime | None = None
    clicked_at: datetime | None = None
    left_at: datetime | None = None
    url: str = ""
    deeds: tuple[Deed, ...] = ()


def reading(rng: Random, person: Person, node: str, sent_at: datetime, *, now: datetime) -> Reading:
    """All of it until now: what is still to come is nobody's knowledge."""
    if rng.random() > min(0.97, person.reads * _APPEAL.get(node, 1.0)):
        return Reading()
    opened = _awake(person, sent_at + timedelta(hours=min(90.0, rng.lognormvariate(0.7, 1.4)), seconds=25))
    found = Reading(opened_at=opened)
    if rng.random() < person.clicks:
        found.clicked_at = opened + timedelta(seconds=rng.uniform(6, 240))
        found.url = goods.SITE + _linked(node)
        found.deeds = tuple(_afterwards(rng, person, node, found.clicked_at))
    elif rng.random() < _LEAVES:
        found.left_at = opened + timedelta(seconds=rng.uniform(8, 60))
        refused = {"channel": "email", "state": "unsubscribed"}
        found.deeds = (Deed(found.left_at, "contact.consent_changed", refused, "person"),)
    return _until(found, now)


def _linked(node: str) -> str:
    return _LINKS.get(node, "/shop/coffee")


def _awake(person: Person, at: datetime) -> datetime:
    """Nobody reads at night: what comes then is read over breakfast."""
    local = at.astimezone(zone_named(person.place.zone))
    if _WAKES <= local.hour < _SLEEPS:
        return at
    return at + timedelta(hours=(_WAKES - local.hour) % 24, minutes=local.minute / 2)


def _afterwards(rng: Random, person: Person, node: str, clicked: datetime) -> Iterator[Deed]:
    landed = clicked + timedelta(seconds=rng.uniform(1, 3))
    yield Deed(landed, "page.visited", goods.visit(rng, source="e-mail", path=_linked(node)))
    if rng.random() < _BUYS.get(node, 0.16):
        at = landed + timedelta(minutes=rng.uniform(8, 55))
        yield from bought(rng, person, at, coupon=_COUPONS.get(node, ""))


def _until(found: Reading, now: datetime) -> Reading:
    if found.opened_at and found.opened_at > now:
        return Reading()
    if found.clicked_at and found.clicked_at > now:
        found.clicked_at = None
    if found.left_at and found.left_at > now:
        found.left_at = None
    return found
