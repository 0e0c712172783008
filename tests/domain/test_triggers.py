"""What lets people in, and who may come in again."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.definitions import Plan
from domain.entries import LONGEST_KEY, NONE, WORDS, Earlier, TurnedAway, base_key, entry
from domain.triggers import TRIGGERS, Trigger, TriggerKind, trigger
from tests.factories.passages import BERLIN, DAY, HOUR, NOW, happened, planned, somebody, tag


def of_kind(kind: str, **settings: Any) -> Trigger:
    return TRIGGERS[kind].params.model_validate(settings)


def lets_in(of: Trigger, event: str, facts: Any = None, **properties: Any) -> bool:
    happening = happened(event, **properties)
    return event in of.listens() and of.matches(happening, facts or somebody(), NOW).result


class TestEvents:
    def test_by_name(self):
        signed_up = of_kind("event", event="signed_up")
        assert lets_in(signed_up, "signed_up")
        assert not lets_in(signed_up, "signed_off")

    def test_where_the_event_and_the_contact_are_so(self):
        pro = {"field": "event.plan", "op": "is", "value": "pro"}
        german = {"field": "contact.country", "op": "is", "value": "DE"}
        both = of_kind("event", event="signed_up", where={"all": [pro, german]})
        anna, john = (somebody(attributes={"country": country}) for country in ("DE", "US"))
        assert lets_in(both, "signed_up", anna, plan="pro")
        assert not lets_in(both, "signed_up", anna, plan="free")
        assert not lets_in(both, "signed_up", john, plan="pro")

    def test_why_not_is_told(self):
        pro = of_kind("event", event="signed_up", where={"field": "event.plan", "op": "is", "value": "pro"})
        verdict = pro.matches(happened("signed_up", plan="free"), somebody(), NOW)
        assert (verdict.result, verdict.evidence["found"]) == (False, "free")


class TestContacts:
    def test_a_new_one(self):
        german = of_kind("contact_created", where={"field": "contact.country", "op": "is", "value": "DE"})
        assert lets_in(of_kind("contact_created"), "contact.created")
        assert lets_in(german, "contact.created", somebody(attributes={"country": "DE"}))
        assert not lets_in(german, "contact.created")

    def test_a_tag(self):
        vip = of_kind("tag_added", tag="vip")
        assert lets_in(vip, "contact.tag_added", tag="vip")
        assert not lets_in(vip, "contact.tag_added", tag="other")
        assert not lets_in(vip, "contact.tag_removed", tag="vip")
        assert not lets_in(
            of_kind("tag_added", tag="vip", where={"tag": "new"}), "contact.tag_added", tag="vip"
        )

    def test_by_hand_nobody_enters_alone(self):
        assert of_kind("manual").listens() == frozenset()
        assert of_kind("manual").due_after(NOW, BERLIN, NOW.date()) is None


class TestSchedules:
    @pytest.mark.parametrize(
        ("settings", "due"),
        [
            ({"every": "day"}, "2026-03-03T09:00"),
            ({"every": "day", "time": "18:30"}, "2026-03-02T18:30"),
            ({"every": "day", "interval": 2}, "2026-03-04T09:00"),
            ({"every": "week", "weekdays": ["thu", "sat"]}, "2026-03-05T09:00"),
            ({"every": "week"}, "2026-03-09T09:00"),
            ({"every": "month", "day": 31}, "2026-03-31T09:00"),
            ({"every": "month", "day": "last", "time": "07:00"}, "2026-03-31T07:00"),
        ],
    )
    def test_when(self, settings, due):
        found = of_kind("schedule", **settings).due_after(NOW, BERLIN, date(2026, 3, 2))
        assert found == datetime.fromisoformat(due).replace(tzinfo=BERLIN)

    def test_for_whom(self):
        vips = of_kind("schedule", every="day", who={"tag": "vip"})
        assert vips.audience().tag == "vip"
        assert of_kind("schedule", every="day").audience() is None
        assert [name for name, _ in vips.conditions()] == ["who"]

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"every": "day", "weekdays": ["mon"]}, "Weekdays go with every week"),
            ({"every": "week", "day": 3}, "A day of the month goes with every month"),
            ({"every": "month", "day": 32}, "A month has the days 1 to 31"),
            ({"every": "hour"}, "Input should be"),
        ],
    )
    def test_that_make_no_sense(self, settings, message):
        with pytest.raises(ValidationError, match=message):
            of_kind("schedule", **settings)


class TestRegistering:
    def test_two_of_one_name(self):
        kinds: dict[str, TriggerKind] = {}
        words = {"title": "T", "help": "H", "group": "G", "icon": "bolt", "sample": {}}
        trigger("mine", **words, registry=kinds)(type("Mine", (Trigger,), {}))
        with pytest.raises(ValueError, match="two triggers are called 'mine'"):
            trigger("mine", **words, registry=kinds)(type("Mine", (Trigger,), {}))
        assert list(kinds) == ["mine"]

    def test_a_sample_that_does_not_fit(self):
        class Odd(Trigger):
            event: str

        with pytest.raises(ValidationError):
            trigger("odd", title="T", help="H", group="G", icon="bolt", sample={}, registry={})(Odd)

    def test_a_setting_that_is_taken(self):
        class Odd(Trigger):
            kind: str = "x"

        with pytest.raises(TypeError, match="cannot have a setting called kind"):
            trigger("odd", title="T", help="H", group="G", icon="bolt", sample={}, registry={})(Odd)


def rules(again: Any = "never", key: str | None = None) -> Plan:
    return planned({"a": tag("x")}, entry={"again": again, "key": key})


def enters(plan: Plan, earlier: Earlier = NONE, now: datetime = NOW, **properties: Any) -> str | TurnedAway:
    base = base_key(plan, happened("signed_up", **properties))
    return base if isinstance(base, TurnedAway) else entry(plan, base, earlier, now, BERLIN)


BEFORE = Earlier(count=1, running=0, last_started_at=NOW - 20 * DAY)
INSIDE = Earlier(count=1, running=1, last_started_at=NOW - 20 * DAY)


class TestComingAgain:
    def test_never(self):
        assert enters(rules()) == "once"
        assert enters(rules(), BEFORE) == TurnedAway("was_here")
        assert enters(rules(), INSIDE) == TurnedAway("was_here")

    def test_always_but_not_twice_at_once(self):
        assert enters(rules("always")) == "once"
        assert enters(rules("always"), BEFORE) == "once#2"
        assert enters(rules("always"), INSIDE) == TurnedAway("inside")

    def test_after_a_while(self):
        month = rules({"after": "P30D"})
        assert enters(month) == "once"
        assert enters(month, BEFORE) == TurnedAway("too_soon", NOW + 10 * DAY)
        assert enters(month, BEFORE, NOW + 10 * DAY) == "once#2"
        assert enters(month, INSIDE, NOW + 10 * DAY) == TurnedAway("inside")

    def test_a_month_goes_by_the_calendar(self):
        month = rules({"after": "P1M"})
        earlier = Earlier(1, 0, datetime(2026, 2, 28, 9, tzinfo=BERLIN))
        assert enters(month, earlier, datetime(2026, 3, 28, 8, 59, tzinfo=BERLIN)).reason == "too_soon"
        assert enters(month, earlier, datetime(2026, 3, 28, 9, tzinfo=BERLIN)) == "once#2"

    def test_each_key_for_itself(self):
        orders = rules("never", "event.order.id")
        assert enters(orders, order={"id": 17}) == "order.id=17"
        assert enters(orders, BEFORE, order={"id": 17}) == TurnedAway("was_here")
        assert enters(rules("always", "event.order_id"), BEFORE, order_id="A-1") == "order_id=A-1#2"

    @pytest.mark.parametrize(
        "properties", [{}, {"order_id": None}, {"order_id": ""}, {"order_id": [1]}, {"order_id": {}}]
    )
    def test_nobody_without_the_key(self, properties):
        refused = enters(rules("always", "event.order_id"), **properties)
        assert refused == TurnedAway("no_key")
        assert refused.words == WORDS["no_key"]

    def test_by_hand_there_is_no_event_to_take_a_key_from(self):
        assert base_key(rules("always", "event.order_id"), None) == TurnedAway("no_key")
        assert base_key(rules(), None) == "once"

    def test_a_crowd_enters_once_for_each_time_it_is_due(self):
        weekly = rules("always")
        due = (NOW + 7 * DAY).isoformat()
        keys = [entry(weekly, "once", earlier, NOW, BERLIN, occurrence=due) for earlier in (NONE, BEFORE)]
        assert keys == [f"once@{due}"] * 2
        assert entry(rules(), "once", NONE, NOW, BERLIN, occurrence=due) == "once"

    @given(
        st.lists(st.text(max_size=LONGEST_KEY * 2) | st.integers(), min_size=2, max_size=5, unique_by=str),
        st.integers(0, 3),
    )
    def test_two_keys_never_share_an_entry(self, values, count):
        """Not even where a value looks like the second run of another one."""
        plan = rules("always", "event.k")
        known = [value for value in values if value != ""]
        earlier = Earlier(count, 0, NOW - HOUR)
        entries = [enters(plan, before, k=value) for value in known for before in (NONE, earlier)]
        assert len(set(entries)) == len(known) * (2 if count else 1)
        assert all(len(str(one)) < LONGEST_KEY + 30 for one in entries)

    @given(st.lists(st.integers(0, 60), max_size=12))
    def test_whoever_follows_the_rules_is_inside_once(self, visits):
        """Runs are 5 days long; whatever the order of visits, no two overlap and every key is new."""
        plan, now = rules({"after": "P10D"}), NOW
        starts: list[datetime] = []
        keys: set[str] = set()
        for days in visits:
            now += timedelta(days=days)
            running = sum(start > now - timedelta(days=5) for start in starts)
            answer = enters(plan, Earlier(len(starts), running, starts[-1] if starts else None), now)
            if isinstance(answer, str):
                assert answer not in keys
                keys.add(answer)
                starts.append(now)
        assert all(later - before >= timedelta(days=10) for before, later in pairwise(starts))


def test_zones_are_the_contacts():
    plan = rules({"after": "P1M"})
    earlier = Earlier(1, 0, NOW)
    free = entry(plan, "once", earlier, NOW, ZoneInfo("Asia/Tokyo"))
    assert isinstance(free, TurnedAway)
    assert free.until == datetime(2026, 4, 2, 17, tzinfo=ZoneInfo("Asia/Tokyo"))
