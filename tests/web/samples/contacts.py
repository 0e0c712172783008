"""People of a roastery: the list, one of them, imports."""

from dataclasses import replace

from tests.web.samples.account import ZONES
from tests.web.samples.automations import BIRTHDAY, CART, WELCOME
from tests.web.samples.frames import ago, ahead, new_id
from web.contexts.base import Choice, Form, Listing, Paging, TimelineEntry
from web.contexts.contacts import (
    Attribute,
    Column,
    Consent,
    ConsentState,
    Contact,
    ContactFields,
    ContactForm,
    ContactRow,
    ContactShow,
    ContactsIndex,
    CustomField,
    Decision,
    Enrolled,
    Enrolling,
    Question,
)
from web.contexts.imports import (
    FileColumn,
    ImportMapping,
    ImportProgress,
    ImportUpload,
    PastImport,
    Rehearsal,
    RowError,
)

_PEOPLE: tuple[tuple[str, ConsentState, tuple[str, ...], str, float, str], ...] = (
    ("Idris García", "subscribed", ("newsletter",), "Joined from the landing page", 5, "Filter"),
    ("Tomás Virtanen", "suppressed", ("customer", "gift"), "Could not be reached", 21, "Espresso"),
    ("Kofi Haddad", "none", ("tasting",), "Booked a tasting", 3, ""),
    ("Zoë García", "subscribed", ("customer", "subscription", "vip"), "Paid order #2041", 10, "Filter"),
    ("Sofia Lindqvist", "unsubscribed", ("customer",), "Clicked “Brewing guide”", 21, "Espresso"),
    ("Hanna Berg", "subscribed", ("wholesale",), "Opened “Spring roast”", 11, "Filter"),
    ("Priya Karimi", "subscribed", ("customer",), "Opened “Spring roast”", 10, "Decaf"),
    ("Noah Costa", "subscribed", ("customer", "tasting"), "Booked a tasting", 10, "Espresso"),
    ("Priya Novak", "subscribed", ("customer",), "Left a cart", 8, "Filter"),
    ("Noah Haddad", "subscribed", ("newsletter",), "Clicked “Brewing guide”", 14, ""),
    ("Hanna Patel", "none", (), "Booked a tasting", 19, ""),
    ("Clara Moreau", "subscribed", ("customer",), "Entered “Cart reminder”", 0.1, "Filter"),
)
_BARS = (7, 4, 1, 3, 6, 7, 5, 4, 2, 6, 0, 5, 3, 7, 1, 4)


def _row(index: int, person: tuple[str, ConsentState, tuple[str, ...], str, float, str]) -> ContactRow:
    name, consent, tags, activity, hours, roast = person
    return ContactRow(
        id=new_id(),
        name=name,
        email=f"{name.lower().replace(' ', '.')}{index}@example.com",
        consent=consent,
        added_at=ago(days=17 * index + 3),
        tags=tags,
        last_activity=activity,
        last_activity_at=ago(hours=hours),
        values=(roast,),
        engagement=tuple(_BARS[(index * 5 + week) % len(_BARS)] for week in range(8)),
    )


_ROAST = Column(name="roast", label="Roast")
_TAGS = tuple(
    Choice(value=tag, label=tag, count=count)
    for tag, count in (
        ("customer", 1804),
        ("newsletter", 1177),
        ("subscription", 312),
        ("tasting", 96),
        ("vip", 41),
        ("wholesale", 27),
    )
)
INDEX = ContactsIndex(
    listing=Listing(path="/contacts", params={"sort": "-added"}),
    rows=tuple(_row(index, person) for index, person in enumerate(_PEOPLE)),
    matching=2431,
    total=2431,
    reachable=1993,
    paging=Paging(label="1–50 of 2,431", older="/contacts?after=c2"),
    columns=(_ROAST,),
    all_columns=(
        _ROAST,
        Column(name="birthday", label="Birthday"),
        Column(name="spent", label="Spent", numeric=True),
    ),
    tags=_TAGS,
    sortable=("name", "added", "activity"),
)
FILTERED = replace(
    INDEX,
    listing=Listing(path="/contacts", params={"tag": "customer", "consent": "subscribed", "sort": "name"}),
    rows=tuple(row for row in INDEX.rows if "customer" in row.tags and row.consent == "subscribed"),
    matching=4,
    paging=Paging(label="1–4 of 4", newer="/contacts?after=c0"),
)
NOBODY = replace(
    INDEX, listing=Listing(path="/contacts", params={"q": "zzyx"}), rows=(), matching=0, paging=Paging()
)
EMPTY = ContactsIndex(listing=Listing(path="/contacts"), rows=(), matching=0, total=0, reachable=0)

ENROLLING = Enrolling(
    people=214,
    names=tuple(row.name for row in INDEX.rows[:5]),
    selection=(("all", "1"), ("filter_tag", "customer")),
    automations=(
        Choice(value=str(new_id()), label="Welcome new customers"),
        Choice(value=str(new_id()), label="Win back after 60 days (on hold)"),
    ),
    back="/contacts?tag=customer",
)
ENROLLING_REFUSED = replace(ENROLLING, form=Form(errors={"automation": "Choose an automation that is live."}))
NOTHING_LIVE = replace(ENROLLING, automations=())

LENA = Contact(
    id=new_id(),
    name="Lena Sørensen",
    first_name="Lena",
    last_name="Sørensen",
    email="lena.sorensen@example.com",
    phone="+45 20 12 34 56",
    external_id="shop-20418",
    time_zone="Europe/Copenhagen",
    local_time="09:00",
    added_at=ago(days=211),
    tags=("customer", "newsletter", "subscription"),
    attributes=(
        Attribute(name="roast", label="Favourite roast", type="choice", text="Filter", value="Filter", options=("Filter", "Espresso", "Decaf")),
        Attribute(name="birthday", label="Birthday", type="date", text="14 March 1988", value="1988-03-14"),
        Attribute(name="spent", label="Spent", type="number", text="€384.21", value="384.21"),
        Attribute(name="wholesale", label="Wholesale", type="boolean", text="No", value="false"),
    ),
)  # fmt: skip
_TIMELINE = (
    TimelineEntry(at=ago(minutes=14), icon="mail-opened", kind="message", text="Opened “Spring roast is here”", url="/inbox"),
    TimelineEntry(at=ago(hours=1, minutes=2), icon="send", kind="message", text="Was sent “Spring roast is here”", detail="By Welcome new customers, step “Second bag, 10% off”", url="/inbox"),
    TimelineEntry(at=ago(days=1, hours=3), icon="shopping-bag", kind="logic", text="Placed an order", detail="order.placed · order #2041 · €37.00 · 2 bags"),
    TimelineEntry(at=ago(days=1, hours=4), icon="click", kind="message", text="Clicked “See the brewing guide”", detail="https://fernhill.example/guide"),
    TimelineEntry(at=ago(days=3, hours=1), icon="route", kind="trigger", text="Entered “Welcome new customers”", detail="Because the first order was paid", url="/automations"),
    TimelineEntry(at=ago(days=3, hours=1, minutes=1), icon="tag", kind="data", text="Was tagged customer"),
    TimelineEntry(at=ago(days=211), icon="shield-check", kind="ok", text="Agreed to e-mail", detail="Ticked “News by e-mail” at checkout"),
    TimelineEntry(at=ago(days=211), icon="user-plus", kind="ok", text="Was added", detail="Over the API, key “Web shop”"),
)  # fmt: skip
_RECORD = (
    Decision(at="Wed 18 Nov, 09:00", step="", text="Enters."),
    Decision(at="Wed 18 Nov, 09:00", step="Regular customer?", text="No condition is true.", because="Not true of them: has the tag “wholesale”"),
    Decision(at="Wed 18 Nov, 09:00", step="Welcome to Fernhill", text="Sent.", tone="ok"),
    Decision(at="Wed 18 Nov, 09:00", step="Second bag, 10% off", text="Not sent: has not agreed to get marketing e-mail.", tone="warn"),
    Decision(at="Wed 18 Nov, 09:00", step="Waits 3 days, then 09:00", text="Waits until Monday 23 November 2026, 09:00."),
)  # fmt: skip
SHOW = ContactShow(
    contact=LENA,
    consents=(
        Consent(channel="email", label="E-mail", state="subscribed", address=LENA.email, since=ago(days=211), source="at the checkout of the web shop", wording="News and offers by e-mail, not more than twice a month", ip="203.0.113.7"),
        Consent(channel="sms", label="SMS", state="none", address=LENA.phone),
    ),
    enrolments=(
        Enrolled(automation_id=WELCOME, automation="Welcome new customers", state="inside", step="Waits 3 days, then 09:00", entered_at=ago(days=3), wakes_at=ahead(days=2, hours=1), record=_RECORD),
        Enrolled(automation_id=BIRTHDAY, automation="Birthday coffee", state="finished", entered_at=ago(days=251), ended_at=ago(days=250)),
        Enrolled(automation_id=CART, automation="Cart reminder", state="goal", step="Wait for an order", entered_at=ago(days=41), ended_at=ago(days=40)),
    ),
    question=Question(
        choices=(Choice(value="1", label="Win back quiet customers"), Choice(value="2", label="Price drop on the wish list")),
        asked="1",
        answer="What starts this automation (order.placed) has not happened to this contact.",
    ),
    record_zone="Europe/Copenhagen",
    listing=Listing(path=f"/contacts/{LENA.id}"),
    timeline=_TIMELINE,
    paging=Paging(label="The latest 8", older=f"/contacts/{LENA.id}?after=e8"),
    all_tags=tuple(choice.value for choice in _TAGS),
)  # fmt: skip
_BARE = Contact(id=new_id(), name="+49 30 901820", phone="+49 30 901820", added_at=ago(hours=2))
BARE = ContactShow(
    contact=_BARE,
    consents=(Consent(channel="email", label="E-mail", state="none", address=""),),
    enrolments=(),
    listing=Listing(path=f"/contacts/{_BARE.id}"),
    timeline=(),
)
EDIT = ContactForm(
    form=Form(
        values={
            name: getattr(LENA, name)
            for name in ("first_name", "last_name", "email", "phone", "external_id", "time_zone")
        }
    ),
    fields=LENA.attributes,
    time_zones=(*ZONES, "Europe/Copenhagen"),
    contact_id=LENA.id,
    name=LENA.name,
)
NEW = ContactForm(
    fields=tuple(replace(field, text="", value="") for field in LENA.attributes), time_zones=ZONES
)
NEW_REFUSED = replace(
    NEW,
    form=Form(
        values={"first_name": "Lena", "email": "lena@"},
        errors={
            "email": "That is not a complete e-mail address; something like lena@example.com.",
            "attributes.spent": "Write a number, for example 12.50.",
        },
    ),
)
FIELDS = ContactFields(
    fields=(
        CustomField(
            name="roast",
            label="Favourite roast",
            type="choice",
            options=("Filter", "Espresso", "Decaf"),
            used_by=1620,
        ),
        CustomField(name="birthday", label="Birthday", type="date", used_by=904),
        CustomField(name="spent", label="Spent", type="number", used_by=1804),
        CustomField(name="wholesale", label="Wholesale", type="boolean", used_by=27),
    ),
)
NO_FIELDS = ContactFields(
    fields=(),
    form=Form(values={"type": "choice"}, errors={"label": "You already have a detail of this name."}),
)

UPLOAD = ImportUpload(
    past=(
        PastImport(
            id=new_id(),
            file="customers.csv",
            at=ago(days=2),
            by="Maya Okafor",
            state="finished",
            rows=2412,
            failed=41,
        ),
        PastImport(
            id=new_id(),
            file="tasting-november.csv",
            at=ago(days=9),
            by="Tom Berger",
            state="undone",
            rows=96,
            failed=0,
        ),
    )
)
UPLOAD_REFUSED = ImportUpload(
    form=Form(
        errors={
            "file": "The file is not UTF-8 text, and it is not Windows-1252 either. Save it as “CSV UTF-8” and choose it again."
        }
    )
)
_ERRORS = (
    RowError(row=18, column="E-mail", value="hanna.berg@", message="Not a complete e-mail address."),
    RowError(
        row=204,
        column="Birthday",
        value="31.02.1990",
        message="There is no such day. Write it as 1990-02-28.",
    ),
    RowError(
        row=977,
        column="E-mail",
        value="",
        message="Every row needs an e-mail address, a phone number or your id.",
    ),
)
MAPPING = ImportMapping(
    id=new_id(),
    file="customers.csv",
    rows=2412,
    columns=(
        FileColumn(index=0, heading="E-Mail", samples=("lena.sorensen@example.com", "noah.weber@example.com"), field="email"),
        FileColumn(index=1, heading="Vorname", samples=("Lena", "Noah", "Zoë"), field="first_name"),
        FileColumn(index=2, heading="Nachname", samples=("Sørensen", "Weber", "García"), field="last_name"),
        FileColumn(index=3, heading="Geburtstag", samples=("1988-03-14", "", "1979-11-02"), field="attributes.birthday"),
        FileColumn(index=4, heading="Mahlgrad", samples=("fein", "mittel"), field="new", new_label="Grind"),
        FileColumn(index=5, heading="Notiz", samples=(), field=""),
        FileColumn(index=6, heading="Mail 2", samples=("l.sorensen@example.com",), field="email", error="“E-Mail” goes there already. Choose one of the two."),
    ),
    standard_fields=tuple(
        Choice(value=value, label=label)
        for value, label in (("email", "E-mail"), ("first_name", "First name"), ("last_name", "Last name"), ("phone", "Phone"), ("external_id", "Your id"), ("time_zone", "Time zone"), ("tags", "Tags"))
    ),
    custom_fields=(Choice(value="attributes.roast", label="Favourite roast"), Choice(value="attributes.birthday", label="Birthday")),
    form=Form(values={"tag": "customers-2025", "existing": "update", "consent": "subscribed", "consent_wording": "Ticked “news” at checkout"}),
)  # fmt: skip
MAPPING_TRIED = replace(
    MAPPING,
    columns=MAPPING.columns[:6],
    rehearsal=Rehearsal(rows=2412, create=1984, update=387, failed=41, errors=_ERRORS),
)
IMPORTING = ImportProgress(
    id=MAPPING.id,
    file="customers.csv",
    state="running",
    rows=2412,
    done=1490,
    created=1204,
    updated=260,
    failed=26,
    errors=_ERRORS[:2],
)
IMPORTED = ImportProgress(
    id=MAPPING.id, file="customers.csv", state="finished", rows=2412, done=2412, created=1984, updated=384, repeated=3, failed=41, errors=_ERRORS, tag="customers-2025", can_undo=True
)  # fmt: skip
IMPORT_HALF_UNDONE = replace(
    IMPORTED,
    state="half_undone",
    done=1200,
    fault="Something that the import had replaced, such as an e-mail address, belongs to another contact by now.",
)
IMPORT_FAILED = ImportProgress(
    id=MAPPING.id, file="customers.csv", state="failed", rows=2412, done=800, created=640, updated=160, failed=0, fault="The file was removed from the disk while it was read. Import it again; rows that are in already are recognised.", can_undo=True
)  # fmt: skip
