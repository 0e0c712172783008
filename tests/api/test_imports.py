"""Imports over the API: the numbers, the errors with their rows, rehearsal, undo, and files that cannot be read."""

import csv
import io
import json
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response

from models import contacts
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.clients import browser
from tests.factories.contacts import ORIGIN, make_contact, make_details
from tests.factories.imports import make_csv, run_import
from tests.factories.people import make_key
from tests.factories.workspaces import FRIDAY

API = "/api/v1"


async def post(client: AsyncClient, data: bytes, **fields: str) -> Response:
    files = {"file": ("customers.csv", data, "text/csv")}
    return await client.post(f"{API}/contacts/import", files=files, data=fields)


class Importing:
    """Imports in one workspace, from the upload to the end."""

    def __init__(self, client: AsyncClient, workspace: Workspace) -> None:
        self.client, self.workspace = client, workspace

    async def __call__(self, data: bytes, **fields: str) -> dict[str, Any]:
        answer = await post(self.client, data, **fields)
        assert answer.status_code == 202, answer.text
        return await self.end(answer.json()["id"])

    async def end(self, import_id: str) -> dict[str, Any]:
        await run_import(self.workspace.id, import_id)
        return (await self.client.get(f"{API}/imports/{import_id}")).json()

    async def undo(self, import_id: str) -> dict[str, Any]:
        answer = await self.client.post(f"{API}/imports/{import_id}/undo")
        assert answer.status_code == 202, answer.text
        return (await self.end(import_id))["undo"]

    async def contacts(self) -> list[dict[str, Any]]:
        answer = await self.client.get(f"{API}/contacts", params={"sort": "created", "limit": 200})
        return answer.json()["items"]


@pytest.fixture
def importing(client: AsyncClient, workspace: Workspace) -> Importing:
    return Importing(client, workspace)


def numbers(done: dict[str, Any]) -> tuple[str, int, int, int, int, int, int]:
    names = ("state", "rows", "created", "updated", "unchanged", "duplicates", "failed")
    return tuple(done[name] for name in names)


class TestImporting:
    async def test_rows_become_contacts(self, importing: Importing) -> None:
        data = make_csv(
            "ada@example.com,Ada,vip;new,yes,3,030 1234567",
            "bob@example.com,Bob,,,x1,",
            header="E-Mail,Vorname,Tags,Newsletter,Visits,Telefon",
        )
        assert numbers(done := await importing(data)) == ("finished", 2, 2, 0, 0, 0, 0)
        assert (done["file"], done["dry_run"], done["errors"], done["undo"]) == (
            "customers.csv",
            False,
            [],
            None,
        )
        assert done["mapping"]["Vorname"] == "first_name"
        ada, bob = await importing.contacts()
        assert (ada["email"], ada["first_name"], ada["tags"]) == ("ada@example.com", "Ada", ["vip", "new"])
        assert (ada["consent"], ada["phone"]) == ({"email": "subscribed"}, "+49301234567")
        assert (bob["consent"], bob["attributes"]) == ({}, {"visits": "x1"})

    async def test_three_bad_rows_among_ten_thousand(self, importing: Importing) -> None:
        rows = [f"p{n}@example.com,P{n}" for n in range(10_000)]
        rows[17], rows[4_321], rows[9_999] = "broken,x", ",Nobody", 'q@example.com,"bad"quote'
        done = await importing(make_csv(*rows))
        assert numbers(done) == ("finished", 10_000, 9_997, 0, 0, 0, 3)
        assert [(error["row"], error["column"]) for error in done["errors"]] == [
            (19, "email"),
            (4_323, "email"),
            (10_001, ""),
        ]
        assert done["errors"][0]["message"].startswith("“broken” is not an e-mail address.")
        assert done["errors"][1]["message"] == "This row has no e-mail address."
        assert done["done"] == 10_000

    async def test_the_last_row_about_somebody_counts(self, importing: Importing) -> None:
        done = await importing(make_csv("ada@example.com,One", "bob@example.com,Bob", "ADA@example.com,Two"))
        assert numbers(done) == ("finished", 3, 2, 0, 0, 1, 0)
        assert {c["email"]: c["first_name"] for c in await importing.contacts()} == {
            "ada@example.com": "Two",
            "bob@example.com": "Bob",
        }

    async def test_importing_it_again_changes_nothing(
        self, importing: Importing, client: AsyncClient
    ) -> None:
        data = make_csv("ada@example.com,Ada", "bob@example.com,Bob")
        await importing(data)
        assert numbers(await importing(data)) == ("finished", 2, 0, 2, 2, 0, 0)
        [ada, _] = await importing.contacts()
        timeline = await client.get(f"{API}/contacts/{ada['id']}/timeline")
        assert [item["name"] for item in timeline.json()["items"]] == ["contact.created"]

    async def test_a_mapping_says_what_is_what(self, importing: Importing) -> None:
        data = make_csv("ada@example.com,Pro,x", header="Kontakt,Tarif,Notiz")
        mapping = json.dumps({"Kontakt": "email", "Tarif": "attributes.plan", "Notiz": None})
        assert numbers(await importing(data, mapping=mapping))[2] == 1
        assert (await importing.contacts())[0]["attributes"] == {"plan": "Pro"}

    async def test_tags_and_a_statement_for_all(self, importing: Importing, transaction: Transaction) -> None:
        options = {"tags": "fair, 2026", "consent": "subscribed", "consent_wording": "Signed at the fair"}
        await importing(make_csv("ada@example.com,Ada"), **options)
        [ada] = await importing.contacts()
        assert (ada["tags"], ada["consent"]) == (["fair", "2026"], {"email": "subscribed"})
        async with transaction() as db:
            [proof] = await contacts.statements(db, ada["id"])
        assert (proof.source, proof.wording, proof.by) == ("import", "Signed at the fair", "Test")

    async def test_who_said_no_is_not_made_to_say_yes(
        self, importing: Importing, transaction: Transaction, workspace: Workspace
    ) -> None:
        async with transaction() as db:
            await make_contact(db, workspace.id, email="no@example.com", consent={"email": "unsubscribed"})
        await importing(make_csv("no@example.com,yes", header="email,newsletter"))
        assert (await importing.contacts())[0]["consent"] == {"email": "unsubscribed"}

    async def test_whoever_is_known_may_be_left_alone(self, importing: Importing) -> None:
        await importing(make_csv("ada@example.com,Ada"))
        done = await importing(make_csv("ada@example.com,Eve", "new@example.com,New"), existing="keep")
        assert numbers(done) == ("finished", 2, 1, 1, 1, 0, 0)
        assert [c["first_name"] for c in await importing.contacts()] == ["Ada", "New"]

    async def test_a_row_about_two_people_is_an_error(self, importing: Importing) -> None:
        await importing(make_csv("ada@example.com,7", "bob@example.com,8", header="email,external_id"))
        done = await importing(make_csv("ada@example.com,8", "new@example.com,9", header="email,external_id"))
        assert numbers(done) == ("finished", 2, 1, 0, 0, 0, 1)
        assert "belongs to another contact" in done["errors"][0]["message"]

    async def test_the_numbers_add_up(self, importing: Importing) -> None:
        await importing(make_csv("a@example.com,A"))
        done = await importing(make_csv("a@example.com,B", "b@example.com,B", "broken,C", "b@example.com,D"))
        assert done["rows"] == done["created"] + done["updated"] + done["duplicates"] + done["failed"] == 4


class TestRehearsing:
    async def test_the_same_numbers_and_nothing_written(
        self, importing: Importing, client: AsyncClient
    ) -> None:
        await importing(make_csv("ada@example.com,Ada"))
        before = await importing.contacts()
        data = make_csv(
            "ada@example.com,Eve,1",
            "new@example.com,New,2",
            "broken,x,3",
            "new@example.com,N,4",
            header="email,first_name,size",
        )
        rehearsed = await importing(data, dry_run="true")
        assert await importing.contacts() == before
        assert (await client.get(f"{API}/custom-fields")).json()["items"] == []
        done = await importing(data)
        assert (rehearsed["dry_run"], done["dry_run"]) == (True, False)
        assert numbers(rehearsed) == numbers(done) == ("finished", 4, 1, 1, 0, 1, 1)
        assert rehearsed["errors"] == done["errors"]
        assert len(await importing.contacts()) == 2

    async def test_there_is_nothing_to_undo(self, importing: Importing, client: AsyncClient) -> None:
        rehearsed = await importing(make_csv("ada@example.com,Ada"), dry_run="true")
        assert (await client.post(f"{API}/imports/{rehearsed['id']}/undo")).status_code == 409


class TestUndoing:
    async def test_people_are_what_they_were(self, importing: Importing, client: AsyncClient) -> None:
        header = "email,first_name,plan,tags,newsletter"
        await importing(make_csv("ada@example.com,Ada,free,old,", header=header))
        before = await importing.contacts()
        done = await importing(
            make_csv("ada@example.com,Eve,pro,new,yes", "bob@example.com,Bob,,,", header=header)
        )
        assert len(await importing.contacts()) == 2
        assert await importing.undo(done["id"]) == {
            "state": "finished",
            "restored": 1,
            "removed": 1,
            "kept": [],
        }
        [ada] = await importing.contacts()
        assert ada | {"updated_at": ""} == before[0] | {"updated_at": ""}
        assert (await client.post(f"{API}/imports/{done['id']}/undo")).status_code == 409

    async def test_what_happened_since_stays_and_is_reported(
        self, importing: Importing, transaction: Transaction, workspace: Workspace
    ) -> None:
        async with transaction() as db:
            await make_contact(db, workspace.id, email="ada@example.com", first_name="Ada", last_name="L")
        done = await importing(
            make_csv(
                "ada@example.com,Eve,M",
                "bob@example.com,Bob,",
                "eve@example.com,Eve,",
                header="email,first_name,last_name",
            )
        )
        async with transaction() as db:
            said = [
                make_details(email="ada@example.com", first_name="Augusta"),
                make_details(email="bob@example.com", phone="+49"),
            ]
            await contacts.upsert(db, workspace.id, said, at=FRIDAY, origin=ORIGIN)
        undo = await importing.undo(done["id"])
        assert (undo["restored"], undo["removed"]) == (1, 1)
        assert undo["kept"] == [
            {"row": 2, "message": "Changed again since, so it stays: first_name."},
            {"row": 3, "message": "This contact has been active since, so it stays."},
        ]
        known = {c["email"]: (c["first_name"], c["last_name"]) for c in await importing.contacts()}
        assert known == {"ada@example.com": ("Augusta", "L"), "bob@example.com": ("Bob", None)}

    async def test_one_that_cannot_go_on_says_why_and_is_tried_again(
        self, importing: Importing, client: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        """An address that the import had replaced went to somebody else meanwhile."""
        header = "external_id,email"
        await importing(make_csv("7,old@example.com", header=header))
        done = await importing(make_csv("7,new@example.com", header=header))
        async with transaction() as db:
            eve = await make_contact(db, workspace.id, email="old@example.com")
        assert (await importing.undo(done["id"]))["state"] == "failed"
        shown = (await client.get(f"{API}/imports/{done['id']}")).json()
        assert shown["state"] == "finished"
        assert "belongs to another contact by now" in shown["fault"]

        answer = await client.patch(f"{API}/contacts/{eve.id}", json={"email": "eve@example.com"})
        assert answer.status_code == 200
        assert (await importing.undo(done["id"]))["state"] == "finished"
        assert (await client.get(f"{API}/imports/{done['id']}")).json()["fault"] is None
        assert {c["email"] for c in await importing.contacts()} == {"old@example.com", "eve@example.com"}

    async def test_an_import_that_runs_cannot_be_undone_yet(self, client: AsyncClient) -> None:
        begun = (await post(client, make_csv("ada@example.com,Ada"))).json()
        assert (await client.get(f"{API}/imports/{begun['id']}")).json()["state"] == "queued"
        assert (await client.post(f"{API}/imports/{begun['id']}/undo")).status_code == 409


class TestErrors:
    async def test_failed_rows_come_back_to_be_corrected(
        self, importing: Importing, client: AsyncClient
    ) -> None:
        done = await importing(make_csv("ada@example.com,Ada", "broken,=Evil()", ",Nobody"))
        answer = await client.get(f"{API}/imports/{done['id']}/errors.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        assert [(row["email"], row["first_name"], row["Import row"]) for row in rows] == [
            ("broken", "'=Evil()", "3"),
            ("", "Nobody", "4"),
        ]
        assert rows[1]["Import problem"] == "email: This row has no e-mail address."
        corrected = answer.content.replace(b"broken,", b"good@example.com,").replace(
            b"\r\n,", b"\r\nnobody@example.com,"
        )
        assert numbers(await importing(corrected)) == ("finished", 2, 2, 0, 0, 0, 0)
        assert {c["first_name"] for c in await importing.contacts()} == {"Ada", "=Evil()", "Nobody"}
        assert (await client.get(f"{API}/custom-fields")).json()["items"] == []

    async def test_the_rows_come_back_cut_as_the_file_was(
        self, importing: Importing, client: AsyncClient
    ) -> None:
        done = await importing(b"email;first_name;last_name\r\nada@example.com;Ada;L\r\nbroken;Bo;M\r\n")
        answer = await client.get(f"{API}/imports/{done['id']}/errors.csv")
        header, row = answer.text.splitlines()
        assert header.startswith("email;first_name;last_name;")
        assert row.startswith("broken;Bo;M;3;")

    async def test_an_export_is_understood(self, importing: Importing, client: AsyncClient) -> None:
        await importing(make_csv("ada@example.com,Ada,vip,7,yes", header="email,name,tags,visits,newsletter"))
        before = await importing.contacts()
        exported = (await client.get(f"{API}/contacts/export")).content
        assert numbers(await importing(exported)) == ("finished", 1, 0, 1, 1, 0, 0)
        assert await importing.contacts() == before

    @pytest.mark.parametrize(
        ("data", "word"),
        [
            (b"", "This file is empty"),
            (b"email,name\n", "no rows below it"),
            ("email,name\na@b.de,Привет\n".encode("cp1251"), "CSV UTF-8"),
            (b"PK\x03\x04", "an Excel workbook"),
            (b"name,city\nAda,London\n", "No column holds e-mail addresses"),
            (b'email,name\na@b.de,"open\n', "never closed"),
        ],
    )
    async def test_a_file_that_cannot_be_read_is_refused_at_once(
        self, importing: Importing, client: AsyncClient, data: bytes, word: str
    ) -> None:
        answer = await post(client, data)
        assert answer.status_code == 422
        assert word in answer.json()["detail"]
        assert (await client.get(f"{API}/imports")).json()["items"] == []
        assert await importing.contacts() == []

    @pytest.mark.parametrize(
        ("fields", "path"),
        [
            ({"mapping": "{"}, "mapping"),
            ({"mapping": "[1]"}, "mapping"),
            ({"mapping": '{"email": 1}'}, "mapping"),
            ({"mapping": '{"Nope": "email"}'}, "mapping.Nope"),
            ({"mapping": '{"email": "e-mail"}'}, "mapping.email"),
            ({"consent": "subscribed"}, "consent_wording"),
            ({"consent": "maybe"}, "consent"),
            ({"existing": "replace"}, "existing"),
            ({"dry_run": "perhaps"}, "dry_run"),
            ({"tags": "x" * 101}, "tags[0]"),
        ],
    )
    async def test_what_cannot_be_followed_is_pointed_at(
        self, client: AsyncClient, fields: dict[str, str], path: str
    ) -> None:
        answer = await post(client, make_csv("ada@example.com,Ada"), **fields)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == path

    async def test_ten_megabytes_are_too_many(self, client: AsyncClient) -> None:
        answer = await post(client, b"email\n" + b"x" * (11 * 1024 * 1024))
        assert answer.status_code == 413

    async def test_no_file(self, client: AsyncClient) -> None:
        answer = await client.post(f"{API}/contacts/import", data={"dry_run": "true"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == "file"


async def test_imports_of_others_are_not_there(
    app: FastAPI, client: AsyncClient, importing: Importing, other_workspace: Workspace
) -> None:
    done = await importing(make_csv("ada@example.com,Ada", "broken,x"))
    assert [item["id"] for item in (await client.get(f"{API}/imports")).json()["items"]] == [done["id"]]
    async with browser(app, headers={"Authorization": f"Bearer {await make_key(other_workspace)}"}) as other:
        assert (await other.get(f"{API}/imports")).json()["items"] == []
        for path in ("", "/errors.csv"):
            assert (await other.get(f"{API}/imports/{done['id']}{path}")).status_code == 404
        assert (await other.post(f"{API}/imports/{done['id']}/undo")).status_code == 404
