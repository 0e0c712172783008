"""Lists arrive in Postgres as they left, whatever is in them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from core.db import Database, execute, fetch

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
LITERAL = st.sampled_from(["NULL", "null", "", " ", "{", "}", ",", '"', "\\", '\\"', '{"a"}', "a b", "\n"])
PLAIN = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS | LITERAL
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
MOMENTS = st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1900 < at.year < 2200)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def back(database: Database, type_: str, values: list[Any]) -> list[Any]:
    async with database.session() as db:
        [(found,)] = await fetch(db, f"select %s::{type_}[]", [values])  # pyright: ignore[reportArgumentType]
        return found


@quick
@given(st.lists(st.none() | TEXTS | LITERAL, max_size=6))
async def test_texts(database: Database, values: list[str | None]) -> None:
    assert await back(database, "text", values) == values


@quick
@given(st.lists(st.none() | JSON.filter(lambda one: "\\u0000" not in repr(one)), max_size=5))
async def test_documents(database: Database, values: list[Any]) -> None:
    wrapped = [None if one is None else Jsonb(one) for one in values]
    assert await back(database, "jsonb", wrapped) == values


@quick
@given(st.lists(st.none() | st.uuids(), max_size=6), st.lists(st.none() | MOMENTS, max_size=6))
async def test_ids_and_moments(
    database: Database, ids: list[UUID | None], moments: list[datetime | None]
) -> None:
    assert await back(database, "uuid", ids) == ids
    assert await back(database, "timestamptz", moments) == moments


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("text", "né, {once}"),
        ("uuid", UUID(int=7)),
        ("timestamptz", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
async def test_a_column_of_one_value(database: Database, type_: str, value: Any) -> None:
    """It is written once and repeated; one None among them is no repetition."""
    assert await back(database, type_, [value] * 3) == [value] * 3
    assert await back(database, type_, [value, None, value]) == [value, None, value]
    assert await back(database, type_, [None, value, None]) == [None, value, None]


async def test_a_moment_keeps_its_offset_and_its_microseconds(database: Database) -> None:
    there = datetime(2026, 3, 29, 1, 30, 0, 7, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
    assert await back(database, "timestamptz", [there]) == [there]


async def test_other_lists_are_written_by_psycopg(database: Database) -> None:
    assert await back(database, "int", [1, None, -3]) == [1, None, -3]
    assert await back(database, "text", [["a", "b"], ["c", 'd"']]) == [["a", "b"], ["c", 'd"']]
    assert await back(database, "bool", [True, None]) == [True, None]


async def test_a_null_character_is_refused_and_not_cut_off(database: Database) -> None:
    async with database.session() as db:
        with pytest.raises(psycopg.DataError):
            await execute(db, "select %s::text[]", [["a\0b"]])
        await db.rollback()
