"""How long people wait, for what, and what ends it at once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.kernel import begin, poke, run
from domain.sending import Limits
from domain.steps import AddTag
from tests.factories.passages import (
    BERLIN,
    DAY,
    HOUR,
    MAIL,
    NOW,
    Traveller,
    happened,
    knowing,
    planned,
    somebody,
    tag,
    wait,
)

SEEN = {"event": "seen"}
BOUGHT = {"event": "order.placed"}


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


class TestWaiting:
    @pytest.mark.parametrize(
        ("settings", "entered", "wakes"),
        [
            # elapsed: 24 hours, whatever the clocks do
            ({"for": "P1D"}, "2026-03-02T21:00", "2026-03-03T21:00"),
            ({"for": "P1D"}, "2026-03-28T09:00", "2026-03-29T10:00"),
            ({"for": "P1D"}, "2026-10-24T09:00", "2026-10-25T08:00"),
            ({"for": "PT90M"}, "2026-03-29T01:00", "2026-03-29T03:30"),
            # months go by the calendar
            ({"for": "P1M"}, "2026-03-02T09:00", "2026-04-02T09:00"),
            ({"for": "P1M"}, "2026-01-31T09:00", "2026-02-28T09:00"),
            # so many days by the calendar, then the time
            ({"for": "P1D", "until": {"time": "09:00"}}, "2026-03-02T21:00", "2026-03-03T09:00"),
            ({"for": "P1D", "until": {"time": "09:00"}}, "2026-03-02T08:00", "2026-03-03T09:00"),
            ({"for": "P2D", "until": {"time": "09:00"}}, "2026-03-27T20:00", "2026-03-29T09:00"),
            (
                {"for": "P1D", "until": {"time": "09:00", "weekdays": ["mon"]}},
                "2026-03-02T09:00",
                "2026-03-09T09:00",
            ),
            # until the next such time
            ({"until": {"time": "09:00"}}, "2026-03-02T08:59", "2026-03-02T09:00"),
            ({"until": {"time": "09:00"}}, "2026-03-02T09:10", "2026-03-03T09:00"),
            (
                {"until": {"time": "09:00", "weekdays": ["sat", "sun"]}},
                "2026-03-02T08:00",
                "2026-03-07T09:00",
            ),
            # a time that the clocks skip is the next that exists; one that comes twice is the first
            ({"until": {"time": "02:30"}}, "2026-03-28T12:00", "2026-03-29T03:00"),
            ({"until": {"time": "02:30"}}, "2026-10-24T12:00", "2026-10-25T02:30"),
        ],
    )
    def test_how_long(self, settings, entered, wakes):
        traveller = Traveller(planned({"w": {"kind": "wait", **settings}}), somebody(), local(entered))
        assert traveller.wakes == local(wakes)
        assert traveller.outcomes[0].whys[-1].evidence["zone_of"] == "contact"
        assert traveller.wake().ended == "finished"

    def test_in_the_contacts_own_zone(self):
        plan = planned({"w": {"kind": "wait", "until": {"time": "09:00"}}})
        zones = ("Asia/Tokyo", "Europe/Berlin", "America/New_York")
        wakes = [Traveller(plan, somebody(time_zone=zone), NOW + HOUR).wakes for zone in zones]
        assert wakes == [
            local("2026-03-03T09:00", ZoneInfo(zone)) for zone in ("Asia/Tokyo", "Europe/Berlin")
        ] + [local("2026-03-02T09:00", ZoneInfo("America/New_York"))]

    def test_who_moves_to_another_zone_is_woken_by_its_clock(self):
        traveller = Traveller(planned({"w": {"kind": "wait", "until": {"time": "18:00"}}}), somebody())
        assert traveller.wakes == local("2026-03-02T18:00")
        traveller.facts = traveller.facts.with_changes(zone=ZoneInfo("America/New_York"))
        traveller.poke("contact.updated", NOW + HOUR)
        assert traveller.wakes == local("2026-03-02T18:00", ZoneInfo("America/New_York"))
        assert traveller.decisions[-1] == "rescheduled"

    def test_a_plain_length_of_time_does_not_care_for_zones(self):
        traveller = Traveller(planned({"w": wait("P1D")}), somebody())
        assert poke(traveller.plan, traveller.position, somebody(), NOW, happened("contact.updated")) is None

    def test_woken_too_early_it_sleeps_on(self):
        traveller = Traveller(planned({"w": wait("P1D")}), somebody())
        before = traveller.position
        traveller.wake(NOW + DAY - timedelta(seconds=1))
        assert (traveller.position, traveller.outcomes[-1].whys) == (before, ())

    def test_nine_o_clock_is_used_up_by_what_it_sent(self):
        """Two such waits with a mail between them are two days, also where the clock stands still at 09:00."""
        nine = {"kind": "wait", "until": {"time": "09:00"}}
        plan = planned(
            {"w": {**nine, "next": "m"}, "m": {**MAIL, "next": "v"}, "v": {**nine, "next": "n"}, "n": MAIL}
        )
        traveller = Traveller(plan, somebody(), NOW - HOUR).wake()
        assert (traveller.now, traveller.at, traveller.wakes) == (NOW, "v", NOW + DAY)

    def test_nine_o_clock_after_some_days_is_the_same_nine_o_clock(self):
        """Three days and then 09:00, drawn as two boxes, is still three days."""
        plan = planned(
            {"w": wait("P3D", "v"), "v": {"kind": "wait", "until": {"time": "09:00"}, "next": "m"}, "m": MAIL}
        )
        traveller = Traveller(plan, somebody())
        assert traveller.wake().ended == "finished"
        assert traveller.now == NOW + 3 * DAY
        late = Traveller(plan, somebody()).wake(NOW + 3 * DAY + timedelta(seconds=40))
        assert late.ended == "finished"


class TestDates:
    def renewal(self, **settings: object) -> Traveller:
        until = {"attribute": "renews_on", "offset": "-P3D", **settings}
        plan = planned({"w": {"kind": "wait", "until": until, "next": "m"}, "m": MAIL})
        return Traveller(plan, somebody(attributes={"renews_on": "2026-04-10"}))

    def test_so_long_before_a_date(self):
        assert self.renewal().wakes == local("2026-04-07T00:00")
        assert self.renewal(time="09:00").wakes == local("2026-04-07T09:00")
        assert self.renewal(offset="P1M", time="09:00").wakes == local("2026-05-10T09:00")

    def test_the_time_of_an_appointment_from_the_event(self):
        plan = planned({"w": {"kind": "wait", "until": {"attribute": "event.starts_at", "offset": "-PT2H"}}})
        booked = happened("signed_up", starts_at="2026-03-02T15:00:00Z")
        traveller = Traveller(plan, somebody().with_changes(trigger=booked))
        assert traveller.wakes == datetime(2026, 3, 2, 13, tzinfo=UTC)

    def test_a_date_in_the_past_is_not_waited_for(self):
        plan = planned({"w": {"kind": "wait", "until": {"attribute": "renews_on"}, "next": "m"}, "m": MAIL})
        traveller = Traveller(plan, somebody(attributes={"renews_on": "2026-03-01"}))
        assert (traveller.ended, traveller.decisions[1]) == ("finished", "past")

    def test_a_date_that_moves_takes_the_wait_with_it(self):
        traveller = self.renewal()
        traveller.facts = traveller.facts.with_attribute("renews_on", "2026-05-10")
        assert traveller.poke("contact.updated", NOW + DAY).wakes == local("2026-05-07T00:00")
        traveller.facts = traveller.facts.with_attribute("renews_on", "2026-03-01")
        assert traveller.poke("contact.updated", NOW + 2 * DAY).ended == "finished"

    def test_a_date_that_was_moved_unseen_is_noticed_on_waking(self):
        traveller = self.renewal()
        traveller.facts = traveller.facts.with_attribute("renews_on", "2026-05-10")
        assert traveller.wake().wakes == local("2026-05-07T00:00")

    def test_who_has_no_date_waits_for_one(self):
        plan = planned({"w": {"kind": "wait", "until": {"attribute": "renews_on"}, "next": "m"}, "m": MAIL})
        traveller = Traveller(plan, somebody())
        assert (traveller.at, traveller.position.wake_at) == ("w", None)
        assert traveller.outcomes[-1].whys[-1].evidence == {"missing": "contact.renews_on"}
        traveller.facts = traveller.facts.with_attribute("renews_on", "2026-03-20")
        assert traveller.poke("contact.updated", NOW + DAY).wakes == local("2026-03-20T00:00")


class TestWaitingForSomething:
    plan = planned(
        {
            "w": {"kind": "wait_until", "until": SEEN, "timeout": "P7D", "next": "yes", "on_timeout": "no"},
            "yes": tag("yes"),
            "no": tag("no"),
        }
    )

    def test_it_happens(self):
        traveller = Traveller(self.plan, somebody())
        assert traveller.wakes == NOW + 7 * DAY
        assert traveller.poke("seen", NOW + DAY).changes == [AddTag("yes")]
        assert traveller.decisions[-2:] == ["happened", "done"]

    def test_it_does_not_happen_in_time(self):
        traveller = Traveller(self.plan, somebody()).wake()
        assert traveller.changes == [AddTag("no")]
        assert ("w", "no") in traveller.walked

    def test_other_events_do_not_even_wake_it(self):
        traveller = Traveller(self.plan, somebody())
        assert poke(self.plan, traveller.position, traveller.facts, NOW, happened("other")) is None

    def test_what_happened_before_does_not_count(self):
        traveller = Traveller(self.plan, knowing(somebody(), happened("seen", NOW - HOUR)))
        assert traveller.at == "w"
        assert traveller.wake().changes == [AddTag("no")]

    def test_what_happened_between_entering_and_looking_counts(self):
        traveller = Traveller(self.plan, somebody())
        traveller.facts = knowing(traveller.facts, happened("seen", NOW + HOUR))
        assert traveller.wake().changes == [AddTag("yes")]

    def test_whoever_is_in_doubt_may_ask(self):
        """After a hold was released, somebody asks for all who were inside."""
        traveller = Traveller(self.plan, somebody())
        assert traveller.wake(NOW + DAY).at == "w"
        traveller.facts = knowing(traveller.facts, happened("seen", NOW + DAY + HOUR))
        assert traveller.wake(NOW + 2 * DAY).changes == [AddTag("yes")]

    def test_what_is_true_already_is_not_waited_for(self):
        plan = planned({"w": {"kind": "wait_until", "until": {"tag": "vip"}, "timeout": "P7D", "next": None}})
        traveller = Traveller(plan, somebody(tags=frozenset({"vip"})))
        assert (traveller.ended, traveller.decisions) == ("finished", ["entered", "already"])

    def test_an_event_of_the_same_instant_counts_once(self):
        """A sandbox stands still: the event that ends a wait must not end the next one, but another one must."""
        again = {"kind": "wait_until", "until": SEEN, "timeout": "P7D", "on_timeout": None}
        plan = planned({"w": {**again, "next": "t"}, "t": tag("x", "v"), "v": {**again, "next": None}})
        traveller = Traveller(plan, somebody()).poke("seen")
        assert (traveller.at, traveller.now) == ("v", NOW)
        assert traveller.poke("seen").ended == "finished"

    def test_a_loop_through_an_event_waits_each_time(self):
        nodes = {
            "w": {"kind": "wait_until", "until": SEEN, "timeout": "P7D", "next": "m", "on_timeout": None},
            "m": {**MAIL, "next": "w"},
        }
        traveller = Traveller(planned(nodes), somebody()).poke("seen").poke("seen", NOW + HOUR).poke("seen")
        assert [row[0] for row in traveller.ledger] == ["m"] * 3
        keys = {(e.node, e.hop, e.index) for outcome in traveller.outcomes for e in outcome.effects}
        assert len(keys) == 3

    def test_an_event_that_was_on_its_way_counts(self):
        traveller = Traveller(self.plan, somebody())
        assert traveller.poke(happened("seen", NOW - timedelta(seconds=30))).changes == [AddTag("yes")]

    def test_an_old_event_that_is_brought_in_does_not(self):
        traveller = Traveller(self.plan, somebody())
        assert traveller.poke(happened("seen", NOW - HOUR)).at == "w"

    def test_time_alone_may_make_it_true(self):
        trial_over = {"not": {"event": "seen", "within": "P2D"}}
        plan = planned(
            {
                "w": {
                    "kind": "wait_until",
                    "until": trial_over,
                    "timeout": "P7D",
                    "next": None,
                    "on_timeout": None,
                }
            }
        )
        traveller = Traveller(plan, knowing(somebody(), happened("seen", NOW - HOUR)))
        assert traveller.wakes == NOW + 2 * DAY - HOUR
        assert traveller.wake().decisions[-1] == "happened"


class TestGoals:
    waits = (
        wait("P30D"),
        {"kind": "wait", "until": {"time": "09:00"}},
        {"kind": "wait", "until": {"attribute": "renews_on"}},
        {"kind": "wait_until", "until": SEEN, "timeout": "P30D", "on_timeout": None},
        {"kind": "http_request", "url": "https://example.com", "save_as": "answer"},
    )

    @pytest.mark.parametrize("waiting", waits)
    def test_are_reached_from_any_wait_at_once(self, waiting):
        traveller = Traveller(planned({"w": waiting}, goal=BOUGHT), somebody(), NOW + HOUR)
        assert traveller.at == "w"
        traveller.poke("order.placed", NOW + DAY / 4)
        assert traveller.ended == "goal"
        assert traveller.outcomes[-1].whys[-1].evidence["satisfied_by"]["name"] == "order.placed"

    @pytest.mark.parametrize("waiting", waits)
    def test_exits_too(self, waiting):
        traveller = Traveller(planned({"w": waiting}, exit_when={"tag": "stop"}), somebody(), NOW + HOUR)
        traveller.facts = traveller.facts.tagged("stop")
        assert traveller.poke("contact.tag_added", tag="stop").ended == "exit"

    def test_also_while_a_message_is_held(self):
        traveller = Traveller(
            planned({"m": MAIL}, goal=BOUGHT), somebody(), limits=Limits(held=frozenset({"workspace"}))
        )
        assert traveller.at == "m"
        assert traveller.poke("order.placed").ended == "goal"

    def test_the_goal_comes_before_the_exit_and_both_before_the_step(self):
        nodes = {
            "w": {"kind": "wait_until", "until": BOUGHT, "timeout": "P7D", "next": "x", "on_timeout": None},
            "x": tag("x"),
        }
        plan = planned(nodes, goal=BOUGHT, exit_when=BOUGHT)
        traveller = Traveller(plan, somebody()).poke("order.placed")
        assert (traveller.ended, traveller.changes) == ("goal", [])

    def test_an_order_before_the_enrolment_is_no_goal(self):
        traveller = Traveller(
            planned({"w": wait("P1D")}, goal=BOUGHT),
            knowing(somebody(), happened("order.placed", NOW - HOUR)),
        )
        assert traveller.at == "w"
        assert traveller.wake().ended == "finished"

    def test_the_event_that_lets_in_is_not_the_goal_but_the_next_one_is(self):
        first = happened("order.placed")
        facts = knowing(somebody(), first).with_changes(trigger=first)
        plan = planned(
            {"w": wait("P7D")}, goal=BOUGHT, entry={"trigger": {"kind": "event", "event": "order.placed"}}
        )
        traveller = Traveller(plan, facts)
        assert traveller.at == "w"
        assert traveller.poke("order.placed").ended == "goal"

    def test_who_may_not_enter_leaves_at_the_door(self):
        traveller = Traveller(
            planned({"m": MAIL}, exit_when={"tag": "stop"}), somebody(tags=frozenset({"stop"}))
        )
        assert (traveller.ended, traveller.ledger, traveller.outcomes[0].node) == ("exit", [], "m")

    def test_a_step_may_reach_the_goal_itself(self):
        traveller = Traveller(planned({"a": tag("done", "m"), "m": MAIL}, goal={"tag": "done"}), somebody())
        assert (traveller.ended, traveller.ledger, traveller.walked) == ("goal", [], [("", "a")])

    def test_an_order_that_came_while_we_were_away_counts(self):
        """Both lay in the queue for ten minutes; what let in came first."""
        signed_up = happened("signed_up", NOW)
        plan = planned({"w": wait("P7D")}, goal=BOUGHT)
        now = NOW + timedelta(minutes=10)
        position = begin(plan, now, signed_up)
        outcome = run(plan, position, somebody().with_changes(trigger=signed_up), now)
        order = happened("order.placed", NOW + timedelta(minutes=5))
        moved = poke(plan, outcome.position, outcome.facts, now, order)
        assert moved
        assert moved.ended == "goal"
