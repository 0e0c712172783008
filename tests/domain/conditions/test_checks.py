from typing import Any
from uuid import UUID

import pytest

from domain.conditions import Condition, ScoreClause, SegmentClause, Vocabulary, check, parse, resolve
from domain.conditions.operators import OFFERS, OPS, TAKES
from domain.errors import Invalid

SEGMENT = UUID(int=7)
NUMBERS = "is, is_not, in, more_than, at_least, less_than, at_most, exists."
FIELDS = Vocabulary(
    attributes={"country": "choice", "spent": "number", "renews_on": "date", "vip": "boolean"}
)


def told(document: Any, vocabulary: Vocabulary = FIELDS, path: str = "goal") -> list[str]:
    return [str(problem) for problem in check(parse(document), vocabulary, path=path)]


def test_what_makes_sense_has_no_problem() -> None:
    assert not told(
        {
            "all": [
                {"field": "contact.country", "op": "in", "value": ["DE"]},
                {"field": "contact.spent", "op": "more_than", "value": 100},
                {"field": "contact.renews_on", "op": "within_next", "value": "P7D"},
                {"field": "contact.created_at", "op": "before", "value": "2026-01-01"},
                {"field": "contact.consent.email", "op": "is", "value": "unsubscribed"},
                {"field": "event.total", "op": "more_than", "value": 5},
                {"event": "order.placed", "where": {"field": "event.anything", "op": "exists"}},
            ]
        }
    )


def test_unknown_fields_are_named() -> None:
    document = {"all": [{"tag": "x"}, {"not": {"field": "contact.cuntry", "op": "is", "value": "DE"}}]}
    assert told(document) == [
        "goal.all[1].not.field: Contacts have no field `cuntry`. Add it under Settings, or check its spelling."
    ]
    assert not told(document, Vocabulary())


def test_operators_must_suit_the_kind_of_field() -> None:
    assert told({"field": "contact.spent", "op": "starts_with", "value": "1"}) == [
        "goal.op: `starts_with` does not suit `contact.spent`, which is a number; use one of " + NUMBERS
    ]
    assert told({"field": "contact.vip", "op": "within_last", "value": "P1D"})
    assert told({"field": "contact.created_at", "op": "contains", "value": "2026"})


def test_only_what_there_is_can_be_asked_for() -> None:
    segment = Vocabulary(roots=frozenset({"contact"}))
    assert told({"field": "event.plan", "op": "exists"}, segment, "condition") == [
        "condition.field: `event.plan` cannot be asked for here; there is no single event to look at."
    ]
    assert not told({"event": "x", "where": {"field": "event.plan", "op": "exists"}}, segment)


def vips(clause: SegmentClause | ScoreClause) -> Condition | None:
    known = isinstance(clause, SegmentClause) and clause.segment_id == SEGMENT
    return parse({"tag": "vip"}) if known else None


def test_segments_and_scores_need_somebody_who_knows_them() -> None:
    both = {"any": [{"segment_id": str(SEGMENT)}, {"score": {"op": "at_least", "value": 5}}]}
    assert told(both) == [
        "goal.any[0].segment_id: A segment cannot be used here. Ask for fields, events, tags or consent instead.",
        "goal.any[1].score: A score cannot be used here. Ask for fields, events, tags or consent instead.",
    ]
    assert told(both, Vocabulary(resolver=vips)) == [
        "goal.any[1].score: There is no such score in this workspace."
    ]


def test_a_segment_becomes_its_condition() -> None:
    document = {
        "all": [{"not": {"segment_id": str(SEGMENT)}}, {"any": [{"tag": "a"}, {"segment_id": str(SEGMENT)}]}]
    }
    assert resolve(parse(document), vips) == parse(
        {"all": [{"not": {"tag": "vip"}}, {"any": [{"tag": "a"}, {"tag": "vip"}]}]}
    )
    with pytest.raises(Invalid, match="does not exist any more"):
        resolve(parse({"segment_id": str(UUID(int=8))}), vips)


def test_every_operator_is_offered_for_some_kind_of_field_and_says_what_it_takes() -> None:
    offered = {offer.op for offers in OFFERS.values() for offer in offers}
    assert offered == set(OPS) == set(TAKES)
    assert {offer.value for offers in OFFERS.values() for offer in offers} == {
        "none",
        "one",
        "many",
        "duration",
    }
