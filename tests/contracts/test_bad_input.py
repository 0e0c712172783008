"""What is refused, from the outside: the answer says what to change, and nothing is half done. Files that cannot be imported are in
`tests/api/test_imports.py`, bad events among good ones in `tests/api/test_events.py`, hostile cells in `tests/api/test_contacts.py`."""

import json
import time
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from tests.conftest import Transaction

API = "/api/v1"
TRIGGER: dict[str, Any] = {"kind": "event", "event": "signed_up"}
ENDLESS = "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}"


def tag(name: str, then: str | None, **more: Any) -> dict[str, Any]:
    return {"kind": "add_tag", "tag": name, "next": then, **more}


def mail(body: str) -> dict[str, Any]:
    return {
        "kind": "send_email",
        "subject": "Hi",
        "body": f"<mjml><mj-body><mj-section><mj-column><mj-text>{body}</mj-text></mj-column></mj-section></mj-body></mjml>",
        "next": None,
    }


class TestDefinitions:
    @pytest.mark.parametrize(
        ("nodes", "trigger", "where", "words"),
        [
            (
                {"a": tag("x", "b"), "b": tag("y", "a")},
                {},
                "nodes.a",
                "These steps go round in a circle without a wait: a → b → a. Put a wait on the way, or let one of them end.",
            ),
            (
                {"a": tag("x", None), "b": tag("y", None)},
                {},
                "nodes.b",
                "Nothing leads to this step. Connect it with another one, or remove it.",
            ),
            (
                {"a": tag("x", None)},
                {"where": {"field": "contact.shoe_size", "op": "is", "value": "44"}},
                "entry.trigger.where.field",
                "Contacts have no field `shoe_size`. Add it under Settings, or check its spelling.",
            ),
            (
                {"a": tag("x", None, colour="red")},
                {},
                "nodes.a.colour",
                "There is no setting `colour` here; there are tag.",
            ),
            (
                {"a": tag("x", "gone")},
                {},
                "nodes.a.next",
                "This leads to “gone”, and there is no such step. Choose another, or let it end here.",
            ),
            (
                {"a": mail("{{ ''.__class__ }}")},
                {},
                "nodes.a.body",
                "“__class__” is private: names that begin with _ cannot be read.",
            ),
            (
                {"a": mail("{{ config }}")},
                {},
                "nodes.a.body",
                "There is nothing called “config” here.",
            ),
        ],
    )
    async def test_a_faulty_one_stays_a_draft(
        self,
        client: AsyncClient,
        transaction: Transaction,
        nodes: dict[str, Any],
        trigger: dict[str, str],
        where: str,
        words: str,
    ) -> None:
        definition = {"entry": {"trigger": TRIGGER | trigger, "again": "never"}, "start": "a", "nodes": nodes}
        made = (await client.post(f"{API}/automations", json={"name": "A", "definition": definition})).json()
        path = f"{API}/automations/{made['id']}"
        refused = await client.post(f"{path}/publish", json={})
        assert refused.status_code == 422
        told = {error["path"]: error["message"] for error in refused.json()["errors"]}
        assert where in told, told
        assert words in told[where]
        assert (await client.get(path)).json() == made, "as it was, and not live"
        assert (await client.get(f"{path}/versions")).json()["items"] == []
        event = {"name": "signed_up", "contact": {"email": "ada@example.com"}}
        assert (await client.post(f"{API}/events", json={"events": [event]})).json()["accepted"] == 1
        async with transaction() as db:
            assert (await db.execute(text("select count(*) from enrolments"))).scalar_one() == 0


class TestTemplates:
    async def test_one_that_never_ends_is_ended(self, client: AsyncClient) -> None:
        begun = time.monotonic()
        seen = await client.post(
            f"{API}/emails/preview", json={"subject": "Hi", "body": mail(ENDLESS)["body"]}
        )
        assert time.monotonic() - begun < 5
        assert (seen.status_code, seen.json()["html"]) == (200, "")
        faults = [one["message"] for one in seen.json()["problems"] if one["severity"] == "error"]
        assert faults == ["A loop may run 1,000 times at most."]

    async def test_it_cannot_be_sent_as_a_test_either(
        self, client: AsyncClient, transaction: Transaction
    ) -> None:
        asked = {"subject": "Hi", "body": mail("{{ contact.__class__ }}")["body"], "to": "me@fernhill.com"}
        refused = await client.post(f"{API}/emails/test", json=asked)
        assert refused.status_code == 422
        assert "is private" in refused.json()["detail"]
        async with transaction() as db:
            assert (await db.execute(text("select count(*) from messages"))).scalar_one() == 0


class TestBodies:
    async def test_ten_megabytes_of_events_leave_nothing(
        self, client: AsyncClient, transaction: Transaction
    ) -> None:
        event = {
            "name": "signed_up",
            "contact": {"email": "ada@example.com"},
            "properties": {"note": "x" * 11_000},
        }
        answer = await client.post(f"{API}/events", json={"events": [event] * 1000})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.json()["detail"] == "That is too much at once. Send it in smaller parts."
        async with transaction() as db:
            assert (await db.execute(text("select count(*) from events"))).scalar_one() == 0
            assert (await db.execute(text("select count(*) from contacts"))).scalar_one() == 0

    @pytest.mark.parametrize("number", ["11161103754368468910080", "NaN", "1e999"])
    async def test_a_number_that_cannot_be_stored(
        self, client: AsyncClient, transaction: Transaction, number: str
    ) -> None:
        event = {"name": "x", "contact": {"email": "ada@example.com"}, "properties": {"total": ["HERE"]}}
        answer = await client.post(
            f"{API}/events",
            content=json.dumps({"events": [event]}).replace('"HERE"', number),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 422
        assert "A number in here cannot be stored" in answer.json()["detail"]
        async with transaction() as db:
            assert (await db.execute(text("select count(*) from events"))).scalar_one() == 0
