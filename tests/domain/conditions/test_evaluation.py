"""What each clause means, one contact at a time; `tests/models/test_conditions.py` shows that SQL means the same."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.conditions import TRUE, Verdict, evaluate, lookup, parse
from domain.errors import Invalid
from domain.facts import ContactFacts, Facts, Happening, by_name, zone_for

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)


def make_facts(zone: ZoneInfo = BERLIN, **contact: Any) -> Facts:
    details = {"created_at": NOW - 400 * DAY, "updated_at": NOW} | contact
    return Facts(ContactFacts(id=UUID(int=1), **details), zone)


def happening(n: int, name: str, ago: timedelta, **properties: Any) -> Happening:
    return Happening(UUID(int=n), name, NOW - ago, properties)


def holds(document: dict[str, Any], facts: Facts, now: datetime = NOW, since: datetime | None = None) -> bool:
    return evaluate(parse(document), facts, now, since=since).result


def of_value(value: Any, op: str, wanted: Any, now: datetime = NOW, zone: ZoneInfo = BERLIN) -> bool:
    facts = make_facts(zone, attributes={"a": value})
    return holds({"field": "contact.a", "op": op, "value": wanted}, facts, now)


@pytest.mark.parametrize(
    ("value", "op", "wanted", "expected"),
    [
        # texts
        ("de", "is", "DE", True),
        ("Straße", "is", "STRASSE", True),
        ("café", "is", "cafe", False),
        ("de", "is_not", "at", True),
        ("de", "in", ["AT", "DE"], True),
        ("de", "in", ["AT", 5], False),
        ("Ada Lovelace", "contains", "LOVE", True),
        ("Ada Lovelace", "starts_with", "ada", True),
        ("Ada Lovelace", "ends_with", "Lace", True),
        ("100%", "contains", "0%", True),
        ("100", "contains", "%", False),
        ("01234", "is", "1234", False),
        # numbers
        (5, "is", 5.0, True),
        (5, "is", "5", True),
        ("5", "is", 5, True),
        (5, "contains", "5", False),
        (0.1, "is", "0.10", True),
        ("49.90", "more_than", 49.89, True),
        ("49,90", "more_than", 1, False),
        (0.30000000000000004, "more_than", 0.3, True),
        (5, "at_least", 5, True),
        (5, "less_than", 5, False),
        (-1, "at_most", 0, True),
        ("many", "less_than", 5, False),
        (True, "at_least", 1, False),
        # true and false
        (True, "is", True, True),
        ("TRUE", "is", True, True),
        (True, "is", "true", True),
        (1, "is", True, False),
        (False, "is_not", True, True),
        ("yes", "is", True, False),
        # days and instants; the zone is Berlin, now is Friday 20 November 2026, 10:00 there
        ("2026-11-20", "is", "2026-11-20", True),
        ("2026-11-19T23:30:00Z", "is", "2026-11-20", True),
        ("2026-11-20T23:30:00Z", "is", "2026-11-20", False),
        ("2026-11-20T10:00:00+01:00", "is", "2026-11-20T09:00:00Z", True),
        ("2026-11-20", "is", "2026-11-20T09:00:00Z", False),
        ("2026-11-19", "before", "2026-11-20", True),
        ("2026-11-20", "before", "2026-11-20", False),
        ("2026-11-19T22:59:59Z", "before", "2026-11-20", True),
        ("2026-11-19T23:00:00Z", "before", "2026-11-20", False),
        ("2026-11-20T22:59:59Z", "after", "2026-11-20", False),
        ("2026-11-20T23:00:00Z", "after", "2026-11-20", True),
        ("2026-11-20", "before", "2026-11-20T23:30:00Z", True),  # the 21st in Berlin
        ("2026-11-21", "after", "2026-11-20T22:30:00Z", True),
        ("soon", "after", "2026-11-20", False),
        ("2026-11-13T09:00:00.000001Z", "within_last", "P7D", True),
        ("2026-11-13T09:00:00Z", "within_last", "P7D", False),
        ("2026-11-20T09:00:00Z", "within_last", "P7D", True),
        ("2026-11-20T09:00:01Z", "within_last", "P7D", False),
        ("2026-11-13", "within_last", "P7D", True),
        ("2026-11-12", "within_last", "P7D", False),
        ("2026-11-20", "within_last", "PT1H", True),
        ("2026-10-19T22:00:00Z", "within_last", "P1M", True),  # the start of 20 October in Berlin
        ("2026-10-19T21:59:59Z", "within_last", "P1M", False),
        ("2026-11-27T09:00:00Z", "within_next", "P7D", True),
        ("2026-11-27T09:00:01Z", "within_next", "P7D", False),
        ("2026-11-27", "within_next", "P7D", True),
        ("2026-11-19", "within_next", "P7D", False),
        ("2026-12-20T22:59:59Z", "within_next", "P1M", True),
        ("2026-12-20T23:00:00Z", "within_next", "P1M", False),
        ("1990-11-20", "anniversary", None, True),
        ("2026-11-20", "anniversary", None, False),
        ("2027-11-20", "anniversary", None, False),
        ("1990-11-23", "anniversary", "-P3D", True),
        ("1990-11-17", "anniversary", "P3D", True),
        ("1990-11-19T23:30:00Z", "anniversary", None, True),
        ("1990-11-20T23:30:00Z", "anniversary", None, False),
        # lists
        (["de", "AT"], "is", "at", True),
        (["de", "AT"], "is_not", "at", False),
        (["de", "AT"], "contains", "at", True),
        (["gold member"], "contains", "gold", False),
        (["gold member"], "starts_with", "gold", True),
        ([3, 9], "more_than", 8, True),
        ([["de"]], "is", "de", False),
        # what is there
        ("x", "exists", None, True),
        (0, "exists", None, True),
        (False, "exists", None, True),
        ("", "exists", None, False),
        ([], "exists", None, False),
        ({}, "exists", None, False),
        (None, "exists", None, False),
        (None, "exists", False, True),
        # what is not
        (None, "is", "", False),
        (None, "is_not", "de", True),
        (None, "in", ["de"], False),
        (None, "at_most", 5, False),
        (None, "before", "2026-11-20", False),
        ({"x": 1}, "is", "x", False),
    ],
)
def test_values(value: Any, op: str, wanted: Any, expected: bool) -> None:
    assert of_value(value, op, wanted) is expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2025-02-28", True),
        ("2025-03-01", False),
        ("2028-02-28", False),
        ("2028-02-29", True),
        ("2100-02-28", True),
    ],
)
def test_29_february_is_the_28th_in_other_years(today: str, expected: bool) -> None:
    noon = datetime.fromisoformat(today + "T12:00:00Z")
    assert of_value("2024-02-29", "anniversary", None, noon) is expected
    assert of_value("2024-02-29", "anniversary", "-P1D", noon - DAY) is expected


def test_today_is_where_the_contact_lives() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert of_value("1990-11-21", "anniversary", None, late, ZoneInfo("Asia/Kathmandu"))
    assert of_value("1990-11-20", "anniversary", None, late, ZoneInfo("America/New_York"))
    assert of_value("2026-11-20T23:30:00Z", "is", "2026-11-21", late, ZoneInfo("Asia/Kathmandu"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contact.email", "ada@x.example"),
        ("contact.created_at", NOW - 400 * DAY),
        ("contact.tags", ["a", "b"]),
        ("contact.consent.email", "subscribed"),
        ("contact.address.city", "Berlin"),
        ("contact.children.1.name", "Byron"),
        ("contact.children.-1.name", "Byron"),
        ("contact.children.2.name", None),
        ("contact.children.first", None),
        ("contact.email.x", None),
        ("contact.gone", None),
        ("address.city", "Berlin"),
        ("event.total", 12),
        ("event.lines.0.sku", "A1"),
        ("data.reply.status", 200),
        ("data.gone", None),
    ],
)
def test_where_fields_are_found(field: str, value: Any) -> None:
    facts = make_facts(
        email="ada@x.example",
        tags=frozenset({"b", "a"}),
        consent={"email": "subscribed"},
        attributes={"address": {"city": "Berlin"}, "children": [{"name": "Anne"}, {"name": "Byron"}]},
    ).with_changes(
        trigger=happening(7, "order.placed", DAY, total=12, lines=[{"sku": "A1"}]),
        data={"reply": {"status": 200}},
    )
    assert lookup(field, facts) == value


def test_tags_and_consent() -> None:
    facts = make_facts(tags=frozenset({"vip"}), consent={"email": "subscribed", "sms": "unsubscribed"})
    assert holds({"tag": "vip"}, facts)
    assert not holds({"tag": "VIP"}, facts)
    assert holds({"consent": "email"}, facts)
    assert not holds({"consent": "sms"}, facts)
    assert not holds({"consent": "whatsapp"}, facts)
    assert not holds({"tag": "vip"}, facts.untagged("vip"))
    assert holds({"tag": "new"}, facts.tagged("new"))


def test_groups() -> None:
    yes, no = {"tag": "vip"}, {"tag": "gone"}
    facts = make_facts(tags=frozenset({"vip"}))
    assert holds({"all": [yes, yes]}, facts)
    assert not holds({"all": [yes, no]}, facts)
    assert holds({"any": [no, yes]}, facts)
    assert not holds({"any": [no, no]}, facts)
    assert holds({"not": no}, facts)
    assert holds({"not": {"all": [yes, {"not": yes}]}}, facts)


ORDERS = by_name(
    [
        happening(1, "order.placed", 1 * DAY, total=50, city="Berlin"),
        happening(2, "order.placed", 10 * DAY, total=20, city="Paris"),
        happening(3, "order.placed", 40 * DAY, total=90, city="Berlin"),
        happening(4, "order.placed", -1 * DAY, total=999),
    ]
)


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ({}, True),
        ({"count": {"op": "is", "value": 3}}, True),  # what lies ahead does not count
        ({"count": {"op": "more_than", "value": 3}}, False),
        ({"count": {"op": "at_most", "value": 2}}, False),
        ({"count": {"op": "less_than", "value": 4}}, True),
        ({"within": "P30D", "count": {"op": "is", "value": 2}}, True),
        ({"within": "P10D", "count": {"op": "is", "value": 1}}, True),  # ten days ago to the second is out
        (
            {
                "where": {"field": "event.city", "op": "is", "value": "berlin"},
                "count": {"op": "is", "value": 2},
            },
            True,
        ),
        ({"where": {"field": "event.total", "op": "more_than", "value": 90}}, False),
        ({"within": "PT1H", "count": {"op": "is", "value": 0}}, True),
    ],
)
def test_events_are_counted(clause: dict[str, Any], expected: bool) -> None:
    facts = make_facts().with_changes(happenings=ORDERS)
    assert holds({"event": "order.placed"} | clause, facts) is expected


def test_what_is_waited_for_must_happen_after_the_wait_began() -> None:
    facts = make_facts().with_changes(happenings=ORDERS)
    assert holds({"event": "order.placed"}, facts, since=NOW - DAY)
    assert not holds({"event": "order.placed"}, facts, since=NOW - DAY + timedelta(seconds=1))
    assert holds({"event": "order.placed", "within": "P30D"}, facts, since=NOW)  # asks for its own window
    entered = facts.with_changes(trigger=ORDERS["order.placed"][1])
    assert not holds(
        {"event": "order.placed"}, entered, since=NOW - DAY
    )  # the event that let it in is not the goal
    assert holds({"event": "order.placed"}, entered)


def test_the_event_of_a_trigger_is_what_event_means() -> None:
    condition = {"field": "event.plan", "op": "is", "value": "pro"}
    facts = make_facts()
    assert holds(condition, facts.with_changes(trigger=happening(1, "signed_up", DAY, plan="Pro")))
    assert not holds(condition, facts)


def test_the_evidence_tells_clause_by_clause_what_was_found() -> None:
    facts = make_facts(attributes={"country": "AT", "bio": "x" * 300}).with_changes(happenings=ORDERS)
    condition = parse(
        {
            "all": [
                {"field": "contact.country", "op": "in", "value": ["DE", "CH"]},
                {"not": {"tag": "vip"}},
                {"event": "order.placed", "within": "P30D", "count": {"op": "at_least", "value": 2}},
                {"consent": "email"},
                {"field": "contact.created_at", "op": "before", "value": "2026-01-01"},
                {"field": "contact.bio", "op": "exists"},
            ]
        }
    )
    verdict = evaluate(condition, facts, NOW)
    evidence = json.loads(json.dumps(verdict.evidence))
    assert evidence["kind"] == "all"
    assert evidence["result"] is verdict.result is False
    country, no_vip, orders, consent, created, bio = evidence["of"]
    assert country == {
        "kind": "field",
        "field": "contact.country",
        "op": "in",
        "value": ["DE", "CH"],
        "found": "AT",
        "result": False,
    }
    assert no_vip == {"kind": "not", "of": {"kind": "tag", "tag": "vip", "result": False}, "result": True}
    assert orders == {
        "kind": "event",
        "event": "order.placed",
        "count": 2,
        "wanted": {"op": "at_least", "value": 2},
        "from": "2026-10-21T09:00:00+00:00",
        "satisfied_by": {
            "id": str(UUID(int=1)),
            "name": "order.placed",
            "occurred_at": "2026-11-19T09:00:00+00:00",
        },
        "result": True,
    }
    assert consent == {"kind": "consent", "consent": "email", "found": None, "result": False}
    assert created["found"] == "2025-10-16T09:00:00+00:00"
    assert len(bio["found"]) == 200


def test_a_verdict_is_as_true_as_its_result() -> None:
    assert TRUE
    assert not Verdict(False)


@pytest.mark.parametrize("clause", [{"segment_id": str(UUID(int=1))}, {"score": {"value": 5}}])
def test_what_is_not_resolved_is_not_guessed(clause: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="cannot be used in this condition"):
        evaluate(parse(clause), make_facts(), NOW)


def test_facts_change_as_copies() -> None:
    facts = make_facts(attributes={"a": 1})
    changed = (
        facts.with_attribute("b", 2)
        .with_data("reply", 3)
        .after(happening(1, "x", DAY))
        .after(happening(2, "x", 2 * DAY))
    )
    assert changed.contact.attributes == {"a": 1, "b": 2}
    assert changed.data == {"reply": 3}
    assert [one.id.int for one in changed.named("x")] == [1, 2]
    assert changed.after(happening(1, "x", DAY)) == changed
    assert facts == make_facts(attributes={"a": 1})
    assert facts.contact.with_changes(email="a@x.example").email == "a@x.example"


def test_a_contact_lives_in_its_own_zone_when_there_is_one() -> None:
    assert zone_for("Asia/Kathmandu", BERLIN) == (ZoneInfo("Asia/Kathmandu"), "contact")
    for unknown in (None, "", "Mars/Base"):
        assert zone_for(unknown, BERLIN) == (BERLIN, "workspace")
