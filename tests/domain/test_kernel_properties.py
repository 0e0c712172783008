"""The kernel's promises for whatever can be drawn: joins, loops through waits, odd conditions, any order of what happens."""

import timeit
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from time import process_time
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.definitions import Definition, compile_plan, describe_changes, parse, problems, read_draft
from domain.facts import Facts, by_name
from domain.kernel import Outcome, Position, begin, dry_run, move, poke, resume, run
from domain.steps import Refused, Sent
from tests.factories import conditions
from tests.factories.conditions import EVENTS, NOWS, TAGS, ZONES, instants_around, people
from tests.factories.passages import NOW, happened, planned, somebody, tag, wait

GOAL = "the goal itself"
SPANS = ("PT1H", "P1D", "P2D", "P1M", "PT36H")
TIMES = ("00:00", "02:30", "09:00", "23:59")


ordinary = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],  # to explain takes minutes here
)
documents = cache(conditions.documents)


@cache
def nodes(now: datetime, number: int, total: int) -> st.SearchStrategy[dict[str, Any]]:
    """A step that leads downwards only, unless it is a wait that always takes its time: that may also lead back up."""
    down = st.sampled_from([None, *(f"n{later}" for later in range(number + 1, total))])
    anywhere = st.sampled_from([None, *(f"n{other}" for other in range(total))])
    condition = documents(now)
    path = st.fixed_dictionaries({"when": condition, "next": down})
    step = {"next": down}
    return st.one_of(
            st.fixed_dictionaries({"kind": st.just("wait"), "for": st.sampled_from(SPANS), "next": anywhere}),
            st.fixed_dictionaries(
                {
                    "kind": st.just("wait"),
                    "until": st.fixed_dictionaries({"time": st.sampled_from(TIMES)}),
                    "next": anywhere,
                }
            ),
            st.fixed_dictionaries(
                {"kind": st.just("wait"), "until": st.just({"attribute": "a", "offset": "-P1D"}), **step}
            ),
            st.fixed_dictionaries(
                {
                    "kind": st.just("wait_until"),
                    "until": condition,
                    "timeout": st.sampled_from(SPANS),
                    "on_timeout": anywhere,
                    **step,
                }
            ),
            st.fixed_dictionaries(
                {"kind": st.just("branch"), "paths": st.lists(path, min_size=1, max_size=3), "else": down}
            ),
            st.fixed_dictionaries(
                {
                    "kind": st.just("split"),
                    "paths": st.tuples(
                        st.fixed_dictionaries({"share": st.just(30), "next": down}),
                        st.fixed_dictionaries({"share": st.just(70), "next": down}),
                    ),
                }
            ),
            st.fixed_dictionaries({"kind": st.sampled_from(["add_tag", "remove_tag"]), "tag": st.sampled_from(TAGS), **step}),
            st.fixed_dictionaries({"kind": st.just("set_attribute"), "attribute": st.just("a"), "value": st.sampled_from(["2026-05-01", 5]), **step}),
            st.fixed_dictionaries({"kind": st.just("send_email"), "subject": st.just("Hi"), "body": st.just("-"), **step}),
            st.fixed_dictionaries({"kind": st.just("http_request"), "url": st.just("https://a.example"), "save_as": st.sampled_from([None, "answer"]), "on_failure": down, **step}),
            st.just({"kind": "leave"}),
    )  # fmt: skip


@st.composite
def definitions(draw: st.DrawFn, now: datetime = NOW) -> Definition:
    total = draw(st.integers(1, 7))
    drawn = {f"n{number}": draw(nodes(now, number, total)) for number in range(total)}
    whole: dict[str, Any] = {"goal": {"event": GOAL}}
    if draw(st.booleans()):
        whole["exit_when"] = draw(documents(now))
    entry = {"trigger": {"kind": "event", "event": "signed_up"}, "again": "always"}
    return parse({"entry": entry, "start": "n0", "nodes": drawn, **whole})


@st.composite
def facts(draw: st.DrawFn, now: datetime) -> Facts:
    person = draw(people(now))
    known = {name: value for name, value in person.fields.items() if name != "time_zone"}
    one = somebody(**known | {"tags": frozenset(known["tags"])}, time_zone=draw(st.sampled_from(ZONES)))
    events = [happened(name, at, **properties) for name, properties, at in person.events]
    return one.with_changes(
        happenings=by_name(events), trigger=happened("signed_up", draw(instants_around(now)))
    )


@dataclass
class Journey:
    """What came of a passage, whatever was done to it."""

    outcomes: list[Outcome] = field(default_factory=list)
    parked: list[tuple[Position, Facts, datetime]] = field(default_factory=list)


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("wake"), st.sampled_from([0, 1, 50, 2_000])),
        st.tuples(st.just("poke"), st.sampled_from([*EVENTS, "contact.updated", "contact.tag_added"])),
        st.tuples(st.just("answer"), st.booleans()),
    ),
    max_size=8,
)


def travelled(plan: Any, one: Facts, now: datetime, moves: list[tuple[str, Any]]) -> Journey:
    journey = Journey()
    position: Position | None = begin(plan, now, one.trigger)
    moves = [("wake", 0), *moves]
    for what, how in moves:
        assert position
        if what == "wake":
            now = max(now, position.wake_at or now) + timedelta(hours=how)
            outcome = run(plan, position, one, now)
        elif what == "poke":
            event = happened(how, now)
            one = one.after(event)
            outcome = poke(plan, position, one, now, event) or Outcome(position, one)
        else:
            outcome = resume(plan, position, one, now, Sent({"status": 200}) if how else Refused("no"))
        journey.outcomes.append(outcome)
        position, one = outcome.position, outcome.facts
        if position is None:
            break
        journey.parked.append((position, one, now))
    return journey


@st.composite
def journeys(draw: st.DrawFn) -> tuple[Any, Facts, datetime, list[tuple[str, Any]]]:
    now = draw(st.sampled_from(NOWS))
    return compile_plan(draw(definitions(now)), "a"), draw(facts(now)), now, draw(MOVES)


@ordinary
@given(journeys())
def test_every_run_parks_ahead_or_ends(journey):
    for outcome in (done := travelled(*journey)).outcomes:
        assert (outcome.position is None) == (outcome.ended is not None)
        assert outcome.ended != "failed"
    for position, _, now in done.parked:
        assert position.node in journey[0].nodes
        assert position.entered_at
        assert position.wake_at is None or position.wake_at > now


@ordinary
@given(journeys())
def test_no_two_effects_have_the_same_key(journey):
    effects = [effect for outcome in travelled(*journey).outcomes for effect in outcome.effects]
    assert len({(effect.node, effect.hop, effect.index) for effect in effects}) == len(effects)


@ordinary
@given(journeys())
def test_the_same_goes_in_the_same_comes_out(journey):
    plan, one, now, _ = journey
    position = begin(plan, now, one.trigger)
    again = compile_plan(parse(plan.definition.as_json()), "a")
    assert run(plan, position, one, now) == run(again, position, one, now)


@ordinary
@given(journeys())
def test_lines_lead_from_one_decision_to_the_next(journey):
    whys = [why for outcome in travelled(*journey).outcomes for why in outcome.whys]
    for before, after in pairwise(whys):
        assert (before.to if before.to is not None else before.node) == after.node


@ordinary
@given(journeys())
def test_the_goal_is_reached_from_wherever_somebody_stands(journey):
    for position, one, now in travelled(*journey).parked:
        event = happened(GOAL, now)
        outcome = poke(journey[0], position, one.after(event), now, event)
        assert outcome
        assert outcome.ended == "goal"
        assert outcome.effects == ()


@ordinary
@given(journeys())
def test_events_that_nobody_waits_for_move_nobody(journey):
    for position, one, now in travelled(*journey).parked:
        assert poke(journey[0], position, one, now, happened("something else", now)) is None


@ordinary
@given(journeys())
def test_what_moves_somebody_is_listened_to(journey):
    plan = journey[0]
    for position, _, _ in travelled(*journey).parked:
        assert plan.reacts(position.node) <= plan.listens


@ordinary
@given(journeys(), st.data())
def test_nobody_is_lost_when_a_version_is_published(journey, data):
    plan, _, now, _ = journey
    new = compile_plan(data.draw(definitions(now)), "a")
    for position, one, at in travelled(*journey).parked:
        outcome = move(plan, new, position, one, at)
        assert (outcome.position is None) == (outcome.ended == "exit")
        if outcome.position:
            assert outcome.position.node in new.definition.nodes
            assert outcome.position.hop == position.hop
            assert not outcome.effects
            run(new, outcome.position, one, max(at, outcome.position.wake_at or at))


@ordinary
@given(journeys())
def test_a_rehearsal_comes_to_an_end(journey):
    plan, one, now, _ = journey
    legs = dry_run(plan, one, now, happening=one.trigger)
    assert legs[0].node is None or len(legs) == 1
    assert all(leg.why for leg in legs)
    assert [leg.at for leg in legs] == sorted(leg.at for leg in legs)


@ordinary
@given(definitions())
def test_what_is_drawn_downwards_has_no_fault_but_loose_steps(definition):
    found = {one.message for one in problems(definition) if "does not suit" not in one.message}
    assert found <= {"Nothing leads to this step. Connect it with another one, or remove it."}
    assert describe_changes(definition, definition) == []
    assert parse(definition.as_json()) == definition


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@ordinary
@given(definitions(), st.data())
def test_a_broken_draft_can_always_be_read_and_looked_at(definition, data):
    """Anything may be put anywhere: what comes out can be judged, compared, compiled and rehearsed."""
    document = definition.as_json()
    spots = list(_spots(document))
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(spots))
        holder[key] = data.draw(json_values)
    draft = read_draft(document)
    draft.and_also(problems(draft.definition))
    describe_changes(definition, draft.definition)
    dry_run(compile_plan(draft.definition), somebody(), NOW)


def _spots(document: Any) -> Any:
    if isinstance(document, dict | list):
        for key, value in list(document.items() if isinstance(document, dict) else enumerate(document)):
            yield document, key
            yield from _spots(value)


def test_a_run_costs_next_to_nothing():
    """Tag, wait, mail: measured at 17 + 7 µs of processor time; a tenfold of that would be a fault."""
    mail = {"kind": "send_email", "subject": "Hi", "body": "-", "next": None}
    plan = planned({"t": tag("x", "w"), "w": wait("P2D", "m"), "m": mail})
    one = somebody()
    parked = run(plan, begin(plan, NOW), one, NOW).position
    assert parked
    entering = (
        min(
            timeit.repeat(
                lambda: run(plan, begin(plan, NOW), one, NOW), number=500, repeat=5, timer=process_time
            )
        )
        / 500
    )
    waking = (
        min(
            timeit.repeat(
                lambda: run(plan, parked, one, NOW + timedelta(days=2)),
                number=500,
                repeat=5,
                timer=process_time,
            )
        )
        / 500
    )
    assert entering + waking < 300e-6
