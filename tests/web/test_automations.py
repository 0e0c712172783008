"""The list of automations and the recipes: what they say, in a marketer's words."""

from httpx import AsyncClient


async def test_recipes_show_no_template_language_and_no_names_of_programs(person: AsyncClient) -> None:
    page = (await person.get("/automations/new")).text
    assert "{{" not in page
    assert "[first name]" in page
    assert "Signed up" in page


async def test_the_editor_asks_for_the_drawing_at_once_where_it_is_shown(person: AsyncClient) -> None:
    made = await person.post("/api/v1/automations", json={"name": "Welcome", "definition": {}})
    page = (await person.get(f"/automations/{made.json()['id']}")).text
    assert 'rel="modulepreload" media="(min-width: 768px)"' in page
