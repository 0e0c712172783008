"""What Fernhill Coffee sells, and what the shop reports about it: carts, orders, visits, bookings."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from domain.calendars.zones import instant, zone_named

SITE = "https://www.fernhill.example"
HOME = zone_named("Europe/Berlin")
FREE_SHIPPING = 40.0


@dataclass(frozen=True, slots=True)
class Good:
    """`roast` is whom it is for; goods for everybody have none."""

    sku: str
    name: str
    price: float
    roast: str = ""
    weight: float = 1.0


COFFEES = (
    Good("ESP-250", "Night Train espresso, 250 g", 10.90, "Espresso", 3),
    Good("ESP-1000", "Night Train espresso, 1 kg", 36.90, "Espresso", 2),
    Good("BRA-250", "Brazil Fazenda Sol, 250 g", 11.50, "Espresso", 2),
    Good("ETH-250", "Ethiopia Guji natural, 250 g", 14.50, "Filter", 3),
    Good("KEN-250", "Kenya Nyeri AA, 250 g", 15.90, "Filter", 2),
    Good("COL-250", "Colombia Huila, 250 g", 13.20, "Filter", 2),
    Good("GUA-1000", "Guatemala Antigua, 1 kg", 44.00, "Filter", 1),
    Good("DEC-250", "Slow Sunday decaf, 250 g", 12.40, "Decaf", 3),
    Good("DEC-1000", "Slow Sunday decaf, 1 kg", 42.00, "Decaf", 1),
    Good("SEA-250", "Roast of the month, 250 g", 13.90, "Surprise me", 4),
)
EXTRAS = (
    Good("FIL-100", "Paper filters, 100", 6.50),
    Good("CUP-001", "Fernhill cup", 16.00),
    Good("V60-002", "V60 dripper, ceramic", 24.00),
    Good("GRI-001", "Hand grinder", 79.00, weight=0.3),
    Good("CHO-070", "Dark chocolate, 70 %", 4.20),
    Good("TOT-001", "Tote bag", 12.00, weight=0.5),
)
SACK = Good("OFF-5000", "Office blend, 5 kg", 149.00)
ROASTS = ("Espresso", "Filter", "Decaf", "Surprise me")
_LIKED = {roast: tuple(good for good in COFFEES if good.roast == roast) for roast in ROASTS[:3]}
BREWERS = ("Espresso machine", "Filter cone", "French press", "Moka pot", "AeroPress", "Fully automatic")
PAGES = {
    "/": "Fernhill Coffee",
    "/shop/coffee": "Coffee",
    "/shop/coffee/ethiopia-guji": "Ethiopia Guji natural",
    "/shop/coffee/night-train": "Night Train espresso",
    "/shop/equipment": "Equipment",
    "/subscription": "Coffee by subscription",
    "/brew-guides/filter": "How to brew filter coffee",
    "/brew-guides/espresso": "Dialling in espresso",
    "/about": "Our roastery",
    "/cart": "Your basket",
    "/workshops": "Workshops",
}


@dataclass(frozen=True, slots=True)
class Workshop:
    name: str
    price: float
    hour: int


WORKSHOPS = (
    Workshop("Tasting at the roastery", 24.0, 11),
    Workshop("Latte art evening", 39.0, 18),
    Workshop("Home barista day", 89.0, 10),
)


@dataclass(frozen=True, slots=True)
class Basket:
    """`items` are in words, as the shop reports them: "2 × Night Train espresso, 250 g"."""

    items: tuple[str, ...]
    total: float


def basket(rng: Random, roast: str, *, sacks: int = 0) -> Basket:
    """Coffee of the kind that somebody likes, now and then something beside it."""
    if sacks:
        return _filled({SACK: sacks})
    chosen = [_one(rng, _LIKED.get(roast, COFFEES))]
    if rng.random() < 0.35:
        chosen.append(_one(rng, COFFEES))
    if rng.random() < 0.22:
        chosen.append(_one(rng, EXTRAS))
    return _filled({good: bisect((0.7, 0.94), rng.random()) + 1 for good in chosen})


def _one(rng: Random, goods: Sequence[Good]) -> Good:
    return rng.choices(goods, [good.weight for good in goods])[0]


def _filled(quantities: Mapping[Good, int]) -> Basket:
    items = tuple(
        f"{quantity} × {good.name}" if quantity > 1 else good.name for good, quantity in quantities.items()
    )
    return Basket(items, round(sum(good.price * quantity for good, quantity in quantities.items()), 2))


def cart(filled: Basket) -> dict[str, Any]:
    return {"items": list(filled.items), "total": filled.total, "currency": "EUR"}


def order(filled: Basket, *, channel: str = "online", coupon: str = "") -> dict[str, Any]:
    """It gets its number, and whether it is somebody's first, when it is known what else was ordered."""
    shipping = 0.0 if filled.total >= FREE_SHIPPING or channel == "café" else 4.90
    off = filled.total * 0.1 if coupon else 0.0
    placed = {
        **cart(filled),
        "total": round(filled.total + shipping - off, 2),
        "number": "",
        "channel": channel,
    }
    return {**placed, "coupon": coupon} if coupon else placed


def visit(rng: Random, *, source: str = "", path: str = "") -> dict[str, Any]:
    path = path or rng.choice(list(PAGES))
    return {"url": f"{SITE}{path}", "title": PAGES[path], **({"source": source} if source else {})}


def booking(rng: Random, at: datetime) -> dict[str, Any]:
    """A workshop on one of the Saturdays to come."""
    workshop = rng.choice(WORKSHOPS)
    local = at.astimezone(HOME)
    saturday = local + timedelta(days=(5 - local.weekday()) % 7 + 7 * rng.randint(1, 4))
    starts = instant(
        saturday.replace(hour=workshop.hour, minute=0, second=0, microsecond=0, tzinfo=None), HOME
    )
    people = rng.choices((1, 2, 3, 4), (45, 40, 8, 7))[0]
    booked = {"workshop": workshop.name, "starts_at": starts.astimezone(HOME).isoformat(), "people": people}
    return {**booked, "total": workshop.price * people, "currency": "EUR", "where": "Roastery, Berlin"}
