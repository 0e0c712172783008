"""Contacts on the real database: every change and its events together, nothing when nothing changed, nobody else's rows."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from core.db import Db
from domain.contacts import Details, Origin
from domain.errors import Conflict, NotFound
from domain.ids import new_id
from models import contacts, custom_fields
from models.contacts import AttributeSet, Contact, Filter, Tagged
from models.events import Event
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.contacts import ORIGIN, make_contact, make_details
from tests.factories.workspaces import FRIDAY

LATER = FRIDAY + timedelta(hours=1)


async def happened(db: Db, contact_id: object) -> list[tuple[str, dict[str, Any]]]:
    rows = await db.execute(select(Event).where(col(Event.contact_id) == contact_id).order_by(col(Event.id)))
    return [(event.name, event.properties) for event in rows.scalars()]


async def stored(db: Db, contact_id: object) -> Contact:
    db.expire_all()
    contact = await db.get(Contact, contact_id)
    assert contact
    return contact


class TestPut:
    async def test_a_new_contact_is_written_with_its_events_and_proof(
        self, db: Db, workspace: Workspace
    ) -> None:
        details = make_details(
            email="ada@example.com",
            attributes={"plan": "pro"},
            tags=("vip", "new"),
            consent={"email": "subscribed"},
        )
        origin = Origin(
            "api", by="Web shop", ip="192.0.2.7", wording={"email": "I want mail"}, because={"form": "f1"}
        )
        written = await contacts.put(db, workspace.id, details, at=FRIDAY, origin=origin)
        assert written.created
        assert written.person
        contact = await stored(db, written.person.id)
        assert (contact.email, contact.attributes, contact.tags) == (
            "ada@example.com",
            {"plan": "pro"},
            ["vip", "new"],
        )
        assert (contact.created_at, contact.updated_at) == (FRIDAY, FRIDAY)
        assert await happened(db, contact.id) == [
            ("contact.created", {"form": "f1"}),
            ("contact.tag_added", {"tag": "vip", "form": "f1"}),
            ("contact.tag_added", {"tag": "new", "form": "f1"}),
            ("contact.consent_changed", {"channel": "email", "state": "subscribed", "form": "f1"}),
        ]
        [proof] = await contacts.statements(db, contact.id)
        assert (proof.channel, proof.state, proof.source, proof.wording) == (
            "email",
            "subscribed",
            "api",
            "I want mail",
        )
        assert (proof.by, proof.ip, proof.at) == ("Web shop", "192.0.2.7", FRIDAY)

    async def test_the_same_again_writes_nothing(self, db: Db, workspace: Workspace) -> None:
        ada = await make_contact(db, workspace.id, tags=("vip",), consent={"email": "subscribed"})
        before = await happened(db, ada.id)
        again = make_details(email=ada.profile.email, tags=("vip",), consent={"email": "subscribed"})
        written = await contacts.put(db, workspace.id, again, at=LATER, origin=ORIGIN)
        assert (written.created, written.changed, written.person and written.person.id) == (
            False,
            False,
            ada.id,
        )
        assert await happened(db, ada.id) == before
        assert (await stored(db, ada.id)).updated_at == FRIDAY
        assert len(await contacts.statements(db, ada.id)) == 1

    async def test_who_is_known_is_updated_by_external_id_or_else_by_address(
        self, db: Db, workspace: Workspace
    ) -> None:
        ada = await make_contact(db, workspace.id, email="ada@example.com", external_id="7")
        moved = make_details(external_id="7", email="ada.king@example.com")
        await contacts.put(db, workspace.id, moved, at=LATER, origin=ORIGIN)
        renamed = make_details(email="ada.king@example.com", first_name="Ada")
        await contacts.put(db, workspace.id, renamed, at=LATER, origin=ORIGIN)
        contact = await stored(db, ada.id)
        assert (contact.email, contact.external_id, contact.first_name) == (
            "ada.king@example.com",
            "7",
            "Ada",
        )
        assert contact.updated_at == LATER

    async def test_a_known_address_takes_on_a_new_external_id(self, db: Db, workspace: Workspace) -> None:
        ada = await make_contact(db, workspace.id, email="ada@example.com")
        written = await contacts.put(
            db, workspace.id, make_details(email="ada@example.com", external_id="7"), at=LATER, origin=ORIGIN
        )
        assert written.person
        assert written.person.id == ada.id

    async def test_an_address_is_never_taken_from_somebody_else(self, db: Db, workspace: Workspace) -> None:
        await make_contact(db, workspace.id, email="ada@example.com", external_id="7")
        await make_contact(db, workspace.id, email="bob@example.com", external_id="8")
        with pytest.raises(Conflict, match=r"ada@example.com belongs to another contact"):
            await contacts.put(
                db,
                workspace.id,
                make_details(external_id="8", email="ada@example.com"),
                at=LATER,
                origin=ORIGIN,
            )

    async def test_a_new_detail_becomes_a_field(self, db: Db, workspace: Workspace) -> None:
        await make_contact(db, workspace.id, attributes={"visits": 3, "renews_on": "2026-03-31"})
        fields = await custom_fields.known(db, workspace.id)
        assert {name: field.type for name, field in fields.items()} == {
            "renews_on": "date",
            "visits": "number",
        }

    async def test_two_workspaces_know_the_same_person_separately(
        self, transaction: Transaction, db: Db, other_workspace: Workspace, database: Any
    ) -> None:
        from core.db import Scope

        async with transaction() as mine:
            workspace_id = (await mine.execute(text("select (app_workspaces())[1]"))).scalar_one()
            ada = await make_contact(mine, workspace_id, email="both@example.com")
        async with database.session(Scope(workspaces=(other_workspace.id,))) as theirs:
            other = await make_contact(theirs, other_workspace.id, email="both@example.com")
            assert other.id != ada.id
            assert await theirs.get(Contact, ada.id) is None
            assert (await contacts.find(theirs, other_workspace.id)).matching == 1


class TestMany:
    async def test_the_last_word_stands_and_each_row_is_answered(self, db: Db, workspace: Workspace) -> None:
        ada = await make_contact(db, workspace.id, email="ada@example.com", external_id="7")
        await make_contact(db, workspace.id, email="bob@example.com", external_id="8")
        said = [
            make_details(email="ada@example.com", first_name="Ada"),
            make_details(email="new@example.com", first_name="One"),
            make_details(external_id="8", email="ada@example.com"),
            make_details(email="new@example.com", first_name="Two", external_id="9"),
            make_details(external_id="9", last_name="King"),
            make_details(email="ada@example.com", first_name="Ada"),
        ]
        written = await contacts.upsert(db, workspace.id, said, at=LATER, origin=ORIGIN)
        assert [(w.created, w.changed, bool(w.conflict)) for w in written] == [
            (False, True, False),
            (True, True, False),
            (False, False, True),
            (False, True, False),
            (False, True, False),
            (False, False, False),
        ]
        assert written[0].person
        assert written[0].person.id == ada.id
        assert written[1].person
        new = await stored(db, written[1].person.id)
        assert (new.first_name, new.last_name, new.external_id) == ("Two", "King", "9")
        assert [name for name, _ in await happened(db, new.id)] == ["contact.created"]

    async def test_who_is_created_by_two_at_once_is_created_once(
        self, transaction: Transaction, workspace: Workspace
    ) -> None:
        async def report(first_name: str) -> contacts.Written:
            async with transaction() as db:
                said = make_details(email="race@example.com", first_name=first_name)
                written = await contacts.put(db, workspace.id, said, at=FRIDAY, origin=ORIGIN)
                await asyncio.sleep(0.1)
                return written

        results = await asyncio.gather(*(report(f"n{n}") for n in range(5)))
        assert sorted(r.created for r in results) == [False] * 4 + [True]
        assert len({r.person.id for r in results if r.person}) == 1
        async with transaction() as db:
            [contact] = (
                await db.execute(select(Contact).where(col(Contact.email) == "race@example.com"))
            ).scalars()
            names = [name for name, _ in await happened(db, contact.id)]
        assert names == ["contact.created"] + ["contact.updated"] * 4

    async def test_two_who_want_the_same_address_at_once(
        self, transaction: Transaction, workspace: Workspace
    ) -> None:
        async with transaction() as db:
            people = [await make_contact(db, workspace.id) for _ in range(2)]

        async def move(person: contacts.Person) -> bool:
            try:
                async with transaction() as db:
                    details = make_details(email="wanted@example.com")
                    await contacts.change_one(db, workspace.id, person.id, details, at=LATER, origin=ORIGIN)
                    await asyncio.sleep(0.1)
            except Conflict:
                return False
            return True

        assert sorted(await asyncio.gather(*map(move, people))) == [False, True]

    async def test_two_batches_in_opposite_order_do_not_wait_for_each_other(
        self, transaction: Transaction, workspace: Workspace
    ) -> None:
        async with transaction() as db:
            for n in range(20):
                await make_contact(db, workspace.id, email=f"n{n}@example.com")

        async def say(order: Sequence[int], word: str) -> None:
            async with transaction() as db:
                said = [make_details(email=f"n{n}@example.com", first_name=word) for n in order]
                await contacts.upsert(db, workspace.id, said, at=LATER, origin=ORIGIN)

        for turn in range(5):
            await asyncio.gather(say(range(20), f"up{turn}"), say(range(19, -1, -1), f"down{turn}"))

    async def test_known_people_can_be_left_as_they_are(self, db: Db, workspace: Workspace) -> None:
        ada = await make_contact(db, workspace.id, email="ada@example.com")
        said = [
            make_details(email="ada@example.com", first_name="Eve"),
            make_details(email="new@example.com"),
        ]
        known, new = await contacts.upsert(
            db, workspace.id, said, at=LATER, origin=ORIGIN, keep_existing=True
        )
        assert (known.changed, new.created) == (False, True)
        assert (await stored(db, ada.id)).first_name is None

    async def test_a_file_never_makes_a_no_into_a_yes(self, db: Db, workspace: Workspace) -> None:
        ada = await make_contact(db, workspace.id, email="ada@example.com", consent={"email": "unsubscribed"})
        said = [make_details(email="ada@example.com", consent={"email": "subscribed"})]
        await contacts.upsert(db, workspace.id, said, at=LATER, origin=ORIGIN, keep_refusals=True)
        assert (await stored(db, ada.id)).consent == {"email": "unsubscribed"}


class TestChange:
    async def test_the_same_change_for_many(self, db: Db, workspace: Workspace) -> None:
        ids = [(await make_contact(db, workspace.id)).id for _ in range(3)]
        said = Details({}, {"plan": "pro"}, ("vip",))
        written = await contacts.change(db, workspace.id, [*ids, new_id()], said, at=LATER, origin=ORIGIN)
        assert [one.changed for one in written] == [True] * 3
        assert {tuple((await stored(db, id_)).tags) for id_ in ids} == {("vip",)}

    async def test_one_that_is_not_there(self, db: Db, workspace: Workspace) -> None:
        with pytest.raises(NotFound):
            await contacts.change_one(db, workspace.id, new_id(), Details(), at=LATER, origin=ORIGIN)

    async def test_an_address_that_is_taken(self, db: Db, workspace: Workspace) -> None:
        await make_contact(db, workspace.id, email="ada@example.com")
        bob = await make_contact(db, workspace.id)
        with pytest.raises(Conflict):
            await contacts.change_one(
                db, workspace.id, bob.id, make_details(email="ada@example.com"), at=LATER, origin=ORIGIN
            )


class TestBulk:
    async def test_tags_come_and_go_once(self, db: Db, workspace: Workspace) -> None:
        ada, bob = await make_contact(db, workspace.id, tags=("a",)), await make_contact(db, workspace.id)
        wanted = [
            Tagged(workspace.id, p.id, t, LATER, {"node": "n"}) for p in (ada, bob, bob) for t in ("a", "b")
        ]
        assert await contacts.tag(db, wanted) == {ada.id, bob.id}
        assert await contacts.tag(db, wanted) == set()
        assert (await stored(db, bob.id)).tags == ["a", "b"]
        assert (await happened(db, ada.id))[2:] == [("contact.tag_added", {"tag": "b", "node": "n"})]
        assert [name for name, _ in await happened(db, bob.id)][1:] == ["contact.tag_added"] * 2
        assert await contacts.untag(db, wanted) == {ada.id, bob.id}
        assert await contacts.untag(db, wanted) == set()
        assert (await stored(db, ada.id)).tags == []
        assert {name for name, _ in (await happened(db, ada.id))[3:]} == {"contact.tag_removed"}

    async def test_attributes_are_set_and_removed(self, db: Db, workspace: Workspace) -> None:
        ada = await make_contact(db, workspace.id, attributes={"plan": "free", "visits": 1})
        wanted = [
            AttributeSet(workspace.id, ada.id, "plan", "pro", LATER),
            AttributeSet(workspace.id, ada.id, "visits", None, LATER),
            AttributeSet(workspace.id, ada.id, "since", "2026-03-31", LATER),
        ]
        assert await contacts.set_attributes(db, wanted) == {ada.id}
        assert await contacts.set_attributes(db, wanted) == set()
        assert (await stored(db, ada.id)).attributes == {"plan": "pro", "since": "2026-03-31"}
        assert "since" in await custom_fields.known(db, workspace.id)
        changes = [
            properties["changed"]
            for name, properties in await happened(db, ada.id)
            if name == "contact.updated"
        ]
        assert changes == [
            {"plan": {"from": "free", "to": "pro"}},
            {"visits": {"from": 1, "to": None}},
            {"since": {"from": None, "to": "2026-03-31"}},
        ]

    async def test_nothing_to_do_is_nothing(self, db: Db) -> None:
        assert (
            await contacts.tag(db, [])
            == await contacts.untag(db, [])
            == await contacts.set_attributes(db, [])
            == set()
        )


class TestLists:
    @pytest.fixture
    async def people(self, db: Db, workspace: Workspace) -> list[contacts.Person]:
        names = ["Zoë García", "Ada Lovelace", "ada Byron", "100% Pure", "under_score"]
        people = list[contacts.Person]()
        for n, name in enumerate(names):
            first, last = name.split(" ") if " " in name else (name, None)
            tags = ("even",) if n % 2 == 0 else ()
            consent = [{"email": "subscribed"}, {"email": "unsubscribed"}, {}, {"email": "subscribed"}, {}][n]
            at = FRIDAY + timedelta(minutes=n)
            made = {"first_name": first, "last_name": last, "tags": tags, "consent": consent}
            people.append(await make_contact(db, workspace.id, email=f"p{n}@example.com", at=at, **made))
        return people

    async def found(self, db: Db, workspace: Workspace, where: Filter, **options: Any) -> list[str]:
        listed = await contacts.find(db, workspace.id, where, **options)
        assert listed.matching == len(listed.contacts)
        return [str(contact.first_name) for contact in listed.contacts]

    @pytest.mark.parametrize(
        ("q", "names"),
        [
            ("zoe", ["Zoë"]),
            ("GARCIA", ["Zoë"]),
            ("lovelace ada", ["Ada"]),
            ("ada", ["ada", "Ada"]),
            ("p3@", ["100%"]),
            ("%", ["100%"]),
            ("_", ["under_score"]),
            ("\\", []),
            ("nobody", []),
        ],
    )
    @pytest.mark.usefixtures("people")
    async def test_search_finds_every_word_anywhere(
        self, db: Db, workspace: Workspace, q: str, names: list[str]
    ) -> None:
        assert await self.found(db, workspace, Filter(q=q)) == names

    @pytest.mark.usefixtures("people")
    async def test_filters_narrow(self, db: Db, workspace: Workspace) -> None:
        await contacts.suppress(db, workspace.id, "email", ["p0@example.com"], reason="hard_bounce", at=LATER)
        assert await self.found(db, workspace, Filter(tag="even")) == ["under_score", "ada", "Zoë"]
        assert await self.found(db, workspace, Filter(consent="subscribed")) == ["100%"]
        assert await self.found(db, workspace, Filter(consent="unsubscribed")) == ["Ada"]
        assert await self.found(db, workspace, Filter(consent="none")) == ["under_score", "ada"]
        assert await self.found(db, workspace, Filter(consent="suppressed")) == ["Zoë"]
        assert await self.found(db, workspace, Filter(q="ada", tag="even")) == ["ada"]
        assert await contacts.totals(db, workspace.id) == contacts.Totals(contacts=5, reachable=1)
        assert await contacts.tags(db, workspace.id) == {"even": 3}

    @pytest.mark.usefixtures("people")
    async def test_order(self, db: Db, workspace: Workspace) -> None:
        by_name = ["100%", "ada", "Ada", "under_score", "Zoë"]
        assert await self.found(db, workspace, Filter(), sort="name") == by_name
        assert await self.found(db, workspace, Filter(), sort="-name") == by_name[::-1]
        oldest = ["Zoë", "Ada", "ada", "100%", "under_score"]
        assert await self.found(db, workspace, Filter(), sort="created") == oldest
        assert await self.found(db, workspace, Filter(), sort="-created") == oldest[::-1]

    async def test_the_most_recently_active_come_first(
        self, db: Db, workspace: Workspace, people: list[contacts.Person], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from models.contacts import lists

        await contacts.tag(db, [Tagged(workspace.id, people[1].id, "x", LATER)])
        active = ["Ada", "under_score", "100%", "ada", "Zoë"]
        assert await self.found(db, workspace, Filter(), sort="-activity") == active
        assert await self.found(db, workspace, Filter(tag="even"), sort="-activity") == [
            "under_score",
            "ada",
            "Zoë",
        ]
        monkeypatch.setattr(lists, "_FEW", 0)  # as for many people
        assert await self.found(db, workspace, Filter(), sort="-activity") == active
        assert await self.found(db, workspace, Filter(tag="even"), sort="-activity") == [
            "under_score",
            "ada",
            "Zoë",
        ]

    @pytest.mark.parametrize("sort", contacts.lists.SORTS)
    @pytest.mark.parametrize("where", [Filter(), Filter(q="example")])
    @pytest.mark.usefixtures("people")
    async def test_pages_hold_everybody_once(
        self, db: Db, workspace: Workspace, sort: Any, where: Filter
    ) -> None:
        whole = await contacts.find(db, workspace.id, where, sort=sort)
        paged, after = list[object](), None
        while True:
            page = await contacts.find(db, workspace.id, where, sort=sort, after=after, limit=2)
            assert page.matching == 5
            paged += [contact.id for contact in page.contacts[:2]]
            if len(page.contacts) <= 2:
                break
            after = page.places[1]
        assert paged == [contact.id for contact in whole.contacts]


class TestTimeline:
    async def test_the_latest_first_by_pages_and_names(self, db: Db, workspace: Workspace) -> None:
        ada = await make_contact(db, workspace.id, tags=("a", "b"))
        whole = await contacts.timeline(db, ada.id)
        assert [event.name for event in whole] == [
            "contact.tag_added",
            "contact.tag_added",
            "contact.created",
        ]
        first = await contacts.timeline(db, ada.id, limit=1)
        assert len(first) == 2
        place = contacts.Place(first[0].occurred_at, first[0].id)
        assert [e.id for e in await contacts.timeline(db, ada.id, after=place)] == [e.id for e in whole[1:]]
        assert len(await contacts.timeline(db, ada.id, names=["contact.tag_*"])) == 2
        assert await contacts.timeline(db, ada.id, names=["contact_*"]) == []

    async def test_who_did_what_last_and_how_lively_they_are(self, db: Db, workspace: Workspace) -> None:
        ada = await make_contact(db, workspace.id, at=FRIDAY - timedelta(days=50))
        bob = await make_contact(db, workspace.id, at=FRIDAY - timedelta(days=90))
        await contacts.tag(db, [Tagged(workspace.id, ada.id, "x", FRIDAY)])
        latest = await contacts.latest(db, [ada.id, bob.id])
        assert {id_: event.name for id_, event in latest.items()} == {
            ada.id: "contact.tag_added",
            bob.id: "contact.created",
        }
        assert await contacts.engagement(db, [ada.id, bob.id], now=FRIDAY) == {
            ada.id: (1, 0, 0, 0, 0, 0, 0, 1),
            bob.id: (0,) * 8,
        }


class TestErasing:
    async def test_what_is_known_goes_and_a_refusal_stays(self, db: Db, workspace: Workspace) -> None:
        no = await make_contact(db, workspace.id, email="no@example.com", consent={"email": "unsubscribed"})
        yes = await make_contact(db, workspace.id, email="yes@example.com", consent={"email": "subscribed"})
        assert await contacts.erase(db, workspace.id, [no.id, yes.id, new_id()], at=LATER) == 2
        assert await happened(db, no.id) == []
        assert await contacts.statements(db, no.id) == []
        assert await contacts.suppressed(db, workspace.id, ["no@example.com", "yes@example.com"]) == {
            ("email", "no@example.com"): "erased"
        }

    async def test_blocking_counts_once(self, db: Db, workspace: Workspace) -> None:
        for expected in (["a@b.de"], []):
            blocked = await contacts.suppress(
                db, workspace.id, "email", ["a@b.de"], reason="manual", at=LATER
            )
            assert blocked == expected
        await contacts.unsuppress(db, workspace.id, "email", "a@b.de")
        assert await contacts.suppressed(db, workspace.id, ["a@b.de"]) == {}
