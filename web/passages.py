"""What a contact went through in automations, and why, in words: each passage step by step, and what kept them out."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from activities import explanations
from core.db import Db
from domain.conditions.words import words as condition_words
from domain.definitions.describing import titled
from domain.definitions.forms import AnyNode, Branch
from domain.definitions.reading import read_draft
from domain.kernel import words
from domain.kernel.values import Why
from domain.permissions import Caller
from domain.sending import WORDS
from domain.steps import STEPS
from models import automations
from models.contacts import Passage
from web.contexts.base import Choice
from web.contexts.contacts import Decision, Enrolled, Question
from web.formats import moment

State = Literal["inside", "finished", "goal", "exit", "failed", "removed"]
Tone = Literal["", "ok", "warn", "bad"]
Nodes = Mapping[str, AnyNode]
Message = Mapping[str, Any]

_STATES: Mapping[str, State] = {state: state for state in get_args(State)}
_MOST_CHOICES = 200
_SENDS = frozenset({"reserved", "asked", "dropped"})  # each has a message of its own in the ledger
_TONES: Mapping[str, Tone] = {
    "reserved": "ok",
    "goal": "ok",
    "dropped": "warn",
    "deferred": "warn",
    "absent": "warn",
    "refused": "bad",
    "broken": "bad",
    "gone": "bad",
    "endless": "bad",
}
_MAILED: Mapping[str, tuple[str, Tone]] = {
    "sent": ("Sent.", "ok"),
    "delivered": ("Sent, and delivered.", "ok"),
    "bounced": ("Sent, but it came back: {reason}", "bad"),
    "failed": ("Could not be sent: {reason}", "bad"),
    "unknown": ("It is not certain whether it went out. Look under Processes, “Needs attention”.", "warn"),
}
_KEYS = {said: reason for reason, said in WORDS.items()}  # the ledger has the one or the other
_NOT_MAILED: Mapping[str, str] = {
    "no_consent": "Not sent: has not agreed to get marketing e-mail.",
    "no_address": "Not sent: there is no e-mail address.",
}


def shown(passage: Passage, zone: ZoneInfo, now: datetime, *, told: bool) -> Enrolled:
    """One passage; with its record when it may be `told`."""
    nodes = _nodes(passage)
    return Enrolled(
        automation_id=passage.automation_id,
        automation=passage.automation,
        state=_STATES.get((passage.outcome or "") if passage.ended_at else "inside", "finished"),
        step=_title(nodes, passage.node or ""),
        entered_at=passage.started_at,
        ended_at=passage.ended_at,
        wakes_at=passage.wake_at if passage.ended_at is None else None,
        record=record(passage, nodes, zone, now) if told else (),
    )


def record(passage: Passage, nodes: Nodes, zone: ZoneInfo, now: datetime) -> tuple[Decision, ...]:
    """Every decision in its order, each send with what became of it."""
    lines = sorted(_lines(passage, nodes, zone), key=lambda line: line[0].at)
    return tuple(
        Decision(
            at=moment(why.at, zone, now),
            step=_title(nodes, why.node),
            text=text,
            because=_because(why, nodes.get(why.node)),
            tone=tone,
        )
        for why, text, tone in lines
    )


async def question(
    db: Db, caller: Caller, contact_id: UUID, *, been: Collection[UUID], asked: str, now: datetime
) -> Question:
    """The automations besides those where they have `been`; and of the one that was `asked` about, what kept them out."""
    if not caller.may("automations:read"):
        return Question()
    listed = await automations.page(db, caller.workspace_id, before=None, limit=_MOST_CHOICES)
    chosen = next((one.row for one in listed if str(one.row.id) == asked), None)
    choices = tuple(
        Choice(value=str(one.row.id), label=one.row.name) for one in listed if one.row.id not in been
    )
    if chosen is None:
        return Question(choices=choices)
    answer = await explanations.why(db, chosen, contact_id, now)
    return Question(choices=choices, asked=asked, answer="" if answer.entered else answer.words)


def _nodes(passage: Passage) -> Nodes:
    start = next(iter(passage.steps), None)
    return read_draft({"start": start, "nodes": dict(passage.steps)}).definition.nodes


def _title(nodes: Nodes, node: str) -> str:
    """The marketer's own title, or what the step does; its id once the version has it no more."""
    found = nodes.get(node)
    return titled(found, STEPS) if found else node


def _lines(passage: Passage, nodes: Nodes, zone: ZoneInfo) -> Iterator[tuple[Why, str, Tone]]:
    ledger = _by_step(passage.messages)
    for step in passage.trail:
        why = _named(_why(step), nodes)
        kept = ledger[why.node].popleft() if why.decision in _SENDS and ledger[why.node] else None
        yield (why, *_said(why, kept, zone))
    for left in (message for queue in ledger.values() for message in queue if message["state"] == "dropped"):
        why = Why(left["node"] or "", "", datetime.fromisoformat(left["at"]), "dropped")
        yield (why, *_said(why, left, zone))


def _by_step(messages: Sequence[Message]) -> defaultdict[str, deque[Message]]:
    """The messages of each step, the earliest first: a step in a loop sends more than one."""
    found: defaultdict[str, deque[Message]] = defaultdict(deque)
    for message in messages:
        found[message["node"] or ""].append(message)
    return found


def _why(step: Mapping[str, Any]) -> Why:
    at = datetime.fromisoformat(step["at"])
    return Why(step["node"], step.get("kind", ""), at, step["decision"], step.get("to"), step.get("evidence"))


def _named(why: Why, nodes: Nodes) -> Why:
    """Who was moved to a new version reads the title of the step, not its id."""
    if why.decision != "moved":
        return why
    return Why(why.node, why.kind, why.at, why.decision, why.to, {"to": _title(nodes, why.evidence["to"])})


def _said(why: Why, message: Message | None, zone: ZoneInfo) -> tuple[str, Tone]:
    if why.decision == "dropped" or (message and message["state"] == "dropped"):
        return _not_sent(why, message), "warn"
    if message and message["channel"] == "email" and message["state"] in _MAILED:
        text, tone = _MAILED[message["state"]]
        return text.format(reason=message["reason"] or "the mail server did not say why."), tone
    return words(why, zone), _TONES.get(why.decision, "")


def _not_sent(why: Why, message: Message | None) -> str:
    evidence: Mapping[str, Any] = why.evidence if isinstance(why.evidence, Mapping) else {}
    reason = str((message["reason"] if message else None) or evidence.get("reason") or "")
    plain = _NOT_MAILED.get(_KEYS.get(reason, reason))
    if plain and message and message["channel"] == "email":
        return plain
    said = WORDS.get(reason, reason)
    return f"Not sent: {said[:1].lower()}{said[1:]}" if said else "Not sent."


def _because(why: Why, node: AnyNode | None) -> str:
    """The conditions that a branch went by."""
    if not isinstance(node, Branch):
        return ""
    conditions = [condition_words(path.when) for path in node.paths if path.when]
    if why.decision == "else":
        return f"Not true of them: {'; '.join(conditions)}"
    index = why.evidence["path"] if why.decision == "path" else len(node.paths)
    when = node.paths[index].when if index < len(node.paths) else None
    return f"True of them: {condition_words(when)}" if when else ""
