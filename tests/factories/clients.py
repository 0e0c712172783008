"""HTTP clients on the application itself, without a socket: programs, browsers, people who are signed in."""

from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from core.visits import Door
from tests.factories.people import Person

URL = "http://127.0.0.1:8000"


def browser(app: FastAPI, **options: Any) -> AsyncClient:
    """Nobody yet. Redirects are not followed, so that a test sees them."""
    return AsyncClient(transport=ASGITransport(app, client=("192.0.2.1", 50000)), base_url=URL, **options)


def signed_in(app: FastAPI, person: Person) -> AsyncClient:
    """Somebody with their session cookie, and the CSRF header that every write needs."""
    door: Door = app.state.door
    return browser(
        app, cookies={door.cookie: person.token}, headers={"X-CSRF-Token": door.csrf_token(person.token)}
    )
