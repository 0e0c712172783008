"""The people of the demo: who they are, when and how they came, how they drink their coffee and read their mail."""

import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Literal, NamedTuple

from demo.goods import BREWERS, HOME, ROASTS
from demo.places import CULTURES, ELSEWHERE, PLACES, Place
from domain.calendars.zones import instant, zone_named
from domain.texts import unaccented

Source = Literal["checkout", "newsletter", "café card", "workshop", "office"]
Habit = Literal["looker", "taster", "regular", "devotee", "office"]

DAYS = 548
"""Eighteen months of history."""
_GROWTH = 1.0026
"""A day: eight per cent a month."""
_HOURS = (1, 1, 0, 0, 0, 1, 4, 9, 11, 10, 9, 8, 9, 10, 8, 7, 7, 8, 9, 11, 12, 10, 6, 3)
"""How many do something in each hour of their own day."""
_UNTIL = tuple(accumulate(_HOURS))
_MONTHS = {11: 1.12, 12: 1.25, 1: 0.9, 7: 0.85, 8: 0.8}
_MAILERS = ("example.com",) * 6 + ("example.org",) * 2 + ("example.net",) * 2
_OFFICES = ("Studio", "Atelier", "Praxis", "Agentur", "Kanzlei", "Werkstatt", "Labor", "Verlag")


@dataclass(frozen=True, slots=True)
class Person:
    """`reads` is how likely they open a mail, `clicks` how likely they click in one that they have opened."""

    number: int
    first_name: str
    last_name: str
    email: str
    phone: str | None
    place: Place
    birthday: date | None
    roast: str | None
    brews_with: str | None
    company: str | None
    source: Source
    habit: Habit
    joined_at: datetime
    agreed: bool
    reads: float
    clicks: float
    unreachable: bool

    @property
    def sacks(self) -> int:
        """Offices buy by the sack."""
        return 1 + self.number % 3 if self.habit == "office" else 0

    @property
    def attributes(self) -> dict[str, str]:
        """What the shop knows of them in fields of its own."""
        known = {
            "city": self.place.city,
            "country": self.place.country,
            "birthday": self.birthday.isoformat() if self.birthday else None,
            "favourite_roast": self.roast,
            "brews_with": self.brews_with,
            "company": self.company,
        }
        return {name: value for name, value in known.items() if value is not None}

    @property
    def external_id(self) -> str | None:
        """Customers have a number in the shop."""
        return None if self.habit == "looker" else f"C-{20_000 + self.number}"


def hour_of_day(rng: Random, day: date, zone: str) -> datetime:
    """Some moment of this day where somebody lives, more likely when people are awake."""
    hour = bisect(_UNTIL, rng.randrange(_UNTIL[-1]))
    local = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60), rng.randrange(1_000_000)))
    return instant(local, zone_named(zone))


def joining(rng: Random, count: int, now: datetime) -> list[date]:
    """On which days they came, oldest first: more and more of them, more before Christmas, fewer at weekends."""
    here = now.astimezone(HOME)
    days = [here.date() - timedelta(days=DAYS - n) for n in range(DAYS + 1)]
    weights = [_weight(rng, day, n) for n, day in enumerate(days)]
    weights[-1] *= sum(_HOURS[: here.hour]) / sum(_HOURS)  # today is not over
    sums = list(accumulate(weights))
    return sorted(days[min(bisect(sums, rng.random() * sums[-1]), DAYS)] for _ in range(count))


def _weight(rng: Random, day: date, n: int) -> float:
    weekday = 0.75 if day.weekday() >= 5 else 1.0
    return _GROWTH**n * _MONTHS.get(day.month, 1.0) * weekday * rng.uniform(0.6, 1.4)


def people(rng: Random, count: int, now: datetime, *, first: int = 0) -> list[Person]:
    """In the order in which they came; `first` is the number of the first of them."""
    taken = set[str]()
    return [
        _person(rng, number, day, now, taken) for number, day in enumerate(joining(rng, count, now), first)
    ]


class _Manner(NamedTuple):
    """How somebody came, with what they are likely to become."""

    source: Source
    share: float
    habits: Sequence[float]  # of looker, taster, regular, devotee, office
    agrees: float


_MANNERS = (
    _Manner("checkout", 42, (0, 48, 40, 12, 0), 0.71),
    _Manner("newsletter", 38, (68, 20, 10, 2, 0), 0.98),
    _Manner("café card", 12, (45, 30, 22, 3, 0), 0.86),
    _Manner("workshop", 5, (40, 35, 20, 5, 0), 0.78),
    _Manner("office", 3, (0, 0, 0, 0, 100), 0.6),
)
_HABITS: tuple[Habit, ...] = ("looker", "taster", "regular", "devotee", "office")


def _person(rng: Random, number: int, day: date, now: datetime, taken: set[str]) -> Person:
    place = rng.choices(PLACES, [one.share for one in PLACES])[0]
    manner = rng.choices(_MANNERS, [one.share for one in _MANNERS])[0]
    if manner.source in ("café card", "workshop"):
        place = PLACES[0]
    first, last = _name(rng, place)
    joined = hour_of_day(rng, day, place.zone)
    if joined > now:
        joined = now - timedelta(hours=rng.uniform(0.1, 9))
    born = _birthday(rng, day)
    habit = rng.choices(_HABITS, manner.habits)[0]
    reads = min(0.97, max(0.04, rng.betavariate(2.4, 2.2)))
    return Person(
        number=number,
        first_name=first,
        last_name=last,
        email=_email(rng, first, last, born, taken),
        phone=_phone(rng, place),
        place=place,
        birthday=born if rng.random() < 0.62 else None,
        roast=_roast(rng) if habit != "office" and rng.random() < 0.78 else None,
        brews_with=rng.choice(BREWERS) if habit not in ("looker", "office") and rng.random() < 0.7 else None,
        company=f"{rng.choice(_OFFICES)} {last}" if habit == "office" else None,
        source=manner.source,
        habit=habit,
        joined_at=joined.astimezone(UTC),
        agreed=rng.random() < manner.agrees,
        reads=reads,
        clicks=0.1 + 0.25 * reads * rng.random(),
        unreachable=rng.random() < 0.008,
    )


def _name(rng: Random, place: Place) -> tuple[str, str]:
    """One in five was born elsewhere, and some of those have married since."""
    here = CULTURES[place.culture]
    there = CULTURES[rng.choice(ELSEWHERE)] if rng.random() < 0.2 else here
    return rng.choice(there.first), rng.choice((here if rng.random() < 0.15 else there).last)


def _birthday(rng: Random, day: date) -> date:
    age = min(78.0, max(19.0, rng.gauss(38, 12)))
    return day - timedelta(days=math.floor(age * 365.25) + rng.randrange(365))


def _roast(rng: Random) -> str:
    return rng.choices(ROASTS, (38, 34, 10, 18))[0]


def _email(rng: Random, first: str, last: str, born: date, taken: set[str]) -> str:
    """As people choose them; who finds theirs taken adds the year of birth, or any number."""
    one, other = (_plain(name) for name in (first, last))
    local = rng.choices(
        (f"{one}.{other}", f"{one[0]}.{other}", f"{one}{other[:1]}", f"{one}_{other}", one), (62, 16, 8, 8, 6)
    )[0]
    domain = rng.choice(_MAILERS)
    endings = ["", f"{born:%y}", f".{born.year}"]
    while (address := f"{local}{endings.pop(0) if endings else rng.randrange(100, 10**7)}@{domain}") in taken:
        pass
    taken.add(address)
    return address


def _plain(name: str) -> str:
    spelled = name.lower().translate(
        {ord("ü"): "ue", ord("ö"): "oe", ord("ä"): "ae", ord("ø"): "oe", ord("ł"): "l", ord("ı"): "i"}
    )
    return "".join(letter for letter in unaccented(spelled) if letter.isascii() and letter.isalnum())


def _phone(rng: Random, place: Place) -> str | None:
    if place.phone is None or rng.random() < 0.45:
        return None
    prefix, digits = place.phone
    return prefix + f"{rng.randrange(10**digits):0{digits}}"
