"""Until the moment that is given nothing changes by itself; looked at for all that can be asked, around every edge."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.conditions import evaluate, next_change, parse
from domain.facts import ContactFacts, Facts, Happening, by_name, zone_for
from tests.factories.conditions import (
    NOWS,
    SPANS,
    Person,
    conditions,
    days_around,
    instants_around,
    people,
    written_instants,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
BERLIN = ZoneInfo("Europe/Berlin")


def facts_of(person: Person, home: ZoneInfo) -> Facts:
    details = person.fields | {
        "tags": frozenset(person.fields["tags"]),
        "updated_at": person.fields["created_at"],
    }
    contact = ContactFacts(id=UUID(int=1), **details)
    events = [
        Happening(UUID(int=n), name, at, properties) for n, (name, properties, at) in enumerate(person.events)
    ]
    return Facts(contact, zone_for(contact.time_zone, home)[0], happenings=by_name(events))


@st.composite
def moments(draw: st.DrawFn) -> tuple[Any, Facts, datetime, list[timedelta]]:
    now = draw(st.sampled_from(NOWS))
    timely = st.one_of(
        conditions(now),
        st.builds(
            lambda op, span, field: parse({"field": field, "op": op, "value": span}),
            st.sampled_from(["within_last", "within_next"]),
            st.sampled_from(SPANS),
            st.sampled_from(["contact.a", "contact.created_at"]),
        ),
        st.builds(
            lambda away: parse(
                {"field": "contact.a", "op": "anniversary"} | ({"value": away} if away else {})
            ),
            st.sampled_from([None, "P1D", "-P3D", "P30D"]),
        ),
        st.builds(lambda span: parse({"event": "order.placed", "within": span}), st.sampled_from(SPANS)),
    )
    person = draw(people(now))
    if draw(st.booleans()):
        person.fields["attributes"]["a"] = draw(st.one_of(days_around(now), written_instants(now)))
    person.events.append(("order.placed", {}, draw(instants_around(now))))
    steps = draw(
        st.lists(st.integers(1, 40 * 86_400).map(lambda s: timedelta(seconds=s)), min_size=3, max_size=6)
    )
    return draw(timely), facts_of(person, BERLIN), now, steps


@settings(max_examples=int(os.environ.get("CONDITION_EXAMPLES", "150")), deadline=None)
@given(moments())
def test_until_then_the_answer_stays(case: tuple[Any, Facts, datetime, list[timedelta]]) -> None:
    condition, facts, now, steps = case
    change = next_change(condition, facts, now)
    answer = evaluate(condition, facts, now).result
    assert change is None or change > now
    end = change or now + timedelta(days=365 * 40)
    later = [now + TICK, end - TICK, *(now + (end - now) * share / 7 for share in range(1, 7))]
    later += [now + step for step in steps]
    for at in later:
        if now < at < end:
            assert evaluate(condition, facts, at).result == answer, at


@pytest.mark.parametrize(
    ("value", "op", "wanted", "expected"),
    [
        ("2026-11-15T09:00:00Z", "within_last", "P7D", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("2026-11-25T09:00:00Z", "within_last", "P7D", datetime(2026, 11, 25, 9, tzinfo=UTC)),
        ("2026-11-01T09:00:00Z", "within_last", "P7D", None),
        ("2026-11-15", "within_last", "P7D", datetime(2026, 11, 22, 23, tzinfo=UTC)),  # midnight in Berlin
        ("2026-10-31T09:00:00Z", "within_last", "P1M", datetime(2026, 11, 30, 23, tzinfo=UTC)),
        ("2026-11-30T09:00:00Z", "within_next", "P7D", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-25T09:00:00Z", "within_next", "P7D", datetime(2026, 11, 25, 9, 0, 0, 1, UTC)),
        ("2026-11-30", "within_next", "P7D", datetime(2026, 11, 22, 23, tzinfo=UTC)),
        ("2026-11-25", "within_next", "P7D", datetime(2026, 11, 25, 23, tzinfo=UTC)),
        ("1990-11-20", "anniversary", None, datetime(2026, 11, 20, 23, tzinfo=UTC)),  # its day is over
        ("1990-11-19", "anniversary", None, datetime(2027, 11, 18, 23, tzinfo=UTC)),
        ("1990-12-24", "anniversary", "-P3D", datetime(2026, 12, 20, 23, tzinfo=UTC)),
        ("2024-02-29", "anniversary", None, datetime(2027, 2, 27, 23, tzinfo=UTC)),
        ("9999-12-31", "anniversary", None, None),
        ("9999-12-31", "is", "9999-12-31", None),
        ("nothing", "within_last", "P7D", None),
    ],
)
def test_the_moment_itself(value: str, op: str, wanted: str | None, expected: datetime | None) -> None:
    facts = Facts(ContactFacts(UUID(int=1), NOW, NOW, attributes={"a": value}), BERLIN)
    clause = {"field": "contact.a", "op": op} | ({"value": wanted} if wanted else {})
    assert next_change(parse(clause), facts, NOW) == expected
    if expected:
        assert evaluate(parse(clause), facts, expected).result != evaluate(parse(clause), facts, NOW).result


def test_events_leave_their_window_one_after_the_other() -> None:
    events = [Happening(UUID(int=n), "x", NOW - timedelta(days=n)) for n in (1, 3, 9)]
    facts = Facts(ContactFacts(UUID(int=1), NOW, NOW), BERLIN, happenings=by_name(events))
    assert next_change(parse({"event": "x", "within": "P7D"}), facts, NOW) == NOW + timedelta(days=4)
    assert next_change(parse({"not": {"event": "x"}}), facts, NOW) is None
    ahead = facts.after(Happening(UUID(int=4), "x", NOW + timedelta(hours=1)))
    assert next_change(parse({"event": "x"}), ahead, NOW) == NOW + timedelta(hours=1)
