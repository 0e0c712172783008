"""What a person does to begin, over HTTP."""

import re
import secrets

import httpx


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def sign_up(person: httpx.Client) -> str:
    """A new business; returns the token that its writes must carry."""
    home = person.post(
        "/sign-up",
        data={
            "business_name": "Fernhill Coffee",
            "name": "Maya Ortiz",
            "email": f"maya-{secrets.token_hex(4)}@fernhill.example",
            "password": "three words in a row",
            "time_zone": "Europe/Berlin",
        },
    )
    assert home.status_code == 200, home.text[:500]
    return csrf(person.get("/automations/new").text)


def make_key(person: httpx.Client, token: str, *scopes: str) -> dict[str, str]:
    """The header of a fresh API key."""
    asked = {"name": "Shop", "scopes": list(scopes)}
    made = person.post("/api/v1/api-keys", json=asked, headers={"X-CSRF-Token": token})
    assert made.status_code == 201, made.text
    return {"Authorization": f"Bearer {made.json()['key']}"}
