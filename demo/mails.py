"""Writes the mails of the demo: each as its reader got it, with what became of it, the latest in the inbox."""

from collections.abc import Sequence
from uuid import UUID

from activities.emails import Letter, Mailroom
from core.db import Db
from demo.replay import Mail
from models import inbox
from models.messages import Claim, Message

IN_INBOX, UNREAD = 60, 7
_WRITTEN = ("sent", "bounced", "failed")


async def fill_in(db: Db, mails: Sequence[Mail], mailroom: Mailroom) -> dict[UUID, Letter]:
    """The letters of the mails that went out; their subjects are told to the events."""
    sent = [mail for mail in mails if mail.state in _WRITTEN]
    letters = {
        letter.claim.id: letter for letter in await mailroom.letters(db, [_claim(mail) for mail in sent])
    }
    for mail in sent:
        for properties in mail.told:
            properties["subject"] = letters[mail.id].subject
    return letters


def _claim(mail: Mail) -> Claim:
    ready = mail.passage.ready
    return Claim(
        id=mail.id,
        workspace_id=ready.workspace_id,
        channel="email",
        contact_id=mail.facts.contact.id,
        automation_id=ready.automation_id,
        version_id=ready.version_id,
        enrolment_id=mail.passage.id,
        node=mail.node,
        send_key=mail.send_key,
        address=mail.facts.contact.email,
        attempts=1,
        created_at=mail.at,
    )


async def write(db: Db, mails: Sequence[Mail], letters: dict[UUID, Letter]) -> None:
    db.add_all([_message(mail, letters.get(mail.id)) for mail in mails])
    await db.flush()
    await _capture(
        db, sorted((mail for mail in mails if mail.state == "sent"), key=lambda mail: mail.at)[-IN_INBOX:]
    )


def _message(mail: Mail, letter: Letter | None) -> Message:
    claim = _claim(mail)
    message = Message(
        id=mail.id,
        workspace_id=claim.workspace_id,
        channel=claim.channel,
        contact_id=claim.contact_id,
        automation_id=claim.automation_id,
        version_id=claim.version_id,
        enrolment_id=claim.enrolment_id,
        node=mail.node,
        send_key=mail.send_key,
        state=mail.state,
        reason=mail.reason,
        address=claim.address,
        created_at=mail.at,
        opened_at=mail.read.opened_at,
        clicked_at=mail.read.clicked_at,
    )
    if letter:
        message.sent_at, message.attempts = None if mail.state == "failed" else mail.sent_at, 1
        message.subject, message.html, message.text = letter.subject, letter.html, letter.text
        message.headers = letter.headers(mail.sent_at)
    return message


async def _capture(db: Db, mails: Sequence[Mail]) -> None:
    """The latest mails lie in the inbox; the very latest have not been looked at."""
    for mail in mails:
        await inbox.capture(db, [(mail.passage.ready.workspace_id, mail.id)], mail.sent_at)
    workspace_id = mails[0].passage.ready.workspace_id
    for one in (await inbox.page(db, workspace_id, sought="", contact_id=None, before=None, limit=IN_INBOX))[
        UNREAD:
    ]:
        await inbox.read(db, one.id)
