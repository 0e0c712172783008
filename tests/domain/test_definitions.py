"""Definitions: what can be read, what must be mended, what changed, and what comes of it when it is compiled."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from domain.conditions import EventClause, SegmentClause, TagClause
from domain.conditions.checks import Vocabulary
from domain.definitions import compile_plan, describe_changes, parse, problems, read_draft
from domain.definitions.plans import AbsentPlan, DataPlan, EffectPlan, WaitPlan
from domain.errors import Invalid
from domain.triggers import Trigger
from tests.factories.passages import MAIL, drawing, planned, tag, wait

WELCOME: dict[str, Any] = {
    "entry": {
        "trigger": {
            "kind": "event",
            "event": "signed_up",
            "where": {"field": "event.plan", "op": "is", "value": "pro"},
        },
        "again": {"after": "P30D"},
        "key": "event.order_id",
    },
    "goal": {"event": "order.placed"},
    "exit_when": {"tag": "do_not_disturb"},
    "start": "hello",
    "nodes": {
        "hello": {
            "kind": "send_email",
            "name": "Welcome",
            "subject": "Hi",
            "body": "<mjml>…",
            "next": "pause",
        },
        "pause": {
            "kind": "wait",
            "for": "P2D",
            "until": {"time": "09:00", "weekdays": ["mon", "tue"]},
            "next": "bought",
        },
        "bought": {
            "kind": "branch",
            "paths": [
                {"label": "Yes", "when": {"event": "order.placed", "within": "P30D"}, "next": "thanks"}
            ],
            "else": "nudge",
        },
        "thanks": {"kind": "add_tag", "tag": "buyer", "next": None},
        "nudge": {
            "kind": "wait_until",
            "until": {"event": "cart.updated"},
            "timeout": "P7D",
            "next": "ab",
            "on_timeout": "renewal",
        },
        "ab": {
            "kind": "split",
            "paths": [
                {"label": "A", "share": 50, "next": "thanks"},
                {"label": "B", "share": 50, "next": None},
            ],
        },
        "renewal": {"kind": "wait", "until": {"attribute": "renews_on", "offset": "-P3D"}, "next": "bye"},
        "bye": {"kind": "leave"},
    },
}


def edited(path: str, value: Any, document: dict[str, Any] | None = None) -> dict[str, Any]:
    """The welcome series with one thing other than it was; `...` takes it out."""
    changed = deepcopy(document or WELCOME)
    *way, last = path.split("/")
    holder: Any = changed
    for part in way:
        holder = holder[int(part) if isinstance(holder, list) else part]
    key = int(last) if isinstance(holder, list) else last
    if value is ...:
        del holder[key]
    else:
        holder[key] = value
    return changed


def found(document: dict[str, Any], **more: Any) -> list[tuple[str | None, str | None, str]]:
    return [(one.node, one.field, one.message) for one in problems(parse(document), **more)]


class TestReading:
    def test_what_was_written_comes_back(self):
        assert parse(WELCOME).as_json() == WELCOME
        assert problems(parse(WELCOME)) == []

    def test_a_file_under_version_control_says_the_same(self):
        assert parse(yaml.safe_load(yaml.safe_dump(WELCOME))) == parse(WELCOME)
        written = "{entry: {}, start: w, nodes: {w: {kind: wait, until: {time: 09:00, weekdays: [mon]}, next: null}}}"
        assert f"{parse(yaml.safe_load(written)).nodes['w'].until.time:%H:%M}" == "09:00"

    def test_times_and_durations_are_read(self):
        pause = parse(WELCOME).nodes["pause"]
        assert (str(pause.lasts), f"{pause.until.time:%H:%M}", pause.until.weekdays) == (
            "P2D",
            "09:00",
            ("mon", "tue"),
        )

    @pytest.mark.parametrize(
        ("path", "value", "where", "message"),
        [
            ("colour", "red", "colour", "There is no setting `colour` here"),
            ("entry/agian", "never", "entry.agian", "Did you mean `again`?"),
            ("entry/again", "sometimes", "entry.again", "Choose one of 'never' or 'always'."),
            ("entry/again", {"after": "30 days"}, "entry.again.after", "is not a length of time"),
            ("entry/trigger", "event", "entry.trigger", "Write settings with their values here."),
            ("entry/trigger", {"event": "x"}, "entry.trigger.kind", "`kind` is needed here."),
            ("goal", {"evnt": "x"}, "goal", "Say what to check"),
            ("start", 5, "start", "Write a text here"),
            ("nodes/pause/fro", "P1D", "nodes.pause.fro", "Did you mean `for`?"),
            ("nodes/pause/for", "2 days", "nodes.pause.for", "Write it like P3D (three days)"),
            ("nodes/pause/for", "-P2D", "nodes.pause.for", "goes backwards"),
            ("nodes/pause/until/time", 600, "nodes.pause.until.time", "Write it like 09:00."),
            (
                "nodes/pause/until/weekdays",
                ["monday"],
                "nodes.pause.until.weekdays[0]",
                "Choose one of 'mon', 'tue'",
            ),
            ("nodes/bought/paths/0/wen", {"tag": "x"}, "nodes.bought.paths[0].wen", "Did you mean `when`?"),
            ("nodes/bought/paths/0/when", {"tag": 5}, "nodes.bought.paths[0].when.tag", "Write a text here"),
            (
                "nodes/bought/paths/0/next",
                "a b",
                "nodes.bought.paths[0].next",
                "use letters, digits, _ and -",
            ),
            (
                "nodes/nudge/until",
                {"field": "plan", "op": "is", "value": 1},
                "nodes.nudge.until.field",
                "is not a field",
            ),
            ("nodes/ab/paths/1/share", "half", "nodes.ab.paths[1].share", "Write a number here."),
            ("nodes/ab/paths/1/share", 101, "nodes.ab.paths[1].share", "It must be 100 or less."),
            ("nodes/bye/next", None, "nodes.bye.next", "There is no setting `next` here"),
            ("nodes/two words", {"kind": "leave"}, "nodes.two words", "use letters, digits, _ and -"),
            ("nodes/bye", {"name": "Bye"}, "nodes.bye.kind", "`kind` is needed here."),
            ("nodes/bye", {"kind": ["leave"]}, "nodes.bye.kind", "Write a text here"),
            ("nodes/bye/name", "x" * 201, "nodes.bye.name", "at most 200 characters"),
        ],
    )
    def test_what_cannot_be_read_is_refused_with_its_place(self, path, value, where, message):
        with pytest.raises(Invalid) as refused:
            parse(edited(path, value))
        assert [one.path for one in refused.value.problems] == [where]
        assert message in refused.value.problems[0].message

    def test_a_form_that_is_none(self):
        for nothing in (None, [], "definition"):
            with pytest.raises(Invalid, match="Write settings with their values here"):
                parse(nothing)

    def test_more_steps_than_anybody_needs(self):
        with pytest.raises(Invalid, match="at most 500 are possible"):
            parse({"nodes": {f"n{number}": {"kind": "leave"} for number in range(501)}})


class TestDrafts:
    def test_an_empty_one_is_a_definition(self):
        assert read_draft({}).problems == ()
        assert [one.message for one in problems(read_draft({}).definition)] == [
            "Choose what lets people in.",
            "Add a first step: so far nothing happens to those who enter.",
        ]

    def test_what_can_be_read_is_kept(self):
        draft = read_draft(edited("nodes/pause/for", "soon"))
        assert draft.definition.nodes.keys() == WELCOME["nodes"].keys()
        assert draft.definition.nodes["pause"].until.time
        assert [(one.node, one.field) for one in draft.problems] == [("pause", "for")]

    def test_a_condition_is_kept_as_a_whole_or_not_at_all(self):
        both = {"all": [{"tag": "vip"}, {"tag": 5}]}
        for path in ("goal", "nodes/nudge/until", "nodes/bought/paths/0/when"):
            draft = read_draft(edited(path, both))
            assert len(draft.problems) == 1
            assert "tag" in draft.problems[0].field
        assert read_draft(edited("goal", both)).definition.goal is None
        assert read_draft(edited("nodes/nudge/until", both)).definition.nodes["nudge"].until is None

    def test_several_faults_at_once(self):
        document = edited("nodes/pause/for", "soon", edited("nodes/ab/paths/0/share", "half"))
        document["nodes"]["odd"] = {"next": 5, "name": 7}
        document["goal"] = 5
        draft = read_draft(document)
        assert {(one.node, one.field) for one in draft.problems} == {
            ("pause", "for"),
            ("ab", "paths[0].share"),
            ("odd", "kind"),
            ("odd", "next"),
            ("odd", "name"),
            (None, "goal"),
        }
        assert draft.definition.nodes.keys() == WELCOME["nodes"].keys()

    def test_what_could_not_be_read_is_not_also_said_to_be_missing(self):
        draft = read_draft(edited("nodes/nudge/timeout", "soon"))
        told = draft.and_also(problems(draft.definition))
        assert [(one.node, one.field) for one in told] == [("nudge", "timeout")]

    def test_the_draft_itself_is_left_as_it_is(self):
        document = edited("nodes/pause/for", "soon")
        before = deepcopy(document)
        read_draft(document)
        assert document == before


class TestProblems:
    @pytest.mark.parametrize(
        ("path", "value", "node", "field", "message"),
        [
            ("entry/trigger", None, None, "entry.trigger", "Choose what lets people in."),
            ("entry/trigger/kind", "comet", None, "entry.trigger.kind", "This trigger is not installed here."),
            ("entry/trigger/event", ..., None, "entry.trigger.event", "Fill this in: event."),
            ("entry/trigger/evnt", "x", None, "entry.trigger.evnt", "Did you mean `event`?"),
            ("entry/key", "contact.email", None, "entry.key", "such as event.order_id"),
            ("start", None, None, "start", "Add a first step"),
            ("start", "gone", None, "start", "“gone”, and there is no such step"),
            ("nodes/hello/next", "gone", "hello", "next", "“gone”, and there is no such step"),
            ("nodes/bought/paths/0/next", "gone", "bought", "paths[0].next", "there is no such step"),
            ("nodes/hello/subject", ..., "hello", "subject", "Fill this in: subject."),
            ("nodes/hello/subject", "", "hello", "subject", "Fill this in: subject."),
            ("nodes/hello/subject", "Hi\nBcc: all", "hello", "subject", "This cannot be used here"),
            ("nodes/hello/body", "x" * 300_001, "hello", "body", "at most 300000 characters"),
            ("nodes/hello/topic", "spam", "hello", "topic", "Choose one of 'marketing' or 'transactional'."),
            ("nodes/hello/reply_to", "nobody", "hello", "reply_to", "not a valid email address"),
            ("nodes/hello/not_after", "soon", "hello", "not_after", "Write a length of time such as PT6H"),
            ("nodes/hello/on_failure", None, "hello", "on_failure", "does not tell whether it worked"),
            ("nodes/hello/kind", "send_pigeon", "hello", "kind", "This step is not installed here."),
            ("nodes/pause", {"kind": "wait", "next": "bought"}, "pause", "for", "Say how long to wait"),
            ("nodes/pause/until/time", ..., "pause", "until.time", "Say at what time on these days."),
            ("nodes/pause/until/offset", "-P1D", "pause", "until.offset", "choose which date"),
            ("nodes/renewal/for", "P1D", "renewal", "for", "take one of them out"),
            ("nodes/renewal/until/weekdays", ["mon"], "renewal", "until.weekdays", "take the weekdays out"),
            ("nodes/renewal/until/attribute", "contact.", "renewal", "until.attribute", "This is no field."),
            ("nodes/nudge/until", None, "nudge", "until", "Say what to wait for."),
            ("nodes/nudge/timeout", ..., "nudge", "timeout", "Say how long to wait at most"),
            ("nodes/bought/paths/0/when", None, "bought", "paths[0].when", "Say who takes the path “Yes”."),
            ("nodes/ab/paths/0/share", 40, "ab", "paths", "The shares add up to 90; change them so that they make 100."),
            ("nodes/goodbye", {"kind": "leave"}, "goodbye", None, "Nothing leads to this step."),
        ],
    )  # fmt: skip
    def test_each_with_its_place_and_its_cure(self, path, value, node, field, message):
        faults = found(edited(path, value))
        assert (node, field) in [fault[:2] for fault in faults]
        assert any(message in fault[2] for fault in faults if fault[:2] == (node, field))

    def test_a_wait_for_something_says_where_the_time_out_leads(self):
        faults = found(edited("nodes/nudge/on_timeout", ..., edited("nodes/bye", {"kind": "leave"})))
        assert ("nudge", "on_timeout", "Say where to go when the time is up; null ends it there.") in faults
        assert not any(fault[0] == "nudge" for fault in found(edited("nodes/nudge/on_timeout", None)))

    def test_a_branch_and_a_split_need_paths(self):
        assert ("bought", "paths", "Add a path with its condition.") in found(
            edited("nodes/bought/paths", [])
        )
        assert ("ab", "paths", "Add a second path: a split needs at least two.") in found(
            edited("nodes/ab/paths", [{"share": 100}])
        )
        zero = edited("nodes/ab/paths", [{"share": 100}, {"share": 0}])
        assert ("ab", "paths[1].share") in [fault[:2] for fault in found(zero)]

    def test_shares_of_thirds_are_fine(self):
        thirds = [{"share": 33.33}, {"share": 33.33}, {"share": 33.34}]
        assert not [fault for fault in found(edited("nodes/ab/paths", thirds)) if fault[0] == "ab"]

    def test_a_key_needs_an_event(self):
        faults = found(edited("entry/trigger", {"kind": "manual"}))
        assert faults == [
            (None, "entry.key", "This trigger has no event to tell runs apart by; leave this empty.")
        ]

    def test_a_condition_that_asks_for_what_nobody_keeps(self):
        known = Vocabulary(attributes={"renews_on": "date"})
        assert found(WELCOME, vocabulary=known) == []
        odd = edited("goal", {"field": "contact.hat_size", "op": "exists"})
        assert found(odd, vocabulary=known) == [
            (
                None,
                "goal.field",
                "Contacts have no field `hat_size`. Add it under Settings, or check its spelling.",
            )
        ]
        waits = edited("nodes/renewal/until/attribute", "renewal")
        assert [fault[:2] for fault in found(waits, vocabulary=known)] == [("renewal", "until.attribute")]
        schedule = {"kind": "schedule", "every": "day", "who": {"field": "event.x", "op": "exists"}}
        timed = edited("entry/key", ..., edited("entry/trigger", schedule))
        assert [fault[:2] for fault in found(timed, vocabulary=known)] == [(None, "entry.trigger.who.field")]

    def test_templates_are_looked_at_by_whoever_knows_them(self):
        def lint(widget: str, text: str) -> list[str]:
            return [f"{widget}: {text}"] if "{%" in text else []

        assert found(edited("nodes/hello/subject", "{% if"), lint=lint) == [
            ("hello", "subject", "template: {% if")
        ]
        assert found(edited("nodes/hello/body", "{% for"), lint=lint) == [
            ("hello", "body", "email_body: {% for")
        ]

    def test_a_value_is_taken_over_as_a_whole_or_not_at_all(self):
        def sets(value: Any) -> list[Any]:
            return problems(drawing({"a": {"kind": "set_attribute", "attribute": "level", "value": value}}))

        assert [sets(value) for value in ("gold", 5, True, None, "{{ event.plan }}")] == [[]] * 5
        assert "Take over one value as a whole" in sets("Level {{ event.plan }}")[0].message


class TestCircles:
    def circles(self, nodes: dict[str, Any]) -> list[str]:
        return [one.message for one in problems(drawing(nodes)) if "circle" in one.message]

    def test_a_circle_without_a_wait(self):
        nodes = {"a": tag("x", "b"), "b": {**MAIL, "name": "Reminder", "next": "c"}, "c": tag("y", "b")}
        [message] = self.circles(nodes)
        assert message.startswith(
            "These steps go round in a circle without a wait: Reminder → c → Reminder. Put a wait"
        )

    def test_a_step_that_leads_to_itself(self):
        assert len(self.circles({"a": tag("x", "a")})) == 1

    def test_a_wait_on_the_way_is_enough(self):
        assert self.circles({"a": tag("x", "b"), "b": wait("P1D", "a")}) == []
        assert (
            self.circles({"a": tag("x", "b"), "b": {"kind": "wait", "until": {"time": "09:00"}, "next": "a"}})
            == []
        )

    def test_a_date_may_be_over_already(self):
        assert (
            len(
                self.circles(
                    {"a": tag("x", "b"), "b": {"kind": "wait", "until": {"attribute": "d"}, "next": "a"}}
                )
            )
            == 1
        )

    @pytest.mark.parametrize(
        ("until", "circular"),
        [
            ({"event": "seen"}, False),
            ({"event": "seen", "count": {"op": "at_least", "value": 2}}, False),
            ({"all": [{"event": "seen"}, {"tag": "a"}]}, False),
            ({"any": [{"event": "seen"}, {"event": "heard"}]}, False),
            ({"any": [{"event": "seen"}, {"tag": "a"}]}, True),
            ({"event": "seen", "within": "P1D"}, True),
            ({"event": "seen", "count": {"op": "at_most", "value": 2}}, True),
            ({"not": {"event": "seen"}}, True),
            ({"tag": "a"}, True),
        ],
    )
    def test_waiting_for_something_is_a_wait_only_if_it_must_be_new(self, until, circular):
        waits = {"kind": "wait_until", "until": until, "timeout": "P1D", "next": "a", "on_timeout": "a"}
        assert len(self.circles({"a": tag("x", "b"), "b": waits})) == int(circular)

    def test_two_lines_may_join(self):
        nodes = {
            "b": {"kind": "branch", "paths": [{"when": {"tag": "a"}, "next": "x"}], "else": "y"},
            "x": tag("x", "z"),
            "y": tag("y", "z"),
            "z": MAIL,
        }
        assert problems(drawing(nodes)) == []

    def test_a_large_drawing_is_judged_in_no_time(self):
        nodes = {f"n{number}": tag("x", f"n{number + 1}") for number in range(499)} | {
            "n499": wait("P1D", "n0")
        }
        assert problems(drawing(nodes)) == []


class TestCompiling:
    def test_what_it_listens_to(self):
        plan = compile_plan(parse(WELCOME), "a")
        assert plan.entrances == {"signed_up"}
        assert plan.always == {"order.placed", "contact.tag_added", "contact.tag_removed"}
        assert plan.reacts("nudge") == plan.always | {"cart.updated"}
        assert plan.reacts("renewal") == plan.always | {"contact.updated"}
        assert plan.listens == plan.always | {"signed_up", "cart.updated", "contact.updated"}
        assert plan.remembers == {"order.placed", "cart.updated"}

    def test_settings_are_read_once(self):
        plan = compile_plan(parse(WELCOME), "a")
        assert isinstance(plan.trigger, Trigger)
        assert isinstance(plan.nodes["hello"], EffectPlan)
        assert (plan.nodes["hello"].topic, plan.nodes["hello"].awaits) == ("marketing", False)
        assert isinstance(plan.nodes["thanks"], DataPlan)
        assert isinstance(plan.nodes["pause"], WaitPlan)

    def test_a_draft_that_is_not_ready_is_compiled_all_the_same(self):
        nodes = {
            "a": {"kind": "wait"},
            "b": {"kind": "wait_until", "until": {"tag": "x"}},
            "c": {"kind": "branch", "paths": [{"when": None}]},
            "d": {"kind": "split", "paths": []},
            "e": {"kind": "send_email"},
            "f": {"kind": "send_pigeon"},
            "g": {"kind": "split", "paths": [{"share": 0}]},
        }
        plan = planned(nodes)
        assert all(isinstance(node, AbsentPlan) for node in plan.nodes.values())
        assert isinstance(planned({"a": tag("x", "gone")}).nodes["gone"], AbsentPlan)

    def test_segments_and_scores_are_replaced_by_what_they_stand_for(self):
        segment = {"segment_id": "0199aa00-0000-7000-8000-000000000001"}
        document = edited("goal", {"all": [segment, {"tag": "vip"}]})
        document["nodes"]["bought"]["paths"][0]["when"] = {"score": {"op": "at_least", "value": 50}}
        document["nodes"]["nudge"]["until"] = segment
        document["entry"]["trigger"]["where"] = segment

        def resolver(clause: Any) -> Any:
            return EventClause(event="seen") if isinstance(clause, SegmentClause) else TagClause(tag="hot")

        plan = compile_plan(parse(document), "a", resolver=resolver)
        assert plan.remembers == {"seen"}
        assert plan.reacts("nudge") >= {"seen"}
        assert plan.nodes["bought"].paths[0].when == TagClause(tag="hot")
        gone = compile_plan(parse(document), "a", resolver=lambda clause: None)
        assert (gone.goal, gone.trigger) == (None, None)
        assert isinstance(gone.nodes["nudge"], AbsentPlan)
        assert isinstance(gone.nodes["bought"], AbsentPlan)


class TestChanges:
    def texts(self, path: str, value: Any) -> list[str]:
        changes = describe_changes(parse(WELCOME), parse(edited(path, value)))
        assert all(change.kind == "changed" for change in changes)
        return [change.text for change in changes]

    @pytest.mark.parametrize(
        ("path", "value", "text"),
        [
            ("nodes/pause/for", "P3D", "Wait 3 days, then 09:00 on Monday and Tuesday instead of 2 days, then 09:00 on Monday and Tuesday."),
            ("nodes/renewal/until/offset", "-P7D", "Wait until 7 days before the renews on instead of until 3 days before the renews on."),
            ("nodes/hello/subject", "Hello", "“Welcome”: subject from “Hi” to “Hello”."),
            ("nodes/hello/body", "x" * 300, "“Welcome”: message was rewritten."),
            ("nodes/hello/topic", "transactional", "“Welcome”: kind of message from nothing to “transactional”."),
            ("nodes/hello/name", "Hello", "“Welcome” is now called “Hello”."),
            ("nodes/thanks/tag", "customer", "“Add a tag: buyer”: tag from “buyer” to “customer”."),
            ("nodes/nudge/timeout", "P1M", "“Wait for: cart.updated has happened”: at most from 7 days to 1 month."),
            ("nodes/nudge/on_timeout", None, "“Wait for: cart.updated has happened” leads to the end instead of “Wait until 3 days before the renews on”."),
            ("nodes/bought/paths/0/when", {"tag": "vip"}, "“Split by condition”: the path “Yes” from “order.placed has happened within the last 30 days” to “has the tag vip”."),
            ("nodes/bought/paths/0/label", "Buyers", "“Split by condition”: the path “Yes” was removed."),
            ("nodes/bye", {"kind": "add_tag", "tag": "x"}, "“Leave” has become “Add a tag: x”."),
            ("goal", None, "The goal from “order.placed has happened” to nothing."),
            ("exit_when", {"tag": "stop"}, "The exit from “has the tag do_not_disturb” to “has the tag stop”."),
            ("entry/again", "never", "How often: from “again after 30 days” to “each person once”."),
            ("entry/key", None, "Runs are told apart by nothing, before by “event.order_id”."),
            ("entry/trigger", {"kind": "tag_added", "tag": "vip"}, "What lets people in: from “Something happens: event “signed_up”, where” to “A tag is added: tag “vip””."),
            ("start", "pause", "The first step is “Wait 2 days, then 09:00 on Monday and Tuesday”."),
        ],
    )  # fmt: skip
    def test_in_words(self, path, value, text):
        assert text in self.texts(path, value)

    def test_a_plain_wait(self):
        old, new = drawing({"w": wait("P2D")}), drawing({"w": wait("P3D")})
        assert [change.text for change in describe_changes(old, new)] == ["Wait from 2 days to 3 days."]

    def test_shares(self):
        shares = [{"label": "A", "share": 60, "next": "thanks"}, {"label": "C", "share": 40}]
        assert self.texts("nodes/ab/paths", shares) == [
            "“A/B split 50 / 50”: the path “A” from 50% to 60%.",
            "“A/B split 50 / 50”: the path “B” was removed.",
            "“A/B split 50 / 50”: the path “C” was added, for 40%.",
        ]

    def test_what_was_added_and_removed_with_no_word_of_the_lines_that_made_room(self):
        document = edited("nodes/later", wait("PT1H", "pause"), edited("nodes/hello/next", "later"))
        document["nodes"]["bought"]["paths"][0]["next"] = None
        document["nodes"]["ab"]["paths"][0]["next"] = None
        del document["nodes"]["thanks"]
        changes = describe_changes(parse(WELCOME), parse(document))
        assert [(change.kind, change.node, change.text) for change in changes] == [
            ("added", "later", "Added: Wait 1 hour."),
            ("removed", "thanks", "Removed: Add a tag: buyer."),
        ]

    def test_of_what_is_not_installed(self):
        document = edited("nodes/hello", {"kind": "send_pigeon", "bird": "grey", "next": "pause"})
        changes = describe_changes(parse(document), parse(edited("nodes/hello/bird", "white", document)))
        assert [change.text for change in changes] == ["“send_pigeon”: bird from “grey” to “white”."]
