"""How people read on a page: their details in words, what they agreed to and how, what happened with them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request

from core.visits import client_address
from domain.contacts import CHANNELS, STANDARD, Origin, Profile
from domain.custom_fields import CustomField, label_for
from domain.errors import MainspringError
from domain.events import words
from domain.permissions import Caller
from models.contacts import LIFTED_BY_HAND, ConsentRecord, Contact
from models.events import Event
from web import looks
from web.contexts.base import Form, TimelineEntry
from web.contexts.contacts import Attribute, Consent, ConsentState
from web.formats import clock_time, day_short, listed, number
from web.forms import refused

CHANNEL_LABELS = {"email": "E-mail", "sms": "SMS"}
_SOURCES = {
    "api": "reported by {by}",
    "import": "imported by {by}",
    "person": "recorded by {by}",
    "form": "by a form",
    "unsubscribe_link": "by the link in a mail",
    "complaint": "by marking a mail as spam",
    "automation": "by an automation",
    "system": "by Mainspring",
}
_HIDDEN = frozenset(
    {"message_id", "automation_id", "node", "import_id", "undo", "version_id", "enrolment_id"}
)
_OF_A_MAIL = frozenset({"subject", "link"})  # the line above names the mail already
_PRICES = frozenset({"total", "amount", "price", "value"})
_LONGEST = 160


def by_hand(request: Request, caller: Caller) -> Origin:
    """Behind what is done on a page stands whoever is signed in."""
    return Origin("person", by=caller.name, ip=client_address(request))


def given(values: Mapping[str, str], fields: Iterable[str]) -> dict[str, Any]:
    """A form in the words in which everybody speaks about contacts; what is empty is cleared."""
    standard = {name: values[name].strip() or None for name in STANDARD if name in values}
    given = {
        name: values[f"attributes.{name}"].strip() or None
        for name in fields
        if f"attributes.{name}" in values
    }
    return {**standard, "attributes": given}


def refused_person(error: MainspringError, values: Mapping[str, str]) -> Form:
    """The form again; what is wrong with one of the tags is said at the field for all of them."""
    form = refused(error, values)
    tags = next((message for path, message in form.errors.items() if path.startswith("tags")), "")
    return Form(values=form.values, errors={**form.errors, "tags": tags}) if tags else form


def name_of(contact: Contact) -> str:
    """By name, else by address."""
    return Profile(**{name: getattr(contact, name) for name in STANDARD}).name


def consent_state(contact: Contact, channel: str, blocked: Mapping[tuple[str, str], str]) -> ConsentState:
    """What is in force; an address that must not be written to counts more than what somebody said."""
    address = _address(contact, channel)
    if (channel, address) in blocked:
        return "suppressed"
    said = contact.consent.get(channel)
    return "subscribed" if said == "subscribed" else "unsubscribed" if said == "unsubscribed" else "none"


def consents(
    contact: Contact, proofs: Iterable[ConsentRecord], blocked: Mapping[tuple[str, str], str]
) -> tuple[Consent, ...]:
    """Each channel with the latest statement about it."""
    latest = {proof.channel: proof for proof in reversed(list(proofs))}
    found = list[Consent]()
    for channel in CHANNELS:
        state, proof = consent_state(contact, channel, blocked), latest.get(channel)
        reason = blocked.get((channel, _address(contact, channel)))
        found.append(
            Consent(
                channel=channel,
                label=CHANNEL_LABELS[channel],
                state=state,
                address=_address(contact, channel),
                since=proof.at if proof else None,
                source=_SOURCES.get(proof.source, proof.source).format(by=proof.by or "a program")
                if proof
                else "",
                wording=(proof.wording or "") if proof else "",
                ip=(proof.ip or "") if proof else "",
                liftable=reason in LIFTED_BY_HAND,
            )
        )
    return tuple(found)


def _address(contact: Contact, channel: str) -> str:
    return (contact.email if channel == "email" else contact.phone) or ""


def attributes(
    values: Mapping[str, Any], fields: Mapping[str, CustomField], zone: ZoneInfo
) -> tuple[Attribute, ...]:
    """Every field of the business, with what this contact has in it."""
    return tuple(
        Attribute(
            name=field.name,
            label=field.label,
            type=field.type,
            text=value_words(field, values.get(field.name), zone),
            value=value_typed(field, values.get(field.name), zone),
            options=field.options,
        )
        for field in fields.values()
    )


def value_words(field: CustomField, value: Any, zone: ZoneInfo) -> str:
    """As it is read: 14 Mar 1988, 1,250, Yes."""
    match field.type, value:
        case _, None:
            return ""
        case "date", str():
            return day_short(date.fromisoformat(value), zone)
        case "datetime", str():
            at = datetime.fromisoformat(value)
            return f"{day_short(at, zone)}, {clock_time(at, zone)}"
        case _, bool():
            return "Yes" if value else "No"
        case _, int() | float():
            return number(value) if float(value).is_integer() else f"{value:,.10f}".rstrip("0")
        case _:
            return str(value)


def value_typed(field: CustomField, value: Any, zone: ZoneInfo) -> str:
    """As a form takes it."""
    if value is None:
        return ""
    if field.type == "datetime":
        return datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    return str(value).lower() if isinstance(value, bool) else str(value)


def said(event: Event) -> str:
    """`Opened “Spring roast”`: an event as a line of its own."""
    line = words(event.name, event.properties)
    return line[:1].upper() + line[1:]


def entry(event: Event) -> TimelineEntry:
    look = looks.of_event(event.name)
    automation = event.properties.get("automation_id")
    return TimelineEntry(
        at=event.occurred_at,
        icon=look.icon,
        kind=look.kind,
        text=said(event),
        detail=_detail(event),
        url=f"/automations/{automation}" if automation else None,
    )


def _detail(event: Event) -> str:
    if event.name == "contact.updated":
        return _cut(
            " · ".join(_change(name, change) for name, change in event.properties.get("changed", {}).items())
        )
    if event.name.startswith("contact."):
        return "From an import" if event.source == "import" else ""
    hidden = _HIDDEN | _OF_A_MAIL if event.name.startswith("email.") else _HIDDEN
    shown = {
        name: value
        for name, value in event.properties.items()
        if name not in hidden and value not in (None, "")
    }
    return _cut(" · ".join(_property(name, value) for name, value in _priced(shown).items()))


def _priced(properties: dict[str, Any]) -> dict[str, Any]:
    """16.4 beside EUR is a price."""
    currency = properties.get("currency")
    if not isinstance(currency, str):
        return properties
    prices = {
        name: f"{value:,.2f} {currency}"
        for name, value in properties.items()
        if name in _PRICES and isinstance(value, int | float)
    }
    if not prices:
        return properties
    return {name: value for name, value in properties.items() if name != "currency"} | prices


def _property(name: str, value: Any) -> str:
    """An address says by itself what it is."""
    words = _plain(value)
    return words if words.startswith(("https://", "http://")) else f"{label_for(name)}: {words}"


def _change(name: str, change: Mapping[str, Any]) -> str:
    label, was, became = label_for(name), _plain(change.get("from")), _plain(change.get("to"))
    if not became:
        return f"{label}: {was} removed"
    return f"{label}: {was} → {became}" if was else f"{label}: {became}"


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return listed(map(_plain, value))
        case dict():
            return "…"
        case _:
            return str(value)


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


# What a tab of the timeline shows, by event names.
KINDS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "": ((), ()),
    "messages": (("email.*", "sms.*"), ()),
    "changes": (("contact.*",), ()),
    "events": ((), ("email.*", "sms.*", "contact.*")),
}
