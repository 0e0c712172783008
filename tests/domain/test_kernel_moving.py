"""Publishing with people inside, and rehearsing with nobody."""

from datetime import timedelta
from typing import Any

import pytest

from domain.kernel import Position, dry_run, move, moves_at_once
from domain.sending import Limits
from domain.steps import AddTag
from tests.factories.passages import DAY, HOUR, MAIL, NOW, Traveller, happened, planned, somebody, tag, wait


def moved(
    old: dict[str, Any], new: dict[str, Any], *, after: timedelta = DAY, facts: Any = None
) -> Traveller:
    """Somebody who entered the old version, and is moved over after a while."""
    traveller = Traveller(planned(old), facts or somebody())
    assert traveller.position
    outcome = move(traveller.plan, planned(new), traveller.position, traveller.facts, NOW + after)
    traveller.plan, traveller.now = planned(new), NOW + after
    return traveller._take(outcome)


class TestMoving:
    def test_who_waits_where_nothing_changed_waits_on(self):
        traveller = moved({"w": wait("P3D", "m"), "m": MAIL}, {"w": wait("P3D", "t"), "t": tag("x")})
        assert (traveller.at, traveller.wakes, traveller.outcomes[-1].whys) == ("w", NOW + 3 * DAY, ())
        assert traveller.wake().changes == [AddTag("x")]

    def test_a_longer_wait_is_reckoned_from_when_it_began(self):
        assert moved({"w": wait("P3D")}, {"w": wait("P7D")}).wakes == NOW + 7 * DAY

    def test_a_shorter_wait_too_but_it_ends_now_at_the_earliest(self):
        assert moved({"w": wait("P7D")}, {"w": wait("P2D")}).wakes == NOW + 2 * DAY
        over = moved({"w": wait("P7D")}, {"w": wait("PT1H")})
        assert over.wakes == NOW + DAY
        assert moves_at_once(over.outcomes[0].position, over.outcomes[-1], NOW + DAY)

    def test_what_comes_after_a_wait_that_was_cut_short_is_not_dated_back(self):
        over = moved({"w": wait("P7D", "v"), "v": wait("P2D")}, {"w": wait("PT1H", "v"), "v": wait("P2D")})
        assert over.wake().wakes == NOW + 3 * DAY

    def test_a_wait_that_became_another_sort_of_wait(self):
        until = {"kind": "wait", "until": {"time": "12:00"}}
        assert moved({"w": wait("P7D")}, {"w": until}, after=HOUR).wakes == NOW + 3 * HOUR

    def test_who_stands_at_a_step_that_is_gone_enters_the_next_when_its_time_has_come(self):
        old = {"w": wait("P3D", "v"), "v": wait("P1D", "m"), "m": MAIL}
        traveller = moved(old, {"m": MAIL})
        assert (traveller.at, traveller.position.entered_at, traveller.wakes) == ("m", None, NOW + 3 * DAY)
        assert traveller.outcomes[-1].whys[0].evidence == {"to": "m"}
        assert traveller.wake(NOW + 2 * DAY).ledger == []
        assert traveller.wake(NOW + 3 * DAY).ledger == [("m", "reserved", None)]

    def test_the_way_on_is_the_authors_first(self):
        old = {
            "w": {
                "kind": "wait_until",
                "until": {"tag": "a"},
                "timeout": "P9D",
                "next": "yes",
                "on_timeout": "no",
            },
            "yes": tag("yes"),
            "no": tag("no"),
        }
        assert moved(old, {"no": tag("no"), "yes": tag("yes")}).at == "yes"

    def test_who_has_nowhere_to_go_leaves(self):
        traveller = moved({"w": wait("P3D", "m"), "m": MAIL}, {"t": tag("x")})
        assert (traveller.ended, traveller.ledger, traveller.outcomes[-1].node) == ("exit", [], "w")
        assert moves_at_once(traveller.outcomes[0].position, traveller.outcomes[-1], NOW + DAY)

    def test_a_step_that_became_something_else_is_entered(self):
        traveller = moved({"w": wait("P3D", "t"), "t": tag("x")}, {"w": {**MAIL, "next": "t"}, "t": tag("x")})
        assert traveller.wakes == NOW + 3 * DAY
        assert traveller.wake().ledger == [("w", "reserved", None)]

    def test_a_condition_that_is_true_now_moves_on(self):
        def waits(name: str) -> dict[str, Any]:
            return {
                "w": {
                    "kind": "wait_until",
                    "until": {"tag": name},
                    "timeout": "P9D",
                    "next": None,
                    "on_timeout": None,
                }
            }

        vip = somebody(tags=frozenset({"vip"}))
        traveller = moved(waits("other"), waits("vip"), facts=vip)
        assert traveller.wakes == NOW + DAY
        assert traveller.wake().decisions[-1] == "happened"
        assert moved(waits("other"), waits("third"), facts=vip).wakes == NOW + 9 * DAY

    def test_a_message_that_is_held_stays_held(self):
        held = Limits(held=frozenset({"workspace"}))
        traveller = Traveller(planned({"m": MAIL}), somebody(), limits=held)
        new = planned({"m": {**MAIL, "subject": "Better"}})
        assert (
            move(traveller.plan, new, traveller.position, traveller.facts, NOW).position == traveller.position
        )

    def test_who_waits_for_an_answer_still_gets_it(self):
        ask = {"kind": "http_request", "url": "https://example.com", "save_as": "a", "next": None}
        traveller = moved({"a": ask}, {"a": {**ask, "next": "t"}, "t": tag("x")})
        assert traveller.position.awaits == "message"
        assert AddTag("x") in traveller.answer().acts

    def test_who_is_moved_twice_before_arriving(self):
        first = moved(
            {"w": wait("P3D", "v"), "v": wait("P1D", "m"), "m": MAIL}, {"v": wait("P1D", "m"), "m": MAIL}
        )
        assert (first.at, first.position.entered_at) == ("v", None)
        outcome = move(first.plan, planned({"m": MAIL}), first.position, first.facts, NOW + 2 * DAY)
        assert outcome.position == Position("m", NOW, None, NOW + 3 * DAY, hop=1)


class TestRehearsing:
    nodes = (
        ("hello", {**MAIL, "next": "pause"}),
        ("pause", wait("P2D", "bought")),
        (
            "bought",
            {
                "kind": "branch",
                "paths": [{"label": "Yes", "when": {"event": "order.placed"}, "next": "thanks"}],
                "else": "nudge",
            },
        ),
        ("thanks", tag("buyer")),
        (
            "nudge",
            {
                "kind": "wait_until",
                "until": {"event": "cart.updated"},
                "timeout": "P7D",
                "next": "hello",
                "on_timeout": "ab",
            },
        ),
        (
            "ab",
            {
                "kind": "split",
                "paths": [{"label": "A", "share": 100, "next": "thanks"}, {"label": "B", "share": 0}],
            },
        ),
    )

    def test_the_path_of_one_person(self):
        legs = dry_run(planned(dict(self.nodes)), somebody(), NOW)
        assert [(leg.node, leg.at - NOW, leg.until and leg.until - NOW, leg.edge) for leg in legs] == [
            (None, 0 * DAY, None, "start"),
            ("hello", 0 * DAY, None, "next"),
            ("pause", 0 * DAY, 2 * DAY, "next"),
            ("bought", 2 * DAY, None, "else"),
            ("nudge", 2 * DAY, 9 * DAY, "on_timeout"),
            ("ab", 9 * DAY, None, "paths.0"),
            ("thanks", 9 * DAY, None, "next"),
        ]
        assert legs[2].why == "Waits until Wednesday 4 March 2026, 09:00. The wait is over."

    def test_it_sees_its_own_changes(self):
        nodes = {
            "a": tag("x", "w"),
            "w": wait("P1D", "b"),
            "b": {"kind": "branch", "paths": [{"when": {"tag": "x"}, "next": None}], "else": None},
        }
        assert dry_run(planned(nodes), somebody(), NOW)[-1].edge == "paths.0"

    def test_it_reads_the_event_it_is_given(self):
        nodes = {
            "b": {
                "kind": "branch",
                "paths": [{"when": {"field": "event.plan", "op": "is", "value": "pro"}}],
                "else": None,
            }
        }
        paths = [
            dry_run(planned(nodes), somebody(), NOW, happening=happened("signed_up", plan=plan))[-1].edge
            for plan in ("pro", "free")
        ]
        assert paths == ["paths.0", "else"]

    def test_answers_are_taken_to_come(self):
        ask = {"kind": "http_request", "url": "https://example.com", "save_as": "a", "next": "t"}
        legs = dry_run(planned({"a": ask, "t": tag("x")}), somebody(), NOW)
        assert [(leg.node, leg.edge) for leg in legs] == [(None, "start"), ("a", "next"), ("t", "next")]

    def test_it_says_what_would_be_left_out(self):
        legs = dry_run(planned({"m": MAIL}), somebody(email=None), NOW)
        assert legs[-1].why == "Left out: there is no address to send to."

    @pytest.mark.parametrize(
        ("nodes", "limits", "why"),
        [
            ({"m": MAIL}, Limits(held=frozenset({"workspace"})), "Not yet: sending is on hold"),
            ({"w": {"kind": "wait"}}, Limits(), "Waits: This step is not ready"),
            (
                {"w": {"kind": "wait", "until": {"attribute": "renews_on"}}},
                Limits(),
                "Waits until there is a date",
            ),
        ],
    )
    def test_it_stops_where_only_a_person_can_help(self, nodes, limits, why):
        legs = dry_run(planned(nodes), somebody(), NOW, limits=limits)
        assert len(legs) == 2
        assert legs[-1].why.startswith(why)

    def test_a_loop_is_shown_for_a_while(self):
        legs = dry_run(planned({"m": {**MAIL, "next": "w"}, "w": wait("P7D", "m")}), somebody(), NOW)
        assert 100 < len(legs) < 1_000

    def test_a_drawing_without_a_first_step(self):
        assert [leg.why for leg in dry_run(planned({}), somebody(), NOW)] == [
            "Ends: This version has no such step."
        ]
