"""Permissions: who may do what. One matrix of roles, one check; the scopes of API keys come from the same list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from domain.errors import Forbidden, Invalid, Problem

# What can be done to what, in words that a shop owner reads when they hand out a role or an API key.
PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "contacts:read": "See contacts and what happened with them",
        "contacts:write": "Add, change, import and tag contacts",
        "contacts:export": "Download contacts as a file",
        "automations:read": "See automations and their numbers",
        "automations:write": "Draw and change automations",
        "automations:approve": "Publish, hold and release whole automations",
        "messages:read": "Read the messages that were sent",
        "messages:write": "Send tests, and decide about messages that failed",
        "messages:export": "Download messages as a file",
        "processes:read": "See what is running and what it waits for",
        "processes:write": "Hold and release a single process",
        "events:read": "See events",
        "events:write": "Report events",
        "catalogue:read": "See which triggers and steps there are",
        "clock:read": "See the clock of a sandbox",
        "clock:write": "Move the clock of a sandbox",
        "settings:read": "See the settings of the workspace",
        "settings:write": "Change the settings of the workspace",
        "team:read": "See who is in the team",
        "team:write": "Invite people, change roles, shut people out",
        "api_keys:read": "See which API keys there are",
        "api_keys:write": "Make and revoke API keys",
        "audit:read": "Read who changed what",
        "audit:export": "Download who changed what as a file",
    }
)
RESOURCES: Mapping[str, str] = MappingProxyType(
    {
        "contacts": "Contacts",
        "automations": "Automations",
        "messages": "Messages",
        "processes": "Processes",
        "events": "Events",
        "catalogue": "Catalogue",
        "clock": "Sandbox clock",
        "settings": "Settings",
        "team": "Team",
        "api_keys": "API keys",
        "audit": "Audit log",
    }
)
READ_ONLY = frozenset(permission for permission in PERMISSIONS if permission.endswith(":read"))
_MARKETING = frozenset(
    p
    for p in PERMISSIONS
    if p.split(":")[0] in {"contacts", "automations", "messages", "processes", "events"}
)
_BUILDING = frozenset(
    p for p in PERMISSIONS if p.split(":")[0] in {"automations", "processes", "events", "clock", "api_keys"}
)


def grouped() -> dict[str, tuple[str, ...]]:
    """Resource → the permissions that exist for it, in the order in which people read them."""
    return {
        resource: tuple(p for p in PERMISSIONS if p.partition(":")[0] == resource) for resource in RESOURCES
    }


@dataclass(frozen=True, slots=True)
class Role:
    """A set of permissions with a name that people use."""

    name: str
    title: str
    help: str
    permissions: frozenset[str]


ROLES: Mapping[str, Role] = MappingProxyType(
    {
        role.name: role
        for role in (
            Role(
                "owner",
                "Owner",
                "May do everything, and alone decides who else is an owner.",
                frozenset(PERMISSIONS),
            ),
            Role("admin", "Admin", "May do everything except make or remove owners.", frozenset(PERMISSIONS)),
            Role(
                "marketer",
                "Marketer",
                "Works with contacts, automations and messages; publishes, holds and releases automations.",
                _MARKETING | {"catalogue:read", "clock:read", "clock:write", "settings:read", "team:read"},
            ),
            Role(
                "developer",
                "Developer",
                "Connects other programs and draws automations. May hold a single process; to publish, hold or release"
                " a whole automation is left to others.",
                (_BUILDING | READ_ONLY | {"contacts:write"}) - {"automations:approve"},
            ),
            Role(
                "viewer",
                "Viewer",
                "Sees contacts, automations and results, and changes nothing.",
                READ_ONLY - {"api_keys:read", "audit:read"},
            ),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a person who signed in, or a program with a key. `workspace_id` is the business they act in."""

    kind: Literal["user", "api_key"]
    id: UUID
    name: str
    workspace_id: UUID
    permissions: frozenset[str]
    role: str | None = None
    sign_in_id: UUID | None = None

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, *needed: str) -> None:
        """The one check. It is declared beside the route, and asks for the first thing that is missing."""
        for permission in needed:
            if permission not in self.permissions:
                raise Forbidden(self._refusal(permission), needs=permission)

    def _refusal(self, permission: str) -> str:
        what = f"“{PERMISSIONS[permission]}” ({permission})"
        if self.kind == "api_key":
            return f"This API key lacks the scope {what}. Make a key that has it."
        return f"Your role does not include {what}. Ask an admin of your team for it."


def scopes(wanted: Iterable[str], *, held: frozenset[str]) -> list[str]:
    """The scopes of a new API key, sorted: known ones, and none that its maker does not hold."""
    chosen = sorted(set(wanted))
    problems = [Problem("scopes", message) for scope in chosen if (message := _fault(scope, held))]
    if not chosen:
        problems = [Problem("scopes", "Choose at least one thing that the key may do.")]
    if problems:
        raise Invalid(problems=problems)
    return chosen


def _fault(scope: str, held: frozenset[str]) -> str | None:
    if scope not in PERMISSIONS:
        return f"There is no scope “{scope}”. Known scopes: {', '.join(PERMISSIONS)}."
    return None if scope in held else f"You cannot give away “{scope}”, because you do not have it yourself."


def check_role_change(actor: str | None, *, before: str | None, after: str | None) -> None:
    """May somebody with the role `actor` turn a member's `before` into `after`? None stands for: not in the team."""
    if after is not None and after not in ROLES:
        raise Invalid.at("role", f"There is no role “{after}”. Choose one of: {', '.join(ROLES)}.")
    if "owner" in (before, after) and before != after and actor != "owner":
        raise Forbidden(
            "Only an owner can make somebody an owner, or take that away. Ask an owner of your team."
        )
