"""The short way from a body to a handler ends where the long one does, whatever is sent."""

import json
from typing import Any

import pytest
from httpx import AsyncClient, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.conftest import Transaction

SHORT = "application/json"
LONG = "application/json; charset=utf-8"  # only the plain one is taken the short way

NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.sampled_from([2**63 - 1, 2**63, -(2**63), 1e308, 10**18, 123456789012345678.9]),
)
TEXTS = st.text(max_size=8) | st.sampled_from(
    ["", "\0", "\\u0000", "NaN", "1e999", "12345678901234567890", "a@example.com", "5e123"]
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
FIELDS = {
    "name": st.sampled_from(["order.placed", "signed up"]) | JSON,
    "contact": st.just({"email": "ada@example.com"}) | st.fixed_dictionaries({"id": JSON}) | JSON,
    "properties": st.dictionaries(TEXTS, JSON, max_size=3) | JSON,
    "occurred_at": st.sampled_from(["2026-11-20T10:00:00Z", "2026-11-20", 5, None]),
    "idempotency_key": JSON,
    "unknown": JSON,
}
EVENTS = st.fixed_dictionaries(
    {"name": FIELDS["name"], "contact": FIELDS["contact"]},
    optional={name: field for name, field in FIELDS.items() if name not in ("name", "contact")},
)
BODIES = st.fixed_dictionaries({"events": st.lists(EVENTS, max_size=2) | JSON}, optional={"more": JSON})
often = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

ODD = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"events": []}',
    b'{"events": [{"name": "a", "contact": {"email": "ada@example.com"}}], "events": []}',
    b'{"events": [{"name": "a", "name": "b", "contact": {"email": "ada@example.com"}}]}',
    b'{"events": [{"name": "a", "contact": {"email": "ada@example.com"}, "properties": {"n": 1e999}}]}',
    b'{"events": [{"name": "a", "contact": {"email": "ada@example.com"}, "properties": {"n": -1E+400}}]}',
    b'{"events": [{"name": "a", "contact": {"email": "ada@example.com"}, "properties": {"n": NaN}}]}',
    b'{"events": [{"name": "a", "contact": {"email": "ada@example.com"}, "properties": {"n": 01}}]}',
    b'{"events": [{"name": "a", "contact": {"email": "ada@example.com"}, "properties": {"n": "\\ud800"}}]}',
    b'{"events": [{"name": "a", "contact": {"email": "ada@example.com"}, "properties": {"n": "\xff"}}]}',
    '{"events": [{"name": "a", "contact": {"email": "ada@example.com"}}]}'.encode("utf-16"),
    '\ufeff{"events": [{"name": "a", "contact": {"email": "ada@example.com"}}]}'.encode(),
    b'{"events": ' + b"[" * 300 + b"]" * 300 + b"}",
]  # fmt: skip


async def post(client: AsyncClient, content: bytes, way: str) -> Response:
    return await client.post("/api/v1/events", content=content, headers={"content-type": way})


def said(answer: Response) -> Any:
    document = answer.json()
    document.pop("request_id", None)
    return answer.status_code, answer.headers["content-type"], document


@pytest.mark.parametrize("content", ODD, ids=lambda content: content[:80].decode("latin-1"))
async def test_odd_bodies_are_answered_alike(client: AsyncClient, content: bytes) -> None:
    assert said(await post(client, content, SHORT)) == said(await post(client, content, LONG))


@often
@given(BODIES)
async def test_whatever_is_sent_is_answered_and_kept_alike(
    client: AsyncClient, transaction: Transaction, body: Any
) -> None:
    content = json.dumps(body).encode()
    seen: list[Any] = []
    for way in (SHORT, LONG):
        answer = await post(client, content, way)
        async with transaction() as db:
            kept = (await db.execute(text("delete from events returning name, properties, source"))).all()
        reported = [repr(row) for row in kept if row.name != "contact.created"]  # by whoever came first
        seen.append((said(answer), sorted(reported)))
    assert seen[0] == seen[1]


async def test_who_may_not_report_is_told_so_before_the_body_is_read(client: AsyncClient) -> None:
    stranger = await client.post(
        "/api/v1/events", content=b"{", headers={"content-type": SHORT, "authorization": "Bearer ms_nobody"}
    )
    assert stranger.status_code == 401
