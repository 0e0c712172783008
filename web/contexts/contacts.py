"""Contacts: the list at any size, one person's profile, the forms that change them, the details a business keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from web.contexts.base import BLANK, ONE_PAGE, Choice, Form, Listing, Page, Paging, Section, TimelineEntry

ConsentState = Literal["subscribed", "unsubscribed", "none", "suppressed"]
FieldType = Literal["text", "number", "boolean", "date", "datetime", "choice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A custom attribute shown as a column; `sort` is what `?sort=` takes, "" where it cannot be sorted."""

    name: str
    label: str
    sort: str = ""
    numeric: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    id: UUID
    name: str  # falls back to the e-mail address, then the phone number
    email: str
    consent: ConsentState
    added_at: datetime
    tags: tuple[str, ...] = ()
    last_activity: str = ""  # "Opened “Spring roast”"
    last_activity_at: datetime | None = None
    values: tuple[str, ...] = ()  # one per column, in words
    engagement: tuple[int, ...] = ()  # events in each of the last eight weeks, oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsIndex(Page):
    """`listing` holds q, tag, consent, sort (name, -name, added, -added, activity, -activity), columns and after."""

    template: ClassVar[str] = "contacts/index.html"
    fragments: ClassVar[Mapping[str, str]] = {"rows": "contacts/_rows.html"}
    section: ClassVar[Section] = "contacts"

    listing: Listing
    rows: tuple[ContactRow, ...]
    matching: int
    total: int
    reachable: int  # how many of all may be sent e-mail
    paging: Paging = ONE_PAGE
    columns: tuple[Column, ...] = ()
    all_columns: tuple[Column, ...] = ()
    tags: tuple[Choice, ...] = ()
    sortable: tuple[str, ...] = ("name", "added")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A custom attribute of one contact: its value in words, and as the form needs it."""

    name: str
    label: str
    type: FieldType = "text"
    text: str = ""
    value: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What is in force for one channel, and the statement that proves it."""

    channel: Literal["email", "sms"]
    label: str
    state: ConsentState
    address: str
    since: datetime | None = None
    source: str = ""  # in words: "by the link in a mail", "imported by Maya Okafor"
    wording: str = ""
    ip: str = ""
    liftable: bool = False  # suppressed for a reason that a person may know to be over


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One line of the record of a passage: when, at which step, what was decided, and by what."""

    at: str  # on the contact's clock
    step: str
    text: str
    because: str = ""
    tone: Literal["", "ok", "warn", "bad"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """One passage through an automation, present or past."""

    automation_id: UUID
    automation: str
    state: Literal["inside", "finished", "goal", "exit", "failed", "removed"]
    step: str = ""
    entered_at: datetime
    ended_at: datetime | None = None
    wakes_at: datetime | None = None
    record: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Why is this person not in an automation? `choices` are those where they never were; `answer` is about `asked`."""

    choices: tuple[Choice, ...] = ()
    asked: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    id: UUID
    name: str
    added_at: datetime
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    external_id: str = ""
    time_zone: str = ""
    local_time: str = ""  # "14:05" where they are
    tags: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactShow(Page):
    """`listing` filters the timeline by kind: "", messages, changes, events."""

    template: ClassVar[str] = "contacts/show.html"
    fragments: ClassVar[Mapping[str, str]] = {
        "timeline": "contacts/_timeline.html",
        "tags": "contacts/_tags.html",
        "consents": "contacts/_consents.html",
    }
    section: ClassVar[Section] = "contacts"

    contact: Contact
    consents: tuple[Consent, ...]
    enrolments: tuple[Enrolled, ...]
    question: Question = Question()
    record_zone: str = ""  # whose clock the record goes by
    listing: Listing
    timeline: tuple[TimelineEntry, ...]
    paging: Paging = ONE_PAGE
    all_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactForm(Page):
    """Add and edit; `contact_id` is None when adding. The fragment is the drawer of the profile."""

    template: ClassVar[str] = "contacts/form.html"
    fragments: ClassVar[Mapping[str, str]] = {"drawer": "contacts/_drawer.html"}
    section: ClassVar[Section] = "contacts"

    form: Form = (
        BLANK  # email, phone, first_name, last_name, external_id, time_zone, tags, attributes.<name>, consent
    )
    fields: tuple[Attribute, ...] = ()
    time_zones: tuple[str, ...] = ()
    contact_id: UUID | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolling(Page):
    """People who were selected in the list, to be put into an automation; `selection` are the fields that say who they are."""

    template: ClassVar[str] = "contacts/enrol.html"
    section: ClassVar[Section] = "contacts"

    people: int
    names: tuple[str, ...]  # the first few
    selection: tuple[tuple[str, str], ...]
    automations: tuple[Choice, ...]  # those that are live
    back: str
    form: Form = BLANK  # automation


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    name: str
    label: str
    type: FieldType
    options: tuple[str, ...] = ()
    used_by: int = 0  # contacts that have a value


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFields(Page):
    template: ClassVar[str] = "contacts/fields.html"
    section: ClassVar[Section] = "contacts"

    fields: tuple[CustomField, ...]
    form: Form = BLANK
