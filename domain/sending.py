"""The send gate: may this go to this contact now? It may, or not before a certain time, or not at all, each with the reason.

Asked at the step, and again whenever a deferred message comes up, so that what somebody said meanwhile counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from operator import attrgetter
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from domain.calendars.durations import Duration
from domain.calendars.zones import EVERY_DAY, Moment, after, next_local, read_moment, start_of_day
from domain.errors import Invalid
from domain.facts import ContactFacts, Facts

Topic = Literal["marketing", "transactional"]
Reason = Literal[
    "no_address", "no_consent", "suppressed", "too_late", "held", "quiet_hours", "over_cap", "not_installed"
]

WORDS: Mapping[str, str] = {
    "no_address": "There is no address to send to.",
    "no_consent": "The contact has not agreed to this kind of message.",
    "suppressed": "The address must not be written to: it bounced, somebody complained, or it was blocked by hand.",
    "too_late": "It would arrive later than this step allows.",
    "held": "Sending is on hold; it goes out when the hold is released.",
    "quiet_hours": "These are quiet hours where the contact lives.",
    "over_cap": "The contact has had as many messages as the limit allows.",
    "not_installed": "This step is not installed here any more.",
}

ADDRESSES: Mapping[str, Callable[[ContactFacts], str | None]] = {
    "email": attrgetter("email"),
    "sms": attrgetter("phone"),
}
"""Channels that reach a person, and where. Any other channel reaches a system: nobody's consent is asked for."""

_DAY = timedelta(days=1)


def _read_limit(value: object) -> Duration | Moment:
    moment = value if isinstance(value, Duration) else read_moment(value)
    if moment is not None:
        return moment
    try:
        return Duration.parse(str(value))
    except Invalid as error:
        hint = (
            "Write a length of time such as PT6H, or a date such as 2026-12-24 or 2026-12-24T18:00:00+01:00."
        )
        raise PydanticCustomError(
            "limit", "`{value}` is no limit. {hint}", {"value": str(value)[:40], "hint": hint}
        ) from error


Limit = Annotated[
    Duration | Moment,
    BeforeValidator(_read_limit),
    PlainSerializer(
        lambda limit: str(limit) if isinstance(limit, Duration) else limit.isoformat(), return_type=str
    ),
    WithJsonSchema({"type": "string", "examples": ["PT6H", "2026-12-24"], "x-widget": "duration"}),
]
"""How late is too late: so long after the contact got to the step, or the end of a day where it lives, or an instant."""


@dataclass(frozen=True, slots=True)
class Send:
    """What asks to be sent. `due` is when the contact got to the step."""

    channel: str
    due: datetime
    topic: Topic = "transactional"
    not_after: Duration | Moment | None = None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` to `end` on the contact's clock, over midnight where the end is the smaller."""

    start: time
    end: time
    over: Literal["defer", "drop"] = "defer"

    def cover(self, now: datetime, zone: ZoneInfo) -> bool:
        at = now.astimezone(zone).time()
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` messages of a channel in any stretch of time so long (a rolling window, not a calendar day)."""

    channel: str
    count: int
    per: timedelta
    over: Literal["defer", "drop"] = "drop"

    def free_at(self, sent: tuple[datetime, ...], now: datetime) -> datetime:
        """When one more may go; `now` or earlier: at once."""
        inside = sorted(at for at in sent if now - self.per < at <= now)
        return inside[-self.count] + self.per if len(inside) >= self.count else now


@dataclass(frozen=True, slots=True)
class Limits:
    """What stands between this contact and a message.

    `held` names what is on hold: `workspace`, `automation`, `channel:email`. `suppressed` says why, per channel;
    `recent` when marketing messages went to the contact, per channel, as far back as the longest cap looks.
    """

    held: frozenset[str] = frozenset()
    suppressed: Mapping[str, str] = field(default_factory=dict)
    quiet: QuietHours | None = None
    caps: tuple[Cap, ...] = ()
    recent: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)

    def having_sent(self, send: Send, now: datetime) -> "Limits":
        """The same once this has gone out too: two messages of one passage count as two."""
        if not self.caps or send.topic != "marketing":
            return self
        return replace(self, recent={**self.recent, send.channel: (*self.recent.get(send.channel, ()), now)})


FREE = Limits()


@dataclass(frozen=True, slots=True)
class Allow:
    """It may go now."""


@dataclass(frozen=True, slots=True)
class Defer:
    """Not now; `until` is when to ask again, None: when what holds it lets go."""

    until: datetime | None
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """Not at all."""

    reason: Reason
    detail: str = ""


Ruling = Allow | Defer | Drop
ALLOW = Allow()


def gate(send: Send, facts: Facts, now: datetime, limits: Limits = FREE) -> Ruling:
    """The first thing that stands in the way, or leave to send. What forbids comes before what only delays."""
    return (
        _forbidden(send, facts, limits)
        or _late(send, facts, now)
        or _held(send, limits)
        or _in_time(send, facts, _delayed(send, facts, now, limits))
        or ALLOW
    )


def deadline(send: Send, zone: ZoneInfo) -> datetime | None:
    """The last instant at which it is still of use."""
    limit = send.not_after
    if limit is None or isinstance(limit, datetime):
        return limit
    if isinstance(limit, Duration):
        return after(send.due, limit, zone)
    return start_of_day(limit + _DAY, zone)


def _forbidden(send: Send, facts: Facts, limits: Limits) -> Drop | None:
    address = ADDRESSES.get(send.channel)
    if address is None:
        return None
    if not address(facts.contact):
        return Drop("no_address")
    consent = facts.contact.consent.get(send.channel, "")
    if send.topic == "marketing" and consent != "subscribed":
        return Drop("no_consent", consent)
    suppressed = limits.suppressed.get(send.channel)
    return Drop("suppressed", suppressed) if suppressed else None


def _late(send: Send, facts: Facts, now: datetime) -> Drop | None:
    last = deadline(send, facts.zone)
    return Drop("too_late", last.isoformat()) if last and now > last else None


def _held(send: Send, limits: Limits) -> Defer | None:
    if not limits.held:
        return None
    scopes = ("workspace", f"channel:{send.channel}", "automation")
    found = next((scope for scope in scopes if scope in limits.held), None)
    return Defer(None, "held", found) if found else None


def _delayed(send: Send, facts: Facts, now: datetime, limits: Limits) -> Defer | Drop | None:
    """Quiet hours and caps are for what nobody asked for; a receipt or a reset of a password goes out at night too."""
    if send.topic != "marketing":
        return None
    if limits.quiet and limits.quiet.cover(now, facts.zone):
        until = next_local(now, facts.zone, limits.quiet.end, EVERY_DAY)
        return Drop("quiet_hours") if limits.quiet.over == "drop" else Defer(until, "quiet_hours")
    for cap in limits.caps:
        sent = limits.recent.get(send.channel, ()) if cap.channel == send.channel else ()
        free = cap.free_at(sent, now)
        if free > now:
            return Drop("over_cap") if cap.over == "drop" else Defer(free, "over_cap")
    return None


def _in_time(send: Send, facts: Facts, ruling: Defer | Drop | None) -> Defer | Drop | None:
    """What would be too late when its delay is over is better dropped now than kept for nothing."""
    last = deadline(send, facts.zone)
    if isinstance(ruling, Defer) and ruling.until and last and ruling.until > last:
        return Drop("too_late", last.isoformat())
    return ruling
