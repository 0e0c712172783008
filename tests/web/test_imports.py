"""The pages of an import: a file is chosen, its columns are matched, it is tried, done, followed and undone."""

import re
from html import unescape
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from core.db import Scope, session
from models import imports
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.clients import signed_in
from tests.factories.imports import make_csv, run_import
from tests.factories.people import make_person

HX = {"HX-Request": "true"}
FILE = make_csv(
    "ada@example.com,Ada,12.5,fein,x",
    "bob@example.com,Bob,3,grob,",
    "broken,Eve,1,fein,",
    header="E-Mail,Vorname,Spent,Mahlgrad,Notiz",
)
CHOSEN = {
    "column-0": "email",
    "column-1": "first_name",
    "column-2": "new",
    "column-2-label": "Spent so far",
    "column-2-type": "number",
    "column-3": "new",
    "column-3-label": "Grind",
    "column-3-type": "text",
    "column-4": "",
    "existing": "update",
    "consent": "none",
}


async def upload(person: AsyncClient, data: bytes = FILE) -> str:
    """The address of the import."""
    answer = await person.post("/contacts/import", files={"file": ("kunden.csv", data, "text/csv")})
    assert answer.status_code == 303, unescape(answer.text)
    return answer.headers["location"].removesuffix("/mapping")


async def page(person: AsyncClient, address: str) -> str:
    answer = await person.get(address)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def tally(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"<dd>(\d+)</dd>", text)]


async def test_columns_are_guessed_and_shown_with_examples(person: AsyncClient) -> None:
    text = await page(person, f"{await upload(person)}/mapping")
    assert "kunden.csv · 3 rows" in text
    assert "ada@example.com · bob@example.com · broken" in text
    assert re.search(r'<option value="email" selected>', text)
    assert re.search(r'<option value="first_name" selected>', text)
    assert 'value="Mahlgrad"' in text


async def test_trying_says_what_would_happen_and_does_nothing(person: AsyncClient) -> None:
    address = await upload(person)
    answer = await person.post(
        f"{address}/mapping", data={**CHOSEN, "action": "check"}, headers={**HX, "HX-Target": "div#rehearsal"}
    )
    assert "<html" not in answer.text
    assert tally(answer.text) == [2, 0, 1]
    assert "2 new · 0 updated · 1 left out" in answer.text
    assert "<code>broken</code>" in answer.text
    assert "is not an e-mail address" in unescape(answer.text)
    assert "Nobody here yet" in await page(person, "/contacts")
    whole = await person.post(f"{address}/mapping", data={**CHOSEN, "action": "check"})
    assert "This is what would happen" in whole.text
    assert "No details of your own yet" in await page(person, "/contacts/fields")


async def test_from_the_file_to_the_end_and_back(person: AsyncClient, workspace: Workspace) -> None:
    address = await upload(person)
    options = {"tag": "kunden-2026", "consent": "subscribed", "consent_wording": "Signed at the till"}
    answer = await person.post(f"{address}/mapping", data={**CHOSEN, **options, "action": "start"})
    assert answer.headers["location"] == address
    waiting = await page(person, address)
    assert "Waiting for its turn" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    await run_import(workspace.id, address.rsplit("/", 1)[1])
    done = await person.get(f"{address}/progress", headers=HX)
    assert "<html" not in done.text
    assert tally(done.text) == [2, 0, 1]
    assert "Finished" in done.text
    assert 'href="/contacts?tag=kunden-2026"' in done.text
    text = await page(person, "/contacts?tag=kunden-2026&sort=name&columns=spent_so_far&columns=grind")
    assert "12.5" in text
    assert "grob" in text
    assert text.count("Subscribed") >= 2
    left_out = await person.get(f"{address}/errors.csv")
    assert left_out.content.startswith(b"\xef\xbb\xbf")
    assert "broken,Eve" in left_out.text
    assert "kunden.csv" in await page(person, "/contacts/import")
    assert (await person.get(f"{address}/mapping")).headers["location"] == address

    assert (await person.post(f"{address}/undo")).headers["location"] == address
    assert "Taking it back" in await page(person, address)
    await run_import(workspace.id, address.rsplit("/", 1)[1])
    text = await page(person, address)
    assert "Taken back" in text
    assert "Undo this import" not in text
    assert "Nobody here yet" in await page(person, "/contacts")


async def test_an_undo_that_stops_half_way_says_why_and_offers_the_rest(
    person: AsyncClient, workspace: Workspace, transaction: Transaction
) -> None:
    address = await upload(person)
    await person.post(f"{address}/mapping", data={**CHOSEN, "action": "start"})
    await run_import(workspace.id, address.rsplit("/", 1)[1])
    await person.post(f"{address}/undo")
    async with transaction() as db:
        row = await imports.get(db, workspace.id, UUID(address.rsplit("/", 1)[1]), lock=True)
        await imports.fail(db, row, "Somebody has this address.")
    shown = await page(person, address)
    assert "Taken back in part" in shown
    assert "The undo stopped before its end." in shown
    assert "Somebody has this address." in shown
    assert "Undo the rest" in shown
    assert 'hx-trigger="every 1s"' not in shown
    assert "Failed" in await page(person, "/contacts/import")

    await person.post(f"{address}/undo")
    await run_import(workspace.id, address.rsplit("/", 1)[1])
    assert "Taken back in part" not in await page(person, address)


async def test_of_many_rows_that_fail_the_page_shows_the_first_and_counts_the_rest(
    person: AsyncClient, workspace: Workspace
) -> None:
    rows = "".join(f"broken {number},Eve\n" for number in range(1, 1301))
    address = await upload(person, data=f"E-Mail,Vorname\n{rows}".encode())
    data = {"column-0": "email", "column-1": "first_name", "existing": "update", "consent": "none"}
    rehearsal = await person.post(f"{address}/mapping", data={**data, "action": "check"})
    assert "And 1,250 more rows." in rehearsal.text
    await person.post(f"{address}/mapping", data={**data, "action": "start"})
    await run_import(workspace.id, address.rsplit("/", 1)[1])
    text = await page(person, f"{address}/progress")
    assert re.findall(r"<code>broken (\d+)</code>", text) == [str(number) for number in range(1, 51)]
    assert "And 1,250 more rows." in text
    assert (await person.get(f"{address}/errors.csv")).text.count("broken") >= 1300
    async with session(Scope(workspaces=(workspace.id,))) as db:
        read = await imports.first_errors(db, UUID(address.rsplit("/", 1)[1]), limit=50)
    assert [(error.row, list(cells)) for error, cells in read[:1]] == [(2, ["broken 1", "Eve"])]
    assert len(read) == 50


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "This file is empty."),
        ("email,name\na@b.de,Привет\n".encode("cp1251"), "Save it as “CSV UTF-8”"),
        (b"email\n", "no rows below it"),
        (b"PK\x03\x04", "an Excel workbook"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_in_words(
    person: AsyncClient, data: bytes, words: str
) -> None:
    answer = await person.post("/contacts/import", files={"file": ("x.csv", data, "text/csv")})
    assert answer.status_code == 422
    assert words in unescape(answer.text)


async def test_a_file_must_be_chosen(person: AsyncClient) -> None:
    answer = await person.post("/contacts/import", files={"file": ("", b"", "application/octet-stream")})
    assert answer.status_code == 422
    assert "Choose a file." in answer.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"column-1": "email"}, "are both taken for email"),
        ({"column-0": ""}, "No column holds e-mail addresses"),
        ({"column-0": "town"}, "nothing that a contact has"),
        ({"column-3-type": "money"}, "is not a type"),
        ({"consent": "subscribed"}, "it is kept as the proof"),
        ({"tag": "x" * 101}, "This is too long"),
    ],
)
async def test_what_cannot_be_followed_comes_back_as_it_was_chosen(
    person: AsyncClient, changes: dict[str, str], words: str
) -> None:
    address = await upload(person)
    answer = await person.post(f"{address}/mapping", data={**CHOSEN, **changes, "action": "start"})
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    assert 'value="Spent so far"' in answer.text
    assert "Match the columns" in await page(person, f"{address}/mapping")


async def test_an_import_begins_once(person: AsyncClient) -> None:
    address = await upload(person)
    await person.post(f"{address}/mapping", data={**CHOSEN, "action": "start"})
    assert (await person.post(f"{address}/mapping", data={**CHOSEN, "action": "start"})).status_code == 409


async def test_imports_of_others_are_not_there(
    app: FastAPI, person: AsyncClient, other_workspace: Workspace
) -> None:
    address = await upload(person)
    async with signed_in(app, await make_person(other_workspace)) as stranger:
        for path in ("", "/mapping", "/progress", "/errors.csv"):
            assert (await stranger.get(f"{address}{path}")).status_code == 404
        for path in ("/mapping", "/undo"):
            assert (await stranger.post(f"{address}{path}", data=CHOSEN)).status_code == 404
