"""HTTP clients on the application itself, without a socket: programs, browsers, people who are signed in."""

from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from core.visits import Door
from tests.factories.people import Person

URL = "http://127.0.0.1:8000"


def browser(app: FastAPI, *, address: str = "192.0.2.1", **options: Any) -> AsyncClient:
    """Nobody yet, at some address of the internet. Redirects are not followed, so that a test sees them."""
    return AsyncClient(transport=ASGITransport(app, client=(address, 50000)), base_url=URL, **options)


def signed_in(app: FastAPI, person: Person) -> AsyncClient:
    """Somebody with their session cookie, and the CSRF header that every write needs."""
    door: Door = app.state.door
    client = browser(app, headers={"X-CSRF-Token": door.csrf_token(person.token)})
    client.cookies.set(door.cookie, person.token, domain="127.0.0.1", path="/")
    return client
