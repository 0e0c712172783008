"""A decision of the kernel as a sentence, for the record of a contact and for rehearsals."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain import sending
from domain.calendars import read_moment
from domain.kernel.values import Why

Evidence = Mapping[str, Any]


def words(why: Why, zone: ZoneInfo) -> str:
    """`Waits until Tuesday 2 December 2025, 09:00.` Times are those of the zone."""
    evidence: Evidence = why.evidence if isinstance(why.evidence, Mapping) else {}
    say = _SENTENCES.get(why.decision)
    return say(evidence, zone) if callable(say) else say or ""


def moment_words(value: object, zone: ZoneInfo) -> str:
    found = read_moment(value)
    return f"{found.astimezone(zone):%A %-d %B %Y, %H:%M}" if isinstance(found, datetime) else "some day"


def _waits(evidence: Evidence, zone: ZoneInfo) -> str:
    if "missing" in evidence:
        return f"Waits until there is a date in {evidence['missing']}."
    return f"Waits until {moment_words(evidence.get('until'), zone)}."


def _rescheduled(evidence: Evidence, zone: ZoneInfo) -> str:
    if evidence.get("until") is None:
        return "The date this wait goes by was taken away; waits until there is one again."
    return f"The wait now ends on {moment_words(evidence['until'], zone)}."


def _share(evidence: Evidence, _zone: ZoneInfo) -> str:
    return f"Takes “{evidence.get('label')}” by lot, with ticket {evidence.get('ticket', 0):,} of 10,000."


def _deferred(evidence: Evidence, zone: ZoneInfo) -> str:
    reason = _reason(evidence)
    until = evidence.get("until")
    return f"Not yet: {reason} Tries again on {moment_words(until, zone)}." if until else f"Not yet: {reason}"


def _reason(evidence: Evidence) -> str:
    words = sending.WORDS.get(str(evidence.get("reason")), "")
    return words[:1].lower() + words[1:]


def _told(key: str, sentence: str) -> Callable[[Evidence, ZoneInfo], str]:
    return lambda evidence, _zone: sentence.format(evidence.get(key, ""))


_SENTENCES: Mapping[str, str | Callable[[Evidence, ZoneInfo], str]] = {
    "entered": "Enters.",
    "waits": _waits,
    "past": "That time is past already, so it goes on at once.",
    "waited": "The wait is over.",
    "rescheduled": _rescheduled,
    "already": "It is true already, so there is nothing to wait for.",
    "happened": "What it waited for has happened.",
    "timed_out": "It did not happen in time.",
    "path": _told("label", "Takes “{}”: its condition is true."),
    "else": "No condition is true.",
    "share": _share,
    "left": "Leaves here.",
    "done": "Done.",
    "broken": _told("error", "This step failed: {}"),
    "reserved": "Goes out.",
    "asked": "Goes out, and waits for the answer.",
    "deferred": _deferred,
    "dropped": lambda evidence, _zone: f"Left out: {_reason(evidence)}",
    "answered": "The answer is there.",
    "refused": _told("reason", "It was refused: {}"),
    "absent": _told("message", "Waits: {}"),
    "gone": _told("message", "Ends: {}"),
    "endless": "Ends: these steps go round in a circle without a wait.",
    "goal": "Has reached the goal.",
    "exit": "Leaves: the condition to exit is true.",
    "moved": _told("to", "Moves over to the new version, to the step “{}”."),
}
DECISIONS = frozenset(_SENTENCES)
