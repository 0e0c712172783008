"""The short way from a body to a handler ends where the long one does, whatever is sent."""

import json
from typing import Any

import pytest
from fastapi import Depends, FastAPI, Request
from httpx import AsyncClient, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from api import routes
from api.deps import Caller, needs
from api.events import NewEvents, Taken
from api.middleware import MAX_BODY
from api.rate_limits import Limiter
from api.routes import LeanRoute, Router
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

PLAIN = b'{"events": [{"name": "a", "contact": {"email": "ada@example.com"}}]}'
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


async def become(client: AsyncClient, transaction: Transaction, content: bytes, way: str) -> Any:
    """What is said of a body, and what is kept of it."""
    answer = await post(client, content, way)
    async with transaction() as db:
        kept = (await db.execute(text("delete from events returning name, properties, source"))).all()
    reported = [repr(row) for row in kept if row.name != "contact.created"]  # by whoever came first
    return said(answer), sorted(reported)


@pytest.mark.parametrize("content", ODD, ids=lambda content: content[:80].decode("latin-1"))
async def test_odd_bodies_are_answered_and_kept_alike(
    client: AsyncClient, transaction: Transaction, content: bytes
) -> None:
    assert await become(client, transaction, content, SHORT) == await become(
        client, transaction, content, LONG
    )


@often
@given(BODIES)
async def test_whatever_is_sent_is_answered_and_kept_alike(
    client: AsyncClient, transaction: Transaction, body: Any
) -> None:
    content = json.dumps(body).encode()
    assert await become(client, transaction, content, SHORT) == await become(
        client, transaction, content, LONG
    )


def request(content: bytes, way: str) -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    return Request({"type": "http", "headers": [(b"content-type", way.encode())]}, receive)


@pytest.mark.parametrize(("way", "short"), [(SHORT, True), (LONG, False)])
async def test_plain_bodies_go_the_short_way_and_only_they(way: str, short: bool) -> None:
    content = (
        b'{"events": [{"name": "a", "contact": {"email": "ada@example.com"}, "properties": {"n": 1.5e3}}]}'
    )
    assert (await routes._plain(NewEvents, request(content, way)) is not None) == short


@pytest.mark.parametrize("number", ["1e400", "-1E+999", "12345678901234567890", "NaN", "[1e400]"])
async def test_what_may_not_be_storable_is_looked_at_twice(number: str) -> None:
    content = PLAIN.replace(b"}]}", b', "properties": {"n": %b}}]}' % number.encode())
    assert await routes._plain(NewEvents, request(content, SHORT)) is None


def test_a_handler_that_needs_more_is_refused() -> None:
    async def takes_a_query(posted: NewEvents, request: Request, caller: Caller, dry: bool) -> Taken: ...
    async def takes_no_body(request: Request, caller: Caller) -> Taken: ...
    async def handler(posted: NewEvents, request: Request, caller: Caller) -> Taken: ...

    router = Router(route_class=LeanRoute)
    for wrong in (takes_a_query, takes_no_body):
        with pytest.raises(TypeError, match="more than a LeanRoute gives"):
            router.post("/things", dependencies=[needs("events:write")])(wrong)
    with pytest.raises(TypeError, match="more than a LeanRoute gives"):
        router.post("/things", dependencies=[needs("events:write"), Depends(takes_no_body)])(handler)


async def test_the_rules_of_every_route_hold_on_the_short_way(
    app: FastAPI, client: AsyncClient, transaction: Transaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = {"content-type": SHORT, "idempotency-key": "once"}
    first, again = [await client.post("/api/v1/events", content=PLAIN, headers=once) for _ in range(2)]
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again.headers["idempotent-replayed"] == "true"
    async with transaction() as db:
        assert (await db.execute(text("select count(*) from events where name = 'a'"))).scalar_one() == 1

    key = (await client.post("/api/v1/api-keys", json={"name": "Reader", "scopes": ["contacts:read"]})).json()
    reader = {"content-type": SHORT, "authorization": f"Bearer {key['key']}"}
    assert (await client.post("/api/v1/events", content=PLAIN, headers=reader)).status_code == 403

    assert (await post(client, b" " * (MAX_BODY + 1), SHORT)).status_code == 413

    monkeypatch.setitem(app.state._state, "limiter", Limiter(1))
    assert [(await post(client, PLAIN, SHORT)).status_code for _ in range(2)] == [202, 429]


async def test_who_may_not_report_is_told_so_before_the_body_is_read(client: AsyncClient) -> None:
    stranger = await client.post(
        "/api/v1/events", content=b"{", headers={"content-type": SHORT, "authorization": "Bearer ms_nobody"}
    )
    assert stranger.status_code == 401
