"""Drawings, people and events for the tests of the kernel, and a traveller who takes somebody through a plan."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import activities.steps
import domain.triggers
from core.plugins import load
from domain.calendars import Duration
from domain.definitions import Definition, Plan, compile_plan, parse
from domain.facts import ContactFacts, Facts, Happening, by_name
from domain.kernel import Outcome, Position, begin, poke, resume, run
from domain.sending import FREE, Limits
from domain.steps import Change, Sent, Settled

load(activities.steps)
load(domain.triggers)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday, 09:00 in Berlin
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MAIL = {"kind": "send_email", "subject": "Hello", "body": "<mjml></mjml>"}
_ids = count(1)


def new_uuid() -> UUID:
    return UUID(int=next(_ids))


def somebody(**changes: Any) -> Facts:
    """A subscriber in Berlin; `attributes`, `tags` and the like are the contact's."""
    zone = ZoneInfo(changes.pop("time_zone", "Europe/Berlin"))
    known = {
        "id": new_uuid(),
        "created_at": NOW - DAY,
        "updated_at": NOW - DAY,
        "email": "ada@example.com",
        "consent": {"email": "subscribed"},
        **changes,
    }
    return Facts(contact=ContactFacts(**known), zone=zone, zone_source="contact")


def happened(name: str, at: datetime = NOW, **properties: Any) -> Happening:
    return Happening(new_uuid(), name, at, properties)


def knowing(facts: Facts, *happenings: Happening) -> Facts:
    return facts.with_changes(happenings=by_name(happenings))


def drawing(nodes: Mapping[str, Any], **whole: Any) -> Definition:
    """Starts at its first step, on an event that nobody else uses."""
    entry = {"trigger": {"kind": "event", "event": "signed_up"}, **whole.pop("entry", {})}
    return parse({"entry": entry, "start": next(iter(nodes), None), "nodes": nodes, **whole})


def planned(nodes: Mapping[str, Any], **whole: Any) -> Plan:
    return compile_plan(drawing(nodes, **whole), "the automation")


def wait(span: str, to: str | None = None) -> dict[str, Any]:
    return {"kind": "wait", "for": span, "next": to}


def tag(name: str, to: str | None = None) -> dict[str, Any]:
    return {"kind": "add_tag", "tag": name, "next": to}


def span(text: str) -> timedelta:
    return Duration.parse(text).elapsed


class Traveller:
    """Somebody inside a plan: each call moves the clock, asks the kernel, and carries over what came of it."""

    def __init__(self, plan: Plan, facts: Facts, now: datetime = NOW, *, limits: Limits = FREE) -> None:
        self.plan = plan
        self.facts = facts
        self.now = now
        self.limits = limits
        self.outcomes: list[Outcome] = []
        self.position: Position | None = begin(plan, now, facts.trigger)
        self.wake(now)

    @property
    def at(self) -> str | None:
        return self.position.node if self.position else None

    @property
    def ended(self) -> str | None:
        return self.outcomes[-1].ended

    @property
    def wakes(self) -> datetime:
        assert self.position
        assert self.position.wake_at
        return self.position.wake_at

    @property
    def acts(self) -> list[Any]:
        return [effect.act for outcome in self.outcomes for effect in outcome.effects]

    @property
    def changes(self) -> list[Change]:
        return [act for act in self.acts if not hasattr(act, "state")]

    @property
    def ledger(self) -> list[tuple[str, str, str | None]]:
        """What was asked of the ledger: at which step, into which state, why."""
        rows = [
            effect for outcome in self.outcomes for effect in outcome.effects if hasattr(effect.act, "state")
        ]
        return [(row.node, row.act.state, row.act.reason) for row in rows]

    @property
    def decisions(self) -> list[str]:
        return [why.decision for outcome in self.outcomes for why in outcome.whys]

    @property
    def walked(self) -> list[tuple[str, str]]:
        return [line for outcome in self.outcomes for line in outcome.lines()]

    def wake(self, at: datetime | None = None) -> "Traveller":
        """It is `at` (or when the wait is over), and somebody looks."""
        self.now = at or self.wakes
        assert self.position
        return self._take(run(self.plan, self.position, self.facts, self.now, limits=self.limits))

    def poke(self, event: str | Happening, at: datetime | None = None, **properties: Any) -> "Traveller":
        self.now = at or self.now
        happening = happened(event, self.now, **properties) if isinstance(event, str) else event
        self.facts = self.facts.after(happening)
        assert self.position
        outcome = poke(self.plan, self.position, self.facts, self.now, happening, limits=self.limits)
        return self._take(outcome) if outcome else self

    def answer(self, result: Settled | None = None, at: datetime | None = None) -> "Traveller":
        self.now = at or self.now
        assert self.position
        return self._take(
            resume(self.plan, self.position, self.facts, self.now, result or Sent(), limits=self.limits)
        )

    def _take(self, outcome: Outcome) -> "Traveller":
        self.outcomes.append(outcome)
        self.position = outcome.position
        self.facts = outcome.facts
        return self
