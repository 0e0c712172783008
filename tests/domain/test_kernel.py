"""What the kernel does, one meaning at a time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.kernel import Position, resume, run
from domain.kernel.words import DECISIONS, words
from domain.sending import Cap, Limits
from domain.steps import AddTag, Keep, Refused, RemoveTag, Sent, SetAttribute
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

BOUGHT = {"event": "order.placed"}
ASK = {"kind": "http_request", "url": "https://example.com", "save_as": "score", "next": "b"}
ASKING = {
    "a": ASK,
    "b": {
        "kind": "branch",
        "paths": [{"when": {"field": "data.score.body.points", "op": "at_least", "value": 50}, "next": "x"}],
        "else": "y",
    },
    "x": tag("x"),
    "y": tag("y"),
}


class TestPassing:
    def test_who_meets_no_wait_passes_through_at_once(self):
        somebody_new = Traveller(
            planned({"a": tag("x", "b"), "b": {"kind": "remove_tag", "tag": "y"}}), somebody()
        )
        assert somebody_new.ended == "finished"
        assert somebody_new.acts == [AddTag("x"), RemoveTag("y")]
        assert somebody_new.walked == [("", "a"), ("a", "b"), ("b", "")]

    def test_later_steps_of_a_run_see_what_earlier_ones_did(self):
        nodes = {
            "a": tag("vip", "b"),
            "b": {"kind": "set_attribute", "attribute": "level", "value": "gold", "next": "c"},
            "c": {
                "kind": "branch",
                "paths": [
                    {
                        "when": {
                            "all": [{"tag": "vip"}, {"field": "contact.level", "op": "is", "value": "gold"}]
                        },
                        "next": "d",
                    }
                ],
                "else": None,
            },
            "d": tag("seen"),
        }
        assert Traveller(planned(nodes), somebody()).changes == [
            AddTag("vip"),
            SetAttribute("level", "gold"),
            AddTag("seen"),
        ]

    def test_leave_ends_it_there(self):
        traveller = Traveller(planned({"a": {"kind": "leave"}}), somebody())
        assert (traveller.ended, traveller.walked) == ("finished", [("", "a"), ("a", "")])

    def test_a_value_is_taken_over_as_it_is(self):
        nodes = {
            "a": {"kind": "set_attribute", "attribute": "seats", "value": "{{ event.seats }}", "next": None}
        }
        facts = somebody().with_changes(trigger=happened("signed_up", seats=12))
        assert Traveller(planned(nodes), facts).changes == [SetAttribute("seats", 12)]

    def test_a_step_that_fails_ends_the_passage_with_what_it_said(self):
        def broken(_params: object, _facts: object) -> tuple[()]:
            raise ZeroDivisionError("division by zero")

        plan = planned({"a": tag("x")})
        plan = replace(plan, nodes={"a": replace(plan.nodes["a"], change=broken)})
        traveller = Traveller(plan, somebody())
        assert traveller.ended == "failed"
        assert traveller.outcomes[-1].whys[-1].evidence == {"error": "ZeroDivisionError: division by zero"}

    def test_a_step_that_is_not_installed_keeps_people_until_it_is(self):
        plan = planned({"a": {"kind": "post_to_chat", "next": "b"}, "b": tag("x")})
        traveller = Traveller(plan, somebody())
        assert (traveller.at, traveller.decisions) == ("a", ["entered", "absent"])
        traveller.plan = planned({"a": tag("back", "b"), "b": tag("x")})
        assert traveller.wake().changes == [AddTag("back"), AddTag("x")]

    def test_a_position_of_another_version_ends_with_a_word(self):
        outcome = run(planned({"a": tag("x")}), Position("gone", NOW, NOW, NOW), somebody(), NOW)
        assert (outcome.ended, outcome.whys[0].decision) == ("failed", "gone")


class TestWays:
    def test_the_first_true_path_is_taken(self):
        both = [
            {"label": "One", "when": {"tag": "a"}, "next": "x"},
            {"label": "Two", "when": {"tag": "b"}, "next": "y"},
        ]
        plan = planned(
            {"b": {"kind": "branch", "paths": both, "else": "z"}, "x": tag("x"), "y": tag("y"), "z": tag("z")}
        )
        chosen = [
            Traveller(plan, somebody(tags=frozenset(tags))).changes
            for tags in (("a", "b"), ("b",), ("a",), ())
        ]
        assert chosen == [[AddTag("x")], [AddTag("y")], [AddTag("x")], [AddTag("z")]]

    def test_a_branch_says_why(self):
        plan = planned(
            {"b": {"kind": "branch", "paths": [{"label": "Yes", "when": {"tag": "a"}}], "else": None}}
        )
        taken, left = (
            Traveller(plan, somebody(tags=frozenset(tags))).outcomes[0].whys[-1] for tags in (("a",), ())
        )
        assert (taken.decision, taken.evidence["label"], taken.evidence["because"]["result"]) == (
            "path",
            "Yes",
            True,
        )
        assert (left.decision, left.evidence["because"][0]["result"]) == ("else", False)

    def test_a_branch_looks_at_all_that_ever_happened(self):
        plan = planned(
            {"b": {"kind": "branch", "paths": [{"when": BOUGHT, "next": "x"}], "else": None}, "x": tag("x")}
        )
        assert Traveller(plan, knowing(somebody(), happened("order.placed", NOW - 400 * DAY))).changes == [
            AddTag("x")
        ]

    def test_a_split_is_for_good(self):
        """The same person gets the same side again: on a second passage, and in a later version with the same shares."""
        nodes = {
            "s": {"kind": "split", "paths": [{"share": 50, "next": "a"}, {"share": 50, "next": "b"}]},
            "a": tag("a"),
            "b": tag("b"),
        }
        people = [somebody() for _ in range(200)]
        first = [Traveller(planned(nodes), one).changes for one in people]
        later = {**nodes, "a": tag("a", "c"), "c": wait("P1D")}
        assert first == [Traveller(planned(later), one, NOW + 90 * DAY).changes for one in people]
        assert {str(changes) for changes in first} == {str([AddTag("a")]), str([AddTag("b")])}

    def test_shares_are_met(self):
        nodes = {
            "s": {
                "kind": "split",
                "paths": [{"share": 70, "next": "a"}, {"share": 20, "next": "b"}, {"share": 10}],
            },
            "a": tag("a"),
            "b": tag("b"),
        }
        plan = planned(nodes)
        chosen = [str(Traveller(plan, somebody()).changes) for _ in range(4_000)]
        shares = [chosen.count(str(changes)) / len(chosen) for changes in ([AddTag("a")], [AddTag("b")], [])]
        assert shares == [
            pytest.approx(0.7, abs=0.03),
            pytest.approx(0.2, abs=0.03),
            pytest.approx(0.1, abs=0.02),
        ]


class TestEffects:
    def test_a_mail_is_reserved_and_the_contact_goes_on(self):
        traveller = Traveller(planned({"m": {**MAIL, "next": "t"}, "t": tag("x")}), somebody())
        assert traveller.ledger == [("m", "reserved", None)]
        assert traveller.ended == "finished"

    def test_who_may_not_be_written_to_goes_on_without(self):
        traveller = Traveller(planned({"m": {**MAIL, "next": "t"}, "t": tag("x")}), somebody(consent={}))
        assert traveller.ledger == [("m", "dropped", "no_consent")]
        assert traveller.changes == [AddTag("x")]

    def test_who_is_held_never_runs_ahead_of_its_mail(self):
        held = Limits(held=frozenset({"automation"}))
        traveller = Traveller(planned({"m": {**MAIL, "next": "t"}, "t": tag("x")}), somebody(), limits=held)
        assert (traveller.at, traveller.position.wake_at, traveller.ledger) == (
            "m",
            None,
            [("m", "deferred", "held")],
        )
        assert traveller.wake(NOW + HOUR).outcomes[-1].whys == ()
        traveller.limits = Limits()
        traveller.wake(NOW + DAY)
        assert (traveller.ended, traveller.ledger[-1]) == ("finished", ("m", "reserved", None))

    def test_a_deferred_message_keeps_its_key(self):
        held = Limits(held=frozenset({"automation"}))
        traveller = Traveller(planned({"t": tag("x", "m"), "m": MAIL}), somebody(), limits=held)
        traveller.limits = Limits()
        traveller.wake(NOW + DAY)
        keys = [
            (e.node, e.hop, e.index)
            for outcome in traveller.outcomes
            for e in outcome.effects
            if e.node == "m"
        ]
        assert len(keys) == 2
        assert keys[0] == keys[1]

    def test_consent_that_was_withdrawn_while_it_was_held_counts(self):
        traveller = Traveller(
            planned({"m": MAIL}), somebody(), limits=Limits(held=frozenset({"channel:email"}))
        )
        traveller.limits = Limits()
        traveller.facts = traveller.facts.with_changes(
            contact=traveller.facts.contact.with_changes(consent={})
        )
        assert traveller.wake(NOW + DAY).ledger[-1] == ("m", "dropped", "no_consent")

    def test_too_late_is_reckoned_from_when_it_was_due(self):
        nodes = {"w": wait("P1D", "m"), "m": {**MAIL, "not_after": "PT6H"}}
        plan = planned(nodes)
        assert Traveller(plan, somebody()).wake(NOW + DAY + 5 * HOUR).ledger == [("m", "reserved", None)]
        assert Traveller(plan, somebody()).wake(NOW + DAY + 7 * HOUR).ledger == [("m", "dropped", "too_late")]

    def test_two_messages_at_once_count_as_two(self):
        capped = Limits(caps=(Cap("email", 1, DAY),))
        traveller = Traveller(planned({"m": {**MAIL, "next": "n"}, "n": MAIL}), somebody(), limits=capped)
        assert traveller.ledger == [("m", "reserved", None), ("n", "dropped", "over_cap")]


class TestAnswers:
    def test_who_asks_waits_for_the_answer_and_goes_by_it(self):
        traveller = Traveller(planned(ASKING), somebody())
        assert (traveller.at, traveller.position.awaits, traveller.position.wake_at) == ("a", "message", None)
        assert traveller.acts[0].awaits
        traveller.answer(Sent({"status": 200, "body": {"points": 70}}), NOW + HOUR)
        assert traveller.changes == [Keep("score", {"status": 200, "body": {"points": 70}}), AddTag("x")]

    def test_nothing_but_the_answer_moves_it(self):
        traveller = Traveller(planned(ASKING), somebody())
        before = traveller.position
        assert traveller.wake(NOW + DAY).position == before
        assert traveller.poke("contact.updated").position == before

    def test_a_refusal_goes_its_own_way(self):
        traveller = Traveller(
            planned({**ASKING, "a": {**ASK, "on_failure": "f"}, "f": tag("failed")}), somebody()
        )
        traveller.answer(Refused("It answered 404 Not Found"))
        assert traveller.changes == [AddTag("failed")]
        assert traveller.outcomes[-1].whys[0].evidence == {"reason": "It answered 404 Not Found"}

    def test_a_refusal_that_nobody_minds_goes_on(self):
        assert Traveller(planned(ASKING), somebody()).answer(Refused("no")).changes == [AddTag("y")]

    def test_a_refusal_may_end_it(self):
        nodes = {
            "a": {"kind": "http_request", "url": "https://example.com", "next": "x", "on_failure": None},
            "x": tag("x"),
        }
        refused, done = (
            Traveller(planned(nodes), somebody()).answer(answer) for answer in (Refused("no"), Sent())
        )
        assert (refused.ended, refused.changes, done.changes) == ("finished", [], [AddTag("x")])

    def test_a_request_nobody_waits_for_does_not_hold_up(self):
        traveller = Traveller(
            planned(
                {"a": {"kind": "http_request", "url": "https://example.com", "next": "x"}, "x": tag("x")}
            ),
            somebody(),
        )
        assert (traveller.ended, traveller.ledger) == ("finished", [("a", "reserved", None)])

    def test_an_answer_nobody_waits_for_changes_nothing(self):
        traveller = Traveller(planned({"w": wait("P1D")}), somebody())
        outcome = resume(traveller.plan, traveller.position, traveller.facts, NOW, Sent({"status": 200}))
        assert (outcome.position, outcome.effects) == (traveller.position, ())


class TestLateness:
    def test_waits_are_reckoned_from_when_they_were_due(self):
        traveller = Traveller(planned({"a": wait("P1D", "b"), "b": wait("P1D", "m"), "m": MAIL}), somebody())
        traveller.wake(NOW + DAY + 3 * HOUR)
        assert traveller.wakes == NOW + 2 * DAY
        late = Traveller(planned({"a": wait("P1D", "b"), "b": wait("P1D", "m"), "m": MAIL}), somebody())
        assert late.wake(NOW + 5 * DAY).ended == "finished"

    def test_nobody_gets_at_once_what_was_meant_to_be_days_apart(self):
        nodes = {"a": wait("P1D", "m"), "m": {**MAIL, "next": "b"}, "b": wait("P1D", "n"), "n": MAIL}
        traveller = Traveller(planned(nodes), somebody()).wake(NOW + 10 * DAY)
        assert (traveller.at, traveller.wakes) == ("b", NOW + 11 * DAY)

    def test_an_enrolment_begins_when_what_let_in_happened(self):
        traveller = Traveller(
            planned({"w": wait("PT1H")}),
            somebody().with_changes(trigger=happened("signed_up", NOW - HOUR / 2)),
        )
        assert traveller.wakes == NOW + HOUR / 2

    def test_history_that_is_brought_in_begins_now(self):
        traveller = Traveller(
            planned({"w": wait("PT1H")}),
            somebody().with_changes(trigger=happened("signed_up", NOW - 9 * DAY)),
        )
        assert traveller.wakes == NOW + HOUR

    def test_a_loop_does_not_make_up_for_every_lap(self):
        traveller = Traveller(planned({"w": wait("PT10M", "t"), "t": tag("x", "w")}), somebody())
        traveller.wake(NOW + 10 * DAY)
        assert traveller.at == "w"
        assert traveller.wakes == NOW + 10 * DAY + timedelta(minutes=10)

    def test_a_circle_without_a_wait_is_stopped(self):
        traveller = Traveller(planned({"a": tag("x", "b"), "b": tag("y", "a")}), somebody())
        assert (traveller.ended, traveller.decisions[-1]) == ("failed", "endless")


def test_every_decision_has_its_words():
    nodes = {
        "w": {
            "kind": "wait_until",
            "until": {"event": "seen"},
            "timeout": "P7D",
            "next": None,
            "on_timeout": "no",
        },
        "no": tag("no"),
    }
    traveller = Traveller(planned(nodes), somebody()).wake()
    sentences = [words(why, BERLIN) for outcome in traveller.outcomes for why in outcome.whys]
    assert sentences == [
        "Enters.",
        "Waits until Monday 9 March 2026, 09:00.",
        "It did not happen in time.",
        "Done.",
    ]
    assert set(traveller.decisions) <= DECISIONS
