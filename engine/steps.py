"""Performs the steps that act on the world outside by code of their own, such as calling a web address."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from activities.emails import place, values
from activities.enrolments import facts_of, ground
from activities.plans import PLANS
from core import http
from core.db import Db, pipeline
from core.http import Answered, HttpClient, NoReply, Request
from core.templating import Rendered, Renderer, Template
from domain.definitions.plans import EffectPlan
from domain.facts import Facts
from domain.steps import (
    STEPS,
    Http,
    HttpAnswer,
    NoAnswer,
    NotSent,
    Params,
    Performed,
    Refused,
    Step,
    StepContext,
    attempt,
)
from engine.delivery import Delivery
from engine.sweeper import Claimant
from models import enrolments, workspaces
from models.messages import Claim
from models.workspaces import Workspace

# A host that keeps this many waiting for so long gets no more for now: it must not take the slots of all the others.
_SLOW_AFTER, _SLOW_MANY = 1.0, 10


class Requests:
    """The HTTP client as steps know it."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client
        self._waiting: dict[str, deque[float]] = defaultdict(deque)

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None
    ) -> HttpAnswer:
        host, now = urlsplit(url).netloc, asyncio.get_running_loop().time()
        waiting = self._waiting[host]
        if len(waiting) >= _SLOW_MANY and now - waiting[0] > _SLOW_AFTER:
            raise NotSent("This address is slow to answer; others go first.")
        waiting.append(now)
        try:
            outcome = await self._client.send(Request(url, method, headers, body))
        finally:
            waiting.remove(now)
            if not waiting:
                self._waiting.pop(
                    host, None
                )  # addresses are filled in for each contact: there is no end of hosts
        match outcome:
            case Answered(status, answered, content):
                return HttpAnswer(status, answered, content)
            case http.NotSent(_, message):
                raise NotSent(message, permanent=outcome.is_permanent)
            case NoReply(_, message):
                raise NoAnswer(message)


@dataclass(frozen=True, slots=True)
class Effect:
    """A step that is about to be performed."""

    step: Step
    params: Params
    context: StepContext


Texts = Mapping[tuple[UUID, str], str]  # filled in, by message and source


@dataclass(frozen=True, slots=True)
class _Order:
    """One claim with its step and its contact."""

    claim: Claim
    plan: EffectPlan
    facts: Facts
    workspace: Workspace


class StepDelivery(Delivery):
    """The loop of every channel whose steps have code of their own."""

    name = "steps"

    def __init__(self, claimant: Claimant, renderer: Renderer, http: Http) -> None:
        super().__init__(claimant)
        self._renderer = renderer
        self._http = http
        self.channels = sorted({step.channel for step in STEPS.values() if step.perform and step.channel})

    async def prepare(self, db: Db, claims: Sequence[Claim]) -> Sequence[Effect | str]:
        """What to perform for each claim, or why nothing can be."""
        orders = {order.claim.id: order for order in await _orders(db, claims)}
        texts = await self._fill_in(list(orders.values()))
        return [
            self._effect(orders[claim.id], texts)
            if claim.id in orders
            else "The step or the contact is not there any more."
            for claim in claims
        ]

    async def _fill_in(self, orders: Sequence[_Order]) -> Texts:
        """All texts of all steps, those that are the same together."""
        batches: dict[tuple[UUID, str], list[_Order]] = defaultdict(list)
        for order in orders:
            for source in set(templates(order.plan)):
                batches[order.workspace.id, source].append(order)
        filled: dict[tuple[UUID, str], str] = {}
        for (workspace_id, source), batch in batches.items():
            outcomes = await self._renderer.render_many(
                Template.text(source),
                [values(order.facts) for order in batch],
                common={"workspace": place(batch[0].workspace)},
                tenant=str(workspace_id),
            )
            for order, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, Rendered):
                    filled[order.claim.id, source] = outcome.only
        return filled

    def _effect(self, order: _Order, texts: Texts) -> Effect | str:
        claim, step = order.claim, STEPS.get(order.plan.kind)
        if step is None:
            return "This step is not installed here any more."
        if any((claim.id, source) not in texts for source in templates(order.plan)):
            return "A text of this step could not be filled in."

        def render(source: str) -> str:
            return texts.get((claim.id, source), source)

        context = StepContext(
            claim.workspace_id,
            order.facts.contact.id,
            claim.send_key,
            claim.created_at,
            order.facts,
            render,
            self._http,
        )
        return Effect(step, order.plan.params, context)

    async def perform(self, effect: Effect | str) -> Performed:
        if isinstance(effect, Effect):
            return await attempt(effect.step, effect.context, effect.params)
        return Refused(effect)


async def _orders(db: Db, claims: Sequence[Claim]) -> list[_Order]:
    workspace_ids = sorted({c.workspace_id for c in claims})
    async with pipeline(db):
        here, data, versions, places = await asyncio.gather(
            ground(db, workspace_ids, {c.contact_id for c in claims if c.contact_id}),
            enrolments.data(db, [c.enrolment_id for c in claims if c.enrolment_id]),
            PLANS.versions(db, {c.version_id for c in claims if c.version_id}),
            workspaces.by_ids(db, workspace_ids),
        )
    orders: list[_Order] = []
    for claim in claims:
        known = here.known.get(claim.contact_id) if claim.contact_id else None
        ready = versions.get(claim.version_id) if claim.version_id else None
        plan = ready.plan.nodes.get(claim.node or "") if ready else None
        if known and isinstance(plan, EffectPlan):
            facts = facts_of(known, data.get(claim.enrolment_id or claim.id, {}), {})
            orders.append(_Order(claim, plan, facts, places[claim.workspace_id]))
    return orders


def templates(plan: EffectPlan) -> Iterator[str]:
    """The settings of a step that have something to be filled in."""
    return (text for text in _texts(plan.params.model_dump()) if "{{" in text or "{%" in text)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
