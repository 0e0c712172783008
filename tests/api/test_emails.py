"""E-mails while they are being written."""

from httpx import AsyncClient
from sqlalchemy import text

from tests.conftest import Transaction

BODY = "<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{ contact.first_name }}</mj-text></mj-column></mj-section></mj-body></mjml>"


async def test_a_preview_is_filled_in_for_somebody(client: AsyncClient) -> None:
    contact = (
        await client.post("/api/v1/contacts", json={"email": "ada@example.com", "first_name": "Ada"})
    ).json()
    written = {"subject": "For {{ contact.first_name }}", "body": BODY, "contact_id": contact["id"]}
    seen = (await client.post("/api/v1/emails/preview", json=written)).json()
    assert seen["subject"] == "For Ada"
    assert "Hi Ada" in seen["html"]
    assert "Hi Ada" in seen["text"]


async def test_what_is_wrong_is_said_with_its_line(client: AsyncClient) -> None:
    written = {"subject": "Hi", "body": "<p>\n{% if %}</p>"}
    seen = (await client.post("/api/v1/emails/preview", json=written)).json()
    assert seen["html"] == ""
    assert [(p["line"], p["severity"]) for p in seen["problems"]] == [(2, "error")]


async def test_a_test_mail_is_reserved_for_the_loop_of_mail(
    client: AsyncClient, transaction: Transaction
) -> None:
    asked = {"subject": "Hi", "body": BODY, "to": "me@fernhill.test"}
    refused = await client.post("/api/v1/emails/test", json=asked | {"to": "nobody"})
    assert refused.status_code == 422
    sent = await client.post("/api/v1/emails/test", json=asked | {"to": "me@fernhill.com"})
    assert sent.status_code == 202
    async with transaction() as db:
        row = (await db.execute(text("select state, address, subject, contact_id from messages"))).one()
    assert tuple(row) == ("reserved", "me@fernhill.com", "[Test] Hi", None)


async def test_nobody_writes_to_the_world_by_tests(client: AsyncClient) -> None:
    asked = {"subject": "Hello", "body": "Hi there", "to": "me@fernhill.com"}
    answers = [(await client.post("/api/v1/emails/test", json=asked)).status_code for _ in range(31)]
    assert answers == [202] * 30 + [429]
