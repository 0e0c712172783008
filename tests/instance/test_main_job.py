"""The main job from end to end, as a program does it: sign up, publish a recipe, report an event, read the mail."""

import re
import time

import httpx
import pytest

from tests.instance.conftest import Instance

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def test_an_event_becomes_a_mail(instance: Instance) -> None:
    with httpx.Client(base_url=instance.url, follow_redirects=True, timeout=30) as person:
        home = person.post(
            "/sign-up",
            data={
                "business_name": "Fernhill Coffee",
                "name": "Maya Ortiz",
                "email": "maya@fernhill.example",
                "password": "three words in a row",
                "time_zone": "Europe/Berlin",
            },
        )
        assert home.status_code == 200, home.text[:500]
        assert "Maya" in home.text
        token = csrf(person.get("/automations/new").text)
        editor = person.post("/automations", data={"recipe": "welcome", "csrf": token})
        assert editor.status_code == 200
        automation = editor.url.path.rsplit("/", 1)[1]
        headers = {"X-CSRF-Token": token}
        published = person.post(
            f"/api/v1/automations/{automation}/publish", json={"in_flight": "finish"}, headers=headers
        )
        assert published.json() == {"version": 1}, published.text
        made = person.post(
            "/api/v1/api-keys", json={"name": "Shop", "scopes": ["events:write"]}, headers=headers
        )
        assert made.status_code == 201, made.text
        event = {
            "name": "signed_up",
            "contact": {
                "email": "lena@example.com",
                "first_name": "Lena",
                "consent": {"email": "subscribed"},
            },
        }
        bearer = {"Authorization": f"Bearer {made.json()['key']}"}
        answer = httpx.post(f"{instance.url}/api/v1/events", json={"events": [event]}, headers=bearer)
        assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}
        assert "Good to have you here, Lena" in _inbox(person)


def _inbox(person: httpx.Client) -> str:
    until = time.monotonic() + 30
    while "Lena" not in (page := person.get("/inbox").text) and time.monotonic() < until:
        time.sleep(0.1)
    return page
