"""Every way to fail, as a client meets it."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from starlette.requests import ClientDisconnect

from api.middleware import Edge, safe_headers
from api.rate_limits import Limiter
from core.settings import Settings
from models.workspaces import Workspace
from tests.factories.clients import browser
from tests.factories.people import make_key

API = "/api/v1"


class TestBodies:
    @pytest.mark.parametrize(
        ("content", "status", "path"),
        [
            (b'{"name": ', 400, None),
            (b"\xff\xfe", 400, None),
            (b"[]", 422, ""),
            (b'"x"', 422, ""),
            (b"", 422, ""),
            (b'{"nickname": "x"}', 422, "nickname"),
            (b'{"name": 5}', 422, "name"),
            (b'{"name": false}', 422, "name"),
            (b'{"name": "a\\u0000b"}', 422, ""),
            (b'{"name": "a\\\\u0000b"}', 200, None),
            (b'{"postal_address": "a\\u0000b"}', 422, None),
            (b'{"postal_address": "\\ud800"}', 400, None),
            (b'{"time_zone": "Mars/Phobos"}', 422, "time_zone"),
        ],
    )
    async def test_what_cannot_be_taken_is_named(
        self, client: AsyncClient, content: bytes, status: int, path: str | None
    ) -> None:
        answer = await client.patch(
            f"{API}/workspace", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == status, answer.text
        if status == 200:
            return
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert (problem["status"], bool(problem["detail"])) == (status, True)
        if path is not None:
            assert problem["errors"][0]["path"] == path

    async def test_ten_megabytes_are_too_much(self, client: AsyncClient) -> None:
        answer = await client.patch(f"{API}/workspace", json={"name": "x" * 10 * 1024 * 1024})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    async def test_also_when_nobody_says_how_long_it_is(self, client: AsyncClient) -> None:
        async def chunks():
            for _ in range(11):
                yield b" " * 1024 * 1024

        answer = await client.patch(
            f"{API}/workspace", content=chunks(), headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    async def test_it_must_say_that_it_is_json(self, client: AsyncClient) -> None:
        answer = await client.patch(
            f"{API}/workspace", content=b'{"name": "x"}', headers={"Content-Type": "text/plain"}
        )
        assert answer.status_code == 422


class TestAddresses:
    async def test_an_unknown_one(self, client: AsyncClient) -> None:
        answer = await client.get(f"{API}/nothing")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    async def test_a_method_that_is_not_taken_and_those_that_are(self, client: AsyncClient) -> None:
        answer = await client.delete(f"{API}/workspace")
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert answer.headers["allow"] == "GET, PATCH"

    @pytest.mark.parametrize("cursor", ["x", "eyJ9", "WzFd", "W251bGxd", "=", "%00"])
    async def test_a_made_up_cursor(self, client: AsyncClient, cursor: str) -> None:
        answer = await client.get(f"{API}/audit-log?cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_cursor")

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=201", "limit=x", "actor_id=x", "since=yesterday", "resource=%00"]
    )
    async def test_a_filter_that_makes_no_sense(self, client: AsyncClient, query: str) -> None:
        answer = await client.get(f"{API}/audit-log?{query}")
        assert answer.status_code == 422


class TestFaultsOfOurs:
    async def test_the_reader_gets_a_number_and_the_log_the_rest(
        self,
        app: FastAPI,
        client: AsyncClient,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        class Broken:
            def get(self, _key: str) -> None:
                raise RuntimeError("ada@example.com has the password hunter2hunter2")

        monkeypatch.setitem(app.state._state, "known_keys", Broken())
        answer = await client.get(f"{API}/me")
        assert answer.status_code == 500
        problem = answer.json()
        assert problem["request_id"] == answer.headers["x-request-id"]
        assert "hunter2" not in answer.text
        assert "RuntimeError" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"


class TestLimits:
    async def test_the_headers_count_down_and_the_one_too_many_waits(
        self, app: FastAPI, workspace: Workspace, other_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(app.state._state, "limiter", Limiter(3))
        async with browser(app, headers={"Authorization": f"Bearer {await make_key(workspace)}"}) as busy:
            left = [(await busy.get(f"{API}/me")).headers["ratelimit-remaining"] for _ in range(3)]
            refused = await busy.get(f"{API}/me")
        assert left == ["2", "1", "0"]
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 60
        async with browser(
            app, headers={"Authorization": f"Bearer {await make_key(other_workspace)}"}
        ) as other:
            assert (await other.get(f"{API}/me")).status_code == 200


class TestHeaders:
    """T14."""

    @pytest.mark.parametrize(
        "path",
        [
            "/sign-in",
            "/sign-up",
            "/nothing",
            "/healthz",
            f"{API}/me",
            f"{API}/nothing",
            "/api/v1/openapi.json",
        ],
    )
    async def test_every_answer_is_safe_to_show(self, app: FastAPI, path: str) -> None:
        async with browser(app) as visitor:
            headers = (await visitor.get(path)).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "object-src 'none'" in policy
        assert "unsafe-eval" not in policy
        assert "script-src 'self' 'unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])

    async def test_over_tls_the_browser_is_told_to_stay_there(self) -> None:
        assert "strict-transport-security" in safe_headers(Settings(public_url="https://shop.example"))
        assert "strict-transport-security" not in safe_headers(Settings(public_url="http://127.0.0.1:8000"))


async def test_no_write_is_taken_by_get(app: FastAPI) -> None:
    """T15: whatever a GET does, it is not one of the routes that change something."""
    reading = {"get", "head"}
    writing = {path for path, operations in app.openapi()["paths"].items() if set(operations) - reading}
    assert writing
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            scopes = operation.get("x-needs", [])
            if method in reading:
                assert all(scope.endswith((":read", ":export")) for scope in scopes), (method, path)


async def test_every_operation_says_what_it_needs(app: FastAPI) -> None:
    open_to_all = {
        (method, path)
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        if "x-needs" not in operation
    }
    assert open_to_all == set(), "a route without needs(...) is open to the whole internet"


class TestEdge:
    """The outermost layer against what the world does to it."""

    @staticmethod
    def scope() -> dict[str, Any]:
        return {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}

    async def test_whoever_hangs_up_is_no_fault_of_ours(self, caplog: pytest.LogCaptureFixture) -> None:
        async def reads(scope: Any, receive: Any, send: Any) -> None:
            raise ClientDisconnect

        await Edge(reads, Settings())(self.scope(), None, None)  # type: ignore[arg-type]
        assert not [record for record in caplog.records if record.levelname == "ERROR"]

    async def test_half_an_answer_is_cut_off_and_not_continued_with_an_error(self) -> None:
        sent: list[Any] = []

        async def breaks(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            raise RuntimeError("in the middle")

        async def send(message: Any) -> None:
            sent.append(message)

        with pytest.raises(RuntimeError):
            await Edge(breaks, Settings())(self.scope(), None, send)  # type: ignore[arg-type]
        assert [message["type"] for message in sent] == ["http.response.start"]
