"""Settings of a roastery and its team."""

from dataclasses import replace

from tests.web.samples.account import ADDRESS, ZONES
from tests.web.samples.frames import ago, ahead, new_id
from web.contexts.base import Choice, Form, Listing, Paging
from web.contexts.settings import (
    ApiKeyRow,
    ApiKeys,
    Audit,
    AuditRow,
    Change,
    Connections,
    Invited,
    MatrixRow,
    Member,
    Roles,
    ScopeGroup,
    Team,
    TestMail,
    WorkspaceSettings,
)

_BUSINESS = {
    "name": "Fernhill Coffee",
    "time_zone": "Europe/Berlin",
    "currency": "EUR",
    "mail_from_name": "Fernhill Coffee",
    "mail_from": "hello@fernhill.example",
    "postal_address": ADDRESS,
}
WORKSPACE = WorkspaceSettings(
    form=Form(values=_BUSINESS),
    time_zones=ZONES,
    currencies=(Choice(value="EUR", label="Euro (EUR)"), Choice(value="GBP", label="Pound sterling (GBP)")),
)
WORKSPACE_REFUSED = replace(
    WORKSPACE,
    form=Form(
        values={**_BUSINESS, "mail_from": "hello"},
        errors={
            "": "Nothing was saved yet: one field needs another look.",
            "mail_from": "Write a complete address, such as hello@fernhill.example.",
        },
    ),
)
ROLE_CHOICES = (
    Choice(value="owner", label="Owner", detail="Everything, and who else is in."),
    Choice(value="admin", label="Admin", detail="Everything but owners."),
    Choice(value="marketer", label="Marketer", detail="Contacts and automations."),
    Choice(value="viewer", label="Viewer", detail="May look at everything."),
)
TEAM = Team(
    members=(
        Member(id=new_id(), name="Maya Okafor", email="maya@fernhill.example", role="owner", joined_at=ago(days=300), last_seen_at=ago(seconds=20), you=True, last_owner=True),
        Member(id=new_id(), name="Tom Berger", email="tom@fernhill.example", role="marketer", joined_at=ago(days=120), last_seen_at=ago(hours=19)),
        Member(id=new_id(), name="Aiko Mori", email="aiko@fernhill.example", role="viewer", joined_at=ago(days=40)),
    ),
    invitations=(
        Invited(id=new_id(), email="jonas@fernhill.example", role="marketer", invited_by="Maya Okafor", expires_at=ahead(days=6)),
        Invited(id=new_id(), email="old@fernhill.example", role="viewer", invited_by="Maya Okafor", expires_at=ago(days=2), expired=True),
    ),
    roles=ROLE_CHOICES,
)  # fmt: skip
TEAM_INVITED = replace(TEAM, link="http://127.0.0.1:8000/invitations/3vVt0k9wE2b8RrWQ5nXz")
_ALL = ("Read", "Change", "Export")
ROLES = Roles(
    roles=ROLE_CHOICES,
    rows=(
        MatrixRow(resource="Contacts", detail="people, tags, consent, imports", actions=_ALL, granted={"owner": frozenset(_ALL), "admin": frozenset(_ALL), "marketer": frozenset({"Read", "Change"}), "viewer": frozenset({"Read"})}),
        MatrixRow(resource="Automations", detail="drawing, publishing, holding", actions=("Read", "Change", "Publish"), granted={"owner": frozenset({"Read", "Change", "Publish"}), "admin": frozenset({"Read", "Change", "Publish"}), "marketer": frozenset({"Read", "Change", "Publish"}), "viewer": frozenset({"Read"})}),
        MatrixRow(resource="Team", detail="members, roles, invitations", actions=("Read", "Change"), granted={"owner": frozenset({"Read", "Change"}), "admin": frozenset({"Read", "Change"}), "marketer": frozenset({"Read"}), "viewer": frozenset()}),
    ),
)  # fmt: skip
_SCOPES = (
    ScopeGroup(resource="Contacts", scopes=(Choice(value="contacts:read", label="Read"), Choice(value="contacts:write", label="Add and change"), Choice(value="contacts:export", label="Export"))),
    ScopeGroup(resource="Events", scopes=(Choice(value="events:write", label="Send"),)),
    ScopeGroup(resource="Automations", scopes=(Choice(value="automations:read", label="Read"), Choice(value="automations:write", label="Change and publish"))),
)  # fmt: skip
API_KEYS = ApiKeys(
    keys=(
        ApiKeyRow(id=new_id(), name="Web shop", prefix="ms_live_7Qd2", scopes=("contacts:write", "events:write"), created_at=ago(days=211), created_by="Maya Okafor", last_used_at=ago(seconds=30)),
        ApiKeyRow(id=new_id(), name="Reports in the spreadsheet", prefix="ms_live_p0Xs", scopes=("contacts:read", "contacts:export", "events:read", "automations:read", "messages:read", "processes:read"), created_at=ago(days=60), created_by="Tom Berger"),
        ApiKeyRow(id=new_id(), name="Old till", prefix="ms_live_9sLm", scopes=("events:write",), created_at=ago(days=300), created_by="Maya Okafor", last_used_at=ago(days=90), revoked_at=ago(days=80)),
    ),
    scopes=_SCOPES,
    chosen=frozenset({"events:write"}),
    api_url="http://127.0.0.1:8000/api/v1",
)  # fmt: skip
API_KEYS_FRESH = replace(API_KEYS, fresh="ms_live_7Qd2hV0mN8xJ4tYc1RkZ3bWf6LsAqPgE", fresh_name="Web shop")
NO_API_KEYS = replace(
    API_KEYS, keys=(), form=Form(errors={"scopes": "Choose at least one thing that the key may do."})
)
AUDIT = Audit(
    listing=Listing(path="/settings/audit", params={"actor": "maya"}),
    rows=(
        AuditRow(id=new_id(), at=ago(minutes=3), actor="Maya Okafor", by_program=False, action="changed", resource="the contact", subject="Lena Sørensen", subject_url="/contacts", ip="203.0.113.7",
                 changes=(Change(field="First name", before="Lina", after="Lena"), Change(field="Favourite roast", before=None, after="Filter"))),
        AuditRow(id=new_id(), at=ago(hours=2), actor="Maya Okafor", by_program=False, action="published", resource="the automation", subject="Welcome new customers", subject_url="/automations", ip="203.0.113.7",
                 changes=(Change(field="Version", before="6", after="7"),)),
        AuditRow(id=new_id(), at=ago(hours=5), actor="Web shop", by_program=True, action="created", resource="the contact", subject="Idris García", subject_url="/contacts", ip="198.51.100.20"),
        AuditRow(id=new_id(), at=ago(days=1), actor="Tom Berger", by_program=False, action="signed in", resource="", ip="203.0.113.9"),
    ),
    actors=(Choice(value="maya", label="Maya Okafor"), Choice(value="tom", label="Tom Berger"), Choice(value="shop", label="Web shop (key)")),
    resources=(Choice(value="contacts", label="Contacts"), Choice(value="automations", label="Automations")),
    paging=Paging(label="The latest 4", older="/settings/audit?after=a4"),
)  # fmt: skip
_SERVER = {
    "channel": "smtp",
    "host": "smtp.fernhill.example",
    "port": "587",
    "security": "starttls",
    "username": "hello",
    "mail_from_name": "Fernhill Coffee",
    "mail_from": "hello@fernhill.example",
}
CAPTURED = Connections(in_force="captured", form=Form(values={"channel": "captured"}))
SMTP = Connections(
    in_force="own",
    form=Form(values=_SERVER),
    server="smtp.fernhill.example:587",
    has_password=True,
    checked="failed",
    check_detail="The mail server smtp.fernhill.example:587 does not accept this user name and password.",
    check_advice="Check both. Many providers want an app password instead of the one that you sign in with.",
    test=TestMail(id=new_id(), to="maya@fernhill.example", state="sent"),
)
SMTP_REFUSED = replace(
    SMTP,
    form=Form(
        values={**_SERVER, "port": "smtp"},
        errors={"port": "Enter a number from 1 to 65535. Most providers use 587."},
    ),
    checked="",
    held=True,
    test=TestMail(
        id=new_id(), to="maya@fernhill.example", state="waiting", reason="The mail server cannot be reached."
    ),
)
FROM_INSTANCE = Connections(in_force="instance", form=Form(values={"channel": "default"}), instance=True)
IN_SANDBOX = Connections(in_force="captured", form=Form(values={"channel": "captured"}), sandbox=True)
