from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings

from domain.conditions import parse, words
from tests.factories.conditions import NOWS, documents


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"tag": "vip"}, "has the tag vip"),
        ({"not": {"tag": "vip"}}, "does not have the tag vip"),
        ({"consent": "email"}, "has agreed to email"),
        ({"not": {"consent": "email"}}, "has not agreed to email"),
        ({"field": "contact.country", "op": "is", "value": "DE"}, "the country is “DE”"),
        ({"not": {"field": "contact.country", "op": "is", "value": "DE"}}, "the country is not “DE”"),
        (
            {"field": "contact.country", "op": "in", "value": ["DE", "AT", "CH"]},
            "the country is “DE”, “AT” or “CH”",
        ),
        (
            {"field": "contact.renews_on", "op": "within_next", "value": "P7D"},
            "the Renewal date is within the next 7 days",
        ),
        (
            {"field": "contact.renews_on", "op": "before", "value": "2026-03-01"},
            "the Renewal date is before 1 March 2026",
        ),
        ({"field": "contact.email", "op": "exists"}, "the e-mail is known"),
        ({"field": "contact.email", "op": "exists", "value": False}, "the e-mail is not known"),
        ({"not": {"field": "contact.email", "op": "exists", "value": False}}, "the e-mail is known"),
        ({"field": "contact.birthday", "op": "anniversary"}, "today is the anniversary of the birthday"),
        (
            {"not": {"field": "contact.birthday", "op": "anniversary"}},
            "today is not the anniversary of the birthday",
        ),
        (
            {"field": "contact.birthday", "op": "anniversary", "value": "-P3D"},
            "today is 3 days before the anniversary of the birthday",
        ),
        (
            {"field": "contact.birthday", "op": "anniversary", "value": "P0D"},
            "today is the anniversary of the birthday",
        ),
        (
            {"field": "event.total", "op": "at_least", "value": 1250.5},
            "the event's total is at least 1,250.5",
        ),
        ({"field": "data.reply.ok", "op": "is", "value": True}, "the answer reply.ok is yes"),
        ({"field": "contact.consent.sms", "op": "exists"}, "the consent to sms is known"),
        (
            {"field": "contact.created_at", "op": "after", "value": "2026-03-01T09:30:00Z"},
            "the time it was added is after 1 March 2026 09:30 UTC",
        ),
        ({"event": "order.placed"}, "order.placed has happened"),
        ({"event": "order.placed", "count": {"op": "is", "value": 0}}, "order.placed has not happened"),
        (
            {"not": {"event": "order.placed", "within": "P30D"}},
            "order.placed has not happened within the last 30 days",
        ),
        ({"not": {"event": "x", "count": {"op": "less_than", "value": 1}}}, "x has happened"),
        ({"event": "x", "count": {"op": "at_least", "value": 3}}, "x has happened at least 3 times"),
        ({"event": "x", "count": {"op": "less_than", "value": 3}}, "x has happened fewer than 3 times"),
        ({"not": {"event": "x", "count": {"op": "is", "value": 1}}}, "x has not happened exactly 1 time"),
        (
            {"event": "x", "where": {"field": "event.plan", "op": "is", "value": "pro"}},
            "x has happened, where the event's plan is “pro”",
        ),
        ({"segment_id": str(UUID(int=0))}, "is in the segment 00000000-0000-0000-0000-000000000000"),
        ({"not": {"score": {"op": "at_least", "value": 50}}}, "the score is not at least 50"),
        (
            {
                "all": [
                    {"tag": "a"},
                    {"any": [{"tag": "b"}, {"tag": "c"}]},
                    {"not": {"all": [{"tag": "d"}, {"tag": "e"}]}},
                ]
            },
            "has the tag a, (has the tag b or has the tag c) and not (has the tag d and has the tag e)",
        ),
        ({"all": [{"any": [{"tag": "a"}]}]}, "has the tag a"),
    ],
)
def test_conditions_as_people_say_them(document: Any, expected: str) -> None:
    assert words(parse(document), {"renews_on": "Renewal date"}) == expected


@settings(deadline=None)
@given(documents(NOWS[0]))
def test_every_condition_can_be_said_and_its_opposite_is_said_otherwise(document: dict[str, Any]) -> None:
    assert words(parse(document)) != words(parse({"not": document}))
