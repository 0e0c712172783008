"""Contacts over the API: the contract to the letter, and clear words for what cannot be taken."""

import csv
import io
import json
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.spreadsheets import read_sheet
from models import contacts
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.clients import browser
from tests.factories.contacts import make_contact
from tests.factories.people import make_key
from tests.factories.workspaces import FRIDAY

API = "/api/v1"
ADA = {
    "email": "Ada@Example.com",
    "phone": "030 1234567",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "external_id": "7",
    "time_zone": "europe/berlin",
    "attributes": {"plan": "pro", "visits": 3, "renews_on": "2026-03-31"},
    "tags": ["vip"],
    "consent": {"email": "subscribed"},
}


async def put(client: AsyncClient, **said: Any) -> dict[str, Any]:
    answer = await client.post(f"{API}/contacts", json=said)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def listed(client: AsyncClient, **params: Any) -> list[str]:
    answer = await client.get(f"{API}/contacts", params=params)
    assert answer.status_code == 200, answer.text
    return [item["email"] for item in answer.json()["items"]]


class TestCreate:
    async def test_a_new_contact_comes_back_as_it_is_kept(self, client: AsyncClient) -> None:
        answer = await client.post(f"{API}/contacts", json=ADA)
        assert answer.status_code == 201
        made = answer.json()
        assert set(made) == {*ADA, "id", "created_at", "updated_at"}
        assert made | {"id": 0, "created_at": 0, "updated_at": 0} == ADA | {
            "id": 0,
            "created_at": 0,
            "updated_at": 0,
            "email": "ada@example.com",
            "phone": "+49301234567",
            "time_zone": "Europe/Berlin",
        }
        assert (await client.get(f"{API}/contacts/{made['id']}")).json() == made

    async def test_who_is_known_is_updated(self, client: AsyncClient) -> None:
        ada = await put(client, **ADA)
        answer = await client.post(
            f"{API}/contacts",
            json={"external_id": "7", "email": "ada.king@example.com", "last_name": None, "tags": ["new"]},
        )
        assert answer.status_code == 200
        known = answer.json()
        assert (known["id"], known["email"], known["last_name"]) == (ada["id"], "ada.king@example.com", None)
        assert (known["tags"], known["attributes"]) == (["vip", "new"], ADA["attributes"])

    async def test_what_is_wrong_is_pointed_at(self, client: AsyncClient) -> None:
        answer = await client.post(
            f"{API}/contacts",
            json={
                "email": "not an address",
                "attributes": {"visits": [1]},
                "tags": ["a,b"],
                "consent": {"email": "yes"},
            },
        )
        assert answer.status_code == 422
        assert {error["path"] for error in answer.json()["errors"]} == {
            "email",
            "attributes.visits",
            "tags[0]",
            "consent.email",
        }
        assert await listed(client) == []

    @pytest.mark.parametrize("said", [{}, {"first_name": "Ada"}, {"email": None}, {"email": " "}])
    async def test_somebody_without_a_name_to_find_them_by(
        self, client: AsyncClient, said: dict[str, Any]
    ) -> None:
        answer = await client.post(f"{API}/contacts", json=said)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == "email"

    async def test_a_refused_contact_leaves_no_field_behind(self, client: AsyncClient) -> None:
        answer = await client.post(f"{API}/contacts", json={"email": "no", "attributes": {"fresh": 1}})
        assert answer.status_code == 422
        assert (await client.get(f"{API}/custom-fields")).json()["items"] == []

    async def test_a_value_must_fit_its_field(self, client: AsyncClient) -> None:
        await put(client, email="ada@example.com", attributes={"visits": 3})
        answer = await client.post(
            f"{API}/contacts", json={"email": "bob@example.com", "attributes": {"visits": "many"}}
        )
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {"path": "attributes.visits", "message": "“many” is not a number. Write it like 1250 or 12.50."}
        ]

    async def test_an_address_of_somebody_else(self, client: AsyncClient) -> None:
        await put(client, email="ada@example.com", external_id="7")
        await put(client, email="bob@example.com", external_id="8")
        answer = await client.post(f"{API}/contacts", json={"external_id": "8", "email": "ada@example.com"})
        assert answer.status_code == 409
        assert "belongs to another contact" in answer.json()["detail"]

    async def test_consent_is_proved_by_the_key_that_reported_it(
        self, client: AsyncClient, transaction: Transaction
    ) -> None:
        from models import contacts

        ada = await put(client, **ADA)
        async with transaction() as db:
            [proof] = await contacts.statements(db, ada["id"])
        assert (proof.state, proof.source, proof.by, proof.ip) == ("subscribed", "api", "Test", "192.0.2.1")


class TestBatch:
    async def test_each_is_answered_by_itself(self, client: AsyncClient) -> None:
        await put(client, email="ada@example.com", external_id="7")
        await put(client, email="bob@example.com", external_id="8")
        answer = await client.post(
            f"{API}/contacts/batch",
            json={
                "contacts": [
                    {"email": "new@example.com"},
                    {"email": "broken"},
                    {"email": "ada@example.com", "first_name": "Ada"},
                    {"first_name": "Nobody"},
                    {"external_id": "8", "email": "ada@example.com"},
                ]
            },
        )
        assert answer.status_code == 200
        taken = answer.json()
        assert (taken["created"], taken["updated"]) == (1, 1)
        assert [(one["index"], one["path"]) for one in taken["rejected"]] == [
            (1, "email"),
            (3, "email"),
            (4, ""),
        ]


class TestChange:
    async def test_a_merge_patch(self, client: AsyncClient) -> None:
        ada = await put(client, **ADA)
        patch = {
            "first_name": None,
            "attributes": {"plan": None, "seats": 2},
            "tags": ["only"],
            "consent": {},
        }
        answer = await client.patch(f"{API}/contacts/{ada['id']}", json=patch)
        assert answer.status_code == 200
        changed = answer.json()
        assert changed | {"updated_at": ada["updated_at"]} == ada | {
            "first_name": None,
            "attributes": {"visits": 3, "renews_on": "2026-03-31", "seats": 2},
            "tags": ["only"],
        }
        assert (await client.get(f"{API}/contacts/{ada['id']}")).json() == changed

    async def test_tags_of_many(self, client: AsyncClient) -> None:
        ids = [(await put(client, email=f"n{n}@example.com", tags=["old"]))["id"] for n in range(3)]
        unknown = "01890000-0000-7000-8000-000000000000"
        wanted = {"contact_ids": [*ids[:2], unknown], "add": ["new"], "remove": ["old"]}
        assert (await client.post(f"{API}/contacts/tags", json=wanted)).json() == {"changed": 2}
        assert (await client.post(f"{API}/contacts/tags", json=wanted)).json() == {"changed": 0}
        assert await listed(client, tag="new", sort="created") == ["n0@example.com", "n1@example.com"]
        refused = await client.post(f"{API}/contacts/tags", json={"contact_ids": ids, "add": ["a,b"]})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["path"] == "add[0]"

    async def test_erased_is_gone(self, client: AsyncClient) -> None:
        ada = await put(client, **ADA)
        assert (await client.delete(f"{API}/contacts/{ada['id']}")).status_code == 204
        for address in (f"{API}/contacts/{ada['id']}", f"{API}/contacts/{ada['id']}/timeline"):
            assert (await client.get(address)).status_code == 404
        assert (await client.delete(f"{API}/contacts/{ada['id']}")).status_code == 404
        assert (await client.patch(f"{API}/contacts/{ada['id']}", json={})).status_code == 404


class TestLists:
    async def test_search_filters_and_order(self, client: AsyncClient) -> None:
        await put(
            client, email="zoe@example.com", first_name="Zoë", tags=["vip"], consent={"email": "subscribed"}
        )
        await put(client, email="ada@example.com", first_name="Ada", last_name="García")
        await put(client, email="bob@example.com", first_name="Bob", tags=["vip"])
        assert await listed(client) == ["bob@example.com", "ada@example.com", "zoe@example.com"]
        assert await listed(client, q="garcia ADA") == ["ada@example.com"]
        assert await listed(client, tag="vip", sort="name") == ["bob@example.com", "zoe@example.com"]
        assert await listed(client, consent="subscribed") == ["zoe@example.com"]
        assert await listed(client, q="nobody") == []

    async def test_a_condition_narrows_list_and_export(self, client: AsyncClient) -> None:
        await put(client, email="pro@example.com", attributes={"visits": 5}, tags=["vip"])
        await put(client, email="new@example.com", attributes={"visits": 1})
        often = json.dumps({"field": "contact.visits", "op": "more_than", "value": 3})
        assert await listed(client, condition=often) == ["pro@example.com"]
        assert await listed(client, condition=often, q="new") == []
        assert await listed(client, condition=json.dumps({"not": {"tag": "vip"}})) == ["new@example.com"]
        exported = (await client.get(f"{API}/contacts/export", params={"condition": often})).text
        assert ("pro@example.com" in exported, "new@example.com" in exported) == (True, False)

    @pytest.mark.parametrize("sort", ["name", "-name", "created", "-created", "-activity"])
    async def test_pages_lead_from_one_to_the_next(self, client: AsyncClient, sort: str) -> None:
        for n in range(5):
            await put(client, email=f"n{n}@example.com", first_name=f"N{n}")
        found, params = list[str](), {"sort": sort, "limit": "2"}
        while True:
            page = (await client.get(f"{API}/contacts", params=params)).json()
            found += [item["email"] for item in page["items"]]
            if page["next"] is None:
                break
            params["cursor"] = page["next"]
        assert found == await listed(client, sort=sort)
        assert len(set(found)) == 5

    @pytest.mark.parametrize(
        ("params", "status"),
        [
            ({"sort": "age"}, 422),
            ({"limit": "0"}, 422),
            ({"cursor": "nonsense"}, 404),
            ({"consent": "perhaps"}, 422),
            ({"q": "a\x00b"}, 422),
            ({"condition": "{"}, 422),
            ({"condition": "{}"}, 422),
            ({"condition": '{"field": "contact.nope", "op": "exists"}'}, 422),
            ({"condition": '{"field": "event.total", "op": "exists"}'}, 422),
            ({"condition": '{"segment_id": "01890000-0000-7000-8000-000000000000"}'}, 422),
            ({"segment_id": "01890000-0000-7000-8000-000000000000"}, 404),
        ],
    )
    async def test_what_cannot_be_asked(
        self, client: AsyncClient, params: dict[str, str], status: int
    ) -> None:
        assert (await client.get(f"{API}/contacts", params=params)).status_code == status

    async def test_the_timeline(self, client: AsyncClient) -> None:
        ada = await put(client, **ADA)
        await put(client, external_id="7", first_name="Augusta")
        address = f"{API}/contacts/{ada['id']}/timeline"
        items = (await client.get(address)).json()["items"]
        assert [item["name"] for item in items] == [
            "contact.updated",
            "contact.consent_changed",
            "contact.tag_added",
            "contact.created",
        ]
        assert items[0]["properties"] == {"changed": {"first_name": {"from": "Ada", "to": "Augusta"}}}
        first = (await client.get(address, params={"limit": 3})).json()
        rest = (await client.get(address, params={"cursor": first["next"]})).json()
        assert first["items"] + rest["items"] == items
        assert rest["next"] is None
        tags = (await client.get(address, params={"name": "contact.tag_*"})).json()["items"]
        assert [item["properties"] for item in tags] == [{"tag": "vip"}]


class TestExport:
    async def test_the_file_has_everybody_and_everything(self, client: AsyncClient) -> None:
        ada = await put(client, **ADA)
        await put(client, email="bob@example.com")
        answer = await client.get(f"{API}/contacts/export")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        first, second = csv.DictReader(io.StringIO(answer.text, newline=""))
        assert first | {"created_at": "", "updated_at": ""} == {
            "id": ada["id"],
            "email": "ada@example.com",
            "phone": "'+49301234567",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "external_id": "7",
            "time_zone": "Europe/Berlin",
            "tags": "vip",
            "created_at": "",
            "updated_at": "",
            "consent.email": "subscribed",
            "consent.sms": "",
            "attributes.plan": "pro",
            "attributes.renews_on": "2026-03-31",
            "attributes.visits": "3",
        }
        assert (second["email"], second["attributes.plan"]) == ("bob@example.com", "")
        filtered = await client.get(f"{API}/contacts/export", params={"tag": "vip"})
        assert "bob" not in filtered.text

    async def test_a_hostile_cell_is_text_again(self, client: AsyncClient) -> None:
        evil = '=HYPERLINK("http://x.example","click")'
        await put(
            client, email="eve@example.com", first_name=evil, attributes={"note": "@SUM(1)"}, tags=["-1+1"]
        )
        answer = await client.get(f"{API}/contacts/export")
        [row] = csv.DictReader(io.StringIO(answer.text, newline=""))
        assert (row["first_name"], row["attributes.note"], row["tags"]) == (f"'{evil}", "'@SUM(1)", "'-1+1")
        [record] = read_sheet(answer.content).records
        assert evil in record.cells

    @given(st.text(max_size=20), st.text(max_size=20))
    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    async def test_no_cell_of_an_export_begins_like_a_formula(
        self, client: AsyncClient, name: str, value: str
    ) -> None:
        await client.post(
            f"{API}/contacts",
            json={
                "email": "one@example.com",
                "first_name": name,
                "attributes": {"note": value},
                "tags": [name],
            },
        )
        answer = await client.get(f"{API}/contacts/export")
        cells = [cell for row in csv.reader(io.StringIO(answer.text, newline="")) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\x00"))]


class TestCustomFields:
    async def test_a_field_from_first_to_last(self, client: AsyncClient) -> None:
        answer = await client.post(
            f"{API}/custom-fields",
            json={"name": "roast", "type": "choice", "options": ["Filter", "Espresso"]},
        )
        assert answer.status_code == 201
        field = answer.json()
        assert (field["label"], field["options"]) == ("Roast", ["Filter", "Espresso"])
        ada = await put(client, email="ada@example.com", attributes={"roast": "espresso"})
        assert ada["attributes"] == {"roast": "Espresso"}
        again = await client.post(f"{API}/custom-fields", json={"name": "roast"})
        assert again.status_code == 409
        address = f"{API}/custom-fields/{field['id']}"
        refused = await client.patch(address, json={"options": ["Filter"]})
        assert refused.status_code == 422
        assert "such as “Espresso”" in refused.json()["errors"][0]["message"]
        changed = await client.patch(address, json={"type": "text", "label": "Favourite roast"})
        assert (changed.json()["type"], changed.json()["label"]) == ("text", "Favourite roast")
        assert (await client.delete(address)).status_code == 204
        assert (await client.get(address)).status_code == 404
        assert (await client.get(f"{API}/contacts/{ada['id']}")).json()["attributes"] == {}

    async def test_values_take_on_the_new_type(self, client: AsyncClient) -> None:
        ada = await put(client, email="ada@example.com", attributes={"size": "42"})
        [field] = (await client.get(f"{API}/custom-fields")).json()["items"]
        assert field["type"] == "text"
        await client.patch(f"{API}/custom-fields/{field['id']}", json={"type": "number"})
        assert (await client.get(f"{API}/contacts/{ada['id']}")).json()["attributes"] == {"size": 42}

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"name": "a b"}, "name"),
            ({"name": "email"}, "name"),
            ({"name": "ok", "type": "money"}, "type"),
            ({"name": "ok", "type": "choice"}, "options"),
            ({"name": "ok", "label": "x" * 101}, "label"),
        ],
    )
    async def test_what_cannot_be_a_field(
        self, client: AsyncClient, wrong: dict[str, Any], path: str
    ) -> None:
        answer = await client.post(f"{API}/custom-fields", json=wrong)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == path


class TestWhoMay:
    async def test_contacts_of_others_are_not_there(
        self, app: FastAPI, client: AsyncClient, other_workspace: Workspace
    ) -> None:
        ada = await put(client, **ADA)
        [field, *_] = (await client.get(f"{API}/custom-fields")).json()["items"]
        async with browser(
            app, headers={"Authorization": f"Bearer {await make_key(other_workspace)}"}
        ) as other:
            assert await listed(other) == []
            assert "ada" not in (await other.get(f"{API}/contacts/export")).text
            for address in (
                f"contacts/{ada['id']}",
                f"contacts/{ada['id']}/timeline",
                f"custom-fields/{field['id']}",
            ):
                assert (await other.get(f"{API}/{address}")).status_code == 404
            assert (await other.delete(f"{API}/contacts/{ada['id']}")).status_code == 404
            wanted = {"contact_ids": [ada["id"]], "add": ["x"]}
            assert (await other.post(f"{API}/contacts/tags", json=wanted)).json() == {"changed": 0}

    @pytest.mark.parametrize(
        ("method", "path", "scope"),
        [
            ("GET", "/contacts", "contacts:write"),
            ("POST", "/contacts", "contacts:read"),
            ("GET", "/contacts/export", "contacts:read"),
            ("DELETE", "/contacts/01890000-0000-7000-8000-000000000000", "contacts:read"),
            ("POST", "/contacts/import", "contacts:read"),
            ("POST", "/custom-fields", "contacts:read"),
        ],
    )
    async def test_a_key_needs_the_scope(
        self, app: FastAPI, workspace: Workspace, method: str, path: str, scope: str
    ) -> None:
        key = await make_key(workspace, scopes=[scope])
        async with browser(app, headers={"Authorization": f"Bearer {key}"}) as program:
            assert (await program.request(method, f"{API}{path}", json={"name": "x"})).status_code in (
                403,
                422,
            )
            assert (await program.request(method, f"{API}{path}")).status_code == 403


async def test_a_sandbox_dates_contacts_by_its_own_clock(app: FastAPI, sandbox_workspace: Workspace) -> None:
    from tests.factories.workspaces import FRIDAY

    async with browser(
        app, headers={"Authorization": f"Bearer {await make_key(sandbox_workspace)}"}
    ) as program:
        made = await put(program, email="ada@example.com")
    assert made["created_at"] == FRIDAY.isoformat().replace("+00:00", "Z")


async def test_the_factory_writes_what_the_api_shows(
    client: AsyncClient, transaction: Transaction, workspace: Workspace
) -> None:
    async with transaction() as db:
        ada = await make_contact(db, workspace.id, first_name="Ada", tags=("vip",))
    found = (await client.get(f"{API}/contacts/{ada.id}")).json()
    assert (found["first_name"], found["tags"]) == ("Ada", ["vip"])


async def test_an_address_that_bounced_is_tried_again_by_a_persons_word(
    client: AsyncClient, transaction: Transaction, workspace: Workspace
) -> None:
    ada = (await client.post("/api/v1/contacts", json={"email": "ada@example.com"})).json()
    path = f"/api/v1/contacts/{ada['id']}/unblock"
    assert (await client.post(path, json={})).status_code == 409
    async with transaction() as db:
        await contacts.suppress(
            db, workspace.id, "email", ["ada@example.com"], reason=contacts.BOUNCED, at=FRIDAY
        )
    assert (await client.post(path, json={"channel": "email"})).status_code == 204
    async with transaction() as db:
        assert await contacts.suppressed(db, workspace.id, ["ada@example.com"]) == {}
