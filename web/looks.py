"""How things look: the icon and tint of every kind of event, step and process, so that lists, feeds and timelines agree."""

from dataclasses import dataclass

from web.contexts.base import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    icon: str
    kind: Kind = "data"


EVENTS = {
    "contact.created": Look(icon="user-plus", kind="ok"),
    "contact.updated": Look(icon="pencil"),
    "contact.tag_added": Look(icon="tag"),
    "contact.tag_removed": Look(icon="tag-off"),
    "contact.consent_changed": Look(icon="shield-check", kind="ok"),
    "email.sent": Look(icon="send", kind="message"),
    "email.opened": Look(icon="mail-opened", kind="message"),
    "email.clicked": Look(icon="click", kind="message"),
    "email.bounced": Look(icon="mail-x", kind="bad"),
    "email.unsubscribed": Look(icon="mail-off", kind="wait"),
    "automation.entered": Look(icon="route", kind="trigger"),
    "automation.left": Look(icon="flag", kind="end"),
    "automation.goal_reached": Look(icon="target-arrow", kind="ok"),
}
# The first word of a user's own event names says what it is about
FAMILIES = {
    "order": Look(icon="shopping-bag", kind="logic"),
    "cart": Look(icon="shopping-cart", kind="wait"),
    "checkout": Look(icon="shopping-cart", kind="wait"),
    "payment": Look(icon="credit-card", kind="logic"),
    "invoice": Look(icon="file-invoice"),
    "booking": Look(icon="calendar-event", kind="wait"),
    "subscription": Look(icon="repeat", kind="logic"),
    "page": Look(icon="world"),
    "form": Look(icon="forms", kind="trigger"),
    "signed": Look(icon="user-plus", kind="ok"),
}
OTHER = Look(icon="bolt", kind="trigger")

PROCESSES = {
    "cohort": Look(icon="route", kind="trigger"),
    "automation": Look(icon="route", kind="trigger"),
    "schedule": Look(icon="calendar-time", kind="wait"),
    "import": Look(icon="upload", kind="message"),
    "clock": Look(icon="clock-play", kind="wait"),
}
STEPS = {
    "send_email": Look(icon="mail", kind="message"),
    "wait": Look(icon="clock", kind="wait"),
    "wait_until": Look(icon="hourglass", kind="wait"),
    "branch": Look(icon="arrow-ramp-right", kind="logic"),
    "split": Look(icon="arrows-split", kind="logic"),
    "add_tag": Look(icon="tag"),
    "remove_tag": Look(icon="tag-off"),
    "set_attribute": Look(icon="pencil"),
    "http_request": Look(icon="world-share"),
    "leave": Look(icon="flag", kind="end"),
}


def of_event(name: str) -> Look:
    """`order.placed` looks like an order, whatever the rest of its name is."""
    return EVENTS.get(name) or FAMILIES.get(name.replace("_", ".").split(".")[0]) or OTHER


def of_step(kind: str) -> Look:
    return STEPS.get(kind) or Look(icon="square-rounded")


def of_process(kind: str) -> Look:
    return PROCESSES.get(kind) or Look(icon="activity")
