"""What the people of the demo do of their own accord: sign up, look around, fill carts, order, come to a workshop."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from demo import goods
from demo.people import Person, hour_of_day
from domain.calendars.zones import zone_named

VIP_FROM = 8  # orders


@dataclass(slots=True)
class Deed:
    """One thing that happens with a person. Orders get their numbers when all of them are known."""

    at: datetime
    name: str
    properties: dict[str, Any]
    source: str = "api"


@dataclass(frozen=True, slots=True)
class _Habit:
    """Days between orders, the spread of that, and how likely somebody comes back after each."""

    every: float
    spread: float
    returns: float


_HABITS = {
    "looker": _Habit(60, 30, 0.0),
    "taster": _Habit(45, 25, 0.28),
    "regular": _Habit(29, 9, 0.87),
    "devotee": _Habit(21, 2, 0.965),
    "office": _Habit(24, 5, 0.93),
}


def deeds(rng: Random, person: Person, now: datetime) -> list[Deed]:
    """Until now, oldest first."""
    found = [
        *_arrival(rng, person),
        *_visits(rng, person, now),
        *_orders(rng, person, now),
        *_workshop(rng, person),
    ]
    return sorted((deed for deed in found if deed.at <= now), key=lambda deed: deed.at)


def _arrival(rng: Random, person: Person) -> Iterator[Deed]:
    at = person.joined_at
    moment = timedelta(milliseconds=4)
    yield Deed(at, "contact.created", {})
    if person.agreed:
        yield Deed(at + moment, "contact.consent_changed", {"channel": "email", "state": "subscribed"})
    for n, tag in enumerate(_first_tags(person), 2):
        yield Deed(at + n * moment, "contact.tag_added", {"tag": tag})
    if person.source in ("newsletter", "café card"):
        page = rng.choice(list(goods.PAGES))
        form = (
            {"form": "Newsletter", "url": goods.SITE + page}
            if person.source == "newsletter"
            else {"form": "Café card"}
        )
        yield Deed(at + 9 * moment, "signed_up", form)


def _first_tags(person: Person) -> Iterator[str]:
    if person.source in ("newsletter", "café card", "workshop"):
        yield person.source
    if person.habit == "office":
        yield "wholesale"


def _visits(rng: Random, person: Person, now: datetime) -> Iterator[Deed]:
    """Now and then, less and less often."""
    at = person.joined_at + timedelta(minutes=rng.uniform(1, 12))
    gap = rng.uniform(12, 45)
    if rng.random() < 0.6:
        at = _some_day(rng, person, at + timedelta(days=gap))
    while at <= now:
        yield Deed(
            at,
            "page.visited",
            goods.visit(rng, source=rng.choice(("", "", "Instagram", "Google", "newsletter"))),
        )
        gap *= rng.uniform(1.0, 1.5)
        at = _some_day(rng, person, at + timedelta(days=gap * rng.uniform(0.5, 1.5)))


def _orders(rng: Random, person: Person, now: datetime) -> Iterator[Deed]:
    habit = _HABITS[person.habit]
    at, number = _first_order(rng, person), 0
    while at and at <= now:
        number += 1
        yield from bought(rng, person, at, channel=_channel(rng, person))
        if number == VIP_FROM:
            yield Deed(at + timedelta(seconds=3), "contact.tag_added", {"tag": "VIP"})
        if rng.random() > habit.returns:
            break
        at = _some_day(rng, person, at + timedelta(days=max(3.0, rng.gauss(habit.every, habit.spread))))
    yield from _left_carts(rng, person, now)


def _first_order(rng: Random, person: Person) -> datetime | None:
    """Who came through the checkout has just ordered; others take their time."""
    if person.habit == "looker":
        return None
    if person.source == "checkout":
        return person.joined_at + timedelta(seconds=rng.uniform(1, 3))
    return _some_day(rng, person, person.joined_at + timedelta(days=rng.expovariate(1 / 12)))


def _some_day(rng: Random, person: Person, about: datetime) -> datetime:
    return max(
        hour_of_day(rng, about.astimezone(zone_named(person.place.zone)).date(), person.place.zone), about
    )


def _channel(rng: Random, person: Person) -> str:
    return "café" if person.source == "café card" and rng.random() < 0.5 else "online"


def bought(
    rng: Random, person: Person, at: datetime, *, channel: str = "online", coupon: str = ""
) -> Iterator[Deed]:
    """An order; of those online one in three was a cart for a while."""
    filled = goods.basket(rng, person.roast or "", sacks=person.sacks)
    before = at - timedelta(minutes=rng.uniform(3, 22))
    if channel == "online" and before > person.joined_at and rng.random() < 0.35:
        yield Deed(before, "cart.updated", goods.cart(filled))
    yield Deed(at, "order.placed", goods.order(filled, channel=channel, coupon=coupon))


def _left_carts(rng: Random, person: Person, now: datetime) -> Iterator[Deed]:
    """Carts that nobody comes back to, for most people once or twice a year."""
    at = person.joined_at + timedelta(days=rng.uniform(0, 240))
    while at <= now and person.habit != "office":
        at = _some_day(rng, person, at)
        yield Deed(at, "cart.updated", goods.cart(goods.basket(rng, person.roast or "")))
        at += timedelta(days=rng.expovariate(1 / 300) + 8)


def _workshop(rng: Random, person: Person) -> Iterator[Deed]:
    if person.source == "workshop":
        at = person.joined_at + timedelta(seconds=2)
        yield Deed(at, "booking.made", goods.booking(rng, at))
    elif person.place.city == "Berlin" and rng.random() < 0.07:
        at = _some_day(rng, person, person.joined_at + timedelta(days=rng.uniform(5, 200)))
        yield Deed(at, "booking.made", goods.booking(rng, at))
