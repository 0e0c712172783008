"""Forgotten passwords: a link by mail, to nobody else, once, for an hour; and nobody learns who has an account."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from pydantic import SecretStr
from sqlalchemy import text

from api.app import create_app
from core.db import Scope, session
from core.security import digest
from core.settings import settings
from domain.ids import new_id
from models import password_resets, rate_limits
from models.workspaces import Workspace
from tests import servers
from tests.factories.clients import URL, browser, signed_in
from tests.factories.people import PASSWORD, Person, make_person
from tests.fakes.smtp import FakeSmtp

NEW = "a whole new sentence"


@dataclass(frozen=True, slots=True)
class House:
    """An instance with a mail server of its own."""

    app: FastAPI
    mails: FakeSmtp

    def visitor(self) -> AsyncClient:
        return browser(self.app, address=f"2001:db8:5::{new_id().hex[-4:]}")

    async def ask(self, email: str) -> tuple[int, str]:
        async with self.visitor() as visitor:
            answer = await visitor.post("/forgot-password", data={"email": email})
            while answer.status_code == 503:  # a busy machine: nothing was counted, as it says
                answer = await visitor.post("/forgot-password", data={"email": email})
            return answer.status_code, timeless(answer.text).replace(email, "…")

    async def link(self, person: Person) -> str:
        await self.ask(person.user.email)
        found = re.search(rf"{URL}(/reset-password/\S+)", self.letter(person))
        assert found
        return found[1]

    def letter(self, person: Person) -> str:
        return body(message_from_bytes(self.mails.to(person.user.email)[-1].content))


def body(mail: Message) -> str:
    text_part = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    return bytes(text_part.get_payload(decode=True)).decode()


def timeless(page: str) -> str:
    return re.sub(r'<meta name="now"[^>]*>', "", page)


@pytest.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with FakeSmtp() as mails:
        config = settings().model_copy(update={"smtp_url": SecretStr(mails.url)})
        yield House(create_app(config), mails)


@pytest.fixture
async def ada(workspace: Workspace) -> Person:
    return await make_person(workspace)


async def test_the_link_in_the_mail_leads_to_a_new_password(house: House, ada: Person) -> None:
    path = await house.link(ada)
    async with house.visitor() as visitor:
        page = await visitor.get(path)
        assert (page.status_code, ada.user.email in page.text) == (200, True)
        answer = await visitor.post(path, data={"password": NEW})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        for password, status in ((PASSWORD, 401), (NEW, 303)):
            entered = await visitor.post("/sign-in", data={"email": ada.user.email, "password": password})
            assert entered.status_code == status


async def test_every_session_from_before_is_over(house: House, ada: Person) -> None:
    path = await house.link(ada)
    async with house.visitor() as visitor, signed_in(house.app, ada) as before:
        assert (await before.get("/api/v1/me")).status_code == 200
        await visitor.post(path, data={"password": NEW})
        assert (await before.get("/api/v1/me")).status_code == 401


async def test_it_works_once(house: House, ada: Person) -> None:
    path = await house.link(ada)
    async with house.visitor() as visitor:
        answers = await asyncio.gather(
            *(visitor.post(path, data={"password": f"{NEW} {n}"}) for n in range(4))
        )
        assert sorted(answer.status_code for answer in answers) == [303, 404, 404, 404]
        assert (await visitor.get(path)).status_code == 404


async def test_a_newer_link_ends_an_older_one(house: House, ada: Person) -> None:
    older, newer = await house.link(ada), await house.link(ada)
    async with house.visitor() as visitor:
        assert (await visitor.get(older)).status_code == 404
        assert (await visitor.get(newer)).status_code == 200


async def test_after_an_hour_it_is_too_old(house: House, ada: Person) -> None:
    async with session(Scope(user=ada.user.id)) as db:
        then = datetime.now(UTC) - timedelta(minutes=61)
        token = await password_resets.issue(db, ada.user.id, now=then)
    async with house.visitor() as visitor:
        answer = await visitor.post(f"/reset-password/{token}", data={"password": NEW})
    assert answer.status_code == 404
    assert "older than an hour" in answer.text


async def test_a_weak_password_is_refused_and_the_link_is_still_good(house: House, ada: Person) -> None:
    path = await house.link(ada)
    async with house.visitor() as visitor:
        for weak in ("short", ada.user.email, "password12345"):
            answer = await visitor.post(path, data={"password": weak})
            assert answer.status_code == 422
            assert 'id="field-password-error"' in answer.text
        assert (await visitor.post(path, data={"password": NEW})).status_code == 303


async def test_nobody_learns_who_has_an_account(house: House, ada: Person) -> None:
    known, unknown = await house.ask(ada.user.email), await house.ask(f"nobody.{new_id().hex}@example.com")
    assert known == unknown
    assert known[0] == 200
    assert [mail.recipient for mail in house.mails.taken] == [ada.user.email]


async def test_the_row_holds_a_hash_and_only_its_person_sees_it(house: House, ada: Person) -> None:
    token = (await house.link(ada)).rpartition("/")[2]
    count = text("select count(*) from password_resets where token_hash = :hash")
    for scope, seen in (
        (Scope(user=ada.user.id), 1),
        (Scope(presented=digest(token)), 1),
        (Scope(user=new_id(), presented="x"), 0),
        (None, 0),
    ):
        async with session(scope) as db:
            assert (await db.execute(count, {"hash": digest(token)})).scalar_one() == seen
            assert (await db.execute(count, {"hash": token})).scalar_one() == 0


async def test_five_links_an_hour_are_enough(house: House, ada: Person) -> None:
    statuses = [(await house.ask(ada.user.email))[0] for _ in range(rate_limits.RESET_ACCOUNT.hits + 2)]
    assert statuses == [200] * rate_limits.RESET_ACCOUNT.hits + [429, 429]
    assert len(house.mails.taken) == rate_limits.RESET_ACCOUNT.hits


async def test_what_is_no_address_is_said_at_the_field(house: House) -> None:
    status, page = await house.ask("ada")
    assert status == 422
    assert 'id="field-email-error"' in page


async def test_a_server_that_hangs_up_after_each_mail_gets_the_next_one(
    house: House, workspace: Workspace
) -> None:
    house.mails.goodbye_after = 1
    ada, grace = await make_person(workspace), await make_person(workspace)
    for person in (ada, grace):
        await house.ask(person.user.email)
        assert "/reset-password/" in house.letter(person)


async def test_the_change_is_in_the_log_of_the_workspace(house: House, ada: Person) -> None:
    path = await house.link(ada)
    async with house.visitor() as visitor:
        await visitor.post(path, data={"password": NEW})
        await visitor.post("/sign-in", data={"email": ada.user.email, "password": NEW})
        log = (await visitor.get("/api/v1/audit-log")).json()["items"]
    assert ("changed", "users") in {(entry["action"], entry["resource"]) for entry in log}
    assert "argon2" not in str(log)


async def test_without_a_mail_server_it_says_who_can_help(app: FastAPI, ada: Person) -> None:
    async with browser(app, address="2001:db8:6::1") as visitor:
        asked = await visitor.post("/forgot-password", data={"email": ada.user.email})
        assert "make password-link" in asked.text
        assert timeless(asked.text) == timeless((await visitor.get("/forgot-password")).text)
        assert "/forgot-password" in (await visitor.get("/sign-in")).text


async def test_whoever_runs_the_instance_makes_a_link_by_hand(house: House, ada: Person) -> None:
    def run(email: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "web.password_link", email]
        return subprocess.run(command, cwd=servers.ROOT, capture_output=True, text=True, check=False)

    made = await asyncio.to_thread(run, ada.user.email.upper())
    found = re.search(r"(/reset-password/\S+)", made.stdout)
    assert found, made.stderr
    async with house.visitor() as visitor:
        assert (await visitor.post(found[1], data={"password": NEW})).status_code == 303
    nobody = await asyncio.to_thread(run, "nobody@example.com")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert "Nobody signs in" in nobody.stderr
