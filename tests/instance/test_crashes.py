"""Kill anything, at any moment: nothing is lost, nothing is doubled.

`MAINSPRING_CRASH_CONTACTS=2000 make unit T=tests/instance/test_crashes.py` is the whole of it; every run does it with fewer.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.instance.conftest import Instance
from tests.instance.people import make_key, sign_up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
CONTACTS = int(os.environ.get("MAINSPRING_CRASH_CONTACTS", "200"))
KILLS = ((2, "Worker"), (5, "Temporal"), (8, "Worker"), (11, "Postgres"), (15, "Worker"), (19, "Worker"))
MAIL = "<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{ contact.first_name }}</mj-text></mj-column></mj-section></mj-body></mjml>"


def mail(subject: str, then: str | None) -> dict[str, Any]:
    return {"kind": "send_email", "subject": subject, "body": MAIL, "topic": "transactional", "next": then}


SERIES: dict[str, Any] = {
    "entry": {"trigger": {"kind": "event", "event": "started"}, "again": "never"},
    "start": "tag",
    "nodes": {
        "tag": {"kind": "add_tag", "tag": "started", "next": "first"},
        "first": mail("First", "pause"),
        "pause": {"kind": "wait", "for": "PT4S", "next": "tagged"},
        "tagged": {
            "kind": "branch",
            "paths": [{"label": "Yes", "when": {"tag": "started"}, "next": "second"}],
            "else": None,
        },
        "second": mail("Second", "rest"),
        "rest": {"kind": "wait", "for": "PT5S", "next": "third"},
        "third": mail("Third", None),
    },
}


def test_every_contact_gets_every_mail_exactly_once(instance: Instance) -> None:
    with httpx.Client(base_url=instance.url, follow_redirects=True, timeout=30) as person:
        token = sign_up(person)
        scopes = (
            "events:write",
            "automations:read",
            "automations:write",
            "automations:approve",
            "messages:read",
        )
        key = make_key(person, token, *scopes)
    with httpx.Client(base_url=f"{instance.url}/api/v1", headers=key, timeout=30) as api:
        made = api.post("/automations", json={"name": "Crash", "definition": SERIES}).json()
        published = api.post(f"/automations/{made['id']}/publish", json={})
        assert published.status_code == 200, published.text
        killer = threading.Thread(target=kill, args=(instance,))
        killer.start()
        report(api)
        killer.join()
        instance.wait(within=60)
        await_the_end(api, made["id"])
        sent = Counter((row["contact_id"], row["subject"]) for row in messages(api) if row["state"] == "sent")
    assert len(sent) == 3 * CONTACTS
    assert set(sent.values()) == {1}


def kill(instance: Instance) -> None:
    began = time.monotonic()
    for after, part in KILLS:
        time.sleep(max(0.0, began + after - time.monotonic()))
        instance.kill(part)


def report(api: httpx.Client) -> None:
    """Post every event until it is accepted, as a shop does that repeats with the same key."""
    for n in range(0, CONTACTS, 20):
        events = [
            {
                "name": "started",
                "contact": {"email": f"c{k}@example.com", "first_name": f"C{k}"},
                "idempotency_key": f"k{k}",
            }
            for k in range(n, min(n + 20, CONTACTS))
        ]
        while not accepted(api, events):
            time.sleep(0.2)
        time.sleep(20 * 15 / CONTACTS)  # the kills come while people are on their way


def accepted(api: httpx.Client, events: list[dict[str, Any]]) -> bool:
    try:
        return api.post("/events", json={"events": events}).status_code == 202
    except httpx.TransportError:
        return False


def await_the_end(api: httpx.Client, automation_id: str) -> None:
    until = time.monotonic() + 240
    numbers: dict[str, Any] = {}
    while time.monotonic() < until:
        numbers = api.get(f"/automations/{automation_id}/numbers").json()
        third = numbers.get("nodes", {}).get("third", {})
        if numbers.get("entered") == CONTACTS and numbers["inside"] == 0 and third.get("sent") == CONTACTS:
            return
        time.sleep(0.5)
    raise AssertionError(f"they are still on their way: {numbers}")


def messages(api: httpx.Client) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        page = api.get("/messages", params={"limit": 200, **({"cursor": cursor} if cursor else {})}).json()
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return
