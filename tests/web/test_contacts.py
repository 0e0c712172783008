"""The pages of contacts: what a person sees and does there, with and without a script."""

import csv
import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from models import contacts
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.clients import signed_in
from tests.factories.contacts import make_contact
from tests.factories.people import make_person
from tests.factories.workspaces import FRIDAY

HX = {"HX-Request": "true"}


async def make(transaction: Transaction, workspace: Workspace, **said: Any) -> contacts.Person:
    async with transaction() as db:
        return await make_contact(db, workspace.id, **said)


async def page(client: AsyncClient, address: str, **options: Any) -> str:
    answer = await client.get(address, **options)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def names_on(text: str) -> list[str]:
    """The people of a list, in its order."""
    return re.findall(r'name="id" value="[^"]+" aria-label="Select ([^"]+)"', text)


class TestList:
    async def test_nobody_yet(self, person: AsyncClient) -> None:
        assert "Nobody here yet" in await page(person, "/contacts")

    async def test_people_with_their_consent_tags_and_last_activity(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        await make(transaction, workspace, first_name="Zoë", last_name="García", tags=("vip",))
        await make(transaction, workspace, email="bob@example.com", consent={"email": "subscribed"})
        text = await page(person, "/contacts")
        assert names_on(text) == ["bob@example.com", "Zoë García"]
        assert "2 people · 50% can receive e-mail" in text
        assert "Was tagged “vip”" in text
        assert "1–2 of 2" in text

    async def test_search_filters_and_order_are_in_the_address(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        for name, tags in (("Ada", ("vip",)), ("Bob", ()), ("Zoë", ("vip",))):
            await make(transaction, workspace, first_name=name, tags=tags)
        assert names_on(await page(person, "/contacts?q=zoe")) == ["Zoë"]
        assert names_on(await page(person, "/contacts?tag=vip&sort=name")) == ["Ada", "Zoë"]
        assert names_on(await page(person, "/contacts?sort=activity")) == ["Zoë", "Bob", "Ada"]
        assert names_on(await page(person, "/contacts?consent=subscribed")) == []
        assert "Nobody found" in await page(person, "/contacts?q=zzyx")
        # an address that somebody mistyped shows the list all the same
        assert len(names_on(await page(person, "/contacts?sort=age&consent=perhaps&after=x&q=%00"))) == 3

    @pytest.mark.parametrize("sort", ["name", "-added", "-activity"])
    async def test_pages_lead_on(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace, sort: str
    ) -> None:
        for n in range(60):
            await make(transaction, workspace, first_name=f"P{n:02}", at=FRIDAY + timedelta(minutes=n))
        first = await page(person, f"/contacts?sort={sort}")
        assert "1–50 of 60" in first
        [older] = set(re.findall(r'href="(/contacts\?[^"]*after=[^"]+)"', first))
        second = await page(person, older)
        assert "51–60 of 60" in second
        assert sorted(names_on(first) + names_on(second)) == [f"P{n:02}" for n in range(60)]

    async def test_a_script_asks_for_the_rows_alone(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        await make(transaction, workspace, first_name="Ada")
        answer = await person.get("/contacts?q=ada", headers={**HX, "HX-Target": "row-selection#contacts"})
        assert "<html" not in answer.text
        assert names_on(answer.text) == ["Ada"]

    async def test_own_details_become_columns(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        said = {"plan": "Pro", "spent": 1250.5, "since": "2026-03-31", "wholesale": True}
        await make(transaction, workspace, attributes=said)
        text = await page(
            person, "/contacts?columns=&columns=plan&columns=spent&columns=since&columns=wholesale&columns=x"
        )
        for words in ("Pro", "1,250.5", "31 Mar 2026", "Yes"):
            assert f">{words}<" in text


class TestMany:
    async def test_whoever_is_ticked_gets_the_tag(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        ids = [
            str((await make(transaction, workspace, first_name=name)).id) for name in ("Ada", "Bob", "Eve")
        ]
        answer = await person.post("/contacts/bulk", data={"id": ids[:2], "tag": "vip", "action": "add_tag"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/contacts")
        text = await page(person, "/contacts?tag=vip&sort=name")
        assert "2 people got the tag “vip”." in text
        assert names_on(text) == ["Ada", "Bob"]
        await person.post("/contacts/bulk", data={"id": ids[0], "tag": "vip", "action": "remove_tag"})
        assert names_on(await page(person, "/contacts?tag=vip")) == ["Bob"]

    async def test_or_everybody_who_matches(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        for name in ("Ada", "Adam", "Bob"):
            await make(transaction, workspace, first_name=name, email=f"{name}@example.com".lower())
        data = {"all": "1", "filter_q": "ada", "tag": "found", "action": "add_tag"}
        answer = await person.post("/contacts/bulk", data=data)
        assert answer.headers["location"] == "/contacts?q=ada"
        assert names_on(await page(person, "/contacts?tag=found&sort=name")) == ["Ada", "Adam"]

    async def test_nobody_ticked_is_nobody(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        await make(transaction, workspace)
        await person.post("/contacts/bulk", data={"tag": "vip", "action": "add_tag", "id": "nonsense"})
        assert names_on(await page(person, "/contacts?tag=vip")) == []

    async def test_a_tag_is_needed(self, person: AsyncClient) -> None:
        await person.post("/contacts/bulk", data={"tag": "", "action": "add_tag"})
        assert "Which tag?" in await page(person, "/contacts")

    async def test_a_file_of_those_who_are_ticked(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        ada = await make(transaction, workspace, first_name="=Ada")
        await make(transaction, workspace, first_name="Bob")
        answer = await person.post("/contacts/export", data={"id": str(ada.id)})
        assert answer.content.startswith(b"\xef\xbb\xbf")
        [row] = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""))
        assert row["first_name"] == "'=Ada"


class TestAdding:
    async def test_by_hand(self, person: AsyncClient, transaction: Transaction, workspace: Workspace) -> None:
        assert "Add a contact" in await page(person, "/contacts/new")
        data = {
            "first_name": "Ada",
            "email": "ADA@example.com",
            "phone": "030 1234567",
            "time_zone": "",
            "external_id": "",
            "tags": "vip, new",
            "consent": "subscribed",
        }
        answer = await person.post("/contacts", data=data)
        assert answer.status_code == 303
        text = await page(person, answer.headers["location"])
        assert "Ada is among your contacts now." in text
        for words in ("ada@example.com", "+49301234567", "vip", "recorded by Ada Lovelace", "from 192.0.2.1"):
            assert words in text

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"first_name": "Ada"}, "to know them by"),
            ({"email": "ada@"}, "is not an e-mail address"),
            ({"email": "known@example.com"}, "among your contacts already"),
            ({"email": "a@example.com", "tags": "x" * 101}, "too long"),
        ],
    )
    async def test_what_cannot_be_taken_comes_back_as_it_was_left(
        self,
        person: AsyncClient,
        transaction: Transaction,
        workspace: Workspace,
        data: dict[str, str],
        words: str,
    ) -> None:
        await make(transaction, workspace, email="known@example.com", first_name="Known")
        answer = await person.post("/contacts", data={"last_name": "Kept as typed", **data})
        assert answer.status_code == 422
        assert words in unescape(answer.text)
        assert "Kept as typed" in answer.text
        assert names_on(await page(person, "/contacts")) == ["Known"]


class TestProfile:
    async def test_everything_about_one_person(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        ada = await make(
            transaction,
            workspace,
            first_name="Ada",
            time_zone="America/New_York",
            attributes={"plan": "Pro"},
            consent={"email": "subscribed"},
        )
        text = await page(person, f"/contacts/{ada.id}")
        for words in ("America/New York", "Plan", "Pro", "reported by Web shop", "Joined your contacts"):
            assert words in text
        changes = await page(
            person, f"/contacts/{ada.id}?kind=changes", headers={**HX, "HX-Target": "div#timeline"}
        )
        assert "Agreed to get e-mail" in changes
        assert "<html" not in changes
        assert "Nothing here yet" in await page(person, f"/contacts/{ada.id}?kind=messages")

    async def test_a_long_timeline_has_pages(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        ada = await make(transaction, workspace, tags=tuple(f"t{n}" for n in range(35)))
        first = await page(person, f"/contacts/{ada.id}")
        [older] = set(re.findall(rf'href="(/contacts/{ada.id}\?[^"]*after=[^"]+)"', first))
        assert "Joined your contacts" not in first
        assert "Joined your contacts" in await page(person, older)

    async def test_editing_in_the_drawer(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        ada = await make(transaction, workspace, first_name="Ada", last_name="King", attributes={"visits": 3})
        drawer = {**HX, "HX-Target": "body"}  # as htmx.ajax says it
        form = await page(person, f"/contacts/{ada.id}/edit", headers=drawer)
        assert 'value="Ada"' in form
        assert 'value="3"' in form
        refused = await person.post(
            f"/contacts/{ada.id}", data={"attributes.visits": "many", "first_name": "A"}, headers=drawer
        )
        assert refused.status_code == 422
        assert "is not a number" in refused.text
        assert "<html" not in refused.text
        answer = await person.post(
            f"/contacts/{ada.id}",
            data={"first_name": "Augusta", "last_name": "", "attributes.visits": ""},
            headers=drawer,
        )
        assert (answer.status_code, answer.headers["hx-redirect"]) == (204, f"/contacts/{ada.id}")
        text = await page(person, f"/contacts/{ada.id}")
        assert "<h1>Augusta</h1>" in text
        assert "Last name: King removed" in text
        assert "First name: Ada → Augusta" in text

    async def test_tags_without_a_script_and_with(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        ada = await make(transaction, workspace)
        plain = await person.post(f"/contacts/{ada.id}/tags", data={"tag": "vip"})
        assert plain.headers["location"] == f"/contacts/{ada.id}"
        swapped = await person.post(f"/contacts/{ada.id}/tags", data={"tag": "new"}, headers=HX)
        assert "Remove the tag new" in swapped.text
        assert "<html" not in swapped.text
        gone = await person.post(f"/contacts/{ada.id}/tags/remove", data={"tag": "vip"}, headers=HX)
        assert "Remove the tag vip" not in gone.text

    async def test_consent_is_written_down_with_a_name(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        ada = await make(transaction, workspace)
        data = {"channel": "email", "state": "subscribed"}
        answer = await person.post(f"/contacts/{ada.id}/consent", data=data, headers=HX)
        assert "recorded by Ada Lovelace" in answer.text
        async with transaction() as db:
            [proof] = await contacts.statements(db, ada.id)
        assert (proof.source, proof.by, proof.state) == ("person", "Ada Lovelace", "subscribed")
        assert (await person.post(f"/contacts/{ada.id}/consent", data={"channel": "fax"})).status_code == 422

    async def test_a_blocked_address_counts_more_than_consent(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        ada = await make(transaction, workspace, consent={"email": "subscribed"})
        async with transaction() as db:
            address = [str(ada.profile.email)]
            await contacts.suppress(db, workspace.id, "email", address, reason="hard_bounce", at=FRIDAY)
        assert "Undeliverable" in await page(person, f"/contacts/{ada.id}")

    async def test_a_mailbox_that_is_there_again_is_written_to_again(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        ada = await make(transaction, workspace, consent={"email": "subscribed"})
        async with transaction() as db:
            address = [str(ada.profile.email)]
            await contacts.suppress(db, workspace.id, "email", address, reason="hard_bounce", at=FRIDAY)
        assert "Try again" in await page(person, f"/contacts/{ada.id}")
        answer = await person.post(f"/contacts/{ada.id}/unblock", data={"channel": "email"}, headers=HX)
        assert "Undeliverable" not in answer.text
        again = await person.post(f"/contacts/{ada.id}/unblock", data={"channel": "email"})
        assert again.status_code == 409

    async def test_whoever_complained_stays_blocked(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        ada = await make(transaction, workspace, consent={"email": "subscribed"})
        async with transaction() as db:
            address = [str(ada.profile.email)]
            await contacts.suppress(db, workspace.id, "email", address, reason="complaint", at=FRIDAY)
        assert "Try again" not in await page(person, f"/contacts/{ada.id}")
        answer = await person.post(f"/contacts/{ada.id}/unblock", data={"channel": "email"})
        assert answer.status_code == 409
        assert "Undeliverable" in await page(person, f"/contacts/{ada.id}")

    async def test_erased_is_gone(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        ada = await make(transaction, workspace, first_name="Ada")
        answer = await person.post(f"/contacts/{ada.id}/erase")
        assert answer.headers["location"] == "/contacts"
        assert "Ada is erased" in await page(person, "/contacts")
        assert (await person.get(f"/contacts/{ada.id}")).status_code == 404


class TestFields:
    async def test_a_detail_from_first_to_last(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        assert "No details of your own yet" in await page(person, "/contacts/fields")
        data = {"label": "Favourite roast", "type": "choice", "options": "Filter\r\nEspresso\r\n"}
        await person.post("/contacts/fields", data=data)
        await make(transaction, workspace, attributes={"favourite_roast": "Filter"})
        text = await page(person, "/contacts/fields")
        assert "contact.favourite_roast" in text
        assert "1 person" in text
        await person.post(
            "/contacts/fields/favourite_roast", data={"label": "Roast", "options": "Filter\nDecaf"}
        )
        assert "Decaf" in await page(person, "/contacts/fields")
        await person.post("/contacts/fields/favourite_roast", data={"label": "Roast", "options": "Decaf"})
        assert "“Roast” stays as it is." in await page(person, "/contacts/fields")
        await person.post("/contacts/fields/favourite_roast/remove")
        assert "“Roast” is gone, for 1 person." in await page(person, "/contacts/fields")

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"label": ""}, "Give it a name."),
            ({"label": "Roast", "type": "choice"}, "List the answers"),
            ({"label": "Known"}, "already have a detail of this name"),
        ],
    )
    async def test_what_cannot_be_one(self, person: AsyncClient, data: dict[str, str], words: str) -> None:
        await person.post("/contacts/fields", data={"label": "Known", "type": "text"})
        answer = await person.post("/contacts/fields", data={"type": "text", **data})
        assert answer.status_code == 422
        assert words in unescape(answer.text)


class TestWhoMay:
    async def test_a_viewer_looks_and_changes_nothing(
        self, app: FastAPI, transaction: Transaction, workspace: Workspace
    ) -> None:
        ada = await make(transaction, workspace, first_name="Ada")
        async with signed_in(app, await make_person(workspace, role="viewer")) as viewer:
            text = await page(viewer, f"/contacts/{ada.id}")
            assert "Edit" not in text
            for address in (
                "/contacts",
                "/contacts/bulk",
                "/contacts/export",
                f"/contacts/{ada.id}",
                "/contacts/fields",
            ):
                assert (await viewer.post(address, data={"tag": "x"})).status_code == 403
            for address in ("/contacts/new", f"/contacts/{ada.id}/edit", "/contacts/import"):
                assert (await viewer.get(address)).status_code == 403

    async def test_people_of_others_are_not_there(
        self, app: FastAPI, transaction: Transaction, workspace: Workspace, other_workspace: Workspace
    ) -> None:
        ada = await make(transaction, workspace, first_name="Ada")
        async with signed_in(app, await make_person(other_workspace)) as stranger:
            for address in (f"/contacts/{ada.id}", f"/contacts/{ada.id}/edit"):
                assert (await stranger.get(address)).status_code == 404
            for address in ("tags", "tags/remove", "consent", "unblock", "erase"):
                data = {"tag": "x", "channel": "email", "state": "subscribed"}
                assert (await stranger.post(f"/contacts/{ada.id}/{address}", data=data)).status_code == 404
            await stranger.post("/contacts/bulk", data={"id": str(ada.id), "tag": "x", "action": "add_tag"})
        async with transaction() as db:
            [contact] = await contacts.by_ids(db, [ada.id])
        assert contact.tags == []
