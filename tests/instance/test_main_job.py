"""The main job from end to end, as a program does it: sign up, publish a recipe, report an event, read the mail."""

import time

import httpx
import pytest

from tests.instance.conftest import Instance
from tests.instance.people import make_key, sign_up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_an_event_becomes_a_mail(instance: Instance) -> None:
    with httpx.Client(base_url=instance.url, follow_redirects=True, timeout=30) as person:
        token = sign_up(person)
        editor = person.post("/automations", data={"recipe": "welcome", "csrf": token})
        assert editor.status_code == 200
        automation = editor.url.path.rsplit("/", 1)[1]
        headers = {"X-CSRF-Token": token}
        published = person.post(
            f"/api/v1/automations/{automation}/publish", json={"in_flight": "finish"}, headers=headers
        )
        assert published.json() == {"version": 1}, published.text
        bearer = make_key(person, token, "events:write")
        event = {
            "name": "signed_up",
            "contact": {
                "email": "lena@example.com",
                "first_name": "Lena",
                "consent": {"email": "subscribed"},
            },
        }
        answer = httpx.post(f"{instance.url}/api/v1/events", json={"events": [event]}, headers=bearer)
        assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}
        assert "Good to have you here, Lena" in _inbox(person)


def _inbox(person: httpx.Client) -> str:
    until = time.monotonic() + 30
    while "Lena" not in (page := person.get("/inbox").text) and time.monotonic() < until:
        time.sleep(0.1)
    return page
