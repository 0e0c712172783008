"""Settings: the business, its people and what they may do, keys for programs, connections, the record of changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from domain.connections import Way
from web.contexts.base import BLANK, ONE_PAGE, Choice, Form, Listing, Page, Paging, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage(Page):
    section: ClassVar[Section] = "settings"
    tab: ClassVar[str] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSettings(SettingsPage):
    """Fields: name, time_zone, currency, mail_from_name, mail_from, postal_address."""

    template: ClassVar[str] = "settings/workspace.html"
    tab: ClassVar[str] = "workspace"

    form: Form
    time_zones: tuple[str, ...]
    currencies: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    id: UUID  # of the membership
    name: str
    email: str
    role: str
    joined_at: datetime
    last_seen_at: datetime | None = None
    you: bool = False
    last_owner: bool = False  # can neither be removed nor made something else
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    id: UUID
    email: str
    role: str
    invited_by: str
    expires_at: datetime
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Team(SettingsPage):
    """`link` is shown once, right after inviting: it works without any e-mail."""

    template: ClassVar[str] = "settings/team.html"
    tab: ClassVar[str] = "team"

    members: tuple[Member, ...]
    invitations: tuple[Invited, ...]
    roles: tuple[Choice, ...]
    form: Form = BLANK
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    resource: str
    detail: str
    actions: tuple[str, ...]  # those that exist for it, in words
    granted: Mapping[str, frozenset[str]]  # role → actions


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles(SettingsPage):
    template: ClassVar[str] = "settings/roles.html"
    tab: ClassVar[str] = "roles"

    roles: tuple[Choice, ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyRow:
    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    everything: bool = False
    created_at: datetime
    created_by: str = ""
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeGroup:
    resource: str
    scopes: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeys(SettingsPage):
    """`fresh` is the key itself, shown this once."""

    template: ClassVar[str] = "settings/api_keys.html"
    tab: ClassVar[str] = "api-keys"

    keys: tuple[ApiKeyRow, ...]
    scopes: tuple[ScopeGroup, ...]
    fresh: str = ""
    fresh_name: str = ""
    chosen: frozenset[str] = frozenset()
    form: Form = BLANK
    api_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One column, before and after, as words; None where there was nothing."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    id: UUID
    at: datetime
    actor: str
    by_program: bool
    action: str  # in words: "changed", "created", "removed", "signed in"
    resource: str
    subject: str = ""
    subject_url: str | None = None
    ip: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit(SettingsPage):
    """`listing` holds actor, resource, since and after."""

    template: ClassVar[str] = "settings/audit.html"
    fragments: ClassVar[Mapping[str, str]] = {"rows": "settings/_audit_rows.html"}
    tab: ClassVar[str] = "audit"

    listing: Listing
    rows: tuple[AuditRow, ...]
    actors: tuple[Choice, ...]
    resources: tuple[Choice, ...]
    paging: Paging = ONE_PAGE


TestState = Literal["waiting", "sent", "failed", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestMail:
    """A test on its way; while it waits, `reason` says what for."""

    id: UUID
    to: str
    state: TestState
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections(SettingsPage):
    """`in_force` is where e-mail goes now. Fields: channel (default | captured | smtp), host, port, security (tls | starttls |
    none), username, password, mail_from_name, mail_from; of `test_form`: to."""

    template: ClassVar[str] = "settings/connections.html"
    fragments: ClassVar[Mapping[str, str]] = {"check": "settings/_check.html", "test": "settings/_test.html"}
    tab: ClassVar[str] = "connections"

    in_force: Way
    form: Form
    server: str = ""  # of one's own
    instance: bool = False  # this instance has a mail server for everybody
    sandbox: bool = False
    has_password: bool = False
    held: bool = False
    checked: Literal["", "ok", "failed"] = ""
    check_detail: str = ""
    check_advice: str = ""
    test: TestMail | None = None
    test_form: Form = BLANK
