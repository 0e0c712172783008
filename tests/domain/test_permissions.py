"""The matrix: what each role may do, and what nobody can give away."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Forbidden, Invalid
from domain.permissions import PERMISSIONS, ROLES, Caller, check_role_change, scopes


def caller(role: str, kind: str = "user") -> Caller:
    return Caller(
        kind=kind,
        id=uuid4(),
        name="Ada",
        workspace_id=uuid4(),
        permissions=ROLES[role].permissions,
        role=role,
    )


class TestRoles:
    def test_every_role_grants_only_permissions_that_exist(self) -> None:
        assert all(role.permissions <= set(PERMISSIONS) for role in ROLES.values())

    def test_a_viewer_changes_nothing(self) -> None:
        assert all(permission.endswith(":read") for permission in ROLES["viewer"].permissions)

    @pytest.mark.parametrize(
        ("role", "permission"),
        [
            ("owner", "team:write"),
            ("admin", "settings:write"),
            ("marketer", "automations:approve"),
            ("developer", "api_keys:write"),
            ("viewer", "contacts:read"),
        ],
    )
    def test_a_role_allows_what_it_is_for(self, role: str, permission: str) -> None:
        caller(role).require(permission)

    @pytest.mark.parametrize(
        ("role", "permission"),
        [
            ("marketer", "team:write"),
            ("marketer", "api_keys:read"),
            ("developer", "automations:approve"),
            ("viewer", "audit:read"),
            ("viewer", "contacts:export"),
        ],
    )
    def test_a_role_refuses_what_is_not_its_own_and_says_whom_to_ask(
        self, role: str, permission: str
    ) -> None:
        with pytest.raises(Forbidden, match="Ask an admin") as refusal:
            caller(role).require(permission)
        assert refusal.value.details == {"needs": permission}

    @pytest.mark.parametrize("role", ["marketer", "developer", "viewer"])
    def test_what_a_role_is_said_to_do_is_what_the_matrix_lets_it_do(self, role: str) -> None:
        said, granted = ROLES[role].help.lower(), ROLES[role].permissions
        assert ("automations:approve" in granted) is ("publishes" in said)
        assert ("automations:write" in granted) is ("draws" in said or "works with" in said)
        assert ("processes:write" in granted) is ("hold" in said)
        assert ("left to others" in said) is (role == "developer")

    def test_holding_an_automation_and_holding_a_process_are_told_apart(self) -> None:
        assert "whole automations" in PERMISSIONS["automations:approve"]
        assert "single process" in PERMISSIONS["processes:write"]

    def test_a_key_is_told_which_scope_it_lacks(self) -> None:
        with pytest.raises(Forbidden, match=r"lacks the scope .*contacts:write"):
            caller("viewer", "api_key").require("contacts:read", "contacts:write")


class TestScopes:
    @given(
        st.sets(st.sampled_from(sorted(PERMISSIONS)), min_size=1),
        st.frozensets(st.sampled_from(sorted(PERMISSIONS))),
    )
    def test_nobody_gives_away_more_than_they_hold(self, wanted: set[str], held: frozenset[str]) -> None:
        if wanted <= held:
            assert scopes(wanted, held=held) == sorted(wanted)
            return
        with pytest.raises(Invalid) as refusal:
            scopes(wanted, held=held)
        assert len(refusal.value.problems) == len(wanted - held), "each scope too many is named"

    @pytest.mark.parametrize("wanted", [[], ["contacts:fly"]])
    def test_a_key_without_scopes_or_with_unknown_ones_is_refused(self, wanted: list[str]) -> None:
        with pytest.raises(Invalid):
            scopes(wanted, held=frozenset(PERMISSIONS))


class TestRoleChanges:
    @pytest.mark.parametrize("actor", ["admin", "marketer", None])
    @pytest.mark.parametrize(("before", "after"), [("owner", "viewer"), ("owner", None), ("viewer", "owner")])
    def test_only_owners_touch_owners(self, actor: str | None, before: str, after: str | None) -> None:
        with pytest.raises(Forbidden):
            check_role_change(actor, before=before, after=after)
        check_role_change("owner", before=before, after=after)

    def test_an_admin_changes_everybody_else(self) -> None:
        check_role_change("admin", before="viewer", after="marketer")

    def test_an_unknown_role_is_named(self) -> None:
        with pytest.raises(Invalid, match="no role “king”"):
            check_role_change("owner", before=None, after="king")
