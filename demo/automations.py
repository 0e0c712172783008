"""The automations of the demo: three that are live, one on hold, one draft that is not ready, each as a definition."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from demo import letters

Definition = Mapping[str, Any]
_BOUGHT = {"event": "order.placed"}
_WHOLESALE = {"tag": "wholesale"}
_NOT_WHOLESALE = {"not": _WHOLESALE}


@dataclass(frozen=True, slots=True)
class Version:
    """A drawing that was published, so long ago."""

    ago: timedelta
    name: str
    by: str
    definition: Definition


@dataclass(frozen=True, slots=True)
class Shown:
    """An automation of the demo with its past. `draft` is what is drawn now, if that is not the last version."""

    name: str
    begun: timedelta
    versions: tuple[Version, ...] = ()
    draft: Definition | None = None
    drawn: timedelta = timedelta()
    held: timedelta | None = None


def _mail(
    name: str, subject: str, body: str, then: str | None, *, preheader: str = "", topic: str = "marketing"
) -> dict[str, Any]:
    written = {
        "kind": "send_email",
        "name": name,
        "subject": subject,
        "preheader": preheader,
        "topic": topic,
        "body": body,
    }
    return {**written, "next": then}


def _wait(then: str, *, days: int = 0, until: str = "", weekdays: tuple[str, ...] = ()) -> dict[str, Any]:
    limits = {"time": until, **({"weekdays": list(weekdays)} if weekdays else {})}
    return {"kind": "wait", "for": f"P{days}D", **({"until": limits} if until else {}), "next": then}


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def _welcome(*, offer: str, later: dict[str, Any]) -> Definition:
    """`offer` is the first of the `later` steps, which were others in the first version."""
    return {
        "entry": {
            "trigger": {
                "kind": "event",
                "event": "order.placed",
                "where": {"all": [{"field": "event.first_order", "op": "is", "value": True}, _NOT_WHOLESALE]},
            },
            "again": "never",
        },
        "goal": _BOUGHT,
        "exit_when": _WHOLESALE,
        "start": "thanks",
        "nodes": {
            "thanks": _mail(
                "Thank you for your first bag",
                "Thank you, {{ contact.first_name or 'and welcome' }}. Here is how we roast",
                letters.THANKS,
                "arrives",
                preheader="Your order is in good hands",
                topic="transactional",
            ),
            "arrives": {"name": "Until the bag has arrived", **_wait("opened", days=3, until="09:00")},
            "opened": {
                "kind": "branch",
                "name": "Opened the welcome?",
                "paths": [
                    {
                        "label": "Yes",
                        "when": {
                            "event": "email.opened",
                            "where": {"field": "event.node", "op": "is", "value": "thanks"},
                        },
                        "next": "brews",
                    }
                ],
                "else": "arrived",
            },
            "brews": {
                "kind": "branch",
                "name": "How do they brew?",
                "paths": [
                    {
                        "label": "Espresso",
                        "when": {
                            "field": "contact.brews_with",
                            "op": "in",
                            "value": ["Espresso machine", "Fully automatic", "Moka pot"],
                        },
                        "next": "espresso",
                    }
                ],
                "else": "filter",
            },
            "espresso": _mail(
                "Espresso guide", "Dialling in your espresso, in four minutes", letters.ESPRESSO, "empties"
            ),
            "filter": _mail(
                "Filter guide", "A better filter cup in three small steps", letters.FILTER, "empties"
            ),
            "arrived": _mail(
                "Did it arrive?",
                "Has your coffee arrived, {{ contact.first_name or 'dear customer' }}?",
                letters.ARRIVED,
                "empties",
            ),
            "empties": {
                "name": "Until the bag is nearly empty",
                **_wait(offer, days=9, until="10:00", weekdays=_WEEKDAYS),
            },
            **later,
        },
    }


_TEN = _mail("10 % off", "10 % off your second bag", letters.TEN_PERCENT, None, preheader="Good for ten days")
WELCOME_1 = _welcome(offer="ten", later={"ten": _TEN})
WELCOME_2 = _welcome(
    offer="which",
    later={
        "which": {
            "kind": "split",
            "name": "Which offer works better?",
            "paths": [
                {"label": "10 % off", "share": 50, "next": "ten"},
                {"label": "Free shipping", "share": 50, "next": "free"},
            ],
        },
        "ten": {**_TEN, "next": "looks"},
        "free": _mail(
            "Free shipping",
            "Your second bag travels free",
            letters.FREE_SHIPPING,
            "looks",
            preheader="Good for ten days",
        ),
        "looks": {
            "kind": "wait_until",
            "name": "Until they look around the shop",
            "until": {"event": "page.visited"},
            "timeout": "P8D",
            "next": "warm",
            "on_timeout": "unsure",
        },
        "warm": {"kind": "add_tag", "tag": "interested", "next": None},
        "unsure": _mail("Find my coffee", "Not sure what to try next?", letters.NOT_SURE, None),
    },
)


def _reworked(definition: Definition) -> Definition:
    """What Maya has changed since, and not published yet."""
    nodes = dict(definition["nodes"])
    nodes["empties"] = {**nodes["empties"], "for": "P7D"}
    nodes["unsure"] = {**nodes["unsure"], "subject": "Three questions, one coffee that suits you"}
    return {**definition, "nodes": nodes}


CART: Definition = {
    "entry": {
        "trigger": {"kind": "event", "event": "cart.updated", "where": _NOT_WHOLESALE},
        "again": {"after": "P3D"},
    },
    "goal": _BOUGHT,
    "start": "hour",
    "nodes": {
        "hour": {"kind": "wait", "name": "An hour to decide", "for": "PT1H", "next": "large"},
        "large": {
            "kind": "branch",
            "name": "Over 40 euros?",
            "paths": [
                {
                    "label": "Yes",
                    "when": {"field": "event.total", "op": "at_least", "value": 40},
                    "next": "ships",
                }
            ],
            "else": "reminder",
        },
        "ships": _mail("Free shipping", "Your basket, and shipping is on us", letters.CART_FREE, "day"),
        "reminder": _mail("First reminder", "You left something in your basket", letters.CART_WAITS, "day"),
        "day": {"kind": "wait", "name": "Until the next day", "for": "PT20H", "next": "last"},
        "last": _mail("Last call", "We keep your basket until tonight", letters.CART_LAST, "days"),
        "days": {"kind": "wait", "name": "Two days of grace", "for": "P2D", "next": "left"},
        "left": {"kind": "add_tag", "tag": "left a basket", "next": None},
    },
}

WIN_BACK: Definition = {
    "entry": {
        "trigger": {
            "kind": "schedule",
            "every": "day",
            "time": "09:00",
            "who": {
                "all": [
                    {"event": "order.placed", "within": "P90D"},
                    {"not": {"event": "order.placed", "within": "P60D"}},
                    {"consent": "email"},
                    _NOT_WHOLESALE,
                ]
            },
        },
        "again": {"after": "P180D"},
    },
    "goal": _BOUGHT,
    "start": "missed",
    "nodes": {
        "missed": _mail(
            "We have roasted a lot since",
            "{{ contact.first_name or 'Hello' }}, we have roasted a lot since then",
            letters.MISSED,
            "clicks",
        ),
        "clicks": {
            "kind": "wait_until",
            "name": "Until they click",
            "until": {
                "event": "email.clicked",
                "where": {"field": "event.node", "op": "is", "value": "missed"},
            },
            "timeout": "P7D",
            "next": "picked",
            "on_timeout": "fifteen",
        },
        "picked": _mail("Picked for you", "Picked for you: the roast of the month", letters.PICKED, "weeks"),
        "fifteen": _mail(
            "15 % off",
            "15 % off, if you would like to come back",
            letters.FIFTEEN,
            "weeks",
            preheader="For one week",
        ),
        "weeks": {"name": "Two weeks to think about it", **_wait("cared", days=14, until="10:00")},
        "cared": {
            "kind": "branch",
            "name": "Did they open anything?",
            "paths": [{"label": "Yes", "when": {"event": "email.opened", "within": "P30D"}, "next": None}],
            "else": "farewell",
        },
        "farewell": _mail("Shall we stop writing?", "Shall we stop writing?", letters.FAREWELL, "asleep"),
        "asleep": {"kind": "add_tag", "tag": "asleep", "next": None},
    },
}

BIRTHDAY: Definition = {
    "entry": {
        "trigger": {
            "kind": "schedule",
            "every": "day",
            "time": "08:00",
            "who": {"all": [{"field": "contact.birthday", "op": "anniversary"}, {"consent": "email"}]},
        },
        "again": {"after": "P300D"},
    },
    "start": "greeting",
    "nodes": {
        "greeting": _mail(
            "Happy birthday",
            "Happy birthday, {{ contact.first_name or 'friend' }}! The coffee is on us",
            letters.BIRTHDAY,
            "days",
        ),
        "days": {"name": "Ten days to choose", **_wait("used", days=10, until="10:00")},
        "used": {
            "kind": "branch",
            "name": "Have they ordered?",
            "paths": [{"label": "Yes", "when": {"event": "order.placed", "within": "P10D"}, "next": None}],
            "else": "reminder",
        },
        "reminder": _mail(
            "Still here", "Your birthday coffee is still waiting", letters.BIRTHDAY_WAITS, None
        ),
    },
}

NEWSLETTER: Definition = {
    "entry": {
        "trigger": {
            "kind": "event",
            "event": "signed_up",
            "where": {"field": "event.form", "op": "is", "value": "Newsletter"},
        }
    },
    "goal": _BOUGHT,
    "start": "hello",
    "nodes": {
        "hello": _mail(
            "Good to have you here",
            "Good to have you here, {{ contact.first_name or 'friend' }}",
            letters.NEWSLETTER,
            "two_days",
        ),
        "two_days": _wait("story", days=2, until="09:00"),
        "story": {
            "kind": "send_email",
            "name": "The story of the roastery",
            "subject": "How it all began",
            "body": "",
            "next": None,
        },
    },
}


def _days(days: float) -> timedelta:
    return timedelta(days=days)


SHOWN = (
    Shown(
        "Win back after 60 days",
        begun=_days(83),
        versions=(Version(_days(74.2), "First version", "Jonas Weber", WIN_BACK),),
    ),
    Shown(
        "Cart reminder",
        begun=_days(81),
        versions=(Version(_days(74.9), "First version", "Maya Ortiz", CART),),
    ),
    Shown(
        "Birthday coffee",
        begun=_days(70),
        versions=(Version(_days(66.1), "First version", "Jonas Weber", BIRTHDAY),),
        held=_days(2.9),
    ),
    Shown(
        "Welcome new customers",
        begun=_days(80),
        versions=(
            Version(_days(74.6), "First version", "Maya Ortiz", WELCOME_1),
            Version(_days(38.7), "10 % or free shipping?", "Maya Ortiz", WELCOME_2),
        ),
        draft=_reworked(WELCOME_2),
        drawn=_days(1.7),
    ),
    Shown("Newsletter welcome", begun=_days(3.4), draft=NEWSLETTER, drawn=_days(0.8)),
)
