"""Recipes: automations that most shops want, ready to be changed. Each is a definition like any other."""

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import indent
from typing import Any


@dataclass(frozen=True, slots=True)
class Recipe:
    key: str
    title: str
    text: str
    definition: Mapping[str, Any]


_BODY = """<mjml>
  <mj-head>
    <mj-attributes>
      <mj-all font-family="Helvetica, Arial, sans-serif" />
      <mj-text font-size="16px" line-height="1.6" color="#1f1d2b" />
    </mj-attributes>
  </mj-head>
  <mj-body background-color="#f6f5f2">
    <mj-section background-color="#ffffff" padding="24px">
      <mj-column>
{blocks}
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""
_PARAGRAPH = "<mj-text>{}</mj-text>"
_BUTTON = '<mj-button href="https://www.example.com" background-color="#5746d8">{}</mj-button>'


def _mail(subject: str, *words: str, then: str | None, button: str = "") -> dict[str, Any]:
    blocks = [_PARAGRAPH.format(one) for one in words]
    if button:
        blocks.append(_BUTTON.format(button))
    body = _BODY.format(blocks=indent("\n".join(blocks), " " * 8))
    return {"kind": "send_email", "subject": subject, "body": body, "next": then}


_HELLO = "Hello {{ contact.first_name or 'there' }},"
_BOUGHT = {"event": "order.placed"}

WELCOME: Mapping[str, Any] = {
    "entry": {"trigger": {"kind": "event", "event": "signed_up"}, "again": "never"},
    "goal": _BOUGHT,
    "start": "welcome",
    "nodes": {
        "welcome": _mail(
            "Good to have you here, {{ contact.first_name or 'friend' }}",
            _HELLO,
            "thank you for signing up with {{ workspace.name }}. Here is what people love most about us.",
            button="Have a look",
            then="pause",
        ),
        "pause": {"kind": "wait", "for": "P2D", "until": {"time": "09:00"}, "next": "tips"},
        "tips": _mail(
            "Three things worth knowing",
            _HELLO,
            "a few tips that make the start easy.",
            button="Read on",
            then="week",
        ),
        "week": {"kind": "wait", "for": "P5D", "until": {"time": "09:00"}, "next": "offer"},
        "offer": _mail(
            "A small thank-you for your first order",
            _HELLO,
            "take 10 % off your first order this week.",
            button="Use it now",
            then=None,
        ),
    },
}

CART: Mapping[str, Any] = {
    "entry": {"trigger": {"kind": "event", "event": "cart.updated"}, "again": {"after": "P3D"}},
    "goal": _BOUGHT,
    "start": "hour",
    "nodes": {
        "hour": {"kind": "wait", "for": "PT1H", "next": "reminder"},
        "reminder": _mail(
            "You left something behind",
            _HELLO,
            "your cart is still waiting for you.",
            button="Go to my cart",
            then="day",
        ),
        "day": {"kind": "wait", "for": "P1D", "until": {"time": "10:00"}, "next": "last"},
        "last": _mail(
            "Shall we keep it for you?",
            _HELLO,
            "we hold your cart until tomorrow.",
            button="Order now",
            then=None,
        ),
    },
}

WIN_BACK: Mapping[str, Any] = {
    "entry": {
        "trigger": {
            "kind": "schedule",
            "every": "day",
            "time": "09:00",
            "who": {
                "all": [
                    {"event": "order.placed"},
                    {"not": {"event": "order.placed", "within": "P60D"}},
                ]
            },
        },
        "again": {"after": "P180D"},
    },
    "goal": _BOUGHT,
    "start": "miss",
    "nodes": {
        "miss": _mail(
            "We have not seen you for a while",
            _HELLO,
            "here is what is new since your last visit.",
            button="See what is new",
            then="wait",
        ),
        "wait": {
            "kind": "wait_until",
            "until": _BOUGHT,
            "timeout": "P7D",
            "next": None,
            "on_timeout": "offer",
        },
        "offer": _mail(
            "A little something to come back for",
            _HELLO,
            "15 % off, for a week.",
            button="Come back",
            then=None,
        ),
    },
}

BIRTHDAY: Mapping[str, Any] = {
    "entry": {
        "trigger": {
            "kind": "schedule",
            "every": "day",
            "time": "08:00",
            "who": {"field": "contact.birthday", "op": "anniversary"},
        },
        "again": {"after": "P300D"},
    },
    "start": "greeting",
    "nodes": {
        "greeting": _mail(
            "Happy birthday, {{ contact.first_name or 'friend' }}!",
            _HELLO,
            "have a wonderful day. There is a present waiting for you.",
            button="Open it",
            then=None,
        ),
    },
}

RECIPES: tuple[Recipe, ...] = (
    Recipe(
        "welcome",
        "Welcome series",
        "Three e-mails for people who have just signed up; ends as soon as they buy.",
        WELCOME,
    ),
    Recipe(
        "cart",
        "Cart reminder",
        "Two friendly reminders for a cart that was left; ends as soon as they buy.",
        CART,
    ),
    Recipe(
        "win-back",
        "Win back",
        "For customers who have not bought for 60 days, with an offer if they hesitate.",
        WIN_BACK,
    ),
    Recipe("birthday", "Birthday", "A greeting on the morning of their birthday.", BIRTHDAY),
)


def recipe(key: str) -> Recipe | None:
    return next((one for one in RECIPES if one.key == key), None)
