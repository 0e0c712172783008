"""What a row of a table says on a page, in a marketer's words."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.ids import new_id
from models.audit import AuditEntry
from models.events import Event
from web import formats, people
from web.pages import audit, home

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def event(name: str, **properties: Any) -> Event:
    return Event(workspace_id=new_id(), name=name, properties=properties, occurred_at=NOW, recorded_at=NOW)


class TestTimeline:
    @pytest.mark.parametrize(
        ("name", "properties", "line", "detail"),
        [
            ("email.opened", {"subject": "Spring", "node": "hello"}, "Opened “Spring”", ""),
            (
                "email.clicked",
                {"subject": "Spring", "url": "https://a.example/x", "link": 1},
                "Clicked in “Spring”",
                "https://a.example/x",
            ),
            (
                "order.placed",
                {"number": "FH-1", "total": 16.4, "currency": "EUR"},
                "Order placed",
                "Number: FH-1 · Total: 16.40 EUR",
            ),
            ("order.placed", {"total": 1234, "currency": "EUR"}, "Order placed", "Total: 1,234.00 EUR"),
            ("trip.booked", {"currency": "EUR", "rooms": 2}, "Trip booked", "Currency: EUR · Rooms: 2"),
        ],
    )
    def test_a_fact_and_what_belongs_to_it(
        self, name: str, properties: dict[str, Any], line: str, detail: str
    ) -> None:
        entry = people.entry(event(name, **properties))
        assert (entry.text, entry.detail) == (line, detail)


class TestFeed:
    @pytest.mark.parametrize(
        ("name", "words"), [("page.visited", "· page visited"), ("email.opened", "opened an e-mail")]
    )
    def test_only_our_own_facts_end_a_sentence(self, name: str, words: str) -> None:
        class Happened:
            def __init__(self) -> None:
                self.name, self.properties = name, dict[str, Any]()

        assert home._text(Happened()) == words  # pyright: ignore[reportArgumentType]


class TestAudit:
    def entry(self, **changed: Any) -> AuditEntry:
        return AuditEntry(
            id=UUID(int=1),
            workspace_id=UUID(int=2),
            at=NOW,
            actor_kind="user",
            actor_id=UUID(int=3),
            actor_name="Maya",
            action="changed",
            resource="automations",
            subject_id="4",
            before=dict.fromkeys(changed, 1),
            after=changed,
        )

    def test_a_drawing_is_a_draft_and_not_a_number(self) -> None:
        row = audit._row(self.entry(revision=2), {"4": "Welcome"})
        assert (row.action, row.resource, row.subject, row.changes) == (
            "changed",
            "the draft of",
            "Welcome",
            (),
        )

    def test_anything_else_is_shown(self) -> None:
        row = audit._row(self.entry(revision=2, state="live"), {"4": "Welcome"})
        assert row.resource == "the automation"
        assert [change.field for change in row.changes] == ["revision", "state"]


@pytest.mark.parametrize(
    ("number", "words"),
    [("+442079460960", "+44 20 7946 0960"), ("+4930123456", "+49 30 123456"), ("12", "12"), (None, "")],
)
def test_a_phone_number_is_written_as_people_do(number: str | None, words: str) -> None:
    assert formats.phone(number) == words
