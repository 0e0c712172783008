"""One person's past in the automations: what they did, fed to the real kernel at the times when they did it.

People do not meet, so each life is replayed alone and in memory: a queue of deeds, wake-ups and mornings, in order of time.
What the kernel decides becomes mails, tags and further deeds; nothing is written here.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from activities.plans import Ready
from demo.goods import HOME
from demo.lives import Deed
from demo.people import Person
from demo.readers import Reading, reading
from domain.calendars.zones import local_date, zone_named
from domain.conditions import evaluate, mentions
from domain.conditions.timing import next_change
from domain.entries import Earlier, TurnedAway, base_key, entry
from domain.facts import ContactFacts, Facts, Happening
from domain.kernel import Effect, Outcome, Position, begin, poke, run
from domain.kernel.values import Reserve
from domain.sending import Limits
from domain.steps import AddTag

_TICK = timedelta(microseconds=1)
_ON_ITS_WAY = timedelta(seconds=1)
"""From the decision to send until the mail is out."""
_FULL = 0.0016
"""How often a mailbox is full."""


def id_at(at: datetime) -> UUID:
    """An id as it would have been made then, so that the past sorts before the present."""
    return uuid7(nanoseconds=int(at.timestamp() * 1_000_000) * 1_000)


@dataclass(frozen=True)
class Line:
    """A live automation: its versions with the times from which they were in force, and since when it is on hold."""

    versions: Sequence[tuple[datetime, Ready]]
    held_at: datetime | None = None

    @cached_property
    def ways_in(self) -> frozenset[str]:
        """Events that may let somebody in, at once or on the next of its mornings."""
        return frozenset().union(*(_ways_in(ready) for _, ready in self.versions))

    def at(self, moment: datetime) -> Ready | None:
        """Into which version people come at this moment, if they come in at all."""
        return None if self.stands_still(moment) else self.published(moment)

    def published(self, moment: datetime) -> Ready | None:
        return next((ready for since, ready in reversed(self.versions) if since <= moment), None)

    def stands_still(self, moment: datetime) -> bool:
        return self.held_at is not None and moment >= self.held_at


def _ways_in(ready: Ready) -> frozenset[str]:
    trigger = ready.plan.trigger
    return ready.plan.entrances | (mentions(trigger.audience()).reacts_to if trigger else frozenset())


@dataclass(slots=True)
class Mail:
    """One mail that a step asked for. `told` are the properties of its events: they name the subject, once it is known."""

    id: UUID
    passage: "Passage"
    node: str
    send_key: str
    at: datetime
    state: str
    reason: str | None
    facts: Facts
    read: Reading = field(default_factory=Reading)
    told: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @property
    def sent_at(self) -> datetime:
        return self.at + _ON_ITS_WAY


@dataclass(slots=True)
class Passage:
    """One passage through an automation, with everything that the kernel said about it."""

    id: UUID
    line: Line
    ready: Ready
    entry_key: str
    trigger: Happening | None
    position: Position | None
    said: list[tuple[datetime, Outcome]] = field(default_factory=list[tuple[datetime, Outcome]])

    @property
    def started_at(self) -> datetime:
        first = self.said[0]
        return first[1].position.started_at if first[1].position else first[0]


class Life:
    """A person from the day they came until now."""

    def __init__(
        self, person: Person, deeds: Sequence[Deed], lines: Sequence[Line], *, rng: Random, now: datetime
    ) -> None:
        self.person = person
        self.facts = _stranger(person)
        self.events: list[tuple[Happening, str]] = []
        self.passages: list[Passage] = []
        self.mails: list[Mail] = []
        self.suppressed: dict[str, datetime] = {}
        self._lines = lines
        self._rng = rng
        self._now = now
        self._number = count()
        self._queue: list[tuple[datetime, int, Deed | Passage | Line]] = []
        for deed in deeds:
            self._later(deed.at, deed)
        for line in lines:
            self._look(line, max(line.versions[0][0], person.joined_at))

    @property
    def happened(self) -> list[Happening]:
        """Everything, oldest first."""
        return [happening for happening, _ in self.events]

    def live(self) -> "Life":
        while self._queue:
            at, _, what = heapq.heappop(self._queue)
            match what:
                case Deed():
                    self._happen(what)
                case Passage():
                    self._wake(what, at)
                case Line():
                    self._morning(what, at)
        return self

    def _later(self, at: datetime, what: Deed | Passage | Line) -> None:
        if at <= self._now:
            heapq.heappush(self._queue, (at, next(self._number), what))

    # What happens

    def _happen(self, deed: Deed) -> None:
        if deed.name == "order.placed" and not self.facts.named("order.placed"):
            deed.properties["first_order"] = True
        happening = Happening(id_at(deed.at), deed.name, deed.at, deed.properties)
        self.events.append((happening, deed.source))
        self.facts = _remembering(_learning(self.facts, deed), happening)
        for passage in [one for one in self.passages if one.position]:
            self._poke(passage, happening)
        for line in self._lines:
            if happening.name in line.ways_in:
                self._offer(line, happening)

    def _poke(self, passage: Passage, happening: Happening) -> None:
        at, position = happening.occurred_at, passage.position
        if position is None or passage.line.stands_still(at):
            return
        outcome = poke(
            passage.ready.plan, position, self._seen_by(passage), at, happening, limits=self._limits
        )
        if outcome:
            self._obey(passage, outcome, at)

    def _wake(self, passage: Passage, at: datetime) -> None:
        position = passage.position
        if position is None or position.wake_at != at or passage.line.stands_still(at):
            return
        outcome = run(passage.ready.plan, position, self._seen_by(passage), at, limits=self._limits)
        self._obey(passage, outcome, at)

    def _seen_by(self, passage: Passage) -> Facts:
        return self.facts.with_changes(trigger=passage.trigger)

    @property
    def _limits(self) -> Limits:
        return Limits(suppressed=dict.fromkeys(self.suppressed, "hard_bounce"))

    # Coming in

    def _offer(self, line: Line, happening: Happening) -> None:
        """Show an event to an automation: as a way in, or as a reason to look again in the morning."""
        at = happening.occurred_at
        ready = line.at(at)
        if ready is None or ready.plan.trigger is None:
            return
        if happening.name in ready.plan.entrances:
            facts = self.facts.with_changes(trigger=happening)
            if ready.plan.trigger.matches(happening, facts, at).result:
                self._enter(line, ready, at, happening)
        else:
            self._look(line, at)

    def _look(self, line: Line, since: datetime) -> None:
        """Have a scheduled automation look at this person at its next date."""
        ready = line.published(since)
        if ready and ready.plan.trigger:
            anchor = local_date(ready.published_at, HOME)
            due = ready.plan.trigger.due_after(since - _TICK, HOME, anchor)
            if due:
                self._later(due, line)

    def _morning(self, line: Line, due: datetime) -> None:
        ready = line.at(due)
        audience = ready.plan.trigger.audience() if ready and ready.plan.trigger else None
        if ready is None or audience is None:
            return
        if evaluate(audience, self.facts, due).result:
            self._enter(line, ready, due, None, occurrence=due.isoformat())
        if change := next_change(audience, self.facts, due):
            self._look(line, change)

    def _enter(
        self,
        line: Line,
        ready: Ready,
        at: datetime,
        happening: Happening | None,
        *,
        occurrence: str | None = None,
    ) -> None:
        base = base_key(ready.plan, happening)
        if isinstance(base, TurnedAway):
            return
        key = entry(ready.plan, base, self._earlier(line), at, self.facts.zone, occurrence=occurrence)
        if isinstance(key, TurnedAway):
            return
        facts = self.facts.with_changes(trigger=happening)
        position = begin(ready.plan, at, happening)
        passage = Passage(id_at(at), line, ready, key, happening, position)
        self.passages.append(passage)
        self._obey(passage, run(ready.plan, position, facts, at, limits=self._limits), at)

    def _earlier(self, line: Line) -> Earlier:
        before = [one for one in self.passages if one.line is line]
        running = sum(one.position is not None for one in before)
        return Earlier(len(before), running, max((one.started_at for one in before), default=None))

    # What the kernel decided

    def _obey(self, passage: Passage, outcome: Outcome, at: datetime) -> None:
        passage.said.append((at, outcome))
        passage.position = outcome.position
        for effect in outcome.effects:
            if isinstance(effect.act, Reserve):
                self._send(passage, effect, effect.act, at)
            elif isinstance(effect.act, AddTag):
                self._tag(passage, effect.act.tag, at)
        if outcome.position and outcome.position.wake_at:
            self._later(outcome.position.wake_at, passage)

    def _tag(self, passage: Passage, tag: str, at: datetime) -> None:
        if tag not in self.facts.contact.tags:
            because = {"automation_id": str(passage.ready.automation_id), "automation": passage.ready.name}
            self._later(at, Deed(at, "contact.tag_added", {"tag": tag, **because}, "automation"))

    def _send(self, passage: Passage, effect: Effect, act: Reserve, at: datetime) -> None:
        send_key = f"{passage.id}:{effect.node}:{effect.hop}:{effect.index}"
        state = "sent" if act.state == "reserved" else act.state
        mail = Mail(id_at(at), passage, effect.node, send_key, at, state, act.reason, self._seen_by(passage))
        self.mails.append(mail)
        if mail.state == "sent" and self._rng.random() < _FULL:
            mail.state, mail.reason = "failed", "552 5.2.2 The mailbox is full."
        if mail.state == "sent":
            self._tell(mail, mail.sent_at, "email.sent", "automation")
            self._receive(mail)

    def _receive(self, mail: Mail) -> None:
        """What the person does with a mail."""
        if self.person.unreachable:
            mail.state, mail.reason = "bounced", "550 5.1.1 There is no such mailbox."
            self.suppressed.setdefault("email", mail.sent_at + _ON_ITS_WAY)
            self._tell(mail, mail.sent_at + _ON_ITS_WAY, "email.bounced", "system")
            return
        mail.read = reading(self._rng, self.person, mail.node, mail.sent_at, now=self._now)
        if mail.read.opened_at:
            self._tell(mail, mail.read.opened_at, "email.opened", "person")
        if mail.read.clicked_at:
            self._tell(mail, mail.read.clicked_at, "email.clicked", "person", url=mail.read.url, link=1)
        for deed in mail.read.deeds:
            self._later(deed.at, deed)
        if mail.read.left_at:
            self._tell(mail, mail.read.left_at + _ON_ITS_WAY, "email.unsubscribed", "person")

    def _tell(self, mail: Mail, at: datetime, name: str, source: str, **more: Any) -> None:
        about = {
            "message_id": str(mail.id),
            "automation_id": str(mail.passage.ready.automation_id),
            "node": mail.node,
        }
        properties: dict[str, Any] = {**about, "subject": "", **more}
        mail.told.append(properties)
        self._later(at, Deed(at, name, properties, source))


def _stranger(person: Person) -> Facts:
    """What is known of somebody when they come."""
    zone = zone_named(person.place.zone)
    contact = ContactFacts(
        id=id_at(person.joined_at),
        created_at=person.joined_at,
        updated_at=person.joined_at,
        email=person.email,
        phone=person.phone,
        first_name=person.first_name,
        last_name=person.last_name,
        external_id=person.external_id,
        time_zone=person.place.zone,
        attributes=person.attributes,
    )
    return Facts(contact=contact, zone=zone, zone_source="contact")


def _learning(facts: Facts, deed: Deed) -> Facts:
    """What a change of the contact itself makes of the facts."""
    match deed.name:
        case "contact.tag_added":
            return facts.tagged(deed.properties["tag"])
        case "contact.consent_changed":
            consent = {**facts.contact.consent, deed.properties["channel"]: deed.properties["state"]}
            return facts.with_changes(contact=facts.contact.with_changes(consent=consent))
        case _:
            return facts


def _remembering(facts: Facts, happening: Happening) -> Facts:
    """Newest first; deeds come in order, so the new one is the newest."""
    known = (happening, *facts.happenings.get(happening.name, ()))
    return facts.with_changes(happenings={**facts.happenings, happening.name: known})
