"""Rules for every step and trigger there is, so that a new file is tested before its author has written a test."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from domain.catalogue import catalogue, form_schema
from domain.custom_fields import CustomField
from domain.definitions import problems
from domain.facts import Facts
from domain.kernel import dry_run
from domain.steps import (
    CONTROL,
    STEPS,
    AddTag,
    Changes,
    HttpAnswer,
    Keep,
    Later,
    NoAnswer,
    NotSent,
    Params,
    Performed,
    Refused,
    RemoveTag,
    Sent,
    SetAttribute,
    Step,
    StepContext,
    Unknown,
    attempt,
    step,
)
from domain.triggers import TRIGGERS, TriggerKind
from tests.factories.passages import NOW, compile_plan, drawing, new_uuid, somebody, tag

WIDGETS = {
    *(
        "duration",
        "condition",
        "email_body",
        "template",
        "tag",
        "attribute",
        "time",
        "weekdays",
        "text",
        "line",
    ),
    *("headers", "event", "until"),
}
PLAIN = {"string", "integer", "number", "boolean", "array", "object"}
OWN_LOOPS = {"email"}  # channels whose loop performs by itself
GUIDE = Path("docs/steps.md")

EVERYTHING = [*STEPS.values(), *TRIGGERS.values()]
every = pytest.mark.parametrize("kind", EVERYTHING, ids=lambda kind: f"{type(kind).__name__}:{kind.kind}")
every_step = pytest.mark.parametrize("kind", STEPS.values(), ids=lambda kind: kind.kind)
performed = pytest.mark.parametrize(
    "kind", [one for one in STEPS.values() if one.perform], ids=lambda kind: kind.kind
)


def test_the_built_in_ones_are_there():
    assert STEPS.keys() >= {"send_email", "add_tag", "remove_tag", "set_attribute", "http_request"}
    assert TRIGGERS.keys() >= {"event", "contact_created", "tag_added", "manual", "schedule"}


@every
def test_its_sample_fits_its_settings(kind: Step | TriggerKind):
    assert isinstance(kind.params.model_validate(kind.sample), Params)
    assert json.loads(json.dumps(kind.sample)) == kind.sample


@every
def test_it_says_what_it_is(kind: Step | TriggerKind):
    assert kind.title[0].isupper()
    assert kind.help
    assert not kind.help.endswith(".")
    assert kind.group
    assert kind.icon
    settings = kind.params.model_fields
    assert all(name in settings for name in _named_in(kind.summary))


def _named_in(summary: str) -> list[str]:
    return [part.partition("}")[0] for part in summary.split("{")[1:]]


@every
def test_every_setting_explains_itself_and_can_be_drawn(kind: Step | TriggerKind):
    properties = form_schema(kind.params).get("properties", {})
    for name, field_ in kind.params.model_fields.items():
        assert field_.title, f"{kind.kind}.{name} needs a title"
        assert field_.description, f"{kind.kind}.{name} needs a description"
        assert field_.description.endswith("."), f"{kind.kind}.{name}: a description is a sentence"
        assert _widget(properties[name]) in WIDGETS | PLAIN, f"{kind.kind}.{name} has no form"


def _widget(schema: Mapping[str, Any]) -> str | None:
    if widget := schema.get("x-widget"):
        return widget
    return schema.get("type") or next(one["type"] for one in schema["anyOf"] if one.get("type") != "null")


@every
def test_the_guide_mentions_it(kind: Step | TriggerKind):
    assert f"`{kind.kind}`" in GUIDE.read_text()


@every_step
def test_it_can_be_published_and_rehearsed(kind: Step):
    definition = drawing({"a": {"kind": kind.kind, **kind.sample, "next": "b"}, "b": tag("after")})
    assert problems(definition) == []
    legs = dry_run(compile_plan(definition), somebody(), NOW)
    assert [leg.node for leg in legs] == [None, "a", "b"]


@pytest.mark.parametrize("kind", TRIGGERS.values(), ids=lambda kind: kind.kind)
def test_a_trigger_can_be_published(kind: TriggerKind):
    assert problems(drawing({"a": tag("x")}, entry={"trigger": {"kind": kind.kind, **kind.sample}})) == []


@pytest.mark.parametrize("kind", [one for one in STEPS.values() if one.change], ids=lambda kind: kind.kind)
def test_a_data_step_is_pure(kind: Step):
    facts, params = somebody(), kind.params.model_validate(kind.sample)
    before = facts.with_changes()
    assert kind.change
    changes = kind.change(params, facts)
    assert changes == kind.change(params, facts)
    assert all(isinstance(change, AddTag | RemoveTag | SetAttribute | Keep) for change in changes)
    assert facts == before


@every_step
def test_an_effect_step_is_performed_by_somebody(kind: Step):
    assert bool(kind.change) != bool(kind.channel)
    assert not kind.channel or kind.perform or kind.channel in OWN_LOOPS


@dataclass
class FakeHttp:
    """Answers as it was told, and remembers what it was asked."""

    answer: HttpAnswer | Exception
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None
    ) -> HttpAnswer:
        self.asked.append({"method": method, "url": url, "headers": dict(headers), "body": body})
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def perform(kind: Step, answer: HttpAnswer | Exception) -> tuple[Performed, FakeHttp]:
    http = FakeHttp(answer)
    context = StepContext(new_uuid(), new_uuid(), "enrolment:a:1:0", NOW, somebody(), lambda text: text, http)
    return await attempt(kind, context, kind.params.model_validate(kind.sample)), http


def status(code: int) -> HttpAnswer:
    return HttpAnswer(code, {}, b"")


@performed
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (status(200), Sent),
        (status(400), Refused),
        (status(401), Refused),
        (status(429), Later),
        (status(500), Unknown),
        (NotSent("refused"), Later),
        (NoAnswer("timed out"), Unknown),
    ],
)
async def test_a_performer_says_what_came_of_it(kind: Step, answer: HttpAnswer | Exception, outcome: type):
    result, _ = await perform(kind, answer)
    assert isinstance(result, outcome)


@performed
async def test_a_performer_hands_on_its_key_so_that_twice_is_once(kind: Step):
    for asked in [(await perform(kind, status(200)))[1].asked for _ in range(2)]:
        assert [request["headers"]["idempotency-key"] for request in asked] == ["enrolment:a:1:0"]


class TestCatalogue:
    everything = catalogue(
        attributes=[CustomField("drink", "choice", "Favourite drink", ("tea", "coffee"))],
        events=["order.placed", "order.placed", "cart.updated"],
        tags=["vip", "new"],
    )

    def test_it_is_json_and_small(self):
        assert len(json.dumps(self.everything)) < 40_000

    def test_every_entry_has_its_parts(self):
        parts = {"kind", "title", "help", "group", "icon", "schema", "ui", "sample"}
        assert all(
            entry.keys() == parts for entry in [*self.everything["steps"], *self.everything["triggers"]]
        )
        assert {entry["kind"] for entry in self.everything["steps"]} == CONTROL | STEPS.keys()

    def test_what_is_known_of_people(self):
        fields = {one["path"]: one for one in self.everything["fields"]}
        assert fields["contact.drink"] == {
            "path": "contact.drink",
            "label": "Favourite drink",
            "type": "choice",
            "options": ["tea", "coffee"],
        }
        assert fields["contact.email"]["label"] == "E-mail"
        assert {one["type"] for one in fields.values()} <= self.everything["operators"].keys()

    def test_names_are_sorted_and_there_once(self):
        assert (self.everything["events"], self.everything["tags"]) == (
            ["cart.updated", "order.placed"],
            ["new", "vip"],
        )

    @pytest.mark.parametrize(
        "shape", [one for one in everything["steps"] if one["kind"] in CONTROL], ids=lambda one: one["kind"]
    )
    def test_boxes_of_the_language_have_samples_that_can_be_published(self, shape):
        definition = drawing({"a": {"kind": shape["kind"], **shape["sample"]}})
        assert problems(definition) == []
        settings = shape["schema"]["properties"]
        assert {one["x-widget"] for one in settings.values()} <= WIDGETS


WORDS: Mapping[str, Any] = {"title": "T", "help": "H", "group": "G", "icon": "bolt", "sample": {}}


class Nothing(Params):
    pass


def pure(_params: Nothing, _facts: Facts) -> Changes:
    return ()


async def acting(_context: StepContext, _params: Nothing) -> Performed:
    return Sent()


class TestRegistering:
    def test_three_sorts(self):
        steps: dict[str, Step] = {}
        step("one", **WORDS, registry=steps)(pure)
        step("two", **WORDS, channel="pigeon", registry=steps)(acting)
        step("three", **WORDS, channel="owl", registry=steps)(Nothing)
        assert [(one.change, one.perform, one.channel) for one in steps.values()] == [
            (pure, None, None),
            (None, acting, "pigeon"),
            (None, None, "owl"),
        ]

    @pytest.mark.parametrize("kind", ["add_tag", "wait", "branch"])
    def test_a_name_that_is_taken(self, kind):
        with pytest.raises(ValueError, match="two steps are called"):
            step(kind, **WORDS)(pure)

    @pytest.mark.parametrize(("declared", "channel"), [(pure, "pigeon"), (acting, None), (Nothing, None)])
    def test_a_channel_is_for_what_acts_on_the_world(self, declared, channel):
        with pytest.raises(TypeError, match="has a channel if it acts on the world outside"):
            step("odd", **WORDS, channel=channel, registry={})(declared)

    def test_settings_that_are_none(self):
        def odd(params: dict[str, str], _facts: Facts) -> Changes:
            return (AddTag(params["tag"]),)

        with pytest.raises(TypeError, match="must be a class derived from Params"):
            step("odd", **WORDS, registry={})(odd)

    def test_settings_whose_name_means_something_else(self):
        class Odd(Params):
            next: str = Field(default="")

        with pytest.raises(TypeError, match="cannot have settings called next"):
            step("odd", **WORDS, channel="owl", registry={})(Odd)

    def test_a_sample_that_does_not_fit(self):
        with pytest.raises(ValueError, match="Extra inputs"):
            step("odd", **{**WORDS, "sample": {"tag": "x"}}, channel="owl", registry={})(Nothing)

    async def test_what_a_loop_performs_cannot_be_attempted_alone(self):
        with pytest.raises(TypeError, match="performed by the loop of its channel"):
            await perform(STEPS["send_email"], status(200))

    def test_an_emptied_field_counts_as_never_filled_in(self):
        mail = STEPS["send_email"].params
        assert mail.model_validate(
            {"subject": "Hi", "body": "-", "from_name": "", "not_after": None}
        ) == mail.model_validate({"subject": "Hi", "body": "-"})
