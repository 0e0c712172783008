"""The list of automations and the recipes: what they say, in a marketer's words."""

import re

from httpx import AsyncClient

from activities import holds
from models import automations
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.workspaces import FRIDAY


async def test_recipes_show_no_template_language_and_no_names_of_programs(person: AsyncClient) -> None:
    page = (await person.get("/automations/new")).text
    assert "{{" not in page
    assert "[first name]" in page
    assert "Signed up" in page


async def test_the_editor_asks_for_the_drawing_at_once_where_it_is_shown(person: AsyncClient) -> None:
    made = await person.post("/api/v1/automations", json={"name": "Welcome", "definition": {}})
    page = (await person.get(f"/automations/{made.json()['id']}")).text
    assert 'rel="modulepreload" media="(min-width: 768px)"' in page


async def test_whatever_is_on_hold_is_listed_however_much_is_not(
    person: AsyncClient, transaction: Transaction, workspace: Workspace
) -> None:
    async with transaction() as db:
        for n in range(60):
            row = await automations.create(db, workspace.id, name=f"Number {n}", draft={}, now=FRIDAY)
            row.state = "live"
            if n == 0:
                await db.flush()
                await holds.hold(db, row.id, by="Maya", now=FRIDAY)
    page = (await person.get("/automations?state=held")).text
    assert "Number 0" in page
    assert "Number 59" not in page


async def test_a_figure_says_of_which_time_it_is(
    person: AsyncClient, transaction: Transaction, workspace: Workspace
) -> None:
    async with transaction() as db:
        row = await automations.create(db, workspace.id, name="Welcome", draft={}, now=FRIDAY)
        row.state = "live"
    page = re.sub(r"<[^>]+>", "", (await person.get("/automations")).text)
    assert "Entered, 30 days" in page
    assert "Goal, 30 days" in page
    assert "Since it first went live" in (await person.get("/")).text
