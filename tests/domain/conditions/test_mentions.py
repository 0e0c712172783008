from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.conditions import mentions, parse
from domain.conditions.mentions import Mentions

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"field": "contact.country", "op": "exists"}, {"contact.updated"}),
        (
            {"field": "contact.tags", "op": "contains", "value": "x"},
            {"contact.tag_added", "contact.tag_removed"},
        ),
        ({"field": "contact.consent.sms", "op": "exists"}, {"contact.consent_changed"}),
        ({"field": "event.plan", "op": "exists"}, set[str]()),
        ({"tag": "vip"}, {"contact.tag_added", "contact.tag_removed"}),
        ({"consent": "email"}, {"contact.consent_changed"}),
        ({"event": "order.placed", "where": {"field": "event.total", "op": "exists"}}, {"order.placed"}),
        ({"not": {"any": [{"event": "a"}, {"all": [{"event": "b"}]}]}}, {"a", "b"}),
    ],
)
def test_after_which_events_to_ask_again(document: Any, expected: set[str]) -> None:
    assert mentions(parse(document)).reacts_to == expected


def test_what_is_asked_about() -> None:
    found = mentions(
        parse(
            {
                "all": [
                    {"tag": "vip"},
                    {"field": "contact.country", "op": "exists"},
                    {"event": "a", "within": "P30D"},
                ]
            }
        ),
        None,
        parse({"any": [{"event": "a", "within": "P1M"}, {"event": "b"}]}),
    )
    assert found.tags == {"vip"}
    assert found.fields == {"contact.country"}
    assert found.events == {"a", "b"}
    assert found.event_windows == {"a": timedelta(days=33), "b": None}
    assert found.since(NOW) is None


def test_events_are_loaded_as_far_back_as_any_window_reaches() -> None:
    both = mentions(parse({"event": "a", "within": "P30D"})) | mentions(
        parse({"event": "b", "within": "PT1H"})
    )
    since = both.since(NOW)
    assert since is not None
    assert NOW - timedelta(days=33) < since < NOW - timedelta(days=30)
    assert (both | mentions(parse({"event": "a"}))).since(NOW) is None
    assert mentions() == Mentions()
    assert mentions().since(NOW) is None
