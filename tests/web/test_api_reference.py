"""The documentation says what the description says, to everybody, in the app and outside of it."""

import html
import json
import re

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from tests.factories.clients import browser


@pytest.fixture
async def page(app: FastAPI) -> str:
    """As a stranger sees it."""
    async with browser(app) as visitor:
        answer = await visitor.get("/api/docs")
    assert answer.status_code == 200
    return answer.text


def test_every_operation_is_on_the_page(app: FastAPI, page: str) -> None:
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            assert f"<strong>{method.upper()}</strong> <code>{path[7:]}</code>" in page


def test_its_links_lead_somewhere_on_the_page(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "an id stands twice"
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


async def test_its_examples_are_taken_as_they_stand(client: AsyncClient, page: str) -> None:
    operation = page[page.index('id="post-api-keys"') :]
    example = re.search(r'<pre class="ms-code"[^>]*>(.*?)</pre>', operation, re.DOTALL)
    assert example
    answer = await client.post("/api/v1/api-keys", json=json.loads(html.unescape(example[1])))
    assert answer.status_code == 201, answer.text


async def test_a_person_reads_it_in_the_app(person: AsyncClient, page: str) -> None:
    assert 'action="/sign-out"' in (await person.get("/api/docs")).text
    assert 'action="/sign-out"' not in page


async def test_the_type_of_a_problem_leads_there(app: FastAPI) -> None:
    async with browser(app) as visitor:
        problem = (await visitor.get("/api/v1/me")).json()
        assert (await visitor.get(problem["type"])).headers["location"] == "/api/docs"
