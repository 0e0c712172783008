"""Warnings before publishing: what is said, about which step, and when nothing is."""

from typing import Any

import activities.steps
from core.plugins import load
from domain.definitions import read_draft
from domain.definitions.unfinished import NO_ADDRESS, Unfinished, unfinished
from domain.steps import STEPS

load(activities.steps)

LINK = '<a href="https://example.com">Have a look</a>'
ADDRESS = "1 Harbour Street, Cork"


def said(*, postal_address: str = ADDRESS, **nodes: dict[str, Any]) -> list[Unfinished]:
    drawn = read_draft({"start": next(iter(nodes), None), "nodes": nodes})
    return unfinished(drawn.definition, postal_address=postal_address)


def mail(body: str = "Hello", **more: Any) -> dict[str, Any]:
    return {"kind": "send_email", "subject": "Hi", "body": body, "next": None, **more}


def test_each_mail_names_its_example_links_from_the_top_down() -> None:
    bare = '<a href="https://example.com"></a>'
    found = said(first=mail(LINK, next="second"), second=mail(bare))
    assert found == [
        Unfinished("first", "“Have a look” still leads to example.com."),
        Unfinished("second", "A link still leads to example.com."),
    ]


def test_marketing_needs_a_postal_address_and_it_is_said_once() -> None:
    found = said(postal_address=" ", first=mail(next="second"), second=mail(topic="marketing"))
    assert found == [Unfinished(None, NO_ADDRESS)]


def test_a_receipt_needs_none() -> None:
    assert said(postal_address="", only=mail(topic="transactional")) == []


def test_what_nobody_comes_to_and_what_is_no_mail_goes_without_a_word() -> None:
    tag = {"kind": "add_tag", "tag": "vip", "next": None}
    assert said(postal_address="", only=tag, lost=mail(LINK)) == []


def test_a_mail_that_nobody_has_written_is_named() -> None:
    found = said(first=mail(str(STEPS["send_email"].sample["body"]), next="second"), second=mail("Hello"))
    assert [one.node for one in found] == ["first"]
    assert "Write your own text" in found[0].message


def test_a_drawing_that_is_not_ready_can_be_looked_at() -> None:
    assert said(only={"kind": "send_email"}, other={"kind": "unheard_of"}) == []
    assert said(only=mail() | {"body": None}) == []
    assert said() == []
