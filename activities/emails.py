"""E-mails on their way out: from rows of the ledger to letters that are filled in for their contacts."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from activities.enrolments import Ground, facts_of, ground
from core.db import Db, pipeline
from core.mail.message import Address, Message
from core.security import derive, instance_secrets
from core.templating import Rendered, Renderer, Template
from domain.emails import CompiledEmail
from domain.facts import Facts
from domain.sending import WORDS, Drop, Send, gate
from domain.tracking import (
    Keys,
    Tracking,
    Unsubscription,
    finish_html,
    finish_line,
    finish_text,
    unsubscribe_url,
)
from models import automations, enrolments, messages, workspaces
from models.facts import Known
from models.messages import Claim
from models.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail to one contact, filled in; or why there is none (`refused`)."""

    claim: Claim
    to: str = ""
    to_name: str = ""
    from_name: str = ""
    from_address: str = ""
    reply_to: str = ""
    subject: str = ""
    html: str = ""
    text: str = ""
    unsubscribe: str = ""
    refused: str = ""
    dropped: str = ""

    def message(self, at: datetime) -> Message:
        """As it goes out."""
        return Message(
            sender=Address(self.from_address, self.from_name),
            to=Address(self.to, self.to_name),
            subject=self.subject,
            text=self.text,
            html=self.html,
            send_key=self.claim.send_key,
            date=at,
            reply_to=Address(self.reply_to) if self.reply_to else None,
            unsubscribe_url=self.unsubscribe or None,
            auto_submitted=not self.unsubscribe,
        )

    def headers(self, at: datetime) -> dict[str, str]:
        """As they go out, and as the inbox shows them."""
        return self.message(at).header_fields()


@dataclass(frozen=True, slots=True)
class Order:
    """What a letter is made from."""

    claim: Claim
    facts: Facts
    mail: CompiledEmail
    workspace: Workspace
    dropped: str = ""


def link_keys(home: Path) -> Keys:
    """What the links in mails are signed with, also by instances of old secrets."""
    return Keys([derive(secret, "links") for secret in instance_secrets(home)])


class Mailroom:
    """Makes letters. `base_url` is where people reach this instance; `sender` is the address of workspaces without one."""

    def __init__(self, renderer: Renderer, keys: Keys, *, base_url: str, sender: str) -> None:
        self._renderer = renderer
        self._keys = keys
        self._base_url = base_url
        self._sender = sender

    async def letters(self, db: Db, claims: Sequence[Claim]) -> list[Letter]:
        """A letter for each claim; for one to a contact who was removed, or of a step that has no mail, there is none."""
        steps = [claim for claim in claims if claim.version_id]
        ready = [claim for claim in claims if not claim.version_id]
        return await self._write(await self._orders(db, steps)) + await self._copied(db, ready)

    async def _copied(self, db: Db, claims: Sequence[Claim]) -> list[Letter]:
        """Those that were written before they were reserved."""
        if not claims:
            return []
        bodies = await messages.written(db, [claim.id for claim in claims])
        places = await workspaces.by_ids(db, {claim.workspace_id for claim in claims})
        return [
            Letter(
                claim,
                to=claim.address or "",
                from_name=places[claim.workspace_id].mail_from_name or places[claim.workspace_id].name,
                from_address=places[claim.workspace_id].mail_from or self._sender,
                subject=bodies[claim.id].subject,
                html=bodies[claim.id].html,
                text=bodies[claim.id].text,
            )
            for claim in claims
            if claim.id in bodies
        ]

    async def _orders(self, db: Db, claims: Sequence[Claim]) -> list[Order]:
        """Read what the letters need; whoever may not be written to any more is marked as dropped."""
        if not claims:
            return []
        workspace_ids = sorted({claim.workspace_id for claim in claims})
        async with pipeline(db):
            here, mails, data, places = await asyncio.gather(
                ground(db, workspace_ids, {claim.contact_id for claim in claims if claim.contact_id}),
                self._mails(db, claims),
                enrolments.data(db, [claim.enrolment_id for claim in claims if claim.enrolment_id]),
                workspaces.by_ids(db, workspace_ids),
            )
        return [
            _order(claim, mail, data, places[claim.workspace_id], here, known)
            for claim in claims
            if claim.contact_id
            and (known := here.known.get(claim.contact_id))
            and (mail := mails.get((claim.version_id, claim.node)))
        ]

    async def _mails(
        self, db: Db, claims: Sequence[Claim]
    ) -> Mapping[tuple[UUID | None, str | None], CompiledEmail]:
        wanted = {(claim.version_id, claim.node) for claim in claims}
        found = await automations.published(db, {version_id for version_id, _ in wanted if version_id})
        return {
            (version.version_id, node): CompiledEmail.model_validate(mail)
            for version in found
            for node, mail in version.mails.items()
            if (version.version_id, node) in wanted
        }

    async def _write(self, orders: Sequence[Order]) -> list[Letter]:
        """Fill in the letters, those of one step together."""
        batches: dict[tuple[UUID | None, str | None], list[Order]] = defaultdict(list)
        letters = [Letter(order.claim, dropped=order.dropped) for order in orders if order.dropped]
        for order in orders:
            if not order.dropped:
                batches[order.claim.version_id, order.claim.node].append(order)
        for batch in batches.values():
            letters += await self._fill_in(batch)
        return letters

    async def _fill_in(self, batch: Sequence[Order]) -> list[Letter]:
        first = batch[0]
        urls = [self._unsubscribe_url(order) for order in batch]
        outcomes = await self._renderer.render_many(
            Template(first.mail.parts()),
            [{**values(order.facts), "unsubscribe_url": url} for order, url in zip(batch, urls, strict=True)],
            common={"workspace": place(first.workspace)},
            tenant=str(first.workspace.id),
        )
        return [
            self._letter(order, outcome, url)
            if isinstance(outcome, Rendered)
            else Letter(order.claim, refused=outcome.message)
            for order, outcome, url in zip(batch, outcomes, urls, strict=True)
        ]

    def _unsubscribe_url(self, order: Order) -> str:
        one = Unsubscription(
            order.claim.workspace_id, order.facts.contact.id, order.mail.topic, order.claim.id
        )
        return unsubscribe_url(self._keys, self._base_url, one)

    def _letter(self, order: Order, filled: Rendered, url: str) -> Letter:
        parts, contact = filled.parts, order.facts.contact
        tracking = Tracking(self._keys, self._base_url, order.claim.workspace_id, order.claim.id)
        return Letter(
            order.claim,
            to=contact.email or "",
            to_name=" ".join(name for name in (contact.first_name, contact.last_name) if name),
            from_name=finish_line(parts.get("from_name", ""))
            or order.workspace.mail_from_name
            or order.workspace.name,
            from_address=order.workspace.mail_from or self._sender,
            reply_to=finish_line(parts.get("reply_to", "")),
            subject=finish_line(parts["subject"]),
            html=finish_html(parts["html"], tracking),
            text=finish_text(parts.get("text", ""), tracking),
            unsubscribe=url if order.mail.topic == "marketing" else "",
        )


def _order(
    claim: Claim,
    mail: CompiledEmail,
    data: Mapping[UUID, Mapping[str, Any]],
    workspace: Workspace,
    here: Ground,
    known: Known,
) -> Order:
    facts = facts_of(known, data.get(claim.enrolment_id or claim.id, {}), {})
    now = here.now[claim.workspace_id]
    ruling = gate(Send("email", now, mail.topic), facts, now, here.channel_limits(known))
    dropped = WORDS[ruling.reason] if isinstance(ruling, Drop) else ""
    return Order(claim, facts, mail, workspace, dropped)


def values(facts: Facts) -> dict[str, Any]:
    """What a text may speak of: plain values only, never objects."""
    contact = facts.contact
    return {
        "contact": {
            **contact.attributes,
            "id": str(contact.id),
            "email": contact.email,
            "phone": contact.phone,
            "first_name": contact.first_name,
            "last_name": contact.last_name,
            "external_id": contact.external_id,
            "time_zone": facts.zone.key,
            "tags": sorted(contact.tags),
        },
        "event": dict(facts.trigger.properties) if facts.trigger else {},
        "data": dict(facts.data),
    }


def place(workspace: Workspace) -> dict[str, Any]:
    return {
        "name": workspace.name,
        "postal_address": workspace.postal_address,
        "time_zone": workspace.time_zone,
        "currency": workspace.currency,
    }
