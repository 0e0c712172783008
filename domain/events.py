"""Events: which names are ours, and what a fact that somebody reports must look like."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

Kind = Literal["id", "external_id", "email"]

# Written by us with the change that they announce; a report under such a name would be a lie about our own doing.
SYSTEM = frozenset(
    {
        "contact.created",
        "contact.updated",
        "contact.tag_added",
        "contact.tag_removed",
        "contact.consent_changed",
        "email.sent",
        "email.opened",
        "email.clicked",
        "email.bounced",
        "email.unsubscribed",
    }
)
AHEAD = timedelta(hours=1)  # how wrong a reporter's clock may be


@dataclass(frozen=True, slots=True)
class Whom:
    """How a report names its contact."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Report:
    """A fact as somebody reports it. `said` is all that the report says about the contact."""

    name: str
    whom: Whom
    said: Mapping[str, Any]
    properties: Mapping[str, Any]
    occurred_at: datetime | None = None
    idempotency_key: str | None = None

    @property
    def tells_more(self) -> bool:
        """Whether it says anything about the contact beyond who it is."""
        return len(self.said) > 1


def whom(said: Mapping[str, Any]) -> Whom | None:
    """The first of id, external_id and e-mail address that is given."""
    if said.get("id"):
        return Whom("id", str(said["id"]))
    if said.get("external_id"):
        return Whom("external_id", str(said["external_id"]).strip())
    if said.get("email"):
        return Whom("email", str(said["email"]).strip().lower())
    return None


def fault(report: Report, now: datetime) -> str | None:
    """Why a report cannot be taken, or None."""
    if report.name in SYSTEM:
        return f"“{report.name}” is written by Mainspring itself. Choose another name for your event."
    if report.occurred_at and report.occurred_at > now + AHEAD:
        return f"occurred_at lies in the future: it is {now:%Y-%m-%dT%H:%M:%SZ} now."
    return None


def words(name: str, properties: Mapping[str, Any]) -> str:
    """What somebody did, as the end of a sentence that begins with their name."""
    subject = properties.get("subject")
    quoted = f"“{subject}”" if subject else "an e-mail"
    known = {
        "contact.created": "joined your contacts",
        "contact.updated": "changed their details",
        "contact.tag_added": f"was tagged “{properties.get('tag', '')}”",
        "contact.tag_removed": f"lost the tag “{properties.get('tag', '')}”",
        "contact.consent_changed": "agreed to get e-mail"
        if properties.get("state") == "subscribed"
        else "wants no e-mail",
        "email.sent": f"was sent {quoted}",
        "email.opened": f"opened {quoted}",
        "email.clicked": f"clicked in {quoted}",
        "email.bounced": f"could not be reached with {quoted}",
        "email.unsubscribed": f"unsubscribed from {quoted}",
    }
    return known.get(name) or name.replace(".", " ").replace("_", " ")
