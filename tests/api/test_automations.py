"""Automations over the API: drawn, mended, published, and asked about."""

from typing import Any

from httpx import AsyncClient

MAIL = "<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>"
GOOD: dict[str, Any] = {
    "entry": {"trigger": {"kind": "event", "event": "signed_up"}, "again": "never"},
    "start": "hello",
    "nodes": {"hello": {"kind": "send_email", "subject": "Welcome", "body": MAIL, "next": None}},
}


async def create(client: AsyncClient, definition: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/api/v1/automations", json={"name": "Welcome", "definition": definition})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_draft_may_be_faulty_and_says_so(client: AsyncClient) -> None:
    made = await create(client, {"nodes": {"x": {"kind": "send_email"}}})
    assert made["state"] == "draft"
    assert {problem["node"] for problem in made["problems"]} == {None, "x"}
    refused = await client.post(f"/api/v1/automations/{made['id']}/publish", json={"in_flight": "finish"})
    assert refused.status_code == 422
    assert refused.json()["errors"]


async def test_a_good_draft_is_published_and_numbered(client: AsyncClient) -> None:
    made = await create(client, GOOD)
    path = f"/api/v1/automations/{made['id']}"
    assert made["problems"] == []
    assert (await client.post(f"{path}/publish", json={"in_flight": "finish"})).json() == {"version": 1}
    changed = GOOD | {"nodes": {"hello": {**GOOD["nodes"]["hello"], "subject": "Hello"}}}
    saved = await client.put(f"{path}/draft", json={"definition": changed, "revision": made["revision"]})
    assert saved.json()["unpublished"] == 1
    stale = await client.put(f"{path}/draft", json={"definition": GOOD, "revision": made["revision"]})
    assert stale.status_code == 409
    differences = (await client.get(f"{path}/changes")).json()
    assert differences["next_version"] == 2
    assert [change["kind"] for change in differences["changes"]] == ["changed"]
    assert (await client.post(f"{path}/publish", json={"in_flight": "move"})).json() == {"version": 2}
    assert [v["number"] for v in (await client.get(f"{path}/versions")).json()["items"]] == [2, 1]


async def test_unfinished_mails_are_pointed_out_and_do_not_stop_publishing(client: AsyncClient) -> None:
    body = '<a href="https://www.example.com">Have a look</a>'
    made = await create(client, GOOD | {"nodes": {"hello": {**GOOD["nodes"]["hello"], "body": body}}})
    path = f"/api/v1/automations/{made['id']}"
    await client.patch("/api/v1/workspace", json={"postal_address": ""})
    asked = (await client.get(f"{path}/changes")).json()
    assert asked["problems"] == []
    assert [one["node"] for one in asked["warnings"]] == [None, "hello"]
    assert asked["warnings"][1]["message"] == "“Have a look” still leads to example.com."
    await client.patch("/api/v1/workspace", json={"postal_address": "1 Harbour Street, Cork"})
    asked = (await client.get(f"{path}/changes")).json()
    assert [one["node"] for one in asked["warnings"]] == ["hello"]
    assert (await client.post(f"{path}/publish", json={})).json() == {"version": 1}


async def test_everything_about_it_can_be_asked(client: AsyncClient) -> None:
    made = await create(client, GOOD)
    path = f"/api/v1/automations/{made['id']}"
    await client.post(f"{path}/publish", json={})
    contact = (await client.post("/api/v1/contacts", json={"email": "ada@example.com"})).json()
    assert (await client.get(f"{path}/numbers")).json()["inside"] == 0
    assert (await client.get(f"{path}/people")).json() == {"items": [], "next": None}
    why = (await client.get(f"{path}/why", params={"contact_id": contact["id"]})).json()
    assert why["entered"] is False
    assert "signed_up" in why["words"]
    started = await client.post(f"{path}/simulate", json={"contact_id": contact["id"]})
    assert started.status_code == 202
    rehearsed = (await client.get(f"/api/v1/simulations/{started.json()['id']}")).json()
    assert rehearsed["state"] == "finished"
    assert [leg["node"] for leg in rehearsed["path"]][-1] == "hello"
    assert (await client.post(f"{path}/hold")).json()["state"] == "held"
    assert (await client.post(f"{path}/release", json={"overdue": "send"})).json()["state"] == "live"
    assert (await client.post(f"{path}/archive")).json()["state"] == "archived"
    assert [one["state"] for one in (await client.get("/api/v1/automations")).json()["items"]] == ["archived"]


async def test_the_catalogue_has_what_the_canvas_draws(client: AsyncClient) -> None:
    found = (await client.get("/api/v1/catalogue")).json()
    assert {"send_email", "wait", "branch", "http_request"} <= {step["kind"] for step in found["steps"]}
    assert {"event", "contact_created", "tag_added", "manual", "schedule"} == {
        t["kind"] for t in found["triggers"]
    }


class TestInventedPeople:
    """`POST …/simulate {"person": …}` with somebody who does not exist."""

    BY_PLAN: dict[str, Any] = {  # noqa: RUF012 -- nobody changes it
        "entry": {"trigger": {"kind": "event", "event": "signed_up"}, "again": "never"},
        "start": "which",
        "nodes": {
            "which": {
                "kind": "branch",
                "paths": [
                    {
                        "label": "Pro",
                        "when": {
                            "all": [
                                {"field": "event.plan", "op": "is", "value": "pro"},
                                {"tag": "vip"},
                                {"event": "order.placed", "within": "P30D"},
                            ]
                        },
                        "next": "morning",
                    }
                ],
                "else": None,
            },
            "morning": {"kind": "wait", "until": {"time": "09:00"}, "next": "hello"},
            "hello": {"kind": "send_email", "subject": "Hi", "body": MAIL, "next": None},
        },
    }

    async def rehearse(self, client: AsyncClient, **person: Any) -> list[dict[str, Any]]:
        made = await create(client, self.BY_PLAN)
        started = await client.post(f"/api/v1/automations/{made['id']}/simulate", json={"person": person})
        assert started.status_code == 202, started.text
        found = (await client.get(f"/api/v1/simulations/{started.json()['id']}")).json()
        return found["path"]

    async def test_goes_by_what_is_said_about_them(self, client: AsyncClient) -> None:
        events = [{"name": "signed_up", "properties": {"plan": "pro"}}, {"name": "order.placed"}]
        path = await self.rehearse(
            client,
            first_name="Ines",
            email="ines@example.com",
            time_zone="Asia/Tokyo",
            tags=["vip"],
            consent={"email": "subscribed"},
            events=events,
        )
        assert [leg["node"] for leg in path] == [None, "which", "morning", "hello"]
        until = next(leg["until"] for leg in path if leg["node"] == "morning")
        assert until.endswith(("T00:00:00Z", "T00:00:00+00:00"))  # nine o'clock in Tokyo
        assert (await client.get("/api/v1/contacts")).json()["items"] == []

    async def test_without_it_goes_the_other_way(self, client: AsyncClient) -> None:
        path = await self.rehearse(client, first_name="Ines", events=[{"name": "signed_up"}])
        assert [leg["node"] for leg in path] == [None, "which"]

    async def test_nonsense_is_named(self, client: AsyncClient) -> None:
        made = await create(client, self.BY_PLAN)
        path = f"/api/v1/automations/{made['id']}/simulate"
        wrong = await client.post(path, json={"person": {"email": "ines", "time_zone": "Mars/Base"}})
        assert wrong.status_code == 422
        assert {error["path"] for error in wrong.json()["errors"]} == {"person.email", "person.time_zone"}
        both = await client.post(path, json={"person": {}, "contact_id": made["id"]})
        assert both.status_code == 422


async def test_an_instant_without_a_zone_is_refused(client: AsyncClient) -> None:
    """Of somebody whom the event met before anybody listened."""
    contact = (await client.post("/api/v1/contacts", json={"email": "ada@example.com"})).json()
    event = {"name": "signed_up", "contact": {"id": contact["id"]}}
    assert (await client.post("/api/v1/events", json={"events": [event]})).json()["accepted"] == 1
    made = await create(client, GOOD)
    path = f"/api/v1/automations/{made['id']}"
    await client.post(f"{path}/publish", json={})
    asked = {"contact_id": contact["id"]}
    assert (await client.get(f"{path}/why", params=asked | {"at": "2030-01-01T00:00:00"})).status_code == 422
    told = await client.get(f"{path}/why", params=asked | {"at": "2030-01-01T00:00:00Z"})
    assert "before this automation was listening" in told.json()["words"]
    since = {"since": "2020-01-01T00:00:00", "until": "2030-01-01T00:00:00Z"}
    assert (await client.post(f"{path}/simulate", json=since)).status_code == 422
